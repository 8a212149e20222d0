"""From the lines of a beat to set, shaped and placed lettering, and onto the page."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import aggdraw
from PIL import Image

from closeup.geometry import Box
from closeup.synthetic.lettering import (
    Block,
    Body,
    Effect,
    Hand,
    Point,
    body,
    bubbles,
    disc,
    draw_balloon,
    draw_block,
    draw_sound,
    set_text,
    sound,
    tail,
)
from closeup.synthetic.placing import Piece, Surroundings, place
from closeup.synthetic.story import Line
from closeup.synthetic.styles import Style

SHAPES = {"shout": "spiky", "whisper": "dashed", "thought": "cloud"}
SMALL_PRINT = (9, 10, 11)
"""Capitals of signs, in pixels."""
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
        return [*parts, list(self.tail)] if self.tail else parts

    @property
    def words(self) -> str:
        """The text as it is written, on one line."""
        return self.drawn.text if isinstance(self.drawn, Effect) else " ".join(self.drawn.lines)


@dataclass(frozen=True)
class Mouth:
    """What a tail reaches for, and how many pixels short of it the tail ends."""

    at: Point
    short: float


def compose(
    rng: random.Random,
    hand: Hand,
    lines: Sequence[Line],
    mouths: Mapping[int, Mouth],
    around: Surroundings,
    rtl: bool,
    overhang: float,
) -> list[Text]:
    """Set and place the lines of a panel, in reading order; what finds no place is left out."""
    area = around.area
    cap = max(14, min(hand.cap, round(area.width / 19)))
    made = [_set(rng, hand, line, cap, area) for line in lines]
    pieces = [
        Piece(
            line.kind,
            shape.width,
            shape.height,
            _mouth(line, mouths),
            overhang if line.kind == "speech" and rng.random() < 0.3 else 0.0,
        )
        for line, (_, shape, _) in zip(lines, made, strict=True)
    ]
    boxes = place(rng, pieces, around, rtl)
    texts = []
    for line, (drawn, shape, kind), box in zip(lines, made, boxes, strict=True):
        if box is None:
            continue
        if isinstance(shape, Effect) or isinstance(drawn, Effect):
            texts.append(Text(line, box, drawn.cap, kind, drawn))
            continue
        outline = tuple(shape.at(box.x0, box.y0))
        points, dots, off = (), (), False
        if line.kind in ("speech", "thought"):
            target = _mouth(line, mouths)
            off = target is None
            aim = target or _off_panel(box, area, rtl, rng)
            if line.kind == "thought":
                dots = tuple(bubbles(box, aim, cap))
            else:
                stop = 0.0 if off else mouths[line.speaker or 0].short
                points = tuple(tail(box, aim, cap, stop))
        texts.append(Text(line, box, drawn.cap, kind, drawn, outline, points, dots, off))
    return texts


def _mouth(line: Line, mouths: Mapping[int, Mouth]) -> Point | None:
    found = mouths.get(line.speaker) if line.speaker is not None else None
    return found and found.at


def _set(
    rng: random.Random, hand: Hand, line: Line, cap: int, area: Box
) -> tuple[Block | Effect, Body | Effect, str]:
    if line.kind == "sfx":
        size = max(26, min(96, round(area.height * rng.uniform(0.09, 0.2))))
        size = min(size, round(area.width / (0.95 * len(line.text) + 1)) + 8)
        face = rng.choice(("luckiest", "titan"))
        effect = sound(line.text, face, max(size, 20), rng.uniform(-24, 24))
        return effect, effect, "sound"
    if line.kind == "sign":
        block = set_text(line.text, "delius", rng.choice(SMALL_PRINT), area.width * 0.4, 3.0)
        return block, body(block, "box", rng), "board"
    words = hand.write(line.text)
    if line.kind == "caption":
        block = set_text(words, hand.face, cap, area.width * 0.55, rng.choice((2.5, 4.0)))
        return block, body(block, "box", rng), "box"
    usual = "rounded" if hand.rounded else "ellipse"
    shape = SHAPES.get(line.voice, usual)
    widest = min(area.width * 0.72, 18.0 * cap)
    bold = "kalam bold" if hand.face == "kalam" and line.voice == "shout" else hand.face
    block = set_text(words, bold, cap, widest, rng.uniform(1.3, 2.6))
    return block, body(block, shape, rng), shape


def _off_panel(box: Box, area: Box, rtl: bool, rng: random.Random) -> Point:
    """A tail that leaves by the nearest side, a little below the balloon's middle."""
    cx, _ = box.center
    left = cx - area.x0 < area.x1 - cx
    if abs(cx - area.x0 - (area.x1 - cx)) < 0.15 * area.width:
        left = rng.random() < 0.5
    x = max(area.x0 + 2, box.x0 - 34) if left else min(area.x1 - 2, box.x1 + 34)
    return x, min(area.y1 - 4, box.y1 + 0.3 * box.height)


def draw_texts(
    image: Image.Image, texts: Iterable[tuple[Text, float, float]], style: Style, seed: str
) -> None:
    """Draw composed lettering onto a finished page, each piece with its panel's origin."""
    rng = random.Random(seed)
    ink, paper = style.letters
    placed = list(texts)
    draw = aggdraw.Draw(image)
    for text, dx, dy in placed:
        if isinstance(text.drawn, Effect):
            continue
        fill = paper
        if text.shape == "box" and style.colour:
            fill = (255, 243, 196) if style.name != "halftone" else (248, 226, 164)
        elif text.shape == "board":
            fill = (240, 218, 176) if style.colour else paper
        draw_balloon(
            draw,
            [(x + dx, y + dy) for x, y in text.outline],
            [(x + dx, y + dy) for x, y in text.tail],
            [((x + dx, y + dy), radius) for (x, y), radius in text.dots],
            text.shape,
            fill,
            ink,
            style.pen * 0.8,
        )
    draw.flush()
    for text, dx, dy in placed:
        if isinstance(text.drawn, Effect):
            fill = rng.choice(BRIGHT) if style.colour else paper
            draw_sound(image, text.drawn, int(text.box.x0 + dx), int(text.box.y0 + dy), ink, fill)
        else:
            cx, cy = text.box.center
            draw_block(image, text.drawn, (cx + dx, cy + dy), ink)
