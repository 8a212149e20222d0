"""Boxes and views: the only two frames of reference, and the only converter between them.

A `Box` is always page pixels, half-open. A `View` is what a model was shown: a box of a page,
drawn at some size. A model speaks in a `Grid` of that view, and `View` alone converts.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

Grid = Literal["pixel", "rel1000", "rel1000_yx", "rel100"]
"""How a model writes a box: pixels of the view it was shown; thousandths of that view;
thousandths with y before x, as Gemini does; or hundredths, for models that are shown little."""
STEPS: dict[Grid, int] = {"rel1000": 1000, "rel1000_yx": 1000, "rel100": 100}
"""Of those that are parts of a view's sides: into how many each side is cut."""
MIN_SIDE = 1e-3
"""Pixels; a thinner box is nothing that was drawn, and its area could vanish."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in page pixels, half-open: x0 and y0 are inside, x1 and y1 are not."""

    x0: float
    y0: float
    x1: float
    y1: float

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, self.corners)):
            raise ValueError(f"box {list(self.corners)}: need four finite numbers")
        if not (self.x0 < self.x1 and self.y0 < self.y1):
            raise ValueError(f"empty box {list(self.corners)}: need x0 < x1 and y0 < y1")
        if min(self.width, self.height) < MIN_SIDE:
            raise ValueError(
                f"box {list(self.corners)}: need at least {MIN_SIDE} pixels on each side"
            )

    @property
    def corners(self) -> tuple[float, float, float, float]:
        return (self.x0, self.y0, self.x1, self.y1)

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def area(self) -> float:
        return self.width * self.height

    @property
    def center(self) -> tuple[float, float]:
        return ((self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2)

    def intersection(self, other: "Box") -> "Box | None":
        """The part that lies in both boxes, or None where they do not meet or hardly do."""
        x0, y0 = max(self.x0, other.x0), max(self.y0, other.y0)
        x1, y1 = min(self.x1, other.x1), min(self.y1, other.y1)
        return Box(x0, y0, x1, y1) if min(x1 - x0, y1 - y0) >= MIN_SIDE else None

    def overlap(self, other: "Box") -> float:
        """The area that lies in both boxes, in square pixels."""
        common = self.intersection(other)
        return common.area if common else 0.0

    def iou(self, other: "Box") -> float:
        """Intersection over union, from 0 to 1."""
        common = self.overlap(other)
        return common / (self.area + other.area - common)

    def coverage(self, other: "Box") -> float:
        """The share of `other` that lies inside this box, from 0 to 1."""
        return self.overlap(other) / other.area

    def pixels(self) -> tuple[int, int, int, int]:
        """Whole pixels that hold the box: the minimum floored, the maximum ceiled."""
        x0, y0 = math.floor(self.x0), math.floor(self.y0)
        return (x0, y0, math.ceil(self.x1), math.ceil(self.y1))

    def shifted(self, dx: float, dy: float) -> "Box":
        """The same box moved by (dx, dy) pixels."""
        return Box(self.x0 + dx, self.y0 + dy, self.x1 + dx, self.y1 + dy)

    @staticmethod
    def around(boxes: Iterable["Box"]) -> "Box":
        """The smallest box that holds them all; ValueError when there is none."""
        corners = [box.corners for box in boxes]
        if not corners:
            raise ValueError("no boxes to hold")
        x0s, y0s, x1s, y1s = zip(*corners, strict=True)
        return Box(min(x0s), min(y0s), max(x1s), max(y1s))

    @staticmethod
    def union_area(boxes: Iterable["Box"]) -> float:
        """The area that lies in any of the boxes, in square pixels; 0 where there is none."""
        boxes = list(boxes)
        edges = sorted({x for box in boxes for x in (box.x0, box.x1)})
        total = 0.0
        for left, right in pairwise(edges):
            spans = sorted((b.y0, b.y1) for b in boxes if b.x0 <= left and right <= b.x1)
            reached = -math.inf
            for low, high in spans:
                total += (right - left) * max(0.0, high - max(low, reached))
                reached = max(reached, high)
        return total

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        four = core_schema.tuple_schema([core_schema.float_schema(allow_inf_nan=False)] * 4)
        from_list = core_schema.no_info_after_validator_function(lambda t: cls(*t), four)
        return core_schema.json_or_python_schema(
            json_schema=from_list,
            python_schema=core_schema.union_schema(
                [core_schema.is_instance_schema(cls), from_list]
            ),
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda box: [int(v) if v == int(v) else v for v in box.corners]
            ),
        )


@dataclass(frozen=True, slots=True)
class View:
    """What a model was shown: `box` of page `page`, drawn `size` = (width, height) pixels."""

    page: str
    box: Box
    size: tuple[int, int]
    contrast: bool = False
    """Whether its contrast was stretched, as `enhance` does."""

    def to_page(self, numbers: Sequence[float], grid: Grid) -> Box:
        """A box that a model wrote in `grid` of this view, in page pixels, not clipped.

        Raises ValueError when it is empty or not finite.
        """
        a, b, c, d = numbers
        x0, y0, x1, y1 = (b, a, d, c) if grid == "rel1000_yx" else (a, b, c, d)
        width, height = self.steps(grid)
        left, top = self.box.x0, self.box.y0
        # Multiplied before divided: exact where the result is whole.
        x0, x1 = (left + x * self.box.width / width for x in (x0, x1))
        y0, y1 = (top + y * self.box.height / height for y in (y0, y1))
        return Box(x0, y0, x1, y1)

    def from_page(self, box: Box, grid: Grid) -> list[int]:
        """A box of the page in `grid` of this view, grown outwards to whole numbers and clipped.

        Never empty: a box thinner than one step of the grid is one step wide.
        """
        width, height = self.steps(grid)
        x0, x1 = _steps(box.x0, box.x1, self.box.x0, self.box.width, width)
        y0, y1 = _steps(box.y0, box.y1, self.box.y0, self.box.height, height)
        return [y0, x0, y1, x1] if grid == "rel1000_yx" else [x0, y0, x1, y1]

    def steps(self, grid: Grid) -> tuple[int, int]:
        """How many steps of the grid the view is wide and high."""
        return self.size if grid == "pixel" else (STEPS[grid], STEPS[grid])


def _steps(low: float, high: float, start: float, length: float, steps: int) -> tuple[int, int]:
    """An interval of the page in whole steps of a view that starts at `start`."""
    first = math.floor((low - start) * steps / length + 1e-6)
    last = math.ceil((high - start) * steps / length - 1e-6)
    first = min(max(first, 0), steps - 1)
    return first, min(max(last, first + 1), steps)
