"""Means of scores from 0 to 1 with honest error bars, in the middle as near 0 and 1.

The interval is Wilson's (1927, "Probable inference, the law of succession, and statistical
inference"), which does not leave 0 to 1 and does not shrink to nothing at their ends, for an
effective number n* of scores (Korn and Graubard 1998, "Confidence intervals for proportions with
small expected number of positive counts estimated from survey data"), with the quantile t of
Student's distribution for the degrees of freedom of `spread.py`. With p the mean and V its variance
over clusters,

    n*        = n / D,   D = n V / (p(1 − p))         how much worse clusters are than n coin flips
    interval  = (p + t²/2n* ± t √(p(1−p)/n* + t²/4n*²)) / (1 + t²/n*)

Two things make it hold near 0 and 1.

Few wrong answers say little of how they cluster: V from two wrong answers is mostly accident, and
from none it is 0. So D is drawn towards what it would be at an intra-class correlation of ICC,
D₀ = 1 + ICC (n Σ w_g² − 1) with w_g the cluster's share of the scores, as moderated variances are
(Smyth 2004, "Linear models and empirical Bayes methods for assessing differential expression"):

    D ← (PRIOR κ D₀ + k D) / (PRIOR κ + k),    κ = max(0, 1/(p̃(1 − p̃)) − 6),    k = 2 df (1 − 1/x)

κ is the excess kurtosis of a coin that falls with p̃ = (np + ½)/(n + 1), as a cluster's scores might
all fall alike; a variance with df degrees of freedom is then known as well as with df·2/(2 + κ).
x is the number of wrong answers or of right ones, whichever are fewer, and at least 1: one alone
cannot cluster. So the assumption has no say in the middle, where κ is 0, and all at the ends. It
also has all where no two scores of a task differ: then D is D₀, wherever the mean lies.

And a true mean below U₀ = t²/(n* + t²), where the interval of no right answer at all ends, can be
missed on one side only: by a lower limit that lies above it. There that side may miss all 5 %, so
the lower limit is min(L', max(L, U₀)), with L' from the quantile that leaves 5 % on one side and L
from the one that leaves 2.5 %; and the same mirrored near 1. Without this, coverage near the ends
would be 97.5 % at best.

D is not taken below half of what independent scores would give: that pages even out by themselves
is seldom more than luck. `benchmarks/error_bars.py` measures the coverage.
"""

import math
from collections.abc import Hashable, Sequence
from typing import NamedTuple

from scipy.special import ndtri, stdtrit

from closeup.stats.spread import Spread, spread

LEVEL = 0.95
ICC = 0.2
"""Correlation of scores within a cluster that is assumed as far as the scores do not tell."""
PRIOR = 0.25
"""How much this assumption is worth."""


class Estimate(NamedTuple):
    """A mean and its 95 % interval; low and high are None where no interval can be had."""

    n: int
    clusters: int
    mean: float | None
    low: float | None
    high: float | None
    effective_n: float | None
    """How many independent scores of 0 or 1 would give an interval of this width."""


def clustered_mean(
    scores: Sequence[float],
    clusters: Sequence[Hashable],
    tasks: Sequence[Hashable] | None = None,
) -> Estimate:
    """The mean of scores from 0 to 1, and its 95 % interval, which stays between 0 and 1.

    With `tasks`, the mean of the tasks' means: n V is then V / Σ w², of the weights of the scores.
    One cluster says nothing of how clusters differ, so it has no interval.
    """
    if not scores:
        return Estimate(0, 0, None, None, None, None)
    told = spread(scores, clusters, tasks)
    if told.variance is None or told.df is None:
        return Estimate(told.n, told.clusters, told.mean, None, None, None)
    effective = effective_n(told)
    low, high = proportion_interval(told.mean, effective, told.df)
    return Estimate(told.n, told.clusters, told.mean, low, high, effective)


def effective_n(told: Spread) -> float:
    """How many independent scores of 0 or 1 know the mean as well as these do."""
    assert told.variance is not None
    assert told.df is not None
    n = 1 / told.weights
    together = 1 + ICC * (told.weights_together / told.weights - 1)
    variance = max(told.variance, told.within / 2)
    fewer = n * min(told.mean, 1 - told.mean)
    if fewer <= 1 or not variance:
        return n / together
    design = variance * n / (told.mean * (1 - told.mean))
    smoothed = (n * told.mean + 0.5) / (n + 1)
    assumed = PRIOR * max(1 / (smoothed * (1 - smoothed)) - 6, 0.0)
    known = 2 * told.df * (1 - 1 / fewer)
    return n * (assumed + known) / (assumed * together + known * design)


def proportion_interval(mean: float, n: float, df: float) -> tuple[float, float]:
    """The interval of the module's docstring, of n effective scores, at `LEVEL`."""
    both, one = (float(stdtrit(df, share)) for share in ((1 + LEVEL) / 2, LEVEL))
    low, high = wilson(mean, n, both)
    inner_low, inner_high = wilson(mean, n, one)
    end = both**2 / (n + both**2)
    return min(inner_low, max(low, end)), max(inner_high, min(high, 1 - end))


def wilson(mean: float, n: float, quantile: float | None = None) -> tuple[float, float]:
    """Wilson's score interval of a proportion over n independent trials, at `LEVEL`.

    `quantile` is how many standard errors it reaches: the normal quantile where none is given.
    """
    z = float(ndtri((1 + LEVEL) / 2)) if quantile is None else quantile
    centre = (mean + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(mean * (1 - mean) / n + z * z / (4 * n * n))
    # Rounding must not put the mean itself outside.
    return max(min(centre - half, mean), 0.0), min(max(centre + half, mean), 1.0)
