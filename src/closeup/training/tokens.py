"""How many tokens a question, a crop and an episode have, before any weights are loaded.

Images are counted exactly, as the model's settings cut them; texts with the model's own tokenizer
where its folder has one, else estimated, and then the plan says so.
"""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from closeup.ask import opening
from closeup.conversation import ANSWER_NOW
from closeup.geometry import Grid, View
from closeup.images import Resolution
from closeup.message import Message, Reply, Request
from closeup.question import Question
from closeup.records import CloseupError
from closeup.tasks.task import Task
from closeup.tools.tool import MAX_ASPECT
from closeup.training.asking import setting, taught
from closeup.training.recipe import Look
from closeup.training.shape import Shape

TURN = 5
"""Tokens around a turn: its start, the role, a line's end, its end, a line's end."""
THOUGHT = 40
"""Tokens of reasoning that a turn is taken to have; ours."""
_WORDS = re.compile(r"[^\W\d_]+|\d|[^\w\s]+|_|\n")
_LETTERS, _SIGNS = 8, 3


class Words:
    """Counts the tokens of texts."""

    def __init__(self, shape: Shape) -> None:
        self._count = _tokenizer(shape)

    @property
    def exact(self) -> bool:
        """Whether the model's own tokenizer counts."""
        return self._count is not None

    def count(self, text: str) -> int:
        """Tokens of a text; an estimate by its words, digits and signs where nothing better is at
        hand, within a fifth of what Qwen's tokenizer makes of our prompts."""
        if self._count is not None:
            return len(self._count.encode(text, add_special_tokens=False).ids)
        pieces = _WORDS.findall(text)
        return sum(1 + (len(p) - 1) // (_LETTERS if p.isalpha() else _SIGNS) for p in pieces)


def _tokenizer(shape: Shape) -> Any:
    if shape.tokenizer is None:
        return None
    try:
        from tokenizers import Tokenizer
    except ImportError:
        return None
    try:
        return Tokenizer.from_file(str(shape.tokenizer))
    except Exception as error:  # a bare Exception is what it raises
        raise CloseupError(f"{shape.tokenizer}: not a tokenizer: {error}") from None


@dataclass(frozen=True)
class Asked:
    """A model in place of the real one: it is shown questions, and never answers."""

    name: str
    grid: Grid
    resolution: Resolution

    async def reply(self, request: Request) -> Reply:
        raise TypeError(f"{self.name}: is shown questions only to count them")


class Counter:
    """Counts for one model and one way of asking."""

    def __init__(self, shape: Shape, look: Look) -> None:
        self.shape = shape
        self.words = Words(shape)
        told = taught(look, shape.told)
        pages = Resolution(pixels=told.pixels, multiple=shape.step)
        self.asked = Asked(shape.place, told.grid or shape.grid, pages)
        self.setting = setting(look, told)
        self.crops = self.setting.crops.model_copy(update={"multiple": shape.step})
        self._calls = look.calls

    def prompt(self, question: Question, task: Task) -> tuple[int, int]:
        """Tokens of what opens an episode: of its images, and of its texts."""
        return self.messages(opening(question, self.asked, task, self.setting))

    def messages(self, messages: Sequence[Message]) -> tuple[int, int]:
        """Tokens of messages: of their images, and of their texts."""
        images = texts = 0
        for message in messages:
            texts += TURN
            for part in message.parts:
                if isinstance(part, View):
                    images += self.shape.tokens(part.size)
                else:
                    texts += self.words.count(part)
        return images, texts

    def evidence(self, question: Question) -> int | None:
        """Tokens of a crop of the question's first piece of evidence; None where it has none."""
        if not question.evidence:
            return None
        box = question.evidence[0].box
        return self.shape.tokens(self.crops.size(box.width, box.height))

    @cached_property
    def largest_crop(self) -> int:
        """Most tokens that one crop can have, whatever its proportions."""
        widths = (math.exp(i / 200 * math.log(MAX_ASPECT)) for i in range(201))
        side = 10_000  # more pixels than are shown: the budget decides
        return max(self.shape.tokens(self.crops.size(side * width, side)) for width in widths)

    @cached_property
    def call(self) -> int:
        """Tokens of a turn that calls a tool and says nothing else."""
        call = {"name": "zoom_in", "arguments": {"bbox_2d": [100, 100, 999, 999]}}
        return self.words.count(f"<tool_call>{json.dumps(call)}</tool_call>") + 1

    @cached_property
    def told(self) -> int:
        """Tokens around the crop that a call gets: its tags, its place, and the next turn's
        start."""
        place = "\nThis is image 2: [100, 100, 999, 999] of image 1."
        tags = "<tool_response>\n\n</tool_response>"
        return self.words.count(tags + place) + 2 * TURN

    @cached_property
    def last(self) -> int:
        """Tokens with which the last call's result asks for the answer."""
        return self.words.count(f"\n{ANSWER_NOW}")

    def answer(self, question: Question, task: Task) -> int:
        """Tokens of a reply that is right and says nothing else."""
        return self.words.count(task.solution(question)) + 1

    def least(self, answer: int) -> int:
        """Tokens of the barest episode with as many calls as allowed, each for the largest crop."""
        if not self.setting.tools:
            return answer
        return self._calls * (self.call + self.told + self.largest_crop) + self.last + answer

    def usual(self, answer: int, crop: int | None) -> tuple[int, int]:
        """Tokens of an ordinary episode: of the model's own, and of what a call gave it.

        Ordinary is, by our own assumption, one call for a crop of the evidence, and a thought
        before each turn.
        """
        if not self.setting.tools:
            return THOUGHT + answer, 0
        own = 2 * THOUGHT + self.call + answer
        return own, self.told + (self.largest_crop if crop is None else crop)
