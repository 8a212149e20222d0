"""Which questions to leave out so that every cue hits about as often as chance."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from closeup.build.candidates import Candidate

TOLERANCE = 0.03
"""How far from chance a cue's rate may lie, or 0.5/√n where that is more: the standard error of a
coin's rate in the n questions that the cue decides."""
FEW = 10
"""Candidates: where a cue decides fewer, what it hits is chance, and it is left alone."""
SLACK = 1e-9
"""Hits: less than this beyond the tolerance is the rounding of a sum, and none."""


def level(units: Sequence[Sequence[Candidate]]) -> dict[str, str]:
    """The questions to leave out, by id, each with its reason: "balance: " and a cue.

    A unit is what stays or goes together, such as a pair of mirror images; each of its questions
    has a chance level. Excess is what a cue's surplus of hits over chance has beyond the tolerance;
    each step leaves out the unit, or in a large bench some units, whose loss lowers the sum of the
    squares of all excesses most. Units are taken in the order given where they are worth the same.
    """
    told = Counter(cue for unit in units for one in unit for cue in one.hits)
    cues = sorted(cue for cue, count in told.items() if count >= FEW)
    if not cues:
        return {}
    unit, cue, surplus, decides = _entries(units, cues)
    # What a loss is worth depends on the cue and the two numbers alone: there are few such classes.
    classes, member = np.unique(np.stack([cue, surplus, decides]), axis=1, return_inverse=True)
    member = member.reshape(-1)
    of, less, fewer = classes[0].astype(int), classes[1], classes[2]
    total = np.bincount(cue, surplus, len(cues))
    count = np.bincount(cue, decides, len(cues))
    left = np.full(len(units), True)
    first = np.searchsorted(unit, np.arange(len(units) + 1))
    dropped: dict[str, str] = {}
    while left.sum() > 1:
        excess = _excess(total, count)
        if not excess.any():
            break
        after = _excess(total[of] - less, count[of] - fewer)
        gain = np.bincount(unit, (excess[of] ** 2 - after**2)[member], len(units))
        # Rounded, so that ties are ties in whatever order the cues of a unit are added.
        worth = np.where(left, np.round(gain, 6), 0)
        pull = (excess * np.sign(total))[of] * less
        # Large benches lose many at a time, never so many that a cue could swing past chance.
        some = max(1, int(left.sum()) // 5_000, int(excess.max() / 16))
        best = np.argsort(-worth, kind="stable")[:some]
        best = best[worth[best] > 0]
        if not len(best):  # the cues pull against each other: serve the worst, at the least harm
            worst = int(excess.argmax())
            serves = (of == worst) & (pull > 0)
            able = np.bincount(unit, serves[member], len(units)) > 0
            if not (able & left).any():
                break
            best = [int(np.where(able & left, np.round(gain, 6), -np.inf).argmax())]
        for index in map(int, best):
            own = slice(first[index], first[index + 1])
            reason = f"balance: {cues[cue[own][pull[member[own]].argmax()]]}"
            dropped |= {one.id: reason for one in units[index]}
            left[index] = False
            total[cue[own]] -= surplus[own]
            count[cue[own]] -= decides[own]
    return dropped


def cue_rates(candidates: Iterable[Candidate]) -> dict[str, tuple[int, float, float]]:
    """For each cue how often it decides, how often it then hits, and what chance would hit."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0, 0.0, 0.0])
    for one in candidates:
        for cue, hit in one.hits.items():
            entry = sums[cue]
            entry[0] += 1
            entry[1] += hit
            entry[2] += one.chance or 0.0
    return {cue: (int(n), h / n, c / n) for cue, (n, h, c) in sorted(sums.items())}


def tolerance(count: int) -> float:
    """How far the rate of a cue that decides `count` questions may lie from chance."""
    return max(TOLERANCE, 0.5 / math.sqrt(count)) if count else 1.0


def _entries(
    units: Sequence[Sequence[Candidate]], cues: Sequence[str]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """For each unit and each cue that decides in it: both their numbers, the hits above chance,
    and in how many of the unit's questions it decides."""
    row = {cue: i for i, cue in enumerate(cues)}
    found: list[tuple[int, int, float, int]] = []
    for index, unit in enumerate(units):
        sums: dict[int, tuple[float, int]] = {}
        for one in unit:
            for cue, hit in one.hits.items():
                if cue not in row:
                    continue
                surplus, decides = sums.get(row[cue], (0.0, 0))
                sums[row[cue]] = surplus + hit - (one.chance or 0.0), decides + 1
        found += [(index, cue, *sums[cue]) for cue in sorted(sums)]
    unit, cue, surplus, decides = zip(*found, strict=True)
    return np.array(unit), np.array(cue), np.array(surplus), np.array(decides, dtype=float)


def _excess(total: np.ndarray, count: np.ndarray) -> np.ndarray:
    """How many hits a cue has beyond what the tolerance allows, above chance or below."""
    allowed = np.maximum(TOLERANCE * count, 0.5 * np.sqrt(np.maximum(count, 0)))
    return np.maximum(np.abs(total) - allowed - SLACK, 0)
