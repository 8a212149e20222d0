"""What a build works through: one issue at a time, its pages and their images.

A group is small and can be sent to another process; `load` does the heavy part there. The
annotated datasets come as `FileGroup`s; the synthetic artist's are drawn when they are loaded.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from closeup.images import MAX_BYTES, SUFFIXES, decode
from closeup.page import Page
from closeup.question import Split
from closeup.readers.reader import BadPage
from closeup.records import CloseupError
from closeup.sources import Source

TEST_SHARE = 0.3
"""Share of a dataset's issues that become the test split; ours."""


class Loaded(NamedTuple):
    """A page whose image has been decoded and found to fit it."""

    page: Page
    image: bytes
    suffix: str


class Group(Protocol):
    """The pages of one issue."""

    @property
    def key(self) -> str:
        """The issue's name, unlike any other's."""
        ...

    @property
    def split(self) -> Split: ...

    def load(self) -> Iterator[Loaded | BadPage]:
        """The pages in their order, each with its image's bytes."""
        ...


@dataclass(frozen=True)
class FileGroup:
    """The pages of one issue of an annotated dataset."""

    key: str
    split: Split
    pages: tuple[Page, ...]
    source: Source

    def load(self) -> Iterator[Loaded | BadPage]:
        """Read and decode each page's image; a missing, corrupt or wrongly sized one is bad."""
        for page in self.pages:
            place = self.source.place(page.image)
            try:
                data = self.source.read(page.image, limit=MAX_BYTES)
                image = decode(data, place)
            except CloseupError as error:
                yield BadPage(place, str(error).removeprefix(f"{place}: "))
                continue
            if image.size != (page.width, page.height):
                found = f"{image.width}x{image.height} pixels"
                told = f"page {page.id} says {page.width}x{page.height}"
                yield BadPage(place, f"{found}; {told}")
                continue
            yield Loaded(page, data, SUFFIXES[str(image.format)])


def file_groups(pages: Iterable[Page], source: Source, seed: int) -> list[FileGroup]:
    """Pages by issue, in the order of the issues' names, each issue in one split.

    The issues are ranked by a hash of their name and the seed; the first 30 % (at least one, where
    there are two) are for tests.
    """
    issues: dict[str, list[Page]] = {}
    for page in pages:
        issues.setdefault(page.group, []).append(page)
    ranked = sorted(issues, key=lambda key: hashlib.sha256(f"{seed}/{key}".encode()).digest())
    tests = round(TEST_SHARE * len(ranked))
    held_out = set(ranked[:tests])
    return [
        FileGroup(key, "test" if key in held_out else "train", tuple(sorted_pages), source)
        for key, members in sorted(issues.items())
        for sorted_pages in [sorted(members, key=lambda p: (p.number is None, p.number or 0))]
    ]
