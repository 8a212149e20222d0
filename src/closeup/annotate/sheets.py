"""Image files that may be pages: what each is called, and what is found on it."""

import posixpath
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from pydantic import ValidationError

from closeup.annotate.page import annotate_page
from closeup.images import MAX_BYTES, SUFFIXES, decode, upright
from closeup.page import Direction, Page
from closeup.readers.assemble import IMAGES
from closeup.readers.reader import BadPage
from closeup.records import CloseupError, explain
from closeup.sources import Source
from closeup.tools.read_text import Reader

PAGES = "pages.jsonl"
"""The file of annotated pages, one a line."""
FOLDER = "images"
"""The folder of their images, beside it."""


@dataclass(frozen=True)
class Sheet:
    """An image file that may be a page."""

    title: str
    """Of the whole that it is from."""
    name: str
    """Its own, within that."""
    place: str
    """As an error names it."""
    load: Callable[[], bytes]
    """The file as it is; CloseupError where it cannot be read."""
    number: int = 1
    """Its place in the whole, from 1."""
    in_issue: int = 1
    """Its place in its issue, from 1: the page's number."""

    @property
    def issue(self) -> str:
        """The folder that it lies in, or else the whole."""
        return posixpath.dirname(self.name) or self.title

    def image(self) -> bytes:
        """The file, turned upright; CloseupError where it is no image."""
        return upright(self.load(), self.place)

    def annotated(
        self, direction: Direction = "ltr", read: Reader | None = None
    ) -> tuple[Page, bytes] | BadPage:
        """The page that it shows, with the bytes of the image; or why it is none."""
        try:
            data = self.image()
            image = decode(data, self.place)
            page = annotate_page(
                image,
                id=f"{self.title}/{self.name}",
                file=f"{FOLDER}/{self.number:04}{SUFFIXES[str(image.format)]}",
                direction=direction,
                read=read,
                issue=self.issue,
                number=self.in_issue,
            )
        except CloseupError as error:
            return BadPage(self.place, str(error).removeprefix(f"{self.place}: "))
        except ValidationError as error:
            return BadPage(self.place, explain(error))
        return page, data


def sheets(source: Source, title: str) -> list[Sheet]:
    """The images of a folder or an archive, page2 before page10.

    Raises CloseupError where there is none.
    """
    return numbered(
        Sheet(title, name, source.place(name), lambda name=name: source.read(name, MAX_BYTES))
        for name in source.names(*IMAGES)
    )


def numbered(found: Iterable[Sheet]) -> list[Sheet]:
    """The same, counted in their order: all together, and anew in each issue."""
    counts: Counter[str] = Counter()
    result: list[Sheet] = []
    for number, sheet in enumerate(found, 1):
        counts[sheet.issue] += 1
        result.append(replace(sheet, number=number, in_issue=counts[sheet.issue]))
    return result
