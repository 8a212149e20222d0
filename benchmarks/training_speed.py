"""How close training comes to what the model alone would take.

    python benchmarks/training_speed.py [--steps N]

Each regime runs some steps on synthetic pages by the real trainer, from closeup-tiny, which calls
the tool where it is offered; then the same conversations go through the bare model, forward,
backward and the optimiser's step, as tensors that are ready. To be run on an idle machine: these
are seconds by the clock. Needs the extra `train`.
"""

import argparse
import contextlib
import io
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import torch

from closeup.ask import opening
from closeup.bench import Bench
from closeup.build.build import build
from closeup.build.datasets import open_dataset
from closeup.message import Message
from closeup.models import Given, Model, find
from closeup.pictures import Pictures
from closeup.rewards import PAPER
from closeup.store import Store
from closeup.tasks import TASKS, task_of
from closeup.teach import teach
from closeup.training import data, grpo, learner, sft
from closeup.training.encode import Encoder
from closeup.training.lessons import Lessons
from closeup.training.recipe import Recipe

PAGES = 8
BATCH = 16
MODEL = "closeup-tiny"


def recipe(bench: Bench, steps: int, regime: str, **tables: Any) -> Recipe:
    names = {name: 1.0 for name in TASKS if name != "panel_understanding"}
    raw: dict[str, Any] = {
        "regime": regime,
        "model": MODEL,
        "data": {"bench": str(bench.path), "tasks": names},
        "look": {"tools": ("zoom_in",), "max_tokens": 64},
        "train": {"steps": steps, "batch": BATCH, "micro_batch": 8, "learning_rate": 1e-4},
    }
    for name, table in tables.items():
        raw[name] = raw.get(name, {}) | table
    return Recipe.model_validate(raw)


def bare(recipe: Recipe, talks: Sequence[Sequence[Message]]) -> float:
    """Seconds that the model alone takes for these conversations, BATCH a step."""
    pupil = learner.load(recipe)
    encoder = Encoder(pupil.processor, Pictures.at(data.opened(recipe.data).image_path))
    size = recipe.train.micro_batch
    examples = [encoder.example(talk) for talk in talks]
    batches = [encoder.batch(examples[i : i + size]) for i in range(0, len(examples), size)]
    optimiser = torch.optim.AdamW(pupil.model.parameters(), lr=1e-6)
    pupil.model.train()
    start = time.monotonic()
    for number, batch in enumerate(batches, 1):
        pupil.model(**batch).loss.backward()
        if number % (BATCH // size) == 0:
            optimiser.step()
            optimiser.zero_grad()
    return time.monotonic() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=6)
    steps = parser.parse_args().steps
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        build(
            open_dataset("synthetic", None, PAGES, 0, None, False),
            home / "bench",
            tasks=tuple(TASKS),
        )
        bench = Bench.open(home / "bench")
        pupil = learner.load(recipe(bench, steps, "sft"))
        asked = {"grid": pupil.grid, "pixels": pupil.resolution.pixels, "multiple": 28}
        teacher = find("teacher_exact", Given.of(bench, **asked))
        with contextlib.redirect_stderr(io.StringIO()):
            teach(bench, teacher, home / "taught", setting=pupil.setting)
        solutions = recipe(bench, steps, "sft", look={"tools": ()})
        taught = {"trajectories": str(home / "taught")}
        trajectories = recipe(bench, steps, "sft", data=taught)
        for name, one in (("SFT-S", solutions), ("SFT-R", trajectories)):
            report(name, one, bench, home)
        rollouts = {"group": 8, "completion_tokens": 512}
        rl = recipe(bench, steps, "grpo", rollouts=rollouts, look={"tools": ()})
        rarl = recipe(bench, steps, "grpo", rollouts=rollouts, rewards={"weights": PAPER})
        for name, one in (("RL", rl), ("RARL", rarl)):
            report(name, one, bench, home)


def report(name: str, one: Recipe, bench: Bench, home: Path) -> None:
    """Print what a regime takes a step, and of that the model alone."""
    out = home / name
    run = grpo.run if one.rollouts else sft.run
    with contextlib.redirect_stderr(io.StringIO()):
        run(one, out)
    rows = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()][1:]
    spent = sum(row["seconds/step"] for row in rows) / len(rows)
    talks = said(one, bench, out)
    alone = bare(one, talks) / (len(talks) / BATCH)
    share = " ".join(
        f"{part} {sum(row[f'seconds/{part}'] for row in rows) / len(rows):.2f}"
        for part in ("sampling", "scoring", "optimising")
        if f"seconds/{part}" in rows[0]
    )
    if "look/calls" in rows[0]:
        share += f"  calls {sum(row['look/calls'] for row in rows) / len(rows):.2f}"
    print(
        f"{name:6} {spent:.2f} s a step of {BATCH}, {BATCH / spent:.1f} samples/s; "
        f"the model alone {alone:.2f} s: {alone / spent:.2f} of it  {share}",
        flush=True,
    )


def said(one: Recipe, bench: Bench, out: Path) -> list[Sequence[Message]]:
    """The conversations that a run learned from."""
    pupil = learner.load(one)
    if one.rollouts is None:
        lessons = Lessons(one, bench, pupil)
        return [lessons[i] for i in range(len(lessons))]
    talks: list[Sequence[Message]] = []
    with Store.open(out) as store:
        for episode in store.episodes():
            question = bench.question(episode.question)
            task = task_of(bench, question.task)
            talks.append(
                (*opening(question, cast(Model, pupil), task, pupil.setting), *episode.turns)
            )
    return talks


if __name__ == "__main__":
    main()
