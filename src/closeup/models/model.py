"""What a model is: a conversation in, the next reply out."""

from collections.abc import Sequence
from typing import Literal, Protocol

from closeup.geometry import Grid, View
from closeup.images import Resolution
from closeup.records import Record


class Message(Record):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    parts: tuple[str | View, ...]
    """Texts and images, in the order they are shown. An image is a reference: the page's pixels
    are cut and scaled only when they are sent."""
    question: str | None = None
    """The id of the question asked, for scripted models and logs; never sent to a real model."""


class ModelError(Exception):
    """The provider failed: no reply was had, so there is nothing to score. One line.

    Not an answer and not a mistake of the model; the next run asks again.
    """


class Model(Protocol):
    """Whatever answers a conversation."""

    @property
    def name(self) -> str:
        """What a run and its report call the model."""
        ...

    @property
    def grid(self) -> Grid:
        """How the model writes boxes, and so how it is told them."""
        ...

    @property
    def resolution(self) -> Resolution:
        """How large it is shown a page."""
        ...

    async def reply(self, messages: Sequence[Message]) -> str:
        """The text of the next turn. Raises ModelError when the provider fails."""
        ...
