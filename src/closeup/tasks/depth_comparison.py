"""Which of two characters of a panel is closer to the viewer?

The depth ranks of the annotation decide; they compare within one panel only. Both must be known
and differ. Larger and lower figures are mostly nearer, in comics as in life, so a page's pairs are
taken in turns from those where size, foot height, both or neither misleads, and the bench balances
the rest.

Neighbouring ranks are where annotators err, and an error is most often a pair whose cues mislead.
Where the boxes meet, one figure hides the other and the rank can be seen; a pair one rank apart
whose boxes do not meet is taken after the others, and tagged `contested` where a cue misleads.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, zip_longest

from closeup.page import Character, Page
from closeup.question import Question, Rejection
from closeup.tasks.making import (
    ENOUGH,
    difficulty,
    hidden_reason,
    lettered,
    marks,
    scale,
    shuffled,
    whole,
)
from closeup.tasks.task import Issue, Task

MOST = 6
"""Pairs a page."""
SIZE, FOOT = "size_misleads", "foot_misleads"
CONTESTED = "contested"
"""The tag of a question whose answer rests on the annotators' word, against the cues."""
_KINDS = ((SIZE, FOOT), (FOOT,), (SIZE,), ())

TOUCH = 8
"""Pixels between boxes that still meet, on the page at 1.0 megapixels."""

Pair = tuple[str, Character, Character]


class DepthComparison(Task):
    """Two lettered characters of one panel; the answer is the nearer one's letter."""

    name = "depth_comparison"
    answer_format = "choice"

    def questions(self, issue: Issue) -> Iterator[Question | Rejection]:
        for page in issue.pages:
            pairs: list[Pair] = []
            for panel in page.panels or ():
                for a, b in combinations(page.characters_in(panel), 2):
                    item = f"{a.id}+{b.id}"
                    if reason := self._unfit(page, a, b):
                        yield self.reject(page, item, reason)
                    else:
                        pairs.append((item, a, b))
            pairs = shuffled(pairs, issue.random(self.name, page.id, "pairs"))
            pairs = _mixed(sorted(pairs, key=lambda pair: _doubtful(page, *pair[1:])))
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
        misleading = _conflicts(a, b)
        contested = (CONTESTED,) if misleading and _doubtful(page, a, b) else ()
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
            tags=(*easy, *misleading, *contested, *tags),
        )


def _mixed(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs in turns: one in which both cues mislead, one of each, one of neither, and again.

    Cues that mislead are rare on most pages, and a bench needs as many that do as that do not.
    """
    kinds: dict[tuple[str, ...], list[Pair]] = {kind: [] for kind in _KINDS}
    for pair in pairs:
        kinds[_conflicts(pair[1], pair[2])].append(pair)
    turns = zip_longest(*kinds.values())
    return [pair for turn in turns for pair in turn if pair is not None]


def _doubtful(page: Page, a: Character, b: Character) -> bool:
    """Whether the two are one rank apart and too far from each other for one to hide the other."""
    assert a.depth is not None
    assert b.depth is not None
    across = max(a.box.x0, b.box.x0) - min(a.box.x1, b.box.x1)
    down = max(a.box.y0, b.box.y0) - min(a.box.y1, b.box.y1)
    return abs(a.depth - b.depth) < 2 and max(across, down) * scale(page, 1.0) > TOUCH


def _conflicts(a: Character, b: Character) -> tuple[str, ...]:
    """The pictorial cues that point to the farther of the two."""
    assert a.depth is not None
    assert b.depth is not None
    near, far = (a, b) if a.depth < b.depth else (b, a)
    found = []
    if near.box.area < far.box.area:
        found.append(SIZE)
    if near.box.y1 < far.box.y1:
        found.append(FOOT)
    return tuple(found)
