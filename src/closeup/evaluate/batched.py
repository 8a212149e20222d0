"""Single-shot questions at half the price: what is pending goes out in batches, and what comes back
goes into the store, where the runner finds it.

A request that is out stands in the run until its batch is over. So whoever stops a run and starts
it again goes on waiting, and pays for nothing twice.
"""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from rich.console import Console

from closeup.ask import Opened
from closeup.evaluate.outbox import Outbox
from closeup.geometry import Grid
from closeup.message import Reply, Request, Usage
from closeup.models import batch
from closeup.models.batch import Desk, State
from closeup.models.model import Model, ModelError
from closeup.models.wire import MalformedError
from closeup.pictures import Pictures
from closeup.records import MAX_LINE, CloseupError
from closeup.store import Store

INTERVAL = 30.0
"""Seconds between two looks at the batches."""


def desk_of(model: Model) -> Desk:
    """Where a model's batches are handed in; CloseupError for a model that has none."""
    make = getattr(model, "desk", None)
    if make is None:
        raise CloseupError(f"{model.name}: no batches: need openai:NAME or a server that has them")
    return make()


class Answered:
    """A model whose batches are over: what it has not answered by now, it will not answer."""

    def __init__(self, model: Model, pictures: Pictures, problems: dict[str, str]) -> None:
        self.name = model.name
        self.grid: Grid = model.grid
        self.resolution = model.resolution
        self._pictures = pictures
        self._problems = problems

    async def reply(self, request: Request) -> Reply:
        """Raises ModelError, with what went wrong in the batch."""
        key = request.key(self.name, self._pictures.page_hash)
        raise ModelError(self._problems.get(key, "not asked in any batch"))


async def answered(
    model: Model,
    pending: AsyncIterator[Sequence[Opened]],
    desk: Desk,
    store: Store,
    pictures: Pictures,
    console: Console,
) -> Answered:
    """Have what is pending answered into the store, and wait for it; the model to go on with."""
    work = _Batches(desk, store)
    try:
        with TemporaryDirectory(prefix="closeup-") as folder:
            with (Path(folder) / "requests.jsonl").open("wb") as file:
                await work.send(pending, file)
            with (Path(folder) / "replies.jsonl").open("wb+") as file:
                await work.wait(file, console)
    except ModelError as error:
        raise CloseupError(f"{error}: the same command goes on from here") from None
    finally:
        if close := getattr(model, "close", None):
            await close()
    told = work.told()
    if (cost := getattr(model, "cost", None)) and (dollars := cost(work.usage)) is not None:
        told += f", ${dollars * batch.PRICE:.2f}"
    console.print(f"closeup: {told}", markup=False, highlight=False, soft_wrap=True)
    return Answered(model, pictures, work.problems)


class _Batches:
    """What is out of one run, and what came of it."""

    def __init__(self, desk: Desk, store: Store) -> None:
        self.problems: dict[str, str] = {}
        """Why there is no reply, by the key of the request."""
        self.usage = Usage()
        self._desk = desk
        self._store = store
        self._outbox = Outbox(store)
        self._sent = self._replies = self._malformed = 0

    async def send(self, pending: AsyncIterator[Sequence[Opened]], file: BinaryIO) -> None:
        """Send all requests that are not out already and have no reply, a `file` at a time."""
        await self._start()
        out = set(self._outbox.keys())
        keys: list[str] = []
        async for job in (job async for jobs in pending for job in jobs):
            if job.key in out or self._store.known(job.key):
                continue
            line = await self._desk.line(job.key, job.first)
            full = file.tell() + sum(map(len, line)) > batch.MOST_BYTES
            if keys and (full or len(keys) == batch.MOST_REQUESTS):
                await self._hand_in(file, keys)
                keys = []
            file.writelines(line)
            keys.append(job.key)
            out.add(job.key)
        if keys:
            await self._hand_in(file, keys)

    async def _hand_in(self, file: BinaryIO, keys: Sequence[str]) -> None:
        file.flush()
        self._outbox.send(await self._desk.upload(Path(file.name)), keys)
        self._sent += len(keys)
        file.seek(0)
        file.truncate()
        await self._start()

    async def _start(self) -> None:
        """Begin the batches of all files that have none."""
        for file, begun in self._outbox.files():
            if begun is None:
                self._outbox.begun(file, await self._desk.start(file))

    async def wait(self, file: BinaryIO, console: Console) -> None:
        """Look at the batches until all are over; `file` is for what they bring."""
        with console.status("") as line:
            while out := self._outbox.files():
                states = [(name, await self._desk.state(begun)) for name, begun in out if begun]
                for name, state in states:
                    if state.over:
                        await self._collect(name, state, file)
                if left := len(self._outbox.keys()):
                    done = sum(state.done for _, state in states if not state.over)
                    failed = sum(state.failed for _, state in states if not state.over)
                    line.update(f"{left} requests in batches: {done} done, {failed} failed")
                    await self._desk.sleep(INTERVAL)

    async def _collect(self, name: str, state: State, file: BinaryIO) -> None:
        """Keep what came of the requests in a file."""
        waited_for = set(self._outbox.keys(name))
        for results in state.files:
            await self._desk.fetch(results, file)
            while line := file.readline(MAX_LINE):
                self._hear(line, waited_for)
        self.problems |= dict.fromkeys(waited_for, state.said)
        self._outbox.returned(name)

    def _hear(self, line: bytes, waited_for: set[str]) -> None:
        try:
            outcome = self._desk.outcome(line)
            waited_for.remove(outcome.key)
        except (MalformedError, KeyError):  # of a request that was never made, or that was heard of
            self._malformed += 1
            return
        if outcome.reply is None:
            self.problems[outcome.key] = outcome.problem
            return
        self._store.keep(outcome.key, "question", outcome.reply)
        self._replies += 1
        self.usage += outcome.reply.usage

    def told(self) -> str:
        """What was sent and what came back, on one line."""
        told = f"{self._sent} requests sent in batches, {self._replies} replies"
        if self.problems:
            told += f", {len(self.problems)} without one"
        if self._malformed:
            told += f", {self._malformed} lines that belong to no request"
        return f"{told}, {self.usage.input}+{self.usage.output} tokens"
