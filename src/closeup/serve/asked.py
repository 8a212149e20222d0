"""Which question of a bench a request asks: scripted models answer by its id, and HTTP has none."""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Sequence

from closeup.ask import shown
from closeup.bench import Bench
from closeup.geometry import View
from closeup.message import Request
from closeup.models.model import Model
from closeup.pictures import Pictures
from closeup.prompts.question_text import question_text
from closeup.records import CloseupError
from closeup.tasks import task_of


class Asked:
    """A bench's questions by their text in the model's grid; equal texts by their images.

    A client must ask in the grid and at the resolution that the model declares.
    """

    def __init__(self, bench: Bench, model: Model) -> None:
        self._bench = bench
        self._model = model
        self._pictures = Pictures.at(bench.image_path)
        self._sent: dict[View, str] = {}
        self._by_text: defaultdict[bytes, list[str]] = defaultdict(list)
        for question in bench.questions():
            prompt = task_of(bench, question.task).prompt
            text = question_text(question, shown(question, model), model.grid, prompt)
            self._by_text[_hash(text)].append(question.id)

    async def name(self, request: Request) -> Request:
        """The request with its question's id. CloseupError for a question of no such bench."""
        for number, message in enumerate(request.messages):
            if message.role == "user":
                views = [part for part in message.parts if isinstance(part, View)]
                question = await self._find(message.text, views)
                named = message.model_copy(update={"question": question})
                before, after = request.messages[:number], request.messages[number + 1 :]
                return request.model_copy(update={"messages": (*before, named, *after)})
        raise CloseupError("messages: none of a user: nothing is asked")

    async def _find(self, text: str, views: Sequence[View]) -> str:
        known = self._by_text.get(_hash(text), [])
        if len(known) > 1:
            known = await asyncio.to_thread(self._of_images, known, views)
        if not known:
            resolution = self._model.resolution.to_json()
            raise CloseupError(
                f"no such question in the bench that {self._model.name} was given: it reads "
                f"them in grid {self._model.grid} at resolution {resolution}"
            )
        return known[0]

    def _of_images(self, known: Sequence[str], views: Sequence[View]) -> list[str]:
        """Those of the questions that show these images. Sizes are compared first: they cost
        nothing, and a crop has to be cut and encoded to have a hash."""
        sizes = [view.size for view in views]
        pages = [view.page for view in views]
        found = []
        for name in known:
            own = shown(self._bench.question(name), self._model)
            if [view.size for view in own] == sizes and [self._hash(view) for view in own] == pages:
                found.append(name)
        return found

    def _hash(self, view: View) -> str:
        if view not in self._sent:
            self._sent[view] = self._pictures.encoded(view).sha256
        return self._sent[view]


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.strip().encode("utf-8", "replace")).digest()
