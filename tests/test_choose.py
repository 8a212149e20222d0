from pathlib import Path

import benches
import pytest

from closeup.build.balance import Balanced, balance
from closeup.build.candidates import candidate
from closeup.build.choose import best_constants, count_tasks, write_questions
from closeup.geometry import Box
from closeup.question import Question
from closeup.records import read_jsonl, write_jsonl

ACTIONS = ("running", "sleeping", "waving", "eating")
PANEL = Box(0, 0, 500, 500)


def chosen_from(
    questions: list[Question], chosen: Balanced, left: list[Question], folder: Path
) -> list[Question]:
    write_jsonl(folder / "drafts", questions)
    kept = [candidate(question) for question in left]
    write_questions(folder / "drafts", folder / "questions", chosen, kept)
    return list(read_jsonl(folder / "questions", Question))


def test_the_answers_of_the_drafts_are_put_where_the_balance_wants_them(tmp_path: Path):
    """All drafts have A for their answer; the bench has each letter equally often."""
    drafts = [benches.texts(i, ACTIONS[i % 4 :] + ACTIONS[: i % 4], "A") for i in range(40)]
    balanced = balance([candidate(question) for question in drafts])
    assert balanced.rejections == ()
    written = chosen_from(drafts, balanced, drafts, tmp_path)
    assert {question.id: question.answer for question in written} == balanced.answers
    letters = [question.answer for question in written]
    assert [letters.count(letter) for letter in "ABCD"] == [10, 10, 10, 10]
    for before, after in zip(drafts, written, strict=True):
        assert isinstance(after.answer, str)
        assert after.options[after.labels.index(after.answer)] == before.options[0]


def test_what_is_left_out_is_not_written_and_the_rest_keeps_its_order(tmp_path: Path):
    drafts = [benches.counting(i, i, PANEL, chance=0.0) for i in (3, 1, 2, 0)]
    written = chosen_from(drafts, Balanced((), {}), [drafts[0], drafts[2]], tmp_path)
    assert [question.answer for question in written] == [3, 2]


def test_the_chance_of_counting_is_what_the_commonest_number_kept_earns(tmp_path: Path):
    drafts = [benches.counting(i, n, PANEL, chance=0.0) for i, n in enumerate((1, 1, 1, 2, 3))]
    written = chosen_from(drafts, Balanced((), {}), drafts[1:], tmp_path)
    assert {question.chance for question in written} == {0.5}
    assert best_constants([candidate(question) for question in drafts]) == {
        "character_counting": 0.6
    }


def test_a_manifest_counts_the_answers_as_they_are_placed():
    questions = [benches.texts(i, ACTIONS, "A") for i in range(3)]
    kept = [candidate(question) for question in questions]
    placed = Balanced((), {questions[0].id: "B", questions[1].id: "D"})
    reasons = {("action_recognition", "box too small"): 7, ("other", "box too small"): 1}
    sources = {"action_recognition": "action_recognition", "other": "package.module:Other"}
    counts = count_tasks(sources, placed, kept, reasons)
    count = counts["action_recognition"]
    assert count.kept == 3
    assert count.kept_by_split == {"test": 3}
    assert count.rejected == {"box too small": 7}
    assert count.chance == pytest.approx(0.25)
    assert count.answers == {"A": 1, "B": 1, "D": 1}
    assert counts["other"].kept == 0
    assert counts["other"].chance is None
