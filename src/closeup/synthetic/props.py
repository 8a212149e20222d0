"""Things that hands are busy with, seats, and the marks that go with an action.

A held thing is drawn by a function of one `Grip`: where the body is and how big it is. Lengths are
shares of the person's standing height, forwards and down from a point.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from closeup.synthetic.canvas import INK, WHITE, Canvas, Points, Tint, oval, tint
from closeup.synthetic.skeleton import Joints, Point

WOOD = tint((176, 122, 72), 150)
PALE_WOOD = tint((222, 180, 122), 214)
IRON = tint((150, 158, 170), 158)
RED = tint((212, 66, 54), 96)
BLUE = tint((84, 138, 196), 128)
GREEN = tint((92, 156, 86), 140)
YELLOW = tint((248, 206, 84), 236)
PAPER = tint((252, 248, 236), 255)


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


def _wave(g: Grip) -> None:
    _swish(g, g.body.near_hand)


def _far_wave(g: Grip) -> None:
    _swish(g, g.body.far_hand)


def _swish(g: Grip, hand: Point) -> None:
    for side in (-1, 1):
        for out in (0.09, 0.13):
            g.mark(hand, [(side * out, -0.05), (side * (out + 0.015), 0), (side * out, 0.05)], 0.8)


def _book(g: Grip) -> None:
    at = g.middle
    g.shape(at, [(-0.1, -0.1), (0.02, -0.05), (0.02, 0.09), (-0.1, 0.04)], RED)
    g.shape(at, [(0.02, -0.05), (0.14, -0.11), (0.14, 0.03), (0.02, 0.09)], RED)
    g.shape(at, [(-0.09, -0.115), (0.02, -0.065), (0.02, -0.045), (-0.1, -0.095)], PAPER, 0.6)
    g.shape(at, [(0.02, -0.065), (0.13, -0.125), (0.14, -0.105), (0.02, -0.045)], PAPER, 0.6)
    g.mark(at, [(0.05, 0.0), (0.11, -0.03)], 0.7)
    g.mark(at, [(-0.07, -0.02), (-0.02, 0.0)], 0.7)


def _pad(g: Grip) -> None:
    at = g.body.far_hand
    g.shape(at, [(-0.1, -0.1), (0.05, -0.13), (0.09, 0.05), (-0.06, 0.08)], WOOD)
    g.shape(at, [(-0.085, -0.085), (0.04, -0.11), (0.07, 0.035), (-0.05, 0.06)], PAPER, 0.6)
    for v in (-0.06, -0.02, 0.02):
        g.mark(at, [(-0.05, v), (0.0, v - 0.015), (0.04, v - 0.015)], 0.5)
    _pencil(g)


def _pencil(g: Grip) -> None:
    hand = g.body.near_hand
    g.stick([g.away(hand, -0.05, -0.1), g.away(hand, 0.03, 0.05)], 0.014, YELLOW)


def _desk(g: Grip) -> None:
    x = max(g.body.near_hand, g.body.far_hand, key=lambda p: p[0] * g.body.facing)[0]
    top = (x, max(g.body.near_hand[1], g.body.far_hand[1]) + 0.035 * g.body.size)
    low = g.drop(top)
    for u in (-0.02, 0.3):
        g.shape(top, [(u, 0), (u + 0.03, 0), (u + 0.03, low), (u, low)], WOOD)
    g.shape(top, [(-0.16, 0), (0.36, 0), (0.36, 0.035), (-0.16, 0.035)], PALE_WOOD)
    g.shape(top, [(-0.06, -0.012), (0.12, -0.012), (0.14, 0.002), (-0.08, 0.002)], PAPER, 0.7)
    _pencil(g)


def _cup(g: Grip) -> None:
    at = g.along(g.body.near_hand, g.mouth, 0.03)
    tip = [(-0.055, -0.055), (0.04, -0.075), (0.065, 0.035), (-0.02, 0.055)]
    g.blob(at, [(0.045, -0.05), (0.105, -0.045), (0.1, 0.015), (0.055, 0.02)], WHITE)
    g.shape(at, tip, BLUE)
    g.mark(at, [(-0.04, -0.02), (0.0, -0.03), (0.045, -0.035)], 0.8)


def _bowl(g: Grip) -> None:
    at = g.away(g.body.far_hand, 0.0, -0.03)
    g.blob(at, [(-0.1, -0.03), (0, -0.04), (0.1, -0.03), (0.06, 0.05), (-0.06, 0.05)], BLUE)
    g.blob(at, [(-0.1, -0.03), (0, -0.08), (0.1, -0.03), (0, -0.015)], YELLOW, 0.8)
    hand = g.body.near_hand
    g.stick([hand, g.along(hand, g.mouth, 0.07)], 0.012, IRON)
    tip = g.along(hand, g.mouth, 0.09)
    g.disc(tip, 0.022, IRON, 0.8)


def _box(g: Grip) -> None:
    up = g.middle[1] < g.body.head[1]
    at = g.away(g.middle, 0.0 if up else 0.05, -0.14 if up else -0.09)
    g.shape(at, [(-0.17, -0.11), (0.17, -0.11), (0.17, 0.14), (-0.17, 0.14)], PALE_WOOD)
    g.shape(
        at, [(-0.17, -0.11), (-0.12, -0.15), (0.22, -0.15), (0.17, -0.11)], PALE_WOOD.shaded(0.1)
    )
    g.shape(at, [(0.17, -0.11), (0.22, -0.15), (0.22, 0.1), (0.17, 0.14)], PALE_WOOD.shaded(0.3))
    g.shape(at, [(-0.03, -0.11), (0.03, -0.11), (0.03, 0.0), (-0.03, 0.0)], RED, 0.6)


def _bucket(g: Grip) -> None:
    at = g.away(g.body.near_hand, 0.0, 0.14)
    g.mark(at, [(-0.085, -0.04), (-0.05, -0.12), (0.05, -0.12), (0.085, -0.04)], 1.2)
    g.shape(at, [(-0.09, -0.05), (0.09, -0.05), (0.065, 0.1), (-0.065, 0.1)], IRON)
    g.blob(at, [(-0.09, -0.05), (0, -0.075), (0.09, -0.05), (0, -0.03)], BLUE, 0.8)


def _sack(g: Grip) -> None:
    at = g.away(g.body.near_hand, -0.17, 0.16)
    g.blob(at, [(0.16, -0.2), (0.02, -0.12), (-0.16, -0.02), (-0.16, 0.18), (0.02, 0.24), (0.14, 0.14),
                (0.12, -0.04)], PALE_WOOD)  # fmt: skip
    g.mark(at, [(-0.09, 0.04), (-0.08, 0.13), (-0.03, 0.18)], 0.7)


def _ball(g: Grip) -> None:
    _striped_ball(g, g.away(g.body.near_hand, -0.02, -0.06), 0.075)


def _striped_ball(g: Grip, at: Point, radius: float) -> None:
    g.disc(at, radius, YELLOW)
    r = radius
    g.blob(at, [(-r * 0.9, -r * 0.3), (0, -r * 0.1), (r * 0.9, -r * 0.3), (r * 0.9, r * 0.3),
                (0, r * 0.5), (-r * 0.9, r * 0.3)], RED, 0.6)  # fmt: skip


def _thrown_ball(g: Grip) -> None:
    at = g.along(g.body.near_wrist, g.body.near_hand, 0.42)
    _striped_ball(g, at, 0.07)
    for v in (-0.04, 0.0, 0.04):
        g.mark(at, [(-0.1, v), (-0.17, v + 0.004), (-0.24, v + 0.012)], 0.9)


def _rope(g: Grip) -> None:
    _tow(g, 0.62)


def _rope_behind(g: Grip) -> None:
    _tow(g, -0.66)


def _tow(g: Grip, way: float) -> None:
    """A rope from the hands to a loaded sledge on the ground."""
    hand, other = g.body.near_hand, g.body.far_hand
    sign = 1 if way > 0 else -1
    load = (hand[0] + (way + 0.16 * sign) * g.body.size * g.body.facing, g.body.ground)
    g.shape(load, [(-0.16, -0.06), (0.16, -0.06), (0.16, -0.3), (-0.16, -0.3)], PALE_WOOD)
    g.shape(load, [(-0.16, -0.15), (0.16, -0.15), (0.16, -0.21), (-0.16, -0.21)], WOOD, 0.7)
    front = -0.24 * sign
    g.stick(g.spot(load, [(-front * 0.9, -0.02), (0, -0.02), (front * 0.9, -0.03), (front, -0.09)]),
            0.022, RED)  # fmt: skip
    g.stick([other, hand, g.away(load, front * 0.95, -0.09)], 0.014, PALE_WOOD)


def _crate(g: Grip) -> None:
    edge = max(g.body.near_hand, g.body.far_hand, key=lambda p: p[0] * g.body.facing)
    at = (edge[0], g.body.ground)
    tall = max(0.34, g.drop(edge) + 0.08)
    g.shape(at, [(0.02, 0), (0.52, 0), (0.52, -tall), (0.02, -tall)], PALE_WOOD)
    g.shape(
        at, [(0.06, -0.04), (0.12, -0.04), (0.48, -tall + 0.04), (0.42, -tall + 0.04)], WOOD, 0.7
    )
    for v in (0.0, tall - 0.05):
        g.shape(at, [(0.02, -v), (0.52, -v), (0.52, -v - 0.05), (0.02, -v - 0.05)], WOOD)


def _tool(g: Grip, length: float) -> tuple[Point, Point]:
    """The ends of a long handle through both hands that meets the ground ahead of them."""
    near, far = g.body.near_hand, g.body.far_hand
    dx = (far[0] - near[0]) * g.body.facing / g.body.size
    dx = max(dx, 0.08)
    dy = max((far[1] - near[1]) / g.body.size, 0.35 * dx)
    steep = max(dy / dx, 0.75)
    low = g.drop(near)
    ahead = min(low / steep, 0.62)
    end = g.away(near, ahead, low)
    back = g.along(end, near, length)
    return back, end


def _spade(g: Grip) -> None:
    back, end = _tool(g, 0.86)
    g.stick([back, g.along(back, end, 0.8)], 0.02, PALE_WOOD)
    hilt = g.away(back, 0.0, 0.0)
    g.disc(hilt, 0.03, WOOD)
    way = (end[0] - back[0], end[1] - back[1])
    angle = math.degrees(math.atan2(way[1], way[0])) - 90
    blade = g.along(end, back, 0.07)
    s = g.body.size
    g.canvas.ellipse(blade[0], blade[1], 0.065 * s, 0.11 * s, IRON, g.pen, angle)
    soil = (end[0] + 0.16 * s * g.body.facing, g.body.ground)
    g.blob(end, [(-0.1, 0.02), (-0.04, -0.03), (0.06, -0.01), (0.12, 0.03), (0, 0.04)], WOOD)
    g.blob(soil, [(-0.07, 0.03), (0.0, -0.1), (0.12, -0.16), (0.24, -0.06), (0.32, 0.03)], WOOD)
    for u, v in ((-0.02, -0.2), (0.08, -0.25), (0.02, -0.14)):
        g.disc(g.away(soil, u, v), 0.014, WOOD, 0.7)


def _broom(g: Grip) -> None:
    back, end = _tool(g, 0.95)
    neck = g.along(end, back, 0.12)
    g.stick([back, neck], 0.02, PALE_WOOD)
    f, s = g.body.facing, g.body.size
    head = [neck, (end[0] - 0.11 * s * f, g.body.ground), (end[0] + 0.12 * s * f, g.body.ground)]
    g.canvas.shape(head, YELLOW, g.pen)
    for share in (-0.05, 0.0, 0.06):
        g.canvas.line([neck, (end[0] + share * s * f, g.body.ground)], g.pen * 0.7)
    for u, v, r in ((0.2, -0.03, 0.03), (0.27, -0.06, 0.024), (0.31, -0.02, 0.02)):
        g.disc(g.away((end[0], g.body.ground), u, v), r, WHITE, 0.7)


def _rod(g: Grip) -> None:
    near, far = g.body.near_hand, g.body.far_hand
    butt = g.away(near, -0.06, 0.03)
    ahead = (far[0] - near[0]) * g.body.facing / g.body.size
    tip = g.away(far, 0.62 + min(0.1, max(ahead, 0)), -0.44)
    bend = g.away(far, 0.36, -0.28)
    g.stick([butt, far, bend, tip], 0.014, WOOD)
    g.disc(g.away(near, 0.05, 0.03), 0.025, IRON, 0.8)
    line = (tip[0], g.body.ground)
    g.canvas.line([tip, (tip[0], line[1] - 0.1 * g.body.size)], g.pen * 0.5, INK, 0)
    g.disc(g.away(line, 0, -0.08), 0.026, RED)
    g.mark(line, [(-0.12, -0.02), (-0.05, -0.045), (0.05, -0.045), (0.12, -0.02)], 0.7)
    g.mark(line, [(-0.19, 0.0), (-0.07, 0.025), (0.07, 0.025), (0.19, 0.0)], 0.7)


def _easel(g: Grip) -> None:
    hand = g.body.near_hand
    at = g.away(hand, 0.16, 0.0)
    low = g.drop(at)
    for u in (-0.07, 0.17, 0.3):
        g.stick([g.away(at, 0.12, -0.25), g.away(at, u, low)], 0.016, WOOD)
    g.shape(at, [(-0.03, 0.16), (0.3, 0.16), (0.26, -0.26), (-0.05, -0.22)], PAPER)
    g.disc(g.away(at, 0.18, -0.13), 0.04, YELLOW, 0.6)
    g.blob(at, [(0.0, 0.13), (0.08, -0.01), (0.15, 0.06), (0.22, 0.0), (0.28, 0.13)], GREEN, 0.6)


def _brush(g: Grip) -> None:
    hand = g.body.near_hand
    g.stick([g.away(hand, -0.08, 0.03), g.away(hand, 0.09, -0.02)], 0.012, YELLOW)
    g.blob(hand, [(0.08, -0.035), (0.13, -0.03), (0.08, -0.005)], RED, 0.7)
    at = g.away(g.body.far_hand, 0.03, -0.02)
    g.blob(at, [(-0.1, 0), (-0.02, -0.045), (0.1, -0.02), (0.1, 0.03), (0, 0.045)], PALE_WOOD)
    for u, v, t in ((-0.04, -0.005, RED), (0.02, -0.02, BLUE), (0.06, 0.012, YELLOW)):
        g.disc(g.away(at, u, v), 0.016, t, 0.5)


def _guitar(g: Grip) -> None:
    body = g.away(g.body.near_hand, 0.03, 0.02)
    far = g.body.far_hand
    end = g.along(body, far, math.dist(body, far) / g.body.size + 0.12)
    g.stick([body, end], 0.024, WOOD)
    g.stick([g.along(end, body, 0.05), end], 0.04, INK)
    back = g.along(body, end, -0.09)
    front = g.along(body, end, 0.07)
    s = g.body.size
    turn = math.degrees(math.atan2(end[1] - body[1], end[0] - body[0]))
    parts = []
    for at, r in ((back, 0.105), (front, 0.078)):
        parts.append((oval(*at, r * s * 0.95, r * s, turn), PALE_WOOD))
    g.canvas.merged(parts, g.pen)
    g.disc(g.along(body, end, 0.02), 0.032, tint((70, 44, 30), 30), 0.6)
    g.canvas.line([back, end], g.pen * 0.6, INK, 0)


def _snore(g: Grip) -> None:
    """Three letters of sleep, rising."""
    start = g.away(g.body.head, 0.0, 0.0)
    start = (start[0], start[1] - g.head_radius * 1.25)
    for u, v, s in ((0.03, -0.03, 0.02), (0.1, -0.12, 0.029), (0.19, -0.24, 0.04)):
        x, y = g.away(start, u, v)
        s *= g.body.size
        corners = [(x - s, y - s), (x + s, y - s), (x - s, y + s), (x + s, y + s)]
        for a, b in zip(corners, corners[1:], strict=False):
            g.canvas.line([a, b], g.pen * 1.3, INK, 0)


def _notes(g: Grip) -> None:
    for u, v in ((0.3, -0.06), (-0.34, 0.04)):
        at = g.away(g.body.head, u, v)
        s = g.body.size
        g.canvas.ellipse(at[0], at[1], 0.026 * s, 0.02 * s, INK, 0, -20)
        stem = (at[0] + 0.023 * s, at[1])
        g.canvas.line([stem, (stem[0], stem[1] - 0.1 * s)], g.pen, INK, 0)
        g.canvas.curve(
            [(stem[0], stem[1] - 0.1 * s), (stem[0] + 0.04 * s, stem[1] - 0.07 * s),
             (stem[0] + 0.045 * s, stem[1] - 0.035 * s)], g.pen * 1.4)  # fmt: skip
    foot = (g.body.hips[0], g.body.ground)
    for u in (-0.26, 0.26):
        g.mark(foot, [(u, 0.0), (u * 1.25, -0.02), (u * 1.4, -0.06)], 0.8)


def _apple(g: Grip) -> None:
    at = g.along(g.body.near_wrist, g.body.near_hand, 0.17)
    apple(g.canvas, at[0], at[1], 0.12 * g.body.size, g.pen)


def apple(canvas: Canvas, x: float, y: float, size: float, pen: float) -> None:
    r = size / 2
    points = [(0, -0.66), (0.5, -0.9), (0.95, -0.3), (0.7, 0.6), (0.25, 0.9), (0, 0.8), (-0.25, 0.9),
              (-0.7, 0.6), (-0.95, -0.3), (-0.5, -0.9)]  # fmt: skip
    canvas.blob([(x + u * r, y + v * r) for u, v in points], RED, pen)
    canvas.line([(x, y - 0.6 * r), (x + 0.15 * r, y - 1.2 * r)], pen * 1.1)
    canvas.blob([(x + 0.1 * r, y - 0.95 * r), (x + 0.5 * r, y - 1.4 * r), (x + 0.8 * r, y - 1.1 * r)],
                GREEN, pen * 0.7)  # fmt: skip


def _tears(g: Grip) -> None:
    f, r = g.body.facing, g.head_radius
    for u, v in ((0.1, 0.62), (1.16, 0.3), (1.32, 0.86), (-0.3, 0.76)):
        x, y = g.body.head[0] + u * r * f, g.body.head[1] + v * r
        drop = [(0, -0.2), (0.11, 0.04), (0.0, 0.16), (-0.11, 0.04)]
        g.canvas.blob(
            [(x + a * r, y + b * r) for a, b in drop], tint((130, 196, 240), 230), g.pen * 0.7
        )


def _streaks(g: Grip) -> None:
    hips, f, s = g.body.hips, g.body.facing, g.body.size
    way = (math.sin(math.radians(g.body.lean)) * f, -math.cos(math.radians(g.body.lean)))
    for across, start, length in ((-0.2, 0.3, 0.36), (0.16, 0.36, 0.42), (0.0, 0.62, 0.3)):
        x = hips[0] - way[0] * start * s + way[1] * across * s
        y = hips[1] - way[1] * start * s - way[0] * across * s
        g.canvas.line(
            [(x, y), (x - way[0] * length * s, y - way[1] * length * s)], g.pen, taper=0.8
        )


def _wheel(g: Grip, at: Point, radius: float) -> None:
    s = g.body.size
    ring = oval(*at, radius * s, radius * s)
    g.canvas.contour(ring, g.pen * 2.4)
    for i in range(4):
        u, v = math.cos(i * 0.785) * radius, math.sin(i * 0.785) * radius
        g.canvas.line([g.away(at, u, v), g.away(at, -u, -v)], g.pen * 0.5, INK, 0)
    g.disc(at, 0.022, IRON, 0.7)


def _bicycle(g: Grip) -> None:
    r = 0.19
    hips, bar = g.body.hips, g.middle
    rear = (hips[0] - 0.13 * g.body.size * g.body.facing, g.body.ground - r * g.body.size)
    fore = (bar[0] + 0.1 * g.body.size * g.body.facing, g.body.ground - r * g.body.size)
    feet = [g.body.near_ankle, g.body.far_ankle]
    crank = ((feet[0][0] + feet[1][0]) / 2, (feet[0][1] + feet[1][1]) / 2 + 0.02 * g.body.size)
    saddle = g.away(hips, -0.02, 0.1)
    for at in (rear, fore):
        _wheel(g, at, r)
    neck = g.away(bar, 0.03, 0.1)
    for path in (
        [rear, saddle, crank, rear],
        [saddle, neck],
        [crank, neck],
        [g.away(bar, 0, 0.01), fore],
    ):
        g.stick(path, 0.02, RED)
    g.stick([feet[1], crank, feet[0]], 0.012, IRON)
    g.stick([g.away(saddle, -0.07, -0.005), g.away(saddle, 0.06, 0.0)], 0.03, INK)


def _pot(g: Grip) -> None:
    hand = g.body.near_hand
    at = g.away(hand, 0.06, 0.1)
    low = g.drop(at)
    top = min(0.11, low * 0.5)
    if low - top > 0.05:
        g.shape(at, [(-0.17, top), (0.19, top), (0.19, low), (-0.17, low)], IRON)
        g.shape(at, [(-0.11, top + 0.06), (0.13, top + 0.06), (0.13, low - 0.03), (-0.11, low - 0.03)],
                tint((60, 54, 60), 50), 0.7)  # fmt: skip
    g.stick([g.away(hand, -0.02, -0.06), g.away(hand, 0.03, 0.08)], 0.014, PALE_WOOD)
    g.shape(at, [(-0.12, -0.03), (0.14, -0.03), (0.12, top), (-0.1, top)], RED)
    g.shape(at, [(-0.14, -0.04), (0.16, -0.04), (0.16, -0.015), (-0.14, -0.015)], RED.shaded(0.2))
    for u in (0.04, 0.1, 0.16):
        g.mark(at, [(u, -0.09), (u + 0.03, -0.15), (u - 0.01, -0.2), (u + 0.02, -0.27)], 0.8)


def _jug(g: Grip) -> None:
    hand, cup = g.body.near_hand, g.away(g.body.far_hand, 0.03, -0.02)
    g.blob(hand, [(-0.03, -0.04), (-0.1, -0.06), (-0.1, 0.03), (-0.02, 0.04)], WHITE, 1.2)
    g.shape(hand, [(-0.02, -0.09), (0.1, -0.03), (0.12, 0.05), (0.05, 0.07), (-0.06, 0.03)], BLUE)
    spout = g.away(hand, 0.11, 0.04)
    down = (cup[1] - spout[1]) / g.body.size
    cup = (spout[0], cup[1])
    water = tint((150, 208, 244), 236)
    g.stick([spout, g.away(spout, 0.004, down * 0.5), g.away(spout, 0.0, down)], 0.02, water)
    g.shape(cup, [(-0.055, -0.05), (0.055, -0.05), (0.045, 0.05), (-0.045, 0.05)], YELLOW)


def _football(g: Grip) -> None:
    foot = g.body.near_ankle
    at = g.away(foot, 0.26, -0.06)
    g.disc(at, 0.085, WHITE)
    for u, v, r in (
        (0, 0, 0.03),
        (0.06, -0.04, 0.016),
        (-0.05, 0.045, 0.018),
        (-0.045, -0.05, 0.016),
    ):
        g.disc(g.away(at, u, v), r, INK, 0)
    for v in (-0.05, 0.05):
        g.mark(at, [(-0.11, v), (-0.15, v * 1.2), (-0.17, v * 1.6)], 0.9)


def _ladder(g: Grip) -> None:
    near, far = g.body.near_hand, g.body.far_hand
    x = (max(near[0] * g.body.facing, far[0] * g.body.facing)) * g.body.facing
    at = (x, g.body.ground)
    top = min(near[1], far[1]) - 0.22 * g.body.size
    tall = (g.body.ground - top) / g.body.size
    for u in (-0.1, 0.16):
        g.stick([g.away(at, u, 0.04), g.away(at, u, -tall)], 0.028, PALE_WOOD)
    step = 0.16
    for i in range(1, int(tall / step) + 1):
        g.stick([g.away(at, -0.1, -step * i), g.away(at, 0.16, -step * i)], 0.024, PALE_WOOD)


def _nothing(g: Grip) -> None:
    return None


Drawing = Callable[[Grip], None]

HELD: dict[str, tuple[Drawing, Drawing]] = {
    "wave": (_nothing, _wave),
    "far wave": (_nothing, _far_wave),
    "book": (_nothing, _book),
    "pad": (_nothing, _pad),
    "desk": (_nothing, _desk),
    "cup": (_nothing, _cup),
    "bowl": (_nothing, _bowl),
    "box": (_nothing, _box),
    "bucket": (_nothing, _bucket),
    "sack": (_sack, _nothing),
    "ball": (_ball, _nothing),
    "thrown ball": (_nothing, _thrown_ball),
    "rope": (_nothing, _rope),
    "rope behind": (_nothing, _rope_behind),
    "crate": (_nothing, _crate),
    "spade": (_nothing, _spade),
    "broom": (_nothing, _broom),
    "rod": (_nothing, _rod),
    "easel": (_easel, _brush),
    "guitar": (_nothing, _guitar),
    "snore": (_nothing, _snore),
    "notes": (_nothing, _notes),
    "apple": (_apple, _nothing),
    "tears": (_nothing, _tears),
    "streaks": (_streaks, _nothing),
    "bicycle": (_bicycle, _nothing),
    "pot": (_nothing, _pot),
    "jug": (_nothing, _jug),
    "football": (_nothing, _football),
    "ladder": (_ladder, _nothing),
}
"""What is drawn behind the figure and what in front of it, under its near hand."""


def draw_seat(g: Grip, seat: str, hip_radius: float) -> None:
    """A chair or a stool under the hips, down to the ground."""
    top = (g.body.hips[0], g.body.hips[1] + hip_radius)
    low = g.drop(top)
    if seat == "chair":
        g.shape(top, [(-0.17, 0), (-0.13, 0), (-0.17, -0.4), (-0.21, -0.4)], WOOD)
    for u in (-0.15, 0.1):
        g.shape(top, [(u, 0.02), (u + 0.04, 0.02), (u + 0.045, low), (u + 0.005, low)], WOOD)
    g.shape(top, [(-0.17, 0), (0.16, 0), (0.16, 0.045), (-0.17, 0.045)], PALE_WOOD)
