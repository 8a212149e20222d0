"""The ground of a place: its paving, and a rug indoors."""

import random

from closeup.synthetic.canvas import WHITE, Canvas
from closeup.synthetic.hues import Hues, Rgb, darker
from closeup.synthetic.site import Lens


def draw_paving(
    canvas: Canvas, kind: str, lens: Lens, hues: Hues, floor: Rgb, rng: random.Random
) -> None:
    """Boards, tiles, cobbles, tufts, ripples, craters or none, from the horizon on down."""
    mark, thin = hues.stroke(darker(floor, 0.2)), 1.7 if canvas.colour else 1.2
    width, height, horizon = canvas.width, canvas.height, lens.horizon
    depth, centre = height - horizon, width / 2
    if depth < 8 or kind == "none":
        return
    if kind in ("boards", "tiles"):
        step = max(60.0, lens.unit * 0.4)
        for i in range(-14, 15):
            x = centre + (i - lens.pan % 1) * step
            canvas.line([(x, horizon), (centre + (x - centre) * 2.6, height)], thin, mark, 0)
    rows = 7
    for i in range(1, rows):
        y = horizon + depth * (i / rows) ** 1.7
        if kind == "tiles":
            canvas.line([(0, y), (width, y)], thin, mark, 0)
        elif kind in ("cobbles", "tufts", "ripples", "craters"):
            for _ in range(max(5, width // 120)):
                x, w = rng.random() * width, 6 + 22 * i / rows
                if kind == "cobbles":
                    canvas.curve([(x - w, y), (x, y - w * 0.4), (x + w, y)], thin, mark)
                elif kind == "tufts":
                    for lean in (-0.5, 0, 0.5):
                        canvas.line([(x, y), (x + lean * w, y - w * 0.6)], thin, mark, 0.8)
                elif kind == "ripples":
                    canvas.curve(
                        [(x - 2 * w, y), (x - w, y - 4), (x, y), (x + w, y - 4)], thin, mark
                    )
                elif i % 2:
                    canvas.ellipse(x, y, 1.6 * w, 0.5 * w, hues(darker(floor, 0.16)), thin)


RUGS = ((214, 160, 150), (158, 178, 208), (178, 200, 160))


def draw_rug(canvas: Canvas, lens: Lens, hues: Hues, rng: random.Random) -> None:
    """An oval rug with a border, where the floor is deep enough to show it."""
    at, hue = (
        rng.uniform(-0.6, 1.2),
        rng.choice(((214, 160, 150), (158, 178, 208), (178, 200, 160))),
    )
    depth = canvas.height - lens.horizon
    if depth < 0.16 * lens.unit:
        return
    x, y = (at - lens.pan) * lens.unit, lens.horizon + 0.5 * depth
    across, deep = 0.95 * lens.unit, min(0.2 * lens.unit, 0.34 * depth)
    canvas.ellipse(x, y, across, deep, hues(hue), 1.6)
    canvas.ellipse(x, y, 0.86 * across, 0.8 * deep, WHITE if not canvas.colour else hues(hue), 1.2)
    canvas.ellipse(x, y, 0.78 * across, 0.68 * deep, hues(darker(hue, 0.12)), 1.2)
