"""A predictor that never sees a pixel: what can be had from the words and boxes of the prompt.

It is given what stands in the prompt and no more: option texts, letters, boxes within their view,
the sizes of the views, and every cue of `cues`. One classifier a task, the mean of a linear one
over numbers and hashed words, and of boosted trees over the numbers:

choice    a row an option: is it the right one? Probabilities are scaled to sum to 1 a question.
order     a row a pair: does the first come before the second? The probability of an order is the
          product over its pairs to the power of 2/n, for each of n things stands in n − 1 pairs
          that are no independent witnesses; scaled over all orders.
integer   a row a question: which number?
"""

import itertools
import math
import warnings
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from closeup.cues import is_constant, predictions
from closeup.geometry import Box
from closeup.question import Question

Answer = str | int | tuple[str, ...]
Distribution = dict[Answer, float]
"""The probability of each answer that may be given to one question."""

FOLDS = 5
MAX_ORDER = 6
"""Longer orders are not predicted: their number of permutations is out of hand."""
_WORDS = 512


class Rows(NamedTuple):
    """The questions of one task as a classifier sees them."""

    numbers: np.ndarray
    words: Any
    """A sparse matrix of hashed words, with no columns where there are none."""
    target: np.ndarray
    owner: np.ndarray
    """Which question each row belongs to."""


def cross_fit(questions: Sequence[Question]) -> list[Distribution] | None:
    """What a predictor says of each question that was fitted without any question of its issue.

    The questions are of one task. None where that cannot be had: fewer than two issues, or open
    texts.
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
        for index, distribution in _predict(questions, rows, np.flatnonzero(folds != fold), test):
            told[index] = distribution
    return told


def fit_predict(train: Sequence[Question], test: Sequence[Question]) -> list[Distribution] | None:
    """What a predictor fitted on `train` says of each question of `test`; None for open texts."""
    questions = [*train, *test]
    if not train or not test or not predictable(questions):
        return None
    rows = rows_of(questions)
    indices = np.arange(len(questions))
    told = dict(_predict(questions, rows, indices[: len(train)], indices[len(train) :]))
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
    questions: Sequence[Question], rows: Rows, train: np.ndarray, test: np.ndarray
) -> Iterator[tuple[int, Distribution]]:
    """Fit on the questions of some indices and predict those of others."""
    seen, unseen = np.isin(rows.owner, train), np.flatnonzero(np.isin(rows.owner, test))
    classes, chances = _fitted(rows, np.flatnonzero(seen), unseen)
    owner = rows.owner[unseen]
    for index in test:
        own = chances[owner == index]
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


def _fitted(rows: Rows, train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The classes, and their probabilities for each test row: (rows, classes)."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    target = rows.target[train]
    classes = np.unique(target)
    if len(classes) == 1:
        return classes, np.ones((len(test), 1))
    scaler = StandardScaler().fit(rows.numbers[train])
    scaled = sparse.csr_matrix(np.clip(scaler.transform(rows.numbers), -5, 5))
    table = sparse.hstack([scaled, rows.words]).tocsr()
    linear = LogisticRegression(C=0.05, max_iter=300)
    trees = HistGradientBoostingClassifier(
        max_iter=40, max_leaf_nodes=8, min_samples_leaf=20, random_state=0
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fit that has not quite converged predicts well enough
        linear.fit(table[train], target)
        trees.fit(rows.numbers[train], target)
    # Both sort their classes, and so agree on the columns.
    return classes, (
        linear.predict_proba(table[test]) + trees.predict_proba(rows.numbers[test])
    ) / 2


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


def rows_of(questions: Sequence[Question]) -> Rows:
    """The rows of questions of one task: of all options, all ordered pairs, or one a question."""
    told = [predictions(question) for question in questions]
    cues = sorted({cue for answers in told for cue in answers if not is_constant(cue)})
    numbers, texts, target, owner = [], [], [], []
    for index, (question, cue_answers) in enumerate(zip(questions, told, strict=True)):
        answers = [cue_answers.get(cue) for cue in cues]
        made = list(_ROWS[question.answer_format](question, answers))
        for row, text, right in made:
            numbers.append(row)
            texts.append(text)
            target.append(right)
            owner.append(index)
    return Rows(np.array(numbers, dtype=float), _hashed(texts), np.array(target), np.array(owner))


_Row = tuple[np.ndarray, tuple[str, str], int]
"""Numbers; a text and one that counts against it; what is to be predicted."""


def _choice_rows(question: Question, cue_answers: Sequence[Answer | None]) -> Iterator[_Row]:
    items = _within(np.array([_item(question, label) for label in question.labels]))
    for place, label in enumerate(question.labels):
        picks = [0.0 if said is None else 1.0 if said == label else -1.0 for said in cue_answers]
        row = np.concatenate([items[place], _place(place), picks])
        yield row, (_text(question, label), ""), int(label == question.answer)


def _order_rows(question: Question, cue_answers: Sequence[Answer | None]) -> Iterator[_Row]:
    assert isinstance(question.answer, tuple)
    labels = question.labels
    items = _within(np.array([_item(question, label) for label in labels]))
    for i, j in itertools.permutations(range(len(labels)), 2):
        first, second = labels[i], labels[j]
        picks = [_before(said, first, second) for said in cue_answers]
        row = np.concatenate([items[i] - items[j], _place(i) - _place(j), picks])
        right = _before(question.answer, first, second) > 0
        yield row, (_text(question, first), _text(question, second)), int(right)


def _integer_rows(question: Question, cue_answers: Sequence[Answer | None]) -> Iterator[_Row]:
    assert isinstance(question.answer, int)
    marks = list(question.refs.values())[:2]
    geometry = [_relative(question, mark.view, mark.box) for mark in marks]
    geometry += [[0.0] * 10] * (2 - len(marks))
    counts = [len(question.refs), len(question.views)]
    said = [float(answer) if isinstance(answer, int) else -1.0 for answer in cue_answers]
    row = np.array([*itertools.chain(*geometry), *counts, *_size(question, 0), *said])
    yield row, ("", ""), question.answer


_ROWS = {"choice": _choice_rows, "order": _order_rows, "integer": _integer_rows}


def _before(order: Answer | None, first: str, second: str) -> float:
    if not isinstance(order, tuple) or first not in order or second not in order:
        return 0.0
    return 1.0 if order.index(first) < order.index(second) else -1.0


def _within(items: np.ndarray) -> np.ndarray:
    """Each option's numbers beside those of its rivals: as they are, from the question's mean, by
    rank from 0 to 1, and how far from the middle one."""
    count = len(items)
    below = (items[None, :, :] < items[:, None, :]).sum(1)
    equal = (items[None, :, :] == items[:, None, :]).sum(1) - 1
    rank = (below + equal / 2) / max(count - 1, 1)
    middle = np.abs(items - np.median(items, axis=0))
    return np.concatenate([items, items - items.mean(0), rank, middle], axis=1)


def _place(index: int) -> np.ndarray:
    place = np.zeros(8)
    place[min(index, 7)] = 1.0
    return place


def _text(question: Question, label: str) -> str:
    return question.options[question.labels.index(label)] if question.options else ""


def _item(question: Question, label: str) -> list[float]:
    """One option's own numbers: of its text, of its box, and of where it lies from named boxes."""
    text = _text(question, label)
    words = text.split()
    written = [
        len(text),
        len(words),
        text.count("?") + text.count("!") * 1.5,
        text.count(".") + text.count(","),
        sum(letter.isupper() for letter in text) / max(len(text), 1),
        float(text[:1].islower()),
        len(set(words)),
    ]
    mark = question.refs.get(label)
    if mark is None:
        return [*written, *[0.0] * 17]
    drawn = [*_relative(question, mark.view, mark.box), *_size(question, mark.view)]
    named = [
        other.box
        for name, other in question.refs.items()
        if len(name) > 1 and other.view == mark.view
    ]
    return [*written, *drawn, *_between(mark.box, named)]


def _relative(question: Question, view: int, box: Box) -> list[float]:
    """A box in shares of its view."""
    shown = question.views[view].box
    x0, x1 = (box.x0 - shown.x0) / shown.width, (box.x1 - shown.x0) / shown.width
    y0, y1 = (box.y0 - shown.y0) / shown.height, (box.y1 - shown.y0) / shown.height
    width, height = x1 - x0, y1 - y0
    aspect = math.log(box.width / box.height)
    return [x0, y0, x1, y1, (x0 + x1) / 2, (y0 + y1) / 2, width, height, width * height, aspect]


def _size(question: Question, view: int) -> list[float]:
    shown = question.views[view].box
    return [math.log(shown.width), math.log(shown.height)]


def _between(box: Box, named: Sequence[Box]) -> list[float]:
    """How a box lies to the nearest of some others: offset, distance, overlap and size."""
    if not named:
        return [0.0] * 5
    x, y = box.center

    def distance(other: Box) -> float:
        return math.hypot(other.center[0] - x, other.center[1] - y)

    nearest = min(named, key=distance)
    scale = math.sqrt(nearest.area)
    dx, dy = (x - nearest.center[0]) / scale, (y - nearest.center[1]) / scale
    size = math.log(box.area / nearest.area)
    return [dx, dy, math.hypot(dx, dy), box.iou(nearest), size]


def _hashed(texts: Sequence[tuple[str, str]]) -> Any:
    """Words and pairs of words, hashed; of two texts, the difference."""
    from sklearn.feature_extraction.text import HashingVectorizer

    if not any(first or second for first, second in texts):
        return sparse.csr_matrix((len(texts), 0))
    hasher: Any = HashingVectorizer(n_features=_WORDS, ngram_range=(1, 2))
    first = hasher.transform([text for text, _ in texts])
    return first - hasher.transform([text for _, text in texts])
