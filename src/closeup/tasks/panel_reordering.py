"""In which order are these panels read?

Three or four consecutive panels of a page, each shown alone as an image of its own: the layout of
the page, which would give the order away, is never seen.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import factorial

from closeup.page import Page, Panel
from closeup.question import Crop, Mark, Question, Rejection
from closeup.tasks.making import (
    TOO_SMALL,
    UNKNOWN_ORDER,
    difficulty,
    lettered,
    overlapping,
    shuffled,
    too_small,
    windows,
)
from closeup.tasks.task import Issue, Task

MOST = 4
"""Panels a question."""


class PanelReordering(Task):
    """A view a panel, lettered in the order shown; the answer is the letters in reading order.

    Evidence is every panel, in reading order.
    """

    name = "panel_reordering"
    answer_format = "order"

    def questions(self, issue: Issue) -> Iterator[Question | Rejection]:
        for page in issue.pages:
            panels = page.panels or ()
            cut = windows(len(panels), MOST, issue.random(self.name, page.id, "windows"))
            if not cut:
                yield self.reject(page, "page", "too few panels")
            elif page.reading_direction is None:
                yield self.reject(page, "page", UNKNOWN_ORDER)
            else:
                for window in cut:
                    chosen = [panels[i] for i in window]
                    item = f"{chosen[0].id}-{chosen[-1].id}"
                    if reason := self._unfit(page, chosen):
                        yield self.reject(page, item, reason)
                    else:
                        yield self._question(issue, page, item, chosen)

    def _unfit(self, page: Page, panels: Sequence[Panel]) -> str | None:
        if any(too_small(page, panel.box) for panel in panels):
            return TOO_SMALL
        if any(overlapping(a.box, b.box) > 0.1 for a, b in combinations(panels, 2)):
            return "panels overlap"
        told = {d.panel for d in page.descriptions or ()}
        telling = [p for p in panels if p.id in told or page.balloons_in(p)]
        return "nothing tells the order" if 2 * len(telling) < len(panels) else None

    def _question(self, issue: Issue, page: Page, item: str, panels: Sequence[Panel]) -> Question:
        shown = shuffled(panels, issue.random(self.name, page.id, item))
        views = tuple(Crop(page=page.id, box=panel.box) for panel in shown)
        place = {panel.id: i for i, panel in enumerate(shown)}
        refs = lettered([Mark(view=i, box=panel.box) for i, panel in enumerate(shown)])
        letters = list(refs)
        evidence = tuple(Mark(view=place[panel.id], box=panel.box) for panel in panels)
        lettering = [b for panel in panels for b in page.balloons_in(panel)]
        facts, tags = difficulty(page, views, evidence, lettering)
        inferred = ("inferred_order",) if "panels.order" in page.inferred else ()
        return Question(
            id=self.id(page, item),
            task=self.name,
            split=issue.split,
            issue=issue.key,
            views=views,
            refs=refs,
            answer=tuple(letters[place[panel.id]] for panel in panels),
            answer_format="order",
            evidence=evidence,
            chance=1 / factorial(len(panels)),
            difficulty=facts,
            tags=(*inferred, *tags),
        )
