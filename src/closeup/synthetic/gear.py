"""Large things in use: loads, tools with long handles, an easel, a bicycle, a stove, a ladder."""

import math

from closeup.synthetic.canvas import INK, WHITE, oval, tint
from closeup.synthetic.grip import Grip
from closeup.synthetic.palette import BLUE, GREEN, IRON, PALE_WOOD, PAPER, RED, WOOD, YELLOW
from closeup.synthetic.strokes import Point


def rope(g: Grip) -> None:
    _tow(g, 0.62)


def rope_behind(g: Grip) -> None:
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


def crate(g: Grip) -> None:
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


def spade(g: Grip) -> None:
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


def broom(g: Grip) -> None:
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


def rod(g: Grip) -> None:
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


def easel(g: Grip) -> None:
    hand = g.body.near_hand
    at = g.away(hand, 0.16, 0.0)
    low = g.drop(at)
    for u in (-0.07, 0.17, 0.3):
        g.stick([g.away(at, 0.12, -0.25), g.away(at, u, low)], 0.016, WOOD)
    g.shape(at, [(-0.03, 0.16), (0.3, 0.16), (0.26, -0.26), (-0.05, -0.22)], PAPER)
    g.disc(g.away(at, 0.18, -0.13), 0.04, YELLOW, 0.6)
    g.blob(at, [(0.0, 0.13), (0.08, -0.01), (0.15, 0.06), (0.22, 0.0), (0.28, 0.13)], GREEN, 0.6)


def brush(g: Grip) -> None:
    hand = g.body.near_hand
    g.stick([g.away(hand, -0.08, 0.03), g.away(hand, 0.09, -0.02)], 0.012, YELLOW)
    g.blob(hand, [(0.08, -0.035), (0.13, -0.03), (0.08, -0.005)], RED, 0.7)
    at = g.away(g.body.far_hand, 0.03, -0.02)
    g.blob(at, [(-0.1, 0), (-0.02, -0.045), (0.1, -0.02), (0.1, 0.03), (0, 0.045)], PALE_WOOD)
    for u, v, t in ((-0.04, -0.005, RED), (0.02, -0.02, BLUE), (0.06, 0.012, YELLOW)):
        g.disc(g.away(at, u, v), 0.016, t, 0.5)


def guitar(g: Grip) -> None:
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


def _wheel(g: Grip, at: Point, radius: float) -> None:
    s = g.body.size
    ring = oval(*at, radius * s, radius * s)
    g.canvas.contour(ring, g.pen * 2.4)
    for i in range(4):
        u, v = math.cos(i * 0.785) * radius, math.sin(i * 0.785) * radius
        g.canvas.line([g.away(at, u, v), g.away(at, -u, -v)], g.pen * 0.5, INK, 0)
    g.disc(at, 0.022, IRON, 0.7)


def bicycle(g: Grip) -> None:
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


def pot(g: Grip) -> None:
    hand = g.body.near_hand
    at = g.away(hand, 0.06, 0.1)
    low = g.drop(at)
    top = min(0.11, low * 0.5)
    if low - top > 0.05:
        g.shape(at, [(-0.17, top), (0.19, top), (0.19, low), (-0.17, low)], IRON)
        g.shape(at, [(-0.11, top + 0.06), (0.13, top + 0.06), (0.13, low - 0.03),
                (-0.11, low - 0.03)], tint((60, 54, 60), 50), 0.7)  # fmt: skip
    g.stick([g.away(hand, -0.02, -0.06), g.away(hand, 0.03, 0.08)], 0.014, PALE_WOOD)
    g.shape(at, [(-0.12, -0.03), (0.14, -0.03), (0.12, top), (-0.1, top)], RED)
    g.shape(at, [(-0.14, -0.04), (0.16, -0.04), (0.16, -0.015), (-0.14, -0.015)], RED.shaded(0.2))
    for u in (0.04, 0.1, 0.16):
        g.mark(at, [(u, -0.09), (u + 0.03, -0.15), (u - 0.01, -0.2), (u + 0.02, -0.27)], 0.8)


def ladder(g: Grip) -> None:
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
