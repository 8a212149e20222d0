"""Read the lettering of a region: OCR by rapidocr, the extra `ocr`.

The engine and its models come with the package, so nothing is downloaded. It is made at the first
call and serves the whole process, one call at a time.
"""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from threading import Lock
from typing import Any, NamedTuple

from PIL import Image

from closeup.geometry import Box
from closeup.images import Resolution
from closeup.reading_order import balloon_order
from closeup.records import CloseupError
from closeup.tools.tool import Region, Scene, Seen, Tool

MOST_PIXELS = 2_000_000
"""A region is drawn twice as large as on the page, but no larger than this: letters of 20 pixels
are read better at 40."""
MOST_TEXT = 4_000
"""Characters that are told of a region."""
NEEDS = ("onnxruntime", "rapidocr")
_LOCK = Lock()


class Line(NamedTuple):
    """A line of lettering."""

    box: Box
    text: str


Reader = Callable[[Image.Image], Sequence[Line]]
"""Finds the lines in an image, with their boxes in its pixels."""


class ReadText(Tool):
    """The texts of a region, a balloon or sign a line, each with its box in the image that was
    asked of. Where they stand is read; that they are listed from the top left is no knowledge of
    the page's reading order."""

    name = "read_text"
    reads_pixels = True

    def __init__(self, reader: Reader | None = None) -> None:
        """CloseupError where there is no reader and the extra is not installed."""
        if reader is None:
            for module in NEEDS:
                try:
                    importlib.import_module(module)
                except ImportError as error:
                    raise CloseupError(
                        f"tool 'read_text': {error}: needs pip install 'closeup[ocr]'"
                    ) from None
        self.reader = reader or _rapidocr

    def use(self, arguments: Region, scene: Scene) -> Seen:
        asked, view = scene.region(arguments.image, arguments.bbox_2d)
        size = Resolution(pixels=MOST_PIXELS, least=round(4 * view.box.area))
        drawn = replace(view, size=size.size(view.box.width, view.box.height))
        image = scene.views[arguments.image - 1]
        texts = []
        for block in blocks(self.reader(scene.pixels(drawn))):
            place = drawn.to_page(block.box.corners, "pixel")
            texts.append(f"{image.from_page(place, scene.grid)} {block.text}")
        return Seen((_told(texts, arguments.image),), asked)


def blocks(lines: Sequence[Line]) -> list[Line]:
    """Lines that stand close below each other as one, from the top left on."""
    groups: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (line.box.y0, line.box.x0)):
        near = [group for group in groups if any(_joined(other, line) for other in group)]
        groups = [group for group in groups if not any(group is other for other in near)]
        groups.append([*(other for group in near for other in group), line])
    joined = [
        Line(Box.around(line.box for line in group), " ".join(_in_rows(group))) for group in groups
    ]
    return [joined[i] for i in balloon_order([block.box for block in joined], "ltr")]


def _joined(upper: Line, lower: Line) -> bool:
    """Whether one line follows the other in one balloon: as high, near and one below the other, or
    side by side."""
    a, b = upper.box, lower.box
    small, large = sorted((a.height, b.height))
    gap = max(a.y0, b.y0) - min(a.y1, b.y1)
    aside = max(a.x0, b.x0) - min(a.x1, b.x1)
    if large > 1.8 * small:
        return False
    beside = gap < -0.5 * small and aside < small
    return beside or (gap < 0.5 * small and aside < -0.3 * min(a.width, b.width))


def _in_rows(lines: Sequence[Line]) -> list[str]:
    """The texts of one balloon row by row, for two pieces may share a row."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.box.center[1]):
        if rows and line.box.center[1] < rows[-1][0].box.y1 - 0.3 * rows[-1][0].box.height:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line.text for row in rows for line in sorted(row, key=lambda line: line.box.x0)]


def _told(texts: Sequence[str], image: int) -> str:
    """What the model reads; cut where a page is full of letters."""
    if not texts:
        return "No text was found there."
    told = [f"Text found, from the top left, with its boxes in image {image}:"]
    for i, text in enumerate(texts):
        if sum(map(len, told)) + len(text) > MOST_TEXT:
            told.append(f"and {len(texts) - i} more; look at a smaller region")
            break
        told.append(text)
    return "\n".join(told)


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR  # pyright: ignore[reportMissingImports]

    # Comics are lettered upright, and its classifier would turn some balloons upside down.
    return RapidOCR(params={"Global.log_level": "error", "Global.use_cls": False})


def _rapidocr(image: Image.Image) -> list[Line]:
    import numpy as np

    with _LOCK:
        found = _engine()(np.asarray(image)[:, :, ::-1])  # it takes blue first
    if found.boxes is None:
        return []
    lines: list[Line] = []
    for corners, text in zip(found.boxes, found.txts, strict=True):
        xs, ys = corners[:, 0], corners[:, 1]
        x0, y0, x1, y1 = (float(v) for v in (xs.min(), ys.min(), xs.max(), ys.max()))
        if x0 < x1 and y0 < y1 and text.strip():
            lines.append(Line(Box(x0, y0, x1, y1), " ".join(text.split())))
    return lines
