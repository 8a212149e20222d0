"""Arms and legs with their sleeves, trousers, hands and shoes; and tails."""

import math

from closeup.synthetic.canvas import WHITE, Tint, oval, tint
from closeup.synthetic.model import Model, dim
from closeup.synthetic.strokes import Point
from closeup.synthetic.tube import Tube, dress, limb

_LONG_SLEEVES = ("jersey", "coat", "hoodie")
_SOCK = tint((246, 244, 240), 252)


def draw_leg(model: Model, side: str) -> None:
    person, body, canvas = model.person, model.body, model.canvas
    hip, knee, ankle = (getattr(body, f"{side}_{part}") for part in ("hip", "knee", "ankle"))
    bare = person.skirted or person.shorts
    r = model.leg
    thin = r * (0.62 if bare else 0.78)
    shade = 0.12 if side == "far" else 0.0
    skin, cloth = dim(person.skin, shade), dim(person.bottom_tint, shade)
    leg = limb(hip, knee, ankle, (r * 1.2, r * (0.8 if bare else 0.96), thin))
    _shoe(model, ankle, getattr(body, f"{side}_foot"), shade)
    legging = leg.part(0.0, 0.46, 1.22) if person.shorts else leg
    if bare:
        canvas.shape(leg.outline, skin, model.pen)
        canvas.shape(leg.part(0.84, 1.0, 1.1).outline, _SOCK, model.pen)
    if not person.skirted:
        parts = [(legging.outline, cloth)]
        canvas.halo(parts[0][0], cloth, model.pen)
        if side == "near":
            belly = model.build.belly * model.size * 0.9
            parts.append((oval(*body.hips, belly, belly), cloth))
        canvas.merged(parts, model.pen)
    if not bare and model.size > 150:
        canvas.line([leg.at(0.9, -1), leg.at(0.9, 1)], model.pen * 0.7, taper=0)


def _shoe(model: Model, ankle: Point, way: Point, shade: float) -> None:
    r = model.leg
    up = (way[1] * model.body.facing, -way[0] * model.body.facing)
    long, tall = r * 2.3, r * 1.0

    def at(along: float, above: float) -> Point:
        return (
            ankle[0] + way[0] * long * along + up[0] * tall * above,
            ankle[1] + way[1] * long * along + up[1] * tall * above,
        )

    cloth = dim(model.person.shoe_tint, shade)
    bare = model.person.species in ("frog", "duck", "bear")
    outline = [at(-0.36, 0.3), at(-0.42, -0.6), at(-0.2, -0.95), at(0.5, -0.98), at(0.95, -0.8),
               at(0.92, -0.1), at(0.45, 0.3), at(0.28, 0.85), at(-0.3, 0.85)]  # fmt: skip
    model.canvas.blob(outline, dim(model.person.skin, shade) if bare else cloth, model.pen)
    if not bare and model.size > 110:
        model.canvas.line([at(-0.38, -0.66), at(0.95, -0.62)], model.pen * 0.8, WHITE, 0)


def draw_arm(model: Model, side: str) -> None:
    person, body, canvas = model.person, model.body, model.canvas
    start, elbow, wrist, hand = (
        getattr(body, f"{side}_{part}") for part in ("shoulder", "elbow", "wrist", "hand")
    )
    r = model.arm
    shade = 0.12 if side == "far" else 0.0
    skin, cloth = dim(person.skin, shade), dim(person.top_tint, shade)
    sleeved = person.top in _LONG_SLEEVES
    arm = limb(start, elbow, wrist, (r * 1.08, r * 0.92, r * 0.74))
    _hand(model, side, wrist, hand, skin)
    if not sleeved:
        canvas.shape(arm.outline, skin, model.pen)
    sleeve = arm.part(0.0, 0.96, 1.1) if sleeved else arm.part(0.0, 0.4, 1.22)
    outline = sleeve.outline
    canvas.halo(outline, cloth, model.pen)
    canvas.fill(outline, cloth)
    if person.pattern in ("stripes", "dots", "checks") or (person.pattern == "band" and sleeved):
        dress(canvas, sleeve, person.pattern, person.pattern_tint, model.size * 0.062)
    canvas.contour(outline, model.pen)
    if sleeved and model.size > 110:
        cuff = arm.part(0.86, 1.0, 1.22).outline
        canvas.shape(cuff, person.pattern_tint if person.pattern != "plain" else cloth, model.pen)


def _hand(model: Model, side: str, wrist: Point, hand: Point, skin: Tint) -> None:
    r = model.arm * 1.06
    way = (hand[0] - wrist[0], hand[1] - wrist[1])
    length = max(math.hypot(*way), 1e-6)
    way = (way[0] / length, way[1] / length)
    f = model.body.facing * (1 if side == "near" else -1)
    across = (-way[1] * f, way[0] * f)

    def at(along: float, over: float) -> Point:
        return (
            hand[0] + r * (way[0] * along + across[0] * over),
            hand[1] + r * (way[1] * along + across[1] * over),
        )

    palm = (oval(*hand, r, r * 0.94), skin)
    parts = [palm]
    open_hand = model.pose.prop in ("", "wave", "far wave", "notes", "apple")
    if model.pose.point and side == "near":
        parts.append((_finger(at(0.3, -0.3), at(2.3, -0.3), r * 0.34), skin))
    elif open_hand and r > 3.5:
        for over, reach in ((-0.62, 1.45), (-0.2, 1.85), (0.24, 1.78), (0.66, 1.36)):
            parts.append((_finger(at(0.2, over * 0.7), at(reach, over * 1.15), r * 0.3), skin))
    if r > 2.5:
        parts.append((_finger(at(-0.2, -0.5), at(0.46, -1.24), r * 0.33), skin))
    model.canvas.merged(parts, model.pen * 0.8)
    if not open_hand and r > 8:
        for over in (-0.3, 0.1, 0.5):
            model.canvas.curve([at(0.5, over), at(0.92, over * 0.9)], model.pen * 0.7)


def draw_tail(model: Model) -> None:
    hips, f, size = model.body.hips, model.body.facing, model.size
    fur, tip = model.person.skin, model.person.hair_tint
    lean = math.radians(model.body.lean)

    def at(back: float, up: float) -> Point:
        return (
            hips[0] - f * size * (back * math.cos(lean) - up * math.sin(lean)),
            min(
                hips[1] - size * (up * math.cos(lean) + back * math.sin(lean)),
                model.body.ground - model.arm * 0.6,
            ),
        )

    way = (at(0.02, -0.02), at(0.16, -0.06), at(0.26, 0.02), at(0.25, 0.16))
    match model.person.species:
        case "cat" | "mouse":
            thick = model.arm * (0.6 if model.person.species == "cat" else 0.34)
            model.canvas.shape(Tube.through(way, [thick] * 4).outline, fur, model.pen)
        case "fox":
            tube = Tube.through(way, [r * model.arm for r in (0.5, 1.5, 1.9, 0.3)])
            model.canvas.fill(tube.outline, fur)
            model.canvas.fill(tube.part(0.72, 1.0).outline, tip)
            model.canvas.contour(tube.outline, model.pen)
        case "dog":
            short = (at(0.04, 0.0), at(0.16, 0.04), at(0.22, 0.16))
            radii = [model.arm * r for r in (0.7, 0.6, 0.3)]
            model.canvas.shape(Tube.through(short, radii).outline, fur, model.pen)
        case "rabbit" | "bear":
            r = model.arm * (1.3 if model.person.species == "rabbit" else 1.0)
            x, y = at(model.build.belly * 1.0, 0.0)
            model.canvas.ellipse(x, y, r, r, WHITE if fur.tone > 180 else fur, model.pen)
        case _:
            pass


def _finger(start: Point, end: Point, radius: float):
    return Tube.through((start, end), (radius, radius)).outline
