"""Where lettering goes: clear of faces and of other lettering, in the order it is read.

Of two pieces of a panel the earlier is above the later, or beside it on the leading side; that is
how a reader takes them. Within that rule places vary, so that the earlier one of a pair that
stands side by side is often the lower of the two.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import hypot

import numpy as np
from numpy.typing import NDArray

from closeup.geometry import Box
from closeup.page import BalloonKind
from closeup.synthetic.balloons import Mouth, reach, root

STEPS = 17
"""Places tried along each side of a panel."""
TRACED = 40
"""The places, from the best on, whose tails are looked at."""
GAP = 7.0
"""Pixels between pieces of lettering."""
MOST_HIDDEN = {"sign": 0.02, "sfx": 0.25}
"""How much of a sign or a sound, as a share of its own box, may lie over figures."""
CORDS = 16.0
"""Pixels of wall above a sign that hangs there."""
LONG = 130.0
"""Pixels; a tail that is longer is a fault."""


@dataclass(frozen=True)
class Piece:
    """A piece of lettering that needs a place."""

    kind: BalloonKind
    width: float
    height: float
    mouth: Mouth | None = None
    """What its tail reaches for."""
    overhang: float = 0.0
    """How far it may break the panel's border."""


@dataclass(frozen=True)
class Surroundings:
    """What a panel leaves free, in the same frame as its lettering."""

    area: Box
    heads: Sequence[Box]
    bodies: Sequence[Box]
    blocked: Sequence[Box] = ()
    floor: float = 0.0
    """Where the ground begins; a sign outdoors stands on a post that reaches down to it."""
    indoors: bool = True
    """Signs hang on the wall."""

    @property
    def reach(self) -> float:
        """A length to measure distances by."""
        return min(self.area.width, self.area.height) + 60

    def post(self, sign: Box) -> Box | None:
        """What a sign stands on; None where it hangs."""
        if self.indoors:
            return None
        foot = min(max(self.floor + 10, sign.y1 + 22), self.area.y1)
        return Box(sign.center[0] - 4, sign.y1, sign.center[0] + 4, foot)

    def mirrored(self) -> "Surroundings":
        """The same, left for right."""
        mirror = self.area.x0 + self.area.x1
        heads, bodies, blocked = (
            [_flip(box, mirror) for box in boxes]
            for boxes in (self.heads, self.bodies, self.blocked)
        )
        return replace(self, heads=heads, bodies=bodies, blocked=blocked)


def place(
    rng: random.Random,
    pieces: Sequence[Piece],
    around: Surroundings,
    rtl: bool,
    low_first: bool = False,
) -> list[Box | None]:
    """A box for every piece, or None where none is left; the pieces stand in reading order.

    `low_first` puts the first of several pieces low, where the next may stand higher beside it.
    """
    if rtl:
        mirror = around.area.x0 + around.area.x1
        turned = [replace(piece, mouth=_mirrored(piece.mouth, mirror)) for piece in pieces]
        found = place(rng, turned, around.mirrored(), False, low_first)
        return [box and _flip(box, mirror) for box in found]
    ordered = [i for i, piece in enumerate(pieces) if piece.kind not in ("sign", "sfx")]
    loose = [i for i, piece in enumerate(pieces) if piece.kind in ("sign", "sfx")]
    places: list[Box | None] = [None] * len(pieces)
    tails: list[Box] = []
    for rank, i in enumerate(ordered):
        earlier = [box for j in ordered[:rank] if (box := places[j])]
        rest = len(ordered) - rank - 1
        low = low_first and rank == 0 and rest > 0
        found = places[i] = _best(rng, pieces[i], around, earlier, tails, rest, low)
        if found and (mouth := pieces[i].mouth):
            tails += [Box(x - 6, y - 6, x + 6, y + 6) for x, y in _path(found, mouth)]
    for i in loose:
        taken = [*around.blocked, *(box for box in places if box), *tails]
        places[i] = _best(rng, pieces[i], replace(around, blocked=taken), [], [], 0, False)
    return places


def faults(pieces: Sequence[Piece], boxes: Sequence[Box | None], around: Surroundings) -> float:
    """How badly a panel is lettered; below 0.3 nobody would mind."""
    total = 0.0
    for piece, box in zip(pieces, boxes, strict=True):
        if box is None:
            total += 1.0 if piece.kind in ("sign", "sfx") else 10.0
        elif piece.mouth:
            others = [other for other in boxes if other and other is not box]
            _, whole = reach(box, piece.mouth, hurdles(piece.mouth, around.heads, others))
            total += 0.0 if whole else 2.0
            total += max(0.0, _gap(box, piece.mouth) - LONG) / 100
            total += 0.25 * (box.y0 > piece.mouth.at[1])
    return total


def reads_before(first: Box, second: Box, rtl: bool) -> bool:
    """Whether a reader of one panel takes `first` before `second`."""
    if second.y0 >= first.y1:
        return True
    beside = second.x1 <= first.x0 if rtl else second.x0 >= first.x1
    return beside and second.y1 > first.y0


def _best(
    rng: random.Random,
    piece: Piece,
    around: Surroundings,
    earlier: list[Box],
    tails: list[Box],
    rest: int,
    low: bool,
) -> Box | None:
    area, over = around.area, piece.overhang
    pad = 4.0 if piece.kind == "caption" else 9.0
    cords = CORDS if piece.kind == "sign" else 0.0
    low_x, high_x = area.x0 + pad - over, area.x1 - pad + over - piece.width
    low_y, high_y = area.y0 + pad + cords - over, area.y1 - pad - piece.height
    if low_x > high_x or low_y > high_y:
        return None
    x, y = (
        grid.ravel()
        for grid in np.meshgrid(
            np.linspace(low_x, high_x, STEPS), np.linspace(low_y, high_y, STEPS), indexing="ij"
        )
    )
    boxes = np.stack((x, y, x + piece.width, y + piece.height), axis=1)
    free = ~_meets(boxes, [*around.heads], 5.0) & ~_meets(boxes, [*around.blocked, *earlier], GAP)
    hidden = _overlap(boxes, around.bodies) / (piece.width * piece.height)
    if piece.kind in ("sign", "sfx"):
        free &= hidden <= MOST_HIDDEN[piece.kind]
    if piece.kind == "sign":
        free &= _signs(boxes, around)
    for box in earlier:
        below = boxes[:, 1] >= box.y1 + 2
        beside = (boxes[:, 0] >= box.x1 + 2) & (boxes[:, 3] > box.y0 + 0.3 * box.height)
        free &= below | beside
    if not free.any():
        return None
    along, down = (x - area.x0) / area.width, (y - area.y0) / area.height
    cost = 1.5 * hidden + 4.0 * _meets(boxes, tails, 0.0)
    cost += np.array([rng.random() * 0.16 for _ in range(STEPS)])[:, None].repeat(STEPS, 1).ravel()
    if piece.kind == "caption":
        cost += 3 * (down if not earlier else 1 - down) + (along if not earlier else 1 - along)
    elif piece.kind in ("sign", "sfx"):
        cost += 4 * hidden
        cost += rng.uniform(-0.5, 0.5) * along + 0.4 * abs(down - 0.45)
    else:
        cost += (0.25 + 0.7 * rest) * (abs(down - 0.22) if low else down)
        cost += 0.5 * rest * along
        if piece.mouth:
            mx, my = piece.mouth.at
            far = _far(boxes, piece.mouth)
            cost += (1.5 * far + 2.5 * np.maximum(0, far - 0.6 * LONG)) / around.reach
            cost += 1.2 * (boxes[:, 1] > my) + 0.5 * np.abs(x + piece.width / 2 - mx) / around.reach
        else:
            cost += 3.0 * np.minimum(along, 1 - along - piece.width / area.width)
    cost[~free] = np.inf
    chosen = _untangled(boxes, cost, piece.mouth, around.heads, earlier)
    x0, y0 = float(round(boxes[chosen][0])), float(round(boxes[chosen][1]))
    return Box(x0, y0, x0 + piece.width, y0 + piece.height)


def _untangled(
    boxes: NDArray[np.float64],
    cost: NDArray[np.float64],
    mouth: Mouth | None,
    heads: Sequence[Box],
    earlier: Sequence[Box],
) -> int:
    """The cheapest place, once it is known whose tails would run into a head or a balloon."""
    order = np.argsort(cost, kind="stable")[:TRACED]
    chosen = int(order[0])
    if mouth is None:
        return chosen
    least, barred = float("inf"), hurdles(mouth, heads, earlier)
    for i in order:
        if cost[i] >= least:
            break
        blocked = not reach(Box(*boxes[i].tolist()), mouth, barred)[1]
        if (total := cost[i] + 3.0 * blocked) < least:
            chosen, least = int(i), total
    return chosen


def hurdles(mouth: Mouth, heads: Sequence[Box], balloons: Sequence[Box]) -> list[Box]:
    """What a tail must not cross: balloons, and all heads but the speaker's."""
    return [*balloons, *(head for head in heads if not _holds(head, mouth.at))]


def _far(boxes: NDArray[np.float64], mouth: Mouth) -> NDArray[np.float64]:
    """From candidates to a head, or to the mouth of one who has none: about a tail's length."""
    x, y = mouth.at
    across = np.maximum(0, np.maximum(boxes[:, 0] - x, x - boxes[:, 2]))
    down = np.maximum(0, np.maximum(boxes[:, 1] - y, y - boxes[:, 3]))
    radius = 0.4 * (mouth.head.width + mouth.head.height) / 2 if mouth.head else 0.0
    return np.maximum(0, np.hypot(across, down) - radius)


def _gap(box: Box, mouth: Mouth) -> float:
    return float(_far(np.array([box.corners]), mouth)[0])


def _signs(boxes: NDArray[np.float64], around: Surroundings) -> NDArray[np.bool_]:
    """Where a sign can be put up: on the wall, or with room for a post."""
    if around.indoors:
        return boxes[:, 3] < max(around.floor, around.area.y0 + 0.45 * around.area.height)
    posts = [around.post(Box(*corners)) for corners in boxes.tolist()]
    feet = np.array([post.corners for post in posts if post])
    return ~_meets(feet, [*around.bodies, *around.blocked], 3.0)


def _path(box: Box, mouth: Mouth) -> list[tuple[float, float]]:
    """Points along a straight tail, outside its balloon."""
    (sx, sy), (mx, my) = root(box, mouth.at), mouth.at
    steps = max(2, int(hypot(mx - sx, my - sy) / 12))
    along = [(sx + (mx - sx) * i / steps, sy + (my - sy) * i / steps) for i in range(1, steps)]
    return [at for at in along if not _holds(box, at)]


def _holds(box: Box, at: tuple[float, float]) -> bool:
    return box.x0 <= at[0] <= box.x1 and box.y0 <= at[1] <= box.y1


def _common(boxes: NDArray[np.float64], others: Sequence[Box], pad: float) -> NDArray[np.float64]:
    """Areas (N, M) that candidates share with boxes grown by `pad`."""
    corners = np.array([box.corners for box in others]).reshape(-1, 4)
    left = np.maximum(boxes[:, None, 0], corners[None, :, 0] - pad)
    right = np.minimum(boxes[:, None, 2], corners[None, :, 2] + pad)
    top = np.maximum(boxes[:, None, 1], corners[None, :, 1] - pad)
    bottom = np.minimum(boxes[:, None, 3], corners[None, :, 3] + pad)
    return np.clip(right - left, 0, None) * np.clip(bottom - top, 0, None)


def _meets(boxes: NDArray[np.float64], others: Sequence[Box], pad: float) -> NDArray[np.bool_]:
    return np.asarray((_common(boxes, others, pad) > 0).any(axis=1))


def _overlap(boxes: NDArray[np.float64], others: Sequence[Box]) -> NDArray[np.float64]:
    return _common(boxes, others, 0.0).sum(axis=1)


def _flip(box: Box, mirror: float) -> Box:
    return Box(mirror - box.x1, box.y0, mirror - box.x0, box.y1)


def _mirrored(mouth: Mouth | None, mirror: float) -> Mouth | None:
    return mouth and Mouth(
        (mirror - mouth.at[0], mouth.at[1]), mouth.head and _flip(mouth.head, mirror)
    )
