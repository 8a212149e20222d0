"""What is found in a comic while it is read: panels on every page first, then its text.

Both are work for the processor, so one page at a time is looked at, whoever asked for it; several
comics take turns.
"""

import asyncio
import logging
from collections.abc import Callable

from closeup.annotate import Sheet, lettered
from closeup.images import decode
from closeup.page import Page
from closeup.readers.reader import BadPage
from closeup.tools.read_text import Reader
from closeup.view.comic_shelf import Comic, Leaf

log = logging.getLogger("closeup.view")


class Finder:
    """Looks through comics. `reader` gives what reads text, or None where nothing does."""

    def __init__(self, reader: Callable[[], Reader | None]) -> None:
        self._reader = reader
        self._turn = asyncio.Lock()

    def begin(self, comic: Comic) -> None:
        """Look through what there is and what will be added, in the background."""
        if comic.task is None or comic.task.done():
            comic.task = asyncio.create_task(self._find(comic))

    async def _find(self, comic: Comic) -> None:
        read = await asyncio.to_thread(self._reader)
        while not comic.done:
            leaf = comic.unread()
            if sheet := comic.unseen():
                async with self._turn:
                    found = await asyncio.to_thread(_panels, sheet)
                comic.seen += 1
                if isinstance(found, Page):
                    comic.leaves[sheet.number] = Leaf(sheet, found)
                    comic.tell({"page": comic.leaves[sheet.number].told()})
                else:
                    comic.tell({"bad": {"name": sheet.name, "why": found.message}})
            elif read and leaf:
                async with self._turn:
                    leaf.page = await asyncio.to_thread(_text, leaf, read)
                leaf.read = True
                comic.tell({"page": leaf.told()})
            else:
                comic.done = True
                comic.tell({"done": len(comic.leaves)})


def _panels(sheet: Sheet) -> Page | BadPage:
    """A page with its panels, or why it is none."""
    try:
        found = sheet.annotated()
    except Exception as error:  # a fault of ours on one page must not end the others
        log.exception("a page could not be looked at")
        return BadPage(sheet.place, f"internal error: {type(error).__name__}")
    return found if isinstance(found, BadPage) else found[0]


def _text(leaf: Leaf, read: Reader) -> Page:
    """The page with its text, or as it was where that cannot be read."""
    try:
        return lettered(leaf.page, decode(leaf.sheet.image(), leaf.sheet.place), read)
    except Exception:
        log.exception("the text of a page could not be read")
        return leaf.page
