"""From trajectories to region-aware rewards, in real-shaped random models of both families."""

import json

import pupils
import pytest

from closeup.models import Given, find
from closeup.models.told import Told
from closeup.store import Store
from closeup.teach import teach
from closeup.training import grpo, learner, sft
from closeup.training.recipe import Recipe
from closeup.training.run_folder import RunFolder

pytestmark = pytest.mark.filterwarnings("ignore:.*is deprecated and will be removed:FutureWarning")
PAPER = {"answer": 1.0, "format": 1.0, "tool_count": 1.0, "region_iou": 1.0}


@pytest.mark.parametrize("kind", ["qwen25", "qwen3"])
def test_trajectories_are_learned_and_then_looking_is_rewarded(kind, tmp_path):
    bench, model = pupils.bench(), pupils.warm(kind)
    paid = pupils.recipe(kind, model, train={"steps": 1}, rewards={"weights": PAPER})
    student = learner.load(paid)
    asked = {"grid": student.grid, "multiple": pupils.SIDE[kind]}
    asked["pixels"] = student.resolution.pixels
    teacher = find("teacher", Given.of(bench, **asked))
    teach(bench, teacher, tmp_path / "taught", setting=student.setting)

    raw = paid.model_dump() | {"regime": "sft", "rollouts": None, "rewards": None}
    raw["data"]["trajectories"] = str(tmp_path / "taught")
    sft.run(Recipe.model_validate(raw), tmp_path / "sft_r")
    start = tmp_path / "sft_r" / "final"
    assert Told.read(str(start)).crop_pixels == paid.look.crop_pixels

    grpo.run(paid.model_copy(update={"model": str(start)}), tmp_path / "rarl")
    (row,) = map(json.loads, (tmp_path / "rarl" / "metrics.jsonl").read_text().splitlines())
    assert {f"reward/{term}" for term in PAPER} <= row.keys()
    with Store.open(tmp_path / "rarl") as store:
        assert len(list(store.episodes())) == paid.train.batch
    assert RunFolder(tmp_path / "rarl").last() == 1
    assert find(f"hf:{tmp_path / 'rarl' / 'final'}", Given.of(bench)).grid == student.grid
