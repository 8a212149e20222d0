"""Solids: what stands on the paper in one piece, and the box of it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from closeup.panels.paper import Mask, thin_runs

SUPPORTED = 0.2
"""Share of a side along which art must lie for a panel to reach so far: what is less is a balloon
that stands out over the border."""
SLIM = 0.4
"""Share of a stretch of paper that lies in thin runs, where it is gutters and margins."""


class Cell(NamedTuple):
    """Pixels x0, y0, x1, y1 of the page as it is searched, half-open."""

    x0: int
    y0: int
    x1: int
    y1: int

    @classmethod
    def at(cls, slices: tuple[slice, ...]) -> "Cell":
        """The cell of two slices, rows and columns."""
        rows, columns = slices
        return cls(columns.start, rows.start, columns.stop, rows.stop)

    @property
    def width(self) -> int:
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        return self.y1 - self.y0

    @property
    def area(self) -> int:
        return self.width * self.height

    def of(self, mask: NDArray) -> NDArray:
        """What a page-sized array holds here."""
        return mask[self.y0 : self.y1, self.x0 : self.x1]

    def within(self, outer: "Cell") -> "Cell":
        """The same place, where its numbers are those of a part of the page."""
        x, y = outer.x0, outer.y0
        return Cell(self.x0 + x, self.y0 + y, self.x1 + x, self.y1 + y)

    def joined(self, other: "Cell") -> "Cell":
        """The smallest cell that holds both."""
        low = (min(self.x0, other.x0), min(self.y0, other.y0))
        return Cell(*low, max(self.x1, other.x1), max(self.y1, other.y1))

    def common(self, other: "Cell") -> int:
        """Pixels that lie in both."""
        x = min(self.x1, other.x1) - max(self.x0, other.x0)
        y = min(self.y1, other.y1) - max(self.y0, other.y0)
        return max(0, x) * max(0, y)


def labelled(mask: Mask, corners: bool = True) -> NDArray[np.int32]:
    """The pieces of a mask, numbered from 1; `corners`: pixels that meet at one are one piece."""
    labels = np.zeros(mask.shape, dtype=np.int32)
    ndimage.label(mask, np.ones((3, 3)) if corners else None, output=labels)
    return labels


def gutters(paper: Mask) -> Mask:
    """The paper that the panels stand on: it reaches the page's edge and holds thin runs, which
    the sky of a panel that runs off the page does not."""
    labels = labelled(paper, corners=False)
    count = int(labels.max())
    edge = np.concatenate((labels[0], labels[-1], labels[:, 0], labels[:, -1]))
    touching = np.bincount(edge, minlength=count + 1) > 0
    areas = np.bincount(labels.ravel(), minlength=count + 1)
    thin = np.bincount(labels[thin_runs(paper)], minlength=count + 1)
    touching[0] = False
    slim = np.where(touching, thin / np.maximum(1, areas), 0.0)
    reached = touching & ((slim > SLIM) | (areas < 0.002 * paper.size))
    reached[(slim * thin).argmax()] = True
    reached[0] = False
    return reached[labels]


def trimmed(solid: Mask) -> Cell | None:
    """The box of a solid without what sticks out of it; None where nothing is left."""
    height, width = solid.shape
    x0, y0, x1, y1 = 0, 0, width, height
    for _ in range(2):
        rows = _reach(solid[:, x0:x1].sum(axis=1) >= SUPPORTED * (x1 - x0))
        if rows is None:
            return None
        y0, y1 = rows
        columns = _reach(solid[y0:y1].sum(axis=0) >= SUPPORTED * (y1 - y0))
        if columns is None:
            return None
        x0, x1 = columns
    return Cell(x0, y0, x1, y1)


def _reach(there: NDArray[np.bool_]) -> tuple[int, int] | None:
    indices = np.flatnonzero(there)
    return (int(indices[0]), int(indices[-1]) + 1) if indices.size else None
