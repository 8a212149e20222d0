"""Means over seeds and issues, and differences, on scores with known answers."""

import numpy as np
import pytest
import studies

from closeup.stats import clustered_mean
from closeup.stats.paired import paired_difference
from closeup.study.estimates import differences, means, scores, within
from closeup.study.questions import Questions
from closeup.study.study import MACRO

ISSUES = 12


@pytest.fixture
def asked() -> Questions:
    """Two tasks over twelve issues, four and two questions each."""
    names = [f"issue{n:02}" for n in range(ISSUES)]
    styles = {name: "wash" if n < 3 else "ink" for n, name in enumerate(names)}
    four = [(f"{name}/1", name, 4) for name in names]
    two = [(f"{name}/1", name, 2) for name in names]
    return studies.questions({"one": four, "two": two}, **styles)


def constant(value: float, seeds: int = 3) -> dict[str, np.ndarray]:
    return {"one": np.full((seeds, 48), value), "two": np.full((seeds, 24), value)}


def test_tasks_weigh_alike_in_their_mean_and_seeds_in_each(asked: Questions):
    found = {
        "one": np.stack([np.zeros(48), np.ones(48)]),
        "two": np.stack([np.ones(24), np.ones(24)]),
    }
    rows = means(found, asked)
    assert (rows["one"].mean, rows["two"].mean, rows[MACRO].mean) == (0.5, 1.0, 0.75)


def test_a_mean_of_some_tasks_stands_before_that_of_all(asked: Questions):
    asked = asked.model_copy(update={"tasks": {**asked.tasks, "three": asked.tasks["two"]}})
    levels = {"one": 1.0, "two": 0.5, "three": 0.0}
    for seeds in (3, 1):
        found = {t: np.full((seeds, len(asked.tasks[t].issues)), x) for t, x in levels.items()}
        none = {task: np.zeros_like(own) for task, own in found.items()}
        named = {"some": ["two", "one"], "other": ["two", "four"]}
        rows = means(found, asked, named)
        assert list(rows) == ["one", "two", "three", "some", MACRO]  # one lacks a task: left out
        assert (rows["some"].mean, rows[MACRO].mean) == (0.75, 0.5)
        rows = differences(found, none, asked, named)
        assert rows["some"].mean == 0.75
        assert rows["some"].low == (0.75 if seeds > 1 else None)  # pages that all agree tell none
        assert rows["some"].seeds == (0.75,) * seeds
        assert rows["some"].holm is None  # a task's p is corrected for the number of tasks alone
        assert rows["one"].holm == pytest.approx(3 * (rows["one"].p or 0))


def test_the_interval_of_one_seed_is_the_clustered_one(asked: Questions):
    values = (np.arange(48) % 3 == 0).astype(float)
    row = means({"one": values[None]}, asked)["one"]
    told = clustered_mean(list(values), asked.tasks["one"].pages)
    assert (row.mean, row.low, row.high) == (told.mean, told.low, told.high)


def test_seeds_that_differ_widen_the_interval_and_issues_that_differ_too(asked: Questions):
    same = constant(0.5)
    seeds = {"one": np.repeat([[0.2], [0.5], [0.8]], 48, axis=1)}
    issues = {"one": np.tile(np.repeat([0.2, 0.8], 24), (3, 1))}
    row = means(same, asked)["one"]
    assert row.low == row.high == 0.5
    row = means(seeds, asked)["one"]
    assert (row.low, row.high) == (pytest.approx(0.2), pytest.approx(0.8))  # 1 in 27 draws each
    row = means(issues, asked)["one"]
    # How many of twelve issues are high is binomial: 95 % of the draws have 3 to 9.
    assert (row.low, row.high) == (pytest.approx(0.35), pytest.approx(0.65))


def test_a_difference_tells_each_seed_and_a_p_value_over_issues(asked: Questions):
    a = {"one": np.stack([np.ones(48), np.ones(48), np.zeros(48)])}
    b = {"one": np.zeros((3, 48))}
    row = differences(a, b, asked)["one"]
    assert row.seeds == (1.0, 1.0, 0.0)
    assert row.mean == pytest.approx(2 / 3)
    assert row.p == row.holm == pytest.approx(2 / 2**ISSUES)
    assert (row.low, row.high) == (0.0, 1.0)


def test_holm_corrects_the_tasks_and_leaves_their_mean_alone(asked: Questions):
    rows = differences(constant(1.0), constant(0.5), asked)
    assert rows["one"].holm == pytest.approx(2 * (rows["one"].p or 0))
    assert rows[MACRO].holm is None
    assert rows[MACRO].mean == 0.5


def test_an_arm_without_seeds_goes_with_all(asked: Questions):
    rows = differences(constant(1.0), constant(0.25, seeds=1), asked)
    assert rows["one"].seeds == (0.75, 0.75, 0.75)


def test_one_seed_has_the_paired_interval_by_issue(asked: Questions):
    values = (np.arange(48) % 5 == 0).astype(float)
    row = differences({"one": values[None]}, {"one": np.zeros((1, 48))}, asked)["one"]
    told = paired_difference(list(values), asked.tasks["one"].issues)
    assert (row.low, row.high, row.p) == (told.low, told.high, told.p)


def test_unscored_questions_are_left_out_and_never_zero(asked: Questions):
    some: list[float | None] = [None] * 24 + [1.0] * 24
    results = [studies.result("a", seed, asked, {"one": some}) for seed in (0, 1)]
    found = scores(results, asked)
    assert list(found) == ["one"]
    assert means(found, asked)["one"].mean == 1.0
    row = differences(found, {"one": np.zeros((2, 48))}, asked)["one"]
    assert (row.mean, row.low, row.high) == (1.0, 1.0, 1.0)


def test_styles_split_the_questions_by_their_issues(asked: Questions):
    seen = np.array([issue >= "issue03" for issue in asked.tasks["one"].issues])
    found = {"one": np.tile(seen.astype(float), (3, 1))}
    assert means(within(found, asked, {"ink"}), asked)["one"].mean == 1.0
    wash = means(within(found, asked, {"wash"}), asked)["one"]
    assert (wash.mean, wash.low, wash.high) == (0.0, 0.0, 0.0)


def test_the_same_scores_give_the_same_interval(asked: Questions):
    dice = np.random.default_rng(1)
    found = {"one": dice.integers(0, 2, (3, 48)).astype(float)}
    assert means(found, asked) == means({name: own.copy() for name, own in found.items()}, asked)
