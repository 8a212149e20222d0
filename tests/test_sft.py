"""Supervised fine-tuning, by the real trainer."""

import signal
import subprocess
import sys
import time

import orjson
import pupils
import pytest
import torch
from safetensors.torch import load_file

from closeup.ask import Setting
from closeup.message import Message
from closeup.models import Given, find
from closeup.models.told import Told
from closeup.records import CloseupError
from closeup.teach import teach
from closeup.training import learner, sft
from closeup.training.lessons import Lessons
from closeup.training.recipe import Recipe
from closeup.training.run_folder import MARK, METRICS, RunFolder

CLOCK = ("seconds", "speed", "memory")
"""Measures that no two runs share."""


def recipe(**tables) -> Recipe:
    raw = pupils.recipe("qwen25", pupils.warm("qwen25"), **tables).model_dump()
    raw |= {"regime": "sft", "rollouts": None, "rewards": None}
    raw["train"] |= {"steps": 4, "batch": 4, "micro_batch": 2, "checkpoint_minutes": 1e-9}
    return Recipe.model_validate(raw)


def rows(out):
    read = [orjson.loads(line) for line in (out / METRICS).read_bytes().splitlines()]
    return [{k: v for k, v in row.items() if k.partition("/")[0] not in CLOCK} for row in read]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    out = tmp_path_factory.mktemp("sft") / "run"
    sft.run(recipe(), out)
    return out


def test_solutions_are_learned_and_every_step_is_measured(whole):
    assert [row["step"] for row in rows(whole)] == [1, 2, 3, 4]
    assert rows(whole)[-1]["loss"] < rows(whole)[0]["loss"]


def test_a_finished_model_says_how_it_was_taught_to_be_asked(whole):
    told = Told.read(str(whole / "final"))
    assert told.pixels == recipe().look.pixels
    model = find(f"hf:{whole / 'final'}", Given.of(pupils.bench()))
    assert (model.grid, model.resolution.pixels) == (told.grid or "pixel", told.pixels)


def test_a_killed_run_goes_on_as_though_nothing_had_been(whole, tmp_path):
    out, file = tmp_path / "run", tmp_path / "recipe.json"
    file.write_text(recipe().to_json())
    code = (
        "import sys; from pathlib import Path; from closeup.training import sft;"
        "from closeup.training.recipe import Recipe;"
        "sft.run(Recipe.parse(Path(sys.argv[1]).read_text(), 'recipe'), Path(sys.argv[2]))"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(file), str(out)])
    while process.poll() is None and not RunFolder(out).checkpoints().get(2):
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    for step, path in RunFolder(out).checkpoints().items():
        if step > 2:  # it may have been quicker than the signal
            (path / MARK).unlink()
    sft.run(recipe(), out)
    assert rows(out) == rows(whole)
    mine, other = (load_file(run / "final" / "model.safetensors") for run in (out, whole))
    assert all(torch.equal(mine[name], other[name]) for name in other)


@pytest.fixture(scope="module")
def taught(tmp_path_factory):
    """Trajectories of the scripted teacher, asked as the student will be."""
    bench, student = pupils.bench(), learner.load(recipe())
    out = tmp_path_factory.mktemp("taught") / "run"
    options = {"grid": student.grid, "pixels": student.resolution.pixels, "multiple": 28}
    teach(bench, find("teacher", Given.of(bench, **options)), out, setting=student.setting)
    return out


def test_trajectories_are_learned_with_what_the_tools_gave(taught):
    asked = recipe(data={"trajectories": str(taught)})
    bench = pupils.bench()
    lessons = Lessons(asked, bench, learner.load(asked))
    assert len(lessons) == 16
    roles = [message.role for message in lessons[0]]
    assert roles == ["system", "user", "assistant", "tool", "assistant"]
    assert "<tool_call>" in lessons[0][2].text
    assert "<answer>" in lessons[0][-1].text


def test_bare_solutions_are_one_turn(taught):
    lessons = Lessons(recipe(), pupils.bench(), learner.load(recipe()))
    assert isinstance(lessons[0][-1], Message)
    assert [message.role for message in lessons[0]] == ["system", "user", "assistant"]


def test_trajectories_of_another_way_of_asking_are_refused(taught):
    asked = recipe(data={"trajectories": str(taught)}, look={"crop_pixels": 12_544 * 4})
    with pytest.raises(CloseupError, match="crop pixels: taught with"):
        Lessons(asked, pupils.bench(), learner.load(asked))


def test_a_folder_of_no_trajectories_is_refused(tmp_path):
    asked = recipe(data={"trajectories": str(tmp_path)})
    with pytest.raises(CloseupError):
        Lessons(asked, pupils.bench(), learner.load(asked))
    assert Setting().tools == {}
