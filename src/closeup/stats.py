"""Means with honest error bars: questions of one page are not independent of each other.

The interval is that of a linear model with an intercept only and cluster-robust variance, with
the small-sample correction called CR2 and its degrees of freedom (Bell and McCaffrey 2002,
"Bias reduction in standard errors for linear regression with multi-stage samples"; Imbens and
Kolesár 2016, "Robust standard errors in small samples"). For an intercept both have a closed form.
With N scores in G clusters, p_g the share of the scores that lie in cluster g, and u_g the sum of
its scores' distances from the mean:

    variance            V  = 1/N² · Σ u_g² / (1 − p_g)
    degrees of freedom  df = 1 / (Σ p_g² + (Σ q_g)² − Σ q_g²)    with q_g = p_g² / (1 − p_g)

For clusters of one size this is the textbook G/(G−1) and G − 1. The interval is mean ± t √V, with
the quantile t of Student's distribution with df degrees of freedom.

A mean of scores that are all 0 or 1 is a proportion, and near 0 and 1 such an interval is too short
and lopsided. There it is Wilson's (1927, "Probable inference, the law of succession, and
statistical inference"), for an effective number n* of scores after Korn and Graubard (1998,
"Confidence intervals for proportions with small expected number of positive counts estimated from
survey data"). With p the mean, t as above and s² the variance of the scores:

    n*        = min(N, s² / V), where V tells anything: with at least 10 scores of 0 and 10 of 1
              = G, the number of clusters, otherwise
    interval  = (p + t²/2n* ± t √(p(1−p)/n* + t²/4n*²)) / (1 + t²/n*)

n* = G is the most cautious choice, as though a cluster's scores were one score copied. The interval
is therefore wider with 9 wrong answers than with 10, where the clusters begin to speak.
"""

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri, stdtrit

LEVEL = 0.95
ENOUGH = 10
"""Scores of 0, and of 1, from which on their spread over clusters can be told."""


class Estimate(NamedTuple):
    """A mean and its 95 % interval; low and high are None where no interval can be had."""

    n: int
    clusters: int
    mean: float | None
    low: float | None
    high: float | None
    effective_n: float | None
    """How many independent scores would give an interval of this width."""


def clustered_mean(scores: Sequence[float], clusters: Sequence[Hashable]) -> Estimate:
    """The mean of scores from 0 to 1, and its 95 % interval, which stays between 0 and 1.

    One cluster says nothing of how clusters differ, so it has no interval. Where scores are no
    proportion and no cluster differs from the mean, the variance is 0 and would claim certainty:
    Wilson's interval stands in, taking each cluster for one score.
    """
    count = len(scores)
    if not count:
        return Estimate(0, 0, None, None, None, None)
    values = np.asarray(scores, dtype=float)
    order = {name: index for index, name in enumerate(dict.fromkeys(clusters))}
    index = np.fromiter((order[name] for name in clusters), dtype=np.int64, count=count)
    mean = float(values.mean())
    groups = len(order)
    if groups == 1:
        return Estimate(count, 1, mean, None, None, None)
    share = np.bincount(index) / count
    sums = np.bincount(index, weights=values - mean)
    variance = float((sums**2 / (1 - share)).sum()) / count**2
    q = share**2 / (1 - share)
    df = 1 / float((share**2).sum() + q.sum() ** 2 - (q**2).sum())
    t = float(stdtrit(df, (1 + LEVEL) / 2))
    proportion = bool(((values == 0) | (values == 1)).all())
    rare = min((values == 0).sum(), (values == 1).sum()) < ENOUGH if proportion else False
    if rare or (variance < 1e-18 and not proportion):
        effective = float(groups)
    else:
        effective = float(values.var(ddof=1)) / max(variance, 1e-18)
    if proportion:
        effective = min(effective, float(count))
    if proportion or variance < 1e-18:
        low, high = wilson(mean, effective, t)
    else:
        half = t * math.sqrt(variance)
        low, high = max(mean - half, 0.0), min(mean + half, 1.0)
    return Estimate(count, groups, mean, low, high, effective)


def wilson(mean: float, n: float, quantile: float | None = None) -> tuple[float, float]:
    """Wilson's score interval of a proportion over n independent trials, at `LEVEL`.

    `quantile` is how many standard errors it reaches: the normal quantile where none is given.
    """
    z = float(ndtri((1 + LEVEL) / 2)) if quantile is None else quantile
    centre = (mean + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(mean * (1 - mean) / n + z * z / (4 * n * n))
    # Rounding must not put the mean itself outside.
    return max(min(centre - half, mean), 0.0), min(max(centre + half, mean), 1.0)


def cluster_keys(places: Iterable[tuple[str, str]]) -> list[str]:
    """What to cluster by, from each question's (cluster, issue).

    A question over several pages is clustered by its issue. Where a task has such questions, pages
    of the issue are tied together through them, so that all of the task goes by issue.
    """
    pairs = list(places)
    by_issue = any(cluster == issue for cluster, issue in pairs)
    return [issue if by_issue else cluster for cluster, issue in pairs]


def chance_corrected(score: float | None, chance: float | None) -> float | None:
    """(mean score − mean chance) / (1 − mean chance): 0 is guessing, 1 is perfect.

    None where there is no chance level, or nothing above it.
    """
    if score is None or chance is None or chance >= 1:
        return None
    return (score - chance) / (1 - chance)


def macro_f1(gold: Sequence[str], given: Sequence[str | None]) -> float | None:
    """The mean over the gold classes of the harmonic mean of precision and recall.

    `given` None is a reply without a class: missed by its gold class, claimed by none.
    """
    if not gold:
        return None
    wanted, claimed = Counter(gold), Counter(given)
    right = Counter(g for g, a in zip(gold, given, strict=True) if g == a)
    return sum(2 * right[name] / (wanted[name] + claimed[name]) for name in wanted) / len(wanted)
