"""The comics that are being read: held in memory, and nowhere else.

A file is told by its first bytes and never by its name, which like all that an archive holds is
hostile until it is checked.
"""

import asyncio
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from closeup.annotate import Sheet, numbered, sheets
from closeup.images import peek
from closeup.page import Page
from closeup.records import CloseupError, one_line
from closeup.sources import Archive

MAX_FILE = 256 * 1024 * 1024
"""Bytes of one file."""
MAX_SHELF = 512 * 1024 * 1024
"""Bytes of all comics together; the oldest make room."""
MAX_COMICS = 50
"""Held at a time, however small."""
MAX_PAGES = 500
"""Of one comic."""
MAX_NAME = 80
"""Characters of a file's name that are kept."""
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
OTHERS = {
    b"Rar!": "a RAR archive, as most .cbr are: unpack it and pack it again as .zip or .cbz",
    b"7z\xbc\xaf": "a 7-Zip archive: unpack it and pack it again as .zip or .cbz",
    b"%PDF": "a PDF: save its pages as images first",
}
"""What people take for a comic, by its first bytes, and what to do about it."""


@dataclass
class Leaf:
    """An image of a comic that is a page."""

    sheet: Sheet
    page: Page
    """As it is read from left to right."""
    read: bool = False
    """Whether its text has been looked for."""

    def told(self) -> dict[str, Any]:
        """What a list of pages says of it."""
        balloons = self.page.balloons
        return {
            "number": self.sheet.number,
            "name": self.sheet.name,
            "width": self.page.width,
            "height": self.page.height,
            "panels": len(self.page.panels or ()),
            "texts": None if balloons is None else len(balloons),
        }


class Comic:
    """A comic that somebody reads, and what has been found in it so far."""

    def __init__(self, title: str) -> None:
        self.id = secrets.token_urlsafe(12)
        """Cannot be guessed: whoever knows it may read along."""
        self.title = title
        self.sheets: list[Sheet] = []
        self.leaves: dict[int, Leaf] = {}
        """The pages by their number."""
        self.seen = 0
        """Images that have been looked at, from the first on."""
        self.size = 0
        """Bytes that it holds."""
        self.done = False
        """Whether all that can be found has been."""
        self.log: list[dict[str, Any]] = []
        """What happened, in its order, as a page in the browser is told of it."""
        self.task: asyncio.Task[None] | None = None
        """What looks for panels and text."""
        self._news = asyncio.Event()

    def add(self, found: Sequence[Sheet], size: int) -> None:
        """More images, after those that are there. CloseupError where they are too many."""
        if (count := len(self.sheets) + len(found)) > MAX_PAGES:
            raise CloseupError(
                f"{count:,} pages; the limit is {MAX_PAGES}: closeup annotate takes more"
            )
        taken = {(sheet.title, sheet.name) for sheet in self.sheets}
        for number, sheet in enumerate(found, len(self.sheets) + 1):
            twice = (sheet.title, sheet.name) in taken
            name = f"{number}-{sheet.name}" if twice else sheet.name
            self.sheets.append(replace(sheet, name=name))
        self.sheets = numbered(self.sheets)
        self.size += size
        self.done = False
        self.tell({"title": self.title, "total": len(self.sheets)})

    def unseen(self) -> Sheet | None:
        """The next image to look at."""
        return self.sheets[self.seen] if self.seen < len(self.sheets) else None

    def unread(self) -> Leaf | None:
        """The next page whose text has not been looked for."""
        return next((leaf for leaf in self.leaves.values() if not leaf.read), None)

    def tell(self, event: dict[str, Any]) -> None:
        """Write down what happened, and wake whoever follows."""
        self.log.append(event)
        self._news.set()
        self._news = asyncio.Event()

    async def news(self) -> None:
        """Wait until something happens."""
        await self._news.wait()

    def key(self, number: int) -> str:
        """What pictures and models call a page of it."""
        return f"{self.id}/{number}"


class Shelf:
    """All comics that are held, the oldest first. `forget` is told the key of each page let go."""

    def __init__(self, forget: Callable[[str], object] = lambda key: None) -> None:
        self._comics: dict[str, Comic] = {}
        self._forget = forget

    def put(self, comic: Comic) -> None:
        """Hold a comic, or hold more of it; the oldest others make room."""
        self._comics[comic.id] = comic
        for other in self:
            if sum(held.size for held in self) <= MAX_SHELF and len(self._comics) <= MAX_COMICS:
                break
            if other is not comic:
                self.drop(other)

    def find(self, name: str) -> Comic:
        """CloseupError where it is not held, or no longer."""
        comic = self._comics.get(name)
        if comic is None:
            raise CloseupError("this comic is no longer held: open it again")
        return comic

    def load(self, key: str) -> bytes:
        """The image file of a page, by its key."""
        name, _, number = key.partition("/")
        leaf = self.find(name).leaves.get(int(number))
        if leaf is None:
            raise CloseupError(f"page {number}: not in this comic")
        return leaf.sheet.image()

    def drop(self, comic: Comic) -> None:
        """Hold a comic no longer."""
        self._comics.pop(comic.id, None)
        if comic.task:
            comic.task.cancel()
        comic.done = True
        comic.tell({"closed": True})
        for number in comic.leaves:
            self._forget(comic.key(number))

    def __iter__(self) -> Iterator[Comic]:
        return iter([*self._comics.values()])


def opened(name: str, data: bytes, title: str = "") -> list[Sheet]:
    """The images that a file holds: those of an archive, or the one that it is.

    `title` names the whole where the file is one of several images. Raises CloseupError where it
    holds no image, or what it holds cannot be trusted.
    """
    file = plain_name(name)
    own = Path(file).stem
    if data.startswith(ZIP):
        return sheets(Archive(Path(file), data), own)
    for start, why in OTHERS.items():
        if data.startswith(start):
            raise CloseupError(f"{file}: {why}")
    peek(data, file)
    return [Sheet(plain_name(title) if title else own, file, file, lambda: data)]


def plain_name(name: str) -> str:
    """A file's name without folders and without what cannot be printed."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(char for char in last if char.isprintable()).strip(" .")
    if len(kept) > MAX_NAME:
        kept = kept[: MAX_NAME - 8] + kept[-8:]  # the end tells what it is
    return one_line(kept) or "comic"
