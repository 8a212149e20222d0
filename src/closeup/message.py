"""What is said in an episode: messages, a request to a model, its reply.

An image in a message is a `View`, a reference: the page's pixels are cut and scaled only when they
are sent. So a request has the same hash on every machine, and an episode fits in a line of JSON.
"""

import hashlib
from collections.abc import Callable
from typing import Any, Literal

import orjson
from pydantic import Field, field_validator

from closeup.geometry import View
from closeup.records import Record

RENDERING = 1
"""Stands in every key: to be raised when a view becomes other pixels or other bytes than before."""


class Message(Record):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant", "tool"]
    """`tool` answers the tool call of the assistant's turn before it."""
    parts: tuple[str | View, ...]
    """Texts and images, in the order they are shown."""
    question: str | None = None
    """The id of the question asked, for scripted models and logs; never sent to a real model."""

    @property
    def text(self) -> str:
        """Its texts, without the images."""
        return "".join(part for part in self.parts if isinstance(part, str))


class Sampling(Record):
    """How a model draws its reply. What is None is left to the provider."""

    temperature: float | None = Field(default=0.0, ge=0)
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_tokens: int | None = Field(default=2048, ge=1)
    """Most tokens of one reply, reasoning included."""
    seed: int | None = None


class Request(Record):
    """Everything that decides a reply but the model itself."""

    messages: tuple[Message, ...]
    sampling: Sampling = Sampling()
    tools: tuple[dict[str, Any], ...] = ()
    """Schemas for a provider's own tool calling; empty in the text protocol, where they stand in
    the system message."""
    epoch: int = Field(default=0, ge=0)
    """Which of several draws of the same reply this is."""

    def key(self, model: str, page_hash: Callable[[str], str]) -> str:
        """SHA-256 of all that is sent and of whom it is sent to: what a stored reply is found by.

        A page is named by the hash of its image file, which `page_hash` gives for a page's id.
        """
        sent = self.model_dump(mode="json", exclude={"messages": {"__all__": {"question"}}})
        for message in sent["messages"]:
            for part in message["parts"]:
                if isinstance(part, dict):
                    part["page"] = page_hash(part["page"])
        canonical = orjson.dumps([RENDERING, model, sent], option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(canonical).hexdigest()


class Usage(Record):
    """Tokens of one reply or of several, as the provider counts them."""

    input: int = 0
    output: int = 0
    cached: int = 0
    """Of the input: what the provider had in its cache."""

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            input=self.input + other.input,
            output=self.output + other.output,
            cached=self.cached + other.cached,
        )


class Reply(Record):
    """What came back."""

    text: str
    """Reasoning in `<think>`, a call of the provider's own tool calling in `<tool_call>`: whatever
    the wire, one text."""
    finish: Literal["stop", "length", "filter"] = "stop"
    """Why it ends: by itself, for want of tokens, or because the provider would not go on."""
    usage: Usage = Usage()
    seconds: float = Field(default=0.0, ge=0)
    """From the first try that was sent to the last byte, waits between tries left out."""
    served_by: str = ""
    """The model and build that the provider says it was, such as a dated snapshot."""

    @field_validator("text", "served_by", mode="after")
    @classmethod
    def _writable(cls, text: str) -> str:
        """What cannot be written as UTF-8 could not be kept."""
        return text.encode("utf-8", "replace").decode("utf-8")
