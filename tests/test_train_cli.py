"""`closeup train`: checks first, plans without weights, trains, and says what is missing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import tiny
import trainable

from closeup.bench import Bench
from closeup.cli import main
from closeup.training.plan import Plan

PLACE = ("Qwen/Qwen2.5-VL-3B-Instruct", "{model}")


def closeup(*args: object) -> int:
    """The exit code of a command."""
    try:
        main([str(arg) for arg in args])
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    tasks = ("action_recognition", "character_counting")
    return trainable.build_bench(tmp_path_factory.mktemp("train") / "bench", pages=2, tasks=tasks)


@pytest.fixture
def recipe(bench: Bench, tmp_path: Path) -> Path:
    return trainable.write(tmp_path, trainable.GRPO, bench.path)


def test_a_dry_run_tells_tokens_memory_and_hours_as_estimates(
    recipe: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "80")
    assert closeup("train", recipe, "--dry-run") == 0
    told = capsys.readouterr().out
    assert told.startswith("RARL of Qwen/Qwen2.5-VL-3B-Instruct")
    assert "of texts estimated, no tokenizer at hand" in told
    assert "memory of one GPU, ESTIMATE" in told
    assert "time, ESTIMATE" in told
    assert "10 steps of 16 episodes (2 questions, 8 each) on 1 process: 160 in all" in told
    assert "action_recognition" in told
    assert max(map(len, told.splitlines())) <= 80


def test_a_dry_run_can_be_read_by_programs(recipe: Path, capsys: pytest.CaptureFixture[str]):
    speeds = ("--tokens-per-second", 1000, 5000)
    assert closeup("train", recipe, "--dry-run", "--json", *speeds) == 0
    told = Plan.parse(capsys.readouterr().out, "stdout")
    assert told.hours[0].device == "as given"
    assert told.hours[0].training_seconds == pytest.approx(told.tokens_trained / 10 / 5000)


def test_flags_stand_in_for_fields_of_the_recipe(
    recipe: Path, bench: Bench, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    text = recipe.read_text().replace(str(bench.path), "nowhere")
    recipe.write_text(text)
    flags = ("--bench", bench.path, "--steps", 7, "--model", "Qwen/Qwen3-VL-4B-Instruct")
    assert closeup("train", recipe, "--dry-run", "--json", "--seed", 3, *flags) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["steps"], told["model"]) == (7, "Qwen/Qwen3-VL-4B-Instruct")


def test_any_field_can_be_set_from_the_command_line(
    recipe: Path, capsys: pytest.CaptureFixture[str]
):
    fields = ("train.steps=7", "look.tools=[]", "look.grid=pixel")
    assert closeup("train", recipe, "--dry-run", "--set", *fields, "rewards.gate=1e") == 2
    assert "rewards.gate: '1e'" in capsys.readouterr().err
    assert closeup("train", recipe, "--dry-run", "--set", "train.steps") == 2
    assert "--set 'train.steps': need NAME=VALUE" in capsys.readouterr().err
    weights = 'rewards.weights={"answer": 1}'
    assert closeup("train", recipe, "--dry-run", "--json", "--set", *fields, weights) == 0, (
        capsys.readouterr().err
    )
    told = json.loads(capsys.readouterr().out)
    assert (told["steps"], told["regime"]) == (7, "RL")


def test_the_launch_file_tells_the_processes(
    recipe: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    file = tmp_path / "two.yaml"
    file.write_text("num_processes: 2\ndistributed_type: MULTI_GPU\n")
    assert closeup("train", recipe, "--dry-run", "--accelerate", file) == 0
    assert "on 2 processes: 160 in all" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("flags", "line"),
    [
        ((), "train: need --out, a folder for the run, or --dry-run"),
        (("--out", "run", "--json"), "--json: only with --dry-run"),
        (("--out", "run", "--tokens-per-second", 1, 2), "--tokens-per-second: only with --dry-run"),
        (
            ("--dry-run", "--tokens-per-second", 0, 2),
            "--tokens-per-second: 0.0 2.0: need more than",
        ),
        (("--dry-run", "--steps", 0), "train.steps: 0: Input should be greater than or equal to 1"),
        (("--dry-run", "--model", "./none"), "recipe.toml: model: './none': no such folder"),
        (("--dry-run", "--bench", "none"), "recipe.toml: none: no manifest.json: not a bench"),
        (("--dry-run", "--trajectories", "t"), "recipe.toml: data.trajectories: t: regime ="),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    recipe: Path, flags: tuple[object, ...], line: str, capsys: pytest.CaptureFixture[str]
):
    assert closeup("train", recipe, *flags) == 2
    told = capsys.readouterr()
    assert line in told.err
    assert told.err.startswith("closeup: ")
    assert told.err.count("\n") == 1
    assert not told.out


def test_vllm_is_asked_for_before_anything_is_loaded(
    recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    recipe.write_text(recipe.read_text().replace("[rollouts]", '[rollouts]\nvllm = "colocate"'))
    assert closeup("train", recipe, "--dry-run") == 0
    assert closeup("train", recipe, "--out", tmp_path / "run") == 2
    told = capsys.readouterr().err
    assert "recipe.toml: rollouts.vllm: colocate: vLLM is not installed: pip install" in told
    assert not (tmp_path / "run").exists()


def test_nothing_is_written_where_a_check_fails(recipe: Path, tmp_path: Path):
    recipe.write_text(recipe.read_text().replace("4096", "1000"))
    assert closeup("train", recipe, "--out", tmp_path / "run") == 2
    assert not (tmp_path / "run").exists()


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_a_dry_run_loads_neither_torch_nor_transformers(recipe: Path):
    code = (
        "import sys; from closeup.cli import main; "
        f"main(['train', {str(recipe)!r}, '--dry-run', '--json']); "
        "print([m for m in ('torch', 'transformers', 'trl') if m in sys.modules], file=sys.stderr)"
    )
    done = python(code)
    assert done.stderr.strip() == "[]", done.stderr


def test_what_is_not_installed_is_named_with_the_extra(recipe: Path, tmp_path: Path):
    code = (
        "import sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in ('torch', 'trl'):\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Absent())\n"
        "from closeup.cli import main\n"
        f"main(['train', {str(recipe)!r}, '--out', {str(tmp_path / 'run')!r}])"
    )
    done = python(code)
    assert done.returncode == 2
    assert done.stderr.startswith("closeup: training needs torch, which is not installed: pip ")
    assert done.stderr.endswith("'closeup[train]'\n")


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")
def test_a_model_is_trained_and_the_same_command_again_has_nothing_to_do(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    folder = tiny.qwen25(tmp_path / "tiny")
    recipe = trainable.write(tmp_path, trainable.SFT, bench.path)
    flags = ("--model", folder, "--out", tmp_path / "run")
    recipe.write_text(recipe.read_text().replace("[train]", "[look]\npixels = 100000\n\n[train]"))
    assert closeup("train", recipe, *flags) == 0
    assert "the model is in" in capsys.readouterr().err
    weights = (tmp_path / "run" / "final" / "model.safetensors").stat()
    assert closeup("train", recipe, *flags) == 0
    assert (tmp_path / "run" / "final" / "model.safetensors").stat() == weights


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")
def test_a_run_that_its_alarm_has_ended_has_no_finished_model_and_says_so(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    folder = tiny.qwen25(tmp_path / "tiny")
    recipe = trainable.write(
        tmp_path, trainable.SFT, bench.path, ("1e-4", "1e30"), ("steps = 2", "steps = 6")
    )
    recipe.write_text(recipe.read_text() + "[look]\npixels = 50000\n\n[alarm]\nstop = true\n")
    assert closeup("train", recipe, "--model", folder, "--out", tmp_path / "run") == 1
    told = capsys.readouterr().err
    assert "not a finite number" in told
    assert "closeup: ended early by its alarm, the last checkpoint is" in told
    assert "the model is in" not in told
    assert not (tmp_path / "run" / "final").exists()
