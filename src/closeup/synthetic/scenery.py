"""Backdrops: fourteen places, four times of day, and the patterns of a panel without a place.

A place is furnished once an issue, in units of a grown figure's height, and every panel there is a
window onto it, panned and zoomed, so that readers recognise where they are. Backdrops are paler
and thinner of line than figures. `draw_place` tells what it drew, and as whose, so that a
description can name only what was left visible.
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from closeup.synthetic.canvas import Canvas, Tint, oval, tint

TIMES = ("morning", "afternoon", "evening", "night")
FIRST_ITEM = 100
"""Owner number of the first thing in a backdrop; figures and their props use smaller ones."""

Rgb = tuple[int, int, int]


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
                   ("house", "lamp", "house", "tree", "house", "barrel")),
    "forest": Room(False, (186, 208, 180), (200, 214, 176), "tufts",
                   ("tree", "pine", "bush", "tree", "stump", "pine", "tree")),
    "kitchen": Room(True, (244, 226, 196), (222, 206, 190), "tiles",
                    ("stove", "shelf", "window", "table", "cupboard")),
    "harbour": Room(False, (182, 206, 220), (218, 204, 178), "boards",
                    ("ship", "barrel", "crate", "ship", "lighthouse", "crate")),
    "classroom": Room(True, (214, 226, 208), (224, 208, 178), "boards",
                      ("blackboard", "desk", "window", "globe", "desk", "shelf")),
    "castle": Room(True, (208, 206, 212), (198, 194, 196), "tiles",
                   ("arch", "banner", "torch", "arch", "banner", "throne")),
    "desert": Room(False, (238, 214, 168), (244, 226, 182), "ripples",
                   ("cactus", "rock", "dune", "skull", "cactus", "rock")),
    "space": Room(False, (176, 178, 196), (206, 206, 214), "craters",
                  ("rocket", "rock", "planet", "dome", "rock")),
    "shop": Room(True, (238, 216, 206), (216, 198, 178), "boards",
                 ("shelf", "counter", "shelf", "window", "barrel", "shelf")),
    "attic": Room(True, (226, 208, 184), (208, 188, 162), "boards",
                  ("trunk", "roundwindow", "crate", "wardrobe", "crate")),
    "farm": Room(False, (204, 218, 160), (218, 214, 160), "tufts",
                 ("barn", "fence", "hay", "tree", "fence", "hay")),
    "train": Room(True, (218, 206, 190), (190, 178, 172), "boards",
                  ("bigwindow", "seat", "bigwindow", "seat", "bigwindow")),
    "cave": Room(True, (178, 172, 176), (190, 184, 178), "none",
                 ("stalactite", "crystal", "rock", "stalactite", "crystal")),
    "beach": Room(False, (170, 208, 222), (246, 232, 194), "ripples",
                  ("palm", "umbrella", "ship", "rock", "palm")),
}  # fmt: skip

NAMES = {
    "lamp": "street lamp", "ship": "sailing ship", "roundwindow": "round window",
    "bigwindow": "train window", "arch": "arched window", "hay": "haystack", "umbrella": "parasol",
    "palm": "palm tree", "pine": "fir tree", "torch": "burning torch", "dome": "glass dome",
    "crystal": "crystal",
}  # fmt: skip
"""What a description calls a thing whose key is not its name."""

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
    else:
        _sky(canvas, place, time, lens, hues, room.back)
    _rect(canvas, 0, horizon, width, height, hues(room.floor), 0)
    canvas.line([(0, horizon), (width, horizon)], 1.8, hues.line, 0)
    _paving(canvas, room.paving, lens, hues(_darker(room.floor, 0.16)), rng)
    drawn, x = {}, rng.uniform(-2.4, -1.4)
    for i in range(12):
        kind = room.things[i % len(room.things)]
        inner = random.Random(rng.random())
        left = (x - lens.pan) * lens.unit
        if -1.6 * lens.unit < left < width + 0.8 * lens.unit:
            with canvas.owner(FIRST_ITEM + i):
                THINGS[kind](canvas, left, horizon, lens.unit, hues, inner)
            drawn[FIRST_ITEM + i] = NAMES.get(kind, kind)
        x += SPAN.get(kind, 0.8) + rng.uniform(0.1, 0.5)
    return drawn


class Hues:
    """Backdrop tints under a place's own cast of light."""

    def __init__(self, time: str, rng: random.Random) -> None:
        warm = rng.uniform(-10, 10)
        self._shift = (warm, 0.0, -warm)
        self._gain = {"morning": 1.0, "afternoon": 1.0, "evening": 0.95, "night": 0.86}[time]
        self.dark = time == "night"
        self.line = self.stroke((150, 142, 146))

    def __call__(self, rgb: Rgb) -> Tint:
        r, g, b = (v * self._gain + s for v, s in zip(rgb, self._shift, strict=True))
        return _pale((_byte(r), _byte(g), _byte(b * (1.06 if self.dark else 1))))

    def stroke(self, rgb: Rgb) -> Tint:
        """For thin lines: their colour, or ink where there is none."""
        return Tint(self(rgb).rgb, 0)


def draw_pattern(canvas: Canvas, kind: str, hue: Rgb, rng: random.Random) -> None:
    """A panel without a place: plain, gradient bands, focus lines, speed lines, dots or rays."""
    width, height = canvas.width, canvas.height
    base, mark = _pale(hue), tint(_darker(hue, 0.13), 206)
    _rect(canvas, 0, 0, width, height, base, 0)
    cx, cy = width * rng.uniform(0.35, 0.65), height * rng.uniform(0.35, 0.6)
    far = math.hypot(width, height)
    if kind == "bands":
        for i in range(4):
            top = height * (0.45 + 0.14 * i)
            _rect(canvas, 0, top, width, height, tint(_darker(hue, 0.04 * (i + 1)), 238 - 12 * i), 0)
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


def shadow(canvas: Canvas, x: float, y: float, half: float, floor: Rgb) -> None:
    """The shadow a figure or a box casts on the ground: where it truly stands."""
    canvas.ellipse(x, y, half, max(2.5, half * 0.2), tint(_darker(floor, 0.3)), 0)


def platform(
    canvas: Canvas, kind: str, x: float, top: float, base: float, half: float, rng: random.Random
) -> None:
    """Something to stand on, from `top` down to `base` on the ground: crate, rock or ledge."""
    if kind == "rock":
        points = [(x - half, top), (x + half, top)]
        for i in range(4):
            points.append((x + half * rng.uniform(1.08, 1.25), top + (base - top) * (i + 0.6) / 4))
        points += [(x + half * 1.2, base), (x - half * 1.2, base)]
        for i in range(4):
            points.append((x - half * rng.uniform(1.08, 1.25), base - (base - top) * (i + 0.6) / 4))
        canvas.shape(points, tint((200, 194, 186)))
        canvas.line([(x - half * 0.3, top + 6), (x - half * 0.1, (top + base) / 2)], 2)
        return
    rgb = (214, 180, 132) if kind == "crate" else (206, 200, 192)
    _rect(canvas, x - half, top, x + half, base, tint(rgb), None)
    lip = min(10.0, (base - top) / 3)
    canvas.shape(
        [(x - half - 4, top - 2), (x + half + 4, top - 2), (x + half + 4, top + lip),
         (x - half - 4, top + lip)], tint(_lighter(rgb)),
    )  # fmt: skip
    if kind == "crate":
        canvas.line([(x - half, base), (x + half, top + lip)], 2.5, taper=0)
        canvas.line([(x - half, top + lip), (x + half, base)], 2.5, taper=0)
    else:
        y, row = top + 3 * lip, 0
        while y < base:
            canvas.line([(x - half, y), (x + half, y)], 1.5, taper=0)
            for i in range(4):
                at = x - half + 2 * half * (i + 0.5 * (row % 2) + 0.3) / 4.2
                canvas.line([(at, y), (at, min(base, y + 3 * lip))], 1.5, taper=0)
            y, row = y + 3 * lip, row + 1


def _sky(canvas: Canvas, place: str, time: str, lens: Lens, hues: Hues, land: Rgb) -> None:
    width, horizon = canvas.width, lens.horizon
    space = place == "space"
    night = time == "night" or space
    _rect(canvas, 0, 0, width, horizon, tint((70, 72, 110) if space else SKIES[time], SKY_TONES[time] if not space else 70), 0)
    fixed = random.Random(place)
    if night:
        for _ in range(40):
            x, y = fixed.random() * width, fixed.random() * horizon
            canvas.ellipse(x, y, r := fixed.uniform(0.8, 2.4), r, tint((255, 255, 255)), 0)
    radius = 0.16 * lens.unit + 6
    x, y = width * (0.25 if time == "morning" else 0.8), min(horizon * 0.3, 3 * radius)
    if time == "evening":
        y = horizon - radius * 0.3
    if not space:
        light = tint((250, 246, 214) if night else (255, 232, 140))
        canvas.ellipse(x, y, radius, radius, light, 1.5)
    if time in ("morning", "afternoon") and not space:
        for _ in range(3):
            _cloud(canvas, fixed.random() * width, fixed.uniform(0.1, 0.5) * horizon, lens.unit)
    if place in ("harbour", "beach"):
        sea = horizon - 0.3 * lens.unit
        _rect(canvas, 0, sea, width, horizon, hues(land), 0)
        canvas.line([(0, sea), (width, sea)], 1.5, hues.line, 0)
        for i in range(6):
            x, y = fixed.random() * width, sea + (horizon - sea) * (i + 0.5) / 6
            canvas.line([(x, y), (x + 30, y)], 1.5, hues.line)
    elif place != "street":
        hills = [(0, horizon)]
        for i in range(9):
            lift = lens.unit * (0.15 + 0.3 * abs(math.sin(lens.pan * 0.7 + i * 1.3)))
            hills.append((width * i / 8, horizon - lift))
        canvas.blob([*hills, (width, horizon), (width, horizon + 9), (0, horizon + 9)],
                    hues(_lighter(land)), 1.5)  # fmt: skip


def _cloud(canvas: Canvas, x: float, y: float, unit: float) -> None:
    white = tint((255, 255, 255))
    puffs = [(-0.2, 0.02, 0.13), (0, -0.04, 0.18), (0.2, 0.02, 0.12)]
    canvas.merged([(oval(x + dx * unit, y + dy * unit, r * unit, r * unit * 0.7), white)
                   for dx, dy, r in puffs], 1.2)  # fmt: skip


def _wall_pattern(canvas: Canvas, place: str, lens: Lens, hues: Hues, back: Rgb) -> None:
    width, horizon, unit = canvas.width, lens.horizon, lens.unit
    mark, offset = hues(_darker(back, 0.09)), -(lens.pan * unit) % unit
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
            canvas.shape(
                [(side, 0), (edge, 0), (side, horizon * 0.8)], hues(_darker(back, 0.14)), 2
            )


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


# Things: (canvas, left x, ground y, pixels to a unit, hues, random) -------------------------------

Thing = Callable[[Canvas, float, float, float, Hues, random.Random], None]
SPAN = {"house": 1.5, "barn": 1.6, "ship": 1.4, "blackboard": 1.3, "table": 1.0, "shelf": 0.9,
        "bigwindow": 1.1, "dune": 1.2, "fence": 1.2, "dome": 1.1, "counter": 1.2,
        "lamp": 0.4, "barrel": 0.5, "stump": 0.5, "torch": 0.35, "globe": 0.5}  # fmt: skip
PEN = 1.8


def _boxes(
    canvas: Canvas, x: float, y: float, u: float, hues: Hues,
    *parts: tuple[float, float, float, float, Rgb],
) -> None:  # fmt: skip
    """Rectangles in units from (x, y): left, bottom, right, top (upwards), colour."""
    for left, bottom, right, top, rgb in parts:
        _rect(canvas, x + left * u, y - top * u, x + right * u, y - bottom * u, hues(rgb), PEN)


def _house(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    wall = rng.choice([(240, 222, 200), (224, 214, 222), (236, 208, 190), (214, 222, 214)])
    roof = rng.choice([(216, 166, 150), (178, 170, 186), (206, 178, 150)])
    tall, pane = rng.uniform(1.5, 2.2), (250, 228, 150) if hues.dark else (216, 230, 238)
    _boxes(canvas, x, y, u, hues, (0, 0, 1.4, tall, wall))
    canvas.shape([(x - 0.1 * u, y - tall * u), (x + 0.7 * u, y - (tall + 0.6) * u),
                  (x + 1.5 * u, y - tall * u)], hues(roof), PEN)  # fmt: skip
    _boxes(canvas, x, y, u, hues, (0.15, 0, 0.5, 0.85, (190, 150, 120)),
           (0.7, 0.45, 1.15, 0.9, pane), (0.2, 1.1, 0.5, 1.45, pane), (0.8, 1.1, 1.1, 1.45, pane))  # fmt: skip


def _barn(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    red = (222, 150, 136)
    _boxes(canvas, x, y, u, hues, (0, 0, 1.5, 1.1, red))
    canvas.shape([(x + a * u, y - b * u) for a, b in
                  ((-0.08, 1.1), (0.2, 1.6), (0.75, 1.85), (1.3, 1.6), (1.58, 1.1))],
                 hues((176, 160, 160)), PEN)  # fmt: skip
    _boxes(canvas, x, y, u, hues, (0.45, 0, 1.05, 0.8, (240, 220, 200)))
    for a, b in ((0.45, 1.05), (1.05, 0.45)):
        canvas.line([(x + a * u, y), (x + b * u, y - 0.8 * u)], 2, hues.line, 0)


def _tree(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    tall = rng.uniform(1.1, 1.7)
    canvas.shape([(x + 0.28 * u, y), (x + 0.34 * u, y - tall * u), (x + 0.46 * u, y - tall * u),
                  (x + 0.54 * u, y)], hues((196, 168, 140)), PEN)  # fmt: skip
    leaf = hues(rng.choice([(170, 204, 156), (188, 210, 150), (160, 196, 168)]))
    puffs = [(0.4 + rng.uniform(-0.3, 0.3), tall + rng.uniform(-0.15, 0.5), rng.uniform(0.25, 0.4))
             for _ in range(5)]  # fmt: skip
    canvas.merged([(oval(x + a * u, y - b * u, r * u, r * u), leaf) for a, b, r in puffs], PEN)


def _pine(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    _boxes(canvas, x, y, u, hues, (0.34, 0, 0.46, 0.35, (190, 162, 136)))
    green = hues((150, 190, 164))
    for i in range(3):
        base, half = 0.3 + i * 0.45, 0.42 - i * 0.09
        canvas.shape([(x + (0.4 - half) * u, y - base * u), (x + 0.4 * u, y - (base + 0.75) * u),
                      (x + (0.4 + half) * u, y - base * u)], green, PEN)  # fmt: skip


def _bush(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    leaf = hues((176, 206, 150))
    canvas.merged([(oval(x + a * u, y - 0.14 * u, 0.2 * u, 0.2 * u), leaf) for a in (0.1, 0.3, 0.5)],
                  PEN)  # fmt: skip


def _stump(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    _boxes(canvas, x, y, u, hues, (0.06, 0, 0.4, 0.25, (200, 172, 140)))
    canvas.ellipse(x + 0.23 * u, y - 0.25 * u, 0.18 * u, 0.06 * u, hues((236, 214, 178)), PEN)
    canvas.ellipse(x + 0.23 * u, y - 0.25 * u, 0.09 * u, 0.03 * u, hues((236, 214, 178)), 1)


def _lamp(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    _boxes(canvas, x, y, u, hues, (0.13, 0, 0.19, 1.6, (150, 150, 156)))
    canvas.shape([(x + a * u, y - b * u) for a, b in
                  ((0.06, 1.9), (0.26, 1.9), (0.22, 1.6), (0.1, 1.6))],
                 tint((255, 240, 170)) if hues.dark else hues((240, 240, 230)), PEN)  # fmt: skip


def _stove(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    _boxes(canvas, x, y, u, hues, (0, 0, 0.7, 0.6, (184, 184, 190)),
           (0.12, 0.12, 0.5, 0.42, (236, 176, 130)), (0.5, 0.6, 0.6, 2.6, (170, 170, 178)),
           (0.1, 0.6, 0.38, 0.78, (206, 160, 140)))  # fmt: skip


def _shelf(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    for level in (0.75, 1.15, 1.55):
        at = 0.08
        while at < 0.72:
            w, h = rng.uniform(0.05, 0.13), rng.uniform(0.12, 0.3)
            hue = rng.choice([(216, 180, 160), (180, 200, 206), (222, 210, 150), (196, 178, 204)])
            _boxes(canvas, x, y, u, hues, (at, level, at + w, level + h, hue))
            at += w + rng.uniform(0.01, 0.06)
        _boxes(canvas, x, y, u, hues, (0, level - 0.05, 0.85, level, (206, 176, 140)))


def _window(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    pane = (104, 112, 160) if hues.dark else (214, 234, 246)
    _boxes(canvas, x, y, u, hues, (0.05, 0.75, 0.75, 1.55, (246, 240, 230)),
           (0.11, 0.81, 0.38, 1.49, pane), (0.42, 0.81, 0.69, 1.49, pane))  # fmt: skip
    _boxes(canvas, x, y, u, hues, (0, 0.68, 0.8, 0.75, (226, 210, 190)))


def _bigwindow(
    canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random
) -> None:
    pane = (104, 112, 160) if hues.dark else (210, 230, 244)
    _boxes(
        canvas, x, y, u, hues, (0, 0.6, 1.0, 1.45, (196, 178, 158)), (0.06, 0.66, 0.94, 1.39, pane)
    )
    canvas.blob([(x + a * u, y - b * u) for a, b in
                 ((0.06, 0.66), (0.06, 0.85), (0.3, 1.0), (0.6, 0.82), (0.94, 0.92), (0.94, 0.66))],
                hues((190, 210, 170)), 1.2)  # fmt: skip
    _boxes(canvas, x, y, u, hues, (-0.05, 1.75, 1.05, 1.82, (180, 166, 150)))


def _roundwindow(
    canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random
) -> None:
    pane = hues((104, 112, 160) if hues.dark else (226, 238, 246))
    cx, cy, r = x + 0.35 * u, y - 1.35 * u, 0.3 * u
    canvas.ellipse(cx, cy, r, r, pane, 4)
    canvas.line([(cx - r, cy), (cx + r, cy)], 2.5, taper=0)
    canvas.line([(cx, cy - r), (cx, cy + r)], 2.5, taper=0)


def _table(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    wood = (220, 188, 150)
    _boxes(canvas, x, y, u, hues, (0.06, -0.05, 0.13, 0.42, wood), (0.8, -0.05, 0.87, 0.42, wood),
           (0, 0.42, 0.93, 0.48, wood), (0.2, 0.48, 0.34, 0.6, (236, 236, 240)),
           (0.5, 0.48, 0.6, 0.72, (190, 210, 196)))  # fmt: skip


def _counter(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    _boxes(canvas, x, y, u, hues, (0, 0, 1.1, 0.5, (216, 184, 150)), (-0.04, 0.5, 1.14, 0.57, (196, 164, 132)),
           (0.15, 0.57, 0.45, 0.85, (206, 206, 212)), (0.75, 0.57, 0.9, 0.75, (236, 210, 160)))  # fmt: skip


def _cupboard(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    wood = rng.choice([(210, 186, 160), (198, 206, 190), (216, 196, 176)])
    _boxes(canvas, x, y, u, hues, (0, 0, 0.7, 1.45, wood), (0.06, 0.08, 0.34, 1.37, wood),
           (0.37, 0.08, 0.64, 1.37, wood))  # fmt: skip
    for at in (0.3, 0.41):
        canvas.ellipse(x + at * u, y - 0.75 * u, 3, 3, hues((120, 110, 110)), 0)


def _crate(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    wood = (222, 194, 152)
    _boxes(canvas, x, y, u, hues, (0, 0, 0.45, 0.4, wood), (0.04, 0.04, 0.41, 0.36, wood))
    canvas.line([(x + 0.04 * u, y - 0.04 * u), (x + 0.41 * u, y - 0.36 * u)], 2, hues.line, 0)


def _barrel(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    canvas.blob([(x + a * u, y - b * u) for a, b in
                 ((0.06, 0), (0, 0.24), (0.06, 0.48), (0.34, 0.48), (0.4, 0.24), (0.34, 0))],
                hues((210, 180, 144)), PEN)  # fmt: skip
    for b in (0.12, 0.36):
        canvas.line([(x + 0.02 * u, y - b * u), (x + 0.38 * u, y - b * u)], 3, hues.line, 0)


def _ship(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    y -= 0.12 * u
    _boxes(canvas, x, y, u, hues, (0.58, 0.2, 0.62, 1.6, (190, 166, 140)))
    for side, tip in ((-1, 0.1), (1, 1.05)):
        canvas.shape([(x + (0.6 + side * 0.05) * u, y - 1.5 * u), (x + tip * u, y - 0.5 * u),
                      (x + (0.6 + side * 0.05) * u, y - 0.42 * u)], hues((250, 246, 236)), PEN)  # fmt: skip
    canvas.shape([(x + a * u, y - b * u) for a, b in ((0, 0.32), (1.2, 0.32), (1.0, 0), (0.2, 0))],
                 hues(rng.choice([(206, 166, 146), (170, 186, 206), (200, 196, 160)])), PEN)  # fmt: skip


def _lighthouse(
    canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random
) -> None:
    for i in range(4):
        w0, w1 = 0.2 - i * 0.025, 0.175 - i * 0.025
        canvas.shape([(x + (0.3 - w0) * u, y - i * 0.4 * u), (x + (0.3 + w0) * u, y - i * 0.4 * u),
                      (x + (0.3 + w1) * u, y - (i + 1) * 0.4 * u), (x + (0.3 - w1) * u, y - (i + 1) * 0.4 * u)],
                     hues((226, 160, 150) if i % 2 else (246, 242, 236)), PEN)  # fmt: skip
    _boxes(canvas, x, y, u, hues, (0.2, 1.6, 0.4, 1.8, (255, 240, 180)))


def _blackboard(
    canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random
) -> None:
    _boxes(
        canvas,
        x,
        y,
        u,
        hues,
        (0, 0.65, 1.2, 1.5, (206, 176, 140)),
        (0.05, 0.7, 1.15, 1.45, (132, 156, 146)),
    )
    chalk = tint((238, 240, 236))
    for i in range(3):
        b = 1.3 - i * 0.2
        canvas.curve([(x + (0.15 + j * 0.14) * u, y - (b + 0.05 * (j % 2)) * u)
                      for j in range(rng.randint(3, 6))], 2, chalk)  # fmt: skip


def _desk(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    wood = (222, 194, 156)
    _boxes(canvas, x, y, u, hues, (0.05, -0.04, 0.1, 0.38, wood), (0.55, -0.04, 0.6, 0.38, wood),
           (0, 0.36, 0.65, 0.43, wood), (0.2, 0.43, 0.42, 0.47, (190, 200, 214)))  # fmt: skip


def _globe(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    _boxes(canvas, x, y, u, hues, (0.05, 0, 0.35, 0.5, (206, 180, 150)))
    canvas.ellipse(x + 0.2 * u, y - 0.68 * u, 0.17 * u, 0.17 * u, hues((176, 204, 220)), PEN)
    canvas.ellipse(x + 0.16 * u, y - 0.7 * u, 0.07 * u, 0.09 * u, hues((190, 206, 160)), 1)


def _arch(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    pane = hues((104, 112, 160) if hues.dark else (218, 232, 242))
    canvas.shape([(x + 0.1 * u, y - 0.6 * u), *((x + (0.4 - 0.3 * math.cos(t)) * u, y - (1.3 + 0.35 * math.sin(t)) * u)
                  for t in (i * math.pi / 10 for i in range(11))), (x + 0.7 * u, y - 0.6 * u)], pane, 3)  # fmt: skip
    canvas.line([(x + 0.4 * u, y - 0.6 * u), (x + 0.4 * u, y - 1.65 * u)], 2, hues.line, 0)


def _banner(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    hue = hues(rng.choice([(222, 150, 150), (156, 176, 216), (170, 204, 160), (226, 204, 140)]))
    canvas.shape([(x + a * u, y - b * u) for a, b in
                  ((0.1, 2.0), (0.5, 2.0), (0.5, 0.9), (0.3, 1.1), (0.1, 0.9))], hue, PEN)  # fmt: skip
    canvas.ellipse(x + 0.3 * u, y - 1.55 * u, 0.1 * u, 0.12 * u, tint((250, 244, 220)), 1.5)


def _torch(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    _boxes(canvas, x, y, u, hues, (0.13, 0.85, 0.19, 1.2, (170, 150, 130)))
    canvas.blob([(x + a * u, y - b * u) for a, b in ((0.08, 1.22), (0.1, 1.4), (0.17, 1.6), (0.22, 1.38), (0.24, 1.22))],
                tint((255, 216, 120)), PEN)  # fmt: skip


def _throne(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    gold = (232, 208, 150)
    _boxes(canvas, x, y, u, hues, (0.1, 0.4, 0.6, 1.35, gold), (0.16, 0.45, 0.54, 1.25, (214, 150, 150)),
           (0.02, 0, 0.68, 0.45, gold), (0.0, 0.45, 0.12, 0.7, gold), (0.58, 0.45, 0.7, 0.7, gold))  # fmt: skip


def _cactus(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    green = hues((166, 200, 150))
    tall = rng.uniform(0.8, 1.3)
    parts = [(oval(x + 0.3 * u, y - tall / 2 * u, 0.11 * u, tall / 2 * u), green)]
    for side, b in ((-0.2, 0.5), (0.2, 0.65)):
        parts.append((oval(x + (0.3 + side) * u, y - (b + 0.12) * u, 0.07 * u, 0.2 * u), green))
        parts.append((oval(x + (0.3 + side / 2) * u, y - b * u, 0.14 * u, 0.06 * u), green))
    canvas.merged(parts, PEN)


def _rock(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    w, h = rng.uniform(0.4, 0.7), rng.uniform(0.2, 0.5)
    canvas.shape([(x + a * w * u, y - b * h * u) for a, b in
                  ((0, 0), (0.1, 0.6), (0.4, 1), (0.75, 0.8), (1, 0.25), (1, 0))], hues((204, 196, 190)), PEN)  # fmt: skip
    canvas.line([(x + 0.4 * w * u, y - h * u), (x + 0.5 * w * u, y - 0.4 * h * u)], 1.5, hues.line)


def _dune(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    canvas.blob([(x + a * u, y - b * u) for a, b in ((0, 0), (0.5, 0.4), (0.8, 0.35), (1.2, 0), (0.6, -0.02))],
                hues((246, 226, 176)), PEN)  # fmt: skip


def _skull(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    canvas.merged([(oval(x + 0.2 * u, y - 0.16 * u, 0.14 * u, 0.13 * u), tint((248, 244, 232))),
                   (oval(x + 0.2 * u, y - 0.05 * u, 0.08 * u, 0.06 * u), tint((248, 244, 232)))], PEN)  # fmt: skip
    for a in (0.14, 0.25):
        canvas.ellipse(x + a * u, y - 0.15 * u, 0.035 * u, 0.04 * u, hues((120, 112, 110)), 0)


def _rocket(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    red = hues((222, 140, 130))
    for side in (-1, 1):
        canvas.shape([(x + (0.4 + side * 0.15) * u, y - 0.7 * u), (x + (0.4 + side * 0.42) * u, y),
                      (x + (0.4 + side * 0.12) * u, y - 0.2 * u)], red, PEN)  # fmt: skip
    canvas.blob([(x + a * u, y - b * u) for a, b in
                 ((0.25, 0.15), (0.2, 0.9), (0.4, 1.9), (0.6, 0.9), (0.55, 0.15))], hues((240, 240, 244)), PEN)  # fmt: skip
    canvas.ellipse(x + 0.4 * u, y - 1.1 * u, 0.1 * u, 0.1 * u, hues((170, 204, 226)), 2.5)


def _planet(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    cx, cy, r = x + 0.4 * u, y - 1.7 * u, 0.34 * u
    canvas.ellipse(cx, cy, r, r, hues((226, 190, 150)), PEN)
    canvas.ellipse(cx, cy, 1.7 * r, 0.3 * r, hues((240, 224, 190)), 1.5, -14)
    canvas.fill(oval(cx, cy - 0.2 * r, 0.96 * r, 0.7 * r), hues((226, 190, 150)))


def _dome(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    canvas.shape([(x + (0.5 - 0.5 * math.cos(t)) * u, y - 0.6 * math.sin(t) * u)
                  for t in (i * math.pi / 12 for i in range(13))], hues((206, 226, 236)), PEN)  # fmt: skip
    _boxes(canvas, x, y, u, hues, (0.4, 0, 0.6, 0.38, (160, 166, 186)))


def _trunk(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    _boxes(canvas, x, y, u, hues, (0, 0, 0.7, 0.32, (204, 170, 136)), (-0.02, 0.3, 0.72, 0.46, (190, 156, 124)),
           (0.3, 0.22, 0.4, 0.36, (232, 214, 150)))  # fmt: skip


def _fence(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    wood = (232, 216, 190)
    _boxes(canvas, x, y, u, hues, (0, 0.15, 1.1, 0.22, wood), (0, 0.36, 1.1, 0.43, wood),
           *((a, 0, a + 0.09, 0.55, wood) for a in (0.05, 0.33, 0.61, 0.89)))  # fmt: skip


def _hay(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    canvas.blob([(x + a * u, y - b * u) for a, b in ((0, 0), (0.06, 0.4), (0.35, 0.7), (0.64, 0.4), (0.7, 0))],
                hues((242, 222, 150)), PEN)  # fmt: skip
    for _ in range(7):
        a, b = rng.uniform(0.12, 0.55), rng.uniform(0.08, 0.4)
        canvas.line(
            [(x + a * u, y - b * u), (x + (a + 0.06) * u, y - (b + 0.1) * u)], 1.5, hues.line
        )


def _seat(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    hue = rng.choice([(206, 160, 156), (164, 186, 176), (170, 176, 206)])
    _boxes(canvas, x, y, u, hues, (0, 0.2, 0.14, 0.95, hue), (0, 0.18, 0.7, 0.36, hue), (0.06, 0, 0.12, 0.18, (150, 146, 150)),
           (0.56, 0, 0.62, 0.18, (150, 146, 150)))  # fmt: skip


def _stalactite(
    canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random
) -> None:
    stone = hues((164, 158, 164))
    for i in range(3):
        at, tip = x + (0.1 + 0.25 * i) * u, rng.uniform(0.5, 1.1) * u
        canvas.shape(
            [(at - 0.12 * u, -4), (at + 0.12 * u, -4), (at, min(y * 0.6, tip))], stone, PEN
        )


def _crystal(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    glow = hues(rng.choice([(190, 222, 232), (222, 196, 230), (206, 230, 190)]))
    for a, lean, h in ((0.2, -0.12, 0.5), (0.45, 0.14, 0.4), (0.32, 0.0, 0.75)):
        canvas.shape([(x + (a - 0.08) * u, y), (x + (a - 0.09 + lean) * u, y - h * 0.75 * u), (x + (a + lean) * u, y - h * u),
                      (x + (a + 0.09 + lean) * u, y - h * 0.75 * u), (x + (a + 0.08) * u, y)], glow, PEN)  # fmt: skip


def _palm(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    top = (x + 0.55 * u, y - 1.6 * u)
    canvas.curve(
        [(x + 0.3 * u, y), (x + 0.36 * u, y - 0.8 * u), top], 0.1 * u, hues((206, 180, 146)), 0.1
    )
    for i in range(7):
        t = math.pi * (0.05 + i * 0.15)
        dx, dy = math.cos(t) * 0.55 * u, math.sin(t) * 0.3 * u
        canvas.shape([top, (top[0] + dx * 0.5, top[1] - dy - 0.1 * u), (top[0] + dx, top[1] - dy + 0.2 * u),
                      (top[0] + dx * 0.5, top[1] - dy + 0.04 * u)], hues((166, 204, 150)), PEN)  # fmt: skip


def _umbrella(canvas: Canvas, x: float, y: float, u: float, hues: Hues, rng: random.Random) -> None:
    _boxes(canvas, x, y, u, hues, (0.42, 0, 0.46, 1.1, (220, 210, 196)))
    for i in range(4):
        t0, t1 = math.pi * i / 4, math.pi * (i + 1) / 4
        arc = [(x + (0.44 - 0.44 * math.cos(t)) * u, y - (1.0 + 0.36 * math.sin(t)) * u) for t in
               (t0 + (t1 - t0) * j / 4 for j in range(5))]  # fmt: skip
        canvas.shape(
            [(x + 0.44 * u, y - 1.0 * u), *arc],
            hues((232, 160, 150) if i % 2 else (250, 244, 232)),
            PEN,
        )


THINGS: dict[str, Thing] = {
    "house": _house, "barn": _barn, "tree": _tree, "pine": _pine, "bush": _bush, "stump": _stump,
    "lamp": _lamp, "stove": _stove, "shelf": _shelf, "window": _window, "bigwindow": _bigwindow,
    "roundwindow": _roundwindow, "table": _table, "counter": _counter, "cupboard": _cupboard,
    "wardrobe": _cupboard, "crate": _crate, "barrel": _barrel, "ship": _ship,
    "lighthouse": _lighthouse, "blackboard": _blackboard, "desk": _desk, "globe": _globe,
    "arch": _arch, "banner": _banner, "torch": _torch, "throne": _throne, "cactus": _cactus,
    "rock": _rock, "dune": _dune, "skull": _skull, "rocket": _rocket, "planet": _planet,
    "dome": _dome, "trunk": _trunk, "fence": _fence, "hay": _hay, "seat": _seat,
    "stalactite": _stalactite, "crystal": _crystal, "palm": _palm, "umbrella": _umbrella,
}  # fmt: skip


def _pale(rgb: Rgb) -> Tint:
    """A tint whose tone is much lighter than its colour, so that inked figures stand out."""
    luminance = tint(rgb).tone
    return tint(rgb, round(255 - (255 - luminance) * 0.62) if luminance < 172 else 255)


def _rect(
    canvas: Canvas, x0: float, y0: float, x1: float, y1: float, hue: Tint, line: float | None
) -> None:
    canvas.shape([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], hue, line)


def _wedge(
    canvas: Canvas, cx: float, cy: float, angle: float, near: float, far: float, half: float, hue: Tint
) -> None:  # fmt: skip
    points = [(cx + near * math.cos(angle), cy + near * math.sin(angle))]
    points += [
        (cx + far * math.cos(angle + d), cy + far * math.sin(angle + d)) for d in (-half, half)
    ]
    canvas.fill(points, hue)


def _darker(rgb: Rgb, by: float) -> Rgb:
    r, g, b = rgb
    return (_byte(r * (1 - by)), _byte(g * (1 - by)), _byte(b * (1 - by)))


def _lighter(rgb: Rgb) -> Rgb:
    r, g, b = rgb
    return (_byte(r * 0.5 + 127), _byte(g * 0.5 + 127), _byte(b * 0.5 + 127))


def _byte(value: float) -> int:
    return min(255, max(1, round(value)))
