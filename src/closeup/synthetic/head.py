"""Heads: the shape of a species, its ears, hair and hats. Places are in head units (see `face`)."""

import math
from dataclasses import dataclass

import numpy as np

from closeup.geometry import Box
from closeup.synthetic.canvas import INK, WHITE, Canvas, smooth, tint
from closeup.synthetic.cast import Person
from closeup.synthetic.face import (
    EXPRESSIONS,
    FACE,
    STEEL,
    Frame,
    HeadPen,
    draw_beard,
    draw_features,
    draw_glasses,
)
from closeup.synthetic.strokes import Point

_PINK = tint((246, 178, 178), 232)

__all__ = ["EXPRESSIONS", "Head", "draw_head"]


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


_SKULL = {
    "human": [(0, -1), (0.58, -0.84), (0.9, -0.3), (0.84, 0.3), (0.5, 0.84), (0.08, 1),
              (-0.4, 0.84),
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
    art = HeadPen(canvas, frame, pen)
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
    draw_features(art, person, expression, radius)
    if person.extra == "beard":
        draw_beard(art, person, expression)
    _front_hair(art, person, radius)
    if person.extra == "glasses":
        draw_glasses(art, person)
    _hat(art, person)
    near, far, eye, mouth_u, mouth_v, _ = FACE[person.species]
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


def _shade(art: HeadPen, person: Person) -> None:
    """A crescent on the side of the head that the light does not reach."""
    if person.species == "robot":
        art.shape([(-0.84, -0.8), (-0.6, -0.8), (-0.6, 0.8), (-0.82, 0.8)], person.skin.shaded(), 0)
        return
    skull = smooth(_SKULL[person.species], closed=True)
    rim = skull[(skull[:, 0] < 0.2) & (skull[:, 1] > -0.7)]
    rim = rim[np.argsort(-np.arctan2(rim[:, 1], -rim[:, 0]))]
    bulge = np.sin(np.linspace(0, math.pi, len(rim)))[:, None]
    inner = rim * (1 - bulge * (0.34, 0.12))
    crescent = np.concatenate((rim, inner[::-1]))
    art.canvas.fill(art.frame(crescent.tolist()), person.skin.shaded())


def _behind(art: HeadPen, person: Person) -> None:
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
            art.oval(-0.94, 0.0, 0.16, 0.28, STEEL, 1)
        case "frog":
            for u in (0.6, -0.16):
                art.oval(u, -0.66, 0.36, 0.36, fur, 1)
        case "duck":
            art.curve([(-0.2, -0.9), (-0.36, -1.2), (-0.62, -1.3)], 1.6)
            art.curve([(-0.1, -0.9), (-0.16, -1.26), (-0.36, -1.46)], 1.6)
        case "human":
            _back_hair(art, person)


def _back_hair(art: HeadPen, person: Person) -> None:
    hair = person.hair_tint
    match person.hair:
        case "bob":
            art.blob([(0.2, -1.1), (-0.7, -1), (-1.14, -0.2), (-1.12, 0.6), (-0.7, 0.8),
                      (0.4, 0.66), (0.92, 0.5), (0.98, -0.4)], hair)  # fmt: skip
        case "long":
            art.blob([(0.2, -1.1), (-0.7, -1), (-1.14, -0.2), (-1.16, 0.8), (-1.22, 1.7),
                      (-0.7, 1.92), (-0.1, 1.5), (0.5, 1.1), (0.9, 0.4),
                          (0.96, -0.4)], hair)  # fmt: skip
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


def _human_ear(art: HeadPen, person: Person, radius: float) -> None:
    if person.hair in ("bob", "long"):
        return
    art.oval(-0.5, 0.1, 0.17, 0.22, person.skin, 0.9, -12)
    if radius > 16:
        art.curve([(-0.56, 0.02), (-0.46, 0.04), (-0.48, 0.18)], 0.6)


def _front_hair(art: HeadPen, person: Person, radius: float) -> None:
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


def _muzzle(art: HeadPen, person: Person, radius: float) -> None:
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
            art.blob([(0.34, 0.12), (0.8, 0.3), (1.06, 0.4), (0.56, 0.72), (0.2, 0.92),
                      (-0.4, 0.78), (-0.98, 0.5), (-0.2, 0.4)], second, 0)  # fmt: skip
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
            art.oval(0.2, 0.56, 0.72, 0.22, second)
        case "robot":
            art.shape([(-0.44, -0.5), (0.8, -0.5), (0.8, 0.14), (-0.44, 0.14)], STEEL, 0.7)
        case "human":
            if radius > 7:
                art.curve([(0.44, 0.02), (0.6, 0.22), (0.4, 0.27)], 0.8)


def _hat(art: HeadPen, person: Person) -> None:
    felt, trim = person.hat_tint, person.hat_tint.shaded(0.35)
    if person.species == "frog":
        frame = art.frame
        raised = Frame(frame.point(0.1, -0.36), frame.radius * 0.86, frame.tilt, frame.facing)
        art = HeadPen(art.canvas, raised, art.width)
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
            art.oval(0, -0.62, 1.5, 0.34, straw, 1)
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
