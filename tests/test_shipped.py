"""The models that come with the package: how they get there, and how they are found by name."""

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pupils
import pytest
import tiny
import torch
from safetensors.torch import load_file
from trainable import build_bench

from closeup import tools
from closeup.ask import Setting
from closeup.evaluate import run
from closeup.models import Given, find, shipped
from closeup.models.fingerprint import fingerprint
from closeup.models.told import Told
from closeup.records import CloseupError
from closeup.store import Store
from closeup.study import made
from closeup.teach import coverage
from closeup.tiny import ship as shipping
from closeup.tiny.ship import ship
from closeup.training import learner
from closeup.training.recipe import Recipe
from closeup.training.run_folder import RunFolder
from closeup.training.shape import shape_of

ROOT = Path(__file__).parent.parent
HERE = [shipped.WEIGHTS / name for name in shipped.NAMES]
"""What comes with the package."""
TOLD = Told(grid="rel1000", pixels=12_544, crop_pixels=3_136, crop_least=3_136)
WITHOUT_TORCH = """
import sys
from pathlib import Path

class NotInstalled:
    def find_spec(self, name, *_):
        if name == "torch":
            raise ModuleNotFoundError(name, name=name)

sys.meta_path.insert(0, NotInstalled())
from closeup.cli import main
from closeup.models import shipped
shipped.WEIGHTS = Path(sys.argv[1])
main(["run", sys.argv[2], "--model", "closeup-tiny", "--out", sys.argv[3]])
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint as a training leaves it, and something that loading does not need."""
    folder = tiny.qwen25(tmp_path_factory.mktemp("trained") / "final")
    TOLD.write(folder)
    (folder / "optimizer.pt").write_bytes(bytes(100))
    return folder


@pytest.fixture(scope="module", autouse=True)
def weights(trained: Path, tmp_path_factory: pytest.TempPathFactory):
    """Where the shipped models lie; both are the same one here."""
    folder = tmp_path_factory.mktemp("package") / "weights"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shipped, "WEIGHTS", folder)
        for name in shipped.NAMES:
            ship(trained, name)
        yield folder


def test_it_is_the_checkpoint_in_half_the_bytes(trained, weights):
    before = load_file(trained / "model.safetensors")
    after = load_file(weights / "closeup-tiny" / "model.safetensors")
    assert before.keys() == after.keys()
    for name, weight in before.items():
        assert torch.equal(after[name], weight.to(torch.bfloat16))


def test_what_loading_does_not_need_is_left_behind(trained, weights):
    names = {file.name for file in (weights / "closeup-tiny").iterdir()}
    assert names == {file.name for file in trained.iterdir()} - {"optimizer.pt"}
    assert Told.read(str(weights / "closeup-tiny")) == TOLD
    assert {folder.name for folder in weights.iterdir()} == set(shipped.NAMES)


def test_shipped_again_it_is_the_same_model(trained, weights):
    before = fingerprint(weights / "closeup-tiny")
    assert fingerprint(ship(trained, "closeup-tiny")) == before


def test_a_model_too_large_is_refused_and_the_one_before_stays(trained, weights, monkeypatch):
    before = fingerprint(weights / "closeup-tiny")
    monkeypatch.setattr(shipping, "MOST", 1000)
    with pytest.raises(CloseupError, match=r"bytes in bfloat16: need 1,000 at most"):
        ship(trained, "closeup-tiny")
    assert {folder.name for folder in weights.iterdir()} == set(shipped.NAMES)
    assert fingerprint(weights / "closeup-tiny") == before


@pytest.mark.parametrize("lacks", ["config.json", "closeup.json"])
def test_what_is_no_whole_checkpoint_is_refused(trained, tmp_path, lacks):
    folder = shutil.copytree(trained, tmp_path / "half")
    (folder / lacks).unlink()
    with pytest.raises(CloseupError, match=f"no {lacks}: need a finished model"):
        ship(folder, "closeup-tiny")


def test_it_may_go_into_any_folder(trained, weights, tmp_path):
    folder = tmp_path / "recipes" / "base"
    assert ship(trained, str(folder)) == folder
    assert fingerprint(folder) == fingerprint(weights / "closeup-tiny")


@pytest.mark.parametrize("to", ["precious/", "./", "precious/.."])
def test_a_folder_of_other_things_is_left_alone(trained, tmp_path, monkeypatch, to):
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "thesis.txt").write_text("years of work")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CloseupError, match="need a folder that is new, empty or of a shipped"):
        ship(trained, to)
    assert (tmp_path / "precious" / "thesis.txt").exists()
    made = ship(trained, "precious/model")
    assert ship(trained, str(made)) == made


def test_a_name_that_nothing_is_shipped_under_is_refused(trained):
    with pytest.raises(CloseupError, match="closeup-big: need one of closeup-tiny, "):
        ship(trained, "closeup-big")


@pytest.mark.parametrize("name", ["closeup-tiny", "hf:closeup-tiny"])
def test_it_is_asked_by_its_name_in_float32(name, weights):
    model = find(name, Given.of(pupils.bench()))
    assert model.name == f"hf:closeup-tiny@{fingerprint(weights / 'closeup-tiny')}"
    assert (model.grid, model.resolution.pixels) == (TOLD.grid, TOLD.pixels)
    assert model._model.dtype == torch.float32  # pyright: ignore[reportAttributeAccessIssue]


def test_a_recipe_starts_from_it_in_float32_and_calls_it_as_an_evaluation_does():
    recipe = pupils.recipe("qwen25", Path("closeup-tiny-start"))
    pupil = learner.load(recipe)
    assert pupil.name == find("closeup-tiny-start", Given.of(pupils.bench())).name
    assert pupil.model.dtype == torch.float32
    rounded = next(pupil.model.parameters())
    assert torch.equal(rounded, rounded.to(torch.bfloat16).float())


def test_a_plan_and_a_study_know_it_by_its_name(trained, weights):
    shape = shape_of("closeup-tiny-start")
    assert shape == shape_of(str(weights / "closeup-tiny-start")).model_copy(
        update={"place": shape.place}
    )
    assert shape.told == TOLD
    told = fingerprint(weights / "closeup-tiny")
    assert made.weights("closeup-tiny") == made.weights("hf:closeup-tiny") == told


def test_weights_that_did_not_come_with_the_package_are_one_clear_line(tmp_path, monkeypatch):
    monkeypatch.setattr(shipped, "WEIGHTS", tmp_path)
    given = Given.of(pupils.bench())
    for ask in (
        lambda: find("closeup-tiny", given),
        lambda: learner.load(pupils.recipe("qwen25", Path("closeup-tiny"))),
    ):
        with pytest.raises(CloseupError) as error:
            ask()
        told = "model closeup-tiny: its weights did not come with this copy of closeup"
        assert str(error.value) == told


def test_without_the_extra_it_says_what_to_install(weights, tmp_path):
    command = [sys.executable, "-c", WITHOUT_TORCH, weights, pupils.bench().path, tmp_path / "run"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "closeup: model 'closeup-tiny': needs torch: pip install 'closeup[hf]'"
    ]


def test_an_unknown_model_is_told_of_it():
    with pytest.raises(CloseupError, match="closeup-tiny, closeup-tiny-start"):
        find("closeup-huge", Given.of(pupils.bench()))


def test_the_recipe_of_the_demo_starts_from_it():
    recipe = Recipe.load(ROOT / "recipes/tiny/demo.toml")
    assert recipe.model in shipped.NAMES
    assert recipe.look.tools == ("zoom_in",)


def test_the_demo_asks_trains_and_asks_again_and_goes_on_where_it_was_stopped(
    tmp_path, monkeypatch, capsys
):
    file = ROOT / "examples/7_train_tiny.py"
    spec = importlib.util.spec_from_file_location("train_tiny", file)
    assert spec
    assert spec.loader
    demo = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(demo)
    small = tmp_path / "demo.toml"
    small.write_text(
        (ROOT / "recipes/tiny/demo.toml")
        .read_text()
        .replace("150_528", "3_136")
        .replace("= 64", "= 8")
    )
    monkeypatch.setattr(demo, "RECIPE", small)
    out = tmp_path / "out"
    demo.main(out, pages=4, limit=1, steps=1)
    first = capsys.readouterr()
    assert "What these minutes of training changed" in first.out
    assert RunFolder(out / "rarl").final.is_dir()
    assert "step 1/1" in first.err
    demo.main(out, pages=4, limit=1, steps=1)
    again = capsys.readouterr()
    assert again.out == first.out
    assert "step 1/1" not in again.err  # nothing is trained twice


@pytest.mark.parametrize("folder", HERE, ids=lambda folder: folder.name)
def test_what_comes_with_the_package_is_small_and_rounded(folder: Path):
    assert sum(file.stat().st_size for file in folder.iterdir()) <= shipping.MOST
    kinds = {weight.dtype for weight in load_file(folder / "model.safetensors").values()}
    assert kinds == {torch.bfloat16}
    assert json.loads((folder / "config.json").read_text())["model_type"] == "qwen2_5_vl"


@pytest.mark.parametrize(
    ("name", "task", "looks"),
    [
        ("closeup-tiny-start", "character_counting", True),
        ("closeup-tiny-start", "action_recognition", False),  # which is left to RARL
        ("closeup-tiny", "character_counting", True),
        ("closeup-tiny", "action_recognition", True),
    ],
)
def test_what_comes_with_the_package_looks_where_the_question_points(
    name: str, task: str, looks: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shipped, "WEIGHTS", HERE[0].parent)
    bench = build_bench(tmp_path / "bench", seed=1_000_000, pages=3, tasks=(task,))
    model: Any = find(name, Given.of(bench))
    setting = Setting(tools=tools.find(["zoom_in"]), crops=model.crops)
    run(bench, model, tmp_path / name, setting=setting, limit=8)
    with Store.open(tmp_path / name) as store:
        shares = [coverage(e, bench.question(e.question)) or 0 for e in store.episodes()]
    assert len(shares) == 8
    mean = sum(shares) / len(shares)
    assert mean > 0.7 if looks else mean < 0.3
