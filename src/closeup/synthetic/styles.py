"""How a raw page becomes print: flat colour, hatching, screentone, halftone, pastel, wash.

Every press but the flat one is a table: for each of 256 tones and 256 places of a repeating
pattern, how dark the paper gets. A page is one look-up a plane, so a style costs milliseconds.
Screens are real ink at full size, with a period of about seven pixels, and blur to grey when a
page is shrunk.
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from closeup.synthetic.canvas import SPOTTED, Canvas, Tint, tint

Pixels = NDArray[np.uint8]
Press = Callable[[Pixels, random.Random], Pixels]

PATTERN = 512
"""Pixels a side of a repeating pattern."""


@dataclass(frozen=True)
class Style:
    name: str
    colour: bool
    direction: Literal["ltr", "rtl"]
    """The way its pages are read."""
    pen: float
    """Width of an ordinary contour, in pixels of a full-size page."""
    swell: float
    """How much a contour varies in width, from 0 to 1."""
    paper: Tint
    """A panel's bare paper."""
    gutter: tuple[int, int, int]
    """Raw pixel between the panels, before `finish`."""
    letters: tuple[tuple[int, int, int], tuple[int, int, int]]
    """Ink and paper of the lettering, which is drawn after `finish`."""
    speed_lines: bool
    """Whether lines of speed and focus belong to this style."""
    press: Press

    def canvas(self, width: int, height: int) -> Canvas:
        """A blank panel for this style's pen."""
        return Canvas(width, height, self.colour, self.paper, self.pen, self.swell)

    def blank(self, width: int, height: int) -> Pixels:
        """A raw page that is all gutter, to set panels into."""
        row = np.tile(np.array(self.gutter, dtype=np.uint8), (width, 1))
        return np.broadcast_to(row, (height, width, 3)).copy()

    def finish(self, image: Pixels, rng: random.Random) -> Pixels:
        """The printed page, RGB of the same size, from a page of raw channels."""
        return self.press(image, rng)


def _flat(image: Pixels, rng: random.Random) -> Pixels:
    return image.copy()


def _hatched(image: Pixels, rng: random.Random) -> Pixels:
    return _black_and_white(image, _hatch_table(), _waves(66, 26, -24, 66, 0.5), rng)


def _screened(image: Pixels, rng: random.Random) -> Pixels:
    return _black_and_white(image, _dot_table(), _waves(56, 56, -56, 56, 0.0), rng)


def _washed(image: Pixels, rng: random.Random) -> Pixels:
    return _black_and_white(image, _wash_table(), _grain(), rng)


def _black_and_white(image: Pixels, table: Pixels, pattern: Pixels, rng: random.Random) -> Pixels:
    """Tone through a table, under the ink."""
    tone = _tone_under_ink()[_index(image[..., 0], image[..., 1])]
    printed = _print(tone, table, pattern, rng)
    np.minimum(printed, image[..., 0], out=printed)
    return np.repeat(printed[..., None], 3, axis=2)


def _newsprint(image: Pixels, rng: random.Random) -> Pixels:
    """Four plates on yellowed paper. The colour plates lie a pixel or two off the black one, and
    run on under its lines, as a colourist's do."""
    plates = [np.ascontiguousarray(image[..., channel]) for channel in range(3)]
    black = np.maximum(np.maximum(plates[0], plates[1]), plates[2])
    line = black[5:, 4:] < 170
    key = _key_curve()[black]
    np.minimum(key[:, 1:], _key_curve(spread=True)[black[:, :-1]], out=key[:, 1:])
    grain = _tiled(_grain() >> np.uint8(4), black.shape, rng)
    screens = (_waves(68, 18, -18, 68, 0), _waves(18, 68, -68, 18, 0), _waves(70, 0, 0, 70, 0))
    page = np.empty_like(image)
    for channel, paper in enumerate((250, 239, 211)):
        plate = plates[channel].copy()
        np.copyto(plate[5:, 4:], plates[channel][:-5, :-4], where=line)
        printed = _print(plate, _plate_table(paper), screens[channel], rng)
        if channel != 1:
            printed = np.roll(printed, (rng.randint(-2, 2), rng.randint(-2, 2)), (0, 1))
        np.minimum(printed, key, out=printed)
        np.subtract(printed, grain, out=page[..., channel])
    return page


def _chalk(image: Pixels, rng: random.Random) -> Pixels:
    """Soft colour that the tooth of the paper breaks up."""
    grain = _tiled(_grain(), image.shape[:2], rng)
    page = np.empty_like(image)
    for channel in range(3):
        page[..., channel] = _chalk_table()[_index(image[..., channel], grain)]
    return page


def _print(plate: Pixels, table: Pixels, pattern: Pixels, rng: random.Random) -> Pixels:
    return table[_index(plate, _tiled(pattern, plate.shape, rng))]


def _index(plate: Pixels, pattern: Pixels) -> NDArray[np.uint16]:
    index = plate.astype(np.uint16)
    index <<= 8
    index |= pattern
    return index


def _tiled(pattern: Pixels, shape: tuple[int, ...], rng: random.Random) -> Pixels:
    """The pattern over a whole page, from a random place on."""
    dy, dx = rng.randrange(PATTERN), rng.randrange(PATTERN)
    rows = -(-shape[0] // PATTERN), -(-shape[1] // PATTERN)
    shifted = np.roll(pattern, (dy, dx), axis=(0, 1))
    return np.tile(shifted, rows)[: shape[0], : shape[1]]


@cache
def _waves(ax: int, ay: int, bx: int, by: int, wobble: float) -> Pixels:
    """Two plane waves, (ax, ay) and (bx, by) turns over the pattern, as 4 bits of phase each;
    `wobble` turns of hand tremor."""
    y, x = np.mgrid[0:PATTERN, 0:PATTERN] / PATTERN
    tremor = wobble * (
        np.sin(2 * math.pi * (2 * x + y)) * 0.6 + np.sin(2 * math.pi * (5 * y - 3 * x) + 1.0) * 0.4
    )
    first = ((ax * x + ay * y + tremor) % 1 * 16).astype(np.uint8)
    second = ((bx * x + by * y - tremor) % 1 * 16).astype(np.uint8)
    return first << 4 | second


@cache
def _grain() -> Pixels:
    """The tooth of paper: noise of two scales, spread evenly over 0 … 255."""
    noise = np.random.default_rng(7)
    fine = noise.integers(0, 256, (PATTERN, PATTERN)).astype(np.float64)
    soft = fine + np.roll(fine, 1, 0) + np.roll(fine, 1, 1) + np.roll(fine, (1, 1), (0, 1))
    coarse = np.kron(noise.integers(0, 256, (PATTERN // 4, PATTERN // 4)), np.ones((4, 4)))
    coarse = sum(np.roll(coarse, (i, j), (0, 1)) for i in range(4) for j in range(4))
    order = np.argsort((soft + fine + coarse / 8).ravel(), kind="stable")
    level = np.empty(order.size, dtype=np.uint8)
    level[order] = np.arange(order.size) * 256 // order.size
    return level.reshape(PATTERN, PATTERN)


@cache
def _tone_under_ink() -> Pixels:
    """By (ink, green): the tone that a half-covered pixel had before the ink ran over it. Ink
    leaves green = tone x (1 - cover) + 255 x cover, and red = 255 x (1 - cover)."""
    red = np.arange(256, dtype=np.float64)[:, None]
    green = np.arange(256, dtype=np.float64)[None, :]
    tone = (green + red - 255) * 255 / np.maximum(red, 1)
    return np.where(red < 24, 255, np.clip(tone, 0, 255)).astype(np.uint8).ravel()


def _phases() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Tone (256, 1) and the two phases (1, 256), -0.5 … 0.5, of a wave pattern's table."""
    place = np.arange(256)[None, :]
    tone = np.arange(256, dtype=np.float64)[:, None]
    return tone, ((place >> 4) + 0.5) / 16 - 0.5, ((place & 15) + 0.5) / 16 - 0.5


def _bytes(darkness: NDArray[np.float64]) -> Pixels:
    """A flat table of 256 x 256 from darkness, 0 paper … 1 ink."""
    return np.rint(255 * (1 - np.clip(darkness, 0, 1))).astype(np.uint8).ravel()


@cache
def _hatch_table() -> Pixels:
    """Brush hatching: bare paper, one direction, two directions, then a spotted black."""
    tone, first, second = _phases()
    one = np.interp(tone, [70, 130, 200, 215, 216], [0.27, 0.2, 0.1, 0.06, -1.0])
    two = np.interp(tone, [70, 90, 128, 129], [0.27, 0.2, 0.08, -1.0])
    lines = np.maximum((one - abs(first)) * 7 + 0.5, (two - abs(second)) * 7 + 0.5)
    return _bytes(np.where(tone < SPOTTED, 1.0, lines))


@cache
def _dot_table() -> Pixels:
    """Screentone: dots at 45° that grow with darkness; near-whites bare, near-blacks solid."""
    tone, first, second = _phases()
    cover = np.interp(tone, [50, 70, 120, 206, 216], [1.0, 0.56, 0.36, 0.09, 0.0])
    dots = (np.sqrt(cover / math.pi) - np.hypot(first, second)) * 6 + 0.5
    return _bytes(np.where(cover <= 0, 0.0, np.where(cover >= 0.99, 1.0, dots)))


@cache
def _plate_table(paper: int) -> Pixels:
    """One colour plate on paper of this lightness: soft dots over a thin even film of ink."""
    value, first, second = _phases()
    cover = np.interp(value, [20, 235, 250], [1.0, 0.06, 0.0])
    dots = np.clip((np.sqrt(cover / math.pi) * 1.08 - np.hypot(first, second)) * 4 + 0.5, 0, 1)
    ink = np.where(cover <= 0, 0.0, 0.86 * (0.34 * dots + 0.66 * cover))
    return _bytes(1 - paper / 255 * (1 - ink))


@cache
def _key_curve(spread: bool = False) -> Pixels:
    """The black plate from a pixel's brightest channel; `spread`: what it soaks into its right."""
    low, high = (70, 160) if spread else (40, 150)
    return np.interp(np.arange(256), [30, low, high], [50, 56, 255]).astype(np.uint8)


@cache
def _wash_table() -> Pixels:
    """Diluted ink: a handful of greys that settle in the grain."""
    tone = np.arange(256, dtype=np.float64)[:, None]
    grain = np.arange(256)[None, :] / 255 - 0.5
    wash = np.interp(tone, [0, 40, 75, 130, 200, 240], [0.97, 0.88, 0.66, 0.42, 0.15, 0.0])
    return _bytes(wash + 0.26 * grain * np.sin(math.pi * np.clip(wash, 0, 1)))


@cache
def _chalk_table() -> Pixels:
    """Chalk: colours a little paler, speckled with paper where the tooth stands high."""
    value = np.arange(256, dtype=np.float64)[:, None] / 255
    grain = np.arange(256)[None, :] / 255
    dark = (1 - value) * 0.86
    bare = np.clip((grain - 0.82) * 5, 0, 1) * 0.42
    return _bytes(dark * (1 - bare * (1 - 0.55 * dark)) + 0.05 * (0.5 - grain) + 0.02)


def _black(name: str, direction: Literal["ltr", "rtl"], pen: float, swell: float, press: Press):
    white, black = (255, 255, 255), (0, 0, 0)
    paper = Tint(white, 255)
    return Style(
        name, False, direction, pen, swell, paper, white, (black, white), name == "manga", press
    )


STYLES: dict[str, Style] = {
    style.name: style
    for style in (
        Style(
            "clear_line",
            colour=True,
            direction="ltr",
            pen=2.8,
            swell=0.0,
            paper=tint((252, 248, 238)),
            gutter=(255, 255, 255),
            letters=((24, 20, 26), (255, 255, 255)),
            speed_lines=False,
            press=_flat,
        ),
        _black("ink", "ltr", 3.4, 0.7, _hatched),
        _black("manga", "rtl", 2.6, 0.45, _screened),
        Style(
            "halftone",
            colour=True,
            direction="ltr",
            pen=3.4,
            swell=0.5,
            paper=tint((255, 255, 255)),
            gutter=(255, 255, 255),
            letters=((46, 42, 46), (244, 234, 207)),
            speed_lines=False,
            press=_newsprint,
        ),
        Style(
            "pastel",
            colour=True,
            direction="ltr",
            pen=3.2,
            swell=0.3,
            paper=tint((252, 247, 236)),
            gutter=(255, 253, 247),
            letters=((48, 40, 44), (255, 254, 250)),
            speed_lines=False,
            press=_chalk,
        ),
        _black("wash", "ltr", 3.0, 0.6, _washed),
    )
}
