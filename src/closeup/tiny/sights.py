"""What closeup-tiny's vision tower learns from: views of training pages, and what is in each cell.

A view is cut once and kept: to draw it takes as long as to learn from it. Views of one size stand
together, for a batch is of one size.
"""

import random
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from closeup.bench import Bench
from closeup.geometry import Box, View
from closeup.images import Resolution, draw
from closeup.page import Character, Page
from closeup.pictures import Pictures
from closeup.synthetic.poses import POSES
from closeup.tiny.tower import TOKEN

JOINTS = ("head", "shoulder", "elbow", "hand", "hip", "knee", "foot")
_COCO = (0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6)
"""Which of them each of COCO's seventeen keypoints is."""
KINDS = ("figure", "face", "speech", "thought", "caption", "sfx", "sign", "panel")
MARKS = (*JOINTS, *KINDS)
PLAIN = frozenset(("the", "a", "an", "in", "and", "over", "with", "of"))
_WORD = re.compile("[a-z]+")
ACTIONS = frozenset(name.split("_")[0] for name in POSES)
STANDING = 0.25
"""Of the figures that only stand, how many are looked at: every third does, none is asked of."""


WHOLE = 0.3
"""Of the pages, how many are looked at as a whole."""


class Sight(NamedTuple):
    """A view with what its cells are told: 0 and 1, packed to bits along the last axis."""

    pixels: NDArray[np.uint8]
    """(height, width, 3)."""
    words: NDArray[np.uint8]
    """(tokens, words)."""
    marks: NDArray[np.uint8]
    """(tokens, MARKS)."""


class Cut(NamedTuple):
    """Which views of a page are cut."""

    figures: tuple[Resolution, ...]
    """A view of each figure at one of these sizes."""
    panels: float = 0.0
    """So many panels for each figure, at the same sizes."""
    page: Resolution | None = None
    """Some pages whole, at this size."""


class Album:
    """Views of some pages, by their size; more of them each time it is asked to grow.

    All are kept in memory: of 4,000 pages about 2 GB of 16-token figures.
    """

    def __init__(self, bench: Bench, pages: Sequence[str], words: Sequence[str], seed: str) -> None:
        self._bench = bench
        self._place = {word: i for i, word in enumerate(words)}
        self._pictures = Pictures.at(bench.image_path)
        self._dice = random.Random(f"closeup/sights/{seed}")
        self._left = list(pages)
        self._dice.shuffle(self._left)
        self.kept: dict[tuple[int, int], list[Sight]] = {}

    def grow(self, cut: Cut) -> bool:
        """Cut the views of one more page; False where there is none."""
        if not self._left:
            return False
        name = self._left.pop()
        page, image = self._bench.page(name), self._pictures.page(name)
        for view in _views(page, cut, self._dice):
            sight = self.sight(page, view, draw(image, view))
            self.kept.setdefault(view.size, []).append(sight)
        return True

    @property
    def count(self) -> int:
        """Views that are kept."""
        return sum(map(len, self.kept.values()))

    def draw(self, count: int) -> list[Sight]:
        """So many sights of one size, the size by how many there are of it."""
        sizes = list(self.kept)
        size = self._dice.choices(sizes, [len(self.kept[size]) for size in sizes])[0]
        return self._dice.choices(self.kept[size], k=count)

    def sight(self, page: Page, view: View, image: Image.Image) -> Sight:
        """A view's pixels with what there is to see."""
        columns, rows = (side // TOKEN for side in view.size)
        words = np.zeros((rows, columns, len(self._place)), np.uint8)
        marks = np.zeros((rows, columns, len(MARKS)), np.uint8)

        def cells(box: Box) -> tuple[slice, slice] | None:
            """The cells whose middle lies in a box, or the one cell that its middle lies in."""
            x0, x1 = ((x - view.box.x0) / view.box.width * columns for x in (box.x0, box.x1))
            y0, y1 = ((y - view.box.y0) / view.box.height * rows for y in (box.y0, box.y1))
            if x1 <= 0 or y1 <= 0 or x0 >= columns or y0 >= rows:
                return None
            return (_middles(y0, y1, rows), _middles(x0, x1, columns))

        def mark(box: Box, kind: str) -> None:
            if where := cells(box):
                marks[*where, MARKS.index(kind)] = 1

        for panel in page.panels or ():
            mark(panel.box, "panel")
        for balloon in page.balloons or ():
            if balloon.kind:
                mark(balloon.box, balloon.kind)
        for figure in page.characters or ():
            mark(figure.box, "figure")
            if figure.face:
                mark(figure.face, "face")
            for place, (x, y, visible) in enumerate(figure.keypoints or ()):
                if visible:
                    mark(Box(x - 1, y - 1, x + 1, y + 1), JOINTS[_COCO[place]])
            known = [self._place[word] for word in words_for(figure) if word in self._place]
            if (where := cells(_body(figure))) and known:
                words[where][..., known] = 1
        shape = rows * columns
        return Sight(
            np.array(image, np.uint8),
            np.packbits(words.reshape(shape, -1), axis=-1),
            np.packbits(marks.reshape(shape, -1), axis=-1),
        )


def words_for(figure: Character) -> list[str]:
    """What a figure looks like, and what it does, in single words."""
    looks = [word for word in _WORD.findall(figure.note.lower()) if word not in PLAIN]
    return looks + [action.split("_")[0] for action in figure.actions or ()]


def _views(page: Page, cut: Cut, dice: random.Random) -> Iterator[View]:
    boxes: list[Box] = []
    for figure in page.characters or ():
        if "standing" not in (figure.actions or ()) or dice.random() < STANDING:
            boxes.append(figure.box)
    panels = list(page.panels or ())
    boxes += [p.box for p in dice.sample(panels, min(round(cut.panels * len(boxes)), len(panels)))]
    for box in boxes:
        around = _around(box, page, dice)
        size = dice.choice(cut.figures).size(around.width, around.height)
        yield View(page.id, around, size)
    if cut.page and dice.random() < WHOLE:
        yield View(page.id, page.box, cut.page.size(page.width, page.height))


def _around(box: Box, page: Page, dice: random.Random) -> Box:
    """A box with what is around it, at times a little less than all of it."""
    left, top, right, bottom = (dice.uniform(-0.05, 0.3) for _ in range(4))
    return Box(
        max(0, box.x0 - left * box.width),
        max(0, box.y0 - top * box.height),
        min(page.width, box.x1 + right * box.width),
        min(page.height, box.y1 + bottom * box.height),
    )


def _middles(low: float, high: float, count: int) -> slice:
    first, last = round(max(low, 0)), round(min(high, count))
    if first < last:
        return slice(first, last)
    middle = min(max(int((low + high) / 2), 0), count - 1)
    return slice(middle, middle + 1)


def _body(figure: Character) -> Box:
    """The middle of a figure: its box without the rims, which are mostly not it."""
    box = figure.box
    dx, dy = 0.2 * box.width, 0.1 * box.height
    return Box(box.x0 + dx, box.y0 + dy, box.x1 - dx, box.y1 - dy)
