"""Tiny models that have learned by heart to zoom and then to answer, and what they train on."""

import random
import shutil
import tempfile
from atexit import register
from functools import cache
from pathlib import Path
from typing import Any

import benches
import tiny
import torch
from PIL import Image

from closeup.bench import Bench
from closeup.geometry import Box
from closeup.message import Reply
from closeup.pictures import Pictures
from closeup.records import write_atomically
from closeup.tasks import task_of
from closeup.training import learner
from closeup.training.encode import Encoder
from closeup.training.environment import Stage
from closeup.training.recipe import Recipe

MAKERS = {"qwen25": tiny.qwen25, "qwen3": tiny.qwen3}
SIDE = {"qwen25": 28, "qwen3": 32}
"""Pixels of one token's side."""
ZOOM = '<tool_call>{"name": "zoom_in", "arguments": {"bbox_2d": [0, 0, 50, 50]}}</tool_call>'
STEPS, RATE = 25, 3e-3
"""Enough to say it by heart."""


@cache
def home() -> Path:
    """A folder for this process."""
    folder = Path(tempfile.mkdtemp())
    register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def bench() -> Bench:
    """Questions of a training split about two pages of coloured squares."""
    near, far = Box(100, 100, 300, 300), Box(500, 500, 800, 700)
    questions = [
        benches.choice(number, [near, far], "AB"[number % 2], split="train") for number in range(8)
    ]
    pages = {page: _page(page) for question in questions for page in question.pages}
    made = benches.write_bench(home() / "bench", questions, pages)
    counted = made.manifest.model_copy(update={"pages": {"train": len(pages)}})
    write_atomically(made.path / "manifest.json", counted.to_json())
    return Bench.open(made.path)


def _page(name: str) -> Image.Image:
    dice = random.Random(name)
    page = Image.new("RGB", (benches.SIDE, benches.SIDE), "white")
    for _ in range(30):
        x, y = dice.randrange(benches.SIDE), dice.randrange(benches.SIDE)
        colour = (dice.randrange(256), dice.randrange(256), dice.randrange(256))
        page.paste(colour, (x, y, x + 90, y + 90))
    return page


def recipe(kind: str, model: Path | None = None, **tables: dict[str, Any]) -> Recipe:
    """A recipe of two steps, each of two groups of two; `tables` add to its tables."""
    crop = (2 * SIDE[kind]) ** 2
    raw: dict[str, Any] = {
        "regime": "grpo",
        "model": str(model or warm(kind)),
        "data": {"bench": str(bench().path)},
        "look": {"tools": ("zoom_in",), "pixels": 4 * crop, "max_tokens": 100, "calls": 2}
        | {"crop_pixels": crop, "crop_least": crop},
        "train": {"steps": 2, "batch": 4, "micro_batch": 2, "learning_rate": 1e-4},
        "rollouts": {"group": 2, "completion_tokens": 400},
        "rewards": {"weights": {"answer": 1.0, "format": 1.0, "region_iou": 1.0}},
    }
    for name, table in tables.items():
        raw[name] = raw.get(name, {}) | table
    return Recipe.model_validate(raw)


def stage(of: Recipe, pupil: learner.Learner | None = None) -> Stage:
    """The questions of the bench, each once."""
    pupil = pupil or learner.load(of)
    questions = list(bench().questions())
    tasks = {question.task: task_of(bench(), question.task) for question in questions}
    return Stage(questions, tasks, pupil, Pictures.at(bench().image_path))


@cache
def bare(kind: str) -> Path:
    """A tiny model that says junk. Returns the folder."""
    return MAKERS[kind](home() / f"bare-{kind}")


@cache
def warm(kind: str) -> Path:
    """A tiny model that zooms into a corner, and then answers. Returns the folder."""
    taught = recipe(kind, bare(kind))
    pupil = learner.load(taught)
    talks = [stage(taught, pupil).begin(row) for row in range(2)]
    for talk, answer in zip(talks, "AB", strict=True):
        talk.hear(Reply(text=ZOOM))
        talk.hear(Reply(text=f"<answer>{answer}</answer>"))
    encoder = Encoder(pupil.processor, Pictures.at(bench().image_path))
    batch = encoder.batch([encoder.example(talk.messages) for talk in talks])
    optimizer = torch.optim.AdamW(pupil.model.parameters(), lr=RATE)
    pupil.model.train()
    for _ in range(STEPS):
        pupil.model(**batch).loss.backward()
        torch.nn.utils.clip_grad_norm_(pupil.model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    folder = home() / f"warm-{kind}"
    pupil.model.save_pretrained(folder)
    pupil.save(folder)
    return folder
