"""The walls and ceilings of rooms, and the pictures on them."""

import random

from closeup.synthetic.canvas import Canvas, Tint, tint
from closeup.synthetic.hues import Hues, Rgb, darker, lighter
from closeup.synthetic.site import PEN, Lens, Site, rect


def draw_wall(canvas: Canvas, place: str, lens: Lens, hues: Hues, back: Rgb) -> None:
    """What a wall is made of, and the skirting along its foot."""
    width, horizon, unit = canvas.width, lens.horizon, lens.unit
    panels, mark = hues(darker(back, 0.09)), hues.stroke(darker(back, 0.12))
    thin, offset = 2.0 if canvas.colour else 1.1, -(lens.pan * unit) % unit
    if place in ("kitchen", "classroom", "shop", "train"):
        rect(canvas, -3, horizon - 0.32 * unit, width + 3, horizon, panels, 1.5)
    if place in ("shop", "attic", "train"):
        step = unit * (0.25 if place != "attic" else 0.5)
        for i in range(int(width / step) + 2):
            x = offset % step + i * step
            canvas.line([(x, 0), (x, horizon)], thin, mark, 0)
    elif place in ("castle", "cave"):
        rows = int(horizon / (unit * 0.22)) + 1
        for row in range(rows):
            y = horizon - row * unit * 0.22
            if place == "castle":
                canvas.line([(0, y), (width, y)], 0.75 * thin, mark, 0)
            for i in range(int(width / unit / 0.45) + 2):
                x = offset + (i - 1 + row % 2 / 2) * 0.45 * unit
                if place == "castle":
                    canvas.line([(x, y), (x, y - 0.22 * unit)], 0.75 * thin, mark, 0)
                elif (row + i) % 3 == 0:
                    canvas.curve([(x, y), (x + 20, y - 12), (x + 44, y - 6)], 1.25 * thin, mark)
    if place != "cave":
        dark = darker(back, 0.42)
        rect(canvas, 0, horizon - 0.055 * unit, width, horizon, Tint(hues(dark).rgb, 60), 0)
    if place == "attic":
        for side in (0, width):
            edge = abs(side - 0.35 * unit)
            canvas.shape([(side, 0), (edge, 0), (side, horizon * 0.8)], hues(darker(back, 0.14)), 2)


def draw_ceiling(canvas: Canvas, lens: Lens, hues: Hues, back: Rgb) -> None:
    """Where a room is lower than its panel: a ceiling in perspective, beams and a lamp."""
    width, unit = canvas.width, lens.unit
    edge, centre = lens.horizon - 2.25 * unit, canvas.width / 2
    if edge < 12:
        return
    rect(canvas, 0, -3, width, edge, hues(darker(back, 0.12)), 0)
    rect(canvas, -3, edge - 0.07 * unit, width + 3, edge, hues(lighter(back)), 1.6)
    for i in range(-9, 10):
        x = centre + (i - lens.pan % 1) * unit * 0.6
        canvas.line([(x, edge - 0.07 * unit), (centre + (x - centre) * 2.2, 0)], 1.6, hues.line, 0)
    x, drop = (0.5 - lens.pan % 1) * unit * 1.3 + centre, edge + 0.28 * unit
    canvas.line([(x, edge * 0.4), (x, drop)], 2, taper=0)
    canvas.shape([(x - 0.22 * unit, drop + 0.16 * unit), (x - 0.07 * unit, drop),
                  (x + 0.07 * unit, drop), (x + 0.22 * unit, drop + 0.16 * unit)],
                 tint((255, 226, 130)) if hues.dark else hues((214, 160, 130)), PEN)  # fmt: skip


def hang_pictures(canvas: Canvas, lens: Lens, hues: Hues, rng: random.Random) -> None:
    """Small pictures high on the wall, the same ones wherever the panel looks."""
    x = rng.uniform(-2.2, -1.6)
    for _ in range(9):
        wide, tall, up = rng.uniform(0.2, 0.42), rng.uniform(0.2, 0.34), rng.uniform(1.66, 1.74)
        kind, left = rng.choice(("hills", "portrait", "stripes")), (x - lens.pan) * lens.unit
        x += wide + rng.uniform(0.5, 1.3)
        above = lens.horizon - (up + tall) * lens.unit
        if above < 8 or not -wide * lens.unit < left < canvas.width:
            continue
        s = Site(canvas, left, lens.horizon, lens.unit, hues, rng)
        s.rects((0, up, wide, up + tall, (120, 92, 76)))
        s.rects((0.03, up + 0.03, wide - 0.03, up + tall - 0.03, (248, 244, 234)))
        middle, low = wide / 2, up + 0.03
        if kind == "hills":
            hill = [(0.03, low), (0.03, low + 0.06), (middle, low + 0.5 * tall)]
            s.shape([*hill, (wide - 0.03, low + 0.05), (wide - 0.03, low)], (120, 150, 110), 1)
        elif kind == "portrait":
            s.oval(middle, up + 0.56 * tall, 0.055, 0.07, (206, 160, 130), 1)
            s.shape([(middle - 0.08, low), (middle, up + 0.4 * tall), (middle + 0.08, low)],
                    (84, 84, 110), 1)  # fmt: skip
        else:
            for i in range(1, 4):
                at = 0.03 + (wide - 0.06) * i / 4
                s.line([(at, low), (at, up + tall - 0.03)], 1.2)
