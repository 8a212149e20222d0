"""OpenMantra: five manga with frames, and text in three languages.

    annotation.json
    images/<book>/ja/000.jpg

The file lists books with `book_title` and `pages`; a page has `page_index`, `image_paths`, and
lists `frame` and `text` of x, y, w, h, a text with `text_ja`. There are no characters. Neither
the order of frames nor that of texts is documented, so both are inferred, right to left. The
size of a page is that of its image; without the image it is the extent of its boxes. Frames that
bleed run over the paper's edge: up to a hundredth of the longer side is cut off.
"""

from collections.abc import Iterator

from closeup.geometry import Box
from closeup.page import Balloon, Page, Panel
from closeup.readers.assemble import (
    Sheet,
    at_home,
    attempt,
    balloons_in_order,
    check_count,
    each_file,
    extent,
    image_size,
    in_order,
)
from closeup.readers.json_input import Loose, items, load
from closeup.readers.reader import BadPage
from closeup.sources import Source, SourceError

LICENSE = "CC BY-NC 4.0"


class _Area(Loose):
    x: float
    y: float
    w: float
    h: float
    text_ja: str | None = None

    @property
    def corners(self) -> tuple[float, float, float, float]:
        return (self.x, self.y, self.x + self.w, self.y + self.h)


class _Images(Loose):
    ja: str


class _Page(Loose):
    page_index: int
    image_paths: _Images
    frame: list[_Area]
    text: list[_Area]


class _Book(Loose):
    book_title: str


def read(source: Source) -> Iterator[Page | BadPage]:
    """The pages of OpenMantra, in Japanese."""
    yield from each_file(source, source.names(".json"), _pages)


def _pages(source: Source, name: str) -> Iterator[Page | BadPage]:
    place = source.place(name)
    books = load(source, name)
    if not isinstance(books, list):
        raise SourceError(place, "need a list of books")
    for b, value in enumerate(books):
        try:
            title = _Book.take(value, place, str(b)).book_title
            pages = items(value, "pages", f"{place}: {b}")
        except SourceError as error:
            yield BadPage(error.place, error.message)
            continue
        for p, page in enumerate(pages):
            field = f"{b}.pages.{p}"
            yield attempt(f"{place}: {field}", _page, source, place, field, title, page)


def _page(source: Source, place: str, field: str, title: str, value: object) -> Page:
    record = _Page.take(value, place, field)
    place = f"{place}: {field}"
    check_count(place, len(record.frame) + len(record.text))
    inferred = ["panels.order", "balloons.panel", "balloons.order"]
    size = image_size(source, record.image_paths.ja)
    if size is None:
        corners = [area.corners for area in (*record.frame, *record.text)]
        size = extent(place, ((abs(x), abs(y)) for _, _, x, y in corners))
        inferred += ["width", "height"]
    sheet = Sheet(*size, slack=max(size) / 100)
    boxes = [_box(sheet, place, f"frame.{i}", area) for i, area in enumerate(record.frame)]
    panels = in_order([Panel(id=f"p{i}", box=box) for i, box in enumerate(boxes)], "rtl")
    balloons = [
        Balloon(id=f"b{i}", box=_box(sheet, place, f"text.{i}", area), text=area.text_ja or None)
        for i, area in enumerate(record.text)
    ]
    return Page(
        format="closeup-page/1",
        id=f"openmantra/{title}/{record.page_index:03}",
        image=record.image_paths.ja,
        width=size[0],
        height=size[1],
        series=title,
        number=record.page_index,
        language="ja",
        reading_direction="rtl",
        license=LICENSE,
        inferred=tuple(inferred),
        panels=panels,
        characters=None,
        balloons=balloons_in_order(at_home(balloons, panels), panels, "rtl"),
    )


def _box(sheet: Sheet, place: str, field: str, area: _Area) -> Box:
    return sheet.box(place, field, area.corners)
