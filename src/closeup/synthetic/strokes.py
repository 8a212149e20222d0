"""Polygons of curves, brush strokes and contours: all that a canvas fills.

aggdraw's own pens have flat ends, mitred joins and one width; a brush has none of these.
"""

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
Points = Sequence[Sequence[float]] | Sequence[NDArray[np.float64]] | NDArray[np.float64]
"""(x, y) pairs in panel pixels, origin at the top left."""

_LIGHT = -0.5 - 0.86j
"""Where light comes from; contours are heavier on the other side."""


def oval(cx: float, cy: float, rx: float, ry: float, angle: float = 0.0) -> NDArray[np.float64]:
    """The polygon of an ellipse, turned clockwise by `angle` degrees."""
    unit = _circle(min(96, 8 + int(3 * math.sqrt(max(rx, ry, 1.0)))))
    turn = math.radians(angle)
    way = complex(math.cos(turn), math.sin(turn))
    return _pairs(unit.real * (rx * way) + unit.imag * (ry * way * 1j) + complex(cx, cy))


def smooth(points: Points, closed: bool) -> NDArray[np.float64]:
    """A Catmull-Rom curve through the points, sampled about every five pixels."""
    knots = np.asarray(points, dtype=np.float64)
    n = len(knots)
    if n < 3:
        return knots
    hands = knots[_hands(n, closed)]
    reach = float(np.abs(hands[:, 2] - hands[:, 1]).sum()) / n
    path = (_spline(int(min(24, max(2, reach / 6)))) @ hands).reshape(-1, 2)
    return path if closed else np.concatenate((path, knots[-1:]))


def stroke(
    path: NDArray[np.float64], radii: NDArray[np.float64], blunt: bool = False
) -> NDArray[np.float64]:
    """The outline of a brush that follows `path` (N, 2) with `radii` (N,), round at both ends, or
    cut off flat at its start."""
    z = _complex(path)
    edge = z[1:] - z[:-1]
    edge /= np.maximum(np.abs(edge), 1e-9)
    way = np.concatenate((edge[:1], edge[:-1] + edge[1:], edge[-1:]))
    way /= np.maximum(np.abs(way), 0.3)
    side = way * (1j * radii)
    parts = [z + side, (z - side)[::-1]]
    if radii[-1] > 0.7:
        parts.insert(1, z[-1] + _half(_arc(radii[-1])) * (radii[-1] * way[-1]))
    if radii[0] > 0.7 and not blunt:
        parts.append(z[0] - _half(_arc(radii[0])) * (radii[0] * way[0]))
    return _pairs(np.concatenate(parts))


def ring(points: NDArray[np.float64], width: float, swell: float) -> NDArray[np.float64]:
    """The band of ink along a closed polygon, wider on the side away from the light: its outer edge
    (as many points as the polygon has), then back along the inner one."""
    z = _complex(points)
    edge = np.concatenate((z[1:], z[:1]))
    turn = 1j if float((z.conj() * edge).imag.sum()) > 0 else -1j
    edge -= z
    edge /= np.maximum(np.abs(edge), 1e-9)
    way = edge + np.concatenate((edge[-1:], edge[:-1]))
    way *= -2 * turn / np.maximum(np.abs(way), 1.2) ** 2  # mitred, unless the corner is a spike
    weight = 1 - swell * (way * _LIGHT.conjugate()).real
    side = way * (width / 2 * np.maximum(weight, 0.2))
    outer, inner = z + side, z - side
    return _pairs(np.concatenate((outer, outer[:1], inner[:1], inner[::-1])))


def _complex(points: NDArray[np.float64]) -> NDArray[np.complex128]:
    """(N, 2) as x + iy, in which turning and measuring are one operation each."""
    return np.ascontiguousarray(points).view(np.complex128)[:, 0]


def _pairs(z: NDArray[np.complex128]) -> NDArray[np.float64]:
    return z.view(np.float64).reshape(-1, 2)


def _arc(radius: float) -> int:
    """How many chords make half a circle of this radius look round."""
    return int(min(24, 3 + 0.8 * math.sqrt(radius)))


@cache
def _circle(n: int) -> NDArray[np.complex128]:
    return np.exp(2j * math.pi * np.arange(n) / n)


@cache
def _half(n: int) -> NDArray[np.complex128]:
    """The inner points of a half circle, from +i by way of 1 to -i."""
    return np.exp(1j * math.pi * (0.5 - np.arange(1, n) / n))


@cache
def arch(n: int) -> NDArray[np.float64]:
    """Half a sine wave over n points."""
    return np.sin(np.linspace(0.0, math.pi, n))


@cache
def _hands(n: int, closed: bool) -> NDArray[np.intp]:
    """For each segment of a curve, the indices of the four knots that shape it."""
    i = np.arange(n if closed else n - 1)[:, None] + np.arange(-1, 3)
    return i % n if closed else np.clip(i, 0, n - 1)


@cache
def _spline(steps: int) -> NDArray[np.float64]:
    """Weights (steps, 4) of four knots along one Catmull-Rom segment, its end left out."""
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    return 0.5 * np.concatenate(
        (
            -t + 2 * t**2 - t**3,
            2 - 5 * t**2 + 3 * t**3,
            t + 4 * t**2 - 3 * t**3,
            t**3 - t**2,
        ),
        axis=1,
    )
