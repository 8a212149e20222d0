"""Pairs of mirror images: balance for choices between two regions, whatever is made of the cues.

Each question is seen from its right answer: by how much the right region exceeds the other in each
cue. A question of +0.3 in size and -0.1 in foot height is the mirror image of one of -0.3 and +0.1.
Contrasts are cut into grades, and pairs are made of questions in mirrored cells of the table. Where
a bench keeps whole pairs only, no rule that sees the cell alone, be it one cue, the strength of a
cue or any combination of them, is right more than half the time. A rule that sees finer differences
than the grades may be.
"""

import math
from collections import defaultdict
from collections.abc import Mapping

import numpy as np

Contrast = tuple[float, ...]
Cell = tuple[int, ...]
MOST_GRADES = 6


def cells(contrasts: Mapping[str, Contrast]) -> dict[str, Cell]:
    """For each question by its id, and for each cue: the grade of the contrast, with its sign.

    Grades are 1 and more, each as full as the next, and 0 where the regions are equal in the cue.
    """
    table = np.array(list(contrasts.values()))
    signs, sizes = np.sign(table).astype(int), np.abs(table)
    count = grades(len(table))
    edges = np.quantile(sizes, np.arange(1, count) / count, axis=0)
    grade = 1 + (sizes[None, :, :] >= edges[:, None, :]).sum(0)
    return {
        name: tuple(int(value) for value in cell)
        for name, cell in zip(contrasts, signs * grade, strict=True)
    }


def mirror_pairs(contrasts: Mapping[str, Contrast]) -> list[tuple[str, ...]]:
    """Pairs of ids from mirrored cells, in the order in which the questions of a cell stand.

    Whoever is its own mirror image, since nothing is to be seen in it, stands alone; what finds no
    mirror image is in none.
    """
    if not contrasts:
        return []
    full: dict[Cell, list[str]] = defaultdict(list)
    for name, cell in cells(contrasts).items():
        full[cell].append(name)
    found: list[tuple[str, ...]] = []
    for cell, names in sorted(full.items()):
        mirror = tuple(-value for value in cell)
        if mirror == cell:
            found += [(name,) for name in names]
        elif cell < mirror:
            found += zip(names, full.get(mirror, ()), strict=False)
    return found


def grades(questions: int) -> int:
    """Into how many grades a cue is cut: more, the more questions there are to fill them."""
    return max(1, min(MOST_GRADES, round(math.sqrt(questions) / 6)))
