"""The variance of a mean, or of a mean of several tasks' means, over clusters of scores.

The model is linear, with a mean of its own for each of K tasks, and its variance is cluster-robust
with the small-sample correction called CR2 and its degrees of freedom (Bell and McCaffrey 2002,
"Bias reduction in standard errors for linear regression with multi-stage samples"; Imbens and
Kolesár 2016, "Robust standard errors in small samples"). For means both have a closed form. Task t
has N_t scores, of which the share h_gt lies in cluster g, and u_gt is the sum of their distances
from the task's mean:

    macro mean          m  = 1/K Σ_t mean_t
    variance            V  = Σ_g (Σ_t c_gt u_gt)²           with c_gt = 1 / (K N_t √(1 − h_gt))
    degrees of freedom  df = (tr M)² / tr M²,
        M_gf = [g = f] Σ_t N_t h_gt c_gt² − Σ_t N_t (h_gt c_gt)(h_ft c_ft)

For one task and clusters of one size this is the textbook G/(G−1) and G − 1.
"""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np

ROUNDING = 1e-20
"""A variance up to which scores do not differ: what is left is the arithmetic's."""


class Spread(NamedTuple):
    """A mean, and how uncertain clusters make it."""

    n: int
    clusters: int
    mean: float
    variance: float | None
    """None, like df, where a task lies in one cluster: nothing then tells how clusters differ. 0
    where they do not, but for rounding."""
    df: float | None
    weights: float
    """Σ w², of the weights w = 1/(K N_t) of the scores: 1/n for one task."""
    weights_together: float
    """Σ_g (Σ_{i∈g} w_i)²: the same, were each cluster one score."""
    within: float
    """Σ w² (score − its task's mean)²: the variance, were scores independent."""
    sums: np.ndarray
    """(clusters,): the part of the mean that each cluster contributes."""


def spread(
    scores: Sequence[float],
    clusters: Sequence[Hashable],
    tasks: Sequence[Hashable] | None = None,
) -> Spread:
    """Of at least one score. With `tasks`, of the mean of the tasks' means."""
    values = np.asarray(scores, dtype=float)
    group, groups = _numbered(clusters)
    task, count = _numbered(tasks) if tasks is not None else (np.zeros(len(values), int), 1)
    sizes = np.bincount(task, minlength=count)
    means = np.array([values[task == number].mean() for number in range(count)])
    weight = 1 / (count * sizes[task])
    away = values - means[task]
    cell = group * count + task
    per_cell = (groups, count)
    share = np.bincount(cell, minlength=groups * count).reshape(per_cell) / sizes
    variance = df = None
    if (share < 1).all():
        c = 1 / (count * sizes * np.sqrt(1 - share))
        u = np.bincount(cell, away, groups * count).reshape(per_cell)
        variance = _rounded(((c * u).sum(1) ** 2).sum())
        inner = np.sqrt(sizes) * share * c
        diagonal = (sizes * share * c**2).sum(1)
        own = (inner**2).sum(1)
        trace = (diagonal - own).sum()
        squares = (diagonal**2 - 2 * diagonal * own).sum() + ((inner.T @ inner) ** 2).sum()
        df = float(trace**2 / squares)
    return Spread(
        n=len(values),
        clusters=groups,
        mean=float(means.mean()),
        variance=variance,
        df=df,
        weights=float((weight**2).sum()),
        weights_together=float((np.bincount(group, weight) ** 2).sum()),
        within=_rounded((weight**2 * away**2).sum()),
        sums=np.bincount(group, weight * values, groups),
    )


def _rounded(variance: float) -> float:
    return float(variance) if variance > ROUNDING else 0.0


def _numbered(names: Sequence[Hashable]) -> tuple[np.ndarray, int]:
    """Each name's number, from 0 in the order in which they first come, and how many there are."""
    order = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return np.fromiter((order[name] for name in names), int, len(names)), len(order)
