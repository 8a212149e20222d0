"""The pages of a report: embedded within a budget of bytes, or referred to where they lie.

Pages of wrong answers come first, and of every task as many; all are embedded at one size, the
largest at which all fit. At the smallest size those that still do not fit are left out.
"""

import base64
import io
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import quote

from PIL import Image

from closeup.bench import Bench
from closeup.images import MAX_BYTES, Resolution, decode
from closeup.records import CloseupError, read_bytes
from closeup.run_info import Result
from closeup.show.cards import PageCard

Images = Literal["embed", "link"]
PIXELS = (1_500_000, 1_000_000, 700_000, 500_000, 350_000, 250_000)
"""Of an embedded page at most: what is tried, one after another. Below the last nobody can read."""
TRIED = 6
"""Pages by which a size is judged before all are encoded at it."""
QUALITY = 78
MB = 1_000_000


class Wanted(NamedTuple):
    """A page that an episode shows."""

    bench: int
    page: str
    task: str
    wrong: bool


class Album(NamedTuple):
    """The pages of a report."""

    cards: list[dict[str, PageCard]]
    """By bench and the page's id."""
    blocks: list[str]
    """Data URLs: the embedded images, by their number."""
    told: str
    """What is there and what is not, in a sentence."""


def in_order(wanted: Iterable[Wanted]) -> list[tuple[int, str]]:
    """Pages by how much they are wanted: those with a wrong answer first, the tasks in turn."""
    by_task: dict[str, tuple[dict, dict]] = defaultdict(lambda: ({}, {}))
    for want in wanted:
        by_task[want.task][0 if want.wrong else 1][want.bench, want.page] = None
    found: dict[tuple[int, str], None] = {}
    for rank in (0, 1):
        queues = [list(by_task[task][rank]) for task in sorted(by_task)]
        for turn in zip_longest(*queues):
            found.update(dict.fromkeys(page for page in turn if page is not None))
    return list(found)


def linked(benches: Sequence[Bench], pages: Sequence[tuple[int, str]], out: Path) -> Album:
    """Refer to the benches' own files, from where the report lies."""
    cards: list[dict[str, PageCard]] = [{} for _ in benches]
    home = out.resolve().parent
    for number, name in pages:
        page = benches[number].page(name)
        file = (benches[number].path / page.image).resolve()
        link = quote(Path(os.path.relpath(file, home)).as_posix())
        cards[number][name] = PageCard(
            width=page.width, height=page.height, image=f"./{link}", note="the bench's own file"
        )
    return Album(cards, [], f"{_pages(len(pages))} stay where the bench has them (--images link)")


def embedded(benches: Sequence[Bench], pages: Sequence[tuple[int, str]], budget: float) -> Album:
    """Embed as many pages as go into `budget` megabytes, as they stand in the file."""
    room = int(budget * MB)
    pixels = _size(benches, pages, room)
    blocks: list[str] = []
    cards: list[dict[str, PageCard]] = [{} for _ in benches]
    used, full, unread = 0, room == 0, 0
    for number, name in pages:
        page = benches[number].page(name)
        image, note = None, f"not embedded: all images of this report may have {budget:g} MB"
        if not full:
            try:
                block, size = _encoded(benches[number], name, pixels)
            except CloseupError as error:
                unread += 1
                note = str(error)
            else:
                full = used + len(block) > room
                if not full:
                    used += len(block)
                    image, note = str(len(blocks)), "shown at {}×{} pixels".format(*size)
                    blocks.append(block)
        cards[number][name] = PageCard(width=page.width, height=page.height, image=image, note=note)
    return Album(cards, blocks, _told(len(pages), len(blocks), unread, pixels, used, budget))


def _size(benches: Sequence[Bench], pages: Sequence[tuple[int, str]], room: int) -> int:
    """The largest of `PIXELS` at which all pages should fit, judged by a few spread among them."""
    step = max(1, len(pages) // TRIED)
    few = pages[::step][:TRIED]
    for pixels in PIXELS:
        sizes = []
        for number, name in few:
            try:
                sizes.append(len(_encoded(benches[number], name, pixels)[0]))
            except CloseupError:
                continue
        if not sizes or sum(sizes) / len(sizes) * len(pages) <= room * 0.95:
            return pixels
    return PIXELS[-1]


def _encoded(bench: Bench, name: str, pixels: int) -> tuple[str, tuple[int, int]]:
    """A page as a data URL, and its size; CloseupError where its image cannot be read."""
    path = bench.image_path(name)
    image = decode(read_bytes(path, MAX_BYTES), str(path))
    size = Resolution(pixels=pixels).size(image.width, image.height)
    if size != image.size:
        image = image.resize(size, Image.Resampling.LANCZOS)
    file = io.BytesIO()
    image.save(file, "WEBP", quality=QUALITY, method=2)
    return f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}", size


def _told(pages: int, there: int, unread: int, pixels: int, used: int, budget: float) -> str:
    told = (
        f"{there} of {_pages(pages)} embedded, at {pixels / 1e6:g} megapixels at most, in "
        f"{used / MB:.1f} of {budget:g} MB"
    )
    left = pages - there - unread
    if left:
        told += f"; {left} left out for want of room, those of right answers first (--images-mb)"
    return told + (f"; {unread} could not be read" if unread else "")


def _pages(count: int) -> str:
    return f"{count} page" if count == 1 else f"{count} pages"


def each_wanted(
    bench: int, pages: Mapping[str, tuple[str, ...]], results: Iterable[Result]
) -> Iterator[Wanted]:
    """The pages of some results; `pages` has those of every question."""
    for result in results:
        for page in pages.get(result.question, ()):
            wrong = result.value is not None and result.value < 1
            yield Wanted(bench, page, result.task, wrong)
