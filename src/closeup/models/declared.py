"""What is known of a model by its name: the grid it writes boxes in, and how large it sees."""

import re
from typing import NamedTuple

from closeup.geometry import Grid
from closeup.images import Resolution
from closeup.models.model import ModelOptions
from closeup.records import CloseupError


class Declared(NamedTuple):
    """A family of models."""

    grid: Grid
    multiple: int
    """Both sides of an image in pixels are multiples of this, or the model resizes it."""


FAMILIES: dict[str, Declared] = {
    "qwen25vl": Declared("pixel", 28),
    "qwen2vl": Declared("rel1000", 28),
    "qwen3vl": Declared("rel1000", 32),
    "gemini": Declared("rel1000_yx", 1),
}
"""By what a name contains, in small letters and digits only; any other is `OTHER`."""
OTHER = Declared("rel1000", 1)


def declared(name: str) -> Declared:
    """The family that a model's name tells of."""
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    return next((family for part, family in FAMILIES.items() if part in plain), OTHER)


def chosen(name: str, options: ModelOptions) -> tuple[Grid, Resolution]:
    """A model's grid and resolution: as its name declares them, unless the user says otherwise.

    Raises CloseupError for pages in their own bytes and boxes in pixels: the model would write
    pixels of an image that it resized itself, and nobody knows to what.
    """
    family = declared(name)
    grid = options.grid or family.grid
    if options.pixels == 0:
        if grid == "pixel" and options.grid is None:
            raise CloseupError(
                f"{name}: writes boxes in pixels of what it is shown, so pages cannot be sent as "
                "they are: need a page budget, or --grid"
            )
        return grid, Resolution(pixels=None, multiple=options.multiple or 1)
    pixels = 1_000_000 if options.pixels is None else options.pixels
    return grid, Resolution(pixels=pixels, multiple=options.multiple or family.multiple)
