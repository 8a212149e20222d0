"""How many characters are drawn in a panel?

The prompt says what counts. A panel is asked about only where the labels are the whole truth: no
crowd, no figure whose panel is unknown drawn over it, no other panel within its box.
"""

from collections.abc import Iterator

from closeup.page import Page, Panel
from closeup.question import Mark, Question, Rejection
from closeup.tasks.making import TOO_SMALL, covered_panel, difficulty, marks, too_small, whole
from closeup.tasks.task import Issue, Task

MOST = 12
"""Characters; above, counting is a matter of patience and the labels a matter of taste."""


class CharacterCounting(Task):
    """The panel is named by its box; the answer is a whole number.

    `chance` is 0 here: what the best constant earns is known once the bench is whole.
    """

    name = "character_counting"
    answer_format = "integer"

    def questions(self, issue: Issue) -> Iterator[Question | Rejection]:
        for page in issue.pages:
            for panel in page.panels or ():
                if reason := self._unfit(page, panel):
                    yield self.reject(page, panel.id, reason)
                else:
                    yield self._question(issue, page, panel)

    def _unfit(self, page: Page, panel: Panel) -> str | None:
        if page.characters is None:
            return "characters unknown"
        if panel.crowd:
            return "crowd"
        if too_small(page, panel.box):
            return TOO_SMALL
        if covered_panel(page, panel):
            return "panels overlap"
        if any(c.panel is None and c.box.overlap(panel.box) for c in page.characters):
            return "character of unknown panel"
        return "too many to count" if len(page.characters_in(panel)) > MOST else None

    def _question(self, issue: Issue, page: Page, panel: Panel) -> Question:
        cast = page.characters_in(panel)
        views = (whole(page),)
        evidence = marks(0, [c.box for c in cast] or [panel.box])
        facts, tags = difficulty(page, views, evidence)
        kind = "evidence_characters" if cast else "evidence_panel"
        return Question(
            id=self.id(page, panel.id),
            task=self.name,
            split=issue.split,
            issue=issue.key,
            views=views,
            refs={"panel": Mark(view=0, box=panel.box)},
            answer=len(cast),
            answer_format="integer",
            evidence=evidence,
            chance=0.0,
            difficulty=facts,
            tags=(kind, *tags),
        )
