"""Heads: the shape of a species, hair, hats, and a face that can feel.

Everything is placed in head units: the head's radius is one, u runs forwards and v down. The head
is seen at three quarters, so the face sits forward of the middle.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from closeup.geometry import Box
from closeup.synthetic.canvas import INK, WHITE, Canvas, Tint, smooth, tint
from closeup.synthetic.cast import Person
from closeup.synthetic.skeleton import Point

EXPRESSIONS = ("neutral", "happy", "sad", "angry", "surprised", "talking", "asleep")

_MOUTH = tint((150, 44, 52), 30)
_TONGUE = tint((240, 130, 130), 225)
_BLUSH = tint((248, 166, 150), 236)
_BEAK = tint((246, 150, 40), 196)
_STEEL = tint((70, 80, 92), 60)
_PINK = tint((246, 178, 178), 232)


@dataclass(frozen=True)
class Head:
    """Where a drawn head's parts are, in panel pixels."""

    box: Box
    """The face and skull, without hair, ears or hat."""
    mouth: Point
    nose: Point
    near_eye: Point
    far_eye: Point
    near_ear: Point
    far_ear: Point


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


class _Pen:
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


_SKULL = {
    "human": [(0, -1), (0.58, -0.84), (0.9, -0.3), (0.84, 0.3), (0.5, 0.84), (0.08, 1), (-0.4, 0.84),
              (-0.82, 0.36), (-0.94, -0.26), (-0.6, -0.82)],
    "cat": [(0, -0.84), (0.6, -0.7), (0.95, -0.1), (1.02, 0.4), (0.6, 0.78), (0.1, 0.9),
            (-0.45, 0.8), (-1.0, 0.44), (-0.98, -0.1), (-0.6, -0.7)],
    "fox": [(0, -0.84), (0.6, -0.72), (0.98, -0.1), (1.14, 0.36), (0.56, 0.72), (0.2, 0.94),
            (-0.4, 0.8), (-1.12, 0.5), (-0.98, -0.1), (-0.6, -0.72)],
    "dog": [(0, -0.92), (0.56, -0.78), (0.84, -0.3), (0.86, 0.3), (0.5, 0.84), (0.05, 0.94),
            (-0.44, 0.8), (-0.8, 0.3), (-0.88, -0.3), (-0.58, -0.78)],
    "bear": [(0, -0.92), (0.62, -0.76), (0.98, -0.16), (0.94, 0.4), (0.56, 0.84), (0, 0.94),
             (-0.56, 0.84), (-0.98, 0.4), (-0.98, -0.16), (-0.6, -0.76)],
    "rabbit": [(0, -0.9), (0.52, -0.74), (0.84, -0.16), (0.92, 0.36), (0.54, 0.82), (0.06, 0.94),
               (-0.44, 0.84), (-0.86, 0.4), (-0.84, -0.16), (-0.5, -0.74)],
    "mouse": [(0, -0.86), (0.56, -0.66), (0.86, -0.1), (1.16, 0.42), (0.66, 0.76), (0.05, 0.9),
              (-0.46, 0.8), (-0.86, 0.34), (-0.9, -0.2), (-0.54, -0.7)],
    "frog": [(0, -0.62), (0.62, -0.6), (1.04, -0.1), (1.12, 0.36), (0.7, 0.76), (0, 0.88),
             (-0.62, 0.78), (-1.08, 0.36), (-1.0, -0.16), (-0.6, -0.6)],
    "robot": [(-0.8, -0.86), (0.8, -0.86), (0.9, -0.76), (0.9, 0.74), (0.78, 0.86), (-0.78, 0.86),
              (-0.88, 0.74), (-0.9, -0.76)],
    "duck": [(0, -0.98), (0.58, -0.82), (0.86, -0.28), (0.8, 0.3), (0.46, 0.84), (0, 0.98),
             (-0.46, 0.84), (-0.82, 0.3), (-0.9, -0.28), (-0.58, -0.82)],
}  # fmt: skip

_FACE = {
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


def draw_head(
    canvas: Canvas,
    person: Person,
    centre: Point,
    radius: float,
    tilt: float,
    facing: int,
    expression: str,
    pen: float,
) -> Head:
    """Draw a head whose radius is in pixels, tilted forwards by `tilt` degrees."""
    frame = Frame(centre, radius, tilt, facing)
    art = _Pen(canvas, frame, pen)
    _behind(art, person)
    skull = _SKULL[person.species]
    if person.species == "robot":
        art.shape(skull, person.skin)
    else:
        art.blob(skull, person.skin)
    if radius > 9:
        _shade(art, person)
    _muzzle(art, person, radius)
    if person.species == "human":
        _human_ear(art, person, radius)
    _features(art, person, expression, radius)
    if person.extra == "beard":
        _beard(art, person, expression)
    _front_hair(art, person, radius)
    if person.extra == "glasses":
        _glasses(art, person)
    _hat(art, person)
    near, far, eye, mouth_u, mouth_v, _ = _FACE[person.species]
    corners = frame(skull)
    x0, y0 = corners.min(axis=0)
    x1, y1 = corners.max(axis=0)
    return Head(
        box=Box(float(x0), float(y0), float(x1), float(y1)),
        mouth=frame.point(mouth_u, mouth_v),
        nose=frame.point(mouth_u + 0.1, mouth_v - 0.24),
        near_eye=frame.point(near, eye),
        far_eye=frame.point(far, eye),
        near_ear=frame.point(-0.52, 0.08),
        far_ear=frame.point(0.9, 0.04),
    )


def _shade(art: _Pen, person: Person) -> None:
    """The side of the head that the light does not reach."""
    skull = smooth(_SKULL[person.species], closed=person.species != "robot")
    back = skull[skull[:, 0] < 0.02]
    back = back[back[:, 1] > -0.6]
    if len(back) < 4:
        return
    back = back[np.argsort(-back[:, 1])]
    inner = back * (0.74, 0.94) + (0.02, -0.03)
    art.canvas.fill(art.frame(np.concatenate((back, inner[::-1])).tolist()), person.skin.shaded())


def _behind(art: _Pen, person: Person) -> None:
    """Ears and hair that the skull hides in part."""
    fur, second = person.skin, person.hair_tint
    match person.species:
        case "cat" | "fox":
            tall = 1.42 if person.species == "cat" else 1.62
            for u in (-0.62, 0.5):
                art.shape([(u - 0.36, -0.42), (u - 0.1, -tall), (u + 0.34, -0.6)], fur)
                art.shape([(u - 0.16, -0.6), (u - 0.06, -tall + 0.36), (u + 0.14, -0.7)], _PINK, 0)
        case "dog":
            art.blob([(0.5, -0.8), (0.86, -0.72), (1.06, -0.1), (0.9, 0.3), (0.66, -0.2)], second)
        case "bear":
            for u in (-0.66, 0.58):
                art.oval(u, -0.78, 0.32, 0.32, fur, 1)
                art.oval(u, -0.76, 0.16, 0.16, fur.shaded(0.3))
        case "mouse":
            for u in (-0.74, 0.56):
                art.oval(u, -0.8, 0.52, 0.52, fur, 1)
                art.oval(u, -0.78, 0.34, 0.34, _PINK)
        case "rabbit":
            for u, lean in ((0.36, 12), (-0.36, -10)):
                art.oval(u + lean / 90, -1.4, 0.23, 0.8, fur, 1, lean)
                art.oval(u + lean / 90, -1.4, 0.1, 0.58, _PINK, 0, lean)
        case "robot":
            art.curve([(0, -0.8), (0.02, -1.1), (0, -1.34)], 1.4)
            art.oval(0, -1.4, 0.14, 0.14, tint((224, 70, 60), 90), 1)
            art.oval(-0.94, 0.0, 0.16, 0.28, _STEEL, 1)
        case "frog":
            for u in (0.6, -0.16):
                art.oval(u, -0.66, 0.36, 0.36, fur, 1)
        case "duck":
            art.curve([(-0.2, -0.9), (-0.36, -1.2), (-0.62, -1.3)], 1.6)
            art.curve([(-0.1, -0.9), (-0.16, -1.26), (-0.36, -1.46)], 1.6)
        case "human":
            _back_hair(art, person)


def _back_hair(art: _Pen, person: Person) -> None:
    hair = person.hair_tint
    match person.hair:
        case "bob":
            art.blob([(0.2, -1.1), (-0.7, -1), (-1.14, -0.2), (-1.12, 0.6), (-0.7, 0.8),
                      (0.4, 0.66), (0.92, 0.5), (0.98, -0.4)], hair)  # fmt: skip
        case "long":
            art.blob([(0.2, -1.1), (-0.7, -1), (-1.14, -0.2), (-1.16, 0.8), (-1.22, 1.7), (-0.7, 1.92),
                      (-0.1, 1.5), (0.5, 1.1), (0.9, 0.4), (0.96, -0.4)], hair)  # fmt: skip
        case "ponytail":
            art.blob([(-0.7, -0.7), (-1.2, -0.86), (-1.62, -0.4), (-1.66, 0.4), (-1.44, 0.98),
                      (-1.34, 0.3), (-1.1, -0.1), (-0.8, -0.2)], hair)  # fmt: skip
        case "bun":
            art.oval(-0.62, -1.06, 0.44, 0.42, hair, 1)
        case "braids":
            for i in range(4):
                art.oval(-0.92 - 0.05 * i, 0.4 + 0.32 * i, 0.2, 0.22, hair, 1)
                art.oval(0.86 + 0.02 * i, 0.5 + 0.32 * i, 0.16, 0.2, hair, 1)
        case "curly":
            for u, v in ((-0.98, 0.2), (-1.06, -0.26), (-0.86, -0.72), (0.9, -0.3), (-0.76, 0.5)):
                art.oval(u, v, 0.36, 0.34, hair, 1)


def _human_ear(art: _Pen, person: Person, radius: float) -> None:
    if person.hair in ("bob", "long"):
        return
    art.oval(-0.5, 0.1, 0.17, 0.22, person.skin, 0.9, -12)
    if radius > 16:
        art.curve([(-0.56, 0.02), (-0.46, 0.04), (-0.48, 0.18)], 0.6)


def _front_hair(art: _Pen, person: Person, radius: float) -> None:
    if person.species != "human" or person.hair == "bald":
        return
    hair = person.hair_tint
    cap = [(-0.6, -0.06), (-0.98, 0.18), (-1.08, -0.4), (-0.72, -0.98), (0, -1.16), (0.66, -0.98),
           (0.98, -0.38)]  # fmt: skip
    match person.hair:
        case "short":
            art.blob([*cap, (0.66, -0.5), (0.2, -0.46), (-0.34, -0.42)], hair)
        case "spiky":
            spikes = [(-0.56, 0.0), (-0.98, 0.2), (-1.34, -0.16), (-1.06, -0.42), (-1.36, -0.84),
                      (-0.8, -0.86), (-0.84, -1.4), (-0.28, -1.06), (0.04, -1.56), (0.34, -1.04),
                      (0.84, -1.34), (0.76, -0.84), (1.12, -0.6), (0.72, -0.5), (0.5, -0.66),
                      (0.3, -0.42), (0.02, -0.62), (-0.2, -0.34), (-0.46, -0.46)]  # fmt: skip
            art.shape(spikes, hair)
        case "curly":
            for u, v in ((-0.62, -0.7), (-0.22, -0.98), (0.3, -0.98), (0.74, -0.74), (0.1, -0.7),
                         (0.5, -0.62), (-0.3, -0.6)):  # fmt: skip
                art.oval(u, v, 0.34, 0.32, hair, 1)
            art.oval(0.08, -0.84, 0.66, 0.26, hair)
        case "bob" | "long":
            art.blob([(-0.5, 0.66), (-0.92, 0.66), (-1.1, -0.2), (-0.74, -0.98), (0, -1.16),
                      (0.66, -0.98), (0.98, -0.3), (0.7, -0.36), (0.1, -0.4), (-0.34, -0.2)],
                     hair)  # fmt: skip
        case _:
            art.blob([*cap, (0.74, -0.6), (0.24, -0.78), (-0.3, -0.52)], hair)
    if radius > 24 and hair.tone < 130 and person.hat == "none":
        art.curve([(-0.5, -0.9), (-0.1, -1.0), (0.3, -0.96)], 1.2, WHITE)


def _muzzle(art: _Pen, person: Person, radius: float) -> None:
    """What marks a species between the eyes and the chin."""
    second = person.hair_tint
    match person.species:
        case "cat":
            art.oval(0.36, 0.44, 0.46, 0.34, second)
            art.shape([(0.28, 0.2), (0.52, 0.2), (0.4, 0.34)], _PINK, 0.7)
            if radius > 12:
                for v in (0.36, 0.5):
                    art.curve([(0.8, v), (1.1, v - 0.04), (1.34, v - 0.1)], 0.5)
                    art.curve([(-0.1, v), (-0.5, v), (-0.86, v - 0.06)], 0.5)
                for u in (-0.1, 0.12, 0.34):
                    art.curve([(u, -0.82), (u + 0.01, -0.66), (u + 0.03, -0.5)], 1.3)
        case "fox":
            art.blob([(0.34, 0.12), (0.8, 0.3), (1.06, 0.4), (0.56, 0.72), (0.2, 0.92), (-0.4, 0.78),
                      (-0.98, 0.5), (-0.2, 0.4)], second, 0)  # fmt: skip
            art.oval(0.5, 0.28, 0.15, 0.11, INK)
        case "dog":
            art.oval(0.46, 0.44, 0.5, 0.42, second if person.skin.tone < 130 else WHITE, 0.9)
            art.oval(0.58, 0.2, 0.2, 0.14, INK)
            art.blob([(-0.5, -0.78), (-0.86, -0.7), (-1.14, -0.1), (-0.98, 0.4), (-0.7, 0.36),
                      (-0.56, -0.2)], second)  # fmt: skip
        case "bear":
            art.oval(0.38, 0.42, 0.44, 0.36, second, 0.9)
            art.oval(0.42, 0.22, 0.18, 0.12, INK)
        case "rabbit":
            art.shape([(0.28, 0.22), (0.52, 0.22), (0.4, 0.36)], _PINK, 0.7)
        case "mouse":
            art.oval(1.14, 0.36, 0.16, 0.14, INK)
            if radius > 12:
                for v in (0.42, 0.54):
                    art.curve([(0.72, v), (0.4, v + 0.04), (0.1, v)], 0.5)
        case "frog":
            art.oval(0.2, 0.62, 0.74, 0.24, second)
        case "robot":
            art.shape([(-0.44, -0.5), (0.8, -0.5), (0.8, 0.14), (-0.44, 0.14)], _STEEL, 0.7)
        case "human":
            if radius > 7:
                art.curve([(0.44, 0.02), (0.6, 0.22), (0.4, 0.27)], 0.8)


def _features(art: _Pen, person: Person, expression: str, radius: float) -> None:
    near, far, v, mouth_u, mouth_v, width = _FACE[person.species]
    if art.canvas.colour and person.species in ("human", "cat", "rabbit", "mouse") and radius > 8:
        art.oval(near - 0.1, v + 0.4, 0.17, 0.12, _BLUSH)
        art.oval(far + 0.12, v + 0.4, 0.12, 0.11, _BLUSH)
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


def _eye(
    art: _Pen, person: Person, u: float, v: float, wide: float, expression: str, radius: float
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
    if radius > 34 and expression != "surprised":
        art.curve([(u - 0.19 * wide, v - 0.1), (u, v - 0.24), (u + 0.2 * wide, v - 0.12)], 1.4)


def _brows(art: _Pen, person: Person, near: float, far: float, v: float, expression: str) -> None:
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


def _mouth(art: _Pen, u: float, v: float, width: float, expression: str, radius: float) -> None:
    w = width
    match expression:
        case "happy":
            shape = [(u - w, v - 0.02), (u, v + 0.05), (u + w * 0.9, v - 0.06), (u + w * 0.6, v + 0.22),
                     (u, v + 0.32), (u - w * 0.66, v + 0.22)]  # fmt: skip
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


def _bill(art: _Pen, expression: str) -> None:
    gape = {"talking": 0.24, "surprised": 0.34, "happy": 0.2}.get(expression, 0.0)
    if gape:
        art.blob(
            [(0.1, 0.3), (0.7, 0.36), (1.2, 0.4 + gape), (0.6, 0.62 + gape), (0.14, 0.5)], _BEAK
        )
    bend = 0.1 if expression == "sad" else -0.06
    art.blob([(0.06, 0.14), (0.5, 0.04), (0.94, 0.2), (1.4, 0.26 + bend), (1.3, 0.44), (0.7, 0.46),
              (0.1, 0.42 - bend)], _BEAK)  # fmt: skip


def _grille(art: _Pen, u: float, v: float, width: float, expression: str) -> None:
    tall = {"talking": 0.2, "surprised": 0.24, "happy": 0.14}.get(expression, 0.08)
    dip = {"happy": -0.08, "sad": 0.1}.get(expression, 0.0)
    art.shape([(u - width, v + dip), (u, v), (u + width, v + dip), (u + width, v + dip + tall),
               (u, v + tall), (u - width, v + dip + tall)], _STEEL, 0.8)  # fmt: skip
    for i in (-0.5, 0.0, 0.5):
        art.curve([(u + i * width, v + dip / 2), (u + i * width, v + dip / 2 + tall)], 0.6, WHITE)


def _beard(art: _Pen, person: Person, expression: str) -> None:
    gap = 0.4 if expression in ("happy", "talking", "surprised") else 0.24
    art.blob([(-0.5, 0.2), (-0.2, 0.42), (0.06, 0.36), (0.34, 0.36 + gap), (0.64, 0.36), (0.86, 0.24),
              (0.86, 0.8), (0.5, 1.22), (0.14, 1.34), (-0.3, 1.14), (-0.6, 0.7)],
             person.hair_tint)  # fmt: skip


def _glasses(art: _Pen, person: Person) -> None:
    near, far, v, *_ = _FACE[person.species]
    x0, y0 = art.frame.point(near, v)
    x1, y1 = art.frame.point(far, v)
    r = art.frame.radius
    for x, y, wide in ((x0, y0, 0.27), (x1, y1, 0.23)):
        art.canvas.contour(_lens(x, y, r * wide, r * 0.27), art.width * 1.25)
    art.curve([(near - 0.26, v - 0.02), (-0.4, v - 0.04), (-0.7, v - 0.04)], 1.1)
    art.curve([(near + 0.25, v), (far - 0.22, v)], 1.1)


def _lens(x: float, y: float, rx: float, ry: float) -> NDArray[np.float64]:
    turn = np.linspace(0, 2 * math.pi, 22, endpoint=False)
    return np.stack((x + rx * np.cos(turn), y + ry * np.sin(turn)), axis=1)


def _hat(art: _Pen, person: Person) -> None:
    felt, trim = person.hat_tint, person.hat_tint.shaded(0.35)
    drop = 0.26 if person.species == "frog" else 0.0
    match person.hat:
        case "cap":
            art.blob([(-0.96, -0.4), (-0.84, -1.0), (-0.1, -1.3), (0.62, -1.06), (0.86, -0.5),
                      (0, -0.56)], felt)  # fmt: skip
            art.blob([(0.3, -0.66), (0.9, -0.68), (1.5, -0.44), (1.4, -0.3), (0.7, -0.42)], trim)
        case "beanie":
            art.blob([(-0.94, -0.46), (-0.8, -1.06), (0, -1.4), (0.74, -1.06), (0.92, -0.46),
                      (0, -0.6)], felt)  # fmt: skip
            art.blob([(-1.02, -0.42), (-0.9, -0.74), (0, -0.86), (0.86, -0.72), (1.0, -0.42),
                      (0, -0.5)], trim)  # fmt: skip
            art.oval(0, -1.44, 0.24, 0.22, WHITE, 1)
        case "top hat":
            art.blob([(-1.22, -0.66), (0, -0.9), (1.22, -0.66), (0.9, -0.46), (0, -0.58),
                      (-0.9, -0.46)], felt)  # fmt: skip
            art.shape([(-0.66, -0.72), (-0.74, -1.76), (0, -1.84), (0.74, -1.76), (0.66, -0.72),
                       (0, -0.8)], felt)  # fmt: skip
            art.shape([(-0.67, -0.76), (-0.69, -1.02), (0, -1.08), (0.69, -1.02), (0.67, -0.76),
                       (0, -0.84)], WHITE if felt.tone < 200 else trim, 0.7)  # fmt: skip
        case "straw hat":
            straw = tint((240, 208, 120), 244)
            art.oval(0, -0.62 + drop / 3, 1.5, 0.34, straw, 1)
            art.blob([(-0.76, -0.62), (-0.6, -1.16), (0, -1.32), (0.6, -1.16), (0.76, -0.62),
                      (0, -0.52)], straw)  # fmt: skip
            art.blob([(-0.74, -0.62), (-0.71, -0.84), (0, -0.78), (0.71, -0.84), (0.74, -0.62),
                      (0, -0.54)], tint((170, 60, 50), 40), 0)  # fmt: skip
        case "beret":
            art.blob([(-1.16, -0.62), (-0.9, -1.16), (0.1, -1.32), (0.86, -1.0), (0.9, -0.6),
                      (0.1, -0.66), (-0.7, -0.46)], felt)  # fmt: skip
            art.curve([(-0.1, -1.28), (-0.06, -1.44), (0.02, -1.5)], 1.6)
        case "bow":
            art.blob([(-0.3, -1.06), (-0.9, -1.44), (-1.0, -0.84), (-0.34, -0.98)], felt)
            art.blob([(-0.26, -1.06), (0.3, -1.46), (0.42, -0.86), (-0.22, -0.98)], felt)
            art.oval(-0.28, -1.02, 0.15, 0.16, felt, 1)
        case "headband":
            art.blob([(-0.98, -0.32), (-0.94, -0.58), (0, -0.8), (0.88, -0.62), (0.94, -0.38),
                      (0, -0.54)], felt)  # fmt: skip
