"""In which order are these panels read?

Three or four consecutive panels of a page, each shown alone as an image of its own: the layout of
the page, which would give the order away, is never seen. The lettering tells the order; at most one
of the panels has none.
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

LEAST, MOST = 3, 4
"""Panels a question."""
TELLING = ("speech", "thought", "caption")
"""The kinds of balloons whose words tell a story."""


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
                    yield self._of(issue, page, panels[window.start : window.stop])

    def _of(self, issue: Issue, page: Page, panels: Sequence[Panel]) -> Question | Rejection:
        """The question of a run of panels: of all, or of all but the first or the last."""
        reason = self._unfit(page, panels)
        if reason is None:
            return self._question(issue, page, _item(panels), panels)
        for part in (panels[1:], panels[:-1]):
            if len(part) >= LEAST and self._unfit(page, part) is None:
                return self._question(issue, page, _item(part), part)
        return self.reject(page, _item(panels), reason)

    def _unfit(self, page: Page, panels: Sequence[Panel]) -> str | None:
        if any(too_small(page, panel.box) for panel in panels):
            return TOO_SMALL
        if any(overlapping(a.box, b.box) > 0.1 for a, b in combinations(panels, 2)):
            return "panels overlap"
        told = {
            b.panel for b in page.balloons or () if b.kind in TELLING and (b.text or "").strip()
        }
        silent = [panel for panel in panels if panel.id not in told]
        return "too few panels with words" if len(silent) > 1 else None

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


def _item(panels: Sequence[Panel]) -> str:
    return f"{panels[0].id}-{panels[-1].id}"
