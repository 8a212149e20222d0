"""A person in a pose: solid shapes with an inked contour, from forty pixels to a close-up.

The trunk and the limbs are tubes, clothes are wider tubes over them with patterns that follow, and
the head is drawn in its own frame. What is far from the viewer is drawn first. Small figures get
fewer marks, not thinner ones.
"""

import math
import random
from dataclasses import dataclass

from closeup.geometry import Box
from closeup.synthetic.canvas import Canvas
from closeup.synthetic.cast import Person
from closeup.synthetic.grip import Grip
from closeup.synthetic.head import EXPRESSIONS, Head, draw_head
from closeup.synthetic.limbs import draw_arm, draw_leg, draw_tail
from closeup.synthetic.model import Model
from closeup.synthetic.props import HELD, draw_seat
from closeup.synthetic.skeleton import joints
from closeup.synthetic.stance import Pose
from closeup.synthetic.strokes import Point
from closeup.synthetic.things import THINGS, draw_prop
from closeup.synthetic.wardrobe import draw_cape, draw_neckwear, draw_torso, trunk_of

__all__ = ["THINGS", "Figure", "draw_figure", "draw_prop"]


@dataclass(frozen=True)
class Figure:
    """Where a drawn person is, in panel pixels, beyond its borders too."""

    keypoints: tuple[tuple[float, float, int], ...]
    """COCO's seventeen; the far ear is hidden (1), the rest are visible (2) unless something
    is drawn over them later."""
    head: Box
    """The face and skull, without ears, hair or hat."""
    mouth: Point
    box: Box
    """The person with hair, hat and clothes, without what is held."""
    hands: tuple[Point, Point]
    """The person's left hand and right hand, in COCO's order."""


def draw_figure(
    canvas: Canvas,
    person: Person,
    pose: Pose,
    x: float,
    foot_y: float,
    height: float,
    facing: int,
    expression: str,
    rng: random.Random,
    held: int = 0,
) -> Figure:
    """Draw a person.

    `x` is the middle of the body and `foot_y` the ground under it. `height` is the scale of the
    place: the standing height in pixels of an average adult there; the person's own stature and
    the pose do the rest. `facing` is 1 for right, -1 for left. An expression of "" takes the
    pose's own. `held` owns what the hands are busy with on the owner plane: nobody, by default.
    """
    if expression and expression not in EXPRESSIONS:
        raise ValueError(f"expression {expression!r}: need one of {', '.join(EXPRESSIONS)}")
    body = joints(person, pose, x, foot_y, height, facing)
    return _draw(Model(canvas, person, pose, body), expression or pose.expression, held)


def _draw(model: Model, expression: str, held: int) -> Figure:
    behind, front = HELD.get(model.pose.prop, (None, None))
    grip = Grip(model.canvas, model.body, _mouth(model), model.head_radius, model.pen)
    with model.canvas.owner(0):
        if model.pose.seat:
            draw_seat(grip, model.pose.seat, model.build.belly * model.size * 0.8)
    if behind:
        with model.canvas.owner(held):
            behind(grip)
    with model.canvas.traced() as extent:
        trunk = trunk_of(model)
        draw_tail(model)
        draw_cape(model)
        draw_arm(model, "far")
        draw_leg(model, "far")
        draw_leg(model, "near")
        draw_torso(model, trunk)
        head = _head(model, expression)
        draw_neckwear(model, trunk)
        if front:
            with model.canvas.owner(held):
                front(grip)
        draw_arm(model, "near")
    assert extent.box
    return Figure(
        keypoints=_keypoints(model, head),
        head=head.box,
        mouth=head.mouth,
        box=extent.box,
        hands=_sides(model, model.body.near_hand, model.body.far_hand),
    )


def _head(model: Model, expression: str) -> Head:
    body = model.body
    return draw_head(
        model.canvas,
        model.person,
        body.head,
        model.head_radius,
        body.tilt,
        body.facing,
        expression,
        model.pen,
    )


def _mouth(model: Model) -> Point:
    """About where the mouth will be, for cups and spoons."""
    turn = math.radians(model.body.tilt)
    u, v = 0.5, 0.5
    r, f = model.head_radius, model.body.facing
    x, y = model.body.head
    return (
        x + r * f * (u * math.cos(turn) - v * math.sin(turn)),
        y + r * (u * math.sin(turn) + v * math.cos(turn)),
    )


def _sides(model: Model, near: Point, far: Point) -> tuple[Point, Point]:
    """(left, right): facing right, the viewer sees more of the person's right side."""
    return (far, near) if model.body.facing > 0 else (near, far)


def _keypoints(model: Model, head: Head) -> tuple[tuple[float, float, int], ...]:
    b = model.body
    pairs = (
        _sides(model, head.near_eye, head.far_eye),
        _sides(model, head.near_ear, head.far_ear),
        _sides(model, b.near_shoulder, b.far_shoulder),
        _sides(model, b.near_elbow, b.far_elbow),
        _sides(model, b.near_wrist, b.far_wrist),
        _sides(model, b.near_hip, b.far_hip),
        _sides(model, b.near_knee, b.far_knee),
        _sides(model, b.near_ankle, b.far_ankle),
    )
    points = [head.nose, *(point for pair in pairs for point in pair)]
    return tuple((x, y, 1 if (x, y) == head.far_ear else 2) for x, y in points)
