"""How often a page's reading order is inferred fully right from shuffled boxes.

    CLOSEUP_DATA=… python benchmarks/reading_order.py [SEEDS]

ACBF: frames in the order that its authors gave. Pepper&Carrot: panels in a person's order, but
their boxes come from a cut of white gutters, which favours a method that cuts; so it stands apart.
Synthetic: the artist's own layouts, with insets and both directions; SEEDS pages of each, 1000
unless told. Balloons: within the panels of the labelled Pepper&Carrot pages.
"""

import os
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from closeup.geometry import Box
from closeup.page import Direction, Page
from closeup.readers import READERS
from closeup.reading_order import balloon_order, order
from closeup.sources import Source

Sample = tuple[Sequence[Box], Direction]


def right(samples: Iterable[Sample], method=order) -> tuple[int, int]:
    """Samples whose order is fully found again after a shuffle, and all samples."""
    found = total = 0
    for number, (boxes, direction) in enumerate(samples):
        shuffled = list(range(len(boxes)))
        random.Random(f"reading order/{number}").shuffle(shuffled)
        read = [shuffled[i] for i in method([boxes[i] for i in shuffled], direction)]
        found += read == list(range(len(boxes)))
        total += 1
    return found, total


def pages(reader: str, path: Path) -> list[Page]:
    """The good pages of a dataset."""
    return [page for page in READERS[reader](Source.open(path)) if isinstance(page, Page)]


def panels(pages: Iterable[Page]) -> Iterator[Sample]:
    for page in pages:
        yield [panel.box for panel in page.panels or ()], page.reading_direction or "ltr"


def balloons(pages: Iterable[Page]) -> Iterator[Sample]:
    for page in pages:
        for panel in page.panels or ():
            boxes = [balloon.box for balloon in page.balloons_in(panel)]
            if len(boxes) > 1:
                yield boxes, page.reading_direction or "ltr"


def layouts(seeds: range, rtl: bool) -> Iterator[Sample]:
    """Layouts of the synthetic artist."""
    from closeup.synthetic.layout import lay_out

    for seed in seeds:
        frames = lay_out(random.Random(f"reading order/{seed}"), rtl).frames
        yield [frame.box for frame in frames], "rtl" if rtl else "ltr"


def main(seeds: int) -> None:
    results: dict[str, tuple[int, int]] = {}
    if data := os.environ.get("CLOSEUP_DATA"):
        labelled = pages("closeup_json", Path(data, "pepper_and_carrot", "labelled"))
        results["ACBF sample, pages"] = right(panels(pages("acbf", Path(data, "craphound_acbf"))))
        results["Pepper&Carrot, pages"] = right(panels(labelled))
        results["Pepper&Carrot, balloons by panel"] = right(balloons(labelled), balloon_order)
    results["synthetic, left to right"] = right(layouts(range(seeds), rtl=False))
    results["synthetic, right to left"] = right(layouts(range(seeds), rtl=True))
    for name, (found, total) in results.items():
        print(f"{name:34} {found:5} of {total:5}  {found / total:6.1%}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
