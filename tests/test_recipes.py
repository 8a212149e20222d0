"""Every recipe that is shipped reads, passes all checks, and can be planned."""

import re
import tomllib
from pathlib import Path

import pytest
import trainable

from closeup.cli import main
from closeup.records import CloseupError
from closeup.training.check import check
from closeup.training.launch import Launch
from closeup.training.plan import Plan, plan
from closeup.training.recipe import Recipe
from closeup.training.reference import reference

ROOT = Path(__file__).parent.parent
RECIPES = sorted(path for path in (ROOT / "recipes").rglob("*.toml") if "tiny" not in path.parts)
MODELS = {"qwen25vl_7b": "Qwen/Qwen2.5-VL-7B-Instruct", "qwen3vl_4b": "Qwen/Qwen3-VL-4B-Instruct"}
SMALLEST = "Qwen/Qwen2.5-VL-3B-Instruct"


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT / "recipes"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bench to train on, and what the command that a recipe names makes of it, by its words."""
    folder = tmp_path_factory.mktemp("recipes")
    trainable.build_bench(folder / "bench")
    for command in sorted({told for path in RECIPES if (told := teaching(path))}):
        out = folder / command.replace(" ", "_")
        main(["teach", str(folder / "bench"), "--out", str(out), *command.split()])
    return folder


def teaching(path: Path) -> str | None:
    """The flags of the command that makes a recipe's trajectories, as it says."""
    found = re.search(r"# closeup teach bench --out runs/teacher (.*)", path.read_text())
    return found and found[1]


@pytest.fixture(scope="module")
def plans(folder: Path) -> dict[Path, Plan]:
    """The plan of every recipe."""
    return {path: planned(path, folder) for path in RECIPES}


def planned(path: Path, folder: Path) -> Plan:
    """The plan of a recipe, with the model that its runs begin from."""
    raw = tomllib.loads(path.read_text())
    changes = {"data.bench": str(folder / "bench"), "model": MODELS.get(path.parent.name, SMALLEST)}
    if "trajectories" in raw["data"]:
        command = teaching(path)
        assert command, f"{path}: need the command that makes its trajectories"
        changes["data.trajectories"] = str(folder / command.replace(" ", "_"))
    config = re.search(r"--config_file (\S+)", path.read_text())
    launch = Launch.of(ROOT / config[1]) if config else Launch()
    return plan(check(Recipe.load(path, **changes), launch))


@pytest.mark.parametrize("path", RECIPES, ids=name_of)
def test_a_shipped_recipe_passes_all_checks_and_can_be_planned(path: Path, plans: dict[Path, Plan]):
    made = plans[path]
    assert made.samples == made.steps * made.batch
    assert made.completion >= made.barest or made.regime.startswith("SFT")
    assert Plan.parse(made.to_json(), "plan") == made


@pytest.mark.parametrize("path", RECIPES, ids=name_of)
def test_a_shipped_recipe_opens_with_what_it_is(path: Path):
    first = path.read_text().splitlines()[0]
    assert first.startswith("# ")
    assert re.match(r"# (SFT-S|SFT-R|RL|RARL)\b", first)


@pytest.mark.parametrize("path", RECIPES, ids=name_of)
def test_a_recipe_fits_the_gpu_it_names(path: Path, plans: dict[Path, Plan]):
    text = " ".join(line.lstrip("# ") for line in path.read_text().splitlines()[:12])
    size = re.search(r"of (\d+) GB", text)
    card = int(size[1]) * 1e9 if size else 80e9
    made = plans[path]
    share = 0.7 if made.vllm == "colocate" else 1.0
    assert made.memory.training <= 0.95 * share * card
    assert made.vllm or made.memory.sampling <= 0.95 * card


def test_the_five_regimes_are_there():
    names = {"sft_solutions", "sft_trajectories", "grpo", "rarl_stage1", "rarl_stage2"}
    assert names <= {path.stem for path in (ROOT / "recipes").glob("*.toml")}


def test_a_launch_file_that_a_recipe_names_is_shipped():
    for path in RECIPES:
        for name in re.findall(r"recipes/\S+\.(?:yaml|toml)", path.read_text()):
            assert (ROOT / name).is_file(), f"{path.name}: {name}"


def test_the_second_stage_pays_as_the_paper_does():
    from closeup.rewards import PAPER

    for folder in (ROOT / "recipes", ROOT / "recipes" / "qwen25vl_7b"):
        rewards = Recipe.load(folder / "rarl_stage2.toml").rewards
        assert rewards is not None
        assert rewards.gate
        assert rewards.weights == PAPER


@pytest.mark.parametrize("path", RECIPES, ids=name_of)
def test_a_misspelt_key_is_named(path: Path, tmp_path: Path):
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(path.read_text().replace("micro_batch ", "micro_bach "))
    with pytest.raises(CloseupError, match=r"wrong\.toml: train\.micro_bach: \d+: Extra inputs"):
        Recipe.load(wrong)


def test_the_docs_have_every_field_as_it_is():
    text = (ROOT / "docs" / "training.md").read_text()
    begin, end = (text.index(mark) for mark in ("<!-- written by: ", "<!-- to here -->"))
    written = text[begin:end].partition("-->\n")[2]
    assert written == reference(), "python -m closeup.training.reference"
    for name in ("train.loaders", "rollouts.share_prefix", "look.crop_least"):
        table, field = name.split(".")
        assert f"| `{field}` |" in written.partition(f"`[{table}]`")[2]
