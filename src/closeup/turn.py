"""One turn of a model: does it answer, or call a tool?

Any string may come in; nothing raises, and the time is linear in its length. What is read:

- Nothing of the reasoning, and nothing from an invented `<tool_response>` on.
- Of several calls the first. Its JSON ends the call, so a closing tag may be missing, as where a
  stop sequence has eaten it, and tags within its strings are text.
- Fences around the JSON and arguments that are JSON in a string are forgiven; single quotes,
  other keys than `name` and `arguments`, and comments are not.
"""

import json
import re
from typing import NamedTuple

from closeup.replies import without_reasoning

MAX_CALL = 10_000
"""Characters of a call; a longer one is refused."""
MAX_BRACKETS = 50
"""Brackets that a call may open: what is nested without end must not reach code that recurs."""
_MARK = re.compile(r"<(tool_call|answer|tool_response)>", re.I | re.A)
_END = re.compile(r"</?tool_call>", re.I | re.A)
_FENCE = re.compile(r"\s*(?:```(?:json)?\s*)?", re.I)
_JSON = json.JSONDecoder()


class Turn(NamedTuple):
    """What a turn asks for. Of several calls, the first."""

    answered: bool = False
    """Whether an `<answer>` stands after the last call, or without any."""
    calls: int = 0
    invented: bool = False
    """Whether it goes on with a tool's response of its own making, which is not read."""
    tool: str = ""
    arguments: str = ""
    """As JSON, or where the call is none, the call as it was written."""
    parsed: dict[str, object] | None = None
    """The arguments; None where there is no call, or something is wrong with it."""
    problem: str = ""
    """What is wrong with the call, for the model to read; empty where a tool can have it."""


def turn(reply: str) -> Turn:
    """Read a model's turn."""
    body = without_reasoning(reply)
    first = Turn()
    calls, answered, invented, position = 0, False, False, 0
    while not invented and (mark := _MARK.search(body, position)):
        kind, position = mark[1].lower(), mark.end()
        if kind == "tool_response":
            invented = True
        else:
            answered = kind == "answer"
        if kind == "tool_call":
            calls += 1
            if calls == 1:
                first, position = _call(body, position)
    if answered:
        first = Turn(answered=True)
    return first._replace(calls=calls, invented=invented)


def _call(body: str, start: int) -> tuple[Turn, int]:
    """A call in Hermes' form, `{"name": …, "arguments": {…}}`, and where reading goes on."""
    text = body[start : start + MAX_CALL]
    fence = _FENCE.match(text)
    try:
        call, end = _read(text, fence.end() if fence else 0)
    except ValueError as error:
        closing = _END.search(body, start)
        length = (closing.start() if closing else len(body)) - start
        problem = f"the call is no JSON: {error}"
        if length > MAX_CALL:
            problem = f"a call of {length} characters: need {MAX_CALL} at most"
        return Turn(arguments=text[:length].strip(), problem=problem), start
    return _checked(call, text[:end].strip()), start + end


def _checked(call: object, text: str) -> Turn:
    """The call that a piece of JSON makes."""
    name = call.get("name") if isinstance(call, dict) else None
    arguments = call.get("arguments") if isinstance(call, dict) else None
    if isinstance(arguments, str):
        try:
            arguments, _ = _read(arguments)
        except ValueError as error:
            return Turn(arguments=text, problem=f"the arguments are no JSON: {error}")
    if not (isinstance(name, str) and isinstance(arguments, dict)):
        return Turn(arguments=text, problem='a call needs the form {"name": …, "arguments": {…}}')
    written = json.dumps(arguments, ensure_ascii=False)
    return Turn(tool=_clean(name), arguments=_clean(written), parsed=arguments)


def _read(text: str, start: int = 0) -> tuple[object, int]:
    """The JSON value that stands at `start`, and its end; ValueError where there is none."""
    try:
        value, end = _JSON.raw_decode(text, start)
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg} at character {error.pos - start}") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if text.count("[", start, end) + text.count("{", start, end) > MAX_BRACKETS:
        raise ValueError(f"need {MAX_BRACKETS} brackets at most")
    return value, end


def _clean(text: str) -> str:
    """Text without the lone surrogates that JSON's escapes can make."""
    return text.encode("utf-8", "replace").decode("utf-8")
