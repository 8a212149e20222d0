"""A bench or a folder of pages that is open: its pages by their ids, and the bytes of their images.

Images are read through `Source`, so that a name that climbs out and a link that leaves the folder
are refused. Pages that are no bench's are held as compressed JSON: a hundred thousand fit into
memory.
"""

import zlib
from collections import Counter
from functools import cached_property
from pathlib import Path

import orjson

from closeup import readers
from closeup.bench import MANIFEST, Bench
from closeup.images import MAX_BYTES
from closeup.page import Page
from closeup.readers.reader import BadPage
from closeup.records import CloseupError
from closeup.sources import Source
from closeup.view.asked import Asked, asked

LAYERS = ("panels", "characters", "balloons")


class Shelf:
    """Pages with their images, and the bench that they are of, if they are of one."""

    def __init__(self, number: int, path: Path, bench: Bench | None, reader: str) -> None:
        self.number = number
        self.path = path
        self.bench = bench
        self.bad: list[BadPage] = []
        """Pages that could not be read."""
        self.counts: Counter[str] = Counter()
        """Of a folder of pages: how many panels, characters and balloons it has."""
        self._source = Source.open(path)
        self._pages: dict[str, bytes] = {}
        if bench is None:
            self._read(reader)

    @property
    def name(self) -> str:
        return self.path.name or str(self.path)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The pages, in their order."""
        if self.bench is None:
            return tuple(self._pages)
        with (self.path / "pages.jsonl").open("rb") as lines:
            return tuple(orjson.loads(line)["id"] for line in lines)

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each page stands among them."""
        return {name: place for place, name in enumerate(self.ids)}

    @cached_property
    def asked(self) -> dict[str, Asked]:
        """The index of the bench's questions, by id; empty where this is no bench."""
        return {} if self.bench is None else asked(self.bench)

    def page(self, page_id: str) -> Page:
        """A page; CloseupError where there is none of that id."""
        if self.bench is not None:
            return self.bench.page(page_id)
        if page_id not in self._pages:
            raise CloseupError(f"{self.path}: {page_id}: no such page")
        return Page.parse(zlib.decompress(self._pages[page_id]), f"{self.path}: {page_id}")

    def image(self, page: Page) -> bytes:
        """The bytes of a page's image file; CloseupError where it cannot be read."""
        return self._source.read(page.image, limit=MAX_BYTES)

    def _read(self, reader: str) -> None:
        for page in readers.read(reader, self._source):
            if isinstance(page, BadPage):
                self.bad.append(page)
                continue
            for layer in LAYERS:
                self.counts[layer] += len(getattr(page, layer) or ())
            self._pages[page.id] = zlib.compress(page.to_json().encode(), 1)
        if not self._pages:
            why = f": {self.bad[0]}" if self.bad else ""
            raise CloseupError(f"{self.path}: no page that can be read{why}")


def is_bench(path: Path) -> bool:
    """Whether a path looks like a bench's folder."""
    return (path / MANIFEST).is_file()
