"""The tables and curves of results by hand."""

from pathlib import Path

import pytest
import studies

from closeup.records import CloseupError
from closeup.study import curves, report, tables
from closeup.study.questions import Questions
from closeup.study.result import Looked, Result, Stage
from closeup.study.study import Study

ARMS = """
[[arms]]
name = "base"
model = "random"
[[arms]]
name = "RL"
model = "weights"
recipes = ["rl.toml"]
tools = ["zoom_in"]
[[arms]]
name = "count only"
note = "paid for looking alone"
model = "weights"
recipes = ["rl.toml"]
seeds = [0]
exploratory = true
[[compare]]
a = "RL"
b = "base"
[[compare]]
a = "count only"
b = "base"
[[compare]]
a = "count only"
b = "RL"
"""
STAGE = Stage(
    recipe="rl.toml",
    regime="grpo",
    steps=100,
    samples=1600,
    seconds=600.0,
    alarms={"calls": 40},
    curve={"samples": (800.0, 1600.0), "look/calls": (0.5, 1.5)},
)


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Two main arms, the trained one with three seeds, and an exploratory one."""
    study = Study.load(studies.write(tmp_path, ARMS, seeds="[0, 1, 2]", unseen_styles='["wash"]'))
    issues = [f"issue{n:02}" for n in range(10)]
    asked = studies.questions(
        {task: [(f"{name}/1", name, 2) for name in issues] for task in ("one", "two")},
        **{name: "wash" if n < 2 else "ink" for n, name in enumerate(issues)},
    )
    home = Path(study.results)
    asked.write(home)
    half = {"one": [0.0, 1.0] * 10, "two": [0.0, 1.0] * 10}
    looked = {"all": Looked(episodes=40, calls=1.5, call_rate=0.75, covered=0.5, iou=0.25)}
    studies.result("base", 0, asked, half).write(home / "base/0.json")
    for seed, two in enumerate(([1.0] * 20, [1.0] * 20, [0.0] * 20)):
        scores = {"one": [1.0] * 20, "two": two}
        made = studies.result("RL", seed, asked, scores, [STAGE])
        made.model_copy(update={"looked": looked}).write(home / f"RL/{seed}.json")
    made = studies.result("count only", 0, asked, half, [STAGE])
    made.model_copy(update={"looked": looked}).write(home / "count only/0.json")
    return study


def cells(text: str, begin: str) -> list[list[str]]:
    """The rows whose first cell is this."""
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in text.splitlines()]
    return [row[1:] for row in rows if row[0] == begin]


def test_accuracy_stands_by_arm_and_task_with_chance(study: Study):
    told = report.report(study)
    main = told.partition("### Exploratory")[0]
    assert [row[0] for row in cells(main, "RL")][:1] == ["3"]
    one, two, mean = cells(main, "RL")[0][1:]
    assert (one, two.split()[0], mean.split()[0]) == ("100.0 (100–100)", "66.7", "83.3")
    assert cells(main, "chance")[0] == ["", "25.0", "25.0", "25.0"]
    assert cells(main, "questions")[0] == ["", "20", "20", "40"]
    assert cells(main, "base")[0][0] == "–"


def test_a_named_mean_has_a_column_and_a_row(study: Study):
    file = next(Path(study.results).glob("questions-*.json"))
    asked = Questions.parse(file.read_text(), str(file))
    few = asked.tasks["one"].model_copy(update={"chance": None, "clusters": (("a/1", "a", 3),)})
    more = asked.model_copy(update={"tasks": {**asked.tasks, "zero": few}})
    file.write_text(more.to_json())
    told = report.report(
        study.model_copy(update={"means": {"hard": ("two", "zero"), "easy": ("one", "two")}})
    )
    assert cells(told, "chance")[0] == ["", "25.0", "25.0", "–", "25.0*", "25.0", "25.0*"]
    assert cells(told, "questions")[0] == ["", "20", "20", "3", "23", "40", "43"]
    row = [cell.split()[0] for cell in cells(told, "RL")[0]]
    assert row == ["3", "100.0", "66.7", "–", "–", "83.3", "83.3"]  # nobody was asked "zero"
    assert [row[0] for row in cells(told, "easy")] == [row[0] for row in cells(told, "mean")]


@pytest.mark.parametrize(
    ("name", "tasks", "problem"),
    [
        ("hard", ("one", "three"), "means.hard: 'three': the test has no such task"),
        ("one", ("one", "two"), "means.one: need another name"),
    ],
)
def test_a_mean_that_cannot_be_is_refused(
    study: Study, name: str, tasks: tuple[str, ...], problem: str
):
    with pytest.raises(CloseupError, match=problem):
        report.report(study.model_copy(update={"means": {name: tasks}}))


def test_differences_tell_each_seed_its_interval_and_both_p_values(study: Study):
    main = report.report(study).partition("### Exploratory")[0]
    one = next(row for row in cells(main, "one") if len(row) == 7)
    assert one == ["+50.0", "+50.0 to +50.0", "+50.0", "+50.0", "+50.0", ".002", ".004"]
    two = next(row for row in cells(main, "two") if len(row) == 7)
    assert two[:5] == ["+16.7", "-50.0 to +50.0", "+50.0", "+50.0", "-50.0"]
    assert "RL − base" in main
    assert "**3 seeds are weak evidence" in main
    assert "in 25 % of cases" in main


def test_what_crops_show_is_told_task_by_task_where_there_are_tools(study: Study):
    file = Path(study.results) / "RL/0.json"
    one = Looked(episodes=20, calls=1.0, call_rate=0.5, covered=0.8, iou=0.5)
    none = one.model_copy(update={"call_rate": 0.0, "covered": None, "iou": None})
    made = Result.read(file)
    looked = {**made.looked, "one": one, "two": none}
    made.model_copy(update={"looked": looked}).write(file)
    told = report.report(study).partition("### Where they look")[2]
    assert cells(told, "covered, %")[0] == ["one", "two"]
    assert cells(told, "RL")[1] == ["40.0", "0.0"]
    assert not any(len(row) == 2 for row in cells(told, "base"))


def test_three_seeds_are_called_weak_only_once_they_are_there(study: Study):
    (Path(study.results) / "RL/2.json").unlink()
    assert "**2 seeds are weak evidence" in report.report(study)


def test_styles_never_seen_stand_apart(study: Study):
    told = report.report(study)
    assert "never seen: wash" in told
    assert cells(told, "base")[1][0].startswith("50.0")
    assert cells(told, "RL − base")[0][0].startswith("+33.3")


def test_exploratory_arms_have_tables_of_their_own(study: Study):
    main, _, other = report.report(study).partition("### Exploratory arms")
    assert "count only" not in main
    assert "- count only: paid for looking alone" in other
    assert "count only − base" in other


def test_two_arms_are_compared_over_the_seeds_that_both_have(study: Study):
    other = report.report(study).partition("count only − RL")[2]
    assert other.splitlines()[0].split("|")[3].strip() == "seed 0"
    assert cells(other, "two")[0][:3] == ["-50.0", "–", "-50.0"]


def test_looking_and_cost_are_told_of_all(study: Study):
    told = report.report(study)
    looked = next(row for row in cells(told, "RL") if row[0] == "zoom_in")
    assert looked == ["zoom_in", "1.50", "75.0", "37.5", "18.8", "0.0", "0"]  # 0 without a call
    cost = next(row for row in cells(told, "RL") if row[0] == "weights")
    assert cost[1:] == ["rl", "100", "1,600 episodes", "10.0", "2.67", "calls from step 40"]


def test_a_comparison_tells_whether_both_have_learned_from_as_much(study: Study):
    main, _, other = report.report(study).partition("### Exploratory arms")
    told = "RL has learned from 1,600 episodes, base from nothing: **not the same budget**."
    assert told in main
    assert "Both have learned from as much, 1,600 episodes." in other


def test_what_an_arm_starts_from_counts_as_its_own(tmp_path: Path):
    arms = """
    [[arms]]
    name = "SFT"
    model = "weights"
    recipes = ["sft.toml"]
    [[arms]]
    name = "RARL"
    after = "SFT"
    recipes = ["one.toml", "two.toml"]
    """
    study = Study.load(studies.write(tmp_path, arms))
    asked = studies.questions({"one": [("p", "i", 1)]})
    sft = STAGE.model_copy(update={"regime": "sft", "samples": 500})
    results = {
        "SFT": [studies.result("SFT", 0, asked, {"one": [1.0]}, [sft])],
        "RARL": [studies.result("RARL", 0, asked, {"one": [1.0]}, [STAGE, STAGE])],
    }
    assert tables.learned("SFT", study, results) == {"examples": 500}
    assert tables.learned("RARL", study, results) == {"examples": 500, "episodes": 3200}


def test_results_of_other_questions_are_left_out_and_named(study: Study):
    asked = studies.questions({"one": [("p", "i", 1)]}).model_copy(update={"bench": "other"})
    studies.result("RL", 2, asked, {"one": [1.0]}).write(Path(study.results) / "RL/2.json")
    told = report.report(study)
    assert "Left out, for it was asked other questions: RL, seed 2." in told
    assert cells(told, "RL")[0][0] == "2"


def test_what_is_missing_is_named(study: Study):
    (Path(study.results) / "RL/1.json").unlink()
    assert "Not yet done: RL, seed 1." in report.report(study)


def test_curves_are_thinned_to_means_over_samples():
    rows = [{"step": step, "look/calls": float(step), "other": 1.0} for step in range(1, 121)]
    found = curves.thinned(rows, batch=16)
    assert list(found) == ["samples", "look/calls"]
    assert len(found["samples"]) == curves.MOST
    assert found["samples"][0] == 32
    assert found["look/calls"][0] == 1.5
    assert found["samples"][-1] == 120 * 16


def test_seconds_count_rows_for_the_steps_they_stand_for():
    rows = [{"step": 10, "seconds/step": 2.0}, {"step": 15, "seconds/step": 4.0, "alarm/calls": 1}]
    assert curves.seconds(rows) == 40.0
    assert curves.alarms(rows) == {"calls": 15}


def test_stages_follow_each_other_in_a_curve(study: Study):
    asked = studies.questions({"one": [("p", "i", 1)]})
    two = studies.result("RL", 0, asked, {"one": [1.0]}, [STAGE, STAGE])
    assert curves.points(two, "look/calls") == [(800, 0.5), (1600, 1.5), (2400, 0.5), (3200, 1.5)]
    assert set(curves.drawn({"RL": [two]})) == {"calls"}
