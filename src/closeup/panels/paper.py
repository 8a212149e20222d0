"""The paper between the panels: what colour it has, and where on the page it shows.

A gutter is long, thin, straight and of one colour. Of the page's common colours, that is the paper
which lies in such runs and at the page's edge. Scans are yellow here and grey there, so the colour
is followed from place to place, and how far a pixel may be from it is learned from the gutters.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Pixels = NDArray[np.uint8]
"""RGB, (height, width, 3)."""
Planes = NDArray[np.float32]
"""The same as (3, height, width)."""
Mask = NDArray[np.bool_]

COARSE = 400
"""Pixels of the longer side at which colours are counted, and followed over the page."""
ALIKE = 20
"""Levels of a channel by which paper may differ from the paper around it while it is sought."""
BLOCK = 4
SPREAD = 12.0
"""Pixels of the coarse page over which paper changes little; smoothed in blocks of so many."""
THICK = 0.06
"""Share of the page's height; no gutter is as thick."""
LEAST = 0.02
"""A colour that scores less is no paper: of thin runs, in share of the page."""


class Paper(NamedTuple):
    """A colour that the gutters may have."""

    score: float
    local: Planes
    """The colour as it is at each place of the coarse page."""
    tolerance: float
    """Levels of a channel within which a pixel is paper."""


def papers(pixels: Pixels, most: int) -> list[Paper]:
    """What the paper may be, the likeliest first; none where nothing is like a gutter."""
    step = _step(pixels)
    small = _planes(pixels[::step, ::step])
    height, width = small.shape[1:]
    border = max(2, round(0.012 * max(height, width)))
    edge = np.ones((height, width), dtype=bool)
    edge[border:-border, border:-border] = False
    found = [_paper(small, edge, colour) for colour in _common(small, edge)]
    likely = [one for one in found if one and one.score >= LEAST]
    return sorted(likely, key=lambda one: -one.score)[:most]


def shown(pixels: Pixels, paper: Paper) -> Mask:
    """Where the page shows this paper."""
    planes = _planes(pixels)
    local = _grown(paper.local, _step(pixels), planes.shape)
    return _distance(planes, local) < paper.tolerance


def thin_runs(like: Mask) -> Mask:
    """The pixels that lie in long straight runs, where these are thin."""
    height, width = like.shape
    runs = _runs(like, 0.3 * width, 1) | _runs(like, 0.2 * height, 0)
    size = max(3, round(THICK * height))
    thick = ndimage.minimum_filter(runs.astype(np.uint8), size=size, mode="constant")
    return runs & (ndimage.maximum_filter(thick, size=size + 2) == 0)


def _paper(small: Planes, edge: Mask, colour: NDArray[np.float32]) -> Paper | None:
    """The paper that starts from a colour, followed over the page."""
    local = np.broadcast_to(colour[:, None, None], small.shape)
    gutters = edge
    for _ in range(3):
        like = _distance(small, local) < ALIKE
        gutters = thin_runs(like) | (like & edge)
        if not gutters.any():
            return None
        local = _spread(small, gutters, colour)
    off = _distance(small, local)
    tolerance = float(np.clip(1.6 * np.percentile(off[gutters], 90) + 8, 14, 34))
    at_edge = float((off[edge] < ALIKE).mean())
    return Paper(float(gutters.mean()) + 0.15 * at_edge, local, tolerance)


def _common(small: Planes, edge: Mask) -> list[NDArray[np.float32]]:
    """The commonest colours, those of the edge above all, no two alike."""
    red, green, blue = (small // 16).astype(np.int32)
    keys = (red << 8) | (green << 4) | blue
    counts = np.bincount(keys.ravel(), minlength=1 << 12)
    counts += 4 * np.bincount(keys[edge], minlength=1 << 12)
    taken: list[NDArray[np.float32]] = []
    for key in np.argsort(-counts, kind="stable")[:16]:
        if counts[key] < 0.004 * keys.size:
            break
        colour = np.median(small[:, keys == key], axis=1)
        if all(np.abs(colour - other).max() >= 12 for other in taken):
            taken.append(colour)
    return taken[:8]


def _runs(mask: Mask, length: float, axis: int) -> Mask:
    """The pixels that lie in straight runs at least so long."""
    size = max(3, round(length)) | 1
    core = ndimage.minimum_filter1d(mask.astype(np.uint8), size, axis=axis, mode="constant")
    return ndimage.maximum_filter1d(core, size, axis=axis).astype(bool)


def _spread(small: Planes, where: Mask, colour: NDArray[np.float32]) -> Planes:
    """The colour of the pixels `where`, smoothed and carried on between them."""
    faint = 1e-4
    sigma = (0, SPREAD / BLOCK, SPREAD / BLOCK)
    weight = ndimage.gaussian_filter(_blocks(where[None].astype(np.float32)), sigma)
    sums = ndimage.gaussian_filter(_blocks(small * where), sigma)
    smooth = (sums + faint * colour[:, None, None]) / (weight + faint)
    return _grown(smooth.astype(np.float32), BLOCK, small.shape)


def _blocks(planes: Planes) -> Planes:
    """The mean of each BLOCK × BLOCK pixels; what is missing at the edge counts as 0."""
    depth, height, width = planes.shape
    padded = np.pad(planes, ((0, 0), (0, -height % BLOCK), (0, -width % BLOCK)))
    shape = (depth, padded.shape[1] // BLOCK, BLOCK, padded.shape[2] // BLOCK, BLOCK)
    return padded.reshape(shape).mean(axis=(2, 4))


def _grown(planes: Planes, by: int, shape: tuple[int, ...]) -> Planes:
    """Each value `by` times along both axes, cut to a shape."""
    return np.repeat(np.repeat(planes, by, axis=1), by, axis=2)[:, : shape[1], : shape[2]]


def _distance(planes: Planes, local: Planes) -> NDArray[np.float32]:
    """By how many levels the channel that differs most does."""
    return np.abs(planes - local).max(axis=0)


def _planes(pixels: Pixels) -> Planes:
    return np.ascontiguousarray(pixels.transpose(2, 0, 1), dtype=np.float32)


def _step(pixels: Pixels) -> int:
    return max(1, max(pixels.shape) // COARSE)
