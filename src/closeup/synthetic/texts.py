"""From the lines of a beat to set, shaped and placed lettering, and onto the page."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import aggdraw
from PIL import Image

from closeup.geometry import Box
from closeup.synthetic.balloons import (
    Body,
    Mouth,
    Outline,
    body,
    bubbles,
    disc,
    draw_balloons,
    reach,
    tail,
)
from closeup.synthetic.framing import corners
from closeup.synthetic.lettering import (
    Block,
    Effect,
    Hand,
    draw_block,
    draw_sound,
    set_text,
    sound,
)
from closeup.synthetic.placing import CORDS, Piece, Surroundings, faults, hurdles, place
from closeup.synthetic.story import Line
from closeup.synthetic.strokes import Point
from closeup.synthetic.styles import Style

SHAPES = {"shout": "spiky", "whisper": "dashed", "thought": "cloud"}
SMALL_PRINT = (7, 8)
"""Capitals of signs, in pixels: under 3 where the page is shown at 0.3 megapixels."""
BRIGHT = ((244, 206, 70), (232, 92, 74), (110, 186, 214), (240, 150, 70))


@dataclass(frozen=True)
class Text:
    """A piece of lettering in its place; boxes and points in the frame it was composed in."""

    line: Line
    box: Box
    cap: int
    shape: str
    drawn: Block | Effect
    outline: tuple[Point, ...] = ()
    tail: tuple[Point, ...] = ()
    dots: tuple[tuple[Point, float], ...] = ()
    post: Box | None = None
    """What a sign stands on; without one it hangs."""
    off_panel: bool = False
    """Its speaker is not drawn in the panel."""

    @property
    def outlines(self) -> list[list[Point]]:
        """Everything that hides the art below."""
        if isinstance(self.drawn, Effect):
            x0, y0, x1, y1 = self.box.corners
            dx, dy = 0.12 * (x1 - x0), 0.12 * (y1 - y0)
            x0, y0, x1, y1 = x0 + dx, y0 + dy, x1 - dx, y1 - dy
            return [[(x0, y0), (x1, y0), (x1, y1), (x0, y1)]]
        parts = [list(self.outline), *(disc(at, radius) for at, radius in self.dots)]
        parts += [corners(self.post)] if self.post else []
        return [*parts, list(self.tail)] if self.tail else parts

    @property
    def words(self) -> str:
        """The text as it is written, on one line."""
        return self.drawn.text if isinstance(self.drawn, Effect) else " ".join(self.drawn.lines)


@dataclass(frozen=True)
class _Shaped:
    """A line made into lettering, without a place."""

    drawn: Block | Effect
    extent: Body | Effect
    shape: str


SIZES = (1.0, 1.0, 1.0, 0.92, 0.86, 0.8, 0.74)
"""The lettering is set anew, in the end smaller, until it fits well."""
SMALLEST = 12
"""Capitals of balloons, in pixels."""


def compose(
    rng: random.Random,
    hand: Hand,
    lines: Sequence[Line],
    mouths: Mapping[int, Mouth],
    around: Surroundings,
    rtl: bool,
    overhang: float,
) -> list[Text]:
    """Set and place the lines of a panel, in reading order; what finds no place is left out.

    `mouths` are those of the figures drawn, by their number in the cast.
    """
    usual = max(14, min(hand.cap, round(around.area.width / 19)))
    sounds = {
        i: _sound(rng, line, around.area) for i, line in enumerate(lines) if line.kind == "sfx"
    }
    overhangs = [
        overhang if line.kind == "speech" and rng.random() < 0.3 else 0.0 for line in lines
    ]
    low_first, least = rng.random() < 0.4, float("inf")
    best: tuple[list[_Shaped], list[Box | None]] = ([], [])
    for size in SIZES if lines else ():
        cap = max(SMALLEST, round(usual * size))
        made = [
            sounds.get(i) or _set(rng, hand, line, cap, around.area) for i, line in enumerate(lines)
        ]
        pieces = [
            Piece(line.kind, shaped.extent.width, shaped.extent.height, _mouth(line, mouths), over)
            for line, shaped, over in zip(lines, made, overhangs, strict=True)
        ]
        boxes = place(rng, pieces, around, rtl, low_first)
        found = faults(pieces, boxes, around)
        if found < least:
            best, least = (made, boxes), found
        if least < 0.3:
            break
    return [
        _text(line, shaped, box, [other for other in best[1] if other and other is not box],
              mouths, around, rtl)
        for line, shaped, box in zip(lines, *best, strict=True)
        if box
    ]  # fmt: skip


def _mouth(line: Line, mouths: Mapping[int, Mouth]) -> Mouth | None:
    return mouths.get(line.speaker) if line.speaker is not None else None


def _text(
    line: Line,
    shaped: _Shaped,
    box: Box,
    others: Sequence[Box],
    mouths: Mapping[int, Mouth],
    around: Surroundings,
    rtl: bool,
) -> Text:
    drawn, extent = shaped.drawn, shaped.extent
    if isinstance(drawn, Effect) or isinstance(extent, Effect):
        return Text(line, box, drawn.cap, shaped.shape, drawn)
    outline = tuple(extent.at(box.x0, box.y0))
    if line.kind == "sign":
        return Text(line, box, drawn.cap, shaped.shape, drawn, outline, post=around.post(box))
    if line.kind == "caption":
        return Text(line, box, drawn.cap, shaped.shape, drawn, outline)
    target = _mouth(line, mouths)
    mouth = target or _off_panel(box, around.area, rtl)
    end, _ = reach(box, mouth, hurdles(mouth, around.heads, others))
    points, dots = (), ()
    if line.kind == "thought":
        dots = tuple(bubbles(box, end, drawn.cap))
    else:
        points = tuple(tail(box, end, drawn.cap))
    return Text(
        line, box, drawn.cap, shaped.shape, drawn, outline, points, dots, off_panel=target is None
    )


def _sound(rng: random.Random, line: Line, area: Box) -> _Shaped:
    size = max(26, min(96, round(area.height * rng.uniform(0.09, 0.2))))
    size = min(size, round(area.width / (0.95 * len(line.text) + 1)) + 8)
    face = rng.choice(("luckiest", "titan"))
    effect = sound(line.text, face, max(size, 20), rng.uniform(-24, 24))
    return _Shaped(effect, effect, "sound")


def _set(rng: random.Random, hand: Hand, line: Line, cap: int, area: Box) -> _Shaped:
    if line.kind == "sign":
        block = set_text(line.text, "delius", rng.choice(SMALL_PRINT), area.width * 0.4, 3.0)
        return _Shaped(block, body(block, "box", rng), "board")
    words = hand.write(line.text)
    if line.kind == "caption":
        block = set_text(words, hand.face, cap, area.width * 0.55, rng.choice((2.5, 4.0)))
        return _Shaped(block, body(block, "box", rng), "box")
    shape = SHAPES.get(line.voice, "rounded" if hand.rounded else "ellipse")
    widest = min(area.width * 0.72, 18.0 * cap)
    bold = "kalam bold" if hand.face == "kalam" and line.voice == "shout" else hand.face
    block = set_text(words, bold, cap, widest, rng.uniform(1.2, 2.6))
    return _Shaped(block, body(block, shape, rng), shape)


def _off_panel(box: Box, area: Box, rtl: bool) -> Mouth:
    """A tail leaves by the nearest side, a little below the balloon's middle."""
    left, right = box.x0 - area.x0, area.x1 - box.x1
    leftwards = left < right or (left == right and not rtl)
    x = max(area.x0 + 1, box.x0 - 90) if leftwards else min(area.x1 - 1, box.x1 + 90)
    return Mouth((x, min(area.y1 - 4, box.y1 + 0.2 * box.height)))


def draw_texts(
    image: Image.Image, texts: Iterable[tuple[Text, float, float]], style: Style, seed: str
) -> None:
    """Draw composed lettering onto a finished page, each piece with its panel's origin."""
    rng = random.Random(seed)
    ink, paper = style.letters
    wood = (214, 184, 136) if style.colour else paper
    placed, outlines, draw = list(texts), [], aggdraw.Draw(image)
    for text, dx, dy in placed:
        if isinstance(text.drawn, Effect):
            continue
        fill = paper
        if text.shape == "box" and style.colour:
            fill = (255, 243, 196) if style.name != "halftone" else (248, 226, 164)
        elif text.shape == "board":
            fill = (240, 218, 176) if style.colour else paper
            _put_up(draw, text, dx, dy, aggdraw.Pen(ink, style.pen * 0.8), aggdraw.Brush(wood))
        outlines.append(
            Outline(
                text.shape,
                [(x + dx, y + dy) for x, y in text.outline],
                [(x + dx, y + dy) for x, y in text.tail],
                [((x + dx, y + dy), radius) for (x, y), radius in text.dots],
                fill,
            )
        )
    draw_balloons(draw, outlines, ink, style.pen * 0.8)
    draw.flush()
    for text, dx, dy in placed:
        if isinstance(text.drawn, Effect):
            fill = rng.choice(BRIGHT) if style.colour else paper
            draw_sound(image, text.drawn, int(text.box.x0 + dx), int(text.box.y0 + dy), ink, fill)
        else:
            cx, cy = text.box.center
            draw_block(image, text.drawn, (cx + dx, cy + dy), ink)


def _put_up(
    draw: aggdraw.Draw, sign: Text, dx: float, dy: float, pen: aggdraw.Pen, wood: aggdraw.Brush
) -> None:
    """The post of a sign, or the two cords and the nail it hangs by."""
    if sign.post:
        box = sign.post.shifted(dx, dy)
        draw.rectangle(box.corners, pen, wood)
        return
    box = sign.box.shifted(dx, dy)
    x, _ = box.center
    draw.line((box.x0 + 5, box.y0, x, box.y0 - CORDS + 4, box.x1 - 5, box.y0), pen)
    draw.ellipse((x - 2, box.y0 - CORDS + 2, x + 2, box.y0 - CORDS + 6), pen)
