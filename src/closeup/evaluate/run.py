"""The runner: a bench's questions go to a model, many at once, and their episodes into a run.

Nothing is paid for twice: an episode that is there is kept, and of one that is not, the replies
that are there are used again.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from closeup.ask import Opened, Setting, ask, opened, score
from closeup.bench import MANIFEST, Bench, Entry
from closeup.evaluate.outbox import Outbox
from closeup.evaluate.progress import Display
from closeup.evaluate.schedule import Schedule
from closeup.evaluate.stopping import stopping
from closeup.evaluate.tally import Tally
from closeup.message import Reply, Request
from closeup.models.model import Model, ModelError
from closeup.models.throttle import Gate
from closeup.pictures import Pictures
from closeup.question import Question, Split
from closeup.records import CloseupError
from closeup.run_info import RunInfo
from closeup.store import BATCH_SECONDS, Store
from closeup.tasks import task_of
from closeup.tasks.task import Task

if TYPE_CHECKING:  # aiohttp takes a third of a second
    from closeup.models.batch import Desk

CONNECTIONS = 64
"""Episodes at once, with a model that has no gate of its own."""


def run(
    bench: Bench,
    model: Model,
    out: Path,
    *,
    pictures: Pictures | None = None,
    setting: Setting | None = None,
    seed: int = 0,
    only: Collection[str] = (),
    split: Split | None = None,
    limit: int | None = None,
    epochs: int = 1,
    desk: "Desk | None" = None,
    console: Console | None = None,
) -> Tally:
    """Ask a model the questions of a bench, page by page, and keep all in the folder `out`.

    `pictures` are the bench's, best the ones that the model was made from. `only` names the tasks
    to ask, all when it is empty, and `split` the split; `limit` takes the first questions only;
    each question is asked `epochs` times. With a `desk` the model is asked in batches, without
    tools. Progress goes to `console`.
    """
    for name, value in (("limit", limit), ("epochs", epochs)):
        if value is not None and value < 1:
            raise CloseupError(f"{name} {value}: need at least 1")
    if (out / MANIFEST).exists():
        raise CloseupError(f"{out}: a bench: name another folder for the run")
    setting = setting or Setting()
    if desk is not None and setting.tools:
        raise CloseupError(f"tools {', '.join(setting.tools)}: a batch is for one turn a question")
    pictures = pictures or Pictures.at(bench.image_path)
    tasks = {name: task_of(bench, name) for name in _chosen(bench, only)}
    entries = bench.entries()
    wanted = [e for e in entries if e.task in tasks and split in (None, e.split)][:limit]
    console = console or Console(stderr=True)
    with Store.create(out, _info(bench, model, setting, seed, epochs)) as store:
        runner = _Runner(bench, model, tasks, setting, pictures, store, epochs)
        if desk is not None:
            from closeup.evaluate import batched

            pending = runner.pending(wanted)
            work = batched.answered(model, pending, desk, store, pictures, console)
            runner = _Runner(bench, asyncio.run(work), tasks, setting, pictures, store, epochs)
        elif out_there := len(Outbox(store).keys()):
            raise CloseupError(f"{out}: {out_there} requests are out: --batch waits for them")
        runner.tally.forgotten = store.forget(frozenset(e.id for e in entries), epochs)
        if store.before.endpoint != store.info.endpoint:
            note = f"{out}: was asked at {store.before.endpoint}, now at {store.info.endpoint}"
            console.print(note, markup=False, highlight=False)
        with Display(model.name, len(wanted) * epochs, console) as display:
            try:
                asyncio.run(runner.all(wanted, display))
            except asyncio.CancelledError:
                raise KeyboardInterrupt from None
    return runner.tally


def _info(bench: Bench, model: Model, setting: Setting, seed: int, epochs: int) -> RunInfo:
    return RunInfo(
        model=model.name,
        seed=seed,
        grid=model.grid,
        resolution=model.resolution,
        tools=tuple(setting.tools),
        native_tools=setting.native,
        oracle_crop=setting.oracle_crop,
        budget=setting.budget,
        crops=setting.crops,
        sampling=setting.sampling,
        epochs=epochs,
        bench_hash=bench.content_hash,
        bench=str(bench.path),
        endpoint=getattr(model, "endpoint", ""),
        closeup=version("closeup"),
    )


def _chosen(bench: Bench, only: Collection[str]) -> list[str]:
    """The tasks to ask, named by the name in the question or by where they are defined."""
    tasks = bench.manifest.tasks
    for name in only:
        if name not in tasks and name not in {count.source for count in tasks.values()}:
            known = ", ".join(sorted(tasks))
            raise CloseupError(f"{bench.path}: no task {name!r}; it has {known}")
    return [
        name for name, count in tasks.items() if not only or name in only or count.source in only
    ]


@dataclass
class _Runner:
    """What all workers share."""

    bench: Bench
    model: Model
    tasks: Mapping[str, Task]
    setting: Setting
    pictures: Pictures
    store: Store
    epochs: int

    def __post_init__(self) -> None:
        self.tally = Tally()
        self._price = getattr(self.model, "cost", None)

    async def all(self, wanted: Sequence[Entry], display: Display) -> None:
        """Ask what is wanted; raises the first error that is not the provider's, as itself."""
        gate: Gate = getattr(self.model, "gate", None) or Gate(CONNECTIONS)
        schedule = Schedule(self.pending(wanted))
        beside = asyncio.create_task(self._keep_up(display))
        try:
            with stopping(schedule, display) as stopped:
                async with asyncio.TaskGroup() as episodes:
                    while True:
                        await gate.enter()
                        job = await schedule.take()
                        if job is None:
                            break
                        episodes.create_task(self._one(job, schedule, gate))
        except* Exception as errors:  # one's trouble is the run's; the others were cancelled
            raise errors.exceptions[0] from None
        finally:
            beside.cancel()
            with suppress(asyncio.CancelledError):
                await beside
            if close := getattr(self.model, "close", None):
                await close()
            self._told(display)
        if stopped():
            raise asyncio.CancelledError

    async def _one(self, job: Opened, schedule: Schedule[Opened], gate: Gate) -> None:
        try:
            await self._ask(job)
        finally:
            gate.leave()
            schedule.done(job)

    async def pending(self, wanted: Sequence[Entry]) -> AsyncIterator[list[Opened]]:
        """Page by page, the questions that have no episode for the way they would be asked."""
        pages = sorted(range(len(wanted)), key=lambda i: (wanted[i].page, i))
        for _, numbers in groupby(pages, key=lambda i: wanted[i].page):
            jobs: list[Opened] = []
            for question in self.bench.questions_at(wanted[i].offset for i in numbers):
                for epoch in range(self.epochs):
                    job = self._opened(question, epoch)
                    if self.store.has(question.id, epoch, job.prompt):
                        self._keep(job)
                    else:
                        jobs.append(job)
            yield jobs
            await asyncio.sleep(0)  # a long row of kept pages must not hold everything up

    def _keep(self, job: Opened) -> None:
        """Leave an episode as it is, but for its score, which is what it is worth today."""
        self.tally.kept += 1
        episode = self.store.episode(job.question.id, job.epoch)
        assert episode is not None
        today = score(job.question, job.task, episode.stop, episode.reply)
        if today != episode.score:
            self.tally.rescored += 1
            self.store.rescore(job.question, episode.model_copy(update={"score": today}))

    def _opened(self, question: Question, epoch: int) -> Opened:
        task = self.tasks[question.task]
        try:
            return opened(question, self.model, task, self.setting, self.pictures, epoch)
        except ValueError as error:
            raise CloseupError(f"question {question.id}: cannot be asked: {error}") from None

    async def _ask(self, job: Opened) -> None:
        async def answer(request: Request) -> Reply:
            first = len(request.messages) == len(job.first.messages)
            return await self._answer(request, job.key if first else None)

        try:
            episode = await ask(job, self.model, self.setting, self.pictures, answer)
        except ModelError as error:
            self.tally.failures[str(error)] += 1
            self.store.fail(job.question, job.epoch, job.prompt, str(error))
        else:
            self.tally.add(episode)
            self.store.put(job.question, episode)
        self.tally.asked += 1

    async def _answer(self, request: Request, key: str | None) -> Reply:
        """The reply to a request: the one that was had, or a new one, kept at once."""
        if getattr(self.model, "by_question", False):
            return await self.model.reply(request)
        key = key or request.key(self.model.name, self.pictures.page_hash)
        reply = self.store.known(key)
        if reply is not None:
            self.tally.reused += 1
            return reply
        reply = await self.model.reply(request)
        if not isinstance(reply, Reply):
            raise CloseupError(f"model {self.model.name}: replied with a {type(reply).__name__}")
        self.store.keep(key, "question", reply)
        self.tally.calls += 1
        self.tally.usage += reply.usage
        return reply

    async def _keep_up(self, display: Display) -> None:
        while True:
            await asyncio.sleep(BATCH_SECONDS)
            self.store.flush()
            self._told(display)

    def _told(self, display: Display) -> None:
        self.tally.cost = self._price(self.tally.usage) if self._price else None
        self.tally.retries = dict(getattr(self.model, "counts", {}))
        display.show(self.tally)
