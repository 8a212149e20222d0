"""The scripted teacher: it knows the annotations and writes the episode of a careful reader.

It looks where looking closer helps, says what is to be seen there, and gives the task's solution.
What it writes is honest: it looks only at what the question is about, in the order in which a
reader would, and says nothing that cannot be seen in what it was shown. Where a region fills a
quarter of its image or more, where it is shown enlarged already, or where it may not zoom, it
answers at once.

    action                       the figure
    counting, panel tasks        the panel
    depth                        one look at both figures where they are near, else one at each
    identification               the reference, then candidates until the right one is seen
    dialogue                     the balloons in reading order, those near each other together
    panel reordering             lettering that is shown too small to be read, panel by panel

Each look holds its region with a margin that is drawn by the question, so that no one margin is
what a student learns. Several epochs give several episodes of the same question. `Exact` draws no
margin: where a question names one box it looks at that very box, which even a small student can
learn to copy.
"""

import json
import random
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import islice, pairwise
from typing import NamedTuple

from closeup.geometry import Box, Grid, View
from closeup.images import Resolution
from closeup.message import Reply, Request
from closeup.models import teacher_words as words
from closeup.models.model import Given
from closeup.models.scripted import asked, bench_of
from closeup.models.zoomer import NO_MORE, PIXELS
from closeup.question import Mark, Question
from closeup.tasks import task_of
from closeup.tools.tool import MAX_ASPECT, MIN_SIDE

VERSION = 2
"""To be raised when the same question gets another episode than before."""
LARGE = 0.25
"""The share of its image from which on a region is not looked at again."""
MARGINS = (0.1, 0.35)
"""Of the region's width or height, on each side."""
NEAR = 3.0
"""Boxes are looked at together where the box around them is no larger than so many times theirs."""
LEGIBLE = 9.0
"""Pixels of a capital letter as it is shown; a smaller one is looked at again."""
CALLS = 3
"""Looks that are planned where the system text names no number."""
TOOL = "zoom_in"
_CALLS = re.compile(r"one tool a turn, (\d+) at most")


class Look(NamedTuple):
    """A region to zoom into, and what is thought before."""

    mark: Mark
    thought: str


Lettering = Callable[[Question, int], list[Box]]
"""The boxes of the balloons that a view of a question shows."""


class Teacher:
    """An honest episode for every question, from the annotations."""

    by_question = True
    name = "teacher"
    margins = MARGINS

    def __init__(self, given: Given) -> None:
        options = given.options
        pixels = PIXELS if options.pixels is None else options.pixels or None
        self.grid: Grid = options.grid or "rel1000"
        self.resolution = Resolution(pixels=pixels, multiple=options.multiple or 1)
        self._bench = bench_of(given, self.name)
        self._page = lru_cache(maxsize=64)(self._bench.page)
        self.version = f"{self._bench.content_hash}/{VERSION}"

    async def reply(self, request: Request) -> Reply:
        question = self._bench.question(asked(request.messages))
        views = next(
            tuple(part for part in message.parts if isinstance(part, View))
            for message in request.messages
            if message.role == "user"
        )
        looks: Sequence[Look] = ()
        if len(views) == len(question.views):  # else its regions are shown already
            calls = _calls(request)
            looks = plan(question, views, calls, request.epoch, self._lettering) if calls else ()
        done = [message for message in request.messages if message.role == "tool"]
        if len(done) < len(looks) and not (done and NO_MORE in done[-1].text):
            return Reply(text=self._zoom(looks[len(done)], views, question, request.epoch))
        thought = words.seen(question, _dice(question, request.epoch, "seen"))
        solution = task_of(self._bench, question.task).solution(question)
        return Reply(text=f"<think>{thought}</think>{solution}")

    def _zoom(self, look: Look, views: Sequence[View], question: Question, epoch: int) -> str:
        view = views[look.mark.view]
        dice = _dice(question, epoch, look.mark.box)
        box = with_margin(look.mark.box, view.box, dice, self.margins)
        arguments = {"bbox_2d": view.from_page(box, self.grid), "image": look.mark.view + 1}
        call = json.dumps({"name": TOOL, "arguments": arguments})
        return f"<think>{look.thought}</think><tool_call>{call}</tool_call>"

    def _lettering(self, question: Question, view: int) -> list[Box]:
        crop = question.views[view]
        balloons = self._page(crop.page).balloons or ()
        return [b.box for b in balloons if b.text and crop.box.coverage(b.box) > 0.5]


class Exact(Teacher):
    """The same, with no margin around what it looks at."""

    name = "teacher_exact"
    margins = (0.0, 0.0)


def _dice(question: Question, epoch: int, what: object) -> random.Random:
    return random.Random(f"{question.id}/{epoch}/{what}")


def _calls(request: Request) -> int:
    """How often the request allows to zoom; 0 where it offers no such tool."""
    system = "".join(m.text for m in request.messages if m.role == "system")
    named = [tool.get("function", {}).get("name") for tool in request.tools]
    if TOOL not in named and f'"name": "{TOOL}"' not in system.partition("<tools>")[2]:
        return 0
    told = _CALLS.search(system)
    return int(told[1]) if told else CALLS


def plan(
    question: Question, views: Sequence[View], calls: int, epoch: int, lettering: Lettering
) -> list[Look]:
    """Where a reader looks, one region a turn, in `calls` turns at most."""
    dice = _dice(question, epoch, "plan")
    match question.task:
        case "action_recognition":
            looks = _named(question, "character", "figure", dice)
        case "character_counting":
            looks = _named(question, "panel", "count", dice)
        case "panel_understanding" | "panel_understanding_choice":
            looks = _named(question, "panel", "panel", dice)
        case "depth_comparison":
            looks = _depth(question, calls, dice)
        case "character_identification":
            looks = _identification(question, calls, dice)
        case "dialogue_reordering":
            looks = _dialogue(question, calls, dice)
        case "panel_reordering":
            looks = _panels(question, views, lettering, dice)
        case _:
            looks = _anything(question, calls, dice)
    return [look for look in looks if not _large(look.mark, question)][:calls]


def _large(mark: Mark, question: Question) -> bool:
    return mark.box.area >= LARGE * question.views[mark.view].box.area


def _named(question: Question, name: str, kind: str, dice: random.Random) -> list[Look]:
    return [Look(question.refs[name], words.look(kind, dice))] if name in question.refs else []


def _depth(question: Question, calls: int, dice: random.Random) -> list[Look]:
    groups = grouped([question.refs[letter] for letter in question.labels], calls)
    if len(groups) == 1:
        return [Look(_around(groups[0], question), words.look("both", dice))]
    looks: list[Look] = []
    for letters, group in zip(_cut(question.labels, groups), groups, strict=True):
        thought = words.look("next" if looks else "first", dice, words.joined(letters))
        looks.append(Look(_around(group, question), thought))
    # One figure alone says nothing of which is nearer.
    whole = len(looks) <= calls and not any(_large(look.mark, question) for look in looks)
    return looks if whole else []


def _identification(question: Question, calls: int, dice: random.Random) -> list[Look]:
    """The reference, then candidates in any order, in which the right one comes before the end.

    So the first candidate looked at is often another one: a student must compare, and not say of
    whatever it has seen that it is the same.
    """
    looks = _named(question, "reference", "reference", dice)
    looks = [look for look in looks if not _large(look.mark, question)]
    small = [letter for letter in question.labels if not _large(question.refs[letter], question)]
    room = min(calls - len(looks), len(small))
    if question.answer not in small or room < 1:
        return looks
    others = dice.sample([letter for letter in small if letter != question.answer], len(small) - 1)
    before = ""
    for letter in [*others[: dice.randrange(room)], str(question.answer)]:
        kind = "other" if before else "candidate"
        looks.append(Look(question.refs[letter], words.look(kind, dice, letter, before)))
        before = letter
    return looks


def _dialogue(question: Question, calls: int, dice: random.Random) -> list[Look]:
    assert isinstance(question.answer, tuple)
    groups = grouped(question.evidence, calls)
    looks: list[Look] = []
    before = ""
    for letters, group in zip(_cut(question.answer, groups), groups, strict=True):
        mark = _around(group, question)
        if not _large(mark, question):
            kind = "read on" if before else "read"
            looks.append(Look(mark, words.look(kind, dice, before=before)))
            before = words.joined(letters)
    return looks


def _panels(
    question: Question, views: Sequence[View], lettering: Lettering, dice: random.Random
) -> list[Look]:
    height = question.difficulty.text_height
    looks: list[Look] = []
    for number, view in enumerate(views):
        if height is None or height * view.size[1] / view.box.height >= LEGIBLE:
            continue
        if boxes := lettering(question, number):
            mark = Mark(view=number, box=Box.around(boxes))
            letter = question.labels[number] if number < len(question.labels) else "it"
            looks.append(Look(mark, words.look("lettering", dice, letter)))
    return looks


def _anything(question: Question, calls: int, dice: random.Random) -> list[Look]:
    """Of a task that it does not know: the regions with a name, then the evidence."""
    named = [mark for name, mark in question.refs.items() if len(name) > 1]
    marks = [*named, *(mark for mark in question.evidence if mark not in named)]
    groups = grouped(marks, calls)
    return [Look(_around(group, question), words.look("anything", dice)) for group in groups]


def grouped(marks: Sequence[Mark], most: int) -> list[list[Mark]]:
    """Marks in a row, neighbours that are near taken together: into `most` groups where that goes.

    Marks of different views are never together.
    """
    groups = [[mark] for mark in marks]
    while len(groups) > 1:
        costs = [_cost([*a, *b]) for a, b in pairwise(groups)]
        least = min(costs)
        if least == float("inf") or (least > NEAR and len(groups) <= most):
            break
        first = costs.index(least)
        groups[first : first + 2] = [groups[first] + groups[first + 1]]
    return groups


def _cut(letters: Sequence[str], groups: Sequence[Sequence[Mark]]) -> list[Sequence[str]]:
    """The letters of marks, in the groups that the marks were put in."""
    rest = iter(letters)
    return [tuple(islice(rest, len(group))) for group in groups]


def _cost(marks: Sequence[Mark]) -> float:
    """How much more than the marks a look at all of them would show."""
    if len({mark.view for mark in marks}) > 1:
        return float("inf")
    boxes = [mark.box for mark in marks]
    return Box.around(boxes).area / sum(box.area for box in boxes)


def _around(marks: Sequence[Mark], question: Question) -> Mark:
    """One mark around some of one view, within that view."""
    view = marks[0].view
    around = Box.around(mark.box for mark in marks)
    return Mark(view=view, box=around.intersection(question.views[view].box) or around)


def with_margin(
    box: Box, within: Box, dice: random.Random, margins: tuple[float, float] = MARGINS
) -> Box:
    """A box with a drawn margin on each side, inside an image, and no smaller or thinner than may
    be shown."""
    left, top, right, bottom = (dice.uniform(*margins) for _ in range(4))
    x0, x1 = box.x0 - left * box.width, box.x1 + right * box.width
    y0, y1 = box.y0 - top * box.height, box.y1 + bottom * box.height
    least = max(2 * MIN_SIDE, 2 * max(x1 - x0, y1 - y0) / MAX_ASPECT)
    x0, x1 = _fitted(x0, x1, within.x0, within.x1, least)
    y0, y1 = _fitted(y0, y1, within.y0, within.y1, least)
    return Box(x0, y0, x1, y1)


def _fitted(
    low: float, high: float, first: float, last: float, least: float
) -> tuple[float, float]:
    """An interval that is at least `least` long, where there is as much from first to last."""
    short = max(0.0, least - (high - low)) / 2
    low, high = low - short, high + short
    if low < first:
        low, high = first, max(high, first + min(least, last - first))
    if high > last:
        low, high = min(low, last - min(least, last - first)), last
    return max(low, first), min(high, last)
