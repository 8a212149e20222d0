"""Balance for answers that are numbers: the commonest are capped."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from closeup.build.candidates import Candidate
from closeup.cues import Answer

BEST_CONSTANT = 0.3
"""The highest share that one number may have among the answers of a third of the sizes."""
ABOVE_EVEN = 1.15
"""Where there are few numbers: the highest share, as a multiple of what each has if all are as
common."""


def too_common(members: Sequence[Candidate]) -> dict[str, str]:
    """The questions to leave out, by id, with their reasons; of one number, the last ones.

    In each third of the sizes by itself, of k different numbers none may have a larger share than
    BEST_CONSTANT or ABOVE_EVEN/k, whichever is more: so neither one number nor one number a size
    is right much more often. A number is never lost altogether: where there are so few questions
    that one of each number is too many, the share may be higher.
    """
    by_size = sorted(members, key=lambda one: one.size or 0.0)
    edges = [round(len(by_size) * part / 3) for part in range(4)]
    place = {one.id: i for i, one in enumerate(members)}
    dropped: dict[str, str] = {}
    for start, stop in pairwise(edges):
        third = sorted(by_size[start:stop], key=lambda one: place[one.id])
        numbers = Counter(one.gold for one in third)
        if not numbers:
            continue
        goal = max(BEST_CONSTANT, ABOVE_EVEN / len(numbers))
        cap = max(numbers.values())
        while cap > 1 and cap > goal * sum(min(n, cap) for n in numbers.values()):
            cap -= 1
        kept: Counter[Answer] = Counter()
        for one in third:
            kept[one.gold] += 1
            if kept[one.gold] > cap:
                dropped[one.id] = f"balance: constant {one.gold}"
    return dropped
