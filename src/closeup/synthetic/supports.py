"""What a figure stands on and the shadow under it: where in depth it truly is."""

import random

from closeup.synthetic.canvas import Canvas, tint
from closeup.synthetic.hues import Rgb, darker, lighter

LOW = ("crate", "rock", "wall", "barrel", "table", "mound", "steps")
"""What a figure may stand on."""
HIGH = ("crate", "rock", "wall", "steps")
"""What still looks right where it is half as high as a figure."""


def shadow(canvas: Canvas, x: float, y: float, half: float, floor: Rgb) -> None:
    """The shadow a figure or its support casts on the ground at y; `half` is half its width."""
    canvas.ellipse(x, y, half, max(2.5, half * 0.2), tint(darker(floor, 0.3)), 0)


def platform(
    canvas: Canvas, kind: str, x: float, top: float, base: float, half: float, rng: random.Random
) -> None:
    """Something to stand on, from `top` down to `base` on the ground, about 2·`half` wide."""
    {
        "crate": _crate,
        "rock": _rock,
        "wall": _wall,
        "barrel": _barrel,
        "table": _table,
        "mound": _mound,
        "steps": _steps,
    }[kind](canvas, x, top, base, half, rng)


def _crate(
    canvas: Canvas, x: float, top: float, base: float, half: float, rng: random.Random
) -> None:
    lip = _block(canvas, x, top, base, half, (214, 180, 132))
    canvas.line([(x - half, base), (x + half, top + lip)], 2.5, taper=0)
    canvas.line([(x - half, top + lip), (x + half, base)], 2.5, taper=0)


def _wall(
    canvas: Canvas, x: float, top: float, base: float, half: float, rng: random.Random
) -> None:
    lip = _block(canvas, x, top, base, half, (206, 200, 192))
    y, odd = top + 3 * lip, False
    while y < base:
        canvas.line([(x - half, y), (x + half, y)], 1.5, taper=0)
        for i in range(4):
            joint = x - half + half * (i + 0.5 * odd + 0.3) / 2.1
            canvas.line([(joint, y), (joint, min(base, y + 3 * lip))], 1.5, taper=0)
        y, odd = y + 3 * lip, not odd


def _rock(
    canvas: Canvas, x: float, top: float, base: float, half: float, rng: random.Random
) -> None:
    right = [
        (x + half * rng.uniform(1.08, 1.25), top + (base - top) * (i + 0.6) / 4) for i in range(4)
    ]
    left = [
        (x - half * rng.uniform(1.08, 1.25), base - (base - top) * (i + 0.6) / 4) for i in range(4)
    ]
    foot = [(x + half * 1.2, base), (x - half * 1.2, base)]
    edge = [(x - half, top), (x + half, top), *right, *foot, *left]
    canvas.shape(edge, tint((200, 194, 186)))
    canvas.line([(x - half * 0.3, top + 6), (x - half * 0.1, (top + base) / 2)], 2)


def _barrel(
    canvas: Canvas, x: float, top: float, base: float, half: float, rng: random.Random
) -> None:
    wood, bulge, middle = (206, 164, 120), 1.12 * half, (top + base) / 2
    staves = [(x - 0.9 * half, top), (x - bulge, middle), (x - 0.9 * half, base)]
    staves += [(x + 0.9 * half, base), (x + bulge, middle), (x + 0.9 * half, top)]
    canvas.blob(staves, tint(wood))
    _box(canvas, x - 0.95 * half, top - 1, x + 0.95 * half, top + 5, wood)
    for share in (0.25, 0.75):
        y = top + share * (base - top)
        canvas.line([(x - bulge, y), (x + bulge, y)], 4, taper=0)


def _table(
    canvas: Canvas, x: float, top: float, base: float, half: float, rng: random.Random
) -> None:
    wood, thick = (222, 190, 146), max(6.0, 0.08 * half)
    for leg in (x - 0.85 * half, x + 0.85 * half):
        _box(canvas, leg - thick / 2, top, leg + thick / 2, base, wood)
    _box(canvas, x - 1.1 * half, top, x + 1.1 * half, top + thick, wood)


def _mound(
    canvas: Canvas, x: float, top: float, base: float, half: float, rng: random.Random
) -> None:
    slope = [(x - 2.2 * half, base), (x - half, top + 3), (x, top), (x + half, top + 3)]
    canvas.blob([*slope, (x + 2.2 * half, base), (x, base + 4)], tint((196, 206, 156)))


def _steps(
    canvas: Canvas, x: float, top: float, base: float, half: float, rng: random.Random
) -> None:
    rightwards, count = rng.random() < 0.5, max(2, round((base - top) / 26))
    for step in reversed(range(count)):
        y, reach = top + (base - top) * step / count, half * (1 + 0.5 * step)
        left, right = (half, reach) if rightwards else (reach, half)
        _box(canvas, x - left, y, x + right, base, (212, 206, 200))


def _block(canvas: Canvas, x: float, top: float, base: float, half: float, rgb: Rgb) -> float:
    """A box under a lip that stands out a little; tells the lip's height."""
    lip = min(10.0, (base - top) / 3)
    _box(canvas, x - half, top, x + half, base, rgb)
    _box(canvas, x - half - 4, top - 2, x + half + 4, top + lip, lighter(rgb))
    return lip


def _box(canvas: Canvas, x0: float, y0: float, x1: float, y1: float, rgb: Rgb) -> None:
    canvas.shape([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], tint(rgb))
