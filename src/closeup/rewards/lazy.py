"""Policies that do not look, and one that does: what every reward must tell apart.

They play by the rules of a conversation, need no images and no model, and zoom alike for the same
question. What they earn is an expectation: who has seen nothing is right as often as
`Question.chance` says.

no_zoom           answers at once
whole_page        zooms on each image, whole
tiny_zooms        zooms three times on 16 pixels amid the evidence: sees nothing, hits everything
random_box        zooms on a third of each side, anywhere
scattered         the same three times, each elsewhere
repeated          the same three times, at one place
look_then_guess   zooms like the honest one, and does not use what it sees
honest            zooms on each piece of evidence with some margin, and answers what it saw
"""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

from PIL import Image

from closeup.conversation import Budget, Conversation
from closeup.episode import Episode
from closeup.geometry import Box, Grid, View
from closeup.images import Resolution
from closeup.looking import MOST_SHARE, common, marks, seen, sought
from closeup.message import Message, Reply
from closeup.question import Question
from closeup.rewards.crop_sufficiency import source
from closeup.rewards.reward import Reward
from closeup.tasks import Task
from closeup.tasks.scoring import solution
from closeup.tools import ZoomIn
from closeup.tools.tool import Scene

GRID: Grid = "rel1000"
BUDGET = Budget()
MARGIN = 0.1
"""Of the box's side, on each side: how exactly the honest one aims."""
TINY = 16


class Place(NamedTuple):
    """Where a policy zooms: a box, in page pixels, of one of the question's images."""

    view: int
    box: Box


class Policy(NamedTuple):
    """A way to go about a question."""

    zooms: Callable[[Question, random.Random], Sequence[Place]]
    sees: bool = False
    """Whether it answers right; else it guesses."""


def _no_zoom(question: Question, dice: random.Random) -> list[Place]:
    return []


def _whole_page(question: Question, dice: random.Random) -> list[Place]:
    return [Place(i, view.box) for i, view in enumerate(question.views)][: BUDGET.calls]


def _tiny_zooms(question: Question, dice: random.Random) -> list[Place]:
    found = [Place(mark.view, mark.box) for mark in question.evidence]
    places = dice.choices(found or _whole_page(question, dice), k=BUDGET.calls)
    centers = [(view, *box.center) for view, box in places]
    return [Place(view, Box(x, y, x + TINY, y + TINY)) for view, x, y in centers]


def _random_box(question: Question, dice: random.Random) -> list[Place]:
    view = dice.randrange(len(question.views))
    whole = question.views[view].box
    width, height = whole.width / 3, whole.height / 3
    x = whole.x0 + dice.random() * (whole.width - width)
    y = whole.y0 + dice.random() * (whole.height - height)
    return [Place(view, Box(x, y, x + width, y + height))]


def _scattered(question: Question, dice: random.Random) -> list[Place]:
    return [place for _ in range(BUDGET.calls) for place in _random_box(question, dice)]


def _repeated(question: Question, dice: random.Random) -> list[Place]:
    return _random_box(question, dice) * BUDGET.calls


def _honest(question: Question, dice: random.Random) -> list[Place]:
    return [Place(m.view, _with_margin(m.box)) for m in marks(question)[: BUDGET.calls]]


def _with_margin(box: Box) -> Box:
    dx, dy = MARGIN * box.width, MARGIN * box.height
    return Box(box.x0 - dx, box.y0 - dy, box.x1 + dx, box.y1 + dy)


POLICIES: dict[str, Policy] = {
    "no_zoom": Policy(_no_zoom),
    "whole_page": Policy(_whole_page),
    "tiny_zooms": Policy(_tiny_zooms),
    "random_box": Policy(_random_box),
    "scattered": Policy(_scattered),
    "repeated": Policy(_repeated),
    "look_then_guess": Policy(_honest),
    "honest": Policy(_honest, sees=True),
}
LAZY = tuple(name for name, policy in POLICIES.items() if not policy.sees)
"""Look-then-guess among them: it finds the region, and is lazy only in what it makes of it."""


def play(question: Question, task: Task, policy: Policy, *, right: bool) -> Episode:
    """The episode of a policy that answers `right` or wrong."""
    resolution = Resolution()
    views = tuple(resolution.view(crop) for crop in question.views)
    opening = Message(role="user", parts=views, question=question.id)
    scene = Scene(views, GRID, Resolution(), _no_pixels)
    talk = Conversation([opening], {"zoom_in": ZoomIn()}, scene, BUDGET)
    for view, box in policy.zooms(question, random.Random(question.id)):
        numbers = views[view].from_page(box, GRID)
        call = f'{{"name": "zoom_in", "arguments": {{"bbox_2d": {numbers}, "image": {view + 1}}}}}'
        talk.hear(Reply(text=f"<tool_call>{call}</tool_call>"))
    last = task.solution(question) if right else solution(mistaken(question))
    stop = talk.hear(Reply(text=last))
    assert stop is not None
    return Episode(
        question=question.id,
        task=question.task,
        model="scripted",
        grid=GRID,
        views=tuple(talk.views),
        prompt="",
        turns=talk.turns,
        calls=tuple(talk.calls),
        stop=stop,
        score=task.score(question, last),
    )


def mistaken(question: Question) -> Question:
    """The question with a wrong answer for its own."""
    match question.answer:
        case int(number):
            return question.model_copy(update={"answer": number + 1})
        case tuple(order):
            return question.model_copy(update={"answer": (*order[1:], order[0])})
        case letter:
            other = next(label for label in question.labels if label != letter)
            return question.model_copy(update={"answer": other})


def earned(
    reward: Reward, questions: Sequence[Question], tasks: Mapping[str, Task], policy: Policy
) -> dict[str, float]:
    """What a policy is paid by each term, before weights, and in "total", in the mean over
    questions; a term that does not apply counts as 0."""
    rows: list[dict[str, float]] = []
    for question in questions:
        task = tasks[question.task]
        hit = reward.of(question, play(question, task, policy, right=True))
        miss = reward.of(question, play(question, task, policy, right=False))
        odds = 1.0 if policy.sees else question.chance or 0.0
        row = {t: odds * hit.paid(t) + (1 - odds) * miss.paid(t) for t in reward.weights}
        rows.append(row | {"total": odds * hit.total + (1 - odds) * miss.total})
    return {name: fmean(row[name] for row in rows) for name in [*reward.weights, "total"]}


class Reader:
    """A stand-in for a scorer, for want of a model: it reads the answer off the evidence.

    p = chance + (SURE - chance) · (share of the evidence that is shown) · (how sharp it is shown),
    sharp being 1 up to a quarter of an image and less the more is shown at once.
    """

    LEAST, SURE = 0.01, 0.95

    def log_prob(self, question: Question, view: View) -> float:
        whole = source(question, view)
        if whole is None:
            raise ValueError(f"{question.id}: no image holds {view}")
        evidence, chance = sought(question), max(question.chance or 0.0, self.LEAST)
        shown = common(evidence, [seen(view)]) / (common(evidence, evidence) or 1.0)
        sharp = min(1.0, MOST_SHARE * whole.area / view.box.area)
        return math.log(chance + (self.SURE - chance) * shown * sharp)


def _no_pixels(view: View) -> Image.Image:
    raise AssertionError("zoom_in decodes nothing")
