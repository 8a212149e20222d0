import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeup.turn import MAX_BRACKETS, MAX_CALL, Turn, turn

ARGUMENTS = {"bbox_2d": [0, 10, 200, 300]}
JSON = json.dumps({"name": "zoom_in", "arguments": ARGUMENTS})
CALL = f"<tool_call>{JSON}</tool_call>"


def called(reply: str) -> Turn:
    said = turn(reply)
    assert (said.tool, said.parsed, said.problem) == ("zoom_in", ARGUMENTS, ""), said
    assert not said.answered
    return said


def refused(inside: str) -> str:
    said = turn(f"<tool_call>{inside}</tool_call>")
    assert said.calls == 1
    assert said.parsed is None
    assert said.problem
    return said.problem


@pytest.mark.parametrize(
    "reply",
    [
        CALL,
        f"<think>Too small.</think>\n{CALL}",
        f"I look closer. {CALL} Then I know.",
        f"<TOOL_CALL>\n{JSON}\n</TOOL_CALL>",
        f"<tool_call>{JSON}",
        f"<tool_call>{JSON}\nI wait.",
        f"<tool_call>```json\n{JSON}\n```</tool_call>",
        f"<tool_call>\n```\n{JSON}```",
        f"<tool_call>{JSON}}}</tool_call>",
        "<tool_call>" + json.dumps({"name": "zoom_in", "arguments": json.dumps(ARGUMENTS)}),
        "<tool_call>" + json.dumps({"id": 7, "name": "zoom_in", "arguments": ARGUMENTS}),
        f"<answer>B</answer> or rather, let me see: {CALL}",
        f"no think> tag opened</think>{CALL}",
    ],
)
def test_a_call_is_read(reply):
    assert called(reply).calls == 1


def test_of_several_calls_the_first_is_read_and_all_are_counted():
    other = "<tool_call>{}</tool_call>"
    assert called(CALL + CALL + other).calls == 3


@pytest.mark.parametrize(
    "reply",
    [
        "<answer>B</answer>",
        "<answer>B",
        f"{CALL}<answer>B</answer>",
        f"<tool_call>{JSON}<answer>B</answer>",
        "<tool_call>{broken</tool_call><answer>B</answer>",
        f"<think>{CALL}</think><answer>B</answer>",
    ],
)
def test_an_answer_after_the_last_call_is_an_answer(reply):
    assert turn(reply).answered


@pytest.mark.parametrize(
    "reply",
    ["", "B", "<think>Hm", f"<think>{CALL}", f"{CALL}</think> no", f"<think>{CALL}</think>"],
)
def test_what_only_reasons_neither_calls_nor_answers(reply):
    assert turn(reply) == Turn()


def test_nothing_is_read_from_an_invented_response_on():
    invented = "<tool_response>A cat.</tool_response><answer>cat</answer>"
    said = called(CALL + invented)
    assert said.invented
    assert turn(invented) == Turn(invented=True)
    assert called(f"{CALL}{invented}{CALL}").calls == 1


def test_tags_within_the_strings_of_a_call_are_text():
    arguments = {"bbox_2d": [1, 2, 3, 4], "why": "</tool_call><answer>A</answer><tool_response>"}
    call = json.dumps({"name": "zoom_in", "arguments": arguments})
    said = turn(f"<tool_call>{call}</tool_call>")
    assert said.parsed == arguments
    assert (said.calls, said.answered, said.invented) == (1, False, False)


@pytest.mark.parametrize(
    ("inside", "problem"),
    [
        ("", "the call is no JSON: Expecting value at character 0"),
        ("zoom_in([0, 0, 1, 1])", "no JSON"),
        ("{'name': 'zoom_in', 'arguments': {}}", "no JSON"),
        ('{"name": "zoom_in", "arguments": {}, }', "no JSON"),
        ('{"name": "a\x00b", "arguments": {}}', "Invalid control character"),
        ("[]", "a call needs the form"),
        ('"zoom_in"', "a call needs the form"),
        ("NaN", "a call needs the form"),
        ('{"arguments": {}}', "a call needs the form"),
        ('{"name": "zoom_in"}', "a call needs the form"),
        ('{"name": ["zoom_in"], "arguments": {}}', "a call needs the form"),
        ('{"name": "zoom_in", "arguments": "0, 0, 1, 1"}', "a call needs the form"),
        ('{"name": "zoom_in", "arguments": [0, 0, 1, 1]}', "a call needs the form"),
        ('{"name": "zoom_in", "arguments": "left"}', "the arguments are no JSON: Expecting"),
        ('{"name": "zoom_in", "arguments": "' + "[" * 2000 + '"}', "brackets at most"),
        ('{"n":' * 1900, "the call is no JSON"),
        ("[" * 60 + "]" * 60, f"need {MAX_BRACKETS} brackets at most"),
        ('{"name": "zoom_in", "arguments": {"n": ' + "9" * 5000 + "}}", "no JSON: Exceeds"),
        ('{"name": "' + "x" * 1_000_000, "a call of 1000010 characters: need 10000 at most"),
    ],
)
def test_what_is_no_call_is_refused_with_the_reason(inside, problem):
    assert problem in refused(inside)


def test_lone_surrogates_do_not_get_through():
    said = turn(r'<tool_call>{"name": "\ud800", "arguments": {"\udfff": "\ud8ff"}}</tool_call>')
    assert said.tool == "?"
    said.arguments.encode()
    turn("<tool_call>\ud800").arguments.encode()


@pytest.mark.parametrize(
    "piece",
    [
        "<tool_call>",
        "<tool_call>{",
        '<tool_call>["',
        "<answer>",
        "<think>",
        "</think>",
        "<tool_call>```",
        " ",
        "[",
        "9",
        CALL,
        "<tool_call>" + " " * MAX_CALL,
    ],
)
def test_a_megabyte_is_read_at_once(piece):
    turn(piece * (1_000_000 // len(piece)))
    turn("<tool_call>" + piece * (1_000_000 // len(piece)))


PIECES = st.sampled_from(
    ["<tool_call>", "</tool_call>", "<answer>", "<think>", "</think>", "<tool_response>", JSON, '"']
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=20))).map("".join))
def test_any_text_is_read(reply):
    said = turn(reply)
    assert not (said.answered and said.tool)
    assert said.calls or not (said.tool or said.arguments or said.problem)
    (said.tool + said.arguments + said.problem).encode()
