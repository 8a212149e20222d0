"""A reply → a chat completion's JSON, and errors in OpenAI's shape.

Where a model counts no tokens of its own, as the scripted ones do not, they are estimated: one for
every four characters of text, and one for every 28x28 pixels of an image.
"""

import math
import re
import time
from importlib.metadata import version
from typing import Any

import orjson

from closeup.message import Reply, Usage
from closeup.serve.incoming import Incoming

_CALL = re.compile("<tool_call>(.*?)</tool_call>", re.S)
_FINISH = {"stop": "stop", "length": "length", "filter": "content_filter"}
_FINGERPRINT = f"closeup-{version('closeup')}"


def completion(reply: Reply, incoming: Incoming, model: str, name: str) -> bytes:
    """The body of an answer; `name` is its id. Ends before a stop text and after `max_tokens`."""
    text, finish = reply.text.encode("utf-8", "replace").decode(), reply.finish
    if ends := [text.index(stop) for stop in incoming.stop if stop in text]:
        text, finish = text[: min(ends)], "stop"
    usage = reply.usage
    if usage == Usage():
        most = incoming.request.sampling.max_tokens
        if most is not None and tokens(text) > most:
            text, finish = text[: 4 * most], "length"
        usage = Usage(input=_tokens_shown(incoming), output=tokens(text))
    message: dict[str, Any] = {"role": "assistant", "content": text}
    ended = _FINISH[finish]
    if incoming.request.tools and (called := _calls(text, name)):
        message["content"], message["tool_calls"] = called
        ended = "tool_calls"
    return body(model, name, [{"index": 0, "message": message, "finish_reason": ended}], usage)


def body(model: str, name: str, choices: list[dict[str, Any]], usage: Usage) -> bytes:
    """A chat completion with these choices."""
    return orjson.dumps(
        {
            "id": f"chatcmpl-{name}",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": model,
            "system_fingerprint": _FINGERPRINT,
            "choices": choices,
            "usage": {
                "prompt_tokens": usage.input,
                "completion_tokens": usage.output,
                "total_tokens": usage.input + usage.output,
                "prompt_tokens_details": {"cached_tokens": usage.cached},
            },
        }
    )


def error(status: int, message: str) -> bytes:
    """The body of an error."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    kind = "rate_limit_error" if status == 429 else kind
    told = {"message": message, "type": kind, "param": None, "code": status}
    return orjson.dumps({"error": told})


def tokens(text: str) -> int:
    """About how many tokens a text has."""
    return math.ceil(len(text) / 4)


def _tokens_shown(incoming: Incoming) -> int:
    images = sum(math.ceil(v.size[0] / 28) * math.ceil(v.size[1] / 28) for v in incoming.views)
    return images + sum(tokens(message.text) for message in incoming.request.messages)


def _calls(text: str, name: str) -> tuple[str | None, list[dict[str, Any]]] | None:
    """What is said before the calls, and the calls; None where one is not as it should be, and so
    has to reach the client as it was written."""
    start = text.find("<tool_call>", max(text.rfind("</think>"), 0))
    if start < 0:
        return None
    calls = []
    for number, found in enumerate(_CALL.findall(text, start)):
        try:
            call = orjson.loads(found)
        except ValueError:
            return None
        if not isinstance(call, dict) or not isinstance(call.get("name"), str):
            return None
        arguments = orjson.dumps(call.get("arguments", {})).decode()
        function = {"name": call["name"], "arguments": arguments}
        calls.append({"id": f"call_{name}_{number}", "type": "function", "function": function})
    return (text[:start] or None, calls) if calls else None
