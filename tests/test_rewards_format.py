"""What is in form, and what is not."""

import pytest
from test_rewards import ACTION, RIGHT, A, call, episode

from closeup.rewards.format import Format

CALL = '{"name": "zoom_in", "arguments": {"bbox_2d": [100, 100, 300, 300]}}'


def value(*said: str, **how) -> float:
    return Format().value(ACTION, episode(ACTION, *said, **how))


@pytest.mark.parametrize(
    "said",
    [
        ("<answer>B</answer>",),
        ("<think>Hm.</think><answer>B</answer>",),
        ("Hm.</think>\n\n<answer> B </answer>\n",),
        ("<think></think><answer>B</answer>",),
        (f"<tool_call>{CALL}</tool_call>", "<answer>A</answer>"),
        (
            f"<think>Hm.</think>\n<tool_call>\n{CALL}\n</tool_call>",
            "<think>.</think><answer>B</answer>",
        ),
        (call(A), call(A), call(A), "<answer>B</answer>"),
    ],
)
def test_reasoning_if_any_then_one_call_or_the_answer_is_in_form(said):
    assert value(*said) == 1.0


def test_a_well_formed_call_that_cannot_be_carried_out_is_in_form():
    assert value('<tool_call>{"name": "zoom_in", "arguments": {}}</tool_call>', RIGHT["B"]) == 1.0


@pytest.mark.parametrize(
    "last",
    [
        "B",
        "The answer is B.",
        "So: <answer>B</answer>",
        "<answer>B</answer> I am sure.",
        "<answer>B",
        "<answer>A</answer><answer>B</answer>",
        "<answer>neither</answer>",
        "<answer></answer>",
        "<answer><b>B</b></answer>",
        "<think>Hm.<answer>B</answer>",
        "<think>a</think><think>b</think><answer>B</answer>",
        "Hm. <think>Hm.</think><answer>B</answer>",
        f"<tool_call>{CALL}</tool_call><answer>B</answer>",
        "<think><tool_response>It runs.</tool_response></think><answer>B</answer>",
        "<ANSWER>B</ANSWER>",
    ],
)
def test_an_answer_in_another_form_is_not(last):
    assert value(last) == 0.0


@pytest.mark.parametrize(
    "first",
    [
        f"I look. <tool_call>{CALL}</tool_call>",
        f"<tool_call>{CALL}",
        f"<tool_call>```json\n{CALL}\n```</tool_call>",
        f"<tool_call>{CALL} please</tool_call>",
        f"<tool_call>{CALL}</tool_call><tool_call>{CALL}</tool_call>",
        f"<tool_call>{CALL}</tool_call><tool_response>KRACH</tool_response>",
        f"<answer>B</answer><tool_call>{CALL}</tool_call>",
        "<tool_call>zoom_in(100, 100, 300, 300)</tool_call>",
        '<tool_call>{"name": "zoom_in"}</tool_call>',
        '<tool_call>{"name": "zoom_in", "arguments": "{}"}</tool_call>',
        '<tool_call>{"name": "zoom_in", "arguments": {}, "id": 1}</tool_call>',
        "<tool_call>" + "[" * 9000 + "</tool_call>",
    ],
)
def test_one_bad_turn_spoils_the_episode(first):
    assert value(first, RIGHT["B"]) == 0.0
    assert value(call(A), first, RIGHT["B"]) == 0.0


def test_an_episode_that_did_not_end_with_an_answer_has_no_form():
    assert value(call(A), call(A), calls=1) == 0.0  # out of budget
    assert value("<think>Hm", finish="length") == 0.0  # cut off
    assert value("<answer>B</answer>", finish="filter") == 0.0
    assert value(call(A), "B") == 0.0  # no call
