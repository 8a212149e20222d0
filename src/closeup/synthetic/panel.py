"""One panel, from a beat of the story to raw pixels and the truth about them.

The backdrop is drawn first, then the figures from the farthest to the nearest; then the lettering
finds its places and is counted as lying on top. Only then is it known who can be seen. A staging
that hides somebody is struck and tried again, so that every figure in the annotation counts and
every figure drawn is in the annotation.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from closeup.geometry import Box
from closeup.page import Keypoint
from closeup.synthetic.canvas import Canvas, Points
from closeup.synthetic.cast import Person
from closeup.synthetic.figure import Figure, draw_figure
from closeup.synthetic.layout import Frame
from closeup.synthetic.lettering import Hand
from closeup.synthetic.placing import Surroundings
from closeup.synthetic.poses import Pose, pose
from closeup.synthetic.scenery import (
    PATTERNS,
    ROOMS,
    Lens,
    Rgb,
    draw_pattern,
    draw_place,
)
from closeup.synthetic.skeleton import joints
from closeup.synthetic.staging import Mark, Stage, stage
from closeup.synthetic.story import Beat
from closeup.synthetic.styles import Style
from closeup.synthetic.supports import platform, shadow
from closeup.synthetic.texts import Mouth, Text, compose
from closeup.synthetic.things import THINGS, draw_prop

TRIES = 6
FIRST_SMALL = 150
"""Owner number of the first small thing."""
ENOUGH = 0.3
"""Share of a figure within its panel that must be left visible, beside most of its head."""
SLIVER = 16
"""Pixels; nobody is asked to see less."""
HUES: tuple[Rgb, ...] = (
    (250, 226, 196), (206, 226, 236), (226, 214, 236), (214, 232, 206), (248, 236, 190),
    (244, 208, 204), (228, 228, 226),
)  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """A figure as it can be seen; boxes and points are panel pixels."""

    who: int
    box: Box
    face: Box | None
    keypoints: tuple[Keypoint, ...]
    plane: int
    truncated: bool
    pose: Pose
    facing: int
    mood: str


@dataclass(frozen=True)
class PanelArt:
    """A finished panel; `pixels` are raw channels, everything else is panel pixels."""

    pixels: NDArray[np.uint8]
    seen: tuple[Seen, ...]
    """From the nearest to the farthest."""
    texts: tuple[Text, ...]
    things: tuple[str, ...]
    """What the backdrop plainly shows."""
    lying: tuple[str, ...]
    """Small things left on the ground."""
    backdrop: str
    """The place, or the pattern that stands for none."""
    in_place: bool
    shot: str


@dataclass(frozen=True)
class Studio:
    """What all panels of an issue share."""

    style: Style
    people: Sequence[Person]
    hand: Hand
    key: str
    """Names the issue in seeds."""


def draw_panel(
    studio: Studio,
    frame: Frame,
    holes: Sequence[Box],
    beat: Beat,
    overhang: float,
    rtl: bool,
    seed: str,
) -> PanelArt:
    """Draw a beat into a frame; `holes` are parts of it, in panel pixels, that an inset covers.

    Whoever cannot be seen after several stagings leaves the panel, and with him his lines' tails.
    """
    people = list(beat.parts)
    for attempt in range(TRIES):
        rng = random.Random(f"{seed}/{attempt}")
        art, lost = _attempt(studio, frame, holes, beat, people, overhang, rtl, rng)
        if not lost:
            return art
        if attempt >= TRIES // 2:
            people = [part for part in people if part.who not in lost]
    rng = random.Random(f"{seed}/last")
    art, lost = _attempt(studio, frame, holes, beat, [], overhang, rtl, rng)
    return art


def _attempt(
    studio: Studio,
    frame: Frame,
    holes: Sequence[Box],
    beat: Beat,
    parts: list,
    overhang: float,
    rtl: bool,
    rng: random.Random,
) -> tuple[PanelArt, set[int]]:
    style, people = studio.style, studio.people
    width, height = int(frame.box.width), int(frame.box.height)
    canvas = style.canvas(width, height)
    inner = _beside(_inner(frame), holes)
    poses = [pose(part.action, rng) for part in parts]
    heads_up = [
        -joints(people[part.who], posed, 0.0, 0.0, 1.0, 1).head[1]
        for part, posed in zip(parts, poses, strict=True)
    ]
    talks = any(line.kind in ("speech", "thought") for line in beat.lines)
    plan = stage(
        rng,
        inner.width,
        inner.height,
        [people[part.who].stature for part in parts],
        heads_up,
        poses,
        talks,
    )
    things, backdrop, in_place, floor = _backdrop(canvas, studio, beat, plan, inner, rng)
    small = _scatter(canvas, plan, inner, rng) if in_place else {}
    figures: dict[int, tuple[Mark, Figure]] = {}
    for mark in plan.marks:
        part, key = parts[mark.index], mark.index + 1
        x, foot = inner.x0 + mark.x, inner.y0 + mark.foot
        ground, person = inner.y0 + mark.ground, people[part.who]
        if ground < height + 40:
            half = mark.scale * person.stature * (0.26 if mark.support is None else 0.32)
            shadow(canvas, x, ground, half, floor)
        if mark.support:
            half = max(0.24, 0.3 * person.stature) * mark.scale
            platform(canvas, mark.support, x, foot, ground, half, rng)
        figures[key] = (
            mark,
            _drawn(canvas, key, person, poses[mark.index], x, foot, mark, part.mood, rng),
        )
    heads = {parts[key - 1].who: figure.head for key, (_, figure) in figures.items()}
    around = Surroundings(
        area=_lettering_area(frame, style),
        heads=[box for box in (_clip(head, width, height) for head in heads.values()) if box],
        bodies=[
            box
            for key in figures
            if (d := canvas.drawn_box(key)) and (box := _clip(d, width, height))
        ],
        blocked=list(holes),
    )
    mouths = {
        parts[key - 1].who: Mouth(figure.mouth, max(12.0, 0.42 * figure.head.width + 7))
        for key, (_, figure) in figures.items()
    }
    texts = compose(rng, studio.hand, beat.lines, mouths, around, rtl, overhang)
    for text in texts:
        for outline in text.outlines:
            canvas.cover(outline)
    for cover in [*_outside(frame), *(_corners(hole) for hole in holes)]:
        canvas.cover(cover)
    seen, lost = [], set()
    for key, (mark, figure) in figures.items():
        part = parts[key - 1]
        found = _seen(canvas, key, figure, frame)
        if found is None:
            lost.add(part.who)
            continue
        box, face, keypoints, truncated = found
        seen.append(
            Seen(part.who, box, face, keypoints, mark.plane, truncated, poses[mark.index],
                 mark.facing, part.mood)
        )  # fmt: skip
    seen.sort(key=lambda figure: figure.plane)
    shown = tuple(
        name
        for key, name in things.items()
        if canvas.visible(key) > 0.6 and (b := canvas.visible_box(key)) and b.width > 0.07 * width
    )
    lying = tuple(name for key, name in small.items() if canvas.visible(key) > 0.85)
    if frame.polygon:
        edge = [(x - frame.box.x0, y - frame.box.y0) for x, y in frame.polygon]
        canvas.line([*edge, edge[0]], style.pen * 3.4, taper=0)
    art = PanelArt(
        canvas.image(), tuple(seen), tuple(texts), shown, lying, backdrop, in_place, plan.shot
    )
    return art, lost


def _drawn(
    canvas: Canvas,
    key: int,
    person: Person,
    posed: Pose,
    x: float,
    foot: float,
    mark: Mark,
    mood: str,
    rng: random.Random,
) -> Figure:
    expression = "" if posed.expression != "neutral" else mood
    with canvas.owner(key):
        return draw_figure(canvas, person, posed, x, foot, mark.scale, mark.facing, expression, rng)


def _backdrop(
    canvas: Canvas, studio: Studio, beat: Beat, plan: Stage, inner: Box, rng: random.Random
) -> tuple[dict[int, str], str, bool, Rgb]:
    """Draw what is behind; tells the things, its name, whether it is a place, and the floor."""
    style = studio.style
    closer = plan.shot != "long"
    if beat.parts and rng.random() < (0.4 if closer else 0.12):
        kinds = [k for k in PATTERNS if style.speed_lines or k not in ("focus", "speed")]
        kinds = [k for k in kinds if closer or k != "plain"]
        kind, hue = rng.choice(kinds), rng.choice(HUES)
        draw_pattern(canvas, kind, hue, rng)
        return {}, kind, False, hue
    lens = Lens(inner.y0 + plan.floor, plan.unit, rng.uniform(-2.0, 1.0))
    place_rng = random.Random(f"{studio.key}/{beat.place}")
    things = draw_place(canvas, beat.place, beat.time, lens, place_rng)
    return things, beat.place, True, ROOMS[beat.place].floor


def _scatter(canvas: Canvas, plan: Stage, inner: Box, rng: random.Random) -> dict[int, str]:
    """Now and then, small things on the ground: what they are stands in no caption."""
    top = inner.y0 + max(plan.floor + 6, 0.5 * inner.height)
    bottom = inner.y1 - 6
    if bottom - top < 24 or rng.random() > 0.42:
        return {}
    drawn = {}
    for i, name in enumerate(rng.sample(sorted(THINGS), rng.choice((1, 1, 2, 3)))):
        x, y = rng.uniform(inner.x0 + 20, inner.x1 - 20), rng.uniform(top + 20, bottom)
        with canvas.owner(FIRST_SMALL + i):
            draw_prop(canvas, name, x, y, rng.uniform(17, 34), rng)
        drawn[FIRST_SMALL + i] = name
    return drawn


def _seen(
    canvas: Canvas, key: int, figure: Figure, frame: Frame
) -> tuple[Box, Box | None, tuple[Keypoint, ...], bool] | None:
    """What is visible of a figure, or None where too little is for anyone to count it."""
    width, height = canvas.width, canvas.height
    drawn, head = canvas.drawn_box(key), _clip(figure.head, width, height)
    within = drawn and _clip(drawn, width, height)
    if drawn is None or within is None or min(within.width, within.height) < SLIVER:
        return None
    kept = canvas.visible(key)
    box = canvas.visible_box(key) if kept > ENOUGH else None
    if box is None or min(box.width, box.height) < SLIVER:
        return None
    share = 0.0
    if head:
        inside = head.area / figure.head.area
        share = inside * min(1.0, _shown(canvas, key, head) / 0.7)
    if share < 0.55:
        return None
    keypoints: list[Keypoint] = []
    for x, y, _ in figure.keypoints:
        if not (0 <= x < width and 0 <= y < height):
            keypoints.append((0.0, 0.0, 0))
        else:
            keypoints.append((x, y, 2 if canvas.owner_at(x, y) == key else 1))
    margin = 3.0
    cut = drawn.x0 < -margin or drawn.y0 < -margin
    cut = cut or drawn.x1 > width + margin or drawn.y1 > height + margin
    if frame.polygon and not cut and kept < 0.97:
        cut = not all(_contains(frame, *corner) for corner in _corners(drawn))
    return box, (head and head.intersection(box)), tuple(keypoints), bool(cut)


def _shown(canvas: Canvas, key: int, box: Box) -> float:
    """The share of a box, in panel pixels, where `key` is what is visible."""
    steps = [(i + 0.5) / 8 for i in range(8)]
    hits = sum(
        canvas.owner_at(box.x0 + u * box.width, box.y0 + v * box.height) == key
        for u in steps
        for v in steps
    )
    return hits / 64


def _inner(frame: Frame) -> Box:
    """The part of a frame that figures are staged in, in panel pixels."""
    width, height = frame.box.width, frame.box.height
    if frame.round:
        return Box(0.14 * width, 0.08 * height, 0.86 * width, 0.93 * height)
    if frame.polygon:
        left, right = _straight(frame)
        return Box(left, 0, right, height)
    return Box(0, 0, width, height)


def _beside(inner: Box, holes: Sequence[Box]) -> Box:
    """What an inset leaves of the stage: the side of it that is wider."""
    for hole in holes:
        left, right = hole.x0 - inner.x0, inner.x1 - hole.x1
        if max(left, right) > 0.4 * inner.width:
            inner = (
                Box(inner.x0, inner.y0, hole.x0, inner.y1)
                if left > right
                else Box(hole.x1, inner.y0, inner.x1, inner.y1)
            )
    return inner


def _straight(frame: Frame) -> tuple[float, float]:
    """The x range, in panel pixels, that a slanted panel has at top and bottom alike."""
    assert frame.polygon
    (a, _), (b, _), (c, _), (d, _) = frame.polygon
    return max(a, d) - frame.box.x0, min(b, c) - frame.box.x0


def _lettering_area(frame: Frame, style: Style) -> Box:
    width, height = frame.box.width, frame.box.height
    if frame.round:
        return Box(0.13 * width, 0.13 * height, 0.87 * width, 0.87 * height)
    left, right = _straight(frame) if frame.polygon else (0.0, width)
    edge = style.pen * 1.7 + (16 if frame.bleeds else 0)
    return Box(left + edge, edge, right - edge, height - edge)


def _clip(box: Box, width: float, height: float) -> Box | None:
    return box.intersection(Box(0, 0, width, height))


def _corners(box: Box) -> list[tuple[float, float]]:
    return [(box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)]


def _outside(frame: Frame) -> list[Points]:
    """The parts of a frame's box that lie outside its polygon, in panel pixels."""
    if frame.polygon is None:
        return []
    x0, y0 = frame.box.x0, frame.box.y0
    edge = [(x - x0, y - y0) for x, y in frame.polygon]
    width, height = frame.box.width, frame.box.height
    cx, cy = width / 2, height / 2
    pieces: list[Points] = []
    for (ax, ay), (bx, by) in zip(edge, [*edge[1:], edge[0]], strict=True):
        far = [(cx + (px - cx) * 4, cy + (py - cy) * 4) for px, py in ((bx, by), (ax, ay))]
        pieces.append([(ax, ay), (bx, by), *far])
    return pieces


def _contains(frame: Frame, x: float, y: float) -> bool:
    """Whether a point in panel pixels lies in the frame's polygon, which is convex."""
    assert frame.polygon
    px, py = x + frame.box.x0, y + frame.box.y0
    sides = [
        (bx - ax) * (py - ay) - (by - ay) * (px - ax)
        for (ax, ay), (bx, by) in zip(
            frame.polygon, [*frame.polygon[1:], frame.polygon[0]], strict=True
        )
    ]
    return all(side >= 0 for side in sides) or all(side <= 0 for side in sides)
