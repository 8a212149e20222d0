"""Do the words of a dialogue tell its order to one who has read other issues?

Every word, sign and pair of neighbouring words has a mean place: −1 where the texts it stands in
come first, 1 where they come last. A text's place is the sum of those of its words, each shrunk to
0 by as much as one more text would; texts are put in the order of their places, and in none where
two have the same: then the words say nothing. What an issue itself says is taken out of the means
before its own questions are put in order.
"""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from closeup.build.candidates import Candidate

CUE = "words of other issues"
_TOKEN = re.compile(r"\w+|[^\w\s]")


def with_words(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates of one task, those with texts to order told whether their words do it."""
    totals = _means(candidates)
    issues: dict[str, list[Candidate]] = defaultdict(list)
    for one in candidates:
        if len(one.texts) > 1:
            issues[one.issue].append(one)
    hits: dict[str, bool] = {}
    for questions in issues.values():
        own = _means(questions)
        for one in questions:
            scores = [_score(text, totals, own) for text in one.texts]
            if len(set(scores)) == len(scores):
                hits[one.id] = all(a < b for a, b in itertools.pairwise(scores))
    return [
        one._replace(hits=one.hits | {CUE: hits[one.id]}) if one.id in hits else one
        for one in candidates
    ]


def _means(candidates: Iterable[Candidate]) -> dict[str, "_Mean"]:
    means: dict[str, _Mean] = defaultdict(_Mean)
    for one in candidates:
        for token, place in _places(one.texts):
            means[token].add(place)
    return means


class _Mean:
    """A sum and a count, in whole numbers of places so that no order of adding shows."""

    __slots__ = ("count", "total")

    def __init__(self) -> None:
        self.total = 0
        self.count = 0

    def add(self, place: int) -> None:
        self.total += place
        self.count += 1


_STEP = 60
"""Can be divided by up to 6 gaps between texts; places between more are rounded."""


def _places(texts: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Each token with the place of its text, from −60 for the first to 60 for the last."""
    if len(texts) < 2:
        return
    for index, text in enumerate(texts):
        place = round(2 * _STEP * index / (len(texts) - 1)) - _STEP
        for token in _tokens(text):
            yield token, place


def _score(text: str, totals: dict[str, _Mean], own: dict[str, _Mean]) -> float:
    score = 0.0
    for token in _tokens(text):
        mean = totals[token]
        total, count = mean.total, mean.count
        if token in own:
            total, count = total - own[token].total, count - own[token].count
        score += total / (count + 1)
    return score


def _tokens(text: str) -> Iterable[str]:
    """Words, signs, and pairs of neighbours, the text's ends among them; each once, sorted."""
    words = ["", *_TOKEN.findall(text.casefold()), ""]
    return sorted({*words, *(f"{a} {b}" for a, b in itertools.pairwise(words))})
