"""OpenAI's chat completions as bytes: a request out, a reply in.

A body is a list of pieces. The base64 of an image is a piece of its own, the one that `Encoded`
holds, so that a page's bytes are never copied, escaped or searched here.

A tool's result becomes a user turn in `<tool_response>` tags. With native tools it becomes a turn
of the role `tool`, and the call before it the provider's own `tool_calls`. Such a turn holds text
only, so its images follow in a user turn. A call that cannot be written natively, such as one with
broken JSON, is sent as the text it was.
"""

import json
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal, NamedTuple

import orjson

from closeup.geometry import View
from closeup.message import Message, Reply, Request, Usage
from closeup.pictures import Encoded
from closeup.replies import without_reasoning
from closeup.turn import turn

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What a provider takes for the name of a function."""
_CALL = re.compile(r"<tool_call>", re.I | re.A)
_FINISH: dict[object, Literal["stop", "length", "filter"]] = {
    "length": "length",
    "content_filter": "filter",
}
_BROKEN = ("abort", "error")
"""Reasons to finish with which a server says that it did not."""


class Dialect(NamedTuple):
    """In what the providers differ."""

    max_tokens: str = "max_tokens"
    """The field that bounds a reply."""
    samples: bool = True
    """Whether the model takes a temperature and top_p."""
    seeds: bool = True
    detail: str = ""
    """OpenAI's `detail` of an image; empty where the provider knows none."""
    one_call: bool = False
    """Whether it can be told to call one tool at a time."""
    files: bool = True
    """Whether files can be handed in and fetched, as batches need."""
    call_extra: Mapping[str, Any] = {}
    """Fields of every native tool call that is sent back."""


class MalformedError(ValueError):
    """A response that is no reply. One line."""


def body(
    request: Request,
    model: str,
    dialect: Dialect,
    images: Mapping[View, Encoded],
    known: Container[str] | None = None,
) -> list[bytes]:
    """The body to POST, in pieces.

    With `known`, every image is named by its hash, and those in `known` by nothing else.
    """
    settings = {"model": model, **_settings(request, dialect)}
    pieces = [orjson.dumps(settings)[:-1], b',"messages":[']
    first = True
    for role, parts in _turns(request, dialect):
        if not first:
            pieces.append(b",")
        first = False
        if isinstance(parts, dict):
            pieces.append(orjson.dumps({"role": role, **parts}))
        elif all(isinstance(part, str) for part in parts):
            pieces.append(orjson.dumps({"role": role, "content": "".join(map(str, parts))}))
        else:
            pieces += [b'{"role":"', role.encode(), b'","content":[']
            for part in parts:
                if isinstance(part, str):
                    pieces += [orjson.dumps({"type": "text", "text": part}), b","]
                else:
                    pieces += [*_image(images[part], dialect, known), b","]
            pieces[-1] = b"]}"
    return [*pieces, b"]}"]


def _image(image: Encoded, dialect: Dialect, known: Container[str] | None) -> list[bytes]:
    name = b""
    if known is not None:
        # Whose bytes these are decides alone: no processor arguments are sent with a request.
        name = b',"uuid":"closeup-' + image.sha256.encode() + b'"'
        if image.sha256 in known:
            return [b'{"type":"image_url","image_url":null', name, b"}"]
    detail = b',"detail":"' + dialect.detail.encode() + b'"' if dialect.detail else b""
    start = b'{"type":"image_url","image_url":{"url":"data:' + image.mime.encode() + b";base64,"
    return [start, image.base64, b'"' + detail + b"}" + name + b"}"]


def _settings(request: Request, dialect: Dialect) -> dict[str, Any]:
    sampling = request.sampling
    settings: dict[str, Any] = {dialect.max_tokens: sampling.max_tokens}
    if dialect.samples:
        settings |= {"temperature": sampling.temperature, "top_p": sampling.top_p}
    if dialect.seeds and sampling.seed is not None:
        settings["seed"] = sampling.seed + request.epoch  # or every epoch would draw the same
    if request.tools:
        settings["tools"] = request.tools
        settings["parallel_tool_calls"] = False if dialect.one_call else None
    return {name: value for name, value in settings.items() if value is not None}


def _turns(
    request: Request, dialect: Dialect
) -> Iterator[tuple[str, Sequence[str | View] | dict[str, Any]]]:
    """Roles with what stands in them: parts, or the fields of a turn that has no such form."""
    called = ""
    for number, message in enumerate(request.messages):
        if message.role == "assistant" and request.tools:
            called = f"call{number:05}"
            fields = _native(message.text, called, dialect)
            if fields is not None:
                yield "assistant", fields
                continue
            called = ""
        if message.role != "tool":
            yield message.role, message.parts
        elif called:
            yield "tool", {"tool_call_id": called, "content": message.text}
            if shown := [part for part in message.parts if isinstance(part, View)]:
                yield "user", shown
        else:
            yield "user", _tagged(message)


def _tagged(message: Message) -> list[str | View]:
    """A tool's result in tags, texts that follow each other joined."""
    parts: list[str | View] = ["<tool_response>\n"]
    for part in (*message.parts, "\n</tool_response>"):
        last = parts[-1]
        if isinstance(part, str) and isinstance(last, str):
            parts[-1] = last + part
        else:
            parts.append(part)
    return parts


def _native(text: str, name: str, dialect: Dialect) -> dict[str, Any] | None:
    """The fields of an assistant's turn that calls a tool; None where it calls none that can be
    written so."""
    said = turn(text)
    if said.parsed is None or not _NAME.fullmatch(said.tool):
        return None
    visible = without_reasoning(text)
    reasoning = text[: -len(visible)] if text.endswith(visible) else ""
    before = _CALL.split(visible, maxsplit=1)[0]
    function = {"name": said.tool, "arguments": said.arguments}
    call = {"id": name, "type": "function", "function": function, **dialect.call_extra}
    return {"content": (reasoning + before).strip() or None, "tool_calls": [call]}


def reply(data: bytes) -> Reply:
    """What a response says. Raises MalformedError where it holds no reply."""
    response = loaded(data)
    choices = field(response, "choices", list)
    message = field(choices[0] if choices else None, "message", dict)
    if message is None:
        raise MalformedError(complaint(data) or 'no "choices" with a "message"')
    reason = choices[0].get("finish_reason") if choices else None
    if reason in _BROKEN:
        raise MalformedError(f"finished with {reason!r}")
    finish = _FINISH.get(reason, "stop") if isinstance(reason, str) else "stop"
    text, refusal = _text(message), field(message, "refusal", str)
    if text is None and not refusal and finish == "stop":
        raise MalformedError("neither text nor a call in the message")
    served = (field(response, name, str) for name in ("model", "system_fingerprint"))
    return Reply(
        text=text or refusal or "",
        finish="filter" if refusal and not text else finish,
        usage=_usage(field(response, "usage", dict)),
        served_by=" ".join(name for name in served if name)[:200],
    )


def loaded(data: bytes) -> object:
    """JSON. Raises MalformedError where it is none.

    Half a surrogate pair and NaN, which are none and which servers write all the same, become ?
    and null: the reply around them was paid for.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        problem = f"no JSON: {error}"
    try:
        lenient = json.loads(data.decode(), parse_constant=lambda _: None)
        return orjson.loads(json.dumps(lenient, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise MalformedError(problem) from None


def dumped(value: object) -> bytes:
    """What `loaded` gave, as JSON again. Raises MalformedError where it is nested too deeply."""
    try:
        return orjson.dumps(value)
    except TypeError:
        raise MalformedError("nested too deeply") from None


def complaint(data: bytes) -> str:
    """What a provider says is wrong, in whichever of the common forms; empty where it says nothing
    that can be read."""
    try:
        said = loaded(data)
        if isinstance(said, list) and said:
            said = said[0]
        if isinstance(said, dict):
            error = said.get("error", said)
            if isinstance(error, dict):
                error = error.get("message") or error.get("detail") or error.get("code")
            return error if isinstance(error, str) else dumped(error)[:2000].decode()
    except MalformedError:
        return data[:2000].decode("utf-8", "replace").strip()
    return said if isinstance(said, str) else ""


def _text(message: dict[str, Any]) -> str | None:
    """Reasoning, text and calls as one text; None where there is nothing at all."""
    content = message.get("content")
    if isinstance(content, list):
        texts = (field(part, "text", str) for part in content)
        content = "".join(text for text in texts if text)
    parts = [content] if isinstance(content, str) else []
    reasoning = field(message, "reasoning_content", str) or field(message, "reasoning", str)
    if reasoning:
        parts.insert(0, f"<think>{reasoning}</think>")
    for call in field(message, "tool_calls", list) or []:
        if function := field(call, "function", dict):
            parts.append(_call(function))
    return "".join(parts) if parts else None


def _call(function: dict[str, Any]) -> str:
    """A provider's own call in Hermes' form; arguments that are no JSON stay the text they are."""
    arguments = function.get("arguments", {})
    if isinstance(arguments, str):
        with suppress(MalformedError):
            arguments = loaded(arguments.encode() or b"{}")
    call = dumped({"name": function.get("name"), "arguments": arguments}).decode()
    # No tag can be opened or closed from within a string.
    return "<tool_call>" + call.replace("<", "\\u003c") + "</tool_call>"


def _usage(usage: dict[str, Any] | None) -> Usage:
    details = field(usage, "prompt_tokens_details", dict)
    asked, told = count(usage, "prompt_tokens"), count(usage, "completion_tokens")
    # Gemini counts its reasoning, which is paid for like output, in the total only.
    told = max(told, count(usage, "total_tokens") - asked)
    return Usage(input=asked, output=told, cached=count(details, "cached_tokens"))


def count(counts: object, name: str) -> int:
    """A count in what should be an object of them; 0 where it is not there."""
    value = field(counts, name, int)
    return min(max(value or 0, 0), 10**9)


def field(thing: object, name: str, kind: type) -> Any:
    """A field of what should be an object, if it is there and of this kind; else None."""
    value = thing.get(name) if isinstance(thing, dict) else None
    return value if isinstance(value, kind) and not isinstance(value, bool) else None
