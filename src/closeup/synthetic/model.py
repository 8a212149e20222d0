"""A posed person about to be drawn: the sizes that trunk, limbs and clothes share."""

import math

from closeup.synthetic.canvas import Canvas, Tint
from closeup.synthetic.cast import Person
from closeup.synthetic.skeleton import BODIES, Body, Joints
from closeup.synthetic.stance import Pose
from closeup.synthetic.strokes import Point


class Model:
    def __init__(self, canvas: Canvas, person: Person, pose: Pose, body: Joints) -> None:
        self.canvas, self.person, self.pose, self.body = canvas, person, pose, body
        self.build: Body = BODIES[person.build]
        self.size = body.size
        self.pen = canvas.pen * min(2.4, max(0.42, math.sqrt(body.size / 420)))
        self.arm = self.build.limb * self.size
        self.leg = self.arm * 1.28
        self.head_radius = self.build.head * self.size


def mix(a: Point, b: Point, share: float) -> Point:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)


def dim(surface: Tint, by: float) -> Tint:
    return surface.shaded(by) if by and surface.tone > 60 else surface
