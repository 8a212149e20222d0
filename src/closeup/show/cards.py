"""What the scripts in `static/` read: the contract between a page and whoever serves it.

A report writes these records into its file, a viewer answers with them. All boxes are page pixels.
Texts are as they came, from models, files and annotations: the scripts make text nodes of them and
nothing else. Long ones are cut, and say so.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from closeup import replies
from closeup.episode import Episode, ToolCall
from closeup.geometry import Box, View
from closeup.question import Mark, Question
from closeup.records import Record
from closeup.run_info import Result
from closeup.show.verdicts import Verdicts

MOST_TEXT = 20_000
"""Characters of one text."""
MOST_IN_LIST = 200
"""Characters of an answer as a list has it."""


class Region(Record):
    """A box of a page, and what it is called."""

    page: str
    box: Box
    label: str = ""


class Shown(Record):
    """An image that a model saw."""

    page: str
    box: Box
    size: tuple[int, int]
    contrast: bool = False


class PageCard(Record):
    """A page, and where its image is."""

    width: int
    height: int
    image: str | None = None
    """The number of an embedded image, or the address of a file; None where there is none."""
    note: str = ""
    """At which size the image is there, or why it is not."""


class QuestionCard(Record):
    """A question, whoever was asked it."""

    id: str
    task: str
    split: str
    views: tuple[Region, ...]
    """The images that it shows, in their order."""
    refs: tuple[Region, ...]
    """The regions that it names."""
    evidence: tuple[Region, ...]
    """Where the answer is to be seen; never shown to a model. Of an order, with its letters."""
    options: tuple[str, ...] = ()
    gold: str
    facts: tuple[str, ...] = ()
    """Of an open question: what is to be told."""
    chance: float | None = None
    tags: tuple[str, ...] = ()
    hard_core: bool | None = None
    """Whether only the picture answers it; None where nobody has audited that."""


class Turn(Record):
    """Something that was said after the question."""

    by: str
    """assistant, or tool."""
    thought: str = ""
    """The reasoning that the text begins with."""
    text: str


class Call(Record):
    """A tool that was called."""

    turn: int
    """Which of the model's turns, from 0."""
    tool: str
    arguments: str
    region: Region | None = None
    """What it looked at, as it asked for it; None where no box was understood."""
    view: int | None = None
    """The image that it was given, by its place among the views."""
    error: str = ""


class EpisodeRow(Record):
    """An episode in a list: all that filters and sorting need."""

    run: int
    """Its place among the runs shown."""
    question: str
    epoch: int
    task: str
    value: float | None = None
    """The score; None: unscored."""
    answer: str = ""
    gold: str = ""
    parsed: bool = False
    asked: bool = True
    """False where the provider gave no reply, or the episode cannot be read."""
    calls: int = 0
    failed: int = 0
    """Calls in vain."""
    tokens: int = 0
    seconds: float = 0.0
    hard: bool = False


class EpisodeCard(Record):
    """An episode in full, without its question."""

    question: str
    epoch: int
    asked: str = ""
    """The question in words, as this model read it; empty where that cannot be told."""
    views: tuple[Shown, ...] = ()
    turns: tuple[Turn, ...] = ()
    calls: tuple[Call, ...] = ()
    stop: str = ""
    failure: str = ""
    """Why there is no episode."""
    reason: str = ""
    """Why the score is what it is."""
    details: dict[str, float] = Field(default_factory=dict)
    paid: dict[str, float | None] = Field(default_factory=dict)
    """In training: the reward's terms, and their total."""
    judged: tuple[Verdicts, ...] = ()
    """Of a description: what each judge said of it."""
    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0
    served_by: str = ""


def question_card(question: Question, hard_core: bool | None = None) -> QuestionCard:
    """A question with its regions on the pages that they are of."""

    def region(mark: Mark, label: str = "") -> Region:
        return Region(page=question.views[mark.view].page, box=mark.box, label=label)

    facts = question.answer if question.answer_format == "text" else ()
    assert not isinstance(facts, str | int)
    return QuestionCard(
        id=question.id,
        task=question.task,
        split=question.split,
        views=tuple(Region(page=view.page, box=view.box) for view in question.views),
        refs=tuple(region(mark, name) for name, mark in sorted(question.refs.items())),
        evidence=tuple(map(region, question.evidence, _letters(question))),
        options=tuple(cut(option) for option in question.options),
        gold="" if facts else said(question.answer),
        facts=tuple(cut(fact) for fact in facts),
        chance=question.chance,
        tags=question.tags,
        hard_core=hard_core,
    )


def episode_row(run: int, result: Result, episode: Episode | None, gold: str) -> EpisodeRow:
    """The line of an episode, or of a question that the provider did not answer."""
    return EpisodeRow(
        run=run,
        question=result.question,
        epoch=result.epoch,
        task=result.task,
        value=result.value,
        answer=cut(said(episode.score.answer), MOST_IN_LIST) if episode else "",
        gold=cut(gold, MOST_IN_LIST),
        parsed=bool(result.parsed),
        asked=episode is not None,
        calls=result.calls or 0,
        failed=sum(bool(call.error) for call in episode.calls) if episode else 0,
        tokens=(result.input_tokens or 0) + (result.output_tokens or 0),
        seconds=round(result.seconds or 0.0, 3),
    )


def episode_card(
    episode: Episode,
    asked: str = "",
    paid: Mapping[str, float | None] | None = None,
    judged: Sequence[Verdicts] = (),
) -> EpisodeCard:
    """All that was seen and said in an episode."""
    views = episode.views
    return EpisodeCard(
        question=episode.question,
        epoch=episode.epoch,
        asked=cut(asked),
        views=tuple(map(shown, views)),
        turns=tuple(turn(said.role, said.text) for said in episode.turns),
        calls=tuple(call(made, views) for made in episode.calls),
        stop=episode.stop,
        reason=cut(episode.score.reason),
        details=episode.score.details,
        paid=dict(paid or {}),
        judged=tuple(judged),
        input_tokens=episode.usage.input,
        output_tokens=episode.usage.output,
        seconds=round(episode.seconds, 3),
        served_by=episode.served_by,
    )


def shown(view: View) -> Shown:
    """An image that a model saw."""
    return Shown(page=view.page, box=view.box, size=view.size, contrast=view.contrast)


def turn(role: str, text: str) -> Turn:
    """Something that was said, its reasoning apart."""
    spoken = replies.without_reasoning(text) if role == "assistant" else text
    if not text.endswith(spoken):  # it thinks, speaks and thinks again
        spoken = text
    return Turn(by=role, thought=cut(text.removesuffix(spoken)), text=cut(spoken))


def call(made: ToolCall, views: Sequence[View]) -> Call:
    """A tool that was called; `views` are those of the episode so far."""
    region = None
    if made.asked:  # a box that gave no image is of the first page: it names no other
        region = Region(page=views[made.view or 0].page, box=made.asked)
    return Call(
        turn=made.turn,
        tool=made.tool,
        arguments=made.arguments,
        region=region,
        view=made.view,
        error=cut(made.error),
    )


def failure_card(result: Result) -> EpisodeCard:
    """A question that the provider did not answer."""
    return EpisodeCard(
        question=result.question, epoch=result.epoch, failure=cut(result.failure or "no reply")
    )


def said(answer: str | int | tuple[str, ...] | None) -> str:
    """An answer as text: the letters of an order with commas; empty where there is none."""
    if isinstance(answer, tuple):
        return ", ".join(answer)
    return "" if answer is None else str(answer)


def cut(text: str, most: int = MOST_TEXT) -> str:
    """A text that is not too long to be shown."""
    left = len(text) - most
    return text if left <= 0 else f"{text[:most]}… ({left:,} more characters)"


def compact(card: Record) -> dict[str, Any]:
    """A card for JSON: what is as by default is left out; the scripts put it in from `defaults`."""
    return card.model_dump(mode="json", exclude_defaults=True)


def defaults() -> dict[str, dict[str, Any]]:
    """What a compact card does not say, by kind of card."""
    kinds = {
        "row": EpisodeRow,
        "episode": EpisodeCard,
        "turn": Turn,
        "call": Call,
        "question": QuestionCard,
        "region": Region,
        "shown": Shown,
        "page": PageCard,
    }
    return {
        name: {
            field: told.get_default(call_default_factory=True)
            for field, told in kind.model_fields.items()
            if not told.is_required()
        }
        for name, kind in kinds.items()
    }


def _letters(question: Question) -> tuple[str, ...]:
    """What the pieces of the evidence are called."""
    if question.answer_format == "order" and isinstance(question.answer, tuple):
        return question.answer
    return ("",) * len(question.evidence)
