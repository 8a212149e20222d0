"""A description as a script needs it: what the lines and the description say stands there once.

Who listens hears everything in a row and cannot skip what he heard before. So a sentence that
quotes a balloon goes, and of the facts those that the description or a balloon tells already.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from closeup.page import Balloon, Description
from closeup.script.plain import plain
from closeup.tasks.recall import content

QUOTED = 3
"""Words of a balloon that make a fact a repetition of it although it has no quotation marks."""
MOST_FACTS = 200
"""Facts of a panel that are looked at; labellers write a dozen."""

_SENTENCE = re.compile(r'(?:"[^"]*"|[^".!?]|[.!?](?=\S))+[.!?]*\s*')
_QUOTES = re.compile(r""""([^"]*)"|“([^“”]*)”|(?<!\w)'([^']*)'""")


def scene(description: Description, balloons: Sequence[Balloon]) -> str:
    """The description, without the sentences that quote a balloon's words."""
    said = {_words(balloon.text or "") for balloon in balloons} - {""}
    kept = (s for s in _sentences(plain(description.text)) if not said & set(_quotations(s)))
    return "".join(kept).strip()


def details(description: Description, balloons: Sequence[Balloon]) -> tuple[str, ...]:
    """The facts that are told neither by the description nor by a balloon."""
    said = {_words(balloon.text or "") for balloon in balloons} - {""}
    told = content(plain(description.text))
    facts = (plain(fact) for fact in description.facts[:MOST_FACTS])
    fresh = (f for f in facts if not content(f) <= told and not _repeats(f, said))
    return tuple(dict.fromkeys(fresh))


def _sentences(text: str) -> list[str]:
    """The sentences, with the spaces after them; the whole where a quotation mark has no pair."""
    found = _SENTENCE.findall(text)
    return found if "".join(found) == text else [text]


def _repeats(fact: str, said: Iterable[str]) -> bool:
    quoted = set(_quotations(fact))
    inside = f" {_words(fact)} "
    return any(
        words in quoted or (words.count(" ") + 1 >= QUOTED and f" {words} " in inside)
        for words in said
    )


def _quotations(text: str) -> Iterator[str]:
    return (_words("".join(match)) for match in _QUOTES.findall(text))


def _words(text: str) -> str:
    """The words alone, in small letters: lettering is often all capitals."""
    return " ".join(re.findall(r"\w+", text.casefold()))
