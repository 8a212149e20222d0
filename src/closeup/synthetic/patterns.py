"""The patterns behind a panel that shows no place."""

import math
import random

from closeup.synthetic.canvas import Canvas, Tint, tint
from closeup.synthetic.hues import Rgb, darker, pale
from closeup.synthetic.site import rect


def draw_pattern(canvas: Canvas, kind: str, hue: Rgb, rng: random.Random) -> None:
    """A panel without a place: plain, gradient bands, focus lines, speed lines, dots or rays."""
    width, height = canvas.width, canvas.height
    base, mark = pale(hue), tint(darker(hue, 0.13), 206)
    rect(canvas, 0, 0, width, height, base, 0)
    cx, cy = width * rng.uniform(0.35, 0.65), height * rng.uniform(0.35, 0.6)
    far = math.hypot(width, height)
    if kind == "bands":
        for i in range(4):
            top = height * (0.45 + 0.14 * i)
            rect(canvas, 0, top, width, height, tint(darker(hue, 0.04 * (i + 1)), 238 - 12 * i), 0)
    elif kind == "focus":
        for _ in range(64):
            angle, start = rng.uniform(0, 2 * math.pi), far * rng.uniform(0.3, 0.42)
            _wedge(canvas, cx, cy, angle, start, far, rng.uniform(0.004, 0.014), tint((90, 86, 92)))
    elif kind == "speed":
        for _ in range(42):
            y, x0 = rng.uniform(0, height), rng.uniform(-0.2, 0.6) * width
            end = x0 + rng.uniform(0.3, 0.9) * width
            canvas.line([(x0, y), (end, y)], rng.uniform(1, 4), mark, 0.9)
    elif kind == "dots":
        step = max(26, width // 14)
        for row in range(height // step + 1):
            for column in range(width // step + 1):
                x = column * step + (row % 2) * step / 2
                canvas.ellipse(x, row * step, step * 0.16, step * 0.16, mark, 0)
    elif kind == "rays":
        for i in range(14):
            _wedge(canvas, cx, cy, i * math.pi / 7 + 0.1, 0, far, 0.11, mark)


PATTERNS = ("plain", "bands", "focus", "speed", "dots", "rays")


def _wedge(
    canvas: Canvas,
    cx: float,
    cy: float,
    angle: float,
    near: float,
    far: float,
    half: float,
    hue: Tint,
) -> None:
    points = [(cx + near * math.cos(angle), cy + near * math.sin(angle))]
    points += [
        (cx + far * math.cos(angle + d), cy + far * math.sin(angle + d)) for d in (-half, half)
    ]
    canvas.fill(points, hue)
