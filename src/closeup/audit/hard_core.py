"""The questions that nothing but the picture answers.

First, out of a task's questions come those to which the blind predictor, fitted without their
issue, gives the right answer a probability of at most chance + 0.1. That alone would be a trap: the
predictor's failures share what misled it, and the opposite of a cue is a cue. So the rest is
thinned until no direction is left: every number that the blind predictor is given, every cue, every
letter and frequent word, and the predictor's own choice must favour the right answer no more and no
less than the wrong ones. Numbers count alone and crossed with what the options share, so that the
larger is no better in the upper half of a page than in the lower. The predictor fitted anew on what
remains says whether that has worked; the thinning is as mild as that allows, for every question
lost is one less to measure with.

What it says is then no fair report, for the thinning was picked by it. So a second predictor, of
another kind and stronger, is fitted on the hard core alone, and the higher of the two is reported.

Where few questions are left both may well say less than chance. That is no opposite cue: where the
whole is balanced, each part leans against the rest, and a predictor is fitted on the rest. With
fewer than `FEWEST` questions nothing but a blatant cue could show, and no accuracy is reported;
below some hundred, only an accuracy beyond chance + 20 points would.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from closeup.audit.blind import Distribution, best, cross_fit
from closeup.audit.blind_rows import Rows, rows_of
from closeup.audit.learners import deep
from closeup.cues import Answer
from closeup.question import Question
from closeup.stats import Estimate, cluster_keys, clustered_mean

MARGIN = 0.1
TOLERANCES = (3.0, 2.0, 1.5, 1.0)
"""Standard errors by which any direction may still favour the right answer or the wrong ones: the
first at which a predictor fitted anew stays within half the margin of chance, or the last."""
FEWEST = 30
"""Questions; a hard core of fewer cannot be checked, and is not."""
FIRST, SECOND = "the one it was thinned by", "a second one"
"""The predictors that a hard core is checked by."""
_OFTEN = 0.02
"""Share of options that a word must stand in to be balanced."""


class HardCore(NamedTuple):
    """The hard core of one task."""

    questions: list[Question]
    share: float
    chance: float | None
    """Mean chance of its questions; for numbers, what the best constant earns among them."""
    anew: Estimate | None
    """The higher accuracy of two predictors fitted on the hard core alone, cross-validated by
    issue; None where too little is left to fit them."""
    predictor: str | None
    """Which of the two that is."""


def hard_core(
    questions: Sequence[Question], told: Sequence[Distribution] | None = None
) -> HardCore | None:
    """The hard core of one task's questions; None where no blind predictor can be fitted, or where
    there is no chance level to stay at.

    `told` is what `cross_fit` says of the questions, where that is known already.
    """
    told = told or cross_fit(questions)
    if told is None or chance_of(questions) is None:
        return None
    kept = np.array(
        [
            d.get(q.answer, 0.0) <= limit
            for q, d, limit in zip(questions, told, _limits(questions), strict=True)
        ]
    )
    left = np.flatnonzero(kept)
    directions = np.hstack([_moments(questions), _leaning(questions, told)])[left]
    core: list[Question] = []
    anew = None
    for tolerance in TOLERANCES:
        thinned = [questions[i] for i in left[balanced(directions, tolerance)]]
        if len(thinned) < FEWEST <= len(core):
            break  # better a hard core that fails its check, and says so, than none
        core = thinned
        fresh = cross_fit(core) if len(core) >= FEWEST else None
        anew = accuracy(core, fresh) if fresh else None
        if anew is not None and _at_chance(anew, chance_of(core)):
            break
    return HardCore(core, len(core) / len(questions), chance_of(core), *_checked(core, anew))


def _at_chance(anew: Estimate, chance: float | None) -> bool:
    return anew.mean is not None and chance is not None and anew.mean <= chance + MARGIN / 2


def _checked(core: Sequence[Question], anew: Estimate | None) -> tuple[Estimate | None, str | None]:
    """The higher of what the predictor that chose the thinning says, and of what a second does."""
    second = cross_fit(core, deep) if anew else None
    if anew is None or second is None:
        return anew, FIRST if anew else None
    told = accuracy(core, second)
    assert anew.mean is not None
    assert told.mean is not None
    return (told, SECOND) if told.mean >= anew.mean else (anew, FIRST)


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
    """(questions, directions): how far the right answer lies from the wrong ones in each number,
    alone and, with its sign turned in one half of the questions, by each number that the options
    share: whether that is above its median.

    Where nothing can be learnt, the mean of each column is 0.
    """
    rows = rows_of(questions)
    if questions[0].answer_format == "integer":
        return _counted(rows)
    table = np.hstack([rows.numbers, _frequent(rows.words), _frequent(rows.crosses)])
    right = rows.target == 1
    found = np.zeros((len(questions), table.shape[1]))
    for index in range(len(questions)):
        own = rows.of(index)
        found[index] = table[own][right[own]].mean(0) - table[own].mean(0)
    varied = rows.shared[:, rows.shared.std(0) > 1e-9]
    shared = np.where(varied > np.median(varied, axis=0), 1.0, -1.0)
    numbers = _standard(found[:, : rows.numbers.shape[1]], centre=False)
    crossed = (numbers[:, :, None] * shared[:, None, :]).reshape(len(questions), -1)
    return np.hstack([found, crossed])


def _counted(rows: Rows) -> np.ndarray:
    """Where the answer is a number: how often each frequent one is right, against all questions,
    also in each quarter of every measure; and how the measures go with the number."""
    answers = rows.target - rows.target.mean()
    classes, counts = np.unique(rows.target, return_counts=True)
    often = classes[counts >= 0.1 * len(answers)]
    each = (rows.target[:, None] == often[None, :]).astype(float)
    each -= each.mean(0)
    numbers = _standard(rows.numbers)
    quarters = np.quantile(numbers, [0.25, 0.5, 0.75], axis=0)
    quarter = (numbers[None, :, :] > quarters[:, None, :]).sum(0)
    within = [each * (quarter[:, [k]] == q) for k in range(numbers.shape[1]) for q in range(4)]
    return np.hstack([each, numbers * answers[:, None], *within])


def _frequent(words: Any) -> np.ndarray:
    """The columns of words that stand in many options; as they are, a choice's from its mean."""
    often = np.asarray((words != 0).mean(0)).ravel() >= _OFTEN
    return words[:, np.flatnonzero(often)].toarray()


def _standard(numbers: np.ndarray, *, centre: bool = True) -> np.ndarray:
    """Columns in standard deviations, cut at 3; without those that are the same throughout."""
    spread = numbers.std(0)
    varied = numbers[:, spread > 1e-9]
    middle = varied.mean(0) if centre else 0.0
    return np.clip((varied - middle) / spread[spread > 1e-9], -3, 3)


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
