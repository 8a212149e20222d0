"""One page image, annotated by programs: panels by rules, lettering by OCR, order by geometry.

Nothing here is known, so all of it is named in `Page.inferred`. Lettering of several words is taken
for speech, as most is; of one word it may be a sign or a sound, and its kind stays unknown, like
the characters and who speaks.
"""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from closeup.geometry import Box
from closeup.images import Resolution
from closeup.page import FORMAT, MAX_THINGS, Balloon, BalloonKind, Direction, Page, Panel
from closeup.panels import find_panels
from closeup.readers.assemble import balloons_in_order, home, in_order
from closeup.records import CloseupError
from closeup.tools.read_text import MOST_PIXELS, Line, Reader, ReadText, blocks

ROUND = 1
"""Decimals of a pixel that a found box is told with."""
TWICE = 2 * MOST_PIXELS
"""Pixels at which a page is read, as far as twice its size goes: letters of 20 pixels are read
better at 40."""


def reader_of_text() -> Reader | None:
    """What reads lettering, or None where the extra `ocr` is not installed."""
    try:
        return ReadText().reader
    except CloseupError:
        return None


def annotate_page(
    image: Image.Image,
    *,
    id: str,
    file: str,
    direction: Direction = "ltr",
    read: Reader | None = None,
    issue: str | None = None,
    number: int | None = None,
) -> Page:
    """The page that an RGB image shows, as far as programs can tell.

    `file` becomes `Page.image`. Without `read` the lettering is unknown, null. Raises
    pydantic.ValidationError for an id that no page can have.
    """
    page = Page(
        format=FORMAT,
        id=id,
        image=file,
        width=image.width,
        height=image.height,
        issue=issue,
        number=number,
        reading_direction=direction,
        inferred=("reading_direction", "panels", "panels.order"),
        panels=_panels(image, direction),
        characters=None,
        balloons=None,
    )
    return page if read is None else lettered(page, image, read)


def lettered(page: Page, image: Image.Image, read: Reader) -> Page:
    """An annotated page with the lettering that is read in its image."""
    direction = page.reading_direction or "ltr"
    balloons = _balloons(_lines(image, read), page.panels or (), direction)
    marks = tuple(f"balloons{part}" for part in ("", ".panel", ".order", ".text", ".kind"))
    return _changed(page, balloons=balloons, inferred=(*page.inferred, *marks))


def turned(page: Page, direction: Direction) -> Page:
    """An annotated page as it is read in this direction: panels and lettering in their order then,
    numbered anew."""
    panels = in_order(page.panels or (), direction)
    names = {panel.id: f"p{i}" for i, panel in enumerate(panels, 1)}
    panels = tuple(panel.model_copy(update={"id": names[panel.id]}) for panel in panels)
    balloons = page.balloons
    if balloons is not None:
        moved = [b.model_copy(update={"panel": names.get(b.panel or "")}) for b in balloons]
        balloons = _numbered(moved, panels, direction)
    return _changed(page, reading_direction=direction, panels=panels, balloons=balloons)


def _changed(page: Page, **changes: object) -> Page:
    """The page with other values, checked like any page."""
    return Page.model_validate(dict(page) | changes)


def _panels(image: Image.Image, direction: Direction) -> tuple[Panel, ...]:
    """The panels in reading order, p1 first."""
    boxes = [_rounded(box, image) for box in find_panels(np.asarray(image))]
    found = [Panel(id=f"found{i}", box=box) for i, box in enumerate(boxes)]
    ordered = in_order(found, direction)
    return tuple(Panel(id=f"p{i}", box=panel.box) for i, panel in enumerate(ordered, 1))


def _rounded(box: Box, image: Image.Image) -> Box:
    x0, y0, x1, y1 = (round(side, ROUND) for side in box.corners)
    return Box(x0, y0, min(x1, float(image.width)), min(y1, float(image.height)))


def _lines(image: Image.Image, read: Reader) -> list[Line]:
    """The lines of lettering, in page pixels."""
    size = Resolution(pixels=TWICE, least=4 * image.width * image.height)
    width, height = size.size(image.width, image.height)
    drawn = image.resize((width, height), Image.Resampling.LANCZOS)
    across, down = image.width / width, image.height / height
    page = Box(0, 0, image.width, image.height)
    lines: list[Line] = []
    for line in read(drawn):
        x0, y0, x1, y1 = line.box.corners
        inside = Box(x0 * across, y0 * down, x1 * across, y1 * down).intersection(page)
        if inside and min(inside.width, inside.height) >= 1:  # thinner ones are noise
            lines.append(Line(_rounded(inside, image), line.text))
    return lines[:MAX_THINGS]


def _balloons(
    lines: Sequence[Line], panels: Sequence[Panel], direction: Direction
) -> tuple[Balloon, ...]:
    """Lines near each other within one panel are one balloon, b1 first; its box is that of the
    lettering."""
    by_panel: dict[str | None, list[Line]] = {}
    for line in lines:
        by_panel.setdefault(home(line.box, panels), []).append(line)
    found = [
        Balloon(id="found", panel=panel, box=block.box, text=block.text, kind=_kind(block.text))
        for panel, own in by_panel.items()
        for block in blocks(own)
    ]
    return _numbered(found, panels, direction)


def _numbered(
    found: Sequence[Balloon], panels: Sequence[Panel], direction: Direction
) -> tuple[Balloon, ...]:
    """Balloons as they are read, b1 first."""
    ordered = balloons_in_order(found, panels, direction)
    return tuple(b.model_copy(update={"id": f"b{i}"}) for i, b in enumerate(ordered, 1))


def _kind(text: str) -> BalloonKind | None:
    return "speech" if len(text.split()) > 1 else None
