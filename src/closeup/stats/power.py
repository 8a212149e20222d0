"""How many clusters a difference between two models takes to be seen.

The variance of a mean difference falls as 1 / clusters. With V that of G clusters, a paired t test
of G' clusters sees a difference δ with the power

    1 − F(t; df', δ / √(V G/G')),    df' = df · G'/G

with F the distribution function of the noncentral t distribution and t the quantile of the test
(Cohen 1988, "Statistical Power Analysis for the Behavioral Sciences", §2). Rejecting in the wrong
direction is not counted as seeing.
"""

import math

from scipy.special import nctdtr, stdtrit

ALPHA = 0.05
POWER = 0.8
CORRELATION = 0.5
"""Of the mean scores of two models, over clusters, where only one has been run. A guess, for
models tend to find the same pages hard; were they independent, it would take twice the pages."""
MOST = 10_000_000


def power(difference: float, variance: float, clusters: float, df: float) -> float:
    """How likely a true difference is seen, its estimate having this variance from so many
    clusters, and so many degrees of freedom."""
    if clusters < 2:
        return 0.0
    if variance <= 0:
        return 1.0
    quantile = float(stdtrit(df, 1 - ALPHA / 2))
    away = abs(difference) / math.sqrt(variance)
    if away > quantile + 8:  # beyond what the noncentral distribution is computed for
        return 1.0
    return 1 - float(nctdtr(df, away, quantile))


def clusters_needed(difference: float, variance: float, clusters: int, df: float) -> int | None:
    """The fewest clusters that see a difference with a power of `POWER`.

    `variance` and `df` are those of the estimate from `clusters` clusters. None where more than
    `MOST` would be needed.
    """

    def enough(wanted: int) -> bool:
        scale = wanted / clusters
        return power(difference, variance / scale, wanted, max(df * scale, 1.0)) >= POWER

    high = 2
    while not enough(high):
        if high > MOST:
            return None
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def smallest_seen(variance: float, clusters: int, df: float) -> float:
    """The smallest difference that the clusters at hand see with a power of `POWER`; up to 1."""
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        seen = power(middle, variance, clusters, df) >= POWER
        low, high = (low, middle) if seen else (middle, high)
    return high


def variance_of_difference(variance: float, correlation: float = CORRELATION) -> float:
    """The variance of the difference of two means, each of this variance."""
    return 2 * variance * (1 - correlation)
