"""Texts and languages from annotations and models, made safe to say, show and put into XML."""

import re
import unicodedata

LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}")
"""What is taken for a BCP 47 tag."""
_UNSAID = ("Cc", "Cs", "Cn", "Co")
"""Unicode's control characters, halves of a pair, and code points without a meaning: XML forbids
some of them and no voice can say any."""
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of what follows, beyond the text that they stand in."""


def plain(text: str) -> str:
    """Text on one line, with single spaces, of characters that can be read."""
    words = " ".join(text.split())
    if words.isascii() and words.isprintable():
        return words
    kept = (c for c in words if unicodedata.category(c) not in _UNSAID and c not in _TURNS)
    return " ".join("".join(kept).split())


def language(tag: str | None) -> str | None:
    """A language as HTML and EPUB may name it; None where it is unknown or no language's name."""
    tag = (tag or "").replace("_", "-")
    return tag if LANGUAGE.fullmatch(tag) else None
