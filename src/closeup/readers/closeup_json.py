"""The native page format, version 1.

    any/folder/page.json      one page a file, or
    any/folder/pages.jsonl    one page a line

`image` is relative to the file that holds the page. Every .json and .jsonl file of the source must
hold pages, and a page's id must stand once in all of them.
"""

import posixpath
from collections.abc import Iterator

from closeup.page import Page
from closeup.readers.assemble import each_file
from closeup.readers.json_input import check_keys, decode
from closeup.readers.reader import BadPage
from closeup.records import CloseupError, one_line
from closeup.sources import Source, SourceError

MAX_BYTES = 4 * 1024 * 1024
"""One page; a page with everything in it has some tens of thousands."""


def read(source: Source) -> Iterator[Page | BadPage]:
    """The pages of a folder in the native format."""
    yield from each_file(source, source.names(".json", ".jsonl"), _pages)


def _pages(source: Source, name: str) -> Iterator[Page | BadPage]:
    place = source.place(name)
    if name.lower().endswith(".json"):
        yield _page(source.read(name), place, posixpath.dirname(name))
        return
    for number, line in enumerate(source.lines(name), 1):
        if line.strip():
            yield _page(line, f"{place}:{number}", posixpath.dirname(name))


def _page(data: bytes, place: str, folder: str) -> Page | BadPage:
    if len(data) > MAX_BYTES:
        return BadPage(place, f"{len(data)} bytes for one page; the limit is {MAX_BYTES}")
    try:
        text = decode(data, place)
        check_keys(text, place)
        page = Page.parse(text, place)
    except SourceError as error:
        return BadPage(error.place, error.message)
    except CloseupError as error:
        return BadPage(place, one_line(str(error).removeprefix(f"{place}: ")))
    return page.model_copy(update={"image": posixpath.join(folder, page.image)})
