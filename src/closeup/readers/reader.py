"""What a reader is: annotations in, pages out, and what could not be read said in one line."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from closeup.page import Page
from closeup.records import one_line
from closeup.sources import Source


class BadPage(NamedTuple):
    """A page, or a whole file, that could not be read."""

    place: str
    """The file, and the place in it."""
    message: str
    """The value and the rule, without the place."""

    def __str__(self) -> str:
        """On one line and printable: a file may have any name."""
        return f"{one_line(self.place)}: {one_line(self.message)}"


class Reader(Protocol):
    """Reads a dataset in its own layout; `Page.image` is a name that `source` can read."""

    def __call__(self, source: Source) -> Iterator[Page | BadPage]: ...
