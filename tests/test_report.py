import io
import json

import pytest
from benches import choice, describing, texts, write_bench
from rich.console import Console
from runs import choices, episode, info, write_run

from closeup import models
from closeup.cli import main
from closeup.evaluate import run
from closeup.geometry import Box
from closeup.models import Given
from closeup.report.summary import macro, summary
from closeup.report.terminal import comparison, percent, public, table
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
    raw = json.loads(json.dumps(public(runs[0]), allow_nan=False))
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
    assert "macro" in printed(table(runs[0]))


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
    run(
        bench,
        models.find("random", Given.of(bench)),
        tmp_path / "run",
        console=Console(file=io.StringIO()),
    )
    assert summary(Store.open(tmp_path / "run"))["depth_comparison"].clusters == 4


def test_the_tables_say_the_scores_and_put_runs_side_by_side(runs):
    one = printed(table(runs[0]))
    assert "oracle on" in one
    assert "depth_comparison" in one
    assert "100.0" in one
    both = printed(comparison(runs))
    line = next(line for line in both.splitlines() if "depth_comparison" in line)
    assert "50.0" in line
    assert line.endswith(f" {percent(summary(runs[1])['depth_comparison'].score)}")


def test_the_mean_of_the_tasks_weighs_each_the_same_and_counts_all(runs):
    told = macro(runs[1])
    scores = [row.score for row in summary(runs[1]).values()]
    assert told.score == pytest.approx(sum(scores) / 3)  # type: ignore[arg-type]
    assert (told.tasks, told.with_chance, told.n, told.replies) == (3, 2, 64, 64)
    assert told.low is None  # one task lies on one page
    line = next(line for line in printed(table(runs[1])).splitlines() if "mean of 3 tasks" in line)
    assert percent(told.score) in line


def test_the_mean_of_tasks_is_clustered_by_page_over_all_of_them(tmp_path):
    both = [choice(i, PAIR, "A", per_page=2) for i in range(40)]
    both += [choice(i, PAIR, "A", per_page=2, task="other") for i in range(40)]
    easy = [i // 2 % 2 == 0 for i in range(40)]  # both tasks are right on the same pages
    told = macro(write_run(tmp_path / "run", both, easy * 2))
    alone = summary(Store.open(tmp_path / "run"))["other"]
    assert (told.low, told.high) == pytest.approx((alone.low, alone.high), abs=0.01)


def test_epochs_are_averaged_within_their_question(tmp_path):
    questions = choices(8)
    with Store.create(tmp_path / "run", info(epochs=3)) as store:
        for number, question in enumerate(questions):
            store.put(question, episode(question, 1.0, epoch=0))
            if number:
                store.put(question, episode(question, 0.0, epoch=1, answer=None))
            store.fail(question, 2, "p", "the provider slept")
    row = summary(Store.open(tmp_path / "run"))["depth_comparison"]
    assert (row.n, row.unscored, row.replies, row.unparsed) == (8, 0, 15, 7)
    assert row.score == pytest.approx((1 + 7 * 0.5) / 8)
    assert row.unparsed_rate == pytest.approx(7 / 15)


def test_a_question_without_a_score_in_any_epoch_is_unscored(tmp_path):
    row = summary(write_run(tmp_path / "run", choices(8), [None, *[1.0] * 7]))["depth_comparison"]
    assert (row.n, row.unscored, row.score, row.replies) == (8, 1, 1.0, 7)


def test_the_table_fits_a_terminal_and_has_the_unparsed_beside_the_score(tmp_path):
    made = choices(8, task="panel_understanding_choice") + choices(8, task="other")
    run = write_run(tmp_path / "run", made, [None, *[1.0] * 15])
    narrow = Console(file=io.StringIO(), width=80)
    narrow.print(table(run))
    text = narrow.file.getvalue()  # type: ignore[attr-defined]
    assert "…" not in text
    assert "parsed" in text


NAMES = ["openai:gpt-4o-2024-11-20", "gemini:gemini-2.5-pro", "http://host/v1#Qwen2.5-VL-7B"]


@pytest.mark.parametrize("count", [2, 3, 6, 30])
def test_runs_side_by_side_are_told_apart_at_80_columns(tmp_path, count):
    made = choices(2110, task="panel_understanding_choice")
    runs = []
    for i in range(count):
        own = made[: 2110 - 2000 * (i == 1)]
        model = NAMES[i % 2]  # also several runs of one model
        runs.append(write_run(tmp_path / f"run{i}", own, [True] * len(own), model=model))
    narrow = Console(file=io.StringIO(), width=80)
    narrow.print(comparison(runs))
    lines = narrow.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert max(map(len, lines)) <= 80
    assert "…" not in "".join(lines)
    for i, name in enumerate([*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "A2", "B2", "C2", "D2"][:count]):
        found = [at for at, line in enumerate(lines) if line.startswith(f"{name}: {NAMES[i % 2]},")]
        assert len(found) == 1
        assert f"run{i}" in "".join(lines[found[0] : found[0] + 3])
    assert any(
        line.split() == ["questions", *["2110", "110", "2110", "2110"][:count]] for line in lines
    )


def test_what_is_unscored_or_unparsed_stands_below_the_score(tmp_path):
    made = choices(8)
    with Store.create(tmp_path / "a", info()) as store:
        for question in made:
            store.put(question, episode(question, 0.0, answer=None))
    other = write_run(tmp_path / "b", made, [None, None, *[1.0] * 6])
    text = printed(comparison([Store.open(tmp_path / "a"), other]))
    rows = [line.split() for line in text.splitlines()]
    assert ["unscored", "questions", "0", "2"] in rows
    assert ["unparsed,", "%", "100.0", "0.0"] in rows


def test_the_mean_of_one_task_is_not_shown(tmp_path):
    made = choices(8) + choices(8, task="other")
    run = write_run(tmp_path / "run", made, [None] * 8 + [1.0] * 8)
    assert "mean of" not in printed(table(run))


def test_full_json_has_the_run_the_tasks_and_their_mean(runs):
    raw = json.loads(json.dumps(public(runs[0], full=True), allow_nan=False))
    assert list(raw) == ["run", "tasks", "macro"]
    assert raw["tasks"]["depth_comparison"]["unparsed"] == 0
    assert raw["run"]["model"] == "oracle"


def verb(capsys, *words):
    main([str(word) for word in words])
    return capsys.readouterr().out


def test_the_verbs_print_tables_and_json(runs, capsys):
    one, two = (run.folder for run in runs)
    assert "oracle" in verb(capsys, "report", one, "--cluster", "issue")
    looked = verb(capsys, "report", one, "--zoom")
    assert "where it looked" in looked
    assert "Among episodes with a call" in looked
    full = json.loads(verb(capsys, "report", one, two, "--json", "--full", "--zoom"))
    assert [list(row) for row in full] == [["run", "tasks", "macro", "zoom"]] * 2
    told = json.loads(verb(capsys, "compare", two, one, "--json"))
    assert list(told) == ["tasks", "mean", "notes"]
    assert told["tasks"]["depth_comparison"]["difference"] > 0
    assert "gain" in verb(capsys, "compare", two, one)
    assert json.loads(verb(capsys, "power", two, one, "--json"))["difference"] == 0.03
    assert "to see 5 points" in verb(capsys, "power", two, "--points", 5)


@pytest.mark.parametrize(
    "words",
    [
        ["compare", "{0}", "nowhere"],
        ["power", "{0}", "--points", "0"],
        ["report", "{0}", "--full"],
        ["report", "{0}", "--zoom", "--json"],
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(runs, capsys, words):
    with pytest.raises(SystemExit) as stopped:
        main([word.format(runs[0].folder) for word in words])
    assert stopped.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
