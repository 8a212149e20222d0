"""Teach closeup a new dataset: one function that turns its layout into pages.

    python examples/6_new_reader.py PATH
    closeup build --reader examples.6_new_reader:read --from PATH --out bench

PATH is a folder (or .zip) with

    annotations.json     {"pages": [{"page": "E01P01", "image": "pages/E01P01.jpg", "width": …,
                         "height": …, "panels": [{"id": 1, "bbox_xywh": […]}], "panel_status": …,
                         "texts": [{"bbox_xywh": […], "text": …}]}]}

as an annotated set of the comic Pepper&Carrot has it. The rules of a reader:

- what the dataset does not know stays None: this one has no characters, kinds or speakers;
- what we work out ourselves is named in `inferred`: here, where a text belongs and when it is read;
- a page that breaks a rule becomes a BadPage, and the others go on.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from closeup.check import check
from closeup.page import Balloon, Page, Panel
from closeup.readers.assemble import Sheet, at_home, attempt, balloons_in_order, each_file
from closeup.readers.json_input import Loose, items, load
from closeup.readers.reader import BadPage
from closeup.sources import Source

TRUSTED = "ok_thumbnail_checked"
"""The status of a page whose panels a person has looked at."""


class PanelRecord(Loose):
    """A `Loose` record takes the fields it names, strictly, and leaves the others alone."""

    id: int
    bbox_xywh: list[float]


class TextRecord(Loose):
    bbox_xywh: list[float]
    text: str


class PageRecord(Loose):
    page: str
    image: str
    width: int
    height: int
    panels: list[PanelRecord]
    panel_status: str
    texts: list[TextRecord]


def read(source: Source) -> Iterator[Page | BadPage]:
    """The reader: `each_file` turns an unreadable file or a repeated id into a bad page."""
    names = [name for name in source.names(".json") if name.endswith("annotations.json")]
    yield from each_file(source, names, read_file)


def read_file(source: Source, name: str) -> Iterator[Page | BadPage]:
    place = source.place(name)
    document = load(source, name)
    license = document.get("license") if isinstance(document, dict) else None
    for i, value in enumerate(items(document, "pages", place)):
        spot = f"{place}: pages.{i}"
        yield attempt(spot, make_page, place, i, value, license)


def make_page(place: str, i: int, value: object, license: object) -> Page:
    record = PageRecord.take(value, place, f"pages.{i}")
    spot = f"{place}: {record.page}"
    sheet = Sheet(record.width, record.height)

    panels = None
    if record.panel_status == TRUSTED:
        panels = tuple(
            Panel(id=f"p{panel.id}", box=sheet.box(spot, f"panels.{k}", corners(panel.bbox_xywh)))
            for k, panel in enumerate(record.panels)
        )
    texts = [
        Balloon(
            id=f"t{k}",
            box=sheet.box(spot, f"texts.{k}", corners(text.bbox_xywh)),
            text=text.text,
        )
        for k, text in enumerate(record.texts)
    ]
    if panels is None:
        balloons = tuple(texts)
    else:
        balloons = balloons_in_order(at_home(texts, panels), panels, "ltr")
    number = re.fullmatch(r"(E\d+)P(\d+)", record.page)
    return Page(
        format="closeup-page/1",
        id=f"pepper-and-carrot/{record.page}",
        image=record.image,
        width=record.width,
        height=record.height,
        series="Pepper&Carrot",
        issue=number[1] if number else None,
        number=int(number[2]) if number else None,
        language="en",
        reading_direction="ltr",
        license=license if isinstance(license, str) else None,
        inferred=("balloons.panel", "balloons.order"),
        panels=panels,
        characters=None,
        balloons=balloons,
    )


def corners(xywh: list[float]) -> list[float]:
    """Corners of a box given as x, y, width and height; `Sheet.box` refuses what is no box."""
    x, y, width, height = [*xywh, *[float("nan")] * 4][:4]
    return [x, y, x + width, y + height]


def main(path: Path) -> None:
    """Print what there is, as `closeup check` would."""
    from rich.console import Console

    from closeup.check import table

    result = check(read, Source.open(path))
    Console().print(table(result))
    for bad in result.bad:
        print(bad, file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
