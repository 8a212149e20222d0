"""What a judge is asked: which of a panel's facts does a description tell?

A judge sees the facts in both orders, for what stands first or last is judged otherwise than what
stands between. It sees no picture, so that it compares two texts and guesses nothing.

The description may be written to deceive. It is put on one line, without tags and without what
cannot be seen, between marks with a code that is taken from its own hash and so cannot stand in it;
and a verdict is read only where a tag of the judge's own marks it, or where the reply is nothing
else.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

from closeup import prompts, replies
from closeup.message import Message, Request, Sampling
from closeup.question import Question
from closeup.records import shorten

Verdict = Literal["told", "contradicted", "absent"]
_VERDICTS: dict[str, Verdict] = {word: word for word in get_args(Verdict)}
CODE = 12
"""Hexadecimal digits of the code in the marks."""
_FENCED_JSON = re.compile(r"\s*```(?:json)?\s*(\{.*\})\s*```\s*", re.S)

_ANSWER = re.compile(r"<answer>(.*?)(?=</?answer>|\Z)", re.I | re.A | re.S)


class Pass(NamedTuple):
    """One showing of a checklist."""

    request: Request
    order: tuple[int, ...]
    """By the place at which a fact is shown: its place in the question."""


def passes(question: Question, description: str, sampling: Sampling) -> tuple[Pass, ...]:
    """The two showings, with the facts in opposite orders; of a single fact, the only one."""
    assert isinstance(question.answer, tuple)
    facts = question.answer
    there = tuple(range(len(facts)))
    orders = dict.fromkeys((there, there[::-1]))
    return tuple(Pass(_request(question, description, order, sampling), order) for order in orders)


def _request(
    question: Question, description: str, order: Sequence[int], sampling: Sampling
) -> Request:
    assert isinstance(question.answer, tuple)
    facts = [plain(question.answer[place]) for place in order]
    told = plain(description)
    code = hashlib.sha256(json.dumps([told, facts]).encode()).hexdigest()[:CODE]
    numbers = range(1, len(facts) + 1)
    text = prompts.render(
        "judge_checklist",
        fence=code,
        description=told,
        facts="\n".join(f"{n}. {fact}" for n, fact in zip(numbers, facts, strict=True)),
        example=json.dumps({str(n): "…" for n in numbers}, ensure_ascii=False),
    )
    messages = (
        Message(role="system", parts=(prompts.render("judge_system"),)),
        Message(role="user", parts=(text,), question=question.id),
    )
    return Request(messages=messages, sampling=sampling)


def plain(text: str) -> str:
    """Text on one line that can open no tag: `<` becomes `‹`, and what is invisible goes."""
    seen = "".join(c for c in text if c.isprintable() or c.isspace())
    return " ".join(seen.split()).replace("<", "‹")


class Heard(NamedTuple):
    """What was read from a judge's reply."""

    verdicts: tuple[Verdict, ...]
    """In the order shown; empty where none could be read."""
    problem: str = ""


def hear(reply: str, count: int) -> Heard:
    """Read the verdicts on `count` facts: all of them, once each, or none. Takes any string.

    Of several answers those that give no verdicts, such as a copy of the form, do not count; of
    those that do, one that says otherwise makes all unreadable.
    """
    reading = replies.text(reply)
    if reading.answer is None:
        return Heard((), f"no verdicts ({reading.how})")
    heard = _verdicts(reading.answer, reading.how, count)
    for passage in _ANSWER.findall(replies.without_reasoning(reply)):
        other = _verdicts(passage, reading.how, count).verdicts
        if heard.verdicts and other and other != heard.verdicts:
            return Heard((), "two answers that contradict each other")
    return heard


def _verdicts(answer: str, how: str, count: int) -> Heard:
    fenced = _FENCED_JSON.fullmatch(answer)
    try:
        said = json.loads(fenced[1] if fenced else answer, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return Heard((), f"no verdicts in JSON ({how})")
    numbers = [str(number) for number in range(1, count + 1)]
    if not isinstance(said, dict) or said.keys() != set(numbers):
        return Heard((), f"need a verdict for each number from 1 to {count} and no other")
    words = [str(said[number]).strip().lower() for number in numbers]
    if strange := [word for word in words if word not in _VERDICTS]:
        return Heard((), f"{shorten(strange[0])}: need one of {', '.join(_VERDICTS)}")
    return Heard(tuple(_VERDICTS[word] for word in words))


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A JSON object; ValueError where a key stands twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found
