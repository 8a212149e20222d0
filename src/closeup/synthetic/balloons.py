"""Balloons, boards and their tails: outlines about a block of text, and how they are drawn.

A tail starts inside its balloon, on the side of its speaker, and ends at the outline of the
speaker's head; where another head or balloon stands in the way it stops short and only points.
Tails are drawn under all balloons, so that no tail runs over lettering.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, sin

import aggdraw

from closeup.geometry import Box
from closeup.synthetic.lettering import Block, Colour
from closeup.synthetic.strokes import Point

CLEAR = 7.0
"""Pixels that a tail keeps from what it must not cross."""


@dataclass(frozen=True)
class Body:
    """The outline of a balloon about the origin, and its extent from there."""

    outline: tuple[Point, ...]
    width: float
    height: float

    def at(self, x: float, y: float) -> list[Point]:
        """The outline with its box's upper left corner at (x, y)."""
        cx, cy = x + self.width / 2, y + self.height / 2
        return [(cx + px, cy + py) for px, py in self.outline]


@dataclass(frozen=True)
class Mouth:
    """What a tail reaches for: a mouth, and the head whose outline ends the tail."""

    at: Point
    head: Box | None = None
    """None where the speaker is off the panel: the tail ends at the point itself."""


def body(block: Block, shape: str, rng: random.Random) -> Body:
    """The smallest balloon of a shape that holds the block.

    Shapes: ellipse, rounded, dashed (an ellipse drawn with dashes), cloud, spiky, box.
    """
    pad = 0.55 * block.cap
    if shape == "box":
        half, high = block.width / 2 + pad * 1.3, block.height / 2 + pad * 1.3
        return _closed([(-half, -high), (half, -high), (half, high), (-half, high)])
    power = 4.0 if shape == "rounded" else 2.3
    a, b = block.width / 2 * 1.04 + 1, block.height / 2 * 1.22 + 1
    grown = 1.0
    for i, width in enumerate(block.widths):
        middle = -block.height / 2 + block.cap / 2 + i * block.pitch
        y = max(abs(middle - block.cap * 0.65), abs(middle + block.cap * 0.65))
        grown = max(grown, ((width / 2 / a) ** power + (y / b) ** power) ** (1 / power))
    a, b = a * grown + pad, b * grown + pad
    if shape == "cloud":
        return _cloud(a, b)
    if shape == "spiky":
        return _spiky(a, b, rng)
    angles = [2 * pi * i / 56 for i in range(56)]
    return _closed([_superellipse(a, b, power, angle) for angle in angles])


def _superellipse(a: float, b: float, power: float, angle: float) -> Point:
    c, s = cos(angle), sin(angle)
    return (
        a * (abs(c) ** (2 / power)) * (1 if c > 0 else -1),
        b * (abs(s) ** (2 / power)) * (1 if s > 0 else -1),
    )


def _cloud(a: float, b: float) -> Body:
    bumps = max(9, round((a + b) / 17))
    outline = []
    for bump in range(bumps):
        for step in range(7):
            angle = 2 * pi * (bump + step / 7) / bumps
            swell = 1.0 + 0.13 * sin(pi * step / 7) ** 0.7
            outline.append((a * swell * cos(angle), b * swell * sin(angle)))
    return _closed(outline)


def _spiky(a: float, b: float, rng: random.Random) -> Body:
    spikes = max(11, round((a + b) / 13))
    outline = []
    for spike in range(spikes):
        angle = 2 * pi * spike / spikes
        outline.append((a * 1.02 * cos(angle), b * 1.02 * sin(angle)))
        angle += pi / spikes * rng.uniform(0.8, 1.2)
        reach = rng.uniform(10, 24)
        outline.append(((a + reach) * cos(angle), (b + reach * 0.8) * sin(angle)))
    return _closed(outline)


def _closed(outline: list[Point]) -> Body:
    xs, ys = [x for x, _ in outline], [y for _, y in outline]
    mx, my = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    centred = tuple((x - mx, y - my) for x, y in outline)
    return Body(centred, max(xs) - min(xs), max(ys) - min(ys))


def root(box: Box, aim: Point) -> Point:
    """Where in a balloon the tail starts: off its middle, towards what it aims at."""
    (cx, cy), across, down = box.center, 0.26 * box.width, 0.22 * box.height
    return (
        min(max(aim[0], cx - across), cx + across),
        min(max(aim[1], cy - down), cy + down),
    )


def reach(box: Box, mouth: Mouth, hurdles: Sequence[Box]) -> tuple[Point, bool]:
    """Where a tail from a balloon ends, and whether that is as far as it should go."""
    start, aim = root(box, mouth.at), mouth.at
    dx, dy = aim[0] - start[0], aim[1] - start[1]
    (x0, x1), (y0, y1) = sorted((start[0], aim[0])), sorted((start[1], aim[1]))
    way = Box(x0 - CLEAR, y0 - CLEAR, x1 + CLEAR, y1 + CLEAR)
    near = [hurdle for hurdle in hurdles if hurdle.intersection(way)]
    steps = max(2, int(hypot(dx, dy) / 5))
    end = start
    for i in range(1, steps + 1):
        at = (start[0] + dx * i / steps, start[1] + dy * i / steps)
        if mouth.head and _in_oval(mouth.head, at, 1.0 + 4.0 / mouth.head.width):
            return end, True
        if any(_within(hurdle, at, CLEAR) for hurdle in near):
            return end, False
        end = at
    return end, True


def _in_oval(box: Box, at: Point, grown: float) -> bool:
    (cx, cy), rx, ry = box.center, grown * box.width / 2, grown * box.height / 2
    return ((at[0] - cx) / rx) ** 2 + ((at[1] - cy) / ry) ** 2 <= 1


def _within(box: Box, at: Point, pad: float) -> bool:
    return box.x0 - pad < at[0] < box.x1 + pad and box.y0 - pad < at[1] < box.y1 + pad


def tail(box: Box, end: Point, cap: int) -> list[Point]:
    """A curved wedge from inside the body to `end`; empty where that lies within the body.

    One side from the root to the tip, then the other back, `SIDE` points each.
    """
    if _within(box, end, 0.0):
        return []
    (sx, sy), (tx, ty) = root(box, end), end
    long = hypot(tx - sx, ty - sy)
    half = min(0.1 * min(box.width, box.height) + 2, 0.45 * cap + 3)
    nx, ny = -(ty - sy) / long, (tx - sx) / long
    bend = min(long * 0.07, 0.8 * CLEAR) * (1 if tx >= box.center[0] else -1)
    one, two = [], []
    for i in range(SIDE):
        t = i / (SIDE - 1)
        x, y = sx + (tx - sx) * t, sy + (ty - sy) * t
        x, y = x + nx * bend * sin(pi * t), y + ny * bend * sin(pi * t)
        thick = half * (1 - t)
        one.append((x + nx * thick, y + ny * thick))
        two.append((x - nx * thick, y - ny * thick))
    return one + two[::-1]


SIDE = 17
"""Points along each side of a tail."""


def bubbles(box: Box, end: Point, cap: int) -> list[tuple[Point, float]]:
    """The bubbles that lead from a thought to its thinker: centres and radii."""
    if _within(box, end, 0.0):
        return []
    (sx, sy), (tx, ty) = box.center, end
    steps = [(sx + (tx - sx) * i / 40, sy + (ty - sy) * i / 40) for i in range(41)]
    sx, sy = next((at for at in steps if not _in_oval(box, at, 1.06)), end)
    shares = (0.1, 0.42, 0.76)
    return [((sx + (tx - sx) * t, sy + (ty - sy) * t), cap * (0.6 - 0.42 * t)) for t in shares]


@dataclass(frozen=True)
class Outline:
    """A balloon in its place on the page."""

    shape: str
    body: Sequence[Point]
    tail: Sequence[Point]
    dots: Sequence[tuple[Point, float]]
    fill: Colour


def draw_balloons(
    draw: aggdraw.Draw, balloons: Iterable[Outline], ink: Colour, line: float
) -> None:
    """Fill and outline balloons, each with its tail as one shape, with lines of `line` pixels."""
    balloons, pen = list(balloons), aggdraw.Pen(ink, line * 2)
    brushes = [aggdraw.Brush(balloon.fill) for balloon in balloons]
    for balloon, brush in zip(balloons, brushes, strict=True):
        for part in (balloon.tail, *(disc(*dot) for dot in balloon.dots)):
            if part:
                draw.polygon(_flat(part), pen)
                draw.polygon(_flat(part), brush)
    for balloon, brush in zip(balloons, brushes, strict=True):
        if balloon.shape == "dashed":
            draw.polygon(_flat(balloon.body), brush)
            _dashes(draw, balloon.body, aggdraw.Pen(ink, line))
        else:
            draw.polygon(_flat(balloon.body), pen)
            draw.polygon(_flat(balloon.body), brush)
        if mouth := _opening(balloon, line):
            draw.polygon(_flat(mouth), brush)


def _opening(balloon: Outline, line: float) -> list[Point]:
    """The part of a tail that must lie over its own balloon, to open it into the tail."""
    if not balloon.tail:
        return []
    xs, ys = [x for x, _ in balloon.body], [y for _, y in balloon.body]
    box = Box(min(xs) - line, min(ys) - line, max(xs) + line, max(ys) + line)
    one, two = balloon.tail[:SIDE], balloon.tail[SIDE:][::-1]
    last = 1
    for i, (a, b) in enumerate(zip(one, two, strict=True)):
        if _inside(balloon.body, a, line, box) or _inside(balloon.body, b, line, box):
            last = i + 1
    last = min(last, SIDE - 1)
    return [*one[: last + 1], *two[last::-1]]


def _inside(outline: Sequence[Point], at: Point, pad: float, box: Box) -> bool:
    """Whether a point lies in a star-shaped outline grown by `pad` pixels."""
    if not _within(box, at, 0.0):
        return False
    (cx, cy), odd = box.center, False
    far = hypot(at[0] - cx, at[1] - cy) or 1.0
    x, y = at[0] - (at[0] - cx) / far * pad, at[1] - (at[1] - cy) / far * pad
    for (ax, ay), (bx, by) in zip(outline, [*outline[1:], outline[0]], strict=True):
        if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
            odd = not odd
    return odd


def _dashes(draw: aggdraw.Draw, outline: Sequence[Point], pen: aggdraw.Pen) -> None:
    closed = [*outline, outline[0]]
    for i in range(0, len(closed) - 1, 2):
        draw.line(_flat(closed[i : i + 2]), pen)


def _flat(points: Sequence[Point]) -> list[float]:
    return [value for point in points for value in point]


def disc(centre: Point, radius: float) -> list[Point]:
    """The outline of a bubble."""
    angles = [2 * pi * i / 20 for i in range(20)]
    return [(centre[0] + radius * cos(a), centre[1] + radius * 0.85 * sin(a)) for a in angles]
