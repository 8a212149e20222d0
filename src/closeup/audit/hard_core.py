"""The questions that nothing but the picture answers.

First, out of a task's questions come those to which the blind predictor, fitted without their
issue, gives the right answer a probability of at most chance + 0.1. That alone would be a trap: the
predictor's failures share what misled it, and the opposite of a cue is a cue. So the rest is
thinned until no direction is left: every number that the blind predictor is given, every cue, every
letter and frequent word, and the predictor's own choice must favour the right answer no more and no
less than the wrong ones. A predictor fitted anew on what remains says whether that has worked; the
thinning is as mild as that allows, for every question lost is one less to measure with.

Where few questions are left it may well say less than chance. That is no opposite cue: where the
whole is balanced, each part leans against the rest, and a predictor is fitted on the rest.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from closeup.audit.blind import Distribution, best, cross_fit
from closeup.audit.blind_rows import Answer, rows_of
from closeup.question import Question
from closeup.stats import Estimate, cluster_keys, clustered_mean

MARGIN = 0.1
TOLERANCES = (3.0, 2.0, 1.5, 1.0)
"""Standard errors by which any direction may still favour the right answer or the wrong ones: the
first at which a predictor fitted anew stays within half the margin of chance, or the last."""
_FEW = 10
_OFTEN = 0.02
"""Share of options that a word must stand in to be balanced."""


class HardCore(NamedTuple):
    """The hard core of one task."""

    questions: list[Question]
    share: float
    chance: float | None
    """Mean chance of its questions; for numbers, what the best constant earns among them."""
    anew: Estimate | None
    """Accuracy of a predictor fitted on the hard core alone, cross-validated by issue; None where
    too little is left to fit one."""


def hard_core(
    questions: Sequence[Question], told: Sequence[Distribution] | None = None
) -> HardCore | None:
    """The hard core of one task's questions; None where no blind predictor can be fitted.

    `told` is what `cross_fit` says of the questions, where that is known already.
    """
    told = told or cross_fit(questions)
    if told is None:
        return None
    kept = np.array(
        [
            d.get(q.answer, 0.0) <= limit
            for q, d, limit in zip(questions, told, _limits(questions), strict=True)
        ]
    )
    left = np.flatnonzero(kept)
    directions = np.hstack([_moments(questions), _leaning(questions, told)])[left]
    found = None
    for tolerance in TOLERANCES:
        core = [questions[i] for i in left[balanced(directions, tolerance)]]
        fresh = cross_fit(core) if len(core) >= _FEW else None
        anew = accuracy(core, fresh) if fresh else None
        found = HardCore(core, len(core) / len(questions), chance_of(core), anew)
        if anew is None or _at_chance(found):
            break
    return found


def _at_chance(core: HardCore) -> bool:
    mean, chance = core.anew and core.anew.mean, core.chance
    return mean is not None and chance is not None and mean <= chance + MARGIN / 2


def chance_of(questions: Sequence[Question]) -> float | None:
    """The mean chance level; for numbers, the share of the commonest. None where there is none."""
    if not questions or any(question.chance is None for question in questions):
        return None
    if questions[0].answer_format == "integer":
        counts = Counter(question.answer for question in questions)
        return max(counts.values()) / len(questions)
    return sum(question.chance or 0.0 for question in questions) / len(questions)


def accuracy(questions: Sequence[Question], told: Sequence[Distribution]) -> Estimate:
    """How often the likeliest answer is the right one."""
    keys = cluster_keys((question.cluster, question.issue) for question in questions)
    hits = [float(best(d) == q.answer) for q, d in zip(questions, told, strict=True)]
    return clustered_mean(hits, keys)


def balanced(directions: np.ndarray, tolerance: float) -> np.ndarray:
    """Which rows to keep so that no column's mean is further than `tolerance` standard errors
    from 0: (rows,) of bool.

    Excess is what a column's sum has beyond the tolerance; the rows go first whose loss lowers the
    sum of its squares most, some at a time. Deterministic; may keep none.
    """
    left = np.arange(len(directions))
    while len(left):
        rows = directions[left]
        rows = rows[:, (rows**2).sum(0) > 1e-12]
        rows = rows / np.sqrt((rows**2).sum(0))
        sums = rows.sum(0)
        excess = np.maximum(np.abs(sums) - tolerance, 0)
        if not excess.any():
            break
        after = np.maximum(np.abs(sums - rows) - tolerance, 0)
        change = (after**2 - excess**2).sum(1)
        worst = np.argsort(change, kind="stable")[: max(1, len(left) // 50)]
        worst = worst[change[worst] < 0]
        if not len(worst):
            break
        left = np.delete(left, worst)
    kept = np.zeros(len(directions), dtype=bool)
    kept[left] = True
    return kept


def _limits(questions: Sequence[Question]) -> list[float]:
    constant = chance_of(questions) or 0.0
    return [
        MARGIN + (constant if question.answer_format == "integer" else question.chance or 0.0)
        for question in questions
    ]


def _moments(questions: Sequence[Question]) -> np.ndarray:
    """(questions, directions): how far the right answer lies from the wrong ones in each number.

    Where nothing can be learnt, the mean of each column is 0. Where the answer is a number: how
    often the frequent ones are right, against all questions, and how everything else goes with the
    number and with its distance from the mean.
    """
    rows = rows_of(questions)
    if questions[0].answer_format == "integer":
        answers = rows.target - rows.target.mean()
        classes, counts = np.unique(rows.target, return_counts=True)
        often = classes[counts >= 0.1 * len(answers)]
        each = (rows.target[:, None] == often[None, :]).astype(float)
        numbers = rows.numbers - rows.numbers.mean(0)
        extreme = answers**2 - (answers**2).mean()
        return np.hstack(
            [each - each.mean(0), numbers * answers[:, None], numbers * extreme[:, None]]
        )
    words = rows.words
    if words.shape[1]:
        often = np.asarray((words != 0).mean(0)).ravel() >= _OFTEN
        words = words[:, np.flatnonzero(often)]
    table = np.hstack([rows.numbers, words.toarray()])
    right = rows.target == 1
    found = np.zeros((len(questions), table.shape[1]))
    for index in range(len(questions)):
        own = rows.of(index)
        found[index] = table[own][right[own]].mean(0) - table[own].mean(0)
    return found


def _leaning(questions: Sequence[Question], told: Sequence[Distribution]) -> np.ndarray:
    """(questions, 3 or 4): whether the predictor's choice is right among its least, its middle and
    its most confident third; and the probability it gives the right answer. Each against chance,
    which is what the same reply is worth where nothing can be learnt. Of an order it is the share
    of pairs that is right, for to know one order less helps nobody.
    """
    answers = [question.answer for question in questions]
    choices = [best(distribution) for distribution in told]
    sure = np.array([max(distribution.values()) for distribution in told])
    thirds = np.searchsorted(np.quantile(sure, [1 / 3, 2 / 3]), sure)[:, None] == np.arange(3)
    if questions[0].answer_format == "order":
        pairs = [_pairs_right(a, b) for a, b in zip(answers, choices, strict=True)]
        return (np.array(pairs) - 0.5)[:, None] * thirds
    shares = _shares(questions)
    luck = [
        {a: shares[a] if shares else q.chance or 0.0 for a in d}
        for q, d in zip(questions, told, strict=True)
    ]
    hit = np.array([(a == b) - own[b] for a, b, own in zip(answers, choices, luck, strict=True)])
    gold = np.array(
        [
            d.get(a, 0.0) - sum(p * own[b] for b, p in d.items())
            for a, d, own in zip(answers, told, luck, strict=True)
        ]
    )
    return np.hstack([hit[:, None] * thirds, gold[:, None]])


def _shares(questions: Sequence[Question]) -> dict[Answer, float]:
    """How often each number is right; empty where answers are letters, all equally likely."""
    if questions[0].answer_format != "integer":
        return {}
    counts = Counter[Answer](question.answer for question in questions)
    return {answer: count / len(questions) for answer, count in counts.items()}


def _pairs_right(gold: Answer, order: Answer) -> float:
    assert isinstance(gold, tuple)
    assert isinstance(order, tuple)
    pairs = [order.index(a) < order.index(b) for a, b in combinations(gold, 2)]
    return sum(pairs) / len(pairs)
