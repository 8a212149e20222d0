"""Small studies: benches without an artist, recipes of a step or two, results by hand."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import benches

from closeup.bench import Bench
from closeup.geometry import Box
from closeup.records import write_atomically
from closeup.study.questions import Asked, Questions
from closeup.study.result import Result, Stage, TaskResult, packed

NEAR, FAR = Box(100, 100, 300, 300), Box(500, 500, 800, 700)
LOOK = """
[look]
pixels = 3136
crop_pixels = 3136
crop_least = 3136
max_tokens = 8
calls = 1
"""
SFT = (
    """\
regime = "sft"
model = "overridden"
[data]
bench = "overridden"
without_styles = []
[train]
steps = 2
batch = 2
micro_batch = 2
learning_rate = 1e-3
"""
    + LOOK
)
GRPO = (
    """\
regime = "grpo"
model = "overridden"
[data]
bench = "overridden"
[train]
steps = 1
batch = 2
micro_batch = 2
learning_rate = 1e-3
[rollouts]
group = 2
completion_tokens = 200
[rewards.weights]
answer = 1.0
region_iou = 1.0
"""
    + LOOK.replace("max_tokens = 8", "max_tokens = 64")
    + 'tools = ["zoom_in"]\n'
)


def bench(folder: Path, split: str, count: int = 8) -> Bench:
    """Comparisons of two boxes on blank pages, four a page and a page an issue."""
    questions = [
        benches.choice(n, [NEAR, FAR], "AB"[n % 2], split=split, per_issue=4)  # pyright: ignore
        for n in range(count)
    ]
    made = benches.write_bench(folder, questions)
    counted = made.manifest.model_copy(update={"pages": {split: count // 4}})
    write_atomically(made.path / "manifest.json", counted.to_json())
    return Bench.open(folder)


def write(folder: Path, arms: str, **changes: str) -> Path:
    """A study's file with these arms, over the benches `train` and `test` of the folder."""
    head = {
        "name": '"small"',
        "train": f'"{folder}/train"',
        "test": f'"{folder}/test"',
        "results": f'"{folder}/results"',
        "work": f'"{folder}/work"',
        "report": f'"{folder}/docs/study.md"',
        "seeds": "[0]",
        "max_tokens": "8",
        "calls": "1",
    }
    lines = [f"{name} = {value}" for name, value in (head | changes).items()]
    path = folder / "study.toml"
    path.write_text("\n".join(lines) + "\n" + arms)
    return path


def questions(tasks: Mapping[str, Sequence[tuple[str, str, int]]], **styles: str) -> Questions:
    """Questions by hand: (page, issue, how many), by task."""
    return Questions(
        bench="b",
        limit=None,
        styles=styles,
        tasks={name: Asked(chance=0.25, clusters=tuple(own)) for name, own in tasks.items()},
    )


def result(
    arm: str,
    seed: int,
    asked: Questions,
    scores: Mapping[str, Sequence[float | None]],
    stages: Sequence[Stage] = (),
) -> Result:
    """A result with these scores."""
    tasks = {
        name: TaskResult(
            n=len(own),
            unscored=sum(value is None for value in own),
            score=None,
            low=None,
            high=None,
            clusters=1,
            unparsed=0.0,
            scores=packed(list(own)),
        )
        for name, own in scores.items()
    }
    return Result(
        closeup="0",
        study="small",
        arm=arm,
        seed=seed,
        made={},
        model="m",
        questions=asked.key,
        tools=(),
        tasks=tasks,
        looked={},
        stages=tuple(stages),
    )
