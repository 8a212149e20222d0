"""Things that hands are busy with, seats, and the marks that go with an action."""

import math
from collections.abc import Callable
from itertools import pairwise

from closeup.synthetic import gear
from closeup.synthetic.canvas import INK, WHITE, Canvas, tint
from closeup.synthetic.grip import Grip
from closeup.synthetic.palette import BLUE, GREEN, IRON, PALE_WOOD, PAPER, RED, WOOD, YELLOW
from closeup.synthetic.strokes import Point


def _wave(g: Grip) -> None:
    _swish(g, g.body.near_hand)


def _far_wave(g: Grip) -> None:
    _swish(g, g.body.far_hand)


def _swish(g: Grip, hand: Point) -> None:
    for side in (-1, 1):
        for out in (0.09, 0.13):
            arc = [(-0.06, 0.0), (-0.035, 0.013), (0.0, 0.018), (0.035, 0.013), (0.06, 0.0)]
            g.mark(hand, [(side * (out + bulge), v) for v, bulge in arc], 0.8)


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
    g.blob(at, [(0.16, -0.2), (0.02, -0.12), (-0.16, -0.02), (-0.16, 0.18), (0.02, 0.24),
                (0.14, 0.14), (0.12, -0.04)], PALE_WOOD)  # fmt: skip
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


def _snore(g: Grip) -> None:
    """Three letters of sleep, rising."""
    start = g.away(g.body.head, 0.0, 0.0)
    start = (start[0], start[1] - g.head_radius * 1.25)
    for u, v, s in ((0.03, -0.03, 0.02), (0.1, -0.12, 0.029), (0.19, -0.24, 0.04)):
        x, y = g.away(start, u, v)
        s *= g.body.size
        corners = [(x - s, y - s), (x + s, y - s), (x - s, y + s), (x + s, y + s)]
        for a, b in pairwise(corners):
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
    points = [(0, -0.66), (0.5, -0.9), (0.95, -0.3), (0.7, 0.6), (0.25, 0.9), (0, 0.8),
              (-0.25, 0.9), (-0.7, 0.6), (-0.95, -0.3), (-0.5, -0.9)]  # fmt: skip
    canvas.blob([(x + u * r, y + v * r) for u, v in points], RED, pen)
    canvas.line([(x, y - 0.6 * r), (x + 0.15 * r, y - 1.2 * r)], pen * 1.1)
    canvas.blob([(x + 0.1 * r, y - 0.95 * r), (x + 0.5 * r, y - 1.4 * r),
                (x + 0.8 * r, y - 1.1 * r)], GREEN, pen * 0.7)  # fmt: skip


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
    "rope": (_nothing, gear.rope),
    "rope behind": (_nothing, gear.rope_behind),
    "crate": (_nothing, gear.crate),
    "spade": (_nothing, gear.spade),
    "broom": (_nothing, gear.broom),
    "rod": (_nothing, gear.rod),
    "easel": (gear.easel, gear.brush),
    "guitar": (_nothing, gear.guitar),
    "snore": (_nothing, _snore),
    "notes": (_nothing, _notes),
    "apple": (_apple, _nothing),
    "tears": (_nothing, _tears),
    "streaks": (_streaks, _nothing),
    "bicycle": (gear.bicycle, _nothing),
    "pot": (_nothing, gear.pot),
    "jug": (_nothing, _jug),
    "football": (_nothing, _football),
    "ladder": (gear.ladder, _nothing),
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
