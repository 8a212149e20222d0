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
from closeup.synthetic.canvas import Canvas
from closeup.synthetic.cast import Person
from closeup.synthetic.figure import Figure, draw_figure
from closeup.synthetic.framing import (
    beside,
    clip,
    contains,
    corners,
    lettering_area,
    outside,
    stage_box,
)
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
from closeup.synthetic.skeleton import Joints, joints
from closeup.synthetic.staging import Mark, Stage, stage
from closeup.synthetic.story import Beat, Part
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

    Whoever cannot be seen after several stagings leaves the panel; his lines come from off it.
    """
    people = list(beat.parts)
    for attempt in range(TRIES):
        rng = random.Random(f"{seed}/{attempt}")
        art, lost = _attempt(studio, frame, holes, beat, people, overhang, rtl, rng)
        silenced = len(art.texts) < len(beat.lines)
        if not lost and not (silenced and attempt == 0):
            return art
        if attempt >= TRIES // 2:
            people = [part for part in people if part.who not in lost]
    rng = random.Random(f"{seed}/last")
    return _attempt(studio, frame, holes, beat, [], overhang, rtl, rng)[0]


def _attempt(
    studio: Studio,
    frame: Frame,
    holes: Sequence[Box],
    beat: Beat,
    parts: Sequence[Part],
    overhang: float,
    rtl: bool,
    rng: random.Random,
) -> tuple[PanelArt, set[int]]:
    """The panel as staged by `rng`, and which of the cast cannot be made out in it."""
    style, people = studio.style, studio.people
    width, height = int(frame.box.width), int(frame.box.height)
    canvas = style.canvas(width, height)
    inner = beside(stage_box(frame), holes)
    poses = [pose(part.action, rng) for part in parts]
    moods = [
        part.mood if posed.expression == "neutral" else posed.expression
        for part, posed in zip(parts, poses, strict=True)
    ]
    bodies = [
        joints(people[part.who], posed, 0.0, 0.0, 1.0, 1)
        for part, posed in zip(parts, poses, strict=True)
    ]
    talks = any(line.kind in ("speech", "thought") for line in beat.lines)
    plan = stage(
        rng,
        inner.width,
        inner.height,
        [people[part.who].stature for part in parts],
        [-body.head[1] for body in bodies],
        [_half(body) for body in bodies],
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
            _drawn(canvas, key, person, poses[mark.index], x, foot, mark, moods[mark.index], rng),
        )
    heads = {parts[key - 1].who: figure.head for key, (_, figure) in figures.items()}
    around = Surroundings(
        area=lettering_area(frame, style.pen * 1.7),
        heads=[box for head in heads.values() if (box := clip(_whole_head(head), width, height))],
        bodies=[
            box
            for key in figures
            if (d := canvas.drawn_box(key)) and (box := clip(d, width, height))
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
    for cover in [*outside(frame), *(corners(hole) for hole in holes)]:
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
                 mark.facing, moods[mark.index])
        )  # fmt: skip
    seen.sort(key=lambda figure: figure.plane)
    shown = tuple(
        name
        for key, name in things.items()
        if (drawn := canvas.drawn_box(key))
        and (part := clip(drawn, width, height))
        and part.width > max(0.07 * width, 0.5 * drawn.width)
        and canvas.visible(key) > 0.6
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
    with canvas.owner(key):
        return draw_figure(canvas, person, posed, x, foot, mark.scale, mark.facing, mood, rng)


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
    drawn, head = canvas.drawn_box(key), clip(figure.head, width, height)
    within = drawn and clip(drawn, width, height)
    if drawn is None or within is None or min(within.width, within.height) < SLIVER:
        return None
    kept = canvas.visible(key)
    try:
        box = canvas.visible_box(key) if kept > ENOUGH else None
    except ValueError:  # what is visible is thinner than the canvas can tell
        return None
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
        cut = not all(contains(frame, *corner) for corner in corners(drawn))
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


def _half(body: Joints) -> float:
    """Half a posed body's width, in adults' heights; its middle is at 0."""
    points = (body.head, body.near_hand, body.far_hand, body.near_ankle, body.far_ankle, body.hips)
    return max(abs(x) for x, _ in points) + 0.1


def _whole_head(head: Box) -> Box:
    """A head with room for what stands on it: eyes, ears, hair or a hat."""
    w, h = head.width, head.height
    return Box(head.x0 - 0.08 * w, head.y0 - 0.26 * h, head.x1 + 0.08 * w, head.y1 + 0.04 * h)
