"""What a tool is: arguments in a model's words, and what it gets to see for them."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from PIL import Image
from pydantic import Field, ValidationError

from closeup import prompts
from closeup.geometry import Box, Grid, View
from closeup.images import Resolution
from closeup.records import Record, explain

MIN_SIDE = 8
"""Pixels of the page; a smaller region shows nothing."""
MAX_ASPECT = 50.0
"""A longer strip than this cannot be shown: image processors refuse it."""
MAX_NUMBER = 1_000_000
"""A larger number than this is no place in any image."""
NOISE = 1e-6
"""Pixels. 375 thousandths of 336 pixels are 126, and not a hair more that would ask for pixel 127.
"""
_ORDER: dict[Grid, str] = {
    "pixel": "[x0, y0, x1, y1] in pixels of the image",
    "rel1000": "[x0, y0, x1, y1] in thousandths of the image's width and height",
    "rel1000_yx": "[y0, x0, y1, x1] in thousandths of the image's height and width",
    "rel100": "[x0, y0, x1, y1] in hundredths of the image's width and height",
}


class ToolError(ValueError):
    """A mistake in a model's call: one line that tells the model the value and the rule."""

    def __init__(self, problem: str, asked: Box | None = None) -> None:
        super().__init__(problem)
        self.asked = asked
        """The box that was asked for all the same, in page pixels."""


@dataclass(frozen=True)
class Scene:
    """What a tool may look at."""

    views: Sequence[View]
    """The images of the conversation so far, in order."""
    grid: Grid
    crops: Resolution
    """How large a crop is shown."""
    pixels: Callable[[View], Image.Image]
    """Draws a view. It decodes: not for an event loop."""

    def region(self, image: int, numbers: Sequence[float]) -> tuple[Box, View]:
        """The box that was asked for in page pixels, and the view it gives.

        The view shows what of the box lies in the image it was asked of, in whole pixels of the
        page: it holds all of that, and less than a pixel more on each side. Raises ToolError where
        that is no region to show.
        """
        if not 1 <= image <= len(self.views):
            raise ToolError(f"image: {_number(image)}: there are images 1 to {len(self.views)}")
        source = self.views[image - 1]
        given = f"bbox_2d: [{', '.join(map(_number, numbers))}]"
        try:
            asked = source.to_page(numbers, self.grid)
        except ValueError:
            rule = f"need {_ORDER[self.grid]}, x0 < x1 and y0 < y1"
            raise ToolError(f"{given}: holds nothing: {rule}") from None
        inside = asked.intersection(source.box)
        if inside is None:
            raise ToolError(f"{given}: lies outside image {image}", asked)
        shown = _whole(inside)
        short, long = sorted((int(shown.width), int(shown.height)))
        found = f"{given}: {shown.width:.0f}x{shown.height:.0f} pixels of the page"
        if short < MIN_SIDE:
            raise ToolError(f"{found}: need {MIN_SIDE} on each side", asked)
        if long > MAX_ASPECT * short:
            raise ToolError(f"{found}: need at most {MAX_ASPECT:.0f} to 1", asked)
        return asked, View(source.page, shown, self.crops.size(shown.width, shown.height))


def _whole(box: Box) -> Box:
    """The whole pixels that hold a box, but for what is noise of its arithmetic."""
    x0, y0, x1, y1 = box.corners
    x0, y0 = math.floor(x0 + NOISE), math.floor(y0 + NOISE)
    return Box(x0, y0, math.ceil(x1 - NOISE), math.ceil(y1 - NOISE))


def _number(value: float) -> str:
    """A number as a model writes it."""
    return f"{value:.10g}"


Coordinate = Annotated[float, Field(ge=-MAX_NUMBER, le=MAX_NUMBER)]


class Region(Record):
    """The arguments of a tool that looks at a region."""

    bbox_2d: tuple[Coordinate, Coordinate, Coordinate, Coordinate]
    image: int = Field(default=1, ge=0, le=MAX_NUMBER)
    """Which image, counting from 1 in the order shown."""


@dataclass(frozen=True)
class Seen:
    """What a call gives: texts and views for the model, and what is recorded."""

    parts: tuple[str | View, ...]
    asked: Box | None = None
    view: View | None = None
    """The new image among the parts, which later calls may look at; a call gives one at most."""


class Tool(ABC):
    """Something a model may call. A tool holds no state: the scene is all it knows.

    One that needs what is not installed raises CloseupError when it is made.
    """

    name: ClassVar[str]
    arguments: ClassVar[type[Record]] = Region
    reads_pixels: ClassVar[bool] = False
    """Whether it decodes images, and so belongs into a thread."""

    @abstractmethod
    def use(self, arguments: Any, scene: Scene) -> Seen:
        """Do what the model asks; ToolError where that cannot be."""

    def call(self, arguments: object, scene: Scene) -> Seen:
        """Check the arguments as they came from a model, then `use` them.

        Numbers in strings are forgiven; what is missing, misspelt or too much is a ToolError.
        """
        try:
            checked = self.arguments.model_validate(arguments, strict=False)
        except ValidationError as error:
            raise ToolError(f"{self.name}: {explain(error)}") from None
        return self.use(checked, scene)

    def schema(self, grid: Grid) -> dict[str, Any]:
        """The tool as OpenAI's function schema; what it does is in `prompts/<name>.md`."""
        box = {
            "type": "array",
            "items": {"type": "number"},
            "minItems": 4,
            "maxItems": 4,
            "description": f"The region: {_ORDER[grid]}.",
        }
        image = {
            "type": "integer",
            "description": "Which image, counting from 1 in the order shown; 1 where left out.",
        }
        return {
            "type": "function",
            "function": {
                "name": self.name,
                "description": prompts.render(self.name),
                "parameters": {
                    "type": "object",
                    "properties": {"bbox_2d": box, "image": image},
                    "required": ["bbox_2d"],
                },
            },
        }
