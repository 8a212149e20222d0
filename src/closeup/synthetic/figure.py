"""A person in a pose: solid shapes with an inked contour, from forty pixels to a close-up.

The trunk and the limbs are tubes, clothes are wider tubes over them with patterns that follow, and
the head is drawn in its own frame. What is far from the viewer is drawn first. Small figures get
fewer marks, not thinner ones.
"""

import math
import random
from dataclasses import dataclass

from closeup.geometry import Box
from closeup.synthetic.canvas import INK, WHITE, Canvas, Tint, oval, tint
from closeup.synthetic.cast import Person
from closeup.synthetic.head import EXPRESSIONS, Head, draw_head
from closeup.synthetic.poses import Pose
from closeup.synthetic.props import HELD, Grip, draw_seat
from closeup.synthetic.skeleton import BODIES, Body, Joints, Point, joints
from closeup.synthetic.tube import Tube, dress, limb

_LONG_SLEEVES = ("jersey", "coat", "hoodie")
_SOCK = tint((246, 244, 240), 252)


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
) -> Figure:
    """Draw a person.

    `x` is the middle of the body and `foot_y` the ground under it. `height` is the scale of the
    place: the standing height in pixels of an average adult there; the person's own stature and
    the pose do the rest. `facing` is 1 for right, -1 for left. An expression of "" takes the
    pose's own. What is held belongs to nobody on the owner plane.
    """
    if expression and expression not in EXPRESSIONS:
        raise ValueError(f"expression {expression!r}: need one of {', '.join(EXPRESSIONS)}")
    body = joints(person, pose, x, foot_y, height, facing)
    artist = _Artist(canvas, person, pose, body)
    return artist.draw(expression or pose.expression)


class _Artist:
    def __init__(self, canvas: Canvas, person: Person, pose: Pose, body: Joints) -> None:
        self.canvas, self.person, self.pose, self.body = canvas, person, pose, body
        self.build: Body = BODIES[person.build]
        self.size = body.size
        self.pen = canvas.pen * min(2.4, max(0.42, math.sqrt(body.size / 420)))
        self.arm = self.build.limb * self.size
        self.leg = self.arm * 1.28
        self.head_radius = self.build.head * self.size

    def draw(self, expression: str) -> Figure:
        behind, front = HELD.get(self.pose.prop, (None, None))
        grip = Grip(self.canvas, self.body, self._mouth(), self.head_radius, self.pen)
        with self.canvas.owner(0):
            if self.pose.seat:
                draw_seat(grip, self.pose.seat, self.build.belly * self.size * 0.8)
            if behind:
                behind(grip)
        with self.canvas.traced() as extent:
            trunk = self._trunk()
            self._tail()
            self._cape()
            self._arm("far")
            self._leg("far")
            self._leg("near")
            self._torso(trunk)
            head = self._head(expression)
            self._neckwear(trunk)
            if front:
                with self.canvas.owner(0):
                    front(grip)
            self._arm("near")
        assert extent.box
        return Figure(
            keypoints=self._keypoints(head),
            head=head.box,
            mouth=head.mouth,
            box=extent.box,
            hands=self._sides(self.body.near_hand, self.body.far_hand),
        )

    def _head(self, expression: str) -> Head:
        body = self.body
        return draw_head(
            self.canvas,
            self.person,
            body.head,
            self.head_radius,
            body.tilt,
            body.facing,
            expression,
            self.pen,
        )

    def _mouth(self) -> Point:
        """About where the mouth will be, for cups and spoons."""
        turn = math.radians(self.body.tilt)
        u, v = 0.5, 0.5
        r, f = self.head_radius, self.body.facing
        x, y = self.body.head
        return (
            x + r * f * (u * math.cos(turn) - v * math.sin(turn)),
            y + r * (u * math.sin(turn) + v * math.cos(turn)),
        )

    def _sides(self, near: Point, far: Point) -> tuple[Point, Point]:
        """(left, right): facing right, the viewer sees more of the person's right side."""
        return (far, near) if self.body.facing > 0 else (near, far)

    def _keypoints(self, head: Head) -> tuple[tuple[float, float, int], ...]:
        b = self.body
        pairs = (
            self._sides(head.near_eye, head.far_eye),
            self._sides(head.near_ear, head.far_ear),
            self._sides(b.near_shoulder, b.far_shoulder),
            self._sides(b.near_elbow, b.far_elbow),
            self._sides(b.near_wrist, b.far_wrist),
            self._sides(b.near_hip, b.far_hip),
            self._sides(b.near_knee, b.far_knee),
            self._sides(b.near_ankle, b.far_ankle),
        )
        points = [head.nose, *(point for pair in pairs for point in pair)]
        return tuple((x, y, 1 if (x, y) == head.far_ear else 2) for x, y in points)

    def _trunk(self) -> Tube:
        """From below the hips to the shoulders."""
        size, build = self.size, self.build
        hips, neck = self.body.hips, self.body.neck
        waist = (build.girth + build.belly) / 2 * (0.9 if build.belly < build.girth else 1.02)
        down = _mix(hips, neck, -0.14)
        top = (neck[0] + (hips[0] - neck[0]) * 0.16, neck[1] + (hips[1] - neck[1]) * 0.16)
        radii = (build.belly, build.belly, waist, build.girth, build.girth, build.girth * 0.8)
        return Tube.through((down, _mix(down, top, 0.5), top), [r * size for r in radii])

    def _torso(self, trunk: Tube) -> None:
        person, canvas = self.person, self.canvas
        neck, head = self.body.neck, self.body.head
        throat = (_mix(neck, head, -0.2), _mix(neck, head, 0.5))
        canvas.shape(
            Tube.through(throat, [self.arm * 0.95] * 2).outline, person.skin.shaded(0.1), self.pen
        )
        self._garment(trunk, person.top_tint, person.pattern)
        if person.skirted or person.top == "coat":
            self._skirt(trunk)
        if self.size < 60:
            return
        match person.top:
            case "dungarees":
                self._bib(trunk)
            case "coat":
                self._buttons(trunk)
            case "hoodie":
                canvas.curve(
                    [trunk.at(0.22, -0.5), trunk.at(0.42, -0.3), trunk.at(0.42, 0.7)], self.pen
                )
        if person.pattern == "star":
            x, y = trunk.at(0.62, 0.2 * self.body.facing)
            self._star(float(x), float(y), self.build.girth * self.size * 0.55)

    def _garment(self, tube: Tube, cloth: Tint, pattern: str, seam: bool = True) -> None:
        canvas = self.canvas
        outline = tube.open_outline
        canvas.halo(outline, cloth, self.pen)
        canvas.fill(outline, cloth)
        if self.size > 90 and cloth.tone > 70:
            side = -self.body.facing
            low, high = sorted((side * 1.0, side * 0.5))
            canvas.fill(tube.band(0, 1, low, high), cloth.shaded())
        if pattern not in ("plain", "star"):
            dress(canvas, tube, pattern, self.person.pattern_tint, self.size * 0.062)
        if seam:
            canvas.contour(outline, self.pen)

    def _skirt(self, trunk: Tube) -> None:
        """A skirt or a coat's tails: from the waist along the thighs, as wide as the stride."""
        person, body = self.person, self.body
        long = 0.62 if person.top == "coat" else 0.8
        near = _mix(body.near_hip, body.near_knee, long)
        far = _mix(body.far_hip, body.far_knee, long)
        hem = _mix(near, far, 0.5)
        waist = trunk.at(0.2, 0)
        wide = math.dist(near, far) / 2 + self.leg * (1.5 if person.top == "coat" else 2.0)
        belly = self.build.belly * self.size
        start = (float(waist[0]), float(waist[1]))
        tube = Tube.through(
            (start, _mix(start, hem, 0.5), hem),
            (belly * 0.98, belly * 1.12, max(wide, belly * 1.1)),
        )
        flat = [*tube.left, *tube.right[::-1]]
        own = person.top not in ("dress", "coat")
        cloth = person.bottom_tint if own else person.top_tint
        self.canvas.fill(flat, cloth)
        if self.size > 90 and cloth.tone > 70:
            low, high = sorted((-self.body.facing * 1.0, -self.body.facing * 0.55))
            self.canvas.fill(tube.band(0, 1, low, high), cloth.shaded())
        if not own and person.pattern not in ("plain", "star", "band"):
            dress(self.canvas, tube, person.pattern, person.pattern_tint, self.size * 0.062)
        self.canvas.contour(flat, self.pen)
        if not own:
            self.canvas.fill(trunk.band(0.18, 0.3, -0.9, 0.9), person.top_tint)
            if person.top == "dress":
                self.canvas.fill(trunk.band(0.24, 0.34), person.shoe_tint)

    def _bib(self, trunk: Tube) -> None:
        cloth, f = self.person.bottom_tint, self.body.facing
        low, high = sorted((-0.42 * f, 0.82 * f))
        self.canvas.fill(trunk.band(0.0, 0.3), cloth)
        self.canvas.shape(trunk.band(0.12, 0.68, low, high), cloth, self.pen)
        for s in (low * 0.85, high * 0.8):
            self.canvas.line([trunk.at(0.66, s), trunk.at(1.0, s * 0.9)], self.arm * 0.5, cloth, 0)
            x, y = trunk.at(0.64, s)
            self.canvas.ellipse(float(x), float(y), self.pen, self.pen, WHITE, self.pen * 0.6)
        if self.size > 160:
            middle = (low + high) / 2
            self.canvas.contour(trunk.band(0.3, 0.5, middle - 0.25, middle + 0.25), self.pen * 0.7)

    def _buttons(self, trunk: Tube) -> None:
        f, light = self.body.facing, self.person.top_tint.tone > 110
        dot = INK if light else WHITE
        opening = [trunk.at(t, 0.34 * f) for t in (0.0, 0.5, 1.0)]
        self.canvas.curve(opening, self.pen * 0.9, dot)
        for t in (0.25, 0.5, 0.75):
            x, y = trunk.at(t, 0.52 * f)
            r = max(self.size * 0.012, 1.0)
            self.canvas.fill(oval(float(x), float(y), r, r), dot)

    def _star(self, x: float, y: float, radius: float) -> None:
        points = []
        for i in range(10):
            r = radius if i % 2 == 0 else radius * 0.45
            turn = math.radians(36 * i - 90 + self.body.lean * self.body.facing)
            points.append((x + r * math.cos(turn), y + r * math.sin(turn)))
        self.canvas.shape(points, self.person.pattern_tint, self.pen * 0.7)

    def _leg(self, side: str) -> None:
        person, body, canvas = self.person, self.body, self.canvas
        hip, knee, ankle = (getattr(body, f"{side}_{part}") for part in ("hip", "knee", "ankle"))
        bare = person.skirted or person.shorts
        r = self.leg
        thin = r * (0.62 if bare else 0.78)
        shade = 0.12 if side == "far" else 0.0
        skin, cloth = _dim(person.skin, shade), _dim(person.bottom_tint, shade)
        leg = limb(hip, knee, ankle, (r * 1.2, r * (0.8 if bare else 0.96), thin))
        self._shoe(ankle, getattr(body, f"{side}_foot"), shade)
        canvas.shape(leg.outline, skin if bare else cloth, self.pen)
        if bare:
            canvas.shape(leg.part(0.84, 1.0, 1.1).outline, _SOCK, self.pen)
            if person.shorts:
                canvas.shape(leg.part(0.0, 0.46, 1.22).outline, cloth, self.pen)
        elif self.size > 150:
            canvas.line([leg.at(0.9, -1), leg.at(0.9, 1)], self.pen * 0.7, taper=0)
        if side == "near" and not person.skirted:
            belly = self.build.belly * self.size * 0.86
            pelvis = oval(*body.hips, belly, belly)
            canvas.fill(pelvis, cloth)

    def _shoe(self, ankle: Point, way: Point, shade: float) -> None:
        r = self.leg
        up = (way[1] * self.body.facing, -way[0] * self.body.facing)
        long, tall = r * 2.3, r * 1.0

        def at(along: float, above: float) -> Point:
            return (
                ankle[0] + way[0] * long * along + up[0] * tall * above,
                ankle[1] + way[1] * long * along + up[1] * tall * above,
            )

        cloth = _dim(self.person.shoe_tint, shade)
        bare = self.person.species in ("frog", "duck", "bear")
        outline = [at(-0.36, 0.3), at(-0.42, -0.6), at(-0.2, -0.95), at(0.5, -0.98), at(0.95, -0.8),
                   at(0.92, -0.1), at(0.45, 0.3), at(0.28, 0.85), at(-0.3, 0.85)]  # fmt: skip
        self.canvas.blob(outline, _dim(self.person.skin, shade) if bare else cloth, self.pen)
        if not bare and self.size > 110:
            self.canvas.line([at(-0.38, -0.66), at(0.95, -0.62)], self.pen * 0.8, WHITE, 0)

    def _arm(self, side: str) -> None:
        person, body, canvas = self.person, self.body, self.canvas
        start, elbow, wrist, hand = (
            getattr(body, f"{side}_{part}") for part in ("shoulder", "elbow", "wrist", "hand")
        )
        r = self.arm
        shade = 0.12 if side == "far" else 0.0
        skin, cloth = _dim(person.skin, shade), _dim(person.top_tint, shade)
        sleeved = person.top in _LONG_SLEEVES
        arm = limb(start, elbow, wrist, (r * 1.08, r * 0.92, r * 0.74))
        self._hand(side, wrist, hand, skin)
        if not sleeved:
            canvas.shape(arm.outline, skin, self.pen)
        sleeve = arm.part(0.0, 0.96, 1.1) if sleeved else arm.part(0.0, 0.4, 1.22)
        outline = sleeve.outline
        canvas.halo(outline, cloth, self.pen)
        canvas.fill(outline, cloth)
        if person.pattern in ("stripes", "dots", "checks") or (
            person.pattern == "band" and sleeved
        ):
            dress(canvas, sleeve, person.pattern, person.pattern_tint, self.size * 0.062)
        canvas.contour(outline, self.pen)
        if sleeved and self.size > 110:
            cuff = arm.part(0.86, 1.0, 1.22).outline
            canvas.shape(
                cuff, person.pattern_tint if person.pattern != "plain" else cloth, self.pen
            )

    def _hand(self, side: str, wrist: Point, hand: Point, skin: Tint) -> None:
        r = self.arm * 1.06
        way = (hand[0] - wrist[0], hand[1] - wrist[1])
        length = max(math.hypot(*way), 1e-6)
        way = (way[0] / length, way[1] / length)
        f = self.body.facing * (1 if side == "near" else -1)
        across = (-way[1] * f, way[0] * f)

        def at(along: float, over: float) -> Point:
            return (
                hand[0] + r * (way[0] * along + across[0] * over),
                hand[1] + r * (way[1] * along + across[1] * over),
            )

        palm = (oval(*hand, r, r * 0.94), skin)
        parts = [palm]
        open_hand = self.pose.prop in ("", "wave", "far wave", "notes", "apple")
        if self.pose.point and side == "near":
            parts.append((_finger(at(0.3, -0.3), at(2.3, -0.3), r * 0.34), skin))
        elif open_hand and r > 3.5:
            for over, reach in ((-0.62, 1.3), (-0.2, 1.62), (0.24, 1.56), (0.66, 1.24)):
                parts.append((_finger(at(0.2, over * 0.7), at(reach, over * 1.15), r * 0.3), skin))
        if r > 2.5:
            parts.append((_finger(at(-0.2, -0.5), at(0.46, -1.24), r * 0.33), skin))
        self.canvas.merged(parts, self.pen * 0.8)
        if not open_hand and r > 8:
            for over in (-0.3, 0.1, 0.5):
                self.canvas.curve([at(0.5, over), at(0.92, over * 0.9)], self.pen * 0.7)

    def _tail(self) -> None:
        hips, f, size = self.body.hips, self.body.facing, self.size
        fur, tip = self.person.skin, self.person.hair_tint
        lean = math.radians(self.body.lean)

        def at(back: float, up: float) -> Point:
            return (
                hips[0] - f * size * (back * math.cos(lean) - up * math.sin(lean)),
                hips[1] - size * (up * math.cos(lean) + back * math.sin(lean)),
            )

        way = (at(0.02, -0.02), at(0.16, -0.06), at(0.26, 0.02), at(0.25, 0.16))
        match self.person.species:
            case "cat" | "mouse":
                thick = self.arm * (0.6 if self.person.species == "cat" else 0.34)
                self.canvas.shape(Tube.through(way, [thick] * 4).outline, fur, self.pen)
            case "fox":
                tube = Tube.through(way, [r * self.arm for r in (0.5, 1.5, 1.9, 0.3)])
                self.canvas.fill(tube.outline, fur)
                self.canvas.fill(tube.part(0.72, 1.0).outline, tip)
                self.canvas.contour(tube.outline, self.pen)
            case "dog":
                short = (at(0.04, 0.0), at(0.16, 0.04), at(0.22, 0.16))
                radii = [self.arm * r for r in (0.7, 0.6, 0.3)]
                self.canvas.shape(Tube.through(short, radii).outline, fur, self.pen)
            case "rabbit" | "bear":
                r = self.arm * (1.3 if self.person.species == "rabbit" else 1.0)
                x, y = at(self.build.belly * 1.0, 0.0)
                self.canvas.ellipse(x, y, r, r, WHITE if fur.tone > 180 else fur, self.pen)
            case _:
                pass

    def _cape(self) -> None:
        if self.person.extra != "cape":
            return
        body, size, f = self.body, self.size, self.body.facing
        neck, hips = body.neck, body.hips
        sway = 0.1 + 0.1 * min(1.0, abs(body.lean) / 30)
        down = _mix(neck, hips, 1.75)
        back = (down[0] - f * size * sway * 1.9, down[1] - size * 0.04)
        points = [
            (neck[0] + f * size * 0.05, neck[1] + size * 0.02),
            (neck[0] - f * size * 0.1, neck[1] + size * 0.02),
            _mix((neck[0] - f * size * 0.16, neck[1]), back, 0.5),
            back,
            _mix(back, down, 0.5),
            (down[0] + f * size * 0.02, down[1] + size * 0.02),
        ]
        self.canvas.blob(points, self.person.hat_tint, self.pen)

    def _neckwear(self, trunk: Tube) -> None:
        person, canvas, f = self.person, self.canvas, self.body.facing
        cloth = person.hat_tint
        r = self.build.girth * self.size
        match person.extra:
            case "scarf":
                ends = (trunk.at(0.96, -0.4 * f), trunk.at(0.6, -0.9 * f), trunk.at(0.3, -1.3 * f))
                tail = Tube.through([_pair(p) for p in ends], [r * 0.22, r * 0.26, r * 0.3])
                self._garment(tail, cloth, "plain")
                wrap = (trunk.at(0.98, -0.95), trunk.at(1.02, 0.0), trunk.at(0.98, 0.95))
                loop = Tube.through([_pair(p) for p in wrap], [r * 0.32] * 3)
                canvas.shape(loop.outline, cloth, self.pen)
            case "tie":
                s = 0.3 * f
                canvas.shape(
                    [trunk.at(0.98, s - 0.14), trunk.at(0.98, s + 0.14), trunk.at(0.4, s + 0.26),
                     trunk.at(0.28, s), trunk.at(0.4, s - 0.26)], cloth, self.pen)  # fmt: skip
            case "cape":
                x, y = trunk.at(0.98, 0.3 * f)
                canvas.ellipse(float(x), float(y), r * 0.2, r * 0.2, tint((250, 210, 80)), self.pen)
            case "satchel":
                strap = [trunk.at(0.96, 0.7 * f), trunk.at(0.12, -0.8 * f)]
                canvas.line(strap, self.pen * 3.4, INK, 0)
                canvas.line(strap, self.pen * 1.8, tint((150, 96, 56), 150), 0)
                x, y = trunk.at(0.06, -0.75 * f)
                bag = [(-0.75, -0.45), (0.75, -0.45), (0.75, 0.6), (-0.75, 0.6)]
                leather = tint((150, 96, 56), 150)
                canvas.shape([(x + a * r, y + b * r) for a, b in bag], leather, self.pen)
                flap = [(-0.75, -0.45), (0.75, -0.45), (0.6, 0.1), (-0.6, 0.1)]
                canvas.shape([(x + a * r, y + b * r) for a, b in flap], leather, self.pen * 0.8)


def _mix(a: Point, b: Point, share: float) -> Point:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)


def _pair(point) -> Point:
    return (float(point[0]), float(point[1]))


def _dim(surface: Tint, by: float) -> Tint:
    return surface.shaded(by) if by and surface.tone > 60 else surface


def _finger(start: Point, end: Point, radius: float):
    return Tube.through((start, end), (radius, radius)).outline
