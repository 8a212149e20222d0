"""Many questions, one model: a bounded number at a time, into a run that can be taken up again."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from closeup.ask import ask, fingerprint, opening
from closeup.bench import MANIFEST, Bench, TaskCount
from closeup.models.model import Model, ModelError
from closeup.question import Question, Split
from closeup.records import CloseupError
from closeup.store import BATCH_SECONDS, RunInfo, Store
from closeup.tasks import task_of
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
    split: Split | None = None,
    limit: int | None = None,
    concurrency: int = 64,
    console: Console | None = None,
) -> Tally:
    """Ask a model the questions of a bench, in the bench's order, and keep all in the folder `out`.

    What the folder already holds is not asked again. `only` names the tasks to ask, all when it is
    empty, and `split` the split; `limit` stops after that many questions; progress goes to
    `console`.
    """
    if limit is not None and limit < 1:
        raise CloseupError(f"limit {limit}: need at least 1")
    if (out / MANIFEST).exists():
        raise CloseupError(f"{out}: a bench: name another folder for the run")
    counts = _chosen(bench, only)
    tasks = {name: task_of(bench, name) for name in counts}
    total = sum(
        count.kept if split is None else count.kept_by_split.get(split, 0)
        for count in counts.values()
    )
    questions = (q for q in bench.questions() if q.task in tasks and split in (None, q.split))
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
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    console = console or Console(stderr=True)
    progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    with Store.create(out, info) as store, progress:
        bar = progress.add_task(model.name, total=total if limit is None else min(limit, total))
        pending = _advancing(islice(questions, limit), lambda: progress.advance(bar))
        return asyncio.run(_run(pending, model, tasks, store, concurrency))


def _chosen(bench: Bench, only: Collection[str]) -> dict[str, TaskCount]:
    """The tasks to ask, named by the name in the question or by where they are defined."""
    tasks = bench.manifest.tasks
    for name in only:
        if name not in tasks and name not in {count.source for count in tasks.values()}:
            known = ", ".join(sorted(tasks))
            raise CloseupError(f"{bench.path}: no task {name!r}; it has {known}")
    return {
        name: count
        for name, count in tasks.items()
        if not only or name in only or count.source in only
    }


def _advancing(questions: Iterable[Question], step: Callable[[], None]) -> Iterator[Question]:
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
            try:
                messages = opening(question, model, task)
            except ValueError as error:
                raise CloseupError(f"question {question.id}: cannot be asked: {error}") from None
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
    except* Exception as errors:  # one worker's trouble is the run's; the others were cancelled
        raise errors.exceptions[0] from None
    finally:
        flushing.cancel()
    return tally
