"""Which description fits a panel? The multiple-choice twin of panel understanding.

The wrong descriptions are of other panels, of the same page where there are enough: they speak of
the same people and places, and each is right for one question and wrong for others, so that no
text gives itself away.
"""

import random
from collections.abc import Iterator, Sequence

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


class PanelUnderstandingChoice(Task):
    """The panel is named by its box; the options are descriptions."""

    name = "panel_understanding_choice"
    answer_format = "choice"

    def questions(self, issue: Issue) -> Iterator[Question | Rejection]:
        everywhere = [d.text for page in issue.pages for d in page.descriptions or ()]
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
                    here = [d.text for d in described.values()]
                    wrong = _distractors(description.text, here, everywhere, rng)
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


def _distractors(
    true: str, here: Sequence[str], everywhere: Sequence[str], rng: random.Random
) -> list[str] | None:
    """Three other descriptions, unlike the true one and each other; None where there are not.

    Those of the same page come first, then the rest of the issue by nearness of length, in bands
    of a third: a finer order would make the true one the middle of its options.
    """
    near = shuffled(here, rng)
    far = shuffled(everywhere, rng)
    far.sort(key=lambda text: round(3 * abs(len(text) - len(true)) / len(true)))
    chosen: list[str] = []
    for text in (*near, *far):
        if text.strip() and all(_jaccard(text, other) < ALIKE for other in (true, *chosen)):
            chosen.append(text)
        if len(chosen) == OPTIONS - 1:
            return chosen
    return None


def _jaccard(a: str, b: str) -> float:
    first, second = set(normal(a).split()), set(normal(b).split())
    return len(first & second) / len(first | second)
