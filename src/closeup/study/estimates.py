"""Means over questions and seeds, differences between arms, and how far to trust them.

Scores of an arm are (S, N) by task: S seeds, N questions in the order of the study's questions;
NaN is unscored. Every mean weighs seeds alike, and the macro mean weighs tasks alike.

The interval of several seeds is a hierarchical bootstrap: S seeds and I issues are drawn with
replacement, each draw gives a mean, and 2.5 % of the draws lie beyond either end (Davison and
Hinkley 1997, "Bootstrap Methods and their Application", §3.8). Issues and seeds are crossed, for
all seeds are asked the same issues. Drawing from S values knows no others: with few seeds the
interval is too narrow. What three seeds add to it comes out a fifth too small, and where seeds are
all that differs, a t interval of three would be more than twice as wide. The interval of one seed
is of `closeup.stats`, and says nothing of other seeds at all.
"""

import random
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from closeup.stats import cluster_keys, clustered_mean
from closeup.stats.paired import holm, paired_difference
from closeup.study.questions import Questions
from closeup.study.result import Result
from closeup.study.study import MACRO

DRAWS = 10_000
Scores = Mapping[str, np.ndarray]
"""(S, N) by task."""
Means = Mapping[str, Collection[str]]
"""Tasks by the name of their mean."""
NONE: Means = MappingProxyType({})


class Mean(NamedTuple):
    """A mean with its 95 % interval, which is None where one issue or page is all there is."""

    mean: float
    low: float | None
    high: float | None


class Difference(NamedTuple):
    """What one arm scores more than another on the same questions."""

    mean: float
    low: float | None
    high: float | None
    seeds: tuple[float, ...]
    """(S,): of each seed alone."""
    p: float | None
    """Of no difference for these models, over issues: from the differences averaged over seeds."""
    holm: float | None
    """p corrected for the number of tasks; None for means of them."""


def scores(results: Sequence[Result], questions: Questions) -> dict[str, np.ndarray]:
    """The scores of an arm's results, one a seed."""
    return {
        task: np.array([result.tasks[task].values() for result in results], dtype=float)
        for task in questions.tasks
        if all(task in result.tasks for result in results)
    }


def within(found: Scores, questions: Questions, styles: Collection[str]) -> dict[str, np.ndarray]:
    """The scores of the questions about issues of these styles; the others are taken out (NaN)."""
    kept: dict[str, np.ndarray] = {}
    for task, values in found.items():
        of = [questions.styles.get(issue) in styles for issue in questions.tasks[task].issues]
        own = np.where(np.array(of), values, np.nan)
        if not np.isnan(own).all(1).any():
            kept[task] = own
    return kept


def means(found: Scores, questions: Questions, named: Means = NONE) -> dict[str, Mean]:
    """The mean of each task, those that are named, and `MACRO` where there are several tasks."""
    found = _scored(found)
    groups = _groups(found, named)
    drawn = _bootstrap(found, questions, groups)
    rows: dict[str, Mean] = {}
    for name, tasks in groups.items():
        mean = float(np.mean([_mean(found[task]) for task in tasks]))
        rows[name] = Mean(mean, *(drawn[name] if drawn else _clustered(found, questions, tasks)))
    return rows


def differences(
    a: Scores, b: Scores, questions: Questions, named: Means = NONE
) -> dict[str, Difference]:
    """a − b by task, of the means that are named, and `MACRO` where there are several tasks.

    The arms have the same seeds in the same order, or one of them a single row that goes with all.
    """
    found = _scored({task: a[task] - b[task] for task in a if task in b})
    groups = _groups(found, named)
    drawn = _bootstrap(found, questions, groups)
    rows: dict[str, Difference] = {}
    for name, tasks in groups.items():
        by_seed = np.mean([np.nanmean(found[task], axis=1) for task in tasks], axis=0)
        told = _paired(found, questions, tasks)
        low, high = drawn[name] if drawn else (told.low, told.high)
        mean, seeds = float(by_seed.mean()), tuple(float(seed) for seed in by_seed)
        rows[name] = Difference(mean, low, high, seeds, told.p, None)
    for task, p in zip(found, holm([rows[task].p for task in found]), strict=True):
        rows[task] = rows[task]._replace(holm=p)
    return rows


def _scored(found: Scores) -> dict[str, np.ndarray]:
    """The tasks in which every seed has a score."""
    return {task: own for task, own in found.items() if not np.isnan(own).all(1).any()}


def _known(values: np.ndarray) -> np.ndarray:
    """(N,): whether any seed has a score of the question."""
    return np.logical_not(np.isnan(values).all(axis=0))


def _groups(found: Scores, named: Means) -> dict[str, list[str]]:
    """The tasks that each row is the mean of. A mean that lacks one of its tasks is left out."""
    groups = {task: [task] for task in found}
    groups |= {name: list(tasks) for name, tasks in named.items() if found.keys() >= set(tasks)}
    return {**groups, MACRO: list(found)} if len(found) > 1 else groups


def _mean(values: np.ndarray) -> float:
    return float(np.nanmean(values, axis=1).mean())


def _clustered(
    found: Scores, questions: Questions, tasks: Sequence[str]
) -> tuple[float | None, float | None]:
    """The interval of a single seed, by page."""
    values, places, names = _flat(found, questions, tasks)
    told = clustered_mean(values, cluster_keys(places), names)
    return told.low, told.high


def _paired(found: Scores, questions: Questions, tasks: Sequence[str]):
    values, places, names = _flat(found, questions, tasks)
    return paired_difference(values, cluster_keys(places, "issue"), names)


def _flat(
    found: Scores, questions: Questions, tasks: Sequence[str]
) -> tuple[list[float], list[tuple[str, str]], list[str]]:
    """Of all questions with a score: the mean over the seeds, (cluster, issue), and the task."""
    values: list[float] = []
    places: list[tuple[str, str]] = []
    names: list[str] = []
    for task in tasks:
        asked = questions.tasks[task]
        known = _known(found[task])
        values += [float(mean) for mean in np.nanmean(found[task][:, known], axis=0)]
        spots = list(zip(asked.pages, asked.issues, strict=True))
        places += [spot for spot, is_known in zip(spots, known, strict=True) if is_known]
        names += [task] * int(known.sum())
    return values, places, names


def _bootstrap(
    found: Scores, questions: Questions, groups: Mapping[str, Sequence[str]]
) -> dict[str, tuple[float, float]] | None:
    """The intervals of all groups, from the same draws; None for a single seed or issue."""
    if not found:
        return None
    issues = sorted(
        {
            issue
            for task, values in found.items()
            for issue, known in zip(questions.tasks[task].issues, _known(values), strict=True)
            if known
        }
    )
    seeds = len(next(iter(found.values())))
    if seeds < 2 or len(issues) < 2:
        return None
    by_issue, by_seed = _draws(len(issues), seeds)
    place = {issue: number for number, issue in enumerate(issues)}
    drawn: dict[str, np.ndarray] = {}
    for task, values in found.items():
        # An issue without a score has no place, and nothing is counted of it.
        where = np.array([place.get(issue, 0) for issue in questions.tasks[task].issues])
        sums, counts = np.zeros((seeds, len(issues))), np.zeros((seeds, len(issues)))
        for seed in range(seeds):
            known = ~np.isnan(values[seed])
            np.add.at(sums[seed], where[known], values[seed][known])
            np.add.at(counts[seed], where[known], 1)
        asked = by_issue @ counts.T  # (draws, S)
        with np.errstate(invalid="ignore"):  # a draw may hold no issue of the task
            drawn[task] = (by_seed * (by_issue @ sums.T) / asked).sum(1) / seeds
    limits: dict[str, tuple[float, float]] = {}
    for name, tasks in groups.items():
        every = np.mean([drawn[task] for task in tasks], axis=0)
        low, high = np.quantile(every[~np.isnan(every)], (0.025, 0.975))
        limits[name] = float(low), float(high)
    return limits


@lru_cache(maxsize=4)
def _draws(issues: int, seeds: int) -> tuple[np.ndarray, np.ndarray]:
    """(draws, I) and (draws, S): how often each draw holds an issue, and a seed."""
    dice = np.random.default_rng(random.Random("closeup/study/draws").getrandbits(64))
    by_issue = dice.multinomial(issues, np.full(issues, 1 / issues), DRAWS)
    by_seed = dice.multinomial(seeds, np.full(seeds, 1 / seeds), DRAWS)
    return by_issue.astype(float), by_seed.astype(float)
