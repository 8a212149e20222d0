"""The trunk and what is worn on it: tops, skirts, coats, bibs, scarves, capes, bags."""

import math

from closeup.synthetic.canvas import INK, WHITE, Tint, oval, tint
from closeup.synthetic.model import Model, mix
from closeup.synthetic.strokes import Point
from closeup.synthetic.tube import Tube, dress


def trunk_of(model: Model) -> Tube:
    """From below the hips to the shoulders."""
    size, build = model.size, model.build
    hips, neck = model.body.hips, model.body.neck
    waist = (build.girth + build.belly) / 2 * (0.9 if build.belly < build.girth else 1.02)
    down = mix(hips, neck, -0.14)
    top = (neck[0] + (hips[0] - neck[0]) * 0.16, neck[1] + (hips[1] - neck[1]) * 0.16)
    radii = (build.belly, build.belly, waist, build.girth, build.girth, build.girth * 0.8)
    return Tube.through((down, mix(down, top, 0.5), top), [r * size for r in radii])


def draw_torso(model: Model, trunk: Tube) -> None:
    person, canvas = model.person, model.canvas
    neck, head = model.body.neck, model.body.head
    throat = (mix(neck, head, -0.2), mix(neck, head, 0.5))
    canvas.shape(
        Tube.through(throat, [model.arm * 0.95] * 2).outline, person.skin.shaded(0.1), model.pen
    )
    _garment(model, trunk, person.top_tint, person.pattern)
    if person.skirted or person.top == "coat":
        _skirt(model, trunk)
    if model.size < 60:
        return
    match person.top:
        case "dungarees":
            _bib(model, trunk)
        case "coat" if person.pattern != "star":
            _buttons(model, trunk)
        case "hoodie":
            canvas.curve(
                [trunk.at(0.22, -0.5), trunk.at(0.42, -0.3), trunk.at(0.42, 0.7)], model.pen
            )
    if person.pattern == "star":
        x, y = trunk.at(0.62, 0.2 * model.body.facing)
        _star(model, float(x), float(y), model.build.girth * model.size * 0.55)


def _garment(model: Model, tube: Tube, cloth: Tint, pattern: str, seam: bool = True) -> None:
    canvas = model.canvas
    outline = tube.open_outline
    canvas.halo(outline, cloth, model.pen)
    canvas.fill(outline, cloth)
    if model.size > 90 and cloth.tone > 70:
        side = -model.body.facing
        low, high = sorted((side * 1.0, side * 0.5))
        canvas.fill(tube.band(0, 1, low, high), cloth.shaded())
    if pattern not in ("plain", "star"):
        dress(canvas, tube, pattern, model.person.pattern_tint, model.size * 0.062)
    if seam:
        canvas.contour(outline, model.pen)


def _skirt(model: Model, trunk: Tube) -> None:
    """A skirt or a coat's tails: from the waist along the thighs, as wide as the stride."""
    person, body = model.person, model.body
    long = 0.62 if person.top == "coat" else 0.8
    near = mix(body.near_hip, body.near_knee, long)
    far = mix(body.far_hip, body.far_knee, long)
    hem = mix(near, far, 0.5)
    waist = trunk.at(0.2, 0)
    wide = math.dist(near, far) / 2 + model.leg * (1.5 if person.top == "coat" else 2.0)
    belly = model.build.belly * model.size
    start = (float(waist[0]), float(waist[1]))
    tube = Tube.through(
        (start, mix(start, hem, 0.5), hem),
        (belly * 0.98, belly * 1.12, max(wide, belly * 1.1)),
    )
    flat = [*tube.left, *tube.right[::-1]]
    own = person.top not in ("dress", "coat")
    cloth = person.bottom_tint if own else person.top_tint
    model.canvas.fill(flat, cloth)
    if model.size > 90 and cloth.tone > 70:
        low, high = sorted((-model.body.facing * 1.0, -model.body.facing * 0.55))
        model.canvas.fill(tube.band(0, 1, low, high), cloth.shaded())
    if not own and person.pattern not in ("plain", "star", "band"):
        dress(model.canvas, tube, person.pattern, person.pattern_tint, model.size * 0.062)
    model.canvas.contour(flat, model.pen)
    if not own:
        model.canvas.fill(trunk.band(0.18, 0.3, -0.9, 0.9), person.top_tint)
        if person.top == "dress":
            model.canvas.fill(trunk.band(0.24, 0.34), person.shoe_tint)


def _bib(model: Model, trunk: Tube) -> None:
    cloth, f = model.person.bottom_tint, model.body.facing
    low, high = sorted((-0.42 * f, 0.82 * f))
    model.canvas.fill(trunk.band(0.0, 0.3), cloth)
    model.canvas.shape(trunk.band(0.12, 0.68, low, high), cloth, model.pen)
    for s in (low * 0.85, high * 0.8):
        model.canvas.line([trunk.at(0.66, s), trunk.at(1.0, s * 0.9)], model.arm * 0.5, cloth, 0)
        x, y = trunk.at(0.64, s)
        model.canvas.ellipse(float(x), float(y), model.pen, model.pen, WHITE, model.pen * 0.6)
    if model.size > 160:
        middle = (low + high) / 2
        model.canvas.contour(trunk.band(0.3, 0.5, middle - 0.25, middle + 0.25), model.pen * 0.7)


def _buttons(model: Model, trunk: Tube) -> None:
    f, light = model.body.facing, model.person.top_tint.tone > 110
    dot = INK if light else WHITE
    opening = [trunk.at(t, 0.34 * f) for t in (0.0, 0.5, 1.0)]
    model.canvas.curve(opening, model.pen * 0.9, dot)
    for t in (0.25, 0.5, 0.75):
        x, y = trunk.at(t, 0.52 * f)
        r = max(model.size * 0.012, 1.0)
        model.canvas.fill(oval(float(x), float(y), r, r), dot)


def _star(model: Model, x: float, y: float, radius: float) -> None:
    points = []
    for i in range(10):
        r = radius if i % 2 == 0 else radius * 0.45
        turn = math.radians(36 * i - 90 + model.body.lean * model.body.facing)
        points.append((x + r * math.cos(turn), y + r * math.sin(turn)))
    model.canvas.shape(points, model.person.pattern_tint, model.pen * 0.7)


def draw_cape(model: Model) -> None:
    if model.person.extra != "cape":
        return
    body, size, f = model.body, model.size, model.body.facing
    neck, hips = body.neck, body.hips
    sway = 0.1 + 0.1 * min(1.0, abs(body.lean) / 30)
    down = mix(neck, hips, 1.75)
    back = (down[0] - f * size * sway * 1.9, down[1] - size * 0.04)
    points = [
        (neck[0] + f * size * 0.05, neck[1] + size * 0.02),
        (neck[0] - f * size * 0.1, neck[1] + size * 0.02),
        mix((neck[0] - f * size * 0.16, neck[1]), back, 0.5),
        back,
        mix(back, down, 0.5),
        (down[0] + f * size * 0.02, down[1] + size * 0.02),
    ]
    model.canvas.blob(points, model.person.hat_tint, model.pen)


def draw_neckwear(model: Model, trunk: Tube) -> None:
    person, canvas, f = model.person, model.canvas, model.body.facing
    cloth = person.hat_tint
    r = model.build.girth * model.size
    match person.extra:
        case "scarf":
            ends = (trunk.at(0.96, -0.4 * f), trunk.at(0.6, -0.9 * f), trunk.at(0.3, -1.3 * f))
            tail = Tube.through([_pair(p) for p in ends], [r * 0.22, r * 0.26, r * 0.3])
            _garment(model, tail, cloth, "plain")
            wrap = (trunk.at(0.98, -0.95), trunk.at(1.02, 0.0), trunk.at(0.98, 0.95))
            loop = Tube.through([_pair(p) for p in wrap], [r * 0.32] * 3)
            canvas.shape(loop.outline, cloth, model.pen)
        case "tie":
            s = 0.3 * f
            canvas.shape(
                [trunk.at(0.98, s - 0.14), trunk.at(0.98, s + 0.14), trunk.at(0.4, s + 0.26),
                 trunk.at(0.28, s), trunk.at(0.4, s - 0.26)], cloth, model.pen)  # fmt: skip
        case "cape":
            x, y = trunk.at(0.98, 0.3 * f)
            canvas.ellipse(float(x), float(y), r * 0.2, r * 0.2, tint((250, 210, 80)), model.pen)
        case "satchel":
            strap = [trunk.at(0.96, 0.7 * f), trunk.at(0.12, -0.8 * f)]
            canvas.line(strap, model.pen * 3.4, INK, 0)
            canvas.line(strap, model.pen * 1.8, tint((150, 96, 56), 150), 0)
            x, y = trunk.at(0.06, -0.75 * f)
            bag = [(-0.75, -0.45), (0.75, -0.45), (0.75, 0.6), (-0.75, 0.6)]
            leather = tint((150, 96, 56), 150)
            canvas.shape([(x + a * r, y + b * r) for a, b in bag], leather, model.pen)
            flap = [(-0.75, -0.45), (0.75, -0.45), (0.6, 0.1), (-0.6, 0.1)]
            canvas.shape([(x + a * r, y + b * r) for a, b in flap], leather, model.pen * 0.8)


def _pair(point) -> Point:
    return (float(point[0]), float(point[1]))
