"""What a model is: a request in, the next reply out."""

from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import Field

from closeup.bench import Bench
from closeup.geometry import Grid
from closeup.images import Resolution
from closeup.message import Reply, Request
from closeup.pictures import Pictures
from closeup.records import Record, checked


class ModelError(Exception):
    """The provider failed: no reply was had, so there is nothing to score. One line.

    Not an answer and not a mistake of the model; the next run asks again.
    """


class Model(Protocol):
    """Whatever answers a conversation.

    A model may have more: `async close()`, awaited when nothing more will be asked; a `gate`, the
    `throttle.Gate` that bounds what is in flight; `counts`, tries made again by what went wrong;
    `cost(usage)`, dollars or None; `endpoint`, where it is served; `desk()`, the
    `batch.Desk` where its batches are handed in; and `by_question`, True for a scripted model that
    goes by the question's id, so that its replies are not kept by request, with a `version`: what
    else its replies depend on.
    """

    @property
    def name(self) -> str:
        """What a run and its report call the model, and what its stored replies are kept under."""
        ...

    @property
    def grid(self) -> Grid:
        """How the model writes boxes, and so how it is told them."""
        ...

    @property
    def resolution(self) -> Resolution:
        """How large it is shown a page."""
        ...

    async def reply(self, request: Request) -> Reply:
        """The next turn. Raises ModelError when the provider fails for good, and CloseupError when
        there is no use in asking anything more: a wrong key, an unknown model."""
        ...


class ModelOptions(Record):
    """What a user may say of a model. What is None is as the model's own declaration has it."""

    grid: Grid | None = None
    """How it writes boxes."""
    pixels: int | None = Field(default=None, ge=0)
    """Page budget in pixels; 0: pages are sent as they are, in their own bytes."""
    multiple: int | None = Field(default=None, ge=1, le=256)
    """Both sides of a page become multiples of this."""
    base_url: str | None = None
    """Where the provider's API is."""
    key_file: str | None = None
    """A file that holds the API key, where it is not in the environment."""
    native_tools: bool = False
    """Use the provider's own tool calling instead of tags in the text."""
    connections: int | None = Field(default=None, ge=1)
    """Requests in flight; None: as many as the provider takes, found out while asking. Of `hf:`,
    how many conversations are continued together (8)."""
    timeout: float = Field(default=600.0, gt=0)
    """Seconds after which a try is given up."""
    requests_per_minute: float | None = Field(default=None, gt=0)
    tokens_per_minute: float | None = Field(default=None, gt=0)
    image_ids: bool = False
    """Send a page once and then only its id (vLLM's `uuid`); bytes again where it is lost."""
    price: tuple[float, float, float] | None = None
    """Dollars per million tokens: of input, of input from the provider's cache, of output."""


@dataclass(frozen=True)
class Given:
    """What a model may be made from."""

    pictures: Pictures
    bench: Bench | None = None
    """None where a user asks about a page of their own."""
    seed: int = 0
    options: ModelOptions = field(default_factory=ModelOptions)

    @classmethod
    def of(cls, bench: Bench, seed: int = 0, **options: Any) -> "Given":
        """A bench with its own pictures; `options` are fields of ModelOptions."""
        return cls(Pictures.at(bench.image_path), bench, seed, checked(ModelOptions, **options))
