"""Limbs, trunks and sleeves: a path with a thickness, and cloth patterns that follow it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from closeup.synthetic.canvas import Canvas, Tint, oval, smooth, stroke
from closeup.synthetic.strokes import Point

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Tube:
    """A bent shape of varying width. A place on it is (t, s): t from 0 at its start to 1 at its
    end, s from -1 on one side to 1 on the other."""

    path: Array
    radii: Array
    left: Array
    right: Array

    @staticmethod
    def through(points: Sequence[Point], radii: Sequence[float]) -> "Tube":
        """A tube along a smooth curve through the points; the radii are spread evenly over it."""
        path = smooth(points, closed=False)
        if len(path) < 9:
            path = _spread(9, len(path)) @ path
        width = _spread(len(path), len(radii)) @ np.asarray(radii)
        way = np.empty_like(path)
        way[1:-1] = path[2:] - path[:-2]
        way[0], way[-1] = path[1] - path[0], path[-1] - path[-2]
        way *= (width / np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-9))[:, None]
        side = np.empty_like(path)
        side[:, 0], side[:, 1] = way[:, 1], -way[:, 0]
        return Tube(path, width, path + side, path - side)

    @property
    def outline(self) -> Array:
        """Round at both ends."""
        return stroke(self.path, self.radii)

    @property
    def open_outline(self) -> Array:
        """Cut off flat at its start, round at its end: a hem."""
        return stroke(self.path, self.radii, blunt=True)

    def part(self, start: float, end: float, grow: float = 1.0) -> "Tube":
        """The tube between two places, its radii times `grow`."""
        last = len(self.path) - 1
        a, b = start * last, end * last
        places = np.array([a, *range(int(a) + 1, math.ceil(b)), b])
        low = np.minimum(places.astype(np.intp), last - 1)
        mix = (places - low)[:, None]
        rows = self._rows[low] * (1 - mix) + self._rows[low + 1] * mix
        middle = rows[:, :2]
        return Tube(
            middle,
            rows[:, 6] * grow,
            middle + (rows[:, 2:4] - middle) * grow,
            middle + (rows[:, 4:6] - middle) * grow,
        )

    @cached_property
    def _rows(self) -> Array:
        """Path, left, right and radius of every sample, side by side."""
        return np.column_stack((self.path, self.left, self.right, self.radii))

    def band(self, start: float, end: float, left: float = -1.0, right: float = 1.0) -> Array:
        """The polygon between two places along it and two across it."""
        piece = self.part(start, end)
        half = (piece.right - piece.left) / 2
        return np.concatenate((piece.path + half * left, (piece.path + half * right)[::-1]))

    def at(self, t: float, s: float) -> Array:
        """A place on the tube, in pixels."""
        i = min(max(t, 0.0), 1.0) * (len(self.path) - 1)
        low = min(int(i), len(self.path) - 2)
        mix = i - low
        middle = self.path[low] * (1 - mix) + self.path[low + 1] * mix
        edge = self.right[low] * (1 - mix) + self.right[low + 1] * mix
        return middle + (edge - middle) * s


def limb(start: Point, joint: Point, end: Point, radii: tuple[float, float, float]) -> Tube:
    """An arm or a leg, a little rounded at its joint."""
    above = _between(start, joint, 0.72)
    below = _between(joint, end, 0.28)
    inner = _between(joint, _between(above, below, 0.5), 0.25)
    a, b, c = radii
    return Tube.through((start, above, inner, below, end), (a, (a + b) / 2, b, (b + c) / 2, c))


def dress(canvas: Canvas, tube: Tube, pattern: str, tint: Tint, spacing: float) -> None:
    """Draw a cloth pattern along a tube, `spacing` pixels from one motif to the next. A star is
    drawn once, by whoever knows where the chest is."""
    step = tube.path[1:] - tube.path[:-1]
    length = float(np.hypot(step[:, 0], step[:, 1]).sum())
    rows = max(1, min(9, round(length / spacing)))
    if spacing < 2.2:
        rows = min(rows, 3)
    if pattern == "stripes":
        for i in range(rows):
            canvas.fill(tube.band((i + 0.3) / rows, (i + 0.78) / rows), tint)
    elif pattern == "band":
        canvas.fill(tube.band(0.42, 0.62), tint)
    elif pattern == "dots":
        across = max(1, round(float(tube.radii.mean()) * 1.5 / spacing))
        for i in range(rows):
            for j in range(across + i % 2):
                s = (j + 0.5) / (across + i % 2) * 2 - 1
                x, y = tube.at((i + 0.5) / rows, s * 0.8)
                canvas.fill(oval(x, y, spacing * 0.24, spacing * 0.24), tint)
    elif pattern == "checks":
        for i in range(rows):
            canvas.fill(tube.band((i + 0.2) / rows, (i + 0.42) / rows), tint)
        for s in (-0.62, 0.0, 0.62):
            canvas.fill(tube.band(0.0, 1.0, s - 0.09, s + 0.09), tint)


@cache
def _spread(n: int, m: int) -> Array:
    """Weights (n, m) that resample m values evenly to n."""
    at = np.linspace(0, m - 1, n)
    return np.stack([np.interp(at, np.arange(m), row) for row in np.eye(m)], axis=1)


def _between(a: Point, b: Point, share: float) -> Point:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)
