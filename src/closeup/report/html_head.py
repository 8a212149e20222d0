"""What a report says of its runs before any figure: who was asked what, of which bench, and how."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from closeup.images import Resolution
from closeup.report.html_runs import Shown
from closeup.run_info import RunInfo
from closeup.show.opening import digest


class Prompt(NamedTuple):
    """A text that the model was given."""

    name: str
    text: str
    sha256: str
    same: str
    """Whether an episode's hash says that this is to the letter what was sent; or empty."""


class Head(NamedTuple):
    """One run."""

    key: str
    model: str
    facts: list[tuple[str, str]]
    """Name and value."""
    prompts: list[Prompt]
    files: list[tuple[str, str]]
    """The bench's files, and the hashes of what is in them."""
    recipe: str
    """Of a training run, as JSON."""


def head(run: Shown) -> Head:
    """A run's manifest."""
    facts = [*_facts(run)]
    files = sorted(run.bench.manifest.files.items()) if run.bench else []
    recipe = run.training.recipe.model_dump(mode="json") if run.training else None
    text = json.dumps(recipe, indent=2, ensure_ascii=False) if recipe else ""
    return Head(run.key, run.model, facts, [*_prompts(run)], files, text)


def _facts(run: Shown) -> Iterator[tuple[str, str]]:
    yield "run", str(run.folder)
    yield "last written", run.written
    if run.training:
        rows = run.training.rows
        yield "training", f"{run.training.recipe.regime}, from {run.training.recipe.model}"
        yield "steps", f"{int(rows[-1]['step'] or 0) if rows else 0:,}"
        yield "training bench", run.training.recipe.data.bench
    if run.store is None:
        return
    info = run.store.info
    served = "SELECT DISTINCT json_extract(episode, '$.served_by') FROM asked ORDER BY 1"
    names = [name for (name,) in run.store.rows(served, ()) if name]
    if names:
        yield "served by", ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
    if info.endpoint:
        yield "endpoint", info.endpoint
    yield "bench", f"{info.bench}, {info.bench_hash}"
    if run.bench:
        yield from _bench(run)
    yield from _asked(info)
    judges = "SELECT DISTINCT judge FROM judged ORDER BY 1"
    if found := [name for (name,) in run.store.rows(judges, ())]:
        yield "judges", ", ".join(found)
    yield "closeup", info.closeup


def _bench(run: Shown) -> Iterator[tuple[str, str]]:
    assert run.bench is not None
    manifest = run.bench.manifest
    yield "made from", f"{manifest.reader}: {manifest.source}"
    if manifest.page_seeds:
        first, last = manifest.page_seeds
        yield "page seeds", f"{first:,} to {last:,}, for {manifest.seed_range or 'anything'}"
    pages = ", ".join(f"{count:,} {split}" for split, count in manifest.pages.items())
    if pages:
        yield "pages", pages


def _asked(info: RunInfo) -> Iterator[tuple[str, str]]:
    yield "pages are shown at", _resolution(info.resolution)
    yield "boxes are written in", info.grid
    if info.tools:
        how = "the provider's own tool calling" if info.native_tools else "text"
        yield "tools", f"{', '.join(info.tools)}; called in {how}"
        yield "crops are shown at", _resolution(info.crops)
        yield "budget", ", ".join(_budget(info))
    else:
        yield "tools", "none"
    if info.oracle_crop:
        yield "oracle crop", "what the question is about is shown enlarged from the start"
    drawn = info.sampling.model_dump(exclude_none=True)
    yield "sampling", ", ".join(f"{name.replace('_', ' ')} {v}" for name, v in drawn.items())
    yield "seed", str(info.seed)
    if info.epochs > 1:
        yield "epochs", str(info.epochs)


def _budget(info: RunInfo) -> Iterator[str]:
    budget = info.budget
    yield f"{budget.calls} calls"
    yield f"{budget.turns} turns"
    if budget.pixels is not None:
        yield f"{budget.pixels:,} pixels of crops"
    if budget.tokens is not None:
        yield f"{budget.tokens:,} tokens written"


def _resolution(size: Resolution) -> str:
    parts = ["their own size" if size.pixels is None else f"{size.pixels:,} pixels at most"]
    if size.least is not None:
        parts.append(f"{size.least:,} at least")
    if size.multiple > 1:
        parts.append(f"sides multiples of {size.multiple}")
    return ", ".join(parts)


def _prompts(run: Shown) -> Iterator[Prompt]:
    """The system text and the tasks' prompts, as this version of closeup writes them."""
    if run.opening is None or run.store is None or run.bench is None:
        return
    if system := run.opening.system:
        yield Prompt("system", system, digest(system), "")
    first = "SELECT task, min(question), epoch FROM asked WHERE episode NOT NULL GROUP BY task"
    for task, question, epoch in islice(run.store.rows(f"{first} ORDER BY task", ()), 100):
        text = run.opening.template(task)
        episode = run.store.episode(question, epoch)
        if not text or episode is None:
            continue
        same = run.opening.agrees(run.bench.question(question), episode)
        told = (
            "as it was sent: the hash of an episode agrees"
            if same
            else "as this closeup writes it: no hash of the run confirms it"
        )
        yield Prompt(task, text, digest(text), told)
