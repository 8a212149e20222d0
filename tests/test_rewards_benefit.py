"""Tool benefit, and the run without tools that it is measured against."""

from pathlib import Path

import benches
import pytest
from test_rewards import ACTION, A, right, wrong

from closeup import rewards
from closeup.geometry import Box
from closeup.images import Resolution
from closeup.question import Question, Score
from closeup.records import CloseupError
from closeup.rewards import baseline
from closeup.rewards.tool_benefit import ToolBenefit
from closeup.run_info import RunInfo
from closeup.store import Store

OTHER = benches.choice(1, [A, Box(0, 0, 50, 50)], "A")
UNASKED = benches.choice(2, [A, Box(0, 0, 50, 50)], "A")


def run(folder: Path, values: list[tuple[Question, list[float | None]]], **info) -> Path:
    """A run that scored these values, epoch by epoch; None: the provider failed."""
    settings = {
        "model": "m",
        "seed": 0,
        "grid": "pixel",
        "resolution": Resolution(),
        "crops": Resolution(),
        "bench_hash": "x",
        "bench": "x",
        "closeup": "test",
    }
    with Store.create(folder, RunInfo(**(settings | info))) as store:
        for question, scores in values:
            for epoch, value in enumerate(scores):
                if value is None:
                    store.fail(question, epoch, "p", "the server is down")
                    continue
                made = right(question).model_copy(
                    update={"epoch": epoch, "score": Score(value=value, answer="A")}
                )
                store.put(question, made)
    return folder


def test_accuracies_are_shares_of_exactly_right_answers_over_the_epochs(tmp_path):
    folder = run(tmp_path / "run", [(ACTION, [1.0, 0.0, 0.9, 1.0]), (OTHER, [None, 1.0])])
    assert baseline(folder) == {ACTION.id: 0.5, OTHER.id: 1.0}


def test_benefit_is_what_a_call_adds_and_none_without_a_call(tmp_path):
    folder = run(tmp_path / "run", [(ACTION, [1.0, 0.0, 0.0, 0.0])])
    reward = rewards.make({"tool_benefit": 1.0}, without_tools=folder)
    assert reward.of(ACTION, right(ACTION, A)).total == 0.75
    assert reward.of(ACTION, wrong(ACTION, A)).total == -0.25
    assert reward.of(ACTION, right(ACTION)).total == 0.0
    failed = right(ACTION, Box(2000, 2000, 2100, 2100))
    assert reward.of(ACTION, failed).total == 0.0


def test_a_run_that_could_look_is_no_baseline(tmp_path):
    with pytest.raises(CloseupError, match="tools: zoom_in: need a run without tools"):
        baseline(run(tmp_path / "zoom", [], tools=("zoom_in",)))
    with pytest.raises(CloseupError, match="oracle_crop: True"):
        baseline(run(tmp_path / "oracle", [], oracle_crop=True))


def test_a_run_that_is_none_or_has_no_scores_is_one_clear_line(tmp_path):
    with pytest.raises(CloseupError, match="not a run"):
        baseline(tmp_path)
    with pytest.raises(CloseupError, match="no scored question"):
        baseline(run(tmp_path / "run", [(ACTION, [None])]))


def test_a_question_that_was_not_asked_there_is_named_before_any_step(tmp_path):
    folder = run(tmp_path / "run", [(ACTION, [1.0])])
    reward = rewards.make({"answer": 1.0, "tool_benefit": 1.0}, without_tools=folder)
    reward.check(ACTION)
    with pytest.raises(CloseupError) as caught:
        reward.check(UNASKED)
    assert str(caught.value).startswith(f"{folder}: {UNASKED.id}: no scored episode")
    with pytest.raises(CloseupError, match="no scored episode"):
        ToolBenefit({}).value(ACTION, right(ACTION, A))
