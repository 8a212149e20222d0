"""Pay for keeping to the form that the prompt asks for."""

import json

from closeup.episode import Episode
from closeup.question import Question
from closeup.rewards.term import Term
from closeup.turn import turn

OPEN, CLOSE = "<think>", "</think>"


class Format(Term):
    """1 where the whole episode is in form, else 0. In form means, for every turn:

    - first, if at all, one `<think>…</think>`, whose opening tag the prompt may have written;
    - then one `<tool_call>…</tool_call>` or, in the last turn, one `<answer>…</answer>`, closed,
      with nothing but white space around it;
    - in a call nothing but JSON: an object of a `name` and of `arguments`, an object too. Whether
      the tool can do what it is asked for is no question of form;
    - no `<tool_response>` of the model's own making, in its reasoning neither;

    and that the episode ended with an answer which could be read, not for want of tokens or calls.

    All or nothing: were it the share of turns in form, more calls would hide one bad turn.
    Loophole: a junk answer in the right form is paid.
    """

    name = "format"

    def value(self, question: Question, episode: Episode) -> float:
        if episode.stop != "answered" or episode.score.answer is None:
            return 0.0
        *calls, answer = (m.text for m in episode.turns if m.role == "assistant")
        return float(_answers(answer) and all(map(_calls, calls)))


def _answers(text: str) -> bool:
    body = _inside(text, "answer")
    return body is not None and "<" not in body


def _calls(text: str) -> bool:
    body = _inside(text, "tool_call")
    if body is None or turn(text).problem:
        return False
    try:
        call = json.loads(body)
    except ValueError:  # a conversation forgives what stands around the JSON
        return False
    return set(call) == {"name", "arguments"} and isinstance(call["arguments"], dict)


def _inside(text: str, tag: str) -> str | None:
    """What stands in the one tag after the reasoning; None where there is more or less."""
    thought, _, body = text.rpartition(CLOSE)
    thought, body = thought.strip().removeprefix(OPEN), body.strip()
    start, end = f"<{tag}>", f"</{tag}>"
    if any(mark in thought for mark in (OPEN, CLOSE)) or "<tool_response>" in text.lower():
        return None
    if not (body.startswith(start) and body.endswith(end)):
        return None
    return body.removeprefix(start).removesuffix(end)
