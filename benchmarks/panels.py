"""How well panels are found in page images, and how often their order is right.

    CLOSEUP_DATA=… python benchmarks/panels.py [PAGES]

Synthetic: PAGES pages of every style, 20 unless told, of even page seeds, which the rules were made
on, and of odd ones, which they were not. ACBF: the odd pages of the book for the one, the even ones
for the other; of page 23, an interview in two columns, the frames are paragraphs. Pepper&Carrot was
not looked at, but its panel boxes come from a cut of white gutters in text-free art, which favours
a method that goes by gutters; so it stands apart. F1 is of panels matched one to one by
intersection over union; a page is right where all its panels are matched at 0.5 and no other is
found; the order is counted on those pages. Seconds are those of the processor.
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from closeup.geometry import Box
from closeup.images import MAX_BYTES, decode
from closeup.page import Page
from closeup.panels import find_panels
from closeup.readers import READERS
from closeup.reading_order import order
from closeup.sources import Source

KUMIKO = """
Kumiko (OpenCV, offline), measured apart: on the 23 ACBF pages F1@.5 0.83, @.75 0.80, 13 pages
right; over three sets the order was right on 65 of 67 right pages; 0.3 to 0.9 s a page."""

Sheet = tuple[Page, Image.Image]


@dataclass
class Score:
    """Counts over some pages."""

    pages: int = 0
    gold: int = 0
    found: int = 0
    matched: Counter[float] = field(default_factory=Counter)
    right: int = 0
    in_order: int = 0
    seconds: float = 0.0

    def add(self, page: Page, image: Image.Image) -> None:
        gold = [panel.box for panel in page.panels or ()]
        pixels = np.asarray(image)
        start = time.process_time()
        found = find_panels(pixels)
        self.seconds += time.process_time() - start
        self.pages += 1
        self.gold += len(gold)
        self.found += len(found)
        for least in (0.5, 0.75):
            self.matched[least] += len(match(found, gold, least))
        pairs = match(found, gold, 0.5)
        if len(pairs) == len(found) == len(gold):
            self.right += 1
            read = order(found, page.reading_direction or "ltr")
            self.in_order += [pairs[i] for i in read] == list(range(len(gold)))

    def f1(self, least: float) -> float:
        return 2 * self.matched[least] / max(1, self.gold + self.found)


def match(found: Sequence[Box], gold: Sequence[Box], least: float) -> dict[int, int]:
    """Found boxes to gold ones, the best pairs first."""
    pairs = [(f.iou(g), i, j) for i, f in enumerate(found) for j, g in enumerate(gold)]
    taken: dict[int, int] = {}
    for value, i, j in sorted(pairs, reverse=True):
        if value >= least and i not in taken and j not in taken.values():
            taken[i] = j
    return taken


def annotated(reader: str, path: Path, remainder: int | None = None) -> Iterator[Sheet]:
    """Pages with panels, all or those whose number leaves this remainder when halved."""
    source = Source.open(path)
    for page in READERS[reader](source):
        if not isinstance(page, Page) or not page.panels:
            continue
        if remainder is None or (page.number or 0) % 2 == remainder:
            yield page, decode(source.read(page.image, MAX_BYTES), page.id)


def synthetic(style: str, pages: int, parity: int) -> Iterator[Sheet]:
    """The first pages of a style whose seeds are even or odd."""
    from closeup.synthetic.artist import PAGES_PER_ISSUE, draw_page, style_of

    seed = parity
    while pages:
        if style_of(seed // PAGES_PER_ISSUE).name == style:
            yield draw_page(seed)
            pages -= 1
        seed += 2


def tell(name: str, sheets: Iterable[Sheet]) -> None:
    score = Score()
    for page, image in sheets:
        score.add(page, image)
    print(
        f"{name:32} {score.pages:5} {score.gold:6}  {score.f1(0.5):.3f}  {score.f1(0.75):.3f}  "
        f"{score.right:4} of {score.pages:4}  {score.in_order:4} of {score.right:4}  "
        f"{score.seconds / max(1, score.pages):.2f}",
        flush=True,
    )


def main(pages: int) -> None:
    from closeup.synthetic.styles import STYLES

    head = ("pages", "panels", "F1@.5", "F1@.75", "pages right", "order right", "s a page")
    print(f"{'':32} {head[0]} {head[1]}  {head[2]}  {head[3]} {head[4]}   {head[5]}  {head[6]}")
    if data := os.environ.get("CLOSEUP_DATA"):
        book = Path(data, "craphound_acbf")
        tell("ACBF, held out", annotated("acbf", book, 0))
        tell("ACBF, development", annotated("acbf", book, 1))
        labelled = Path(data, "pepper_and_carrot", "labelled")
        tell("Pepper&Carrot (see above)", annotated("closeup_json", labelled))
    for parity, what in ((1, "held out"), (0, "development")):
        for style in STYLES:
            tell(f"synthetic {style}, {what}", synthetic(style, pages, parity))
    print(KUMIKO)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
