"""Panels of a page image: pixels in, boxes out, by rules alone.

What may be the paper is guessed in several ways; for each the page is parted, and the parting is
kept whose panels have most to show for their sides: art within and paper without.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from closeup.geometry import Box
from closeup.panels.cut import cut, edges
from closeup.panels.insets import insets
from closeup.panels.paper import Mask, Pixels, papers, shown
from closeup.panels.solids import Cell, gutters, labelled

SIDE = 1200
"""Pixels of the longer side of a page as it is searched."""
SMALL = 0.012
"""Share of the page; nothing smaller is a panel."""
THIN = 0.07
"""Share of the page's width; nothing thinner is a panel."""
PAPERS = 3
"""Guesses at the paper that are tried."""
SIDEWAYS = 6
"""Pixels of the page as it is searched, within which a side has paper without and art within."""
AT_EDGE = 0.25
"""What a panel's side counts that is the page's edge, where there is no paper to see."""


def find_panels(pixels: Pixels) -> list[Box]:
    """The panels of a page, RGB (height, width, 3), in no order; insets lie in others' boxes.

    A page on which no panel can be told from the rest is one panel.
    """
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or not pixels.size:
        raise ValueError(f"pixels {pixels.shape} of {pixels.dtype}: need uint8 (height, width, 3)")
    small = _shrunk(pixels)
    height, width = small.shape[:2]
    if min(height, width) < 32:
        return [Box(0, 0, pixels.shape[1], pixels.shape[0])]
    best, cells = 0.0, [Cell(0, 0, width, height)]
    for paper in papers(small, PAPERS):
        mask = shown(small, paper)
        outside = gutters(mask)
        found = _panels(small, outside)
        score = sum((c.width + c.height) * _set_off(c, outside) for c in found)
        if score > max(best, AT_EDGE * (width + height) * _bare_edge(outside)):
            best, cells = score, found + insets(~mask, found, _least(width))
    across, down = pixels.shape[1] / width, pixels.shape[0] / height
    return [Box(c.x0 * across, c.y0 * down, c.x1 * across, c.y1 * down) for c in cells]


def _shrunk(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    scale = SIDE / max(height, width)
    if scale >= 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX))


def _least(width: int) -> tuple[int, int]:
    """Width and height of the smallest panel, in pixels."""
    side = max(3, round(THIN * width))
    return side, side


def _panels(small: Pixels, outside: Mask) -> list[Cell]:
    """The panels that stand on the gutters and margins `outside`."""
    labels = labelled(~outside)
    lines = edges(small)
    least = _least(small.shape[1])
    found: list[tuple[Cell, float]] = []
    for number, slices in enumerate(ndimage.find_objects(labels), 1):
        piece = Cell.at(slices)
        if piece.width < least[0] or piece.height < least[1] or _tiny(piece, outside):
            continue
        solid = piece.of(labels) == number
        for part in cut(solid, (piece.of(lines[0]), piece.of(lines[1])), least):
            cell = part.within(piece)
            if not _tiny(cell, outside):
                found.append((cell, float(part.of(solid).mean())))
    return _joined(found)


def _tiny(cell: Cell, page: NDArray) -> bool:
    return cell.area < SMALL * page.size


def _joined(found: list[tuple[Cell, float]]) -> list[Cell]:
    """The cells without what lies in others; those that overlap become one, but for two that are
    full of art: panels do lie over each other. `found`: each with its share of art."""
    kept: list[tuple[Cell, float]] = []
    for cell, full in sorted(found, key=lambda pair: -pair[0].area):
        for i, (other, other_full) in enumerate(kept):
            share = other.common(cell) / cell.area
            if share > 0.9 or (share > 0.25 and min(full, other_full) < 0.8):
                kept[i] = (other.joined(cell), max(full, other_full))
                break
        else:
            kept.append((cell, full))
    return [cell for cell, _ in kept]


def _set_off(cell: Cell, outside: Mask) -> float:
    """The share of a panel's sides with art within and paper without."""
    height, width = outside.shape
    x0, y0, x1, y1 = cell
    n = SIDEWAYS
    sides: list[float] = []
    for without, within, axis, at_edge in (
        (outside[max(0, y0 - n) : y0, x0:x1], outside[y0 : y0 + n, x0:x1], 0, y0 < n),
        (outside[y1 : y1 + n, x0:x1], outside[y1 - n : y1, x0:x1], 0, y1 > height - n),
        (outside[y0:y1, max(0, x0 - n) : x0], outside[y0:y1, x0 : x0 + n], 1, x0 < n),
        (outside[y0:y1, x1 : x1 + n], outside[y0:y1, x1 - n : x1], 1, x1 > width - n),
    ):
        off = without.any(axis=axis) & ~within.all(axis=axis)
        sides.append(AT_EDGE if at_edge else float(off.mean()))
    return sum(sides) / 4


def _bare_edge(outside: Mask) -> float:
    """The share of the page's edge that shows no paper."""
    edge = np.concatenate((outside[2], outside[-3], outside[:, 2], outside[:, -3]))
    return 1 - float(edge.mean())
