"""How far several judges agree: Krippendorff's alpha.

Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability". With n the ratings of units that
were rated at least twice, n_c how many of them are c, and o_ck how often c and k meet in a unit of
m ratings, each of its ordered pairs counted 1/(m − 1):

    alpha = 1 − (n − 1) Σ o_ck δ²_ck / Σ n_c n_k δ²_ck

    nominal    δ² = [c ≠ k]
    ordinal    δ² = (n_c/2 + n_between + n_k/2)², of the ratings between c and k in order
    interval   δ² = (c − k)²
"""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import numpy as np

Level = Literal["nominal", "ordinal", "interval"]


def krippendorff_alpha(
    units: Sequence[Sequence[float | str | None]], level: Level = "nominal"
) -> float | None:
    """1 is perfect agreement, 0 is what chance gives, below it judges contradict each other.

    `units` holds the ratings that each unit was given, by whoever rated it; None is no rating, and
    a unit with fewer than two tells nothing. Texts only go with "nominal". None where alpha is not
    defined: where nothing was rated twice, or all ratings are the same.
    """
    rated = [[rating for rating in unit if rating is not None] for unit in units]
    rated = [unit for unit in rated if len(unit) > 1]
    values: list = sorted({rating for unit in rated for rating in unit}, key=_sortable)
    if len(values) < 2:
        return None
    if level != "nominal" and any(isinstance(value, str) for value in values):
        raise ValueError(f"ratings {values[:3]}…: need numbers for {level} agreement")
    place = {value: number for number, value in enumerate(values)}
    observed = np.zeros((len(values), len(values)))
    for unit in rated:
        counts = np.zeros(len(values))
        for value, count in Counter(unit).items():
            counts[place[value]] = count
        observed += (np.outer(counts, counts) - np.diag(counts)) / (len(unit) - 1)
    totals = observed.sum(0)
    distance = _distance(values, totals, level)
    expected = float((np.outer(totals, totals) * distance).sum())
    return 1 - (totals.sum() - 1) * float((observed * distance).sum()) / expected


def _sortable(value: float | str) -> tuple[bool, float, str]:
    return (True, 0.0, value) if isinstance(value, str) else (False, float(value), "")


def _distance(values: Sequence, totals: np.ndarray, level: Level) -> np.ndarray:
    """(values, values): δ² of each pair."""
    if level == "nominal":
        return 1 - np.eye(len(values))
    # In order, a value stands in the middle of the ratings that are the same.
    scale = np.cumsum(totals) - totals / 2 if level == "ordinal" else np.asarray(values, float)
    return (scale[:, None] - scale) ** 2
