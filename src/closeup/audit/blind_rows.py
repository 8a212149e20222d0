"""What a reader has who never sees a pixel, as rows of numbers and words for a classifier.

What stands in the prompt and no more: option texts, letters, boxes within their view, the sizes of
the views, and every cue of `cues`. A choice has a row an option, an order a row for each ordered
pair, a number a row a question.

What all options of a question share, such as the box of the character that it is about, tells
nothing by itself; with a text it may: who lies is wide. So every word of an option is crossed with
where that box lies and how it is shaped, in coarse bins.
"""

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from closeup.cues import SHORT, Answer, is_constant, predictions
from closeup.geometry import Box
from closeup.question import Question

_WORDS = 512
_SELDOM = 0.02
"""Share of the questions that a cue must decide to be a column: there may be one for every text."""
_CROSSES = 4096
_BINS = {"shape": 4, "size": 4, "row": 3, "column": 3}
"""Into how many equally full bins the measures of a named box are cut, to be crossed with words."""


class Rows(NamedTuple):
    """The questions of one task as a classifier sees them."""

    numbers: np.ndarray
    words: Any
    """A sparse matrix of hashed words, with no columns where there are none."""
    crosses: Any
    """Another, of words crossed with the bins of the box that the prompt names. As `words` of a
    choice, each option's from the mean of its question."""
    shared: np.ndarray
    """(questions, measures): what all options of a question have in common."""
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
    counts = Counter(cue for answers in told for cue in answers if not is_constant(cue))
    cues = sorted(cue for cue, count in counts.items() if count >= _SELDOM * len(questions))
    numbers, texts, target, owner = [], [], [], []
    shared = np.array([_shared(question) for question in questions])
    bins = _bins(np.array([_named(question)[:4] for question in questions]))
    crossed: list[list[str]] = []
    for index, (question, cue_answers) in enumerate(zip(questions, told, strict=True)):
        answers = [cue_answers.get(cue) for cue in cues]
        made = list(_ROWS[question.answer_format](question, answers))
        for row, text, right in made:
            numbers.append(row)
            texts.append(text)
            target.append(right)
            owner.append(index)
        crossed += _crossed(question, bins[index]) or [[]] * len(made)
    owners = np.array(owner)
    words, crosses = _hashed(texts), _hashed_crosses(crossed)
    if questions[0].answer_format == "choice":
        words, crosses = _from_mean(words, owners), _from_mean(crosses, owners)
    return Rows(np.array(numbers, dtype=float), words, crosses, shared, np.array(target), owners)


_Row = tuple[np.ndarray, tuple[str, str], int]
"""Numbers; a text and one that counts against it; what is to be predicted."""


def _choice_rows(question: Question, cue_answers: Sequence[Answer | None]) -> Iterator[_Row]:
    items = _within(np.array([_item(question, label) for label in question.labels]))
    named = _named(question)
    for place, label in enumerate(question.labels):
        picks = [0.0 if said is None else 1.0 if said == label else -1.0 for said in cue_answers]
        row = np.concatenate([items[place], _place(place), picks, named])
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


def _shared(question: Question) -> list[float]:
    """What stands beside any option: the middles of the boxes, and the box that is named."""
    if question.answer_format == "integer":
        return []
    boxes = [
        _relative(question, mark.view, mark.box)[4:]
        for mark in (question.refs.get(label) for label in question.labels)
        if mark is not None
    ]
    middle = np.mean(boxes, axis=0).tolist() if boxes else [0.0] * 6
    return [*middle, *_named(question), *_size(question, len(question.views) - 1)]


def _named(question: Question) -> list[float]:
    """Shape, size, row and column of the box that the prompt names, then its sides in shares of
    the view; zeros where there is none."""
    marks = [mark for name, mark in question.refs.items() if len(name) > 1]
    if not marks or question.answer_format == "integer":
        return [0.0] * 6
    told = _relative(question, marks[0].view, marks[0].box)
    _, _, _, _, column, row, width, height, area, shape = told
    return [shape, math.log(area), row, column, width, height]


def _bins(measures: np.ndarray) -> np.ndarray:
    """(questions, 4): the bin of each measure in `_BINS`."""
    pairs = zip(measures.T, _BINS.values(), strict=True)
    cuts = [(own, np.quantile(own, np.arange(1, count) / count)) for own, count in pairs]
    return np.stack([np.searchsorted(cut, own) for own, cut in cuts], axis=1)


def crossable(question: Question) -> bool:
    """Whether it is a choice between texts about a box that the prompt names."""
    named = any(len(name) > 1 for name in question.refs)
    return question.answer_format == "choice" and bool(question.options) and named


def _crossed(question: Question, bins: np.ndarray) -> list[list[str]]:
    """For each option: its words, and its whole text where texts are short, by themselves and with
    each bin of the named box. Empty where options are no texts, or no box is named."""
    if not crossable(question):
        return []
    places = [f"{name}{k}" for name, k in zip(_BINS, bins, strict=True)]
    places += [places[0] + places[1], places[2] + places[3]]
    short = all(len(text.split()) <= SHORT for text in question.options)
    found = []
    for text in question.options:
        said = [f"says {text}"] if short else sorted(set(text.casefold().split()))
        found.append([*said, *(f"{place}|{one}" for one in said for place in places)])
    return found


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


def _hashed_crosses(tokens: Sequence[Sequence[str]]) -> Any:
    from sklearn.feature_extraction.text import HashingVectorizer

    if not any(tokens):
        return sparse.csr_matrix((len(tokens), 0))
    vectorizer: Any = HashingVectorizer
    return vectorizer(n_features=_CROSSES, analyzer=_as_given, norm=None).transform(tokens)


def _as_given(tokens: Sequence[str]) -> Sequence[str]:
    return tokens


def _from_mean(table: Any, owner: np.ndarray) -> Any:
    """Rows of a sparse table from the mean of their question's rows."""
    if not table.shape[1]:
        return table
    member = sparse.csr_matrix((np.ones(len(owner)), (owner, np.arange(len(owner)))))
    means = sparse.diags(1 / np.bincount(owner)) @ member @ table
    return (table - member.T @ means).tocsr()
