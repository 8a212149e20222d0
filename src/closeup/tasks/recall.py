"""How many of a panel's facts a description tells: a deterministic stand-in for a judge.

A fact counts as told when a short stretch of the reply holds all its names and numbers and at least
three fifths of its content words, lightly stemmed. Word order and negation are not seen, so the
measure is a proxy: it ranks models that try, it does not understand.

Two things keep a word salad poor. The words of one fact must stand about as close together as in
the fact itself, and beyond a budget of words the recall is divided by the excess. Measured on 204
real panels with 4.5 facts each: the 80 commonest words of all facts earn 0.09, the 1,000 commonest
0.01, the dozen commonest facts 0.14, the facts of another panel 0.06; the panel's own description,
in one sentence, 0.32.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from closeup.replies import NUMBER_WORDS

BUDGET = 80
"""Words that a description may have for free; more where the facts themselves are longer."""
ENOUGH = 0.6
"""The share of a fact's content words that tells it."""
NEAR = 6
"""Words: how long a stretch may tell a fact, or 1.5 times the fact where that is more."""
MAX_WORDS = 5_000
"""Words of a reply that are looked at."""

_WORD = re.compile(r"\w{1,100}(?:['’]\w{1,10})?")
_STOP_WORDS = """
a an the and or but of in on at to from with by for as into onto out off up down over under is are
was were be been being has have had do does did it its he his him she her they their them this that
these those there here who which what while when where very no not so both each some any other one's
"""
_STOP = frozenset(_STOP_WORDS.split())


class Recall(NamedTuple):
    """What a description was worth."""

    value: float
    """Facts told, as a share, after the price of length: from 0 to 1."""
    told: float
    """Facts told, as a share, whatever the length."""
    words: int


def recall(facts: Sequence[str], reply: str, names: Sequence[str] = ()) -> Recall:
    """Score a description against the facts; ValueError where a fact has no word to look for.

    `names` are words that must be told as they are, beside those that a capital within a fact
    shows to be names.
    """
    contents = [content(fact) for fact in facts]
    if not contents or not all(contents):
        raise ValueError("a fact without content words cannot be told")
    proper = _names(facts) | {stem(name) for name in names}
    words = _WORD.findall(reply)
    stems = [stem(word) for word in words[:MAX_WORDS]]
    lengths = [len(_WORD.findall(fact)) for fact in facts]
    told = sum(
        _told(wanted, proper | _numbers(wanted), stems, max(NEAR, length * 3 // 2))
        for wanted, length in zip(contents, lengths, strict=True)
    ) / len(facts)
    budget = max(BUDGET, 2 * sum(lengths))
    price = 1.0 if len(words) <= budget else budget / len(words)
    return Recall(told * price, told, len(words))


def content(fact: str) -> frozenset[str]:
    """The stems of the words that carry a fact: no articles, prepositions, forms of be and have."""
    return frozenset(
        stem(word) for word in _WORD.findall(fact) if word.lower() not in _STOP and word != "s"
    )


def stem(word: str) -> str:
    """A word without its inflection, roughly; number words become digits.

    `cats`, `holding` and `holds` lose their ends; `flies` becomes `fly`, `running` `run`.
    """
    word = re.sub(r"['’]\w*$", "", word).lower()
    if word in NUMBER_WORDS:
        return str(NUMBER_WORDS[word])
    if len(word) <= 3 or word.isdigit():
        return word
    for ending, instead in (("ies", "y"), ("ing", ""), ("ed", ""), ("ly", "")):
        if word.endswith(ending) and len(word) - len(ending) >= (2 if instead else 3):
            word = word.removesuffix(ending) + instead
            break
    else:
        if word.endswith("s") and not word.endswith(("ss", "us", "is")):
            word = word[:-1]
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 3 else word


def _names(facts: Sequence[str]) -> frozenset[str]:
    """Words with a capital where a sentence does not ask for one, wherever else they stand."""
    later = (word for fact in facts for word in _WORD.findall(fact)[1:])
    return frozenset(stem(w) for w in later if w[0].isupper() and w.lower() not in _STOP)


def _numbers(stems: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in stems if word.isdigit())


def _told(wanted: frozenset[str], exact: frozenset[str], stems: list[str], near: int) -> bool:
    """Whether some stretch of `near` words holds enough of the wanted ones."""
    hits = [(place, word) for place, word in enumerate(stems) if word in wanted]
    needed = wanted & exact
    held: dict[str, int] = {}
    first = 0
    for place, word in hits:
        held[word] = held.get(word, 0) + 1
        while hits[first][0] <= place - near:
            old = hits[first][1]
            held[old] -= 1
            if not held[old]:
                del held[old]
            first += 1
        if len(held) >= ENOUGH * len(wanted) and all(name in held for name in needed):
            return True
    return False
