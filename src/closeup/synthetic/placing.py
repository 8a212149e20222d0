"""Where lettering goes: clear of faces and of other lettering, in the order it is read.

Of two pieces of a panel the earlier is above the later, or beside it on the leading side; that is
how a reader takes them. Within that rule places vary, so that the earlier one of a pair that
stands side by side is often the lower of the two.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

import numpy as np
from numpy.typing import NDArray

from closeup.geometry import Box
from closeup.page import BalloonKind

Point = tuple[float, float]

STEPS = 15
"""Places tried along each side of a panel."""
GAP = 7.0
"""Pixels between pieces of lettering."""
MOST_HIDDEN = {"sign": 0.02, "sfx": 0.25}
"""How much of a sign or a sound, as a share of its own box, may lie over figures."""


@dataclass(frozen=True)
class Piece:
    """A piece of lettering that needs a place."""

    kind: BalloonKind
    width: float
    height: float
    mouth: tuple[float, float] | None = None
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

    @property
    def reach(self) -> float:
        """A length to measure distances by."""
        return min(self.area.width, self.area.height) + 60


def place(
    rng: random.Random, pieces: Sequence[Piece], around: Surroundings, rtl: bool
) -> list[Box | None]:
    """A box for every piece, or None where none is left; the pieces stand in reading order."""
    mirror = around.area.x0 + around.area.x1
    if rtl:
        flipped = Surroundings(
            around.area,
            [_flip(box, mirror) for box in around.heads],
            [_flip(box, mirror) for box in around.bodies],
            [_flip(box, mirror) for box in around.blocked],
        )
        turned = [
            Piece(
                p.kind, p.width, p.height, p.mouth and (mirror - p.mouth[0], p.mouth[1]), p.overhang
            )
            for p in pieces
        ]
        found = place(rng, turned, flipped, rtl=False)
        return [box and _flip(box, mirror) for box in found]
    ordered = [i for i, piece in enumerate(pieces) if piece.kind not in ("sign", "sfx")]
    loose = [i for i, piece in enumerate(pieces) if piece.kind in ("sign", "sfx")]
    places: list[Box | None] = [None] * len(pieces)
    tails: list[Box] = []
    inverted = rng.random() < 0.4
    for rank, i in enumerate(ordered):
        earlier = [box for j in ordered[:rank] if (box := places[j])]
        rest = len(ordered) - rank - 1
        lower = inverted and rank == 0 and rest > 0
        found = places[i] = _best(rng, pieces[i], around, earlier, tails, rest, lower)
        mouth = pieces[i].mouth
        if found and mouth:
            tails += [Box(x - 7, y - 7, x + 7, y + 7) for x, y in _path(found, mouth)]
    for i in loose:
        taken = [box for box in places if box]
        blocked = Surroundings(around.area, around.heads, around.bodies, [*around.blocked, *taken])
        places[i] = _best(rng, pieces[i], blocked, [], tails, 0, rng.random() < 0.3)
    return places


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
    lower: bool,
) -> Box | None:
    area, over = around.area, piece.overhang
    pad = 4.0 if piece.kind == "caption" else 9.0
    low_x, high_x = area.x0 + pad - over, area.x1 - pad + over - piece.width
    low_y, high_y = area.y0 + pad - over, area.y1 - pad - piece.height
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
    for box in earlier:
        below = boxes[:, 1] >= box.y1 + 2
        beside = (boxes[:, 0] >= box.x1 + 2) & (boxes[:, 3] > box.y0 + 0.3 * box.height)
        free &= below | beside
    if not free.any():
        return None
    along, down = (x - area.x0) / area.width, (y - area.y0) / area.height
    cost = 1.5 * hidden
    cost += 1.2 * _meets(boxes, tails, 0.0)
    cost += np.array([rng.random() * 0.16 for _ in range(STEPS)])[:, None].repeat(STEPS, 1).ravel()
    if piece.kind == "caption":
        cost += 3 * (down if not earlier else 1 - down) + (along if not earlier else 1 - along)
    elif piece.kind in ("sign", "sfx"):
        cost += 4 * hidden
        cost += rng.uniform(-0.5, 0.5) * along + 0.4 * abs(down - 0.45)
    else:
        cost += (0.25 + 0.7 * rest) * (abs(down - 0.22) if lower else down)
        cost += 0.5 * rest * along
        if piece.mouth:
            dx = np.abs(x + piece.width / 2 - piece.mouth[0])
            dy = piece.mouth[1] - y - piece.height
            dy = np.where(dy > 0, np.maximum(0, dy - 0.7 * piece.height), -1.4 * dy)
            cost += (1.3 * np.maximum(0, dx - 0.3 * piece.width) + 1.3 * dy) / around.reach
    cost[~free] = np.inf
    best = np.argsort(cost, kind="stable")[:20]
    if piece.mouth:
        mouth, heads = piece.mouth, around.heads
        scored = [
            (
                cost[i]
                + 0.9 * _crossed(boxes[i], mouth, heads)
                + 3.0 * _crossed(boxes[i], mouth, earlier),
                i,
            )
            for i in best
            if cost[i] < np.inf
        ]
        chosen = min(scored)[1]
    else:
        chosen = best[0]
    x0, y0 = float(round(boxes[chosen][0])), float(round(boxes[chosen][1]))
    return Box(x0, y0, x0 + piece.width, y0 + piece.height)


def _crossed(corners: NDArray[np.float64], mouth: Point, hurdles: Sequence[Box]) -> int:
    """How many heads (but the speaker's) and balloons a straight tail would run over."""
    path = _path(Box(*corners.tolist()), mouth)
    return sum(
        any(_holds(hurdle, at) for at in path) for hurdle in hurdles if not _holds(hurdle, mouth)
    )


def _path(box: Box, mouth: Point) -> list[Point]:
    """Points along a straight tail, outside its balloon."""
    (cx, cy), (mx, my) = box.center, mouth
    steps = max(2, int(hypot(mx - cx, my - cy) / 18))
    along = [(cx + (mx - cx) * i / steps, cy + (my - cy) * i / steps) for i in range(1, steps)]
    return [at for at in along if not _holds(box, at)]


def _holds(box: Box, at: Point) -> bool:
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
