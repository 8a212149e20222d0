"""A small bench to train on, and recipes as text, for the tests of training."""

from pathlib import Path

from closeup.bench import Bench
from closeup.build.build import build
from closeup.build.datasets import open_dataset
from closeup.tasks import TASKS


def build_bench(out: Path, seed: int = 0, pages: int = 4, tasks: tuple[str, ...] = ()) -> Bench:
    """A synthetic bench; seeds below 1,000,000 are for training."""
    dataset = open_dataset("synthetic", None, pages, seed, None, False)
    build(dataset, out, tasks=tasks or tuple(TASKS))
    return Bench.open(out)


SFT = """\
regime = "sft"
model = "Qwen/Qwen2.5-VL-3B-Instruct"

[data]
bench = "{bench}"
tasks = {{ action_recognition = 1 }}

[train]
steps = 2
batch = 4
micro_batch = 2
learning_rate = 1e-4
"""
GRPO = """\
regime = "grpo"
model = "Qwen/Qwen2.5-VL-3B-Instruct"

[data]
bench = "{bench}"
tasks = {{ action_recognition = 1, character_counting = 1 }}

[look]
tools = ["zoom_in"]

[train]
steps = 10
batch = 16
micro_batch = 4
learning_rate = 1e-5

[rollouts]
group = 8
completion_tokens = 4096

[rewards.weights]
answer = 1.0
format = 1.0
region_iou = 1.0
"""


def write(folder: Path, text: str, bench: Path | str, *changes: tuple[str, str]) -> Path:
    """A recipe's file, with some of its text replaced by other text."""
    text = text.format(bench=bench)
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path = folder / "recipe.toml"
    path.write_text(text)
    return path
