"""Who stands where in a panel: planes of depth, sizes, and the ground under every figure.

Size, height in the picture and overlap usually tell the same story about depth, and then they are
shortcuts. Here half of the figures that are nearer are the smaller ones, by build and not by
perspective, and half stand higher up, on a crate or a rock or in mid-air; what is true shows in
what hides what, in where the supports and the shadows meet the ground, and in the floor. Where the
ground is out of the frame, only figures that meet are in different planes.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from closeup.synthetic.poses import WITH_LEGS
from closeup.synthetic.stance import Pose
from closeup.synthetic.supports import HIGH, LOW

Shot = Literal["long", "medium", "close"]
SMALLEST = 84.0
"""Pixels; an adult in the farthest plane is no smaller, unless the panel leaves no room."""
MEETING = 0.24
"""Adults' heights between the middles of two bodies that surely overlap."""


@dataclass(frozen=True)
class Mark:
    """Where one figure goes; lengths are panel pixels."""

    index: int
    """Which of the figures that were to be staged."""
    plane: int
    """0 is nearest."""
    x: float
    ground: float
    """Where its shadow lies."""
    foot: float
    """What it stands on; above the ground when it is raised."""
    scale: float
    """Standing height of an average adult in its plane."""
    facing: Literal[-1, 1]
    support: str | None
    """Drawn from `foot` down to `ground`: one of supports.LOW."""

    def spot(self, point: tuple[float, float]) -> tuple[float, float]:
        """Where a point of a body that stands at the origin, in adults' heights, comes to lie."""
        return self.x + self.facing * self.scale * point[0], self.foot + self.scale * point[1]


@dataclass(frozen=True)
class Stage:
    shot: Shot
    floor: float
    """Where the floor ends at the back."""
    unit: float
    """Pixels to an average adult's height at the back."""
    marks: tuple[Mark, ...]
    """From the farthest to the nearest: the order of drawing."""


def stage(
    rng: random.Random,
    width: float,
    height: float,
    statures: Sequence[float],
    heads: Sequence[float],
    halves: Sequence[float],
    poses: Sequence[Pose],
    talks: bool,
) -> Stage:
    """Stage figures of these statures and poses in a panel of `width` by `height` pixels.

    `heads` are the heights of their heads' middles above the ground in these poses and `halves`
    half their widths, in adults' heights; `talks` leaves room for balloons above them.
    """
    count = len(statures)
    shot = _shot(rng, count, width, height, poses)
    adult = _adult(rng, shot, count, width, height, max(statures, default=1.0), talks)
    if shot == "long" and halves:
        adult = max(min(adult, 0.56 * width / max(halves)), 60.0)
    planes = _planes(rng, count)
    depth = max(planes, default=0) + 1
    small_near = rng.random() < 0.63
    step = rng.uniform(0.86, 0.96) if small_near else rng.uniform(0.72, 0.9)
    scales = [adult * step**plane for plane in range(depth)]
    if shot == "long" and scales[-1] < SMALLEST:
        scales = [max(scale, min(SMALLEST, adult)) for scale in scales]
    steep = max(1.0, min(2.2, height / width))
    drop = height * min(rng.uniform(0.05, 0.12) * steep, 0.45 / depth)
    near = height * rng.uniform(0.84, 0.97)
    grounds = [near - drop * plane for plane in range(depth)]
    order = _assignment(rng, statures, planes, small_near)
    xs = _across(rng, planes, width, scales)
    for place, plane in enumerate(planes):
        if rng.random() < 0.8:
            margin = min(halves[order[place]] * scales[plane], 0.5 * width)
            xs[place] = min(max(xs[place], margin), width - margin)
    if shot != "long" and not _all_meet(xs, planes, scales):
        planes = [0] * count
    eyes = height * rng.uniform(0.38, 0.48)
    marks: list[Mark] = []
    for place in sorted(range(count), key=lambda i: -planes[i]):
        index, plane = order[place], planes[place]
        ground, scale = grounds[plane], scales[plane]
        foot, support = ground, None
        behind = [mark.foot for mark in marks if mark.plane > plane]
        if shot != "long":
            foot = ground = eyes + heads[index] * scale + height * rng.uniform(-0.05, 0.08)
        elif behind and rng.random() < 0.58:
            raised = min(ground, *behind) - rng.uniform(0.03, 0.09) * height
            raised = max(raised, (heads[index] + 0.24) * scale)
            if raised < ground - 12:
                foot = raised
                fit = LOW if ground - foot < 0.4 * scale else HIGH
                support = rng.choice(fit) if poses[index].lift < 0.1 else None
        x = xs[place]
        inward: Literal[-1, 1] = 1 if x < width / 2 else -1
        outward: Literal[-1, 1] = -1 if inward == 1 else 1
        facing = inward if rng.random() < 0.72 else outward
        marks.append(Mark(index, plane, x, ground, foot, scale, facing, support))
    if not marks:
        floor, unit = height * rng.uniform(0.5, 0.72), height * rng.uniform(0.3, 0.5)
    elif shot == "long":
        floor, unit = grounds[-1] - 0.04 * height - 4, scales[-1] * 0.96
    else:
        farthest = min(mark.ground for mark in marks)
        floor = min(farthest - 0.03 * adult, 1.4 * height)
        unit = min(scales[max(planes)], 1.2 * height)
    return Stage(shot, floor, unit, tuple(marks))


def _all_meet(xs: Sequence[float], planes: Sequence[int], scales: Sequence[float]) -> bool:
    """Whether the bodies of every two figures in different planes meet.

    Where the ground is out of the frame, nothing but what hides what tells which is nearer.
    """
    return all(
        planes[i] == planes[j]
        or abs(xs[i] - xs[j]) < MEETING * min(scales[planes[i]], scales[planes[j]])
        for i in range(len(xs))
        for j in range(i)
    )


def _shot(
    rng: random.Random, count: int, width: float, height: float, poses: Sequence[Pose]
) -> Shot:
    whole = any(abs(pose.lean) > 50 or pose.action in WITH_LEGS - {"standing"} for pose in poses)
    if count == 0 or whole or width > 2.6 * height:
        return "long"
    if height > 1.5 * width and count < 3 and rng.random() < 0.4:
        return "medium"
    weights = {1: (30, 42, 28), 2: (40, 48, 12), 3: (60, 40, 0)}.get(count, (80, 20, 0))
    shots: tuple[Shot, ...] = ("long", "medium", "close")
    return rng.choices(shots, weights)[0]


def _adult(
    rng: random.Random,
    shot: Shot,
    count: int,
    width: float,
    height: float,
    tallest: float,
    talks: bool,
) -> float:
    """Height of an average adult in the nearest plane."""
    if shot == "close":
        return min(height * rng.uniform(1.4, 2.0), 2.6 * width)
    if shot == "medium":
        return min(height * rng.uniform(0.9, 1.2), width * 2.4 / max(count, 1))
    top = rng.uniform(0.5, 0.66) if talks else rng.uniform(0.52, 0.8)
    share = 1 / (0.34 * count + 0.24)
    return max(min(height * top / max(tallest, 0.9), width * share * rng.uniform(0.85, 1.0)), 60.0)


def _planes(rng: random.Random, count: int) -> list[int]:
    """A plane for every place, every plane up to the last in use."""
    if count < 2:
        return [0] * count
    depth = min(count, rng.choices((1, 2, 3, 4), (10, 45, 32, 13))[0])
    planes = list(range(depth)) + [rng.randrange(depth) for _ in range(count - depth)]
    rng.shuffle(planes)
    return planes


def _assignment(
    rng: random.Random, statures: Sequence[float], planes: Sequence[int], small_near: bool
) -> list[int]:
    """Which figure takes which place: the small ones in front, or the tall ones."""
    by_size = sorted(range(len(statures)), key=lambda i: statures[i] + rng.uniform(-0.08, 0.08))
    if not small_near:
        by_size.reverse()
    by_plane = sorted(range(len(planes)), key=lambda i: planes[i])
    order = [0] * len(planes)
    for place, index in zip(by_plane, by_size, strict=True):
        order[place] = index
    return order


def _across(
    rng: random.Random, planes: Sequence[int], width: float, scales: Sequence[float]
) -> list[float]:
    """An x for every place: spread over the panel, with some figures partly behind others."""
    count = len(planes)
    slots = [(i + 0.5) / max(count, 1) for i in range(count)]
    rng.shuffle(slots)
    jitter = 0.22 / max(count, 1)
    xs = []
    for plane, slot in zip(planes, slots, strict=True):
        margin = min(0.2 * scales[plane], 0.3 * width)
        x = width * (slot + rng.uniform(-jitter, jitter))
        xs.append(min(max(x, margin), width - margin))
    if count == 1:
        xs = [width * rng.uniform(0.3, 0.7)]
    for i in range(count):
        partners = [j for j in range(count) if planes[j] < planes[i]]
        if partners and rng.random() < 0.42:
            j = rng.choice(partners)
            gap = rng.uniform(0.2, 0.3) * scales[planes[j]]
            side = 1 if xs[i] > xs[j] else -1
            moved = xs[j] + side * gap
            if 0.1 * width < moved < 0.9 * width:
                xs[i] = moved
    return xs
