"""ACBF, the Advanced Comic Book Format 1.1.

    <book>.acbf and its images beside it, in a folder, a .cbz or a .zip

A page's `frame`s stand in reading order. Its `text-area`s are read from one text layer: the
language that is lettered in the images themselves (listed with show="false"), or else the first.
Their order is not documented, so it is inferred; so is the reading direction, from the order of
the frames. There are no characters. The size of a page is that of its image; without the image it
is the extent of its boxes. Frames are what a viewer zooms to and may run over the paper's edge:
up to a hundredth of the longer side is cut off.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from closeup.geometry import Box
from closeup.page import MAX_THINGS, Balloon, BalloonKind, Direction, Page, Panel
from closeup.readers.assemble import (
    Sheet,
    at_home,
    attempt,
    balloons_in_order,
    check_count,
    each_file,
    extent,
    image_size,
    join,
)
from closeup.readers.reader import BadPage
from closeup.readers.xml_input import Node, load
from closeup.reading_order import order
from closeup.records import shorten
from closeup.sources import Source, SourceError, check_name

DIRECTIONS: dict[str, Direction] = {"LTR": "ltr", "RTL": "rtl"}
KINDS: dict[str, BalloonKind] = {
    "speech": "speech",
    "commentary": "caption",
    "thought": "thought",
    "sign": "sign",
}
"""Types of text area that say what the lettering is; the others leave its kind unknown."""


@dataclass(frozen=True)
class _Book:
    """What holds for every page of a book."""

    folder: str
    title: str
    series: str | None
    license: str | None
    authors: str | None
    language: str | None
    direction: Direction | None
    direction_inferred: bool


def read(source: Source) -> Iterator[Page | BadPage]:
    """The pages of every .acbf book in the source."""
    yield from each_file(source, source.names(".acbf"), _pages)


def _pages(source: Source, name: str) -> Iterator[Page | BadPage]:
    root = load(source, name, "ACBF")
    pages = root.one("body").all("page")
    book = _book(root, pages, name)
    for number, node in enumerate(pages, 1):
        yield attempt(node.place, _page, source, book, number, node)


def _book(root: Node, pages: list[Node], name: str) -> _Book:
    meta = root.one("meta-data")
    info = meta.one("book-info")
    languages = info.first("languages")
    listed = languages.all("text-layer") if languages else []
    drawn = [layer.get("lang") for layer in listed if layer.get("show") == "false"]
    used = [layer.get("lang") for page in pages for layer in page.all("text-layer")]
    language = next((lang for lang in (*drawn, *used) if lang in used), None)
    titles = info.all("book-title")
    title = next((t.text for t in titles if t.get("lang") == language), None)
    title = title or next((t.text for t in titles if t.text), None)
    sequence = info.first("sequence")
    license = publish.first("license") if (publish := meta.first("publish-info")) else None
    stated = info.first("reading-direction")
    direction = DIRECTIONS.get(stated.text.upper()) if stated else None
    authors = [_author(author) for author in info.all("author") if not author.get("lang")]
    return _Book(
        folder=posixpath.dirname(name),
        title=title or posixpath.basename(name).removesuffix(".acbf"),
        series=sequence.get("title") if sequence else None,
        license=license.text if license else None,
        authors=", ".join(filter(None, authors)) or None,
        language=language,
        direction=direction or _direction(pages),
        direction_inferred=direction is None,
    )


def _author(author: Node) -> str:
    parts = [child.text for child in author.all("first-name", "last-name")]
    return " ".join(parts) or " ".join(child.text for child in author.all("nickname"))


def _direction(pages: list[Node]) -> Direction | None:
    """The direction that explains the order of the frames on most pages, if one clearly does."""
    fits = {"ltr": 0, "rtl": 0}
    for page in pages:
        try:
            boxes = [_around(frame) for frame in page.all("frame")[:MAX_THINGS]]
        except SourceError:  # a bad page, and told as one when it is read
            continue
        given = list(range(len(boxes)))
        ltr, rtl = order(boxes, "ltr") == given, order(boxes, "rtl") == given
        fits["ltr"] += ltr and not rtl
        fits["rtl"] += rtl and not ltr
    if fits["ltr"] > 3 * fits["rtl"]:
        return "ltr"
    return "rtl" if fits["rtl"] > 3 * fits["ltr"] else None


def _around(frame: Node) -> Box:
    xs, ys = zip(*frame.points(), strict=True)
    try:
        return Box(min(xs), min(ys), max(xs), max(ys))
    except ValueError as error:
        raise frame.error(f"points: {error}") from None


def _page(source: Source, book: _Book, number: int, node: Node) -> Page:
    href = node.one("image").need("href")
    if href.startswith("#") or ":" in href:
        raise node.error(f"image href: {shorten(href)}: need a file beside the book")
    image = join(book.folder, href)
    check_name(image, node.place)
    layers = [la for la in node.all("text-layer") if la.get("lang") == book.language]
    frames, areas = node.all("frame"), [a for layer in layers for a in layer.all("text-area")]
    check_count(node.place, len(frames) + len(areas))
    inferred = ["balloons.panel", "balloons.order"]
    size = image_size(source, image)
    if size is None:
        size = extent(node.place, (xy for part in (*frames, *areas) for xy in part.points()))
        inferred += ["width", "height"]
    if book.direction and book.direction_inferred:
        inferred.append("reading_direction")
    sheet = Sheet(*size, slack=max(size) / 100)
    panels: list[Panel] = []
    for i, frame in enumerate(frames, 1):
        box, polygon = sheet.outline(frame.place, "<frame> points", frame.points())
        panels.append(Panel(id=f"p{i}", box=box, polygon=polygon))
    balloons = [_balloon(sheet, area, f"b{i}") for i, area in enumerate(areas, 1)]
    lettering = at_home(balloons, panels)
    if book.direction:
        lettering = balloons_in_order(lettering, panels, book.direction)
    return Page(
        format="closeup-page/1",
        id=f"acbf/{book.title}/{number:03}",
        image=image,
        width=size[0],
        height=size[1],
        series=book.series,
        issue=book.title,
        number=number,
        language=book.language,
        reading_direction=book.direction,
        license=book.license,
        attribution=book.authors,
        inferred=tuple(inferred),
        panels=tuple(panels) or None,
        characters=None,
        balloons=lettering if book.language else None,
    )


def _balloon(sheet: Sheet, area: Node, name: str) -> Balloon:
    box, polygon = sheet.outline(area.place, "<text-area> points", area.points())
    kind = KINDS.get(area.get("type") or "speech")
    text = " ".join(filter(None, (_lettering(p) for p in area.all("p"))))
    return Balloon(id=name, box=box, polygon=polygon, text=text or None, kind=kind)


def _lettering(node: Node) -> str:
    """The text of a paragraph without the marks of its footnotes."""

    def pieces(part: Node) -> Iterator[str]:
        for piece in part.pieces:
            if isinstance(piece, str):
                yield piece
            elif piece.tag != "a":
                yield from pieces(piece)

    return " ".join("".join(pieces(node)).split())
