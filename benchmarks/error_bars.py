"""Do the 95 % intervals hold the truth 95 times in 100, and does `compare` err 5 times in 100?

    python benchmarks/error_bars.py [TRIALS]

Intervals. A bench has 20 pages, each of 3 to 15 questions, all numbers equally likely. A page has
a chance of its own to be answered rightly, from a beta distribution or, apart, from a logit-normal
one, of mean `p` and of correlation `ICC` between two questions of a page. The method was chosen by
the first process; the second is the check. Coverage jumps up and down with p where few answers are
wrong, for a count is a whole number; so the trials go through five p, from 0.8 p to 1.2 p (of 1 − p
above one half). "naive" takes the questions for independent: the worst of its coverages.

Compare. Two models meet the same 20 pages. The log-odds of a right answer are the model's, plus the
page's and the question's, which both models share, plus how the model gets on with the page, all
normal. Without a difference between the models, a p-value below 5 % is an error of type I; the last
rows have a difference, and there it is power. "Unlike" models differ in how much pages move them
and are no better or worse on the whole: there a page's differences are skewed, which a sign flip
does not allow for. "Lost pages" is the worst of it: one model fails every tenth page outright and
is right everywhere else, the other is right nine times in ten. McNemar's test, which takes
questions for independent, is the contrast.

Means of tasks. The same pages carry several tasks, each weighing the same, a page being as hard for
one as it happens to be, whatever it is for another.
"""

import sys
from collections.abc import Callable
from functools import cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, ndtr

from closeup.stats import clustered_mean, wilson
from closeup.stats.paired import paired_difference

PAGES, FEWEST, MOST = 20, 3, 15
MEANS = (0.02, 0.05, 0.1, 0.3, 0.5, 0.9, 0.98)
CORRELATIONS = (0.0, 0.05, 0.1, 0.2, 0.3)
BAND = (0.8, 0.9, 1.0, 1.1, 1.2)
NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(201)
NODE_WEIGHTS = NODE_WEIGHTS / NODE_WEIGHTS.sum()


def location(mean: float, deviation: float) -> float:
    """The mean log-odds that give a mean probability, if their deviation is this."""
    return brentq(lambda m: NODE_WEIGHTS @ expit(m + deviation * NODES) - mean, -80, 80)  # type: ignore[return-value]


@cache
def logit_normal(mean: float, icc: float) -> tuple[float, float]:
    """Mean and deviation of the log-odds that give this mean and this correlation."""

    def excess(deviation: float) -> float:
        chance = expit(location(mean, deviation) + deviation * NODES)
        return NODE_WEIGHTS @ chance**2 - mean**2 - icc * mean * (1 - mean)

    deviation = brentq(excess, 1e-3, 20)
    return location(mean, deviation), deviation  # type: ignore[arg-type, return-value]


def beta_chances(mean: float, icc: float, dice: np.random.Generator) -> np.ndarray:
    strength = 1 / icc - 1
    return dice.beta(mean * strength, (1 - mean) * strength, PAGES)


def logit_normal_chances(mean: float, icc: float, dice: np.random.Generator) -> np.ndarray:
    location, deviation = logit_normal(mean, icc)
    return expit(location + deviation * dice.standard_normal(PAGES))


Chances = Callable[[float, float, np.random.Generator], np.ndarray]


def coverage(chances: Chances, mean: float, icc: float, trials: int) -> tuple[float, float]:
    """Of our interval, and of Wilson's over questions taken for independent."""
    dice = np.random.default_rng([round(1000 * mean), round(1000 * icc)])
    ours = naive = 0
    for trial in range(trials):
        factor = BAND[trial % len(BAND)]
        truth = mean * factor if mean < 0.5 else 1 - (1 - mean) * factor if mean > 0.5 else mean
        sizes = dice.integers(FEWEST, MOST + 1, PAGES)
        own = chances(truth, icc, dice) if icc else np.full(PAGES, truth)
        pages = np.repeat(np.arange(PAGES), sizes)
        scores = (dice.random(len(pages)) < own[pages]).astype(float)
        told = clustered_mean(scores.tolist(), pages.tolist())
        assert told.low is not None
        assert told.high is not None
        ours += told.low <= truth <= told.high
        low, high = wilson(scores.mean(), len(scores))
        naive += low <= truth <= high
    return ours / trials, naive / trials


def intervals(name: str, chances: Chances, trials: int) -> None:
    print(f"\nCoverage of the 95 % interval in %, {name} pages; * outside 94 to 96")
    print("     p  " + "".join(f"   ICC {icc:4}" for icc in CORRELATIONS) + "     mean    naive")
    every: list[float] = []
    for mean in MEANS:
        found = [coverage(chances, mean, icc, trials) for icc in CORRELATIONS]
        ours = [one for one, _ in found]
        every += ours
        cells = "".join(f"{100 * c:9.1f}{' ' if 0.94 <= c <= 0.96 else '*'} " for c in ours)
        print(
            f"{mean:6}  {cells} {100 * np.mean(ours):6.1f}   {100 * min(f for _, f in found):6.1f}"
        )
    within = sum(0.94 <= c <= 0.96 for c in every)
    print(
        f"mean {100 * np.mean(every):.1f}, from {100 * min(every):.1f} to {100 * max(every):.1f}; "
        f"{within} of {len(every)} from 94 to 96; "
        f"standard error of one {100 * (0.05 * 0.95 / trials) ** 0.5:.1f}"
    )


TASKS = [(0.3, 0.5, 0.7), (0.05, 0.5, 0.9), (0.02, 0.02, 0.9)]


def means_of_tasks(trials: int) -> None:
    print("\nCoverage of the 95 % interval of a mean of tasks in %, beta pages, ICC 0.3")
    for means in TASKS:
        dice = np.random.default_rng(5)
        covered = 0
        for _ in range(trials):
            sizes = dice.integers(FEWEST, MOST + 1, (len(means), PAGES))
            own = np.stack([beta_chances(mean, 0.3, dice) for mean in means])
            cells = np.indices(sizes.shape).reshape(2, -1)
            tasks, pages = np.repeat(cells, sizes.ravel(), axis=1)
            scores = (dice.random(len(pages)) < own[tasks, pages]).astype(float)
            told = clustered_mean(scores.tolist(), pages.tolist(), tasks.tolist())
            assert told.low is not None
            assert told.high is not None
            covered += told.low <= np.mean(means) <= told.high
        print(f"{', '.join(map(str, means)):22}{100 * covered / trials:7.1f}")


def pair(
    means: tuple[float, float], own: tuple[float, float], dice: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Differences of two models over one bench, and the page of each."""
    pages = np.repeat(np.arange(PAGES), dice.integers(FEWEST, MOST + 1, PAGES))
    if own == LOST_PAGES:
        kept = (dice.random(PAGES) < means[1])[pages]
        return kept.astype(float) - (dice.random(len(pages)) < means[0]), pages
    shared = 0.7 * dice.standard_normal(PAGES)[pages] + dice.standard_normal(len(pages))
    right = []
    for mean, deviation in zip(means, own, strict=True):
        odds = _location(mean, float(np.hypot(np.hypot(0.7, 1.0), deviation)))
        odds = odds + shared + deviation * dice.standard_normal(PAGES)[pages]
        right.append(dice.random(len(pages)) < expit(odds))
    return right[1].astype(float) - right[0], pages


_location = cache(location)
LOST_PAGES = (0.0, np.inf)
"""Deviations of models of which the second is right or wrong on all of a page."""

PAIRS = [
    ("alike, half right", (0.5, 0.5), (0.7, 0.7)),
    ("alike, 10 % right", (0.1, 0.1), (0.7, 0.7)),
    ("alike, 90 % right", (0.9, 0.9), (0.7, 0.7)),
    ("alike, 98 % right", (0.98, 0.98), (0.7, 0.7)),
    ("alike, no pages", (0.7, 0.7), (0.0, 0.0)),
    ("unlike, half right", (0.5, 0.5), (0.0, 1.5)),
    ("unlike, 90 % right", (0.9, 0.9), (0.0, 1.5)),
    ("lost pages, 90 % right", (0.9, 0.9), LOST_PAGES),
    ("5 points better", (0.5, 0.55), (0.4, 0.4)),
    ("10 points better", (0.5, 0.6), (0.4, 0.4)),
    ("20 points better", (0.5, 0.7), (0.4, 0.4)),
    ("90 to 95 % right", (0.9, 0.95), (0.4, 0.4)),
]


def comparisons(trials: int) -> None:
    print("\np below 5 % in % of the trials, and coverage of the 95 % interval of the difference")
    print("models                compare  McNemar  coverage")
    for name, means, own in PAIRS:
        dice = np.random.default_rng(7)
        seen = naive = covered = 0
        for _ in range(trials):
            differences, pages = pair(means, own, dice)
            told = paired_difference(differences.tolist(), pages.tolist())
            assert told.p is not None
            seen += told.p < 0.05
            moved = np.abs(differences).sum()
            naive += moved > 0 and 2 * ndtr(-abs(differences.sum()) / moved**0.5) < 0.05
            inside = (
                told.low is None
                or told.high is None
                or (told.low <= means[1] - means[0] <= told.high)
            )
            covered += inside
        print(
            f"{name:22}{100 * seen / trials:7.1f}{100 * naive / trials:9.1f}"
            f"{100 * covered / trials:10.1f}"
        )


def main(trials: int) -> None:
    intervals("beta", beta_chances, trials)
    intervals("logit-normal", logit_normal_chances, trials)
    means_of_tasks(trials)
    comparisons(trials)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
