"""A comic's pages in the native format, as an archive that is made while it is sent.

It holds what `closeup annotate` writes, and nothing of it touches a disk here.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence

from closeup.annotate import PAGES, turned
from closeup.page import Direction, Page
from closeup.view.comic_shelf import Leaf

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every file, so that the same pages are the same bytes."""


def packed(leaves: Sequence[Leaf], direction: Direction) -> Iterator[bytes]:
    """The archive piece by piece, with one image in memory at a time.

    Raises CloseupError where an image can no longer be read.
    """
    pages: list[Page] = []
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as archive:
        for leaf in leaves:
            page = turned(leaf.page, direction)
            pages.append(page)
            _write(archive, page.image, leaf.sheet.image())
            yield sink.taken()
        lines = "".join(f"{page.to_json()}\n" for page in pages)
        _write(archive, PAGES, lines.encode("utf-8"))
    yield sink.taken()


def _write(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, EPOCH)
    info.external_attr = 0o644 << 16
    archive.writestr(info, data)


class _Sink(io.RawIOBase):
    """What is written, until it is taken. It cannot seek, and so an archive is written straight
    on."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # pyright: ignore
        self._held += data
        return len(data)

    def taken(self) -> bytes:
        data, self._held = bytes(self._held), bytearray()
        return data
