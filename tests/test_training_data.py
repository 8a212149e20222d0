"""What is learned, and in which order."""

from collections import Counter
from pathlib import Path

import pytest
from trainable import build_bench

from closeup.bench import Bench, Entry
from closeup.records import CloseupError
from closeup.synthetic.artist import style_of
from closeup.training import data
from closeup.training.recipe import Data, Recipe


@pytest.fixture(scope="module")
def bench(tmp_path_factory) -> Bench:
    tasks = ("action_recognition", "character_counting")
    return build_bench(tmp_path_factory.mktemp("train") / "bench", pages=8, tasks=tasks)


def of(bench: Bench, **fields) -> Data:
    return Data(bench=str(bench.path), **fields)


def recipe(bench: Bench, steps: int, **fields) -> Recipe:
    train = {"steps": steps, "batch": 8, "learning_rate": 1e-3}
    raw = {"regime": "sft", "model": "x", "data": of(bench).model_dump(), "train": train} | fields
    return Recipe.model_validate(raw)


def test_a_run_asks_one_question_an_example_and_one_a_group(bench):
    assert len(data.questions(recipe(bench, 3))) == 24
    groups = {"group": 4, "completion_tokens": 10}
    assert len(data.questions(recipe(bench, 3, regime="grpo", rollouts=groups))) == 6


def test_a_longer_run_begins_with_the_questions_of_a_shorter_one(bench):
    short, long = (data.questions(recipe(bench, steps)) for steps in (2, 4))
    assert long[: len(short)] == short


def test_another_seed_is_another_order(bench):
    assert data.questions(recipe(bench, 4)) != data.questions(recipe(bench, 4, seed=1))


def test_every_question_of_a_task_is_asked_before_one_is_asked_again(bench):
    pool = {"character_counting": data.pool(of(bench), bench)["character_counting"]}
    asked = data.order(pool, {}, 2 * len(pool["character_counting"]), 0)
    half = len(asked) // 2
    assert {e.id for e in asked[:half]} == {e.id for e in asked[half:]}
    assert len({e.id for e in asked[:half]}) == half
    assert asked[:half] != asked[half:]


def test_tasks_are_asked_by_their_shares(bench):
    pool = data.pool(of(bench), bench)
    asked = data.order(pool, {"action_recognition": 3, "character_counting": 1}, 2000, 0)
    counts = Counter(entry.task for entry in asked)
    assert counts["action_recognition"] / 2000 == pytest.approx(0.75, abs=0.03)


def test_shares_hold_for_a_task_that_is_rare_and_on_many_pages():
    def entries(task, count):
        return [Entry(f"{task}/{i}", task, "train", f"page{i % 90}", i) for i in range(count)]

    pool = {"common": entries("common", 900), "rare": entries("rare", 10)}
    counts = Counter(entry.task for entry in data.order(pool, {}, 2000, 0))
    assert counts["rare"] / 2000 == pytest.approx(0.5, abs=0.05)


def test_questions_of_a_page_stand_near_each_other():
    pool = {"one": [Entry(f"{i}", "one", "train", f"page{i % 320}", i) for i in range(3200)]}
    asked = data.order(pool, {}, 3200, 0)
    assert len({entry.id for entry in asked}) == 3200
    for start in range(0, 3200, 320):
        assert len({entry.page for entry in asked[start : start + 320]}) == data.WINDOW


def test_styles_that_are_left_out_do_not_occur(bench):
    styles = {style_of(number).name for number in (0, 1)}
    out = min(styles)
    left = data.pool(of(bench, without_styles=(out,)), bench)
    seen = {
        style_of(int(entry.page.split("/")[1])).name
        for entries in left.values()
        for entry in entries
    }
    assert seen == styles - {out}


def test_a_limit_takes_the_first_of_each_task(bench):
    some, every = (data.pool(of(bench, limit=limit), bench) for limit in (3, None))
    assert {task: entries[:3] for task, entries in every.items()} == some


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"without_styles": ("oils",)}, "without_styles: 'oils': need one of"),
        ({"tasks": {"depth_comparison": 1}}, "no training question of task 'depth_comparison'"),
        ({"tasks": {"dreaming": 1}}, "task 'dreaming': need one of"),
        ({"tasks": {"action_recognition": 0}, "limit": 1}, None),
    ],
)
def test_what_cannot_be_learned_is_refused_in_one_line(bench, fields, rule):
    if rule is None:
        assert data.pool(of(bench, **fields), bench)
        return
    with pytest.raises(CloseupError) as told:
        data.pool(of(bench, **fields), bench)
    assert rule in str(told.value)
    assert "\n" not in str(told.value)


def test_test_pages_are_refused(tmp_path: Path):
    tests = build_bench(tmp_path / "bench", 1_000_000, 4, ("character_counting",))
    with pytest.raises(CloseupError, match="no pages to train on, only test pages"):
        data.pool(of(tests), tests)


def test_pages_of_test_seeds_are_refused_in_whatever_dataset_they_come(tmp_path: Path):
    tests = build_bench(tmp_path / "tests", 1_000_000, 8, ("character_counting",))
    pages = tmp_path / "pages"
    (tests.path / "images").rename(pages.mkdir() or pages / "images")
    (tests.path / "pages.jsonl").rename(pages / "pages.jsonl")
    from closeup.build.build import build
    from closeup.build.datasets import open_dataset

    again = open_dataset("closeup_json", pages, None, 0, None, False)
    build(again, tmp_path / "bench", tasks=("character_counting",))
    bench = Bench.open(tmp_path / "bench")
    with pytest.raises(CloseupError, match="a page of a test seed"):
        data.pool(of(bench), bench)
