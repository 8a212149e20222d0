"""The data of a report, in the order in which a browser meets it.

The list, the first episode and its page come before all else, and so are seen while the rest of a
large file is still being read.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from tempfile import TemporaryFile
from typing import Any, NamedTuple

from markupsafe import Markup

from closeup.report.html_data import Data
from closeup.report.html_pages import Album
from closeup.show import assets


class Block(NamedTuple):
    """A script element that holds data."""

    id: str
    type: str
    text: Markup


def blocks(data: Data, album: Album) -> Iterator[Block]:
    """The index, then the rest: the scripts stand between."""
    images = [*range(len(album.blocks))]
    # The index is known when all episodes are: they wait on the disk, and the memory stays flat.
    with TemporaryFile() as kept:
        sizes = []
        for chunk in data.chunks():
            if not sizes and (first := _image(chunk, album)) is not None:
                images.sort(key=lambda number: number != first)
            sizes.append(kept.write(assets.json_block(chunk).encode("utf-8", "replace")))
        kept.seek(0)
        yield _json("index", assets.json_block(data.index(album.cards)))
        chunks = (_json(f"chunk-{i}", kept.read(size).decode()) for i, size in enumerate(sizes))
        yield from islice(chunks, 1)
        for number in images:
            yield Block(f"image-{number}", "text/plain", Markup(album.blocks[number]))
        yield from chunks


def _json(name: str, text: str) -> Block:
    return Block(name, "application/json", Markup(text))


def _image(chunk: Mapping[str, Any], album: Album) -> int | None:
    """The embedded page that the first question shows first, if there is one."""
    for place, question in chunk["questions"].items():
        bench, page = int(place.partition("/")[0]), question["views"][0]["page"]
        image = album.cards[bench][page].image or ""
        return int(image) if image.isdecimal() else None
    return None
