"""Things that stand about outdoors."""

import math
from collections.abc import Callable

from closeup.synthetic.canvas import tint
from closeup.synthetic.site import Site

WOOD = (222, 194, 152)


def house(s: Site) -> None:
    wall = s.pick((240, 222, 200), (224, 214, 222), (236, 208, 190), (214, 222, 214))
    tall = s.rng.uniform(1.5, 2.2)
    pane = (250, 228, 150) if s.hues.dark else (216, 230, 238)
    s.rects((0, 0, 1.4, tall, wall))
    s.shape(
        [(-0.1, tall), (0.7, tall + 0.6), (1.5, tall)],
        s.pick((216, 166, 150), (178, 170, 186), (206, 178, 150)),
    )
    s.rects(
        (0.15, 0, 0.5, 0.85, (190, 150, 120)),
        (0.7, 0.45, 1.15, 0.9, pane),
        (0.2, 1.1, 0.5, 1.45, pane),
        (0.8, 1.1, 1.1, 1.45, pane),
    )


def barn(s: Site) -> None:
    s.rects((0, 0, 1.5, 1.1, (222, 150, 136)))
    roof = [(-0.08, 1.1), (0.2, 1.6), (0.75, 1.85), (1.3, 1.6), (1.58, 1.1)]
    s.shape(roof, (176, 160, 160))
    s.rects((0.45, 0, 1.05, 0.8, (240, 220, 200)))
    s.line([(0.45, 0), (1.05, 0.8)])
    s.line([(1.05, 0), (0.45, 0.8)])


def tree(s: Site) -> None:
    tall, rng = s.rng.uniform(1.1, 1.7), s.rng
    s.shape([(0.28, 0), (0.34, tall), (0.46, tall), (0.54, 0)], (196, 168, 140))
    puffs = []
    for _ in range(5):
        radius = rng.uniform(0.25, 0.4)
        up = tall + rng.uniform(-0.15, 0.5)
        puffs.append((0.4 + rng.uniform(-0.3, 0.3), up, radius, radius))
    s.merged(puffs, s.pick((170, 204, 156), (188, 210, 150), (160, 196, 168)))


def pine(s: Site) -> None:
    s.rects((0.34, 0, 0.46, 0.35, (190, 162, 136)))
    for i in range(3):
        base, half = 0.3 + i * 0.45, 0.42 - i * 0.09
        s.shape([(0.4 - half, base), (0.4, base + 0.75), (0.4 + half, base)], (150, 190, 164))


def bush(s: Site) -> None:
    s.merged([(right, 0.14, 0.2, 0.2) for right in (0.1, 0.3, 0.5)], (176, 206, 150))


def stump(s: Site) -> None:
    s.rects((0.06, 0, 0.4, 0.25, (200, 172, 140)))
    s.oval(0.23, 0.25, 0.18, 0.06, (236, 214, 178))
    s.oval(0.23, 0.25, 0.09, 0.03, (236, 214, 178), 1)


def lamp(s: Site) -> None:
    s.rects((0.13, 0, 0.19, 1.6, (150, 150, 156)))
    glass = tint((255, 240, 170)) if s.hues.dark else (240, 240, 230)
    s.shape([(0.06, 1.9), (0.26, 1.9), (0.22, 1.6), (0.1, 1.6)], glass)


def barrel(s: Site) -> None:
    staves = [(0.06, 0), (0, 0.24), (0.06, 0.48), (0.34, 0.48), (0.4, 0.24), (0.34, 0)]
    s.blob(staves, (210, 180, 144))
    for up in (0.12, 0.36):
        s.line([(0.02, up), (0.38, up)], 3)


def crate(s: Site) -> None:
    s.rects((0, 0, 0.45, 0.4, WOOD), (0.04, 0.04, 0.41, 0.36, WOOD))
    s.line([(0.04, 0.04), (0.41, 0.36)])


def ship(s: Site) -> None:
    s.rects((0.58, 0.3, 0.62, 1.7, (190, 166, 140)))
    for right, tip in ((0.55, 0.1), (0.65, 1.05)):
        s.shape([(right, 1.62), (tip, 0.62), (right, 0.54)], (250, 246, 236))
    hull = s.pick((206, 166, 146), (170, 186, 206), (200, 196, 160))
    s.shape([(0, 0.44), (1.2, 0.44), (1.0, 0.12), (0.2, 0.12)], hull)


def lighthouse(s: Site) -> None:
    for i in range(4):
        low, high = 0.2 - i * 0.025, 0.175 - i * 0.025
        band = [(0.3 - low, i * 0.4), (0.3 + low, i * 0.4)]
        band += [(0.3 + high, (i + 1) * 0.4), (0.3 - high, (i + 1) * 0.4)]
        s.shape(band, (226, 160, 150) if i % 2 else (246, 242, 236))
    s.rects((0.2, 1.6, 0.4, 1.8, (255, 240, 180)))


def cactus(s: Site) -> None:
    tall = s.rng.uniform(0.8, 1.3)
    parts = [(0.3, tall / 2, 0.11, tall / 2)]
    for side, up in ((-0.2, 0.5), (0.2, 0.65)):
        parts += [(0.3 + side, up + 0.12, 0.07, 0.2), (0.3 + side / 2, up, 0.14, 0.06)]
    s.merged(parts, (166, 200, 150))


def rock(s: Site) -> None:
    w, h = s.rng.uniform(0.4, 0.7), s.rng.uniform(0.2, 0.5)
    edge = [(0, 0), (0.1, 0.6), (0.4, 1), (0.75, 0.8), (1, 0.25), (1, 0)]
    s.shape([(right * w, up * h) for right, up in edge], (204, 196, 190))
    s.line([(0.4 * w, h), (0.5 * w, 0.4 * h)], 1.5)


def dune(s: Site) -> None:
    s.blob([(0, 0), (0.5, 0.4), (0.8, 0.35), (1.2, 0), (0.6, -0.02)], (246, 226, 176))


def skull(s: Site) -> None:
    s.merged([(0.2, 0.16, 0.14, 0.13), (0.2, 0.05, 0.08, 0.06)], tint((248, 244, 232)))
    for right in (0.14, 0.25):
        s.oval(right, 0.15, 0.035, 0.04, (120, 112, 110), 0)


def rocket(s: Site) -> None:
    for side in (-1, 1):
        fin = [(0.4 + side * 0.15, 0.7), (0.4 + side * 0.42, 0), (0.4 + side * 0.12, 0.2)]
        s.shape(fin, (222, 140, 130))
    hull = [(0.25, 0.15), (0.2, 0.9), (0.4, 1.9), (0.6, 0.9), (0.55, 0.15)]
    s.blob(hull, (240, 240, 244))
    s.oval(0.4, 1.1, 0.1, 0.1, (170, 204, 226), 2.5)


def planet(s: Site) -> None:
    s.oval(0.4, 1.7, 0.34, 0.34, (226, 190, 150))
    s.oval(0.4, 1.7, 0.58, 0.1, (240, 224, 190), 1.5, -14)
    s.oval(0.4, 1.8, 0.31, 0.22, (226, 190, 150), 0)


def dome(s: Site) -> None:
    turns = [i * math.pi / 12 for i in range(13)]
    s.shape([(0.5 - 0.5 * math.cos(t), 0.6 * math.sin(t)) for t in turns], (206, 226, 236))
    s.rects((0.4, 0, 0.6, 0.38, (160, 166, 186)))


def fence(s: Site) -> None:
    wood = (232, 216, 190)
    s.rects((0, 0.15, 1.1, 0.22, wood), (0, 0.36, 1.1, 0.43, wood))
    for left in (0.05, 0.33, 0.61, 0.89):
        s.rects((left, 0, left + 0.09, 0.55, wood))


def hay(s: Site) -> None:
    s.blob([(0, 0), (0.06, 0.4), (0.35, 0.7), (0.64, 0.4), (0.7, 0)], (242, 222, 150))
    for _ in range(7):
        right, up = s.rng.uniform(0.12, 0.55), s.rng.uniform(0.08, 0.4)
        s.line([(right, up), (right + 0.06, up + 0.1)], 1.5)


def palm(s: Site) -> None:
    trunk = [s.at(0.3, 0), s.at(0.36, 0.8), s.at(0.55, 1.6)]
    s.canvas.curve(trunk, 0.1 * s.unit, s.hues((206, 180, 146)), 0.1)
    for i in range(7):
        turn = math.pi * (0.05 + i * 0.15)
        out, up = math.cos(turn) * 0.55, math.sin(turn) * 0.3
        leaf = [(0.55, 1.6), (0.55 + out / 2, 1.7 + up), (0.55 + out, 1.4 + up)]
        s.shape([*leaf, (0.55 + out / 2, 1.56 + up)], (166, 204, 150))


def umbrella(s: Site) -> None:
    s.rects((0.42, 0, 0.46, 1.1, (220, 210, 196)))
    for i in range(4):
        turns = [math.pi * (i + j / 4) / 4 for j in range(5)]
        arc = [(0.44 - 0.44 * math.cos(t), 1.0 + 0.36 * math.sin(t)) for t in turns]
        s.shape([(0.44, 1.0), *arc], (232, 160, 150) if i % 2 else (250, 244, 232))


OUTDOORS: dict[str, Callable[[Site], None]] = {
    "house": house,
    "barn": barn,
    "tree": tree,
    "fir tree": pine,
    "bush": bush,
    "stump": stump,
    "street lamp": lamp,
    "barrel": barrel,
    "crate": crate,
    "sailing ship": ship,
    "lighthouse": lighthouse,
    "cactus": cactus,
    "rock": rock,
    "dune": dune,
    "skull": skull,
    "rocket": rocket,
    "planet": planet,
    "glass dome": dome,
    "fence": fence,
    "haystack": hay,
    "palm tree": palm,
    "parasol": umbrella,
}
"""By the name that a description calls them."""
