import io
import json

import pytest
from benches import choice, describing, texts, write_bench
from rich.console import Console

from closeup import models
from closeup.models import Given
from closeup.evaluate import run
from closeup.geometry import Box
from closeup.report.summary import summary
from closeup.report.terminal import as_json, comparison, percent, table
from closeup.store import Store

PAIR = [Box(0, 0, 50, 50), Box(60, 60, 90, 90)]


@pytest.fixture
def runs(tmp_path):
    """The oracle's run and the random model's, of two comparisons a page and some texts."""
    made = [choice(i, PAIR, "AB"[i % 2], per_page=2) for i in range(40)]
    made += [texts(i, ["runs", "sits"], "AB"[i % 2]) for i in range(40, 60)]
    made += [describing(i, ["a dog runs"]) for i in range(60, 64)]
    bench = write_bench(tmp_path / "bench", made)
    for name in ("oracle", "random"):
        model = models.find(name, Given.of(bench))
        run(bench, model, tmp_path / name, console=Console(file=io.StringIO()))
    return [Store.open(tmp_path / name) for name in ("oracle", "random")]


def printed(thing):
    console = Console(file=io.StringIO(), width=160)
    console.print(thing)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_the_json_has_every_task_with_these_keys_and_null_where_unknown(runs):
    raw = json.loads(as_json(runs[0]))
    assert list(raw) == ["action_recognition", "depth_comparison", "panel_understanding"]
    row = raw["depth_comparison"]
    assert list(row) == ["n", "unscored", "score", "chance", "corrected", "low", "high"]
    assert {key: row[key] for key in ("n", "unscored", "score", "chance", "corrected")} == {
        "n": 40,
        "unscored": 0,
        "score": 1.0,
        "chance": 0.5,
        "corrected": 1.0,
    }
    assert 0.8 < row["low"] < row["high"] == 1.0
    text = raw["panel_understanding"]
    assert (text["chance"], text["corrected"]) == (None, None)
    assert (text["low"], text["high"]) == (None, None)  # all on one page


def test_macro_f1_stands_beside_the_score_where_answers_are_classes(runs):
    rows = summary(runs[0])
    assert rows["depth_comparison"].macro_f1 == 1.0
    assert rows["panel_understanding"].macro_f1 is None
    assert rows["depth_comparison"].clusters == 20
    assert "macro-F1" in printed(table(runs[0]))


def test_a_guess_is_about_0_once_chance_is_taken_off(runs):
    row = summary(runs[1])["depth_comparison"]
    assert row.score is not None
    assert row.low is not None
    assert row.high is not None
    assert row.corrected == pytest.approx((row.score - 0.5) / 0.5)
    assert row.low < 0.5 < row.high


def test_questions_over_several_pages_are_clustered_by_issue(tmp_path):
    made = [choice(i, PAIR, "A", per_issue=10, per_page=2) for i in range(40)]
    two = made[0].views[0].model_copy(update={"page": "page0001"})
    made[0] = made[0].model_copy(update={"views": (*made[0].views, two)})
    bench = write_bench(tmp_path / "bench", made)
    run(bench, models.find("random", Given.of(bench)), tmp_path / "run", console=Console(file=io.StringIO()))
    assert summary(Store.open(tmp_path / "run"))["depth_comparison"].clusters == 4


def test_the_tables_say_the_scores_and_put_runs_side_by_side(runs):
    one = printed(table(runs[0]))
    assert "oracle on" in one
    assert "depth_comparison" in one
    assert "100.0" in one
    both = printed(comparison(runs))
    line = next(line for line in both.splitlines() if "depth_comparison" in line)
    assert "50.0" in line
    assert f" {percent(summary(runs[1])['depth_comparison'].score)} " in line
