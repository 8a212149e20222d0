"""Two runs on the same questions: the difference of their scores, and whether it may be chance.

Both runs met the same pages, so that what makes a page hard cancels out of the difference of each
question; what is left is clustered like any score. The interval is mean ± t √V with the variance
and degrees of freedom of `spread.py`; the p-value is a sign-flip permutation test on the clusters'
sums: if the runs are equally good, each cluster's sum of differences would as likely have had the
other sign (Fisher 1935, "The Design of Experiments", §21). Both hold for clusters of unequal size;
a test that takes questions for independent, such as McNemar's, does not.
"""

import random
from collections.abc import Hashable, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from closeup.stats.intervals import LEVEL
from closeup.stats.spread import spread

FLIPS = 9_999
EXACT = 13
"""Clusters that differ at all up to which every flip is tried: 2¹³ are fewer than FLIPS."""


class Difference(NamedTuple):
    """Mean difference of paired scores, second run − first. None where it cannot be had."""

    n: int
    clusters: int
    mean: float | None
    low: float | None
    high: float | None
    p: float | None
    df: float | None


def paired_difference(
    differences: Sequence[float],
    clusters: Sequence[Hashable],
    tasks: Sequence[Hashable] | None = None,
) -> Difference:
    """The mean of differences from −1 to 1, its 95 % interval and the p-value of 0.

    With `tasks`, the mean of the tasks' means. Where all clusters differ alike, by 0 or by more,
    there is no interval: nothing tells how far others might be from it.
    """
    if not differences:
        return Difference(0, 0, None, None, None, None, None)
    told = spread(differences, clusters, tasks)
    p = sign_flip(told.sums)
    if told.variance is None or told.df is None:
        return Difference(told.n, told.clusters, told.mean, None, None, None, None)
    if not told.variance:
        return Difference(told.n, told.clusters, told.mean, None, None, p, told.df)
    half = float(stdtrit(told.df, (1 + LEVEL) / 2)) * told.variance**0.5
    low, high = max(told.mean - half, -1.0), min(told.mean + half, 1.0)
    return Difference(told.n, told.clusters, told.mean, low, high, p, told.df)


def sign_flip(sums: np.ndarray) -> float:
    """The two-sided p-value of sums symmetric about 0: how often random signs take the total as far
    from 0 as it is.

    All signs are tried where few clusters differ, otherwise `FLIPS` seeded ones, with the observed
    signs among them (Phipson and Smyth 2010, "Permutation p-values should never be zero").
    """
    rounding = 1e-9 * float(np.abs(sums).sum())
    moved = np.sort(np.abs(sums[np.abs(sums) > rounding]))  # by size: pages have no order here
    if not len(moved):
        return 1.0
    enough = abs(float(sums.sum())) - rounding
    if len(moved) <= EXACT:
        signs = np.array(list(product((-1.0, 1.0), repeat=len(moved))))
        return float((np.abs(signs @ moved) >= enough).mean())
    dice = np.random.default_rng(random.Random("sign flips").getrandbits(64))
    found, block = 0, max(1_000_000 // len(moved), 1)
    for start in range(0, FLIPS, block):
        rows = min(block, FLIPS - start)
        flips = dice.integers(0, 2, (rows, len(moved)), dtype=np.int8) * 2.0 - 1
        found += int((np.abs(flips @ moved) >= enough).sum())
    return (found + 1) / (FLIPS + 1)


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """The p-values corrected for being several (Holm 1979, "A simple sequentially rejective
    multiple test procedure"): below 5 % only where the family of them errs in 5 % at most.

    None is no test and does not count.
    """
    order = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    corrected: list[float | None] = [None] * len(p_values)
    highest = 0.0
    for rank, (p, place) in enumerate(order):
        highest = max(highest, min((len(order) - rank) * p, 1.0))
        corrected[place] = highest
    return corrected
