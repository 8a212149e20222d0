"""A predictor that never sees a pixel: what can be had from the words and boxes of the prompt.

One classifier a task over `blind_rows`, made of several (`learners`):

choice    a row an option: is it the right one? Probabilities are scaled to sum to 1 a question.
order     a row a pair: does the first come before the second? The probability of an order is the
          product over its pairs to the power of 2/n, for each of n things stands in n − 1 pairs
          that are no independent witnesses; scaled over all orders.
integer   a row a question: which number?
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from closeup.audit.blind_rows import Rows, rows_of
from closeup.audit.learners import Learner, plain
from closeup.cues import Answer
from closeup.question import Question

Distribution = dict[Answer, float]
"""The probability of each answer that may be given to one question."""

FOLDS = 5
MAX_ORDER = 6
"""Longer orders are not predicted: their number of permutations is out of hand."""


def cross_fit(questions: Sequence[Question], learner: Learner = plain) -> list[Distribution] | None:
    """What a predictor says of each question that was fitted without any question of its issue.

    The questions are of one task. None where that cannot be had: fewer than two issues, or open
    texts. Where answers are balanced over the whole and nothing can be learnt, this says slightly
    less than chance, and the more so the fewer questions there are: each part leans against the
    rest, on which the predictor was fitted.
    """
    issues = sorted({question.issue for question in questions})
    if len(issues) < 2 or not predictable(questions):
        return None
    fold_of = _folds(questions, issues)
    folds = np.array([fold_of[question.issue] for question in questions])
    rows = rows_of(questions)
    told: list[Distribution] = [{} for _ in questions]
    for fold in range(max(folds) + 1):
        test = np.flatnonzero(folds == fold)
        train = np.flatnonzero(folds != fold)
        for index, distribution in _predict(questions, rows, train, test, learner):
            told[index] = distribution
    return told


def fit_predict(
    train: Sequence[Question], test: Sequence[Question], learner: Learner = plain
) -> list[Distribution] | None:
    """What a predictor fitted on `train` says of each question of `test`; None for open texts."""
    questions = [*train, *test]
    if not train or not test or not predictable(questions):
        return None
    rows = rows_of(questions)
    indices = np.arange(len(questions))
    told = dict(_predict(questions, rows, indices[: len(train)], indices[len(train) :], learner))
    return [told[len(train) + index] for index in range(len(test))]


def predictable(questions: Sequence[Question]) -> bool:
    """Whether the answers of these questions can be listed."""
    return all(
        question.answer_format != "text" and not _too_long(question) for question in questions
    )


def best(distribution: Distribution) -> Answer:
    """The likeliest answer; the first of several equals."""
    return max(distribution, key=lambda answer: distribution[answer])


def _too_long(question: Question) -> bool:
    return question.answer_format == "order" and len(question.labels) > MAX_ORDER


def _folds(questions: Sequence[Question], issues: Sequence[str]) -> dict[str, int]:
    """Whole issues to folds of about the same number of questions: the largest issue first."""
    size = dict.fromkeys(issues, 0)
    for question in questions:
        size[question.issue] += 1
    load = [0] * min(FOLDS, len(issues))
    fold_of: dict[str, int] = {}
    for issue in sorted(issues, key=lambda name: (-size[name], name)):
        fold_of[issue] = load.index(min(load))
        load[fold_of[issue]] += size[issue]
    return fold_of


def _predict(
    questions: Sequence[Question],
    rows: Rows,
    train: np.ndarray,
    test: np.ndarray,
    learner: Learner,
) -> Iterator[tuple[int, Distribution]]:
    """Fit on the questions of some indices and predict those of others."""
    seen = np.flatnonzero(np.isin(rows.owner, train))
    unseen = [rows.of(int(index)) for index in test]
    classes, chances = learner(rows, seen, np.concatenate([np.r_[own] for own in unseen]))
    start = 0
    for index, rows_of_it in zip(test, unseen, strict=True):
        stop = start + rows_of_it.stop - rows_of_it.start
        own, start = chances[start:stop], stop
        question = questions[index]
        if question.answer_format == "integer":
            yield int(index), {int(c): float(p) for c, p in zip(classes, own[0], strict=True)}
            continue
        yes = own[:, list(classes).index(1)] if 1 in classes else np.zeros(len(own))
        if question.answer_format == "choice":
            shares = (yes + 1e-9) / (yes + 1e-9).sum()
            yield int(index), dict(zip(question.labels, map(float, shares), strict=True))
        else:
            yield int(index), _orders(question.labels, yes)


@lru_cache(maxsize=16)
def _permutations(count: int) -> np.ndarray:
    return np.array(list(itertools.permutations(range(count))))


def _orders(labels: tuple[str, ...], before: np.ndarray) -> Distribution:
    """Every order's probability; `before` follows `itertools.permutations(labels, 2)`."""
    count = len(labels)
    log = np.zeros((count, count))
    for (i, j), chance in zip(itertools.permutations(range(count), 2), before, strict=True):
        log[i, j] = math.log(min(max(float(chance), 1e-6), 1 - 1e-6))
    orders = _permutations(count)
    total = sum(log[orders[:, a], orders[:, b]] for a, b in itertools.combinations(range(count), 2))
    weights = np.exp((total - np.max(total)) * 2 / count)
    weights /= weights.sum()
    told: Distribution = {}
    for order, weight in zip(orders, weights, strict=True):
        told[tuple(labels[int(i)] for i in order)] = float(weight)
    return told
