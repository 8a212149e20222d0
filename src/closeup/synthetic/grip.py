"""What a held thing is drawn from: where the body is, how big it is, and a pen.

Lengths are shares of the person's standing height, forwards and down from a point.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from closeup.synthetic.canvas import INK, Canvas, Tint
from closeup.synthetic.skeleton import Joints
from closeup.synthetic.strokes import Point, Points


@dataclass(frozen=True)
class Grip:
    """A body that holds something, and the pen to draw it with."""

    canvas: Canvas
    body: Joints
    mouth: Point
    head_radius: float
    pen: float

    def away(self, start: Point, forward: float, down: float) -> Point:
        """A point some way from another, in standing heights."""
        f, size = self.body.facing, self.body.size
        return (start[0] + forward * size * f, start[1] + down * size)

    def spot(self, start: Point, offsets: Sequence[Point]) -> list[Point]:
        return [self.away(start, *offset) for offset in offsets]

    def shape(self, start: Point, offsets: Sequence[Point], tint: Tint, line: float = 1.0) -> None:
        self.canvas.shape(self.spot(start, offsets), tint, self.pen * line)

    def blob(self, start: Point, offsets: Sequence[Point], tint: Tint, line: float = 1.0) -> None:
        self.canvas.blob(self.spot(start, offsets), tint, self.pen * line)

    def disc(self, at: Point, radius: float, tint: Tint, line: float = 1.0) -> None:
        r = radius * self.body.size
        self.canvas.ellipse(at[0], at[1], r, r, tint, self.pen * line)

    def stick(self, points: Points, width: float, tint: Tint) -> None:
        """A pole or cord with an inked edge."""
        wide = width * self.body.size
        self.canvas.line(points, wide + 2 * self.pen * 0.8, INK, taper=0)
        self.canvas.line(points, wide, tint, taper=0)

    def mark(self, start: Point, offsets: Sequence[Point], line: float = 1.0) -> None:
        """A thin curve of ink: motion, steam, a string."""
        self.canvas.curve(self.spot(start, offsets), self.pen * line)

    @property
    def middle(self) -> Point:
        a, b = self.body.near_hand, self.body.far_hand
        return ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)

    def drop(self, point: Point) -> float:
        """From a point down to the ground, in standing heights."""
        return (self.body.ground - point[1]) / self.body.size

    def along(self, start: Point, through: Point, length: float) -> Point:
        """The point `length` from `start` towards (or beyond) `through`."""
        dx, dy = through[0] - start[0], through[1] - start[1]
        scale = length * self.body.size / max(math.hypot(dx, dy), 1e-6)
        return (start[0] + dx * scale, start[1] + dy * scale)
