"""Which description fits a panel? The multiple-choice twin of panel understanding.

The wrong descriptions are of other panels of the issue that lie alike on their pages: they speak of
the same people and places, and each is right for one question and wrong for others, so that
neither the text nor where the panel lies gives the answer away.
"""

import math
import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from closeup.geometry import Box
from closeup.page import Description, Page
from closeup.question import Mark, Question, Rejection
from closeup.tasks.making import (
    ENOUGH,
    TOO_SMALL,
    covered_panel,
    difficulty,
    lettered,
    marks,
    normal,
    shuffled,
    too_small,
    whole,
)
from closeup.tasks.task import Issue, Task

MOST = 6
"""Panels a page."""
OPTIONS = 4
ALIKE = 0.6
"""Jaccard index of the words of two descriptions from which on they may both fit."""


class _Told(NamedTuple):
    """A description, and the panel that it is of."""

    text: str
    page: Page
    box: Box

    @property
    def place(self) -> tuple[float, float]:
        x, y = self.box.center
        return x / self.page.width, y / self.page.height


class PanelUnderstandingChoice(Task):
    """The panel is named by its box; the options are descriptions."""

    name = "panel_understanding_choice"
    answer_format = "choice"

    def questions(self, issue: Issue) -> Iterator[Question | Rejection]:
        told = [
            _Told(d.text, page, page.panel(d.panel).box)
            for page in issue.pages
            for d in page.descriptions or ()
        ]
        for page in issue.pages:
            described = {d.panel: d for d in page.descriptions or ()}
            asked = 0
            for panel in shuffled(page.panels or (), issue.random(self.name, page.id, "panels")):
                description = described.get(panel.id)
                if description is None or not description.text.strip():
                    yield self.reject(page, panel.id, "no description")
                elif too_small(page, panel.box):
                    yield self.reject(page, panel.id, TOO_SMALL)
                elif covered_panel(page, panel):
                    yield self.reject(page, panel.id, "panels overlap")
                elif asked == MOST:
                    yield self.reject(page, panel.id, ENOUGH)
                else:
                    rng = issue.random(self.name, page.id, panel.id)
                    own = _Told(description.text, page, panel.box)
                    wrong = _distractors(own, told, rng)
                    if wrong is None:
                        yield self.reject(page, panel.id, "too few unlike descriptions")
                        continue
                    yield self._question(issue, page, description, wrong, rng)
                    asked += 1

    def _question(
        self,
        issue: Issue,
        page: Page,
        description: Description,
        wrong: Sequence[str],
        rng: random.Random,
    ) -> Question:
        panel = page.panel(description.panel)
        options = lettered(shuffled([description.text, *wrong], rng))
        gold = next(name for name, text in options.items() if text == description.text)
        views, evidence = (whole(page),), marks(0, [panel.box])
        facts, tags = difficulty(page, views, evidence)
        return Question(
            id=self.id(page, panel.id),
            task=self.name,
            split=issue.split,
            issue=issue.key,
            views=views,
            refs={"panel": Mark(view=0, box=panel.box)},
            options=tuple(" ".join(text.split()) for text in options.values()),
            answer=gold,
            answer_format="choice",
            evidence=evidence,
            chance=1 / OPTIONS,
            difficulty=facts,
            tags=tags,
        )


def _distractors(true: _Told, told: Sequence[_Told], rng: random.Random) -> list[str] | None:
    """Three other descriptions, unlike the true one and each other; None where there are not.

    Those of panels that lie alike on their pages come first: what opens a page or fills a wide
    panel is told in other words than a small panel's close-up, and the prompt says which it is.
    """
    chosen: list[str] = []
    for other in sorted(shuffled(told, rng), key=lambda other: _unlike(true, other)):
        if other.text.strip() and all(
            _jaccard(other.text, text) < ALIKE for text in (true.text, *chosen)
        ):
            chosen.append(other.text)
        if len(chosen) == OPTIONS - 1:
            return chosen
    return None


def _unlike(a: _Told, b: _Told) -> float:
    """How differently two panels lie on their pages: place, and logarithms of width and height,
    in shares of the page."""
    (ax, ay), (bx, by) = a.place, b.place
    wide = math.log((a.box.width / a.page.width) / (b.box.width / b.page.width))
    high = math.log((a.box.height / a.page.height) / (b.box.height / b.page.height))
    return math.hypot(ax - bx, ay - by, wide, high)


def _jaccard(a: str, b: str) -> float:
    first, second = set(normal(a).split()), set(normal(b).split())
    return len(first & second) / len(first | second)
