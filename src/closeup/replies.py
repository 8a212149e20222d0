"""Free text in, an answer out: the one place where a model's reply is read.

Reasoning is taken off first, and all from a tool's response on that the model made up. Then the
stages, each tried only where the one before found no mark of its own: the last `<answer>`, the last
JSON `"answer"`, the last `\\boxed{}`, the last "answer is" or "answer:", a last line that is
nothing but an answer, the whole text. Within a stage an ambiguous text yields None: a wrong guess
of ours must not look like a right answer of the model.
Every function takes any string, never raises, and needs time linear in its length.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Reading(NamedTuple, Generic[T]):
    """What was read from a reply, and how."""

    answer: T | None
    """None where nothing could be read, or several things could."""
    how: str
    """The stage that decided, such as "answer tag"; for None, what was wrong there."""


MAX_ANSWER = 20_000
"""Characters of an answer that are looked at; a longer one is cut, for a text, or is no answer."""

_WORDS = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen twenty
"""
NUMBER_WORDS = {word: value for value, word in enumerate(_WORDS.split())}

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""Ｂ and ３ as Chinese and Japanese models write them. No other script's digits are digits here."""

_THINK = re.compile(r"<(/?)think(?:ing)?>", re.I | re.A)
_RESPONSE = re.compile(r"<tool_response>", re.I | re.A)
_TAG = re.compile(r"<answer>", re.I | re.A)
_TAG_END = re.compile(r"</answer>", re.I | re.A)
_KEY = re.compile(r"[\"']answer[\"']\s{0,5}:\s{0,20}", re.I | re.A)
_BOXED = re.compile(r"\\boxed\s{0,3}\{(?:\\text\{)?([^{}\n]{0,300})", re.A)
_PHRASE = re.compile(
    r"\banswer\b[\"'*_`]{0,4}\s{0,5}(?:is\b|would be\b|should be\b|[:=])[\"'*_`\s:]{0,20}",
    re.I | re.A,
)
_EDGES = " \t\r\n*_`\"'()[]{}<>.:,;!$#-"
_LETTER = re.compile(r"(?<![\w'’])([A-Z])(?![\w'’]|-[a-z])")
_LEADING = re.compile(
    r"\W{0,8}(?:(?:option|choice|letter|region|candidate|image|panel)\s{1,3})?[(\[*]{0,4}([A-Z])"
    r"(?:[.):\]*]|\s{0,3},?\s{1,3}(?:because|since|as)\b)(?!\s{0,3}(?:or|and|/|&))",
    re.I | re.A,
)
_AFTER_A_NAME = """
is was are seems appears looks has stands sits comes goes because since and or then before after
"""
_VERBS = frozenset(_AFTER_A_NAME.split())
"""Words after a lone "A" that make it a name and not an article."""
_NUMBER = re.compile(
    r"(?<![\w.,/:+-])[0-9]{1,9}(?![\w%°]|[.,/:-][0-9])"
    r"|(?<![\w-])(?:" + "|".join(NUMBER_WORDS) + r")(?![\w-]|\s{1,3}(?:hundred|thousand|million))",
    re.I | re.A,
)


def choice(reply: str, labels: Sequence[str]) -> Reading[str]:
    """One of `labels`: `B`, `(b)`, `B.`, `**B**`, `Answer: B`, `B because …`, `{"answer": "B"}`."""
    return _read(reply, lambda text: _letter(text, labels))


def integer(reply: str) -> Reading[int]:
    """A whole number from 0 to 999,999,999, in digits, or in English words up to twenty."""
    return _read(reply, _number)


def order(reply: str, labels: Sequence[str]) -> Reading[tuple[str, ...]]:
    """Every label once: `["C", "A", "B"]`, `C, A, B`, `C A B`, `C > A > B`, `CAB`."""
    return _read(reply, lambda text: _sequence(text, labels))


def text(reply: str) -> Reading[str]:
    """What stands in the last `<answer>`, or else everything but the reasoning."""
    body = _spoken(reply)
    tagged = _tagged(body)
    answer = (body if tagged is None else tagged).strip()[:MAX_ANSWER]
    how = "whole reply" if tagged is None else "answer tag"
    return Reading(answer, how) if answer else Reading(None, f"{how}: empty")


def without_reasoning(reply: str) -> str:
    """The reply without its `<think>` blocks, lone surrogates replaced.

    A block that is never closed runs to the end; one that was opened by the chat template, so that
    only its `</think>` is seen, runs from the start.
    """
    reply = reply.encode("utf-8", "replace").decode("utf-8")
    kept: list[str] = []
    start, thinking = 0, False
    for mark in _THINK.finditer(reply):
        if not mark[1]:
            if not thinking:
                kept.append(reply[start : mark.start()])
            thinking = True
        else:
            if not thinking:
                kept.clear()
            thinking = False
            start = mark.end()
    if not thinking:
        kept.append(reply[start:])
    return "".join(kept)


def _spoken(reply: str) -> str:
    """What a model says for itself: no reasoning, nothing from a tool's response on."""
    return _RESPONSE.split(without_reasoning(reply), maxsplit=1)[0]


def _read(reply: str, parse: Callable[[str], T | None]) -> Reading[T]:
    """The first stage that finds its own mark decides, also when it can read no answer there."""
    body = _spoken(reply).translate(_FULL_WIDTH)
    for how, passage in _marked(body):
        answer = parse(passage) if len(passage) <= MAX_ANSWER else None
        return Reading(answer, how if answer is not None else f"{how}: {_problem(passage)}")
    *before, last = body.strip().rsplit("\n", 1)
    if before and _only_an_answer(last.strip()) and (answer := parse(last)) is not None:
        return Reading(answer, "last line")
    answer = parse(body) if len(body) <= MAX_ANSWER else None
    return Reading(
        answer, "whole reply" if answer is not None else f"whole reply: {_problem(body)}"
    )


def _problem(passage: str) -> str:
    return "no single answer in it" if passage.strip() else "empty"


def _only_an_answer(line: str) -> bool:
    """Whether a line has no words, or is a number word: "B", "3.", "C, A, B", "**four**"."""
    bare = line.strip(_EDGES).lower()
    return len(line) <= 80 and (
        bare in NUMBER_WORDS or not re.search("[^\\W\\d_]{2}", line) or line.isupper()
    )


def _marked(body: str) -> Iterator[tuple[str, str]]:
    """The passages that are marked as an answer, the surest mark first."""
    if (tagged := _tagged(body)) is not None:
        yield "answer tag", tagged
    if key := _last(_KEY, body):
        yield "answer key", _value(body[key.end() : key.end() + MAX_ANSWER])
    if boxed := _last(_BOXED, body):
        yield "boxed", boxed[1]
    if phrase := _last(_PHRASE, body):
        yield "answer phrase", body[phrase.end() : phrase.end() + 300].split("\n", 1)[0]


def _last(pattern: re.Pattern[str], body: str) -> re.Match[str] | None:
    match = None
    for match in pattern.finditer(body):  # noqa: B007
        pass
    return match


def _tagged(body: str) -> str | None:
    """The content of the last `<answer>`; a stop sequence may have eaten its end."""
    start = _last(_TAG, body)
    if start is None:
        return None
    end = _TAG_END.search(body, start.end())
    return body[start.end() : end.start() if end else len(body)]


def _value(passage: str) -> str:
    """The JSON value that a passage starts with, as text that the parsers read."""
    try:
        value, _ = json.JSONDecoder().raw_decode(passage)
        return value if isinstance(value, str) else json.dumps(value)
    except (ValueError, RecursionError):
        return passage.split("\n", 1)[0].split("}", 1)[0]


def _json(passage: str) -> object:
    """A passage that is JSON as a whole, or the `answer` in it; None where it is no JSON."""
    passage = passage.strip().removeprefix("```json").strip("` \n")
    if passage[:1] not in ("{", "[", '"'):
        return None
    try:
        value = json.loads(passage)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, dict):
        value = value.get("answer", value)
    return {} if value is None else value


def _letters(passage: str) -> list[str]:
    """The letters that stand alone, in order, without articles and the pronoun I."""
    found = []
    for match in _LETTER.finditer(passage):
        if match[1] in "AI" and passage[match.end() : match.end() + 1] == " ":
            following = re.match(r" ([a-z']{1,20})", passage[match.end() : match.end() + 24])
            if following and following[1] not in _VERBS:
                continue
        found.append(match[1])
    return found


def _plain(passage: str) -> str:
    """A passage, or the one value that it writes as JSON; empty for a list of several."""
    value = _json(passage)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, list | dict):
        return ""
    return passage if value is None else str(value)


def _letter(passage: str, labels: Sequence[str]) -> str | None:
    passage = _plain(passage)
    bare = passage.strip(_EDGES)
    if len(bare) == 1 and bare.isascii():
        return bare.upper() if bare.upper() in labels else None
    leading = _LEADING.match(passage)
    if leading and leading[1].upper() in labels:
        return leading[1].upper()
    distinct = set(_letters(passage))
    return distinct.pop() if len(distinct) == 1 and distinct <= set(labels) else None


def _number(passage: str) -> int | None:
    passage = _plain(passage)
    distinct = set()
    for match in _NUMBER.finditer(passage):
        word = match[0].lower()
        distinct.add(NUMBER_WORDS[word] if word in NUMBER_WORDS else int(word))
    return distinct.pop() if len(distinct) == 1 else None


def _sequence(passage: str, labels: Sequence[str]) -> tuple[str, ...] | None:
    value = _json(passage)
    if isinstance(value, list):
        found = [str(item).strip(_EDGES).upper() for item in value if isinstance(item, str)]
    else:
        passage = value if isinstance(value, str) else passage
        bare = passage.strip(_EDGES)
        found = list(bare) if len(bare) == len(labels) and bare.isalpha() else _letters(passage)
    return tuple(found) if sorted(found) == sorted(labels) else None
