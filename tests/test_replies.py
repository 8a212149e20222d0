import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeup import replies

ABCD = ("A", "B", "C", "D")


@pytest.mark.parametrize(
    "reply",
    [
        "B",
        "b",
        "(B)",
        "B.",
        " **B** ",
        "`B`",
        "Ｂ",
        "Answer: B",
        "answer is B",
        "The answer is (B).",
        "**Answer:** B",
        "Answer:\nB",
        "Answer: B because A is farther away",
        "Final answer: option B",
        '{"answer": "B"}',
        '```json\n{"answer": "B"}\n```',
        "{'answer': 'B'}",
        '{"why": {"x": [1, NaN]}, "answer": ["B"]}',
        "\\boxed{B}",
        "$\\boxed{\\text{B}}$",
        "<answer>B</answer>",
        "<ANSWER> B </ANSWER>",
        "<answer>B",
        "<answer>B. A man is running</answer>",
        "<answer>Option B</answer>",
        '<answer>{"answer": "B"}</answer>',
        "<answer>A</answer> no, wait: <answer>B</answer>",
        "Answer: A. No. Answer: B",
        "<think>A? <answer>A</answer></think><answer>B</answer>",
        "<thinking>A</thinking>B",
        "first A, then C</think>B",
        "A <think>or C</think> or D</think>B",
        "B<think>or is it A",
        "A could be, and C too.\nB",
        "A man runs and a dog sits, so B is right",
        "B is closer",
        "Answer: A\n<answer>B</answer>",
    ],
)
def test_a_choice_is_read_however_it_is_written(reply):
    assert replies.choice(reply, ABCD).answer == "B"


@pytest.mark.parametrize(
    "reply",
    [
        "",
        " \n ",
        "A or B",
        "A and B are both near",
        "<answer>A or B</answer>",
        "<answer>A) or B)</answer>",
        "<answer></answer>",
        "B\n<answer></answer>",
        "<answer>E</answer>",
        "Answer: E",
        "<think>B",
        "<think>it is <answer>B</answer>",
        "A man is running",
        "I think so",
        "BC",
        "ABBA",
        "B-side's",
        "Б",
        '{"answer": {"B": 1}}',
        '{"answer": null, "or": "B"}',
        '["A", "B"]',
        "The 2nd one",
        "[[[[" * 50_000,
        '{"answer": ' + "[" * 100_000,
        "\ud800\udfff",
        "\0",
    ],
)
def test_an_unclear_choice_is_none_and_never_a_guess(reply):
    assert replies.choice(reply, ABCD).answer is None


def test_the_letter_a_is_told_from_the_article():
    assert replies.choice("A is closer to the viewer", ABCD).answer == "A"
    assert replies.choice("A woman is closer to the viewer", ABCD).answer is None
    assert replies.choice("<answer>A</answer>", ABCD).answer == "A"


def test_a_letter_beyond_the_options_is_no_answer():
    assert replies.choice("D", ("A", "B")).answer is None


@pytest.mark.parametrize(
    ("reply", "number"),
    [
        ("3", 3),
        ("0", 0),
        ("３", 3),
        ("**3**", 3),
        ("three", 3),
        ("Twenty.", 20),
        ("There are 3 characters.", 3),
        ("There are three characters, 3 in all.", 3),
        ("<answer>12</answer>", 12),
        ("<answer>3 characters</answer>", 3),
        ('{"answer": 4}', 4),
        ('{"answer": "4"}', 4),
        ('<answer>{"answer": 4, "of": 9}</answer>', 4),
        ("Answer: 5", 5),
        ("In panel 2 I see several.\n7", 7),
        ("1, 2, 3, 4: four\n<answer>4</answer>", 4),
        ("<think>5 or 6</think>6", 6),
        ("\\boxed{8}", 8),
        ("- 3", 3),
    ],
)
def test_a_number_is_read_in_digits_and_in_words(reply, number):
    assert replies.integer(reply).answer == number


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "several",
        "3 or 4",
        "3-4",
        "-3",
        "2.5",
        "1,000",
        "3/4",
        "50%",
        "12:30",
        "x3",
        "3rd",
        "NaN",
        "Infinity",
        "1e9",
        "٣",
        "²",
        "twenty-one",
        "twenty one",
        "two hundred",
        "9" * 1_000_000,
        '{"answer": ' + "9" * 5_000 + "}",
        '{"answer": NaN}',
        '{"answer": 2.5}',
        '{"answer": true}',
        "<answer>3, 4</answer>",
        "panel 2 shows four",
    ],
)
def test_an_unclear_number_is_none(reply):
    assert replies.integer(reply).answer is None


@pytest.mark.parametrize(
    "reply",
    [
        "C, A, B",
        "C A B",
        "CAB",
        "C > A > B",
        "C -> A -> B",
        "C → A → B",
        "(C), (A), (B)",
        "1. C\n2. A\n3. B",
        '["C", "A", "B"]',
        '{"answer": ["C", "A", "B"]}',
        '{"answer": "C, A, B"}',
        "<answer>C, A, B</answer>",
        "<answer>C,A,B",
        "Order? Answer: C, A, B.",
        "The order is C, then A, then B.",
        "first C then A then B",
        "A before B, B after C.\nC, A, B",
        "<think>A, B, C</think>C, A, B",
        "Ｃ、Ａ、Ｂ",
        "\\boxed{C, A, B}",
    ],
)
def test_an_order_is_read_however_it_is_written(reply):
    assert replies.order(reply, ("A", "B", "C")).answer == ("C", "A", "B")


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "C, A",
        "C, A, B, B",
        "C, A, D",
        "C, A, B, D",
        '["C", "A"]',
        '["C", "A", "B", "A"]',
        '["C", ["A"], {"B": 1}]',
        "[1, 2, 3]",
        "[" * 900 + "]" * 900,
        '{"answer": ' + "[" * 900 + "]" * 900 + "}",
        "3, 1, 2",
        "cabbage",
        "cab",
        "<answer>the first, the second</answer>",
        '{"answer": ["C", NaN, "B"]}',
        "A, B, C or C, B, A",
    ],
)
def test_what_is_no_permutation_is_none(reply):
    assert replies.order(reply, ("A", "B", "C")).answer is None


def test_a_text_is_what_stands_in_the_tag_or_all_but_the_reasoning():
    assert replies.text("x<answer> Two cats. </answer>y").answer == "Two cats."
    assert replies.text("<think>hm</think> Two cats.").answer == "Two cats."
    assert replies.text("<think>hm").answer is None
    assert replies.text("\ud800").answer == "?"
    assert len(replies.text("x" * 10**6).answer or "") == replies.MAX_ANSWER


def test_how_it_was_read_is_told():
    assert replies.choice("<answer>B</answer>", ABCD).how == "answer tag"
    assert replies.choice("so\nB", ABCD).how == "last line"
    assert replies.choice("", ABCD).how == "whole reply: empty"
    assert replies.choice("<answer>A or B</answer>", ABCD).how.startswith("answer tag: no single")


BOMBS = [
    "<answer>" * 120_000,
    "<think>" * 140_000,
    "</think>" * 120_000,
    "answer: " * 120_000,
    '"answer": ' * 100_000,
    "answer" + " " * 10**6,
    "\\boxed{" * 140_000,
    "A " * 500_000,
    "1 " * 500_000,
    "9" * 10**6,
    "one" * 330_000,
    "(" * 10**6,
    "\n" * 10**6,
    '{"answer":' * 100_000,
    "*_`" * 330_000,
    "é" * 10**6,
]


def test_a_megabyte_of_anything_is_read_in_linear_time():
    """A pattern that is quadratic would hang here for minutes."""
    for bomb in BOMBS:
        replies.choice(bomb, ABCD)
        replies.integer(bomb)
        replies.order(bomb, ABCD)
        replies.text(bomb)


pieces = st.sampled_from(
    [
        *("<think>", "</think>", "<answer>", "</answer>", "Answer:", '{"answer":', "\\boxed{", "}"),
        *(
            "A",
            "B",
            "C",
            "a",
            "b",
            "I",
            "1",
            "2",
            "twenty",
            "-",
            ",",
            " ",
            "\n",
            "[",
            "]",
            '"',
            "NaN",
        ),
        *("\ud800", "\u0660", "İ", "ﬁ", "\0", "or", "because", "**", "9" * 400, "[" * 2_000),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.lists(pieces, max_size=25).map("".join), st.text(max_size=300)))
def test_nothing_that_a_model_may_say_raises(reply):
    labels = ("A", "B", "C")
    assert replies.choice(reply, labels).answer in (*labels, None)
    order = replies.order(reply, labels).answer
    assert order is None or tuple(sorted(order)) == labels
    number = replies.integer(reply).answer
    assert number is None or 0 <= number < 10**9
    text = replies.text(reply).answer
    assert text is None or text.encode("utf-8")


@given(
    st.sampled_from(string.ascii_uppercase[:4]),
    st.text(max_size=100).map(lambda t: t.replace("<", "")),
)
def test_the_last_tag_decides_whatever_stands_before_it(letter, noise):
    assert replies.choice(f"{noise}<answer>{letter}</answer>", ABCD).answer == letter


def test_what_follows_an_invented_tool_response_is_no_answer():
    invented = "<tool_response>It is B.</tool_response><answer>B</answer>"
    assert replies.choice(invented, "ABC").answer is None
    assert replies.text(f"A cat. {invented}").answer == "A cat."
    assert replies.choice(f"<answer>A</answer>{invented}", "ABC").answer == "A"
