"""Joined panels cut apart: along gutters that something crosses, and where rectangles meet."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import ConvexHull

from closeup.panels.paper import Mask, Pixels
from closeup.panels.solids import SUPPORTED, Cell, trimmed

CLEAR = 0.6
"""Share of a gutter that shows paper, though balloons cross it."""
FLANK = 12
"""Pixels beside a gutter within which the panels' edges stand: a caption may stand out over one."""
SAVED = 0.05
"""Share of a solid's box that is empty, and is not once the solid is cut."""
CONVEX = 0.94
"""Share of its convex hull that one panel fills, a slanted or a round one too."""
FULL = 0.88
"""Share of a panel's box that is art, where panels meet without a gutter."""
DRAWN = 0.6
"""Share of a cut without a gutter along which a line is seen."""
STEEP = 30
"""Levels of brightness from a pixel to the next that are an edge."""

Lines = tuple[Mask, Mask]
"""Where upright and level lines or edges may be seen, within a pixel or two."""


def edges(pixels: Pixels) -> Lines:
    """Where brightness changes sideways, and where it does downwards."""
    grey = pixels.mean(axis=2, dtype=np.float32)
    upright = np.abs(np.diff(grey, axis=1, prepend=grey[:, :1])) > STEEP
    level = np.abs(np.diff(grey, axis=0, prepend=grey[:1])) > STEEP
    wide = ndimage.maximum_filter1d(upright, 5, axis=1)
    high = ndimage.maximum_filter1d(level, 5, axis=0)
    return np.asarray(wide, dtype=bool), np.asarray(high, dtype=bool)


def cut(solid: Mask, lines: Lines, least: tuple[int, int]) -> list[Cell]:
    """The boxes of the panels that a solid consists of; none thinner than `least`, (width, height).
    Boxes and `lines` are those of the array `solid`.

    It is cut along gutters that something crosses, and where two rectangles meet in an L or a T.
    """
    box = trimmed(solid)
    if box is None or box.width < least[0] or box.height < least[1]:
        return []
    inner = box.of(solid)
    drawn = (box.of(lines[0]), box.of(lines[1]))
    for parts in (_at_gutter(inner, least), _at_corner(inner, drawn, least)):
        found: list[Cell] = []
        for part in parts:
            traced = (part.of(drawn[0]), part.of(drawn[1]))
            found += [cell.within(part) for cell in cut(part.of(inner), traced, least)]
        if len(found) > 1:
            return [cell.within(box) for cell in found]
    return [box]


def _at_gutter(solid: Mask, least: tuple[int, int]) -> list[Cell]:
    """The two sides of the clearest gutter through a solid, if there is one."""
    height, width = solid.shape
    best, parts = 0.0, []
    for axis in (0, 1):
        along = solid if axis == 0 else solid.T  # columns of `along` are tried as gutters
        across = along.shape[1]
        share = along.mean(axis=0)
        clear = share <= 1 - CLEAR
        edges = np.flatnonzero(np.diff(np.concatenate(([0], clear.astype(np.int8), [0]))))
        for start, end in edges.reshape(-1, 2):
            if start < least[axis] or across - end < least[axis] or end - start < 2:
                continue
            left = share[max(0, start - FLANK) : start].max()
            right = share[end : end + FLANK].max()
            ends = along[:3, start:end].all(axis=0), along[-3:, start:end].all(axis=0)
            if min(left, right) < CLEAR or (ends[0].all() and ends[1].all()):
                continue
            value = (1 - share[start:end].min()) * min(left, right)
            if value > best:
                best = value
                parts = _halves(axis, int(start), int(end), width, height)
    return parts


def _at_corner(solid: Mask, lines: Lines, least: tuple[int, int]) -> list[Cell]:
    """The two sides of the straight cut, along a line that is drawn there, whose boxes leave the
    least paper in them and art outside; none where that is little less than before."""
    height, width = solid.shape
    best, parts = SAVED * height * width, []
    if solid.sum() > CONVEX * _hull(solid):
        return []
    for axis in (0, 1):
        along = solid if axis == 0 else solid.T  # cuts run down the columns of `along`
        drawn = lines[0] if axis == 0 else lines[1].T
        across = along.shape[1]
        if across < 2 * least[axis]:
            continue
        sizes = np.arange(1, across)
        before = np.cumsum(along, axis=1, dtype=np.int32)
        first = _fit(before[:, :-1], sizes)
        second = _fit(before[:, -1:] - before[:, :-1], across - sizes)
        saved = (~along).sum() - first.misfit - second.misfit
        thin = (first.length < least[1 - axis]) | (second.length < least[1 - axis])
        rough = (first.filled < FULL) | (second.filled < FULL)
        low, high = np.maximum(first.start, second.start), np.minimum(first.end, second.end)
        sums = np.pad(np.cumsum(drawn, axis=0, dtype=np.int32), ((1, 0), (0, 0)))
        run = sums[np.maximum(low, high), sizes] - sums[low, sizes]
        bare = run < DRAWN * np.maximum(1, high - low)
        saved[thin | rough | bare] = 0
        saved[: least[axis] - 1] = saved[across - least[axis] :] = 0
        at = int(saved.argmax())
        if saved[at] > best:
            best = float(saved[at])
            parts = _halves(axis, int(sizes[at]), int(sizes[at]), width, height)
    return parts


class _Fit(NamedTuple):
    """For every place of a cut, the span of a part's box along the cut, and how well it fits."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    misfit: NDArray[np.int64]
    """Pixels of paper in the box and of art outside of it."""
    filled: NDArray[np.float64]
    """Share of the box that is art."""

    @property
    def length(self) -> NDArray[np.int64]:
        return self.end - self.start


def _fit(counts: NDArray[np.int32], sizes: NDArray[np.int64]) -> _Fit:
    """`counts`: art pixels of a part by row, for every place of the cut; `sizes`: its width."""
    there = counts >= np.maximum(1, SUPPORTED * sizes)
    start = there.argmax(axis=0)
    end = np.where(there.any(axis=0), len(there) - there[::-1].argmax(axis=0), start)
    sums = np.pad(np.cumsum(counts, axis=0, dtype=np.int64), ((1, 0), (0, 0)))
    places = np.arange(len(sizes))
    inside = sums[end, places] - sums[start, places]
    area = (end - start) * sizes
    return _Fit(start, end, area - 2 * inside + sums[-1], inside / np.maximum(1, area))


def _hull(solid: Mask) -> float:
    """Area of the convex hull of a solid, in pixels."""
    rows = np.flatnonzero(solid.any(axis=1))
    left = solid[rows].argmax(axis=1)
    right = solid.shape[1] - solid[rows, ::-1].argmax(axis=1)
    xs = np.concatenate((left, left, right, right))
    ys = np.concatenate((rows, rows + 1, rows, rows + 1))
    return float(ConvexHull(np.column_stack((xs, ys))).volume)


def _halves(axis: int, end: int, start: int, width: int, height: int) -> list[Cell]:
    """Both sides of a strip across a box, from `end` of the first to `start` of the second."""
    if axis == 0:
        return [Cell(0, 0, end, height), Cell(start, 0, width, height)]
    return [Cell(0, 0, width, end), Cell(0, start, width, height)]
