"""Backdrops: fourteen places at four times of day.

A place is furnished once an issue, in units of a grown figure's height, and every panel there is a
window onto it, panned and zoomed, so that readers recognise where they are. Backdrops are paler
and thinner of line than figures. `draw_place` tells what it drew, and as whose, so that a
description can name only what was left visible.
"""

import math
import random
from dataclasses import dataclass

from closeup.synthetic.canvas import Canvas, oval, tint
from closeup.synthetic.ground import draw_paving, draw_rug
from closeup.synthetic.hues import Hues, Rgb, lighter
from closeup.synthetic.indoors import INDOORS
from closeup.synthetic.outdoors import OUTDOORS
from closeup.synthetic.site import Lens, Site, rect
from closeup.synthetic.walls import draw_ceiling, draw_wall, hang_pictures

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


def draw_place(
    canvas: Canvas, place: str, time: str, lens: Lens, rng: random.Random
) -> dict[int, str]:
    """Draw a backdrop; `rng` must be the place's own. Returns what owner numbers stand for."""
    room, hues = ROOMS[place], Hues(time, rng)
    width, height, horizon = canvas.width, canvas.height, lens.horizon
    if room.indoors:
        rect(canvas, 0, 0, width, horizon, hues(room.back), 0)
        draw_wall(canvas, place, lens, hues, room.back)
        if place != "cave":
            draw_ceiling(canvas, lens, hues, room.back)
    else:
        _sky(canvas, place, time, lens, hues, room.back)
    rect(canvas, 0, horizon, width, height, hues(room.floor), 0)
    canvas.line([(0, horizon), (width, horizon)], 1.8, hues.line, 0)
    draw_paving(canvas, room.paving, lens, hues, room.floor, rng)
    if room.indoors and place not in ("cave", "train"):
        draw_rug(canvas, lens, hues, rng)
        hang_pictures(canvas, lens, hues, rng)
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


def _sky(canvas: Canvas, place: str, time: str, lens: Lens, hues: Hues, land: Rgb) -> None:
    width, horizon = canvas.width, lens.horizon
    space = place == "space"
    night = time == "night" or space
    rect(
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
        rect(canvas, 0, sea, width, horizon, hues(land), 0)
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
