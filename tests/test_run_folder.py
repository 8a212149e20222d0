import json
import math

import pytest

from closeup.records import CloseupError
from closeup.training.recipe import Recipe
from closeup.training.run_folder import MARK, RunFolder


def recipe(**changes):
    raw = {
        "regime": "sft",
        "model": "tiny",
        "data": {"bench": "bench"},
        "train": {"steps": 100, "learning_rate": 1e-3, "keep": 1},
    }
    for name, value in changes.items():
        table, _, field = name.partition("__")
        if field:
            raw.setdefault(table, {})[field] = value
        else:
            raw[table] = value
    return Recipe.parse(json.dumps(raw), "test")


def checkpoint(folder, step, keep=1):
    """Write a checkpoint as a trainer would."""
    folder.checkpoint(step).mkdir(parents=True)
    (folder.checkpoint(step) / "model.safetensors").write_text("weights")
    folder.mark(step, keep)


def begun(path, steps=(), rows=0):
    """A run that was killed after some checkpoints and rows."""
    with RunFolder.begin(path, recipe()) as folder:
        for step in steps:
            checkpoint(folder, step, keep=9)
        for step in range(1, rows + 1):
            folder.append({"step": step, "loss": 1 / step})
    return folder


def test_the_recipe_stands_in_the_folder_with_every_default(tmp_path):
    folder = begun(tmp_path / "run")
    assert folder.recipe == recipe()
    assert json.loads((tmp_path / "run/recipe.json").read_text())["alarm"]["window"] == 20


def test_a_row_is_a_line_of_json_with_its_step_first_and_null_for_what_is_no_number(tmp_path):
    with RunFolder.begin(tmp_path, recipe()) as folder:
        folder.append({"step": 1, "loss": math.nan, "look/calls": 0.5})
        lines = (tmp_path / "metrics.jsonl").read_text()  # read while the run goes on
    assert lines == '{"step":1,"loss":null,"look/calls":0.5}\n'
    assert folder.metrics() == [{"step": 1, "loss": None, "look/calls": 0.5}]


def test_rows_after_the_last_checkpoint_are_dropped_when_a_run_is_taken_up(tmp_path):
    begun(tmp_path, steps=(2, 4), rows=6)
    assert len(RunFolder(tmp_path).metrics()) == 6
    with RunFolder.begin(tmp_path, recipe()) as folder:
        assert folder.last() == 4
        assert [row["step"] for row in folder.metrics()] == [1, 2, 3, 4]
        folder.append({"step": 5, "loss": 0.0})
    assert [row["step"] for row in folder.metrics()] == [1, 2, 3, 4, 5]
    assert [row["step"] for row in folder.metrics(until=2)] == [1, 2]


def test_without_a_checkpoint_a_run_begins_anew(tmp_path):
    begun(tmp_path, rows=3)
    with RunFolder.begin(tmp_path, recipe()) as folder:
        assert folder.last() is None
        assert folder.metrics() == []


def test_a_row_that_was_half_written_is_no_row(tmp_path):
    begun(tmp_path, steps=(3,), rows=3)
    with (tmp_path / "metrics.jsonl").open("a") as out:
        out.write('{"step": 4, "lo')
    assert len(RunFolder(tmp_path).metrics()) == 3
    with RunFolder.begin(tmp_path, recipe()) as folder:
        folder.append({"step": 4})
        assert [row["step"] for row in folder.metrics()] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("no json", "metrics.jsonl:1: not readable as JSON"),
        ("[1]", 'need an object with "step", a whole number'),
        ('{"step": 1.5}', 'need an object with "step", a whole number'),
        ('{"step": 1, "loss": "low"}', "'loss': 'low': need a number or null"),
        ('{"step": 1, "loss": true}', "'loss': True: need a number or null"),
    ],
)
def test_a_row_that_is_none_of_ours_is_refused_with_its_line(tmp_path, line, told):
    (tmp_path / "metrics.jsonl").write_text(line + "\n")
    with pytest.raises(CloseupError) as error:
        RunFolder(tmp_path).metrics()
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_a_checkpoint_without_its_mark_is_none_and_is_removed(tmp_path):
    begun(tmp_path, steps=(2,))
    torn = RunFolder(tmp_path).checkpoint(4)
    torn.mkdir()
    (torn / "model.safetensors").write_text("half")
    assert list(RunFolder(tmp_path).checkpoints()) == [2]
    with RunFolder.begin(tmp_path, recipe()) as folder:
        assert folder.last() == 2
    assert not torn.exists()


def test_the_last_checkpoint_and_so_many_before_it_are_kept(tmp_path):
    with RunFolder.begin(tmp_path, recipe()) as folder:
        for step in (2, 4, 10):
            checkpoint(folder, step, keep=1)
        assert list(folder.checkpoints()) == [4, 10]
        assert not folder.checkpoint(2).exists()
        assert (folder.checkpoint(10) / MARK).is_file()


def test_steps_are_ordered_as_numbers_and_what_is_named_otherwise_is_let_be(tmp_path):
    begun(tmp_path, steps=(100, 20, 9))
    other = tmp_path / "checkpoints/step-mine"
    other.mkdir()
    with RunFolder.begin(tmp_path, recipe()) as folder:
        assert list(folder.checkpoints()) == [9, 20, 100]
    assert other.is_dir()


def test_two_trainings_cannot_share_a_folder(tmp_path):
    with (
        RunFolder.begin(tmp_path, recipe()),
        pytest.raises(CloseupError, match="another closeup is training here"),
    ):
        RunFolder.begin(tmp_path, recipe())
    RunFolder.begin(tmp_path, recipe()).close()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"model": "other"}, 'model: a run with "tiny", not "other": choose another folder'),
        ({"train__learning_rate": 1e-4}, "train.learning_rate: a run with 0.001, not 0.0001"),
        ({"train__steps": 50}, "train.steps: a run with 100, not 50: the steps of a run may only"),
        ({"lora": {}}, "lora: a run with nothing, not {"),
        ({"data__tasks": {"depth": 1.0}}, "data.tasks.depth: a run with nothing, not 1.0"),
        ({"look__tools": ["zoom_in"]}, 'look.tools: a run with [], not ["zoom_in"]'),
    ],
)
def test_a_folder_of_another_recipe_is_refused_with_the_first_field(tmp_path, changes, told):
    begun(tmp_path, steps=(1,), rows=3)
    with pytest.raises(CloseupError) as error:
        RunFolder.begin(tmp_path, recipe(**changes))
    assert f"recipe.json: {told}" in str(error.value)
    assert "\n" not in str(error.value)
    assert RunFolder(tmp_path).recipe == recipe()
    assert len(RunFolder(tmp_path).metrics()) == 3  # nothing was touched


def test_what_may_change_does_and_then_stands_in_the_folder(tmp_path):
    begun(tmp_path)
    new = recipe(
        report_to=["tensorboard"],
        alarm={"stop": True},
        train__steps=200,
        train__keep=5,
        train__checkpoint_minutes=1.0,
    )
    RunFolder.begin(tmp_path, new).close()
    assert RunFolder(tmp_path).recipe == new


def test_a_folder_of_something_else_is_refused_and_left_as_it_was(tmp_path):
    (tmp_path / "run.sqlite").write_text("an evaluation")
    with pytest.raises(CloseupError, match=r"holds 'run.sqlite' and no recipe.json: choose"):
        RunFolder.begin(tmp_path, recipe())
    assert [path.name for path in tmp_path.iterdir()] == ["run.sqlite"]


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "run").write_text("")
    with pytest.raises(CloseupError, match="run: File exists"):
        RunFolder.begin(tmp_path / "run", recipe())


def test_the_finished_model_is_there_at_once_or_not_at_all(tmp_path):
    def finish(text):
        with folder.finishing() as out:
            (out / "model.safetensors").write_text(text)
            if text == "half":
                raise KeyboardInterrupt

    with RunFolder.begin(tmp_path, recipe()) as folder:
        with pytest.raises(KeyboardInterrupt):
            finish("half")
        assert not folder.final.exists()
        finish("first")
        finish("second")
        assert (folder.final / "model.safetensors").read_text() == "second"
        assert not list(tmp_path.glob("*.partial"))
