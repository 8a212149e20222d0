"""Where a person's joints are in a pose: forward kinematics, in panel pixels."""

import math
from dataclasses import dataclass

from closeup.synthetic.cast import Person
from closeup.synthetic.stance import Limb, Pose
from closeup.synthetic.strokes import Point


@dataclass(frozen=True)
class Body:
    """Proportions, as shares of the person's own standing height."""

    head: float
    """Radius of the head."""
    torso: float
    """From the hips to the base of the neck."""
    girth: float
    """Half the width of the chest."""
    belly: float
    """Half the width at the hips."""
    limb: float
    """Radius of an arm; a leg is a third thicker."""

    @property
    def leg(self) -> float:
        """Half a leg, without the foot."""
        return (1 - 1.86 * self.head - self.torso - 0.045) / 2

    @property
    def arm(self) -> float:
        """Half an arm, without the hand."""
        return self.torso * 0.35 + self.leg * 0.32


BODIES = {
    "child": Body(head=0.19, torso=0.26, girth=0.1, belly=0.1, limb=0.04),
    "short": Body(head=0.17, torso=0.32, girth=0.125, belly=0.135, limb=0.043),
    "slim": Body(head=0.145, torso=0.28, girth=0.083, belly=0.072, limb=0.031),
    "average": Body(head=0.152, torso=0.28, girth=0.1, belly=0.094, limb=0.038),
    "broad": Body(head=0.142, torso=0.32, girth=0.142, belly=0.126, limb=0.047),
    "tall": Body(head=0.128, torso=0.28, girth=0.082, belly=0.076, limb=0.032),
}


@dataclass(frozen=True)
class Joints:
    """Points of a posed body. `near` is the side towards the viewer: the person's right when
    facing right, the left when facing left."""

    facing: int
    size: float
    """The person's standing height in pixels."""
    ground: float
    """y of the ground under the figure."""
    hips: Point
    neck: Point
    head: Point
    tilt: float
    """Of the head, degrees forwards."""
    lean: float
    near_shoulder: Point
    near_elbow: Point
    near_wrist: Point
    far_shoulder: Point
    far_elbow: Point
    far_wrist: Point
    near_hip: Point
    near_knee: Point
    near_ankle: Point
    far_hip: Point
    far_knee: Point
    far_ankle: Point
    near_hand: Point
    far_hand: Point
    near_foot: Point
    """Direction of the foot, a unit vector."""
    far_foot: Point


def joints(
    person: Person, pose: Pose, x: float, foot_y: float, height: float, facing: int
) -> Joints:
    """The posed body: `x` is the middle of its width and `foot_y` the ground; `height` is that
    of a standing average adult at the same distance."""
    size = height * person.stature
    body = BODIES[person.build]
    spine = _turn(180 - pose.lean)
    across = (math.cos(math.radians(pose.lean)), math.sin(math.radians(pose.lean)))
    upright = 0.55 + 0.45 * abs(across[0])
    neck = _add((0.0, 0.0), spine, body.torso)
    head = _add(neck, _turn(180 - 0.35 * pose.lean - 0.65 * pose.head), body.head * 0.86)
    side = body.girth * 0.62 * upright
    shoulder = _add(neck, spine, -body.limb * 1.5)
    shoulders = [_add(shoulder, across, -side), _add(shoulder, across, side * 0.9)]
    side = body.belly * 0.42 * upright
    hips = [_add((0.0, 0.0), across, -side), _add((0.0, 0.0), across, side)]
    arms = [
        _limb(start, limb, body.arm)
        for start, limb in zip(shoulders, (pose.near_arm, pose.far_arm), strict=True)
    ]
    legs = [
        _limb(start, limb, body.leg)
        for start, limb in zip(hips, (pose.near_leg, pose.far_leg), strict=True)
    ]
    hands = [
        _add(arm[1], _turn(limb[1]), body.limb * 1.15)
        for arm, limb in zip(arms, (pose.near_arm, pose.far_arm), strict=True)
    ]
    feet = [_turn(limb[1] + 82) for limb in (pose.near_leg, pose.far_leg)]
    soles = [_add(leg[1], foot, 0.07)[1] + 0.026 for leg, foot in zip(legs, feet, strict=True)]
    low = max(
        *(leg[1][1] + 0.042 for leg in legs),
        *soles,
        *(leg[0][1] + body.limb for leg in legs),
        body.belly * 0.9,
        *(arm[0][1] + body.limb for arm in arms),
        *(hand[1] + body.limb for hand in hands),
        head[1] + body.head,
    )
    points = [*arms[0], *arms[1], *legs[0], *legs[1], neck, head, (0.0, 0.0)]
    middle = (min(p[0] for p in points) + max(p[0] for p in points)) / 2

    def place(point: Point) -> Point:
        return (
            x + facing * size * (point[0] - middle),
            foot_y + size * (point[1] - low - pose.lift),
        )

    return Joints(
        facing=facing,
        size=size,
        ground=foot_y,
        hips=place((0.0, 0.0)),
        neck=place(neck),
        head=place(head),
        tilt=pose.head,
        lean=pose.lean,
        near_shoulder=place(shoulders[0]),
        near_elbow=place(arms[0][0]),
        near_wrist=place(arms[0][1]),
        far_shoulder=place(shoulders[1]),
        far_elbow=place(arms[1][0]),
        far_wrist=place(arms[1][1]),
        near_hip=place(hips[0]),
        near_knee=place(legs[0][0]),
        near_ankle=place(legs[0][1]),
        far_hip=place(hips[1]),
        far_knee=place(legs[1][0]),
        far_ankle=place(legs[1][1]),
        near_hand=place(hands[0]),
        far_hand=place(hands[1]),
        near_foot=(feet[0][0] * facing, feet[0][1]),
        far_foot=(feet[1][0] * facing, feet[1][1]),
    )


def _turn(degrees: float) -> Point:
    """The unit vector of an angle: 0 down, 90 forwards, 180 up."""
    return (math.sin(math.radians(degrees)), math.cos(math.radians(degrees)))


def _add(point: Point, way: Point, length: float) -> Point:
    return (point[0] + way[0] * length, point[1] + way[1] * length)


def _limb(start: Point, limb: Limb, length: float) -> tuple[Point, Point]:
    """The middle joint and the end of a limb of two equal halves."""
    middle = _add(start, _turn(limb[0]), length)
    return middle, _add(middle, _turn(limb[1]), length)
