"""What a result was made from, each thing named by its content, and what of it has changed.

A thing that is not at hand, such as a bench that was not built here, is None: it cannot be told
whether it changed, and is taken for what it was.
"""

import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from closeup import rewards, teach
from closeup.bench import MANIFEST, Bench
from closeup.models import MODELS, shipped
from closeup.models.fingerprint import fingerprint
from closeup.records import CloseupError, read_bytes
from closeup.study.run import Run
from closeup.training.recipe import Recipe

Made = dict[str, str | None]
_FINGERPRINT = re.compile("[0-9a-f]{8}")
NOT_ITSELF = ("model", "seed", "report_to", "data.bench", "data.trajectories")
HOUSEKEEPING = ("train.checkpoint_minutes", "train.keep", "train.loaders")
"""Fields of a recipe that its hash leaves out: what stands for itself below, or changes nothing of
what is learned."""
OF_THE_TEST = frozenset({"test", "limit", "asked"})
"""What a trained model does not depend on."""


def made(run: Run) -> Made:
    """What a result of this run would be made from today."""
    study, arm = run.study, run.arm
    found: Made = {"start": start(run)}
    for number, stage in enumerate(run.stages, 1):
        recipe = stage.recipe()
        found[f"recipe {number}"] = _recipe(recipe)
        if recipe.data.trajectories:
            found[f"trajectories {number}"] = _trajectories(Path(recipe.data.trajectories))
        paid = recipe.rewards
        if paid and paid.without_tools:
            found[f"without tools {number}"] = _baseline(Path(paid.without_tools))
        if paid and paid.scorer:
            found[f"scorer {number}"] = weights(paid.scorer)
    if arm.recipes:
        found["train"] = _bench(study.train)
    found["test"] = _bench(study.test)
    found["limit"] = str(study.limit)
    asked = [*arm.tools, f"{study.calls} calls"] if arm.tools else []
    asked += [f"{study.pixels} pixels"] if study.pixels else []
    found["asked"] = ", ".join([*asked, f"{study.max_tokens} tokens"])
    return found


def start(run: Run) -> str | None:
    """What tells the weights that a run starts from; for a model without a folder, its name."""
    if run.before is not None and not run.study.seedless(run.before.arm):
        before = run.before.result()
        return before.model if before else None
    return weights(run.start)


def weights(place: str) -> str:
    """What tells a model from others: its fingerprint, or its name where it is no folder."""
    name = place.removeprefix("hf:")
    folder = shipped.WEIGHTS / name if name in shipped.NAMES else Path(name)
    there = place not in MODELS and folder.is_dir()
    return fingerprint(folder) if there else place


def begun(run: Run) -> Made:
    """What a run was made from when it was begun; empty where that was not written down."""
    return orjson.loads(read_bytes(run.begun)) if run.begun.exists() else {}


def remembered(run: Run) -> Made:
    """What a run is made from today; what is not at hand is told as it was when it was begun."""
    was = begun(run)
    return {name: was.get(name) if now is None else now for name, now in made(run).items()}


def outdated(run: Run) -> list[str]:
    """What a run's result was made from and is another by now, by name; nothing without a result,
    or without its recipes."""
    result = run.result()
    if result is None or not all(stage.file.is_file() for stage in run.stages):
        return []
    return changes(result.made, made(run))


def changes(was: Made, now: Made) -> list[str]:
    """What differs, by name."""
    found = [name for name in was if name not in now]
    for name, value in now.items():
        if name not in was and value is not None:
            found.append(name)
        elif value is not None and value != was[name]:
            lost = name == "start" and _FINGERPRINT.fullmatch(was[name] or "")
            if not (lost and not _FINGERPRINT.fullmatch(value)):  # a folder that is not here
                found.append(name)
    return found


def _recipe(recipe: Recipe) -> str:
    raw: dict[str, Any] = recipe.model_dump(mode="json")
    for name in (*NOT_ITSELF, *HOUSEKEEPING):
        *tables, field = name.split(".")
        table = raw
        for key in tables:
            table = table[key]
        table.pop(field)
    if paid := raw["rewards"]:
        paid |= {"without_tools": None, "scorer": None}  # named beside it, by their content
    return _hash(json.dumps(raw, sort_keys=True))


def _trajectories(folder: Path) -> str | None:
    file = folder / teach.FILE
    return _said(folder, file.stat().st_mtime_ns) if file.is_file() else None


@lru_cache
def _said(folder: Path, written: int) -> str:
    """By what the kept episodes say: where a teacher only took longer, nothing is changed."""
    digest = hashlib.sha256()
    for episode in teach.kept(folder):
        said = [episode.question, episode.epoch, *(turn.text for turn in episode.turns)]
        digest.update(orjson.dumps(said))
    return digest.hexdigest()[:16]


def _baseline(folder: Path) -> str | None:
    try:
        return _hash(json.dumps(rewards.baseline(folder), sort_keys=True))
    except CloseupError:  # none, or none yet
        return None


def _bench(place: str) -> str | None:
    file = Path(place) / MANIFEST
    return _content(place, file.stat().st_mtime_ns) if file.is_file() else None


@lru_cache
def _content(place: str, written: int) -> str:
    return Bench.open(Path(place)).content_hash


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
