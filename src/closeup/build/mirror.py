"""Pairs of mirror images: balance for choices between two regions, whatever is made of the cues.

Each question is seen from its right answer: by how much the right region exceeds the other in each
cue. A question of +0.3 in size and -0.1 in foot height is the mirror image of one of -0.3 and +0.1.
Where every cell of the table of contrasts holds as many questions as its mirror image, no rule
that sees only the contrasts, be it one cue, the strength of a cue or any combination of them, is
right more often than half the time, but for differences within a cell.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

Contrast = tuple[float, ...]
MOST_GRADES = 6


def without_mirror(contrasts: Mapping[str, Contrast], order: Sequence[str]) -> list[str]:
    """The questions to leave out, by id, so that every cell is as full as its mirror image.

    `order` names all questions; the last of a cell go first.
    """
    table = np.array([contrasts[name] for name in order])
    signs, sizes = np.sign(table).astype(int), np.abs(table)
    count = grades(len(order))
    edges = np.quantile(sizes, np.arange(1, count) / count, axis=0)
    grade = 1 + (sizes[None, :, :] >= edges[:, None, :]).sum(0)
    cells: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for name, cell in zip(order, signs * grade, strict=True):
        cells[tuple(int(value) for value in cell)].append(name)
    dropped: list[str] = []
    for cell, names in sorted(cells.items()):
        mirror = tuple(-value for value in cell)
        if mirror != cell:
            dropped += names[len(cells.get(mirror, ())) :]
    return dropped


def grades(questions: int) -> int:
    """Into how many grades a cue is cut: more, the more questions there are to fill them."""
    return max(1, min(MOST_GRADES, round(math.sqrt(questions) / 6)))
