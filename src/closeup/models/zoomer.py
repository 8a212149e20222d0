"""A scripted model that zooms: it reads the conversation, sees nothing and knows no bench.

What a trajectory looks like, and whether tools, budgets and servers work, is to be seen without a
model that costs something. It looks at the first box that the question names, then at the middle
of what it saw, and then guesses, always the same for the same question.
"""

import random
import re
from collections.abc import Sequence

from closeup.geometry import Grid, View
from closeup.images import Resolution
from closeup.message import Reply, Request
from closeup.models.model import Given
from closeup.models.scripted import EMPTY

PIXELS = 1_000_000
MOST_TRIES = 3
NO_MORE = "You may call no more tools"
"""How an episode tells a model to answer now."""
_BOX = re.compile(r"\[(\d+), (\d+), (\d+), (\d+)\](?: of image (\d+))?")
_FORM = re.compile(r"<answer>([^<]*)</answer>")
_LABEL = re.compile(r"^([A-Z]): ", re.M)


class Zoomer:
    """Looks twice, then guesses; without tools it guesses at once."""

    name = "zoomer"

    def __init__(self, given: Given) -> None:
        options = given.options
        pixels = PIXELS if options.pixels is None else options.pixels or None
        self.grid: Grid = options.grid or "rel1000"
        self.resolution = Resolution(pixels=pixels, multiple=options.multiple or 1)

    async def reply(self, request: Request) -> Reply:
        asked = next((m for m in request.messages if m.role == "user"), None)
        text = asked.text if asked else ""
        call = self._call(request, asked.parts if asked else ())
        if call is None:
            return Reply(text=f"<think>I have seen enough.</think><answer>{guess(text)}</answer>")
        image, box = call
        arguments = f'{{"bbox_2d": {box}, "image": {image}}}'
        told = f'{{"name": "zoom_in", "arguments": {arguments}}}'
        return Reply(
            text=f"<think>I look at {box} of image {image}.</think><tool_call>{told}</tool_call>"
        )

    def _call(self, request: Request, parts: Sequence[str | View]) -> tuple[int, list[int]] | None:
        """The image to zoom into, from 1, and where; None to answer."""
        responses = [m for m in request.messages if m.role == "tool"]
        if not _offered(request) or (responses and NO_MORE in responses[-1].text):
            return None
        pages = [part for part in parts if isinstance(part, View)]
        seen = [part for m in responses for part in m.parts if isinstance(part, View)]
        if not pages or len(seen) > 1 or len(responses) >= MOST_TRIES:
            return None
        if seen:
            failed = not any(isinstance(part, View) for part in responses[-1].parts)
            return None if failed else (len(pages) + 1, self._middle(seen[0]))
        text = "".join(part for part in parts if isinstance(part, str))
        boxes = _BOX.findall(text)
        if len(responses) < len(boxes):
            *corners, image = boxes[len(responses)]
            return int(image or 1), [int(corner) for corner in corners]
        return 1, self._anywhere(pages[0], f"{text}/{len(responses)}")

    def _middle(self, view: View) -> list[int]:
        """The middle half of each side."""
        width, height = view.steps(self.grid)
        return [width // 4, height // 4, width - width // 4, height - height // 4]

    def _anywhere(self, view: View, seed: str) -> list[int]:
        """A region of a third of each side, drawn by the question."""
        width, height = view.steps(self.grid)
        dice = random.Random(seed)
        x, y = dice.randrange(width * 2 // 3 + 1), dice.randrange(height * 2 // 3 + 1)
        return [x, y, x + max(1, width // 3), y + max(1, height // 3)]


def guess(text: str) -> str:
    """An answer in the form that a question's text asks for, drawn by that text."""
    dice = random.Random(text)
    forms = _FORM.findall(text)
    form = forms[-1].strip() if forms else ""
    letters = form.split(", ")
    if len(letters) > 1:
        return ", ".join(dice.sample(letters, len(letters)))
    if form.isascii() and form.isdigit():
        return str(dice.randint(1, 5))
    labels = list(dict.fromkeys(_LABEL.findall(text)))
    return dice.choice(labels) if labels and form.isalpha() else EMPTY


def _offered(request: Request) -> bool:
    system = "".join(m.text for m in request.messages if m.role == "system")
    return bool(request.tools) or "<tools>" in system
