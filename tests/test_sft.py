"""Supervised fine-tuning, by the real trainer."""

import os
import shutil
import signal
import subprocess
import sys
import time

import orjson
import pupils
import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForImageTextToText

from closeup.ask import Setting
from closeup.geometry import View
from closeup.message import Message
from closeup.models import Given, find
from closeup.models.told import Told
from closeup.records import CloseupError
from closeup.teach import teach
from closeup.training import keeping, learner, sft
from closeup.training.lessons import Lessons
from closeup.training.recipe import Recipe
from closeup.training.run_folder import CHECKPOINTS, MARK, METRICS, RunFolder

pytestmark = pytest.mark.filterwarnings("ignore:.*is deprecated and will be removed:FutureWarning")
CLOCK = ("seconds", "speed", "memory")
"""Measures that no two runs share."""
CODE = (
    "import os, sys; from accelerate import PartialState; from pathlib import Path;"
    "from closeup.training import sft; from closeup.training.recipe import Recipe;"
    "sft.run(Recipe.parse(Path(sys.argv[1]).read_text(), 'recipe'), Path(sys.argv[2]));"
    "assert PartialState().num_processes == int(os.environ.get('WORLD_SIZE', '1'))"
)


def recipe(kind: str = "qwen25", **tables) -> Recipe:
    raw = pupils.recipe(kind, pupils.bare(kind)).model_dump()
    raw |= {"regime": "sft", "rollouts": None, "rewards": None}
    raw["train"] |= {"steps": 4, "batch": 4, "micro_batch": 2, "checkpoint_minutes": 1e-9}
    for name, table in tables.items():
        raw[name] = (raw[name] or {}) | table
    return Recipe.model_validate(raw)


def weights(out):
    return load_file(out / "final" / "model.safetensors")


def same(mine, other) -> bool:
    return mine.keys() == other.keys() and all(torch.equal(mine[n], other[n]) for n in other)


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
    process = subprocess.Popen([sys.executable, "-c", CODE, str(file), str(out)])
    while process.poll() is None and not RunFolder(out).checkpoints().get(2):
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    for step, path in RunFolder(out).checkpoints().items():
        if step > 2:  # it may have been quicker than the signal
            (path / MARK).unlink()
    sft.run(recipe(), out)
    assert rows(out) == rows(whole)
    assert same(weights(out), weights(whole))


def test_a_run_killed_before_its_model_was_written_only_writes_it(whole, tmp_path):
    out = shutil.copytree(whole, tmp_path / "run")
    (out / "final").rename(out / "final.partial")
    sft.run(recipe(), out)
    assert rows(out) == rows(whole)
    assert same(weights(out), weights(whole))


@pytest.mark.parametrize(("kind", "lora"), [("qwen3", {}), ("qwen25", {"rank": 2})])
def test_a_run_that_is_given_more_steps_is_the_longer_run(kind, lora, tmp_path):
    tables = {"lora": lora} if lora else {}
    short, long = (
        recipe(kind, train={"steps": steps, "schedule": "linear"}, **tables) for steps in (1, 2)
    )
    sft.run(long, tmp_path / "long")
    sft.run(short, tmp_path / "run")  # its rate ends at 0
    sft.run(long, tmp_path / "run")
    for mine, other in zip(rows(tmp_path / "run"), rows(tmp_path / "long"), strict=True):
        assert mine | {"epoch": None} == other | {"epoch": None}  # the share of the run
    assert same(weights(tmp_path / "run"), weights(tmp_path / "long"))
    last = RunFolder(tmp_path / "run").checkpoint(2)
    model = find(f"hf:{last}", Given.of(pupils.bench()))
    assert model.resolution.pixels == long.look.pixels
    if not lora:
        return
    adapted = AutoModelForImageTextToText.from_pretrained(last).state_dict()
    assert sum(".lora_A." in name for name in adapted) == 2 * 7


def test_neither_micro_batches_nor_processes_change_a_step(whole, tmp_path):
    """Prompts and answers are of unlike lengths, so a mean of means would be another loss."""
    file = tmp_path / "recipe.json"
    file.write_text(recipe(train={"steps": 1, "micro_batch": 2}).to_json())
    (tmp_path / "run.py").write_text(CODE)
    launcher = ("-m", "torch.distributed.run", "--nproc-per-node", "2")  # accelerate finds them
    process = subprocess.run(
        [sys.executable, *launcher, tmp_path / "run.py", file, tmp_path / "two"],
        env=os.environ | {"OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    sft.run(recipe(train={"steps": 1, "micro_batch": 1}), tmp_path / "one")
    for out in (tmp_path / "one", tmp_path / "two"):
        for name in ("loss", "grad_norm", "tokens"):
            assert rows(out)[0][name] == pytest.approx(rows(whole)[0][name], rel=1e-4), name


def test_mixed_keeps_weights_exact_and_multiplies_roughly(whole, tmp_path):
    file = tmp_path / "recipe.json"
    file.write_text(recipe(train={"dtype": "mixed"}).to_json())
    command = [sys.executable, "-c", CODE, file, tmp_path / "run"]
    subprocess.run(command, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    made = weights(tmp_path / "run")
    assert {weight.dtype for weight in made.values()} == {torch.float32}
    assert any(not torch.equal(w, w.bfloat16().float()) for w in made.values())
    for rough, exact in zip(rows(tmp_path / "run"), rows(whole), strict=True):
        assert rough["loss"] == pytest.approx(exact["loss"], rel=0.01)
        assert rough["loss"] != exact["loss"]


def test_a_run_that_its_alarm_ends_keeps_a_checkpoint_and_no_model(tmp_path, capsys):
    raw = recipe(train={"learning_rate": 1e30}).model_dump()
    raw["alarm"] |= {"stop": True}
    sft.run(Recipe.model_validate(raw), tmp_path / "run")
    assert "not a finite number" in capsys.readouterr().err
    folder = RunFolder(tmp_path / "run")
    assert 1 < (folder.last() or 0) < 4
    assert not folder.final.exists()
    with pytest.raises(CloseupError, match=r"ended by its alarm: .* not a finite number: need"):
        sft.run(folder.recipe, folder.path)


def test_with_more_steps_the_model_of_fewer_goes(whole, tmp_path):
    out = shutil.copytree(whole, tmp_path / "run")
    folder, done = keeping.begin(out, recipe())
    assert done is None
    assert folder.final.exists()
    folder.close()
    folder, done = keeping.begin(out, recipe(train={"steps": 6}))
    assert done == 4
    assert not folder.final.exists()
    assert folder.last() == 4  # the same weights, to go on from
    folder.close()


def test_a_model_whose_checkpoints_were_removed_stays(whole, tmp_path):
    out = shutil.copytree(whole, tmp_path / "run")
    shutil.rmtree(out / CHECKPOINTS)
    made = rows(out)
    sft.run(recipe(), out)
    with pytest.raises(CloseupError, match="final: its checkpoints are gone, nothing is left to"):
        sft.run(recipe(train={"steps": 6}), out)
    assert same(weights(out), weights(whole))
    assert rows(out) == made
    assert RunFolder(out).recipe.train.steps == 4


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
    for lesson in (lessons[0], lessons[15]):
        opened, said, heard = lesson[:2], lesson[2::2], lesson[3::2]
        assert [message.role for message in opened] == ["system", "user"]
        assert {message.role for message in said} == {"assistant"}
        assert [message.role for message in heard] == ["tool"] * (len(said) - 1)
        assert len(said) > 1
        assert all("<tool_call>" in message.text for message in said[:-1])
        assert all(any(isinstance(part, View) for part in message.parts) for message in heard)
        assert "<answer>" in said[-1].text


def test_bare_solutions_are_one_turn(taught):
    lessons = Lessons(recipe(), pupils.bench(), learner.load(recipe()))
    assert isinstance(lessons[0][-1], Message)
    assert [message.role for message in lessons[0]] == ["system", "user", "assistant"]


def test_trajectories_of_another_way_of_asking_are_refused(taught):
    asked = recipe(data={"trajectories": str(taught)}, look={"crop_pixels": 12_544 * 4})
    with pytest.raises(CloseupError, match="crop-pixels: taught with"):
        Lessons(asked, pupils.bench(), learner.load(asked))


def test_a_folder_of_no_trajectories_is_refused(tmp_path):
    asked = recipe(data={"trajectories": str(tmp_path)})
    with pytest.raises(CloseupError):
        Lessons(asked, pupils.bench(), learner.load(asked))
    assert Setting().tools == {}
