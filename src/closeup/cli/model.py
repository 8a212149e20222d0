"""The flags that say which model is asked, and how: shared by every verb that asks one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import tyro

from closeup.cli.app import Flag
from closeup.geometry import Grid

if TYPE_CHECKING:
    from closeup.images import Resolution

_Number = Annotated[int | None, tyro.conf.arg(metavar="N")]
_Real = Annotated[float | None, tyro.conf.arg(metavar="X")]


@dataclass(frozen=True)
class ModelFlags:
    """Of the model. What is left out is as the model's own declaration has it."""

    grid: Grid | None = None
    """How it writes boxes."""
    pixels: _Number = None
    """Page budget in pixels (1,000,000); 0: pages are sent as they are, in their own bytes."""
    multiple: _Number = None
    """Both sides of a page become multiples of this."""
    base_url: Annotated[str | None, tyro.conf.arg(metavar="URL")] = None
    """Where the provider's API is."""
    key_file: Annotated[str | None, tyro.conf.arg(metavar="FILE")] = None
    """A file that holds the API key, where it is not in the environment."""
    connections: _Number = None
    """Requests in flight; left out: as many as the provider takes, found out while asking."""
    timeout: float = 600.0
    """Seconds after which a try is given up and made again."""
    requests_per_minute: _Real = None
    tokens_per_minute: _Real = None
    image_ids: Flag[bool] = False
    """Send a page once and then only its id (vLLM's `uuid`)."""
    price: Annotated[tuple[float, float, float] | None, tyro.conf.arg(metavar="IN CACHED OUT")] = (
        None
    )
    """Dollars per million tokens, where they are not known or others."""


@dataclass(frozen=True)
class AskFlags:
    """Of the episode."""

    tools: tuple[str, ...] = ()
    """Tools it may call: zoom_in, read_text, enhance, or package.module:Name."""
    native_tools: Flag[bool] = False
    """Use the provider's own tool calling instead of tags in the text."""
    oracle_crop: Flag[bool] = False
    """Show what a question is about from the start, enlarged: an upper bound for zooming."""
    max_calls: int = 3
    """Tool calls an episode."""
    max_turns: int = 8
    """Turns of the model an episode, the answer included."""
    crop_pixels: _Number = None
    """Most pixels of one crop; left out: as the checkpoint was taught, or 600,000."""
    crop_least: _Number = None
    """A smaller crop is enlarged to about as many; left out: as taught, or 100,000."""
    max_crop_pixels: int = 4_000_000
    """Most pixels of all crops of an episode."""
    max_episode_tokens: int = 16_384
    """Most tokens that the model writes in an episode."""
    max_tokens: int = 2048
    """Most tokens of one reply."""
    temperature: float = 0.0
    top_p: _Real = None


def make_setting(flags: AskFlags, seed: int = 0, model: object = None):
    """The flags as a `closeup.ask.Setting`; the seed is for a model that draws its words.

    A model that was taught with crops of some size is shown such crops, unless the flags say
    otherwise.
    """
    from closeup import tools
    from closeup.ask import Setting
    from closeup.conversation import Budget
    from closeup.message import Sampling
    from closeup.records import checked

    return Setting(
        tools=tools.find(flags.tools),
        native=flags.native_tools,
        oracle_crop=flags.oracle_crop,
        budget=checked(
            Budget,
            calls=flags.max_calls,
            turns=flags.max_turns,
            pixels=flags.max_crop_pixels,
            tokens=flags.max_episode_tokens,
        ),
        sampling=checked(
            Sampling,
            temperature=flags.temperature,
            top_p=flags.top_p,
            max_tokens=flags.max_tokens,
            seed=seed if flags.temperature > 0 else None,
        ),
        crops=_crops(flags, getattr(model, "crops", None)),
    )


def _crops(flags: AskFlags, taught: "Resolution | None") -> "Resolution":
    from closeup.ask import CROPS
    from closeup.images import Resolution
    from closeup.records import checked

    usual = taught or CROPS
    pixels = usual.pixels if flags.crop_pixels is None else flags.crop_pixels
    least = usual.least if flags.crop_least is None else flags.crop_least
    if flags.crop_least is None and pixels and least:
        least = min(least, pixels)
    return checked(Resolution, pixels=pixels, least=least)


def make_options(flags: ModelFlags, asked: AskFlags):
    """The flags as `closeup.models.ModelOptions`."""
    from dataclasses import asdict

    from closeup.models import ModelOptions
    from closeup.records import checked

    return checked(ModelOptions, **asdict(flags), native_tools=asked.native_tools)
