"""What a reader has who never sees a pixel, as rows of numbers and words for a classifier.

What stands in the prompt and no more: option texts, letters, boxes within their view, the sizes of
the views, and every cue of `cues`. A choice has a row an option, an order a row for each ordered
pair, a number a row a question.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from closeup.cues import is_constant, predictions
from closeup.geometry import Box
from closeup.question import Question

Answer = str | int | tuple[str, ...]
_WORDS = 512


class Rows(NamedTuple):
    """The questions of one task as a classifier sees them."""

    numbers: np.ndarray
    words: Any
    """A sparse matrix of hashed words, with no columns where there are none."""
    target: np.ndarray
    owner: np.ndarray
    """Which question each row belongs to; a question's rows stand together."""

    def of(self, index: int) -> slice:
        """The rows of one question."""
        first, last = np.searchsorted(self.owner, [index, index + 1])
        return slice(int(first), int(last))


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
