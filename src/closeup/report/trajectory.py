"""What was said about a page of one's own: for the terminal, for programs, and as crops."""

import re
from collections.abc import Iterator
from pathlib import Path

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from closeup import replies
from closeup.ask import Talk
from closeup.episode import StopReason, ToolCall
from closeup.geometry import Box, Grid, View
from closeup.message import Message, Usage
from closeup.pictures import Pictures
from closeup.records import CloseupError, Record

MOST_SHOWN = 3_000
"""Characters of one text on the terminal."""
_TAG = re.compile(r"</?(?:think|thinking|answer|tool_call)>", re.I | re.A)


class Trajectory(Record):
    """An episode without a bench."""

    question: str
    model: str
    grid: Grid
    views: tuple[View, ...]
    """What the model was shown, in order: the page, then what its calls gave."""
    turns: tuple[Message, ...]
    calls: tuple[ToolCall, ...]
    stop: StopReason
    answer: str | None
    """None where it gave none."""
    usage: Usage
    seconds: float
    served_by: str

    @classmethod
    def of(cls, talk: Talk, question: str, model: str, grid: Grid) -> "Trajectory":
        ended = talk.conversation
        assert ended.stop is not None
        # A call where the answer should be holds no answer.
        said = "" if ended.stop == "out of budget" else ended.messages[-1].text
        return cls(
            question=question,
            model=model,
            grid=grid,
            views=tuple(ended.views),
            turns=ended.turns,
            calls=tuple(ended.calls),
            stop=ended.stop,
            answer=replies.text(said).answer,
            usage=ended.usage,
            seconds=talk.seconds,
            served_by=talk.replies[-1].served_by,
        )


def shown(told: Trajectory) -> RenderableType:
    """A trajectory as text: reasoning dim, each call with the box of the page that it showed."""
    page = told.views[0]
    opening = [
        Text.assemble((page.page, "bold"), f"  {_size(page)}, as image 1 of {_pixels(page)}"),
        Text(_plain(told.question), "italic"),
    ]
    sections: list[list[RenderableType]] = [[*opening]]
    calls = {call.turn: call for call in told.calls}
    number = -1
    for turn in told.turns:
        if turn.role == "assistant":
            number += 1
            sections.append([*_said(turn.text, number in calls)])
        elif call := calls.get(number):
            lines = _done(call, turn, told)
            sections[-1] += [Padding(line, (0, 0, 0, 2), expand=False) for line in lines]
    sections.append([*_answer(told), Text(_costs(told), "dim")])
    first, *rest = (section for section in sections if section)
    return Group(*first, *(part for section in rest for part in ("", *section)))


def _said(text: str, called: bool) -> Iterator[Text]:
    """A turn without its call and its answer, which are shown apart."""
    said = replies.without_reasoning(text)
    reasoning = _TAG.sub("", text.removesuffix(said)).strip()
    words = re.split("<tool_call>" if called else "<answer>", said, maxsplit=1, flags=re.I)[0]
    if reasoning:
        yield Text(_plain(reasoning), "dim")
    if words.strip():
        yield Text(_plain(_TAG.sub("", words)))


def _done(call: ToolCall, turn: Message, told: Trajectory) -> Iterator[Text]:
    """A call, and what came of it."""
    name = Text(_plain(call.tool or "a call", 60), "cyan")
    if call.error:
        yield Text.assemble(name, f" {_plain(call.arguments, 200)}")
        yield Text(_plain(call.error), "red")
    elif call.view is None:
        yield Text.assemble(name, _place(call.asked) if call.asked else "")
        yield Text(_plain(turn.text))
    else:
        view = told.views[call.view]
        size = f"{_size(view)}, as image {call.view + 1} of {_pixels(view)}"
        yield Text.assemble(name, f"{_place(view.box)}: {size}")


def _place(box: Box) -> str:
    return f" [{', '.join(f'{v:.0f}' for v in box.corners)}] of the page"


def _answer(told: Trajectory) -> Iterator[Text]:
    if told.answer is None:
        yield Text(f"no answer: {told.stop}", "red")
    else:
        how = "" if told.stop == "answered" else f"  ({told.stop})"
        yield Text.assemble("answer  ", (_plain(told.answer), "bold green"), (how, "dim"))


def _costs(told: Trajectory) -> str:
    turns, calls = len(told.turns) - len(told.calls), len(told.calls)
    costs = [_count(turns, "turn"), _count(calls, "call")]
    if told.usage.input or told.usage.output:
        costs.append(f"{told.usage.input:,} tokens in, {told.usage.output:,} out")
    return ", ".join([*costs, f"{told.seconds:.1f} s", told.served_by or told.model])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _size(view: View) -> str:
    """The pixels of the page that a view shows."""
    return f"{view.box.width:g}x{view.box.height:g}"


def _pixels(view: View) -> str:
    return "{}x{}".format(*view.size)


def _plain(text: str, limit: int = MOST_SHOWN) -> str:
    """A model's text without what would steer the terminal, cut where it is long."""
    cut = text[:limit].strip()
    plain = "".join(char if char.isprintable() or char in "\n\t" else "�" for char in cut)
    return plain if len(text) <= limit else f"{plain}… ({len(text) - limit:,} more characters)"


def check_folder(folder: Path) -> None:
    """Raises CloseupError where crops would come to lie among other files."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CloseupError(f"{folder}: need a missing or an empty folder for the crops")


def save(told: Trajectory, pictures: Pictures, folder: Path) -> None:
    """Write every image as the model was shown it, in order: `1_page.png`, `2_zoom_in.png`."""
    names = {call.view: re.sub(r"\W", "_", call.tool) for call in told.calls}
    folder.mkdir(parents=True, exist_ok=True)
    for i, view in enumerate(told.views):
        pictures.pixels(view).save(folder / f"{i + 1}_{names.get(i, 'page')}.png")
