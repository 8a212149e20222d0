"""How the questions of a recipe are asked: as it says, else as the checkpoint it starts from was.

A dry run and a training ask here both, so that what is planned is what is done.
"""

from closeup import tools
from closeup.ask import CROP_LEAST, CROP_PIXELS, Setting
from closeup.conversation import Budget
from closeup.message import Sampling
from closeup.models.told import Told
from closeup.records import checked
from closeup.training.recipe import Look

PIXELS = 1_000_000
"""Page budget where neither the recipe nor the checkpoint has one."""


def taught(look: Look, told: Told) -> Told:
    """What a recipe says of how it asks, and the rest as the checkpoint it starts from says."""
    return Told(
        grid=look.grid or told.grid,
        pixels=look.pixels or told.pixels or PIXELS,
        crop_pixels=look.crop_pixels or told.crop_pixels or CROP_PIXELS,
        crop_least=look.crop_least or told.crop_least or CROP_LEAST,
    )


def setting(look: Look, told: Told) -> Setting:
    """How the questions of a recipe are asked by a model that says so of itself; `told` has the
    size of crops, as `taught` gives it."""
    assert told.crops
    return Setting(
        tools=tools.find(look.tools),
        budget=Budget.of_calls(look.calls),
        sampling=checked(Sampling, temperature=0.0, max_tokens=look.max_tokens),
        oracle_crop=look.oracle_crop,
        crops=told.crops,
    )
