"""What the tasks share in making questions: what can be seen, how hard, and how many."""

import math
import random
import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

from closeup.geometry import Box
from closeup.page import Balloon, Character, Page, Panel
from closeup.question import LETTERS, Crop, Difficulty, Mark

T = TypeVar("T")

MIN_SIDE = 24
"""Pixels of the shorter side of a region on the page at 1.0 megapixels: below, it is not asked
about. A page that is smaller is taken as it is."""
SPOKEN = ("speech", "thought")
TOO_SMALL = "box too small"
ENOUGH = "enough from this page"
UNKNOWN_ORDER = "unknown order"
ESTIMATED = "estimated_text_height"
"""The tag of a question whose lettering was measured by `text_height`'s estimate."""


def scale(page: Page, megapixels: float) -> float:
    """How much smaller the page's sides get when it is shown at a budget; never above 1."""
    return min(1.0, math.sqrt(megapixels * 1e6 / (page.width * page.height)))


def too_small(page: Page, box: Box) -> bool:
    return min(box.width, box.height) * scale(page, 1.0) < MIN_SIDE


def hidden_reason(page: Page, character: Character) -> str | None:
    """Why a character cannot be pointed at with its box, or None where it can."""
    if character.panel is None:
        return "character of unknown panel"
    if too_small(page, character.box):
        return TOO_SMALL
    if page.panel(character.panel).box.coverage(character.box) < 0.5:
        return "mostly outside its panel"
    return None


def overlapping(a: Box, b: Box) -> float:
    """The share of the smaller box that lies in the other."""
    return a.overlap(b) / min(a.area, b.area)


def covered_panel(page: Page, panel: Panel) -> bool:
    """Whether another panel lies over this one or in it, so that its box holds both."""
    return any(
        other.id != panel.id and overlapping(panel.box, other.box) > 0.1
        for other in page.panels or ()
    )


def whole(page: Page) -> Crop:
    return Crop(page=page.id, box=page.box)


def marks(view: int, boxes: Iterable[Box]) -> tuple[Mark, ...]:
    return tuple(Mark(view=view, box=box) for box in boxes)


def lettered(things: Sequence[T]) -> dict[str, T]:
    return dict(zip(LETTERS, things, strict=False))


def shuffled(things: Sequence[T], rng: random.Random) -> list[T]:
    return rng.sample(things, len(things))


def windows(count: int, most: int, rng: random.Random) -> list[range]:
    """Cut `count` things in a row into runs of 3 to `most` (4 or 5), leaving out as few as it can.

    What is left over stands before the first run or after the last, as drawn.
    """
    if count < 3:
        return []
    runs = max(1, round(count / 3.6))
    sizes = [min(most, count // runs + (i < count % runs)) for i in range(runs)]
    start = rng.randint(0, count - sum(sizes))
    found = []
    for size in sizes:
        found.append(range(start, start + size))
        start += size
    return found


def normal(text: str) -> str:
    """A text by which two balloons or descriptions count as the same: words only, case folded."""
    return " ".join(re.findall(r"\w+", text.casefold())) or "".join(text.split())


def text_height(balloon: Balloon) -> tuple[float, bool] | None:
    """The height of a capital letter in page pixels, and whether it was estimated.

    The estimate takes the lettering to fill 45 % of its box, a letter and its share of the line
    spacing to cover 0.85 by 1.6 letter heights. None where there is no text.
    """
    if balloon.text_height is not None:
        return balloon.text_height, False
    letters = len("".join((balloon.text or "").split()))
    if not letters:
        return None
    return min(math.sqrt(0.45 * balloon.box.area / (1.36 * letters)), balloon.box.height), True


def difficulty(
    page: Page, views: Sequence[Crop], evidence: Sequence[Mark], balloons: Iterable[Balloon] = ()
) -> tuple[Difficulty, tuple[str, ...]]:
    """The difficulty facts, and the tags they bring.

    `balloons` are those that must be read. Their smallest lettering is measured on `page`, which
    is shown whole at the two budgets.
    """
    seen = sum(
        Box.union_area(mark.box for mark in evidence if mark.view == i) for i in range(len(views))
    )
    area = min(1.0, seen / sum(view.box.area for view in views))
    heights = [height for balloon in balloons if (height := text_height(balloon))]
    if not heights:
        return Difficulty(evidence_area=round(area, 6)), ()
    height, estimated = min(heights)
    facts = Difficulty(
        evidence_area=round(area, 6),
        text_height=round(height, 2),
        text_height_03mp=round(height * scale(page, 0.3), 2),
        text_height_10mp=round(height * scale(page, 1.0), 2),
    )
    return facts, (ESTIMATED,) if estimated else ()
