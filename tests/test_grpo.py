import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pupils
import pytest
import torch
from safetensors.torch import load_file

from closeup.models import Given
from closeup.models.hf.local import Local
from closeup.models.told import Told
from closeup.records import CloseupError
from closeup.report.terminal import table
from closeup.store import Store
from closeup.training import grpo
from closeup.training.paid import paid
from closeup.training.recipe import Recipe
from closeup.training.run_folder import MARK, RunFolder

STEPS, BATCH = 4, 4
SCRIPT = """
import os
import sys
from pathlib import Path
from accelerate import PartialState
from closeup.training import grpo
from closeup.training.paid import paid
from closeup.training.recipe import Recipe
grpo.run(Recipe.parse(Path(sys.argv[1]).read_bytes(), sys.argv[1]), Path(sys.argv[2]))
assert PartialState().num_processes == int(os.environ.get("WORLD_SIZE", "1"))
"""
CLOCKS = ("seconds/", "speed/", "memory/")
"""Measures that no two runs have alike."""


def _recipe() -> Recipe:
    return pupils.recipe("qwen25", train={"steps": STEPS, "checkpoint_minutes": 1e-6, "keep": 9})


def _launch(recipe: Recipe, out: Path, tmp_path: Path, *launcher: str) -> subprocess.Popen[str]:
    (tmp_path / "run.py").write_text(SCRIPT)
    (tmp_path / "recipe.json").write_text(recipe.to_json())
    return subprocess.Popen(
        [sys.executable, *launcher, tmp_path / "run.py", tmp_path / "recipe.json", out],
        env=os.environ | {"OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"},
        stderr=subprocess.PIPE,
        text=True,
    )


def _rows(out: Path) -> list[dict[str, Any]]:
    """The metrics, without what a clock has measured."""
    rows = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    return [{k: v for k, v in row.items() if not k.startswith(CLOCKS)} for row in rows]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nothing has disturbed."""
    out = tmp_path_factory.mktemp("grpo") / "run"
    grpo.run(_recipe(), out)
    return out


def test_every_step_is_measured_and_every_episode_kept(whole):
    assert [row["step"] for row in _rows(whole)] == [1, 2, 3, 4]
    with Store.open(whole) as store:
        kept = {(episode.question, episode.epoch): episode for episode in store.episodes()}
        rewards = paid(store)
        table(store)
    assert len(kept) == STEPS * BATCH
    assert Counter(pay.step for pay in rewards) == dict.fromkeys(range(1, 5), BATCH)
    for pay in rewards:
        episode = kept[pay.question, pay.epoch]
        assert pay.terms["answer"] == episode.score.value
    for step in _rows(whole):
        own = [pay.total for pay in rewards if pay.step == step["step"]]
        assert step["reward/total"] == pytest.approx(sum(own) / BATCH)
    assert any(episode.calls for episode in kept.values())
    assert len({row["reward/total"] for row in _rows(whole)}) > 1


def test_the_model_learns_something_and_is_left_as_stock_transformers_load_it(whole):
    given = Given.of(pupils.bench())
    model = Local(str(whole / "final"), given)
    assert model.grid == "pixel"
    assert Told.read(str(whole / "final")).pixels == 112 * 112
    before = load_file(pupils.warm("qwen25") / "model.safetensors")
    after = load_file(whole / "final" / "model.safetensors")
    assert before.keys() == after.keys()
    assert any(not torch.equal(before[name], after[name]) for name in before)
    assert sorted(RunFolder(whole).checkpoints()) == [1, 2, 3, 4]
    for path in RunFolder(whole).checkpoints().values():
        assert Local(str(path), given).name
    assert not list((whole / "checkpoints").glob("checkpoint-*"))


def test_a_finished_run_is_not_run_again(whole):
    before = (whole / "final" / "model.safetensors").stat().st_mtime_ns
    grpo.run(_recipe(), whole)
    assert (whole / "final" / "model.safetensors").stat().st_mtime_ns == before


def test_a_killed_run_goes_on_as_though_nothing_had_been(whole, tmp_path):
    out = tmp_path / "run"
    process = _launch(_recipe(), out, tmp_path)
    while process.poll() is None and not RunFolder(out).checkpoints().get(2):
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert not (out / "final").exists()
    # As though it had been killed while it wrote its last checkpoint: the step is done again.
    for step, path in RunFolder(out).checkpoints().items():
        if step > 1:
            (path / MARK).unlink()
    assert len(_rows(out)) > 1
    grpo.run(_recipe(), out)
    assert _rows(out) == _rows(whole)
    with Store.open(out) as mine, Store.open(whole) as other:
        assert list(mine.episodes()) == list(other.episodes())
        assert paid(mine) == paid(other)
    mine, other = (load_file(run / "final" / "model.safetensors") for run in (out, whole))
    assert all(torch.equal(mine[name], other[name]) for name in mine)


def test_adapters_without_tools_by_the_stock_way_of_sampling(tmp_path):
    recipe = pupils.recipe(
        "qwen3",
        look={"tools": (), "max_tokens": 12},
        train={"steps": 1, "freeze": ("vision",), "gradient_checkpointing": True},
        lora={"rank": 2},
        rollouts={"share_prefix": False, "beta": 0.01, "completion_tokens": 12},
        rewards={"weights": {"answer": 1.0}},
    )
    grpo.run(recipe, tmp_path / "run")
    (row,) = _rows(tmp_path / "run")
    assert row["kl"] is not None
    assert row["look/calls"] == 0
    with Store.open(tmp_path / "run") as store:
        assert len(list(store.episodes())) == BATCH
    before = load_file(pupils.warm("qwen3") / "model.safetensors")
    after = load_file(tmp_path / "run" / "final" / "model.safetensors")
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert before.keys() == after.keys()
    assert not any("visual" in name for name in changed)
    assert Local(str(tmp_path / "run" / "final"), Given.of(pupils.bench())).name


def test_two_processes_share_a_step(tmp_path):
    recipe = pupils.recipe("qwen25", train={"steps": 1, "batch": 8}, rollouts={"group": 4})
    launcher = ("-m", "torch.distributed.run", "--nproc-per-node", "2")  # accelerate finds them
    process = _launch(recipe, tmp_path / "run", tmp_path, *launcher)
    _, said = process.communicate()
    assert process.returncode == 0, said
    (row,) = _rows(tmp_path / "run")
    with Store.open(tmp_path / "run") as store:
        rewards = paid(store)
        assert len(list(store.episodes())) == 8
    assert Counter(pay.question for pay in rewards).most_common()[0][1] == 4
    assert row["reward/total"] == pytest.approx(sum(pay.total for pay in rewards) / 8)
    assert (tmp_path / "run" / "final" / "model.safetensors").exists()


def test_micro_batches_do_not_change_a_step(whole, tmp_path):
    changed = _recipe().train.model_copy(update={"steps": 1, "micro_batch": BATCH})
    grpo.run(_recipe().model_copy(update={"train": changed}), tmp_path / "run")
    (row,), (first, *_) = _rows(tmp_path / "run"), _rows(whole)
    for name in ("loss", "grad_norm", "reward/total", "length/mean"):
        assert row[name] == pytest.approx(first[name], rel=1e-3, abs=1e-5), name


def test_a_run_that_its_alarm_ends_keeps_a_checkpoint_and_no_model(tmp_path, capsys):
    recipe = pupils.recipe("qwen25", train={"steps": 9, "keep": 9})
    alarm = recipe.alarm.model_copy(update={"window": 1, "length": 1 + 1e-9, "stop": True})
    grpo.run(recipe.model_copy(update={"alarm": alarm}), tmp_path / "run")
    folder = RunFolder(tmp_path / "run")
    assert "collapse at step" in capsys.readouterr().err
    assert 1 < (folder.last() or 0) < 9
    assert not folder.final.exists()
    with pytest.raises(CloseupError, match=r"ended by its alarm: .*: need another \[alarm\]"):
        grpo.run(folder.recipe, folder.path)
    grpo.run(recipe, folder.path)  # whose alarm stops nothing
    assert folder.final.exists()


def test_several_gpus_want_a_process_each(tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with pytest.raises(CloseupError, match="one process for 2 GPUs"):
        grpo.config(pupils.recipe("qwen25", pupils.bare("qwen25")), tmp_path)


def test_a_recipe_that_cannot_work_is_refused_in_one_line(tmp_path):
    with pytest.raises(CloseupError, match=r"train\.batch: 4: need a multiple of"):
        grpo.run(pupils.recipe("qwen25", pupils.bare("qwen25"), rollouts={"group": 3}), tmp_path)
    bare = pupils.recipe("qwen25", pupils.bare("qwen25"))
    with pytest.raises(CloseupError, match="rollouts"):
        grpo.run(bare.model_copy(update={"rollouts": None}), tmp_path)
