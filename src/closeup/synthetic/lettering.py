"""Comic lettering: text set to the shape of its balloon, and drawn sounds.

Everything here is drawn on finished RGB art, after the style has done its work, so that small
print stays crisp. Lengths are pixels; the size of lettering is the height of its capitals.
"""

from dataclasses import dataclass
from functools import lru_cache

import fontpkg_delius
import fontpkg_kalam
import fontpkg_luckiest_guy
import fontpkg_titan_one
from PIL import Image, ImageDraw, ImageFont

from closeup.synthetic.strokes import Point

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
        widths = [_width(line, face, cap, space) for line in lines]
        width = max(widths)
        height = cap * (1 + 1.62 * (len(lines) - 1))
        badness = abs(width / height / aspect - 1) + 10 * max(0.0, width / widest - 1)
        badness += 0.2 * sum(line < 0.45 * width for line in widths)
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
