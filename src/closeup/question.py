"""A question and the score of a reply to it.

Everything that the prompt, the audit and the statistics need stands in the record: a bench is
read without its annotations. Boxes are page pixels; they are written in the model's grid when the
question is asked.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from closeup.geometry import Box
from closeup.records import Record

AnswerFormat = Literal["choice", "integer", "order", "text"]
Split = Literal["train", "test"]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
RESERVED = ("regions", "options", "grid", "example")
"""Slots of a prompt that are no regions."""


class Crop(Record):
    """An image that the question shows: a box of a page, often the whole page."""

    page: str
    box: Box


class Mark(Record):
    """A region named by a question: a box, in page pixels, within the view of that index."""

    view: int = Field(ge=0)
    box: Box


class Difficulty(Record):
    """Facts that make a question hard to see, whatever the model."""

    evidence_area: float = Field(ge=0, le=1)
    """Share of the shown images that the evidence covers."""
    text_height: float | None = None
    """Height in page pixels of the smallest lettering that matters, or None where none does."""
    text_height_03mp: float | None = None
    """The same once the page is shown at 0.3 megapixels."""
    text_height_10mp: float | None = None
    """The same once the page is shown at 1.0 megapixels."""


class Question(Record):
    """One question of the benchmark."""

    id: str
    """task/page/item: the same in every build that keeps the question."""
    task: str
    split: Split
    issue: str
    """The issue that all its pages belong to: what splits and intervals never cut."""
    views: tuple[Crop, ...] = Field(min_length=1)
    refs: dict[str, Mark] = Field(default_factory=dict)
    """Regions by the name the prompt gives them: "A" to "Z" for candidates, words for others."""
    options: tuple[str, ...] = ()
    """Texts lettered A, B, C …; empty where the candidates are regions or the answer is free."""
    answer: str | int | tuple[str, ...]
    """A letter; a number; the letters in order; or, for text, the facts to be told."""
    answer_format: AnswerFormat
    evidence: tuple[Mark, ...] = ()
    """Where the answer is to be seen, for an order in the order of the answer. Never shown to a
    model."""
    chance: float | None = Field(default=None, ge=0, le=1)
    """Expected score of the best uninformed reply; None where there is no such thing."""
    difficulty: Difficulty
    tags: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(self.options) > len(LETTERS):
            raise ValueError(f"options: {len(self.options)}: need {len(LETTERS)} at most")
        self._check_refs()
        if self.answer_format in ("choice", "order") and len(self.labels) < 2:
            raise ValueError(f"{len(self.labels)} to choose from: need 2 options or regions")
        marks = [*self.refs.values(), *self.evidence]
        if any(mark.view >= len(self.views) for mark in marks):
            raise ValueError(f"a mark names a view beyond the {len(self.views)} shown")
        match self.answer_format, self.answer:
            case "choice", str(letter) if letter in self.labels:
                pass
            case "integer", int():
                pass
            case "order", tuple(order) if sorted(order) == list(self.labels):
                pass
            case "text", tuple():
                pass
            case _:
                raise ValueError(f"answer: {self.answer!r}: not a {self.answer_format} answer")
        if self.answer_format == "order" and len(self.evidence) != len(self.labels):
            raise ValueError(f"evidence: {len(self.evidence)} marks: need {len(self.labels)}")
        return self

    def _check_refs(self) -> None:
        lettered = sorted(name for name in self.refs if len(name) == 1)
        if lettered != list(LETTERS[: len(lettered)]):
            raise ValueError(f"refs: {', '.join(lettered)}: letters go A, B, C … without a gap")
        if lettered and self.options:
            raise ValueError(f"refs: {', '.join(lettered)}: the options have these letters")
        for name in self.refs:
            if len(name) != 1 and (not name.isidentifier() or name in RESERVED):
                raise ValueError(f"refs: {name!r}: need a letter or a word, no slot's own name")

    @property
    def labels(self) -> tuple[str, ...]:
        """The letters that may be answered: of the options, or of the lettered regions."""
        if self.options:
            return tuple(LETTERS[: len(self.options)])
        return tuple(sorted(name for name in self.refs if len(name) == 1))

    def class_of(self, answer: str | int | tuple[str, ...] | None) -> str | None:
        """The class of an answer: the text of the option, the letter of a region, or the number.

        None for orders and open texts, which have no classes, and for letters that were not
        offered.
        """
        match self.answer_format, answer:
            case "choice", str(letter) if letter in self.labels:
                return self.options[self.labels.index(letter)] if self.options else letter
            case "integer", int(number):
                return str(number)
        return None

    @property
    def pages(self) -> tuple[str, ...]:
        """The pages shown, each once, in the order shown."""
        return tuple(dict.fromkeys(view.page for view in self.views))

    @property
    def cluster(self) -> str:
        """What its score is independent of no other question in: its page, or its issue where it
        shows several pages."""
        return self.pages[0] if len(self.pages) == 1 else self.issue


class Rejection(Record):
    """A question that was not asked, and why."""

    id: str
    task: str
    page: str
    reason: str
    """A short fixed phrase, so that rejections can be counted."""


class Score(Record):
    """What a reply was worth. `value` None is unscored: never averaged, never taken for 0."""

    value: float | None = Field(ge=0, le=1)
    answer: str | int | tuple[str, ...] | None = None
    """What was read from the reply, or None where nothing could be."""
    reason: str = ""
    """Why the value is what it is, where that is not plain."""
    details: dict[str, float] = Field(default_factory=dict)
    """Secondary measures, such as Kendall's tau or the absolute error."""
