"""One panel, from a beat of the story to raw pixels and the truth about them.

The backdrop is drawn first, then the figures from the farthest to the nearest; then the lettering
finds its places and is counted as lying on top. Only then is it known who can be seen. A staging
that hides somebody, or leaves no place for a line, is struck and tried again, so that every figure
in the annotation counts and every figure drawn is in the annotation.
"""

import random
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from math import hypot

import numpy as np
from numpy.typing import NDArray

from closeup.geometry import Box
from closeup.synthetic.balloons import Mouth
from closeup.synthetic.canvas import Canvas
from closeup.synthetic.cast import Person
from closeup.synthetic.figure import Figure, draw_figure
from closeup.synthetic.framing import (
    beside,
    clip,
    corners,
    lettering_area,
    outside,
    stage_box,
)
from closeup.synthetic.layout import Frame
from closeup.synthetic.lettering import Hand
from closeup.synthetic.placing import Surroundings
from closeup.synthetic.poses import pose
from closeup.synthetic.setting import Setting, set_scene
from closeup.synthetic.sight import FIRST_HELD, Seen, look
from closeup.synthetic.skeleton import Joints, joints
from closeup.synthetic.staging import Stage, stage
from closeup.synthetic.stance import Pose
from closeup.synthetic.story import Beat, Line, Part
from closeup.synthetic.styles import Style
from closeup.synthetic.supports import platform, shadow
from closeup.synthetic.texts import Text, compose

TRIES = 8
WHOLE = 3
"""Stagings before anybody or anything is left out."""


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


@dataclass(frozen=True)
class Space:
    """Where a panel lies and what of it can be used."""

    frame: Frame
    holes: tuple[Box, ...]
    """The parts, in panel pixels, that an inset covers."""
    overhang: float
    """Pixels that a balloon may stand out over the border."""
    rtl: bool

    @property
    def size(self) -> tuple[int, int]:
        return int(self.frame.box.width), int(self.frame.box.height)


def draw_panel(studio: Studio, space: Space, beat: Beat, seed: str) -> PanelArt:
    """Draw a beat into a frame.

    Whoever cannot be seen after several stagings leaves the panel; his lines come from off it. A
    line without a place costs a figure that says nothing, and then the rest of its exchange.
    """
    people = list(beat.parts)
    for attempt in range(TRIES):
        rng = random.Random(f"{seed}/{attempt}")
        art, lost = _attempt(studio, space, beat, people, rng)
        unsaid = beat.missing(text.line for text in art.texts)
        if not lost and not unsaid:
            return art
        if attempt + 1 < WHOLE:
            continue
        if lost:
            people = [part for part in people if part.who not in lost]
        elif silent := [part for part in people if part.who not in beat.speakers]:
            people.remove(silent[-1])
        else:
            beat = beat.cut(unsaid[0])
    while True:
        rng = random.Random(f"{seed}/last")
        art, _ = _attempt(studio, space, beat, [], rng)
        unsaid = beat.missing(text.line for text in art.texts)
        if not unsaid:
            return art
        beat = beat.cut(unsaid[0])


def _attempt(
    studio: Studio, space: Space, beat: Beat, parts: Sequence[Part], rng: random.Random
) -> tuple[PanelArt, set[int]]:
    """The panel as staged by `rng`, and which of the cast cannot be made out in it."""
    style, frame, (width, height) = studio.style, space.frame, space.size
    canvas = style.canvas(width, height)
    inner = beside(stage_box(frame), space.holes)
    cast = _rehearse(studio.people, parts, beat.talkers, rng)
    plan = _plan(beat, cast, inner, rng)
    scene = set_scene(canvas, beat, plan, inner, style.speed_lines, studio.key, rng)
    figures = _draw_figures(canvas, plan, cast, inner, scene, rng)
    around = _surroundings(canvas, space, style, figures, inner.y0 + plan.floor, scene)
    mouths = {
        cast[key - 1].part.who: Mouth(figure.mouth, _whole_head(figure.head))
        for key, figure in figures.items()
    }
    lines = [line for line in beat.lines if scene.in_place or line.kind != "sign"]
    texts = compose(rng, studio.hand, lines, mouths, around, space.rtl, space.overhang)
    for text in texts:
        for outline in text.outlines:
            canvas.cover(outline)
    for cover in [*outside(frame), *(corners(hole) for hole in space.holes)]:
        canvas.cover(cover)
    seen, lost = _look_around(canvas, frame, plan, cast, figures, [text.line for text in texts])
    things, lying = scene.plain(canvas), scene.lying(canvas)
    if frame.polygon:
        edge = [(x - frame.box.x0, y - frame.box.y0) for x, y in frame.polygon]
        canvas.line([*edge, edge[0]], style.pen * 3.4, taper=0)
    art = PanelArt(
        canvas.image(), seen, tuple(texts), things, lying, scene.name, scene.in_place, plan.shot
    )
    return art, lost


@dataclass(frozen=True)
class _Actor:
    """A part with the body that plays it; the body stands at the origin, one unit high."""

    part: Part
    person: Person
    pose: Pose
    mood: str
    body: Joints

    @property
    def half(self) -> float:
        """Half the posed body's width, in adults' heights; its middle is at 0."""
        b = self.body
        points = (b.head, b.near_hand, b.far_hand, b.near_ankle, b.far_ankle, b.hips)
        return max(abs(x) for x, _ in points) + 0.1


def _rehearse(
    people: Sequence[Person], parts: Sequence[Part], talkers: Container[int], rng: random.Random
) -> list[_Actor]:
    cast = []
    for part in parts:
        person, posed = people[part.who], pose(part.action, rng)
        mood = part.mood if posed.expression == "neutral" else posed.expression
        if mood == "neutral" and part.who in talkers:
            mood = "talking"
        body = joints(person, posed, 0.0, 0.0, 1.0, 1)
        cast.append(_Actor(part, person, posed, mood, body))
    return cast


def _plan(beat: Beat, cast: Sequence[_Actor], inner: Box, rng: random.Random) -> Stage:
    """A staging, drawn afresh while it is plain from the bodies alone that a head is hidden."""
    while True:
        plan = stage(
            rng,
            inner.width,
            inner.height,
            [actor.person.stature for actor in cast],
            [-actor.body.head[1] for actor in cast],
            [actor.half for actor in cast],
            [actor.pose for actor in cast],
            talks=any(line.kind in ("speech", "thought") for line in beat.lines),
        )
        if rng.random() < 0.1 or not _hides(plan, cast):
            return plan


def _hides(plan: Stage, cast: Sequence[_Actor]) -> bool:
    """Whether somebody's trunk or head lies over the middle of a head behind."""
    heads: list[tuple[float, float]] = []
    for mark in plan.marks:
        actor = cast[mark.index]
        head, neck, hips = (
            mark.spot(at) for at in (actor.body.head, actor.body.neck, actor.body.hips)
        )
        reach = 0.13 * mark.scale * actor.person.stature
        trunk = [
            (neck[0] + (hips[0] - neck[0]) * t, neck[1] + (hips[1] - neck[1]) * t)
            for t in (0.1, 0.4, 0.7, 1.0)
        ]
        if any(hypot(x - hx, y - hy) < reach for x, y in (head, *trunk) for hx, hy in heads):
            return True
        heads.append(head)
    return False


def _draw_figures(
    canvas: Canvas,
    plan: Stage,
    cast: Sequence[_Actor],
    inner: Box,
    scene: Setting,
    rng: random.Random,
) -> dict[int, Figure]:
    """From the farthest to the nearest, each with its shadow and what it stands on."""
    figures: dict[int, Figure] = {}
    for mark in plan.marks:
        actor, key = cast[mark.index], mark.index + 1
        x, foot, ground = inner.x0 + mark.x, inner.y0 + mark.foot, inner.y0 + mark.ground
        stature = actor.person.stature
        if ground < canvas.height + 40:
            half = mark.scale * stature * (0.26 if mark.support is None else 0.32)
            shadow(canvas, x, ground, half, scene.floor)
        if mark.support:
            half = max(0.24, 0.3 * stature) * mark.scale
            platform(canvas, mark.support, x, foot, ground, half, rng)
        with canvas.owner(key):
            figures[key] = draw_figure(
                canvas, actor.person, actor.pose, x, foot, mark.scale, mark.facing, actor.mood, rng,
                held=FIRST_HELD + key,
            )  # fmt: skip
    return figures


def _surroundings(
    canvas: Canvas,
    space: Space,
    style: Style,
    figures: Mapping[int, Figure],
    floor: float,
    scene: Setting,
) -> Surroundings:
    width, height = canvas.width, canvas.height
    heads = [clip(_whole_head(figure.head), width, height) for figure in figures.values()]
    drawn = [box for key in figures if (box := canvas.drawn_box(key))]
    bodies = [clip(box, width, height) for box in drawn]
    return Surroundings(
        area=lettering_area(space.frame, style.pen * 1.7),
        heads=[head for head in heads if head],
        bodies=[body for body in bodies if body],
        blocked=list(space.holes),
        floor=floor,
        indoors=scene.indoors,
    )


def _look_around(
    canvas: Canvas,
    frame: Frame,
    plan: Stage,
    cast: Sequence[_Actor],
    figures: Mapping[int, Figure],
    said: Sequence[Line],
) -> tuple[tuple[Seen, ...], set[int]]:
    """Whom a reader sees, from the nearest to the farthest, and who is lost."""
    seen, lost = [], set()
    for mark in sorted(plan.marks, key=lambda mark: mark.plane):
        actor, key = cast[mark.index], mark.index + 1
        who = actor.part.who
        if view := look(canvas, key, figures[key], frame):
            saying = frozenset(line.voice for line in said if line.speaker == who)
            seen.append(Seen(who, view, mark.plane, actor.pose, mark.facing, actor.mood, saying))
        else:
            lost.add(who)
    return tuple(seen), lost


def _whole_head(head: Box) -> Box:
    """A head with room for what stands on it: eyes, ears, hair or a hat."""
    w, h = head.width, head.height
    return Box(head.x0 - 0.08 * w, head.y0 - 0.26 * h, head.x1 + 0.08 * w, head.y1 + 0.04 * h)
