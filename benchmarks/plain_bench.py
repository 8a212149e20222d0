"""A bench of any size in a second: pages of noise, and questions that count in a box.

What it asks makes no sense; what it costs to ask it is that of any bench. Pages have 1.0 megapixels
and about 465 KB as JPEG, such as scanned pages have; of many pages, only the first ones have an
image of their own.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from closeup.bench import Bench, Manifest, TaskCount, sha256
from closeup.geometry import Box
from closeup.page import Page
from closeup.question import Crop, Difficulty, Mark, Question
from closeup.records import write_atomically, write_jsonl

SIDES = (840, 1190)
IMAGES = 100
TASK = "character_counting"


def write(folder: Path, pages: int, per_page: int = 10) -> Bench:
    """Write the bench and open it."""
    (folder / "images").mkdir(parents=True)
    for number in range(min(pages, IMAGES)):
        _page(number).save(folder / "images" / f"{number:03}.jpg", quality=91)
    write_jsonl(folder / "pages.jsonl", map(_record, range(pages)))
    write_jsonl(folder / "questions.jsonl", _questions(pages, per_page))
    write_jsonl(folder / "rejected.jsonl", ())
    count = pages * per_page
    told = TaskCount(
        source=TASK,
        kept=count,
        kept_by_split={"test": count},
        rejected={},
        chance=0.1,
        answers={},
    )
    manifest = Manifest(
        closeup="benchmark",
        versions={},
        reader="benchmark",
        source="benchmark",
        seed=0,
        pages={"test": pages},
        issues={"test": pages},
        left_out=(),
        tasks={TASK: told},
        files={name: sha256(folder / name) for name in ("pages.jsonl", "questions.jsonl")},
    )
    write_atomically(folder / "manifest.json", manifest.to_json())
    return Bench.open(folder)


def _page(number: int) -> Image.Image:
    """Coarse shapes under fine grain."""
    rng = np.random.default_rng(number)
    width, height = SIDES
    shapes = Image.fromarray(rng.integers(0, 256, (12, 9, 3), dtype=np.uint8)).resize(SIDES)
    grain = rng.normal(0, 13, (height, width, 1))
    return Image.fromarray(np.clip(np.asarray(shapes) + grain, 0, 255).astype(np.uint8))


def _record(number: int) -> Page:
    return Page(
        format="closeup-page/1",
        id=f"page{number:05}",
        image=f"images/{number % IMAGES:03}.jpg",
        width=SIDES[0],
        height=SIDES[1],
        panels=None,
        characters=None,
        balloons=None,
    )


def _questions(pages: int, per_page: int) -> Iterator[Question]:
    for number in range(pages * per_page):
        page, item = divmod(number, per_page)
        # No two pages of one image ask the same: a request that was made is not made again.
        box = Box(10 * item, page // IMAGES, 10 * item + 400, page // IMAGES + 500)
        yield Question(
            id=f"{TASK}/page{page:05}/{item}",
            task=TASK,
            split="test",
            issue=f"page{page:05}",
            views=(Crop(page=f"page{page:05}", box=Box(0, 0, *SIDES)),),
            refs={"panel": Mark(view=0, box=box)},
            answer=number % 10,
            answer_format="integer",
            evidence=(Mark(view=0, box=box),),
            chance=0.1,
            difficulty=Difficulty(evidence_area=0.1),
        )
