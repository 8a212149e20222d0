"""A face that can feel.

Everything on a head is placed in head units: the head's radius is one, u runs forwards and v down.
The head is seen at three quarters, so the face sits forward of the middle.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from closeup.synthetic.canvas import INK, WHITE, Canvas, Tint, smooth, tint
from closeup.synthetic.cast import Person
from closeup.synthetic.strokes import Point

EXPRESSIONS = ("neutral", "happy", "sad", "angry", "surprised", "talking", "asleep")
_MOUTH = tint((150, 44, 52), 30)
_TONGUE = tint((240, 130, 130), 225)
_BLUSH = tint((248, 166, 150), 236)
_BEAK = tint((246, 150, 40), 196)
STEEL = tint((70, 80, 92), 60)


class Frame:
    """Head units to panel pixels."""

    def __init__(self, centre: Point, radius: float, tilt: float, facing: int) -> None:
        self.centre, self.radius, self.tilt, self.facing = centre, radius, tilt, facing
        c, s = math.cos(math.radians(tilt)) * radius, math.sin(math.radians(tilt)) * radius
        self._turn = np.array([[c * facing, s], [-s * facing, c]])

    def __call__(self, points: Sequence[Point]) -> NDArray[np.float64]:
        return np.array(points, dtype=np.float64) @ self._turn + self.centre

    def point(self, u: float, v: float) -> Point:
        x, y = self([(u, v)])[0]
        return (float(x), float(y))

    def angle(self, degrees: float) -> float:
        """A clockwise angle of the head on the panel."""
        return (self.tilt + degrees) * self.facing


class HeadPen:
    """Draws in head units with one weight of line."""

    def __init__(self, canvas: Canvas, frame: Frame, width: float) -> None:
        self.canvas, self.frame, self.width = canvas, frame, width

    def blob(self, points: Sequence[Point], tint: Tint, line: float = 1.0) -> None:
        self.canvas.blob(self.frame(points), tint, self.width * line)

    def shape(self, points: Sequence[Point], tint: Tint, line: float = 1.0) -> None:
        self.canvas.shape(self.frame(points), tint, self.width * line)

    def oval(
        self,
        u: float,
        v: float,
        ru: float,
        rv: float,
        tint: Tint,
        line: float = 0.0,
        turn: float = 0,
    ) -> None:
        x, y = self.frame.point(u, v)
        r = self.frame.radius
        self.canvas.ellipse(x, y, ru * r, rv * r, tint, self.width * line, self.frame.angle(turn))

    def curve(self, points: Sequence[Point], line: float = 1.0, tint: Tint = INK) -> None:
        self.canvas.curve(self.frame(points), self.width * line, tint)


FACE = {
    "human": (0.1, 0.6, -0.04, 0.34, 0.5, 0.28),
    "cat": (0.02, 0.62, -0.06, 0.36, 0.48, 0.24),
    "fox": (0.02, 0.62, -0.06, 0.42, 0.52, 0.24),
    "dog": (0.06, 0.58, -0.14, 0.46, 0.56, 0.3),
    "bear": (0.0, 0.62, -0.12, 0.36, 0.52, 0.26),
    "rabbit": (0.04, 0.62, -0.08, 0.38, 0.5, 0.2),
    "mouse": (0.08, 0.62, -0.08, 0.6, 0.58, 0.22),
    "frog": (-0.16, 0.6, -0.68, 0.26, 0.34, 0.7),
    "robot": (-0.06, 0.56, -0.16, 0.26, 0.46, 0.4),
    "duck": (0.06, 0.58, -0.2, 0.42, 0.4, 0.3),
}
"""u of the near eye, u of the far eye, v of both; u and v of the mouth; half its width."""


def draw_features(art: HeadPen, person: Person, expression: str, radius: float) -> None:
    near, far, v, mouth_u, mouth_v, width = FACE[person.species]
    rosy = person.species == "human" or person.skin.tone > 180
    rosy &= person.species in ("human", "cat", "rabbit", "mouse")
    if art.canvas.colour and rosy and radius > 8:
        blush = _mixed(person.skin, _BLUSH)
        art.oval(near - 0.12, v + 0.42, 0.18, 0.12, blush)
        art.oval(far + 0.1, v + 0.42, 0.12, 0.11, blush)
    for u, wide in ((near, 1.0), (far, 0.84)):
        _eye(art, person, u, v, wide, expression, radius)
    if radius > 5:
        _brows(art, person, near, far, v, expression)
    if person.species == "duck":
        _bill(art, expression)
    elif person.species == "robot":
        _grille(art, mouth_u, mouth_v, width, expression)
    else:
        _mouth(art, mouth_u, mouth_v, width, expression, radius)


def _mixed(a: Tint, b: Tint) -> Tint:
    r, g, b_ = ((p + q) // 2 for p, q in zip(a.rgb, b.rgb, strict=True))
    return Tint((r, g, b_), a.tone)


def _eye(
    art: HeadPen, person: Person, u: float, v: float, wide: float, expression: str, radius: float
) -> None:
    robot, frog = person.species == "robot", person.species == "frog"
    lamp = tint((250, 226, 110), 250) if robot else WHITE
    if expression == "asleep":
        art.curve([(u - 0.17, v), (u, v + 0.1), (u + 0.17, v)], 1.0, lamp if robot else INK)
        return
    big = 1.3 if expression == "surprised" else 1.0
    plain = person.species == "human" and person.skin.tone > 200 and expression != "surprised"
    if radius < 13 or (plain and radius < 22):
        if robot or frog or person.skin.tone < 150 or expression == "surprised":
            art.oval(u, v, 0.16 * wide * big, 0.19 * big, lamp, 0.0 if robot else 0.5)
        art.oval(u + 0.03, v, 0.08 * big, 0.12 * big, INK)
        return
    squint = 0.7 if expression == "angry" else 1.0
    art.oval(u, v, 0.17 * wide * big, 0.23 * big * squint, lamp, 0.8)
    art.oval(u + 0.05 * wide, v + 0.03, 0.095, 0.13 * squint, INK)
    if radius > 20:
        art.oval(u + 0.08 * wide, v - 0.03, 0.035, 0.045, WHITE)


def _brows(
    art: HeadPen, person: Person, near: float, far: float, v: float, expression: str
) -> None:
    inner, outer = {
        "sad": (-0.16, 0.08),
        "angry": (0.12, -0.14),
        "surprised": (-0.16, -0.16),
        "happy": (-0.04, -0.02),
    }.get(expression, (0.0, 0.0))
    if expression in ("neutral", "talking", "asleep") and person.species != "human":
        return
    top = v - 0.36
    tint = WHITE if person.species == "robot" or person.skin.tone < 90 else INK
    art.curve(
        [(near - 0.2, top + outer), (near, top - 0.05), (near + 0.16, top + inner)], 1.3, tint
    )
    art.curve([(far - 0.14, top + inner), (far, top - 0.05), (far + 0.15, top + outer)], 1.3, tint)


def _mouth(art: HeadPen, u: float, v: float, width: float, expression: str, radius: float) -> None:
    w = width
    match expression:
        case "happy":
            shape = [(u - w, v - 0.02), (u, v + 0.05), (u + w * 0.9, v - 0.06),
                     (u + w * 0.6, v + 0.22), (u, v + 0.32), (u - w * 0.66, v + 0.22)]  # fmt: skip
            art.shape(smooth(shape, closed=True).tolist(), _MOUTH, 0.9)
            if radius > 14:
                art.oval(u - 0.02, v + 0.22, w * 0.42, 0.08, _TONGUE)
        case "talking":
            art.oval(u, v + 0.1, w * 0.6, 0.18, _MOUTH, 0.9)
            if radius > 14:
                art.oval(u, v + 0.19, w * 0.36, 0.07, _TONGUE)
        case "surprised":
            art.oval(u, v + 0.14, min(w * 0.5, 0.2), 0.2, _MOUTH, 0.9)
        case "sad":
            art.curve([(u - w * 0.8, v + 0.18), (u, v + 0.04), (u + w * 0.8, v + 0.16)], 1.1)
        case "angry":
            if radius > 12:
                art.shape([(u - w * 0.8, v + 0.02), (u + w * 0.7, v), (u + w * 0.7, v + 0.18),
                           (u - w * 0.8, v + 0.2)], WHITE, 0.9)  # fmt: skip
            art.curve([(u - w * 0.8, v + 0.11), (u, v + 0.09), (u + w * 0.7, v + 0.09)], 1.0)
        case "asleep":
            art.curve([(u - w * 0.4, v + 0.06), (u, v + 0.12), (u + w * 0.4, v + 0.05)], 0.9)
        case _:
            art.curve([(u - w * 0.8, v), (u, v + 0.12), (u + w * 0.8, v - 0.03)], 1.0)


def _bill(art: HeadPen, expression: str) -> None:
    gape = {"talking": 0.24, "surprised": 0.34, "happy": 0.2}.get(expression, 0.0)
    if gape:
        art.blob(
            [(0.1, 0.3), (0.7, 0.36), (1.2, 0.4 + gape), (0.6, 0.62 + gape), (0.14, 0.5)], _BEAK
        )
    bend = 0.1 if expression == "sad" else -0.06
    art.blob([(0.06, 0.14), (0.5, 0.04), (0.94, 0.2), (1.4, 0.26 + bend), (1.3, 0.44), (0.7, 0.46),
              (0.1, 0.42 - bend)], _BEAK)  # fmt: skip


def _grille(art: HeadPen, u: float, v: float, width: float, expression: str) -> None:
    tall = {"talking": 0.2, "surprised": 0.24, "happy": 0.14}.get(expression, 0.08)
    dip = {"happy": -0.08, "sad": 0.1}.get(expression, 0.0)
    art.shape([(u - width, v + dip), (u, v), (u + width, v + dip), (u + width, v + dip + tall),
               (u, v + tall), (u - width, v + dip + tall)], STEEL, 0.8)  # fmt: skip
    for i in (-0.5, 0.0, 0.5):
        art.curve([(u + i * width, v + dip / 2), (u + i * width, v + dip / 2 + tall)], 0.6, WHITE)


def draw_beard(art: HeadPen, person: Person, expression: str) -> None:
    gap = 0.4 if expression in ("happy", "talking", "surprised") else 0.24
    art.blob([(-0.5, 0.2), (-0.2, 0.42), (0.06, 0.36), (0.34, 0.36 + gap), (0.64, 0.36),
              (0.86, 0.24),
              (0.86, 0.8), (0.5, 1.22), (0.14, 1.34), (-0.3, 1.14), (-0.6, 0.7)],
             person.hair_tint)  # fmt: skip


def draw_glasses(art: HeadPen, person: Person) -> None:
    near, far, v, *_ = FACE[person.species]
    x0, y0 = art.frame.point(near, v)
    x1, y1 = art.frame.point(far, v)
    r = art.frame.radius
    for x, y, wide in ((x0, y0, 0.27), (x1, y1, 0.23)):
        art.canvas.contour(_lens(x, y, r * wide, r * 0.27), min(art.width * 1.25, r * 0.09))
    art.curve([(near - 0.26, v - 0.02), (-0.4, v - 0.04), (-0.7, v - 0.04)], 1.1)
    art.curve([(near + 0.25, v), (far - 0.22, v)], 1.1)


def _lens(x: float, y: float, rx: float, ry: float) -> NDArray[np.float64]:
    turn = np.linspace(0, 2 * math.pi, 22, endpoint=False)
    return np.stack((x + rx * np.cos(turn), y + ry * np.sin(turn)), axis=1)
