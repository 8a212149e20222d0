"""Page layouts: where the panels lie, in the order they are read.

A page is cut into tiers, a tier into columns, and now and then into a tall panel beside a stack.
On top of that come full bleeds, insets, round panels and slanted gutters. Right-to-left pages are
laid out left to right and then mirrored, so that both directions obey the same rules.
"""

import random
from dataclasses import dataclass, replace
from math import cos, pi, sin

from closeup.geometry import Box

COUNTS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
WEIGHTS = (2, 3, 8, 14, 17, 18, 14, 9, 7, 4, 2, 2)
"""How often a page has so many panels."""
MIN_SIDE = 225
"""Pixels; a panel is never thinner."""

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Frame:
    """The outline of one panel, in page pixels."""

    box: Box
    polygon: Points | None = None
    """The true edge where it is not the box: slanted, from the upper left corner clockwise, or
    round and written as many points."""
    round: bool = False
    bleeds: bool = False
    """Runs off the page on one side or more; such a panel has no border there."""
    host: int | None = None
    """For an inset, the index of the panel it lies upon."""


@dataclass(frozen=True)
class Layout:
    """The frames of a page in reading order."""

    width: int
    height: int
    rtl: bool
    gutter: int
    frames: tuple[Frame, ...]

    def insets_over(self, index: int) -> list[Frame]:
        """The insets that hide a part of panel `index`."""
        return [frame for frame in self.frames if frame.host == index]


def lay_out(rng: random.Random, rtl: bool) -> Layout:
    """A new page of about 1400×2000 pixels."""
    width, height = rng.randrange(1290, 1500, 2), rng.randrange(1840, 2140, 2)
    gutter = rng.choice((12, 16, 20, 24, 30, 38))
    margin = rng.choice((30, 44, 60, 76))
    count = rng.choices(COUNTS, WEIGHTS)[0]
    if count == 1 and rng.random() < 0.6:
        frames = [Frame(Box(0, 0, width, height), bleeds=True)]
    else:
        inner = Box(margin, margin, width - margin, height - margin)
        frames = _cut(rng, inner, count, gutter)
        frames = _bleed(rng, frames, inner, width, height)
    frames = _round_one(rng, frames)
    frames = _with_insets(rng, frames, width * height)
    if rtl:
        frames = [_mirrored(frame, width) for frame in frames]
    return Layout(width, height, rtl, gutter, tuple(frames))


def _cut(rng: random.Random, inner: Box, count: int, gutter: int) -> list[Frame]:
    """Tiers and columns; tried again until no panel is too thin or too long."""
    best: list[Frame] = []
    for _ in range(40):
        best = _tiers(rng, inner, count, gutter)
        if all(_well_shaped(frame.box) for frame in best):
            return best
    return _grid(inner, count, gutter)


def _well_shaped(box: Box) -> bool:
    return min(box.width, box.height) >= MIN_SIDE and 0.36 < box.width / box.height < 3.6


def _grid(inner: Box, count: int, gutter: int) -> list[Frame]:
    """The plain layout that always fits: tiers of at most three."""
    tiers = -(-count // 3)
    sizes = [count // tiers + (i < count % tiers) for i in range(tiers)]
    frames = []
    for row, size in zip(_spans(inner.y0, inner.y1, [1] * tiers, gutter), sizes, strict=True):
        for column in _spans(inner.x0, inner.x1, [1] * size, gutter):
            frames.append(Frame(Box(column[0], row[0], column[1], row[1])))
    return frames


def _tiers(rng: random.Random, inner: Box, count: int, gutter: int) -> list[Frame]:
    sizes: list[int] = []
    while sum(sizes) < count:
        size = rng.choices((1, 2, 3, 4, 5), (3, 6, 6, 3, 1))[0]
        sizes.append(min(size, count - sum(sizes)))
    rng.shuffle(sizes)
    stacked = [size >= 3 and rng.random() < (0.5 if size == 3 else 0.85) for size in sizes]
    weights = [rng.uniform(1.6, 2.2) if s else rng.uniform(0.75, 1.4) for s in stacked]
    slanted = rng.random() < 0.22
    frames = []
    for (y0, y1), size, stack in zip(
        _spans(inner.y0, inner.y1, weights, gutter), sizes, stacked, strict=True
    ):
        tier = Box(inner.x0, y0, inner.x1, y1)
        if stack:
            frames += _tall_beside_stack(rng, tier, size, gutter)
        else:
            slant = max(-40.0, min(40.0, rng.uniform(-0.1, 0.1) * tier.height)) * slanted
            frames += _columns(rng, tier, size, gutter, slant)
    return frames


def _columns(
    rng: random.Random, tier: Box, size: int, gutter: int, slant: float = 0.0
) -> list[Frame]:
    """Panels side by side; `slant` leans the gutters between them, in pixels at either end."""
    even = rng.random() < 0.3
    weights = [1.0 if even else rng.uniform(0.65, 1.5) for _ in range(size)]
    frames = []
    for i, (x0, x1) in enumerate(_spans(tier.x0, tier.x1, weights, gutter)):
        left, right = (slant if i else 0.0), (slant if i < size - 1 else 0.0)
        polygon = (
            (round(x0 + left), tier.y0),
            (round(x1 + right), tier.y0),
            (round(x1 - right), tier.y1),
            (round(x0 - left), tier.y1),
        )
        xs = [x for x, _ in polygon]
        box = Box(min(xs), tier.y0, max(xs), tier.y1)
        frames.append(Frame(box, polygon if left or right else None))
    return frames


def _tall_beside_stack(rng: random.Random, tier: Box, size: int, gutter: int) -> list[Frame]:
    """A tall panel on one side; the others stacked beside it, perhaps two in a row."""
    tall_share, tall_first = rng.uniform(0.34, 0.52), rng.random() < 0.5
    shares = [tall_share, 1 - tall_share] if tall_first else [1 - tall_share, tall_share]
    first, second = _spans(tier.x0, tier.x1, shares, gutter)
    tall_span, stack_span = (first, second) if tall_first else (second, first)
    rows, left = [], size - 1
    while left:
        rows.append(min(left, 2 if left > 2 or rng.random() < 0.25 else 1))
        left -= rows[-1]
    weights = [rng.uniform(0.75, 1.3) for _ in rows]
    stack = []
    for (y0, y1), row in zip(_spans(tier.y0, tier.y1, weights, gutter), rows, strict=True):
        stack += _columns(rng, Box(stack_span[0], y0, stack_span[1], y1), row, gutter)
    tall = Frame(Box(tall_span[0], tier.y0, tall_span[1], tier.y1))
    return [tall, *stack] if tall_first else [*stack, tall]


def _spans(
    start: float, end: float, weights: list[float], gutter: int
) -> list[tuple[float, float]]:
    """Whole-pixel intervals from `start` to `end`, in proportion, with gutters between."""
    free = end - start - gutter * (len(weights) - 1)
    spans, at = [], start
    for weight in weights:
        length = free * weight / sum(weights)
        spans.append((float(round(at)), float(round(at + length))))
        at += length + gutter
    return spans


def _bleed(
    rng: random.Random, frames: list[Frame], inner: Box, width: int, height: int
) -> list[Frame]:
    """On some pages, the first or last tier runs off the page."""
    if rng.random() > 0.2:
        return frames
    top = rng.random() < 0.6
    bled = []
    for frame in frames:
        box = frame.box
        edge = box.y0 == inner.y0 if top else box.y1 == inner.y1
        if edge and frame.polygon is None:
            box = Box(
                0 if box.x0 == inner.x0 else box.x0,
                0 if top else box.y0,
                width if box.x1 == inner.x1 else box.x1,
                box.y1 if top else height,
            )
            frame = replace(frame, box=box, bleeds=True)
        bled.append(frame)
    return bled


def _round_one(rng: random.Random, frames: list[Frame]) -> list[Frame]:
    """On some pages one panel of the grid is a circle or an oval."""
    if rng.random() > 0.14:
        return frames
    fitting = [
        i
        for i, frame in enumerate(frames)
        if frame.polygon is None
        and not frame.bleeds
        and 0.7 < frame.box.width / frame.box.height < 1.5
        and min(frame.box.width, frame.box.height) > 300
    ]
    if fitting:
        i = rng.choice(fitting)
        frames = [*frames[:i], _oval(frames[i].box), *frames[i + 1 :]]
    return frames


def _oval(box: Box, host: int | None = None) -> Frame:
    (cx, cy), rx, ry = box.center, box.width / 2, box.height / 2
    angles = [2 * pi * i / 48 for i in range(48)]
    polygon = tuple((round(cx + rx * cos(a), 1), round(cy + ry * sin(a), 1)) for a in angles)
    return Frame(box, polygon, round=True, host=host)


def _with_insets(rng: random.Random, frames: list[Frame], area: int) -> list[Frame]:
    """On some pages a small panel lies in a lower corner of a large one, and is read after it."""
    large = [
        i
        for i, frame in enumerate(frames)
        if frame.polygon is None
        and frame.box.area > 0.17 * area
        and min(frame.box.width, frame.box.height) > 520
    ]
    if not large or len(frames) > 11 or rng.random() > 0.55:
        return frames
    i = rng.choice(large)
    host = frames[i].box
    width = round(rng.uniform(0.3, 0.42) * host.width)
    height = round(min(width * rng.uniform(0.75, 1.25), 0.42 * host.height))
    width, height = max(width, MIN_SIDE), max(height, MIN_SIDE)
    pad = rng.choice((16, 26, 40))
    x0 = host.x1 - pad - width if rng.random() < 0.75 else host.x0 + pad
    y0 = host.y1 - pad - height
    box = Box(x0, y0, x0 + width, y0 + height)
    inset = _oval(box, host=i) if rng.random() < 0.35 else Frame(box, host=i)
    return [*frames[: i + 1], inset, *frames[i + 1 :]]


def _mirrored(frame: Frame, width: int) -> Frame:
    box = Box(width - frame.box.x1, frame.box.y0, width - frame.box.x0, frame.box.y1)
    polygon = frame.polygon and tuple((width - x, y) for x, y in frame.polygon)
    if polygon and not frame.round:
        b, a, d, c = polygon
        polygon = (a, b, c, d)
    return replace(frame, box=box, polygon=polygon)
