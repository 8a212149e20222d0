"""Which of two characters of a panel is closer to the viewer?

The depth ranks of the annotation decide; they compare within one panel only. Both must be known
and differ. Larger and lower figures are mostly nearer, in comics as in life, so pairs
where foot height or size misleads are asked first, and the bench balances both cues.
"""

from collections.abc import Iterator
from itertools import combinations

from closeup.page import Character, Page
from closeup.question import Question, Rejection
from closeup.tasks.making import (
    ENOUGH,
    difficulty,
    hidden_reason,
    lettered,
    marks,
    shuffled,
    whole,
)
from closeup.tasks.task import Issue, Task

MOST = 4
"""Pairs a page."""


class DepthComparison(Task):
    """Two lettered characters of one panel; the answer is the nearer one's letter."""

    name = "depth_comparison"
    answer_format = "choice"

    def questions(self, issue: Issue) -> Iterator[Question | Rejection]:
        for page in issue.pages:
            pairs: list[tuple[str, Character, Character]] = []
            for panel in page.panels or ():
                for a, b in combinations(page.characters_in(panel), 2):
                    item = f"{a.id}+{b.id}"
                    if reason := self._unfit(page, a, b):
                        yield self.reject(page, item, reason)
                    else:
                        pairs.append((item, a, b))
            rng = issue.random(self.name, page.id, "pairs")
            pairs = shuffled(pairs, rng)
            pairs.sort(key=lambda pair: _telling(pair[1], pair[2]))
            for item, a, b in pairs[:MOST]:
                yield self._question(issue, page, item, a, b)
            for item, _, _ in pairs[MOST:]:
                yield self.reject(page, item, ENOUGH)

    def _unfit(self, page: Page, a: Character, b: Character) -> str | None:
        if a.depth is None or b.depth is None:
            return "missing depth"
        if a.depth == b.depth:
            return "equal depth"
        if reason := hidden_reason(page, a) or hidden_reason(page, b):
            return reason
        return "boxes nearly the same" if a.box.iou(b.box) > 0.7 else None

    def _question(self, issue: Issue, page: Page, item: str, *pair: Character) -> Question:
        a, b = shuffled(pair, issue.random(self.name, page.id, item))
        assert a.depth is not None
        assert b.depth is not None
        views, evidence = (whole(page),), marks(0, (a.box, b.box))
        facts, tags = difficulty(page, views, evidence)
        easy = ("easy",) if abs(a.depth - b.depth) >= 2 else ()
        return Question(
            id=self.id(page, item),
            task=self.name,
            split=issue.split,
            issue=issue.key,
            views=views,
            refs=lettered(evidence),
            answer="A" if a.depth < b.depth else "B",
            answer_format="choice",
            evidence=evidence,
            chance=0.5,
            difficulty=facts,
            tags=(*easy, *_conflicts(a, b), *tags),
        )


def _telling(a: Character, b: Character) -> tuple[bool, bool]:
    """How much the usual cues give away, least first; feet on one line tell nothing."""
    conflicts = _conflicts(a, b)
    return (
        "foot_misleads" not in conflicts and a.box.y1 != b.box.y1,
        "size_misleads" not in conflicts,
    )


def _conflicts(a: Character, b: Character) -> tuple[str, ...]:
    """The pictorial cues that point to the farther of the two."""
    assert a.depth is not None
    assert b.depth is not None
    near, far = (a, b) if a.depth < b.depth else (b, a)
    found = []
    if near.box.area < far.box.area:
        found.append("size_misleads")
    if near.box.y1 < far.box.y1:
        found.append("foot_misleads")
    return tuple(found)
