"""Many questions, one model: a bounded number at a time, into a run that can be taken up again."""

import asyncio
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from closeup.ask import ask, fingerprint, opening
from closeup.bench import Bench
from closeup.models.model import Model, ModelError
from closeup.question import Question
from closeup.records import CloseupError
from closeup.store import BATCH_SECONDS, RunInfo, Store
from closeup.tasks import tasks_of
from closeup.tasks.task import Task


@dataclass
class Tally:
    """What became of the questions of one call of `run`."""

    asked: int = 0
    kept: int = 0
    """Questions that had their reply already."""
    failed: int = 0
    """Questions that the provider gave no reply to: unscored, and asked again next time."""


def run(
    bench: Bench,
    model: Model,
    out: Path,
    *,
    seed: int = 0,
    only: Collection[str] = (),
    limit: int | None = None,
    concurrency: int = 64,
    console: Console | None = None,
) -> Tally:
    """Ask a model the questions of a bench, in the bench's order, and keep all in the folder `out`.

    What the folder already holds is not asked again. `only` names the tasks to ask, all when it is
    empty; `limit` stops after that many questions; progress goes to `console`.
    """
    for name in only:
        if name not in bench.manifest.tasks:
            known = ", ".join(sorted(bench.manifest.tasks))
            raise CloseupError(f"{bench.path}: no task {name!r}; it has {known}")
    counts = {name: count.kept for name, count in bench.manifest.tasks.items()}
    total = sum(count for name, count in counts.items() if not only or name in only)
    questions = (q for q in bench.questions() if not only or q.task in only)
    info = RunInfo(
        model=model.name,
        seed=seed,
        grid=model.grid,
        resolution=model.resolution,
        bench_hash=bench.content_hash,
        bench=str(bench.path),
        closeup=version("closeup"),
    )
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    progress = Progress(*columns, console=console or Console(stderr=True), transient=True)
    with Store.create(out, info) as store, progress:
        bar = progress.add_task(model.name, total=total if limit is None else min(limit, total))
        pending = _advancing(islice(questions, limit), lambda: progress.advance(bar))
        return asyncio.run(_run(pending, model, tasks_of(bench), store, concurrency))


def _advancing(questions, step) -> Iterator[Question]:
    for question in questions:
        yield question
        step()


async def _run(
    pending: Iterator[Question],
    model: Model,
    tasks: Mapping[str, Task],
    store: Store,
    concurrency: int,
) -> Tally:
    tally = Tally()

    async def work() -> None:
        for question in pending:  # shared by all workers: each question goes to one of them
            task = tasks[question.task]
            messages = opening(question, model, task)
            prompt = fingerprint(messages)
            if store.has(question.id, prompt):
                tally.kept += 1
                continue
            tally.asked += 1
            try:
                store.put(question, await ask(question, messages, model, task))
            except ModelError as error:
                tally.failed += 1
                store.fail(question, prompt, str(error))

    async def flush() -> None:
        while True:
            await asyncio.sleep(BATCH_SECONDS)
            store.flush()

    flushing = asyncio.create_task(flush())
    try:
        async with asyncio.TaskGroup() as workers:
            for _ in range(concurrency):
                workers.create_task(work())
    except* CloseupError as errors:
        raise errors.exceptions[0] from None
    finally:
        flushing.cancel()
    return tally
