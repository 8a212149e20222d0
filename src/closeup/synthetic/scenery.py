"""Backdrops: fourteen places, four times of day, and the patterns of a panel without a place.

A place is furnished once an issue, in units of a grown figure's height, and every panel there is a
window onto it, panned and zoomed, so that readers recognise where they are. Backdrops are paler
and thinner of line than figures. `draw_place` tells what it drew, and as whose, so that a
description can name only what was left visible.
"""

import math
import random
from dataclasses import dataclass

from closeup.synthetic.canvas import Canvas, Tint, oval, tint
from closeup.synthetic.hues import Hues, Rgb, darker, lighter, pale
from closeup.synthetic.indoors import INDOORS
from closeup.synthetic.outdoors import OUTDOORS
from closeup.synthetic.site import PEN, Site

TIMES = ("morning", "afternoon", "evening", "night")
FIRST_ITEM = 100
"""Owner number of the first thing in a backdrop; figures and their props use smaller ones."""


@dataclass(frozen=True)
class Room:
    """What a place is made of."""

    indoors: bool
    back: Rgb
    """The wall, or the land at the horizon."""
    floor: Rgb
    paving: str
    """The drawing of the ground: boards, tiles, cobbles, tufts, ripples, craters, none."""
    things: tuple[str, ...]


ROOMS: dict[str, Room] = {
    "street": Room(False, (206, 200, 204), (214, 208, 200), "cobbles",
                   ("house", "street lamp", "house", "tree", "house", "barrel")),
    "forest": Room(False, (186, 208, 180), (200, 214, 176), "tufts",
                   ("tree", "fir tree", "bush", "tree", "stump", "fir tree", "tree")),
    "kitchen": Room(True, (244, 226, 196), (222, 206, 190), "tiles",
                    ("stove", "shelf", "window", "table", "cupboard")),
    "harbour": Room(False, (182, 206, 220), (218, 204, 178), "boards",
                    ("sailing ship", "barrel", "crate", "sailing ship", "lighthouse", "crate")),
    "classroom": Room(True, (214, 226, 208), (224, 208, 178), "boards",
                      ("blackboard", "desk", "window", "globe", "desk", "shelf")),
    "castle": Room(True, (208, 206, 212), (198, 194, 196), "tiles",
                   ("arched window", "banner", "burning torch", "arched window", "throne")),
    "desert": Room(False, (238, 214, 168), (244, 226, 182), "ripples",
                   ("cactus", "rock", "dune", "skull", "cactus", "rock")),
    "space": Room(False, (176, 178, 196), (206, 206, 214), "craters",
                  ("rocket", "rock", "planet", "glass dome", "rock")),
    "shop": Room(True, (238, 216, 206), (216, 198, 178), "boards",
                 ("shelf", "counter", "shelf", "window", "barrel", "shelf")),
    "attic": Room(True, (226, 208, 184), (208, 188, 162), "boards",
                  ("trunk", "round window", "crate", "wardrobe", "crate")),
    "farm": Room(False, (204, 218, 160), (218, 214, 160), "tufts",
                 ("barn", "fence", "haystack", "tree", "fence", "haystack")),
    "train": Room(True, (218, 206, 190), (190, 178, 172), "boards",
                  ("train window", "train seat", "train window", "train seat", "train window")),
    "cave": Room(True, (178, 172, 176), (190, 184, 178), "none",
                 ("stalactite", "crystal", "rock", "stalactite", "crystal")),
    "beach": Room(False, (170, 208, 222), (246, 232, 194), "ripples",
                  ("palm tree", "parasol", "sailing ship", "rock", "palm tree")),
}  # fmt: skip

THINGS = INDOORS | OUTDOORS
SPAN = {"house": 1.5, "barn": 1.6, "sailing ship": 1.4, "blackboard": 1.3, "table": 1.0,
        "shelf": 0.9, "train window": 1.1, "dune": 1.2, "fence": 1.2, "glass dome": 1.1,
        "counter": 1.2, "street lamp": 0.4, "barrel": 0.5, "stump": 0.5, "burning torch": 0.35,
        "globe": 0.5}  # fmt: skip
"""Widths in units; whatever is not listed takes 0.8."""

SKIES: dict[str, Rgb] = {
    "morning": (226, 238, 246),
    "afternoon": (200, 226, 246),
    "evening": (248, 206, 172),
    "night": (92, 100, 146),
}


SKY_TONES = {"morning": 255, "afternoon": 238, "evening": 208, "night": 116}
"""The lightness of a sky where there is no colour."""


@dataclass(frozen=True)
class Lens:
    """How a panel looks at a place: `unit` pixels to a figure's height at the back wall."""

    horizon: float
    unit: float
    pan: float
    """World x, in units, of the panel's left edge."""


def draw_place(
    canvas: Canvas, place: str, time: str, lens: Lens, rng: random.Random
) -> dict[int, str]:
    """Draw a backdrop; `rng` must be the place's own. Returns what owner numbers stand for."""
    room, hues = ROOMS[place], Hues(time, rng)
    width, height, horizon = canvas.width, canvas.height, lens.horizon
    if room.indoors:
        _rect(canvas, 0, 0, width, horizon, hues(room.back), 0)
        _wall_pattern(canvas, place, lens, hues, room.back)
        if place != "cave":
            _ceiling(canvas, lens, hues, room.back)
    else:
        _sky(canvas, place, time, lens, hues, room.back)
    _rect(canvas, 0, horizon, width, height, hues(room.floor), 0)
    canvas.line([(0, horizon), (width, horizon)], 1.8, hues.line, 0)
    _paving(canvas, room.paving, lens, hues(darker(room.floor, 0.16)), rng)
    drawn, x = {}, rng.uniform(-2.4, -1.4)
    for i in range(12):
        kind = room.things[i % len(room.things)]
        inner = random.Random(rng.random())
        left = (x - lens.pan) * lens.unit
        if -1.6 * lens.unit < left < width + 0.8 * lens.unit:
            with canvas.owner(FIRST_ITEM + i):
                THINGS[kind](Site(canvas, left, horizon, lens.unit, hues, inner))
            drawn[FIRST_ITEM + i] = kind
        x += SPAN.get(kind, 0.8) + rng.uniform(0.1, 0.5)
    return drawn


def draw_pattern(canvas: Canvas, kind: str, hue: Rgb, rng: random.Random) -> None:
    """A panel without a place: plain, gradient bands, focus lines, speed lines, dots or rays."""
    width, height = canvas.width, canvas.height
    base, mark = pale(hue), tint(darker(hue, 0.13), 206)
    _rect(canvas, 0, 0, width, height, base, 0)
    cx, cy = width * rng.uniform(0.35, 0.65), height * rng.uniform(0.35, 0.6)
    far = math.hypot(width, height)
    if kind == "bands":
        for i in range(4):
            top = height * (0.45 + 0.14 * i)
            _rect(canvas, 0, top, width, height, tint(darker(hue, 0.04 * (i + 1)), 238 - 12 * i), 0)
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


def _sky(canvas: Canvas, place: str, time: str, lens: Lens, hues: Hues, land: Rgb) -> None:
    width, horizon = canvas.width, lens.horizon
    space = place == "space"
    night = time == "night" or space
    _rect(
        canvas,
        0,
        0,
        width,
        horizon,
        tint((70, 72, 110) if space else SKIES[time], SKY_TONES[time] if not space else 70),
        0,
    )
    fixed = random.Random(place)
    if night:
        for _ in range(40):
            x, y = fixed.random() * width, fixed.random() * horizon
            canvas.ellipse(x, y, r := fixed.uniform(0.8, 2.4), r, tint((255, 255, 255)), 0)
    radius = min(0.16 * lens.unit + 6, 0.1 * min(width, canvas.height) + 4)
    x, y = width * (0.25 if time == "morning" else 0.8), min(horizon * 0.3, 3 * radius)
    if time == "evening":
        y = horizon - radius * 0.3
    if not space:
        light = tint((250, 246, 214) if night else (255, 232, 140))
        canvas.ellipse(x, y, radius, radius, light, 1.5)
    if time in ("morning", "afternoon") and not space:
        for _ in range(3):
            _cloud(canvas, fixed.random() * width, fixed.uniform(0.1, 0.5) * horizon, 6 * radius)
    if place in ("harbour", "beach"):
        sea = horizon - 0.3 * lens.unit
        _rect(canvas, 0, sea, width, horizon, hues(land), 0)
        canvas.line([(0, sea), (width, sea)], 1.5, hues.line, 0)
        for i in range(6):
            x, y = fixed.random() * width, sea + (horizon - sea) * (i + 0.5) / 6
            canvas.line([(x, y), (x + 30, y)], 1.5, hues.line)
    elif place != "street":
        hills: list[tuple[float, float]] = [(0, horizon)]
        for i in range(9):
            lift = lens.unit * (0.15 + 0.3 * abs(math.sin(lens.pan * 0.7 + i * 1.3)))
            hills.append((width * i / 8, horizon - lift))
        canvas.blob([*hills, (width, horizon), (width, horizon + 9), (0, horizon + 9)],
                    hues(lighter(land)), 1.5)  # fmt: skip


def _cloud(canvas: Canvas, x: float, y: float, unit: float) -> None:
    white = tint((255, 255, 255))
    puffs = [(-0.2, 0.02, 0.13), (0, -0.04, 0.18), (0.2, 0.02, 0.12)]
    canvas.merged([(oval(x + dx * unit, y + dy * unit, r * unit, r * unit * 0.7), white)
                   for dx, dy, r in puffs], 1.2)  # fmt: skip


def _wall_pattern(canvas: Canvas, place: str, lens: Lens, hues: Hues, back: Rgb) -> None:
    width, horizon, unit = canvas.width, lens.horizon, lens.unit
    mark, offset = hues(darker(back, 0.09)), -(lens.pan * unit) % unit
    if place in ("kitchen", "classroom", "shop", "train"):
        _rect(canvas, 0, horizon - 0.32 * unit, width, horizon, mark, 1.5)
    if place in ("shop", "attic", "train"):
        step = unit * (0.25 if place != "attic" else 0.5)
        for i in range(int(width / step) + 2):
            x = offset % step + i * step
            canvas.line([(x, 0), (x, horizon)], 2, mark, 0)
    elif place in ("castle", "cave"):
        rows = int(horizon / (unit * 0.22)) + 1
        for row in range(rows):
            y = horizon - row * unit * 0.22
            if place == "castle":
                canvas.line([(0, y), (width, y)], 1.5, mark, 0)
            for i in range(int(width / unit / 0.45) + 2):
                x = offset + (i - 1 + row % 2 / 2) * 0.45 * unit
                if place == "castle":
                    canvas.line([(x, y), (x, y - 0.22 * unit)], 1.5, mark, 0)
                elif (row + i) % 3 == 0:
                    canvas.curve([(x, y), (x + 20, y - 12), (x + 44, y - 6)], 2.5, mark)
    if place == "attic":
        for side in (0, width):
            edge = abs(side - 0.35 * unit)
            canvas.shape([(side, 0), (edge, 0), (side, horizon * 0.8)], hues(darker(back, 0.14)), 2)


def _ceiling(canvas: Canvas, lens: Lens, hues: Hues, back: Rgb) -> None:
    """Where a room is lower than its panel: a ceiling in perspective, beams and a lamp."""
    width, unit = canvas.width, lens.unit
    edge, centre = lens.horizon - 2.25 * unit, canvas.width / 2
    if edge < 12:
        return
    _rect(canvas, 0, -3, width, edge, hues(darker(back, 0.12)), 0)
    _rect(canvas, -3, edge - 0.07 * unit, width + 3, edge, hues(lighter(back)), 1.6)
    for i in range(-9, 10):
        x = centre + (i - lens.pan % 1) * unit * 0.6
        canvas.line([(x, edge - 0.07 * unit), (centre + (x - centre) * 2.2, 0)], 1.6, hues.line, 0)
    x, drop = (0.5 - lens.pan % 1) * unit * 1.3 + centre, edge + 0.28 * unit
    canvas.line([(x, edge * 0.4), (x, drop)], 2, taper=0)
    canvas.shape([(x - 0.22 * unit, drop + 0.16 * unit), (x - 0.07 * unit, drop),
                  (x + 0.07 * unit, drop), (x + 0.22 * unit, drop + 0.16 * unit)],
                 tint((255, 226, 130)) if hues.dark else hues((214, 160, 130)), PEN)  # fmt: skip


def _paving(canvas: Canvas, kind: str, lens: Lens, mark: Tint, rng: random.Random) -> None:
    width, height, horizon = canvas.width, canvas.height, lens.horizon
    depth, centre = height - horizon, width / 2
    if depth < 8 or kind == "none":
        return
    if kind in ("boards", "tiles"):
        step = max(60.0, lens.unit * 0.4)
        for i in range(-14, 15):
            x = centre + (i - lens.pan % 1) * step
            canvas.line([(x, horizon), (centre + (x - centre) * 2.6, height)], 1.6, mark, 0)
    rows = 7
    for i in range(1, rows):
        y = horizon + depth * (i / rows) ** 1.7
        if kind == "tiles":
            canvas.line([(0, y), (width, y)], 1.6, mark, 0)
        elif kind in ("cobbles", "tufts", "ripples", "craters"):
            for _ in range(6):
                x, w = rng.random() * width, 6 + 22 * i / rows
                if kind == "cobbles":
                    canvas.curve([(x - w, y), (x, y - w * 0.4), (x + w, y)], 2, mark)
                elif kind == "tufts":
                    for lean in (-0.5, 0, 0.5):
                        canvas.line([(x, y), (x + lean * w, y - w * 0.6)], 2, mark, 0.8)
                elif kind == "ripples":
                    canvas.curve([(x - 2 * w, y), (x - w, y - 4), (x, y), (x + w, y - 4)], 2, mark)
                elif i % 2:
                    canvas.ellipse(x, y, 1.6 * w, 0.5 * w, mark, 0)


def _rect(
    canvas: Canvas, x0: float, y0: float, x1: float, y1: float, hue: Tint, line: float | None
) -> None:
    canvas.shape([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], hue, line)


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
