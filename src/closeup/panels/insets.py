"""Insets: small panels that lie upon a large one, set off by a rim of paper or by their frame."""

import numpy as np
from scipy import ndimage

from closeup.panels.paper import Mask
from closeup.panels.solids import Cell, labelled, trimmed

RECTANGLE = 0.93
"""Share of its box that a rectangle fills, whatever stands out of it."""
ELLIPSE = 0.92
"""Intersection over union with the ellipse in its box, from which a piece is one."""
FRAME = 5
"""Pixels from the edge of an inset that may be its frame."""
DRAWN = 0.06
"""Share of what is within the frame that hangs together with it. In a balloon, letters do not."""


def insets(ink: Mask, hosts: list[Cell], least: tuple[int, int]) -> list[Cell]:
    """The panels that lie upon `hosts`: rectangles and ellipses of all that is not paper, `ink`,
    at least so wide and high."""
    labels = labelled(ink)
    found: list[Cell] = []
    for number, slices in enumerate(ndimage.find_objects(labels), 1):
        piece = Cell.at(slices)
        if piece.width < least[0] or piece.height < least[1]:
            continue
        if not any(h.common(piece) > 0.9 * piece.area and piece.area < 0.6 * h.area for h in hosts):
            continue
        own = piece.of(labels) == number
        whole = np.asarray(ndimage.binary_fill_holes(own), dtype=bool)
        box = trimmed(whole)
        if box is None or box.width < least[0] or box.height < least[1]:
            continue
        shape = _shape(box.of(whole))
        if shape is not None and box.of(own)[shape].mean() >= DRAWN:
            found.append(box.within(piece))
    return found


def _shape(whole: Mask) -> Mask | None:
    """What lies within the frame of a rectangle or an ellipse; None where a solid is neither."""
    height, width = whole.shape
    y = (np.arange(height)[:, None] + 0.5) / height * 2 - 1
    x = (np.arange(width)[None, :] + 0.5) / width * 2 - 1
    inside_x, inside_y = 1 - 2 * FRAME / width, 1 - 2 * FRAME / height
    if whole.mean() > RECTANGLE:
        return (abs(x) < inside_x) & (abs(y) < inside_y)
    round_ = x**2 + y**2 <= 1
    if (whole & round_).sum() / (whole | round_).sum() > ELLIPSE:
        return (x / inside_x) ** 2 + (y / inside_y) ** 2 < 1
    return None
