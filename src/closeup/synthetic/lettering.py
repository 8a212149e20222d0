"""Comic lettering: text set to the shape of its balloon, balloons, boards and sound effects.

Everything here is drawn on finished RGB art, after the style has done its work, so that small
print stays crisp. Lengths are pixels; the size of lettering is the height of its capitals.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import atan2, cos, hypot, pi, sin

import aggdraw
import fontpkg_delius
import fontpkg_kalam
import fontpkg_luckiest_guy
import fontpkg_titan_one
from PIL import Image, ImageDraw, ImageFont

from closeup.geometry import Box

Point = tuple[float, float]
Colour = tuple[int, int, int]

FACES = {
    "delius": fontpkg_delius.ROOT / "files" / "Delius-Regular.ttf",
    "kalam": fontpkg_kalam.ROOT / "files" / "Kalam-Regular.ttf",
    "kalam bold": fontpkg_kalam.ROOT / "files" / "Kalam-Bold.ttf",
    "luckiest": fontpkg_luckiest_guy.ROOT / "files" / "LuckiestGuy-Regular.ttf",
    "titan": fontpkg_titan_one.ROOT / "files" / "TitanOne-Regular.ttf",
}


@dataclass(frozen=True)
class Hand:
    """How an issue is lettered."""

    face: str
    capitals: bool
    cap: int
    """Height of a capital in ordinary balloons."""
    rounded: bool
    """Whether balloons are rounded boxes rather than ellipses."""

    def write(self, text: str) -> str:
        """The text as it is drawn."""
        return text.upper() if self.capitals else text


@dataclass(frozen=True)
class Block:
    """Text broken into lines, centred."""

    lines: tuple[str, ...]
    widths: tuple[float, ...]
    face: str
    cap: int

    @property
    def pitch(self) -> float:
        """From one baseline to the next."""
        return self.cap * 1.62 + 2

    @property
    def width(self) -> float:
        return max(self.widths)

    @property
    def height(self) -> float:
        return self.cap + self.pitch * (len(self.lines) - 1)


@dataclass(frozen=True)
class Body:
    """The outline of a balloon about the origin, and its extent from there."""

    outline: tuple[Point, ...]
    width: float
    height: float

    def at(self, x: float, y: float) -> list[Point]:
        """The outline with its box's upper left corner at (x, y)."""
        cx, cy = x + self.width / 2, y + self.height / 2
        return [(cx + px, cy + py) for px, py in self.outline]


@lru_cache(maxsize=256)
def font(face: str, cap: int) -> ImageFont.FreeTypeFont:
    """The face at the size whose capital H is `cap` pixels high."""
    size = cap
    while True:
        found = ImageFont.truetype(str(FACES[face]), size, layout_engine=ImageFont.Layout.BASIC)
        top, bottom = found.getbbox("H", anchor="ls")[1::2]
        if bottom - top >= cap:
            return found
        size += 1


@lru_cache(maxsize=20_000)
def length(face: str, cap: int, text: str) -> float:
    """The advance width of a text."""
    return font(face, cap).getlength(text)


def set_text(text: str, face: str, cap: int, widest: float, aspect: float = 2.0) -> Block:
    """Break a text into lens-shaped lines, nearest to `aspect` (width to height) that fit.

    A single word wider than `widest` stays whole.
    """
    words = text.split()
    space = length(face, cap, " ")
    sizes = [length(face, cap, word) for word in words]
    whole = sum(sizes) + space * (len(sizes) - 1)
    best, least = [words], float("inf")
    for count in range(1, min(len(words), 8) + 1):
        lines = _broken(words, sizes, space, whole, count)
        if lines is None:
            continue
        width = max(_width(line, face, cap, space) for line in lines)
        height = cap * (1 + 1.62 * (len(lines) - 1))
        badness = abs(width / height / aspect - 1) + 10 * max(0.0, width / widest - 1)
        if badness < least:
            best, least = lines, badness
    texts = tuple(" ".join(line) for line in best)
    return Block(texts, tuple(length(face, cap, line) for line in texts), face, cap)


def _broken(
    words: list[str], sizes: list[float], space: float, whole: float, count: int
) -> list[list[str]] | None:
    """Fill `count` lines whose middle is wider; the narrowest measure at which all words fit."""
    middle = (count - 1) / 2
    shape = [1 - 0.3 * (abs(i - middle) / (middle or 1)) ** 2 for i in range(count)]
    if count <= 2:
        shape = [1.0] * count
    for slack in range(9):
        measure = whole / sum(shape) * (1 + 0.08 * slack)
        lines, at = [], 0
        for share in shape:
            line, used = [], -space
            while at < len(words) and (not line or used + space + sizes[at] <= measure * share):
                line.append(words[at])
                used += space + sizes[at]
                at += 1
            if line:
                lines.append(line)
        if at == len(words):
            return lines
    return None


def _width(line: list[str], face: str, cap: int, space: float) -> float:
    return sum(length(face, cap, word) for word in line) + space * (len(line) - 1)


def body(block: Block, shape: str, rng: random.Random) -> Body:
    """The smallest balloon of a shape that holds the block.

    Shapes: ellipse, rounded, dashed (an ellipse drawn with dashes), cloud, spiky, box.
    """
    pad = 0.55 * block.cap
    if shape == "box":
        half, high = block.width / 2 + pad * 1.3, block.height / 2 + pad * 1.3
        return _closed([(-half, -high), (half, -high), (half, high), (-half, high)])
    power = 4.0 if shape == "rounded" else 2.3
    a, b = block.width / 2 * 1.04 + 1, block.height / 2 * 1.22 + 1
    grown = 1.0
    for i, width in enumerate(block.widths):
        middle = -block.height / 2 + block.cap / 2 + i * block.pitch
        y = max(abs(middle - block.cap * 0.65), abs(middle + block.cap * 0.65))
        grown = max(grown, ((width / 2 / a) ** power + (y / b) ** power) ** (1 / power))
    a, b = a * grown + pad, b * grown + pad
    if shape == "cloud":
        return _cloud(a, b)
    if shape == "spiky":
        return _spiky(a, b, rng)
    angles = [2 * pi * i / 56 for i in range(56)]
    return _closed([_superellipse(a, b, power, angle) for angle in angles])


def _superellipse(a: float, b: float, power: float, angle: float) -> Point:
    c, s = cos(angle), sin(angle)
    return (
        a * (abs(c) ** (2 / power)) * (1 if c > 0 else -1),
        b * (abs(s) ** (2 / power)) * (1 if s > 0 else -1),
    )


def _cloud(a: float, b: float) -> Body:
    bumps = max(9, round((a + b) / 17))
    outline = []
    for bump in range(bumps):
        for step in range(7):
            angle = 2 * pi * (bump + step / 7) / bumps
            swell = 1.0 + 0.13 * sin(pi * step / 7) ** 0.7
            outline.append((a * swell * cos(angle), b * swell * sin(angle)))
    return _closed(outline)


def _spiky(a: float, b: float, rng: random.Random) -> Body:
    spikes = max(11, round((a + b) / 13))
    outline = []
    for spike in range(spikes):
        angle = 2 * pi * spike / spikes
        outline.append((a * 1.02 * cos(angle), b * 1.02 * sin(angle)))
        angle += pi / spikes * rng.uniform(0.8, 1.2)
        reach = rng.uniform(10, 24)
        outline.append(((a + reach) * cos(angle), (b + reach * 0.8) * sin(angle)))
    return _closed(outline)


def _closed(outline: list[Point]) -> Body:
    xs, ys = [x for x, _ in outline], [y for _, y in outline]
    mx, my = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    centred = tuple((x - mx, y - my) for x, y in outline)
    return Body(centred, max(xs) - min(xs), max(ys) - min(ys))


def tail(box: Box, towards: Point, cap: int, stop: float) -> list[Point]:
    """A curved wedge from inside the body to `stop` pixels short of `towards`; empty where that
    lies within the body."""
    (cx, cy), (tx, ty) = box.center, towards
    reach = hypot(tx - cx, ty - cy)
    tx, ty = tx - (tx - cx) / (reach or 1) * stop, ty - (ty - cy) / (reach or 1) * stop
    if box.x0 <= tx <= box.x1 and box.y0 <= ty <= box.y1:
        return []
    angle = atan2(ty - cy, tx - cx)
    root = min(0.1 * min(box.width, box.height) + 2, 0.5 * cap + 3)
    sx = cx + cos(angle) * box.width * 0.2
    sy = cy + sin(angle) * box.height * 0.2
    nx, ny = -sin(angle), cos(angle)
    bend = min(reach * 0.07, 16) * (1 if tx >= cx else -1)
    one, two = [], []
    for i in range(9):
        t = i / 8
        x, y = sx + (tx - sx) * t, sy + (ty - sy) * t
        x, y = x + nx * bend * sin(pi * t), y + ny * bend * sin(pi * t)
        half = root * (1 - t)
        one.append((x + nx * half, y + ny * half))
        two.append((x - nx * half, y - ny * half))
    return one + two[::-1]


def bubbles(box: Box, towards: Point, cap: int) -> list[tuple[Point, float]]:
    """The bubbles that lead from a thought to its thinker: centres and radii."""
    (cx, cy), (tx, ty) = box.center, towards
    angle = atan2((ty - cy) / box.height, (tx - cx) / box.width)
    ex, ey = cx + cos(angle) * box.width * 0.5, cy + sin(angle) * box.height * 0.5
    if box.x0 <= tx <= box.x1 and box.y0 <= ty <= box.y1:
        return []
    shares = (0.12, 0.42, 0.68)
    return [((ex + (tx - ex) * t, ey + (ty - ey) * t), cap * (0.62 - 0.44 * t)) for t in shares]


def draw_balloon(
    draw: aggdraw.Draw,
    outline: Sequence[Point],
    tail_points: Sequence[Point],
    dots: Sequence[tuple[Point, float]],
    shape: str,
    paper: Colour,
    ink: Colour,
    line: float,
) -> None:
    """Fill and outline a balloon and its tail as one shape, with a line of `line` pixels."""
    fill, pen = aggdraw.Brush(paper), aggdraw.Pen(ink, line * 2)
    parts = [outline, *([tail_points] if tail_points else []), *(disc(p, r) for p, r in dots)]
    flat = [[value for point in part for value in point] for part in parts]
    if shape != "dashed":
        for part in flat:
            draw.polygon(part, pen)
    for part in flat:
        draw.polygon(part, fill)
    if shape == "dashed":
        thin = aggdraw.Pen(ink, line)
        closed = [*outline, outline[0]]
        for i in range(0, len(closed) - 1, 2):
            (x0, y0), (x1, y1) = closed[i], closed[i + 1]
            draw.line([x0, y0, x1, y1], thin)
        half = len(tail_points) // 2
        for side in (tail_points[3:half], tail_points[half:-3]):
            if side:
                draw.line([value for point in side for value in point], thin)


def disc(centre: Point, radius: float) -> list[Point]:
    """The outline of a bubble."""
    angles = [2 * pi * i / 20 for i in range(20)]
    return [(centre[0] + radius * cos(a), centre[1] + radius * 0.85 * sin(a)) for a in angles]


def draw_block(image: Image.Image, block: Block, centre: Point, ink: Colour) -> None:
    """Write a block of text centred on a point."""
    draw = ImageDraw.Draw(image)
    letter = font(block.face, block.cap)
    for i, (line, width) in enumerate(zip(block.lines, block.widths, strict=True)):
        baseline = centre[1] - block.height / 2 + block.cap + i * block.pitch
        draw.text((centre[0] - width / 2, baseline), line, fill=ink, font=letter, anchor="ls")


@dataclass(frozen=True)
class Effect:
    """A drawn sound: a rotated stamp of letters and its outline."""

    letters: Image.Image
    edge: Image.Image
    text: str
    cap: int

    @property
    def width(self) -> int:
        return self.letters.width

    @property
    def height(self) -> int:
        return self.letters.height


def sound(text: str, face: str, cap: int, angle: float) -> Effect:
    """A sound effect of `cap` pixels, turned by `angle` degrees; trimmed to what is drawn."""
    letter = font(face, cap)
    stroke = max(3, cap // 11)
    left, top, right, bottom = letter.getbbox(text, stroke_width=stroke)
    size = (int(right - left) + 4, int(bottom - top) + 4)
    stamps = []
    for width in (0, stroke):
        stamp = Image.new("L", size)
        ImageDraw.Draw(stamp).text(
            (2 - left, 2 - top), text, fill=255, font=letter, stroke_width=width
        )
        stamps.append(stamp.rotate(angle, Image.Resampling.BICUBIC, expand=True))
    drawn = stamps[1].point(lambda value: 255 if value > 40 else 0).getbbox()
    assert drawn, text
    return Effect(stamps[0].crop(drawn), stamps[1].crop(drawn), text, cap)


def draw_sound(image: Image.Image, effect: Effect, x: int, y: int, ink: Colour, fill: Colour):
    """Stamp a sound effect with its upper left corner at (x, y)."""
    image.paste(ink, (x, y), effect.edge)
    image.paste(fill, (x, y), effect.letters)
