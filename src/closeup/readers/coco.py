"""The records of a COCO file, as far as readers need them.

Ids may be written 7.0, attributes may be missing or blank, a segmentation may be run-length coded,
which is read as none.
"""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator

from closeup.page import MAX_SIDE
from closeup.readers.json_input import Loose


def whole(value: Any) -> Any:
    """A whole number that was written 7.0 as 7; anything else as it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(whole)]
Side = Annotated[int, Field(ge=1, le=MAX_SIDE), BeforeValidator(whole)]
Rank = Annotated[float | None, BeforeValidator(lambda value: None if value == "" else value)]
"""A depth as it is written; blank where it is unknown."""


class Image(Loose):
    id: Whole
    file_name: str
    width: Side
    height: Side


class Category(Loose):
    id: Whole
    name: str


class Depth(Loose):
    """AI4VA's attributes of a character."""

    Interdepth: Rank = None
    Intradepth: Rank = None


class Annotation(Loose):
    id: Whole
    image_id: Whole
    category_id: Whole
    bbox: list[float]
    segmentation: list[list[float]] | None = None
    iscrowd: bool | Whole = 0
    attributes: Depth | None = None

    @field_validator("segmentation", mode="before")
    @classmethod
    def _no_run_lengths(cls, value: Any) -> Any:
        return None if isinstance(value, dict) else value
