"""Runs as the lines of a chart: smoothed, thinned, several as their mean with a band.

Rare values far off neither set the scale of a chart nor bend a line.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import isfinite
from typing import NamedTuple

Points = Sequence[tuple[float, float]]
"""(x, y), in the order of x."""
MOST = 400
"""Points of a run that are drawn, and of a line."""
SMOOTH = 0.05
"""The running mean looks so far to each side, as a share of all points."""
FAR = 1.5
"""What stretches the range of a run's values so many times is left out of it, if it is no more than
a hundredth of them at either end."""


class Series(NamedTuple):
    """A line of a chart."""

    name: str
    runs: tuple[Points, ...]
    """One run, or several of the same kind."""


class Line(NamedTuple):
    """A series as it is drawn."""

    raw: Points
    """Of a single run."""
    middle: Points
    band: Sequence[tuple[float, float, float]]
    """(x, lowest, highest), of several runs."""


def line_of(series: Series, dotted: bool) -> Line:
    """A series as it is drawn, of a single run with its points where it is `dotted`."""
    runs = [[(x, y) for x, y in run if isfinite(x) and isfinite(y)] for run in series.runs]
    runs = [run for run in runs if run]
    if not runs:
        return Line((), (), ())
    if len(runs) == 1:
        return Line(runs[0] if dotted else (), thinned(smoothed(runs[0])), ())
    smooth = [smoothed(run) for run in runs]
    middle, band = [], []
    for x in thinned(sorted({x for run in smooth for x, _ in run})):
        ys = [y for run in smooth if (y := _at(run, x)) is not None]
        middle.append((x, sum(ys) / len(ys)))
        band.append((x, min(ys), max(ys)))
    return Line((), middle, band)


def smoothed(points: Points) -> Points:
    """A running mean that weighs what is near more, and takes what is far off for the nearest value
    that is not."""
    if len(points) < 5:
        return points
    reach = max(1, round(len(points) * SMOOTH / 2))
    low, high = usual_range(y for _, y in points)
    ys = [min(max(y, low), high) for _, y in points]
    for _ in range(2):  # the mean of means falls off evenly to both sides
        ys = _means(ys, reach)
    return [(x, y) for (x, _), y in zip(points, ys, strict=True)]


def _means(values: Sequence[float], reach: int) -> list[float]:
    """Of each value and those up to `reach` places from it."""
    sums = [0.0, *accumulate(values)]
    spans = ((max(0, i - reach), min(len(values), i + reach + 1)) for i in range(len(values)))
    return [(sums[end] - sums[start]) / (end - start) for start, end in spans]


def _at(run: Points, x: float) -> float | None:
    """A run's value at x, between its points in a straight line; None before it and after it."""
    i = bisect_left(run, x, key=lambda point: point[0])
    if i == len(run) or (i == 0 and run[0][0] != x):
        return None
    x1, y1 = run[i]
    if x1 == x:
        return y1
    x0, y0 = run[i - 1]
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)


def thinned(items: Sequence) -> Sequence:
    """At most `MOST` of them, evenly, the last one too."""
    if len(items) <= MOST:
        return items
    return [items[round(i * (len(items) - 1) / (MOST - 1))] for i in range(MOST)]


def usual_range(values: Iterable[float]) -> tuple[float, float]:
    """The lowest and the highest, without the hundredth at either end where that is far off."""
    ordered = sorted(values)
    cut = len(ordered) // 100
    low, high = ordered[cut], ordered[-1 - cut]
    if ordered[-1] - ordered[0] > FAR * (high - low):
        return low, high
    return ordered[0], ordered[-1]
