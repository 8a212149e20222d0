"""A chat completion's JSON → a `Request`, whatever a client may send.

The provider's own tool calling becomes the text protocol: an assistant's `tool_calls` are written
as `<tool_call>`, and the images that follow a tool's message, which cannot hold them, are put into
it. A user's turn in `<tool_response>` is a tool's message as well. So a model reads the same
conversation whichever way it came.
"""

import json
from typing import Any, NamedTuple

import orjson
from pydantic import ConfigDict, ValidationError

from closeup.geometry import View
from closeup.message import Message, Request, Sampling
from closeup.records import CloseupError, Record, explain, shorten
from closeup.serve.album import MAX_UUID, Album

OPEN, CLOSE = "<tool_response>\n", "\n</tool_response>"
ROLES = ("system", "developer", "user", "assistant", "tool")


class Incoming(NamedTuple):
    """A request and what only the server heeds of it."""

    request: Request
    model: str | None
    """The model asked for."""
    stop: tuple[str, ...]
    """Texts before which the reply ends."""

    @property
    def views(self) -> tuple[View, ...]:
        """The images of all messages, in order."""
        messages = self.request.messages
        return tuple(p for message in messages for p in message.parts if isinstance(p, View))


class _Fields(Record):
    """The fields that are heeded; what else a client sends is left out."""

    model_config = ConfigDict(extra="ignore")

    messages: list[dict[str, Any]]
    model: str | None = None
    stream: bool | None = None
    n: int | None = None
    stop: str | list[str] | None = None
    tools: list[dict[str, Any]] | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    seed: int | None = None


def read(body: bytes, album: Album) -> Incoming:
    """Read a request, its images into the album. CloseupError, one line, where it is unsound."""
    try:
        raw = orjson.loads(body)
    except ValueError as error:
        raise CloseupError(f"the body is no JSON: {error}") from None
    if not isinstance(raw, dict):
        raise CloseupError(f"the body is a {type(raw).__name__}: need an object")
    try:
        fields = _Fields.model_validate(raw)
        most = fields.max_completion_tokens
        sampling = Sampling(
            temperature=fields.temperature,
            top_p=fields.top_p,
            max_tokens=fields.max_tokens if most is None else most,
            seed=fields.seed,
        )
    except ValidationError as error:
        raise CloseupError(explain(error)) from None
    if fields.stream:
        raise CloseupError("stream: true: this server answers in one piece; need false")
    if fields.n not in (None, 1):
        raise CloseupError(f"n: {fields.n}: this server gives one choice; need 1")
    if not fields.messages:
        raise CloseupError("messages: need at least one")
    request = Request(
        messages=_Messages(album).read(fields.messages),
        sampling=sampling,
        tools=tuple(fields.tools or ()),
    )
    stop = [fields.stop] if isinstance(fields.stop, str) else fields.stop or []
    return Incoming(request, fields.model, tuple(text for text in stop if text))


class _Messages:
    """Reads the messages of one request."""

    def __init__(self, album: Album) -> None:
        self._album = album
        self._images = 0

    def read(self, raws: list[dict[str, Any]]) -> tuple[Message, ...]:
        messages: list[Message] = []
        before = ""
        for number, raw in enumerate(raws):
            place = f"messages[{number}]"
            role = raw.get("role")
            if role not in ROLES:
                raise CloseupError(f"{place}.role: {shorten(role)}: need one of {', '.join(ROLES)}")
            parts = self._parts(raw.get("content"), f"{place}.content")
            if role == "assistant":
                parts += [_call(call, place) for call in _list(raw, "tool_calls", place)]
            if (
                before == "tool"
                and role == "user"
                and any(isinstance(part, View) for part in parts)
            ):
                parts = [*messages.pop().parts, *parts]
                role = "tool"
            elif before == "assistant" and role == "user" and _is_response(parts):
                parts = _unwrapped(parts)
                role = "tool"
            role = "system" if role == "developer" else role
            messages.append(Message(role=role, parts=tuple(part for part in parts if part)))
            before = role
        return tuple(messages)

    def _parts(self, content: object, place: str) -> list[str | View]:
        if content is None:
            return []
        if isinstance(content, str):
            return [content]
        if not isinstance(content, list):
            raise CloseupError(f"{place}: {shorten(content)}: need a text or a list of parts")
        return [self._part(part, f"{place}[{number}]") for number, part in enumerate(content)]

    def _part(self, part: object, place: str) -> str | View:
        match part:
            case {"type": "text", "text": str(text)}:
                return text
            case {"type": "image_url", **fields}:
                return self._image(fields, place)
            case {"type": kind}:
                raise CloseupError(f"{place}.type: {shorten(kind)}: need text or image_url")
            case _:
                raise CloseupError(f"{place}: {shorten(part)}: need a part with a type")

    def _image(self, part: dict[str, Any], place: str) -> View:
        uuid, holder = part.get("uuid"), part.get("image_url")
        if uuid is not None and not (isinstance(uuid, str) and 0 < len(uuid) <= MAX_UUID):
            raise CloseupError(f"{place}.uuid: {shorten(uuid)}: need 1 to {MAX_UUID} characters")
        index, self._images = self._images, self._images + 1
        url = holder.get("url") if isinstance(holder, dict) else holder
        if isinstance(url, str):
            return self._album.take(url, uuid, f"{place}.image_url")
        if url is not None or uuid is None:
            raise CloseupError(f"{place}.image_url: {shorten(url)}: need a data URL")
        view = self._album.recall(uuid)
        if view is None:  # worded as vLLM has it, for clients that go by it
            raise CloseupError(
                f"Cache miss for image at index {index} but data is not provided "
                f"(uuid {shorten(uuid)})"
            )
        return view


def _call(call: object, place: str) -> str:
    """A call of the provider's own kind, in the text protocol."""
    match call:
        case {"function": {"name": str(name), "arguments": str(arguments)}}:
            try:
                parsed = orjson.loads(arguments)
            except ValueError:
                parsed = arguments
            told = json.dumps({"name": name, "arguments": parsed}, ensure_ascii=False)
            return f"<tool_call>{told}</tool_call>"
        case _:
            raise CloseupError(f"{place}.tool_calls: {shorten(call)}: need a function call")


def _list(raw: dict[str, Any], key: str, place: str) -> list[object]:
    value = raw.get(key)
    if value is not None and not isinstance(value, list):
        raise CloseupError(f"{place}.{key}: {shorten(value)}: need a list")
    return value or []


def _is_response(parts: list[str | View]) -> bool:
    if not parts:
        return False
    first, last = parts[0], parts[-1]
    return (
        isinstance(first, str)
        and isinstance(last, str)
        and first.startswith(OPEN)
        and last.endswith(CLOSE)
    )


def _unwrapped(parts: list[str | View]) -> list[str | View]:
    """The parts of a tool's response without its tags."""
    bare = [*parts]
    bare[0] = str(bare[0]).removeprefix(OPEN)
    bare[-1] = str(bare[-1]).removesuffix(CLOSE)
    return bare
