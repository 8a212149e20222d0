"""Furniture, windows and what else a room or a cave holds."""

import math
from collections.abc import Callable

from closeup.synthetic.canvas import tint
from closeup.synthetic.site import Site

WOOD = (220, 188, 150)
IRON = (150, 146, 150)


def stove(s: Site) -> None:
    s.rects(
        (0, 0, 0.7, 0.6, (184, 184, 190)),
        (0.12, 0.12, 0.5, 0.42, (236, 176, 130)),
        (0.5, 0.6, 0.6, 2.25, (170, 170, 178)),
        (0.1, 0.6, 0.38, 0.78, (206, 160, 140)),
    )


def shelf(s: Site) -> None:
    rng = s.rng
    for level in (0.75, 1.15, 1.55):
        left = 0.08
        while left < 0.72:
            width, height = rng.uniform(0.05, 0.13), rng.uniform(0.12, 0.3)
            hue = s.pick((216, 180, 160), (180, 200, 206), (222, 210, 150), (196, 178, 204))
            s.rects((left, level, left + width, level + height, hue))
            left += width + rng.uniform(0.01, 0.06)
        s.rects((0, level - 0.05, 0.85, level, (206, 176, 140)))


def window(s: Site) -> None:
    s.rects(
        (0.05, 0.75, 0.75, 1.55, (246, 240, 230)),
        (0.11, 0.81, 0.38, 1.49, s.pane),
        (0.42, 0.81, 0.69, 1.49, s.pane),
        (0, 0.68, 0.8, 0.75, (226, 210, 190)),
    )


def train_window(s: Site) -> None:
    s.rects((0, 0.6, 1.0, 1.45, (196, 178, 158)), (0.06, 0.66, 0.94, 1.39, s.pane))
    hills = [(0.06, 0.66), (0.06, 0.85), (0.3, 1.0), (0.6, 0.82), (0.94, 0.92), (0.94, 0.66)]
    s.shape(hills, (190, 210, 170), 1.2)
    s.rects((-0.05, 1.75, 1.05, 1.82, (180, 166, 150)))


def round_window(s: Site) -> None:
    s.oval(0.35, 1.35, 0.3, 0.3, s.pane, 4)
    s.ink([(0.05, 1.35), (0.65, 1.35)])
    s.ink([(0.35, 1.05), (0.35, 1.65)])


def table(s: Site) -> None:
    s.rects(
        (0.06, -0.05, 0.13, 0.42, WOOD),
        (0.8, -0.05, 0.87, 0.42, WOOD),
        (0, 0.42, 0.93, 0.48, WOOD),
        (0.2, 0.48, 0.34, 0.6, (236, 236, 240)),
        (0.5, 0.48, 0.6, 0.72, (190, 210, 196)),
    )


def counter(s: Site) -> None:
    s.rects(
        (0, 0, 1.1, 0.5, (216, 184, 150)),
        (-0.04, 0.5, 1.14, 0.57, (196, 164, 132)),
        (0.15, 0.57, 0.45, 0.85, (206, 206, 212)),
        (0.75, 0.57, 0.9, 0.75, (236, 210, 160)),
    )


def cupboard(s: Site) -> None:
    wood = s.pick((210, 186, 160), (198, 206, 190), (216, 196, 176))
    s.rects((0, 0, 0.7, 1.45, wood), (0.06, 0.08, 0.34, 1.37, wood), (0.37, 0.08, 0.64, 1.37, wood))
    for right in (0.3, 0.41):
        s.oval(right, 0.75, 0.02, 0.02, (120, 110, 110), 0)


def blackboard(s: Site) -> None:
    s.rects((0, 0.65, 1.2, 1.5, (206, 176, 140)), (0.05, 0.7, 1.15, 1.45, (132, 156, 146)))
    for i in range(3):
        up, long = 1.3 - i * 0.2, s.rng.randint(3, 6)
        chalk = [(0.15 + j * 0.14, up + 0.05 * (j % 2)) for j in range(long)]
        s.line(chalk, 2, tint((238, 240, 236)))


def desk(s: Site) -> None:
    s.rects(
        (0.05, -0.04, 0.1, 0.38, WOOD),
        (0.55, -0.04, 0.6, 0.38, WOOD),
        (0, 0.36, 0.65, 0.43, WOOD),
        (0.2, 0.43, 0.42, 0.47, (190, 200, 214)),
    )


def globe(s: Site) -> None:
    s.rects((0.05, 0, 0.35, 0.5, (206, 180, 150)))
    s.oval(0.2, 0.68, 0.17, 0.17, (176, 204, 220))
    s.oval(0.16, 0.7, 0.07, 0.09, (190, 206, 160), 1)


def arch(s: Site) -> None:
    turns = [i * math.pi / 10 for i in range(11)]
    top = [(0.4 - 0.3 * math.cos(t), 1.3 + 0.35 * math.sin(t)) for t in turns]
    s.shape([(0.1, 0.6), *top, (0.7, 0.6)], s.pane, 3)
    s.line([(0.4, 0.6), (0.4, 1.65)])


def banner(s: Site) -> None:
    cloth = s.pick((222, 150, 150), (156, 176, 216), (170, 204, 160), (226, 204, 140))
    s.shape([(0.1, 2.0), (0.5, 2.0), (0.5, 0.9), (0.3, 1.1), (0.1, 0.9)], cloth)
    s.oval(0.3, 1.55, 0.1, 0.12, tint((250, 244, 220)), 1.5)


def torch(s: Site) -> None:
    s.rects((0.13, 0.85, 0.19, 1.2, (170, 150, 130)))
    flame = [(0.08, 1.22), (0.1, 1.4), (0.17, 1.6), (0.22, 1.38), (0.24, 1.22)]
    s.blob(flame, tint((255, 216, 120)))


def throne(s: Site) -> None:
    gold = (232, 208, 150)
    s.rects(
        (0.1, 0.4, 0.6, 1.35, gold),
        (0.16, 0.45, 0.54, 1.25, (214, 150, 150)),
        (0.02, 0, 0.68, 0.45, gold),
        (0.0, 0.45, 0.12, 0.7, gold),
        (0.58, 0.45, 0.7, 0.7, gold),
    )


def trunk(s: Site) -> None:
    s.rects(
        (0, 0, 0.7, 0.32, (204, 170, 136)),
        (-0.02, 0.3, 0.72, 0.46, (190, 156, 124)),
        (0.3, 0.22, 0.4, 0.36, (232, 214, 150)),
    )


def seat(s: Site) -> None:
    hue = s.pick((206, 160, 156), (164, 186, 176), (170, 176, 206))
    s.rects(
        (0, 0.2, 0.14, 0.95, hue),
        (0, 0.18, 0.7, 0.36, hue),
        (0.06, 0, 0.12, 0.18, IRON),
        (0.56, 0, 0.62, 0.18, IRON),
    )


def stalactite(s: Site) -> None:
    """Hangs from the panel's upper edge, wherever that is."""
    top = s.y / s.unit + 0.02
    for i in range(3):
        middle, tip = 0.1 + 0.25 * i, top - min(0.6 * top, s.rng.uniform(0.5, 1.1))
        s.shape([(middle - 0.12, top), (middle + 0.12, top), (middle, tip)], (164, 158, 164))


def crystal(s: Site) -> None:
    glow = s.pick((190, 222, 232), (222, 196, 230), (206, 230, 190))
    for foot, lean, tall in ((0.2, -0.12, 0.5), (0.45, 0.14, 0.4), (0.32, 0.0, 0.75)):
        left, right, tip = foot - 0.08, foot + 0.08, foot + lean
        shoulder = tall * 0.75
        edge = [
            (left, 0),
            (left + lean, shoulder),
            (tip, tall),
            (right + lean, shoulder),
            (right, 0),
        ]
        s.shape(edge, glow)


INDOORS: dict[str, Callable[[Site], None]] = {
    "stove": stove,
    "shelf": shelf,
    "window": window,
    "train window": train_window,
    "round window": round_window,
    "table": table,
    "counter": counter,
    "cupboard": cupboard,
    "wardrobe": cupboard,
    "blackboard": blackboard,
    "desk": desk,
    "globe": globe,
    "arched window": arch,
    "banner": banner,
    "burning torch": torch,
    "throne": throne,
    "trunk": trunk,
    "train seat": seat,
    "stalactite": stalactite,
    "crystal": crystal,
}
"""By the name that a description calls them."""
