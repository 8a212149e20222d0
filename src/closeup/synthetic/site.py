"""A view onto a place, and a spot in it to draw something at, in grown figures' heights."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from closeup.synthetic.canvas import INK, Canvas, Tint, oval
from closeup.synthetic.hues import Hues, Rgb
from closeup.synthetic.strokes import Point

PEN = 1.8
"""Pixels; backdrops have thinner contours than figures."""


@dataclass(frozen=True)
class Lens:
    """How a panel looks at a place: `unit` pixels to a figure's height at the back wall."""

    horizon: float
    unit: float
    pan: float
    """World x, in units, of the panel's left edge."""


class Site:
    """Points are (right, up) in units from the thing's left end on the ground."""

    def __init__(
        self, canvas: Canvas, x: float, y: float, unit: float, hues: Hues, rng: random.Random
    ) -> None:
        self.canvas, self.x, self.y, self.unit = canvas, x, y, unit
        self.hues, self.rng = hues, rng

    def at(self, right: float, up: float) -> Point:
        """The panel pixel of a point."""
        return (self.x + right * self.unit, self.y - up * self.unit)

    def hue(self, colour: Rgb | Tint) -> Tint:
        return colour if isinstance(colour, Tint) else self.hues(colour)

    def pick(self, *colours: Rgb) -> Rgb:
        return self.rng.choice(colours)

    def rects(self, *parts: tuple[float, float, float, float, Rgb]) -> None:
        """Upright rectangles: left, bottom, right, top, colour."""
        for left, bottom, right, top, rgb in parts:
            self.shape([(left, bottom), (left, top), (right, top), (right, bottom)], rgb)

    def shape(self, points: Sequence[Point], colour: Rgb | Tint, line: float = PEN) -> None:
        self.canvas.shape([self.at(*point) for point in points], self.hue(colour), line)

    def blob(self, points: Sequence[Point], colour: Rgb | Tint, line: float = PEN) -> None:
        self.canvas.blob([self.at(*point) for point in points], self.hue(colour), line)

    def oval(
        self,
        right: float,
        up: float,
        across: float,
        tall: float,
        colour: Rgb | Tint,
        line: float = PEN,
        angle: float = 0.0,
    ) -> None:
        """An ellipse by its centre and its radii."""
        (x, y), u = self.at(right, up), self.unit
        self.canvas.ellipse(x, y, across * u, tall * u, self.hue(colour), line, angle)

    def merged(
        self, ovals: Sequence[tuple[float, float, float, float]], colour: Rgb | Tint
    ) -> None:
        """Several ellipses with one contour around them all."""
        tint, u = self.hue(colour), self.unit
        parts = [
            (oval(*self.at(right, up), across * u, tall * u), tint)
            for right, up, across, tall in ovals
        ]
        self.canvas.merged(parts, PEN)

    def line(self, points: Sequence[Point], width: float = 2.0, colour: Tint | None = None) -> None:
        """A thin stroke; its width is pixels."""
        stroke = self.hues.line if colour is None else colour
        self.canvas.line([self.at(*point) for point in points], width, stroke, 0)

    def ink(self, points: Sequence[Point], width: float = 2.5) -> None:
        self.line(points, width, INK)

    @property
    def pane(self) -> Rgb:
        """What is seen through a window."""
        return (104, 112, 160) if self.hues.dark else (214, 234, 246)


def rect(
    canvas: Canvas, x0: float, y0: float, x1: float, y1: float, hue: Tint, line: float | None
) -> None:
    """An upright rectangle in panel pixels."""
    canvas.shape([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], hue, line)
