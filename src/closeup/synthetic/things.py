"""Small things to be found in a scene: legible at full size, lost when the page is shrunk.

Each is drawn in units of its own size: x from -0.5 to 0.5, y from 0 at its base to -1 at its top.
"""

import random
from collections.abc import Callable, Sequence

from closeup.synthetic.canvas import INK, WHITE, Canvas, Tint
from closeup.synthetic.palette import BLUE, BRASS, GLASS, GREEN, LEATHER, PAPER, RED, YELLOW
from closeup.synthetic.strokes import Point


class _Thing:
    def __init__(self, canvas: Canvas, x: float, y: float, size: float) -> None:
        self.canvas, self.x, self.y, self.size = canvas, x, y, size
        self.pen = canvas.pen * min(1.4, max(0.35, (size / 90) ** 0.5))

    def _place(self, points: Sequence[Point]) -> list[Point]:
        return [(self.x + u * self.size, self.y + v * self.size) for u, v in points]

    def shape(self, points: Sequence[Point], tint: Tint, line: float = 1.0) -> None:
        self.canvas.shape(self._place(points), tint, self.pen * line)

    def blob(self, points: Sequence[Point], tint: Tint, line: float = 1.0) -> None:
        self.canvas.blob(self._place(points), tint, self.pen * line)

    def oval(self, u: float, v: float, ru: float, rv: float, tint: Tint, line: float = 1.0) -> None:
        s = self.size
        self.canvas.ellipse(self.x + u * s, self.y + v * s, ru * s, rv * s, tint, self.pen * line)

    def line(self, points: Sequence[Point], line: float = 1.0, tint: Tint = INK) -> None:
        self.canvas.curve(self._place(points), self.pen * line, tint, taper=0.2)


def _key(t: _Thing) -> None:
    t.shape([(-0.12, -0.14), (0.46, -0.14), (0.46, 0), (0.36, 0), (0.36, -0.08), (0.26, -0.08),
             (0.26, 0), (0.16, 0), (0.16, -0.08), (-0.12, -0.08)], BRASS)  # fmt: skip
    t.oval(-0.28, -0.13, 0.2, 0.18, BRASS)
    t.oval(-0.3, -0.13, 0.09, 0.08, WHITE)


def _lamp(t: _Thing) -> None:
    t.shape([(-0.2, 0), (0.2, 0), (0.08, -0.1), (0.05, -0.5), (-0.05, -0.5), (-0.08, -0.1)], BRASS)
    t.shape([(-0.34, -0.5), (0.34, -0.5), (0.18, -1), (-0.18, -1)], YELLOW)
    t.line([(-0.2, -0.56), (-0.1, -0.94)], 0.6)
    t.line([(0.2, -0.56), (0.1, -0.94)], 0.6)


def _apple(t: _Thing) -> None:
    t.blob([(0, -0.78), (0.28, -0.86), (0.46, -0.56), (0.34, -0.14), (0.12, 0), (0, -0.04),
            (-0.12, 0), (-0.34, -0.14), (-0.46, -0.56), (-0.28, -0.86)], RED)  # fmt: skip
    t.line([(0, -0.76), (0.03, -0.9), (0.1, -1)], 1.4)
    t.blob([(0.06, -0.9), (0.26, -1.04), (0.4, -0.9), (0.22, -0.84)], GREEN, 0.7)
    t.line([(-0.3, -0.6), (-0.24, -0.68)], 1.4, WHITE)


def _letter(t: _Thing) -> None:
    t.shape([(-0.5, 0), (0.5, 0), (0.5, -0.66), (-0.5, -0.66)], PAPER)
    t.canvas.line(t._place([(-0.48, -0.64), (0, -0.26), (0.48, -0.64)]), t.pen * 0.8, taper=0)
    t.oval(0, -0.28, 0.1, 0.1, RED, 0.7)


def _map(t: _Thing) -> None:
    t.shape([(-0.5, -0.06), (-0.17, 0), (0.17, -0.06), (0.5, 0), (0.5, -0.66), (0.17, -0.72),
             (-0.17, -0.66), (-0.5, -0.72)], PAPER)  # fmt: skip
    t.line([(-0.17, -0.03), (-0.17, -0.64)], 0.5)
    t.line([(0.17, -0.08), (0.17, -0.7)], 0.5)
    t.blob([(-0.44, -0.2), (-0.3, -0.4), (-0.14, -0.3), (-0.24, -0.12)], GREEN, 0.6)
    for u, v in ((-0.04, -0.34), (0.06, -0.42), (0.16, -0.4)):
        t.oval(u, v, 0.022, 0.022, INK, 0)
    t.line([(0.26, -0.5), (0.4, -0.34)], 1.5, RED)
    t.line([(0.4, -0.5), (0.26, -0.34)], 1.5, RED)


def _clock(t: _Thing) -> None:
    t.shape([(-0.3, 0), (-0.2, 0), (-0.16, -0.14), (-0.24, -0.18)], LEATHER)
    t.shape([(0.3, 0), (0.2, 0), (0.16, -0.14), (0.24, -0.18)], LEATHER)
    t.oval(0, -0.5, 0.42, 0.42, RED)
    t.oval(0, -0.5, 0.32, 0.32, PAPER, 0.7)
    t.line([(0, -0.5), (0, -0.74)], 1.3)
    t.line([(0, -0.5), (0.16, -0.42)], 1.3)
    for u in (-0.22, 0.22):
        t.oval(u, -0.93, 0.12, 0.08, BRASS)


def _cup(t: _Thing) -> None:
    t.oval(0.34, -0.4, 0.15, 0.18, BLUE)
    t.oval(0.34, -0.4, 0.07, 0.1, WHITE, 0.7)
    t.shape([(-0.36, -0.78), (0.32, -0.78), (0.26, 0), (-0.3, 0)], BLUE)
    t.oval(-0.02, -0.78, 0.34, 0.08, WHITE, 0.8)
    t.shape([(-0.34, -0.5), (0.3, -0.5), (0.29, -0.34), (-0.33, -0.34)], WHITE, 0)


def _ball(t: _Thing) -> None:
    t.oval(0, -0.48, 0.48, 0.48, YELLOW)
    t.blob(
        [(-0.44, -0.62), (0, -0.54), (0.44, -0.62), (0.44, -0.34), (0, -0.26), (-0.44, -0.34)], RED
    )
    t.oval(0, -0.42, 0.1, 0.1, WHITE, 0.7)


def _flower(t: _Thing) -> None:
    t.line([(0, 0), (0.02, -0.3), (0, -0.6)], 1.8, GREEN)
    t.blob([(0, -0.16), (0.24, -0.36), (0.3, -0.2), (0.12, -0.08)], GREEN, 0.8)
    for u, v in ((-0.2, -0.62), (0.2, -0.62), (-0.13, -0.86), (0.13, -0.86), (0, -0.52)):
        t.oval(u, v, 0.15, 0.14, RED, 0.8)
    t.oval(0, -0.7, 0.13, 0.13, YELLOW, 0.8)


def _hat(t: _Thing) -> None:
    t.blob([(-0.5, -0.06), (0, 0), (0.5, -0.06), (0.4, -0.16), (0, -0.12), (-0.4, -0.16)], LEATHER)
    t.blob(
        [(-0.3, -0.14), (-0.26, -0.56), (0, -0.5), (0.26, -0.56), (0.3, -0.14), (0, -0.1)], LEATHER
    )
    t.blob(
        [(-0.3, -0.14), (-0.29, -0.26), (0, -0.22), (0.29, -0.26), (0.3, -0.14), (0, -0.1)],
        RED,
        0.6,
    )


def _umbrella(t: _Thing) -> None:
    t.line([(0, -0.9), (0, -0.12), (0.06, -0.02), (0.14, -0.06)], 1.6)
    t.blob([(-0.5, -0.46), (-0.36, -0.8), (0, -0.96), (0.36, -0.8), (0.5, -0.46), (0.3, -0.54),
            (0.16, -0.46), (0, -0.54), (-0.16, -0.46), (-0.3, -0.54)], BLUE)  # fmt: skip
    t.line([(-0.16, -0.48), (-0.1, -0.76), (0, -0.94)], 0.7)
    t.line([(0.16, -0.48), (0.1, -0.76), (0, -0.94)], 0.7)


def _boot(t: _Thing) -> None:
    t.blob([(-0.34, -0.95), (0.06, -0.95), (0.06, -0.5), (0.14, -0.36), (0.44, -0.28),
            (0.48, -0.04), (-0.3, -0.02), (-0.34, -0.5)], LEATHER)  # fmt: skip
    t.shape([(-0.34, -0.06), (0.5, -0.06), (0.5, 0), (-0.34, 0)], INK, 0)
    t.shape([(-0.36, -0.98), (0.08, -0.98), (0.08, -0.84), (-0.36, -0.84)], BRASS, 0.8)


def _book(t: _Thing) -> None:
    t.shape([(-0.36, 0), (0.32, 0), (0.32, -0.9), (-0.36, -0.9)], RED)
    t.shape([(0.32, 0), (0.4, -0.06), (0.4, -0.84), (0.32, -0.9)], PAPER, 0.8)
    t.shape([(-0.2, -0.5), (0.18, -0.5), (0.18, -0.72), (-0.2, -0.72)], YELLOW, 0.7)
    t.line([(-0.28, -0.03), (-0.28, -0.87)], 0.7)


def _fish(t: _Thing) -> None:
    t.shape([(0.22, -0.26), (0.5, -0.48), (0.42, -0.26), (0.5, -0.04)], BLUE)
    t.blob([(-0.48, -0.24), (-0.3, -0.44), (0.04, -0.46), (0.32, -0.26), (0.04, -0.06),
           (-0.3, -0.06)], BLUE)  # fmt: skip
    t.oval(-0.3, -0.3, 0.06, 0.06, WHITE, 0.6)
    t.oval(-0.31, -0.3, 0.025, 0.025, INK, 0)
    t.line([(-0.14, -0.4), (-0.1, -0.26), (-0.14, -0.12)], 0.8)


def _candle(t: _Thing) -> None:
    t.blob([(-0.34, -0.1), (0, -0.16), (0.34, -0.1), (0.24, 0), (-0.24, 0)], BRASS)
    t.shape([(-0.11, -0.12), (0.11, -0.12), (0.11, -0.66), (-0.11, -0.66)], PAPER)
    t.blob([(0, -1), (0.1, -0.8), (0, -0.68), (-0.1, -0.8)], YELLOW)


def _star(t: _Thing) -> None:
    t.shape([(0, -1), (0.14, -0.66), (0.5, -0.62), (0.23, -0.38), (0.31, -0.02), (0, -0.2),
             (-0.31, -0.02), (-0.23, -0.38), (-0.5, -0.62), (-0.14, -0.66)], YELLOW)  # fmt: skip


def _bottle(t: _Thing) -> None:
    t.blob([(-0.2, 0), (0.2, 0), (0.22, -0.4), (0.08, -0.64), (0.08, -0.86), (-0.08, -0.86),
            (-0.08, -0.64), (-0.22, -0.4)], GREEN)  # fmt: skip
    t.shape([(-0.07, -0.84), (0.07, -0.84), (0.07, -0.98), (-0.07, -0.98)], BRASS, 0.8)
    t.shape([(-0.2, -0.14), (0.2, -0.14), (0.2, -0.38), (-0.2, -0.38)], PAPER, 0.7)


def _feather(t: _Thing) -> None:
    t.blob([(-0.36, -0.12), (-0.2, -0.5), (0.2, -0.9), (0.46, -0.98), (0.4, -0.66), (0.1, -0.3),
            (-0.2, -0.1)], PAPER)  # fmt: skip
    t.line([(-0.46, 0), (-0.1, -0.38), (0.36, -0.9)], 1.0)


def _coin(t: _Thing) -> None:
    t.oval(0, -0.46, 0.44, 0.44, BRASS)
    t.oval(0, -0.46, 0.32, 0.32, YELLOW, 0.7)
    t.shape([(-0.05, -0.24), (0.05, -0.24), (0.05, -0.68), (-0.05, -0.68)], BRASS, 0.7)


def _ring(t: _Thing) -> None:
    t.oval(0, -0.3, 0.3, 0.3, BRASS)
    t.oval(0, -0.3, 0.19, 0.19, WHITE)
    t.shape([(-0.16, -0.6), (0.16, -0.6), (0.24, -0.78), (0.12, -0.94), (-0.12, -0.94),
            (-0.24, -0.78)], GLASS)  # fmt: skip


THINGS: dict[str, Callable[[_Thing], None]] = {
    "key": _key,
    "lamp": _lamp,
    "apple": _apple,
    "letter": _letter,
    "map": _map,
    "clock": _clock,
    "cup": _cup,
    "ball": _ball,
    "flower": _flower,
    "hat": _hat,
    "umbrella": _umbrella,
    "boot": _boot,
    "book": _book,
    "fish": _fish,
    "candle": _candle,
    "star": _star,
    "bottle": _bottle,
    "feather": _feather,
    "coin": _coin,
    "ring": _ring,
}


def draw_prop(
    canvas: Canvas, name: str, x: float, y: float, size: float, rng: random.Random
) -> None:
    """Draw a thing whose base stands at (x, y) and whose longer side is `size` pixels; `rng`
    sets it down a little off true. KeyError for a thing that is not in THINGS."""
    THINGS[name](_Thing(canvas, x, y, size * rng.uniform(0.94, 1.06)))
