import pytest
from pages import ask, page_data

from closeup.tasks.scoring import score, solution


def first(task: str):
    return ask(task, page_data(1), page_data(2))[0][0]


def test_an_order_is_right_only_as_a_whole_and_nearness_is_told_beside():
    question = first("panel_reordering").model_copy(update={"answer": ("A", "B", "C", "D")})
    near = score(question, "A, B, D, C")
    assert near.value == 0.0
    assert near.details == pytest.approx({"kendall_tau": 4 / 6, "pairs": 5 / 6, "positions": 0.5})
    assert score(question, "D, C, B, A").details["kendall_tau"] == -1.0
    assert score(question, "A, B, C, D").details["kendall_tau"] == 1.0


def test_a_count_is_right_only_if_exact_and_the_error_is_told_beside():
    question = first("character_counting").model_copy(update={"answer": 3})
    assert score(question, "3").value == 1.0
    off = score(question, "There are four.")
    assert (off.value, off.answer) == (0.0, 4)
    assert off.details == {"absolute_error": 1.0, "within_one": 1.0}
    assert score(question, "9").details["within_one"] == 0.0


def test_no_answer_is_zero_with_the_reason_and_without_an_answer():
    found = score(first("depth_comparison"), "A or B")
    assert (found.value, found.answer) == (0.0, None)
    assert found.reason == "no choice answer (whole reply: no single answer in it)"


def test_a_solution_is_written_as_the_prompts_ask():
    assert solution(first("depth_comparison").model_copy(update={"answer": "B"})) == (
        "<answer>B</answer>"
    )
    order = first("panel_reordering").model_copy(update={"answer": ("B", "A", "D", "C")})
    assert solution(order) == "<answer>B, A, D, C</answer>"


def test_open_texts_have_no_exact_match():
    with pytest.raises(ValueError, match="no exact match"):
        score(first("panel_understanding"), "x")
