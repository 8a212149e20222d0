"""Micro-batches: what is asked at about the same time is worked on together, in a thread."""

import asyncio
from asyncio import Future, Task
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

J = TypeVar("J")
R = TypeVar("R")
WAIT = 0.005
"""Seconds that the first of a batch waits for others."""


class Job(Generic[J, R]):
    """One thing to do, and who waits for it."""

    def __init__(self, what: J) -> None:
        self.what = what
        self.result: Future[R] = asyncio.get_running_loop().create_future()

    @property
    def given_up(self) -> bool:
        """Whether nobody waits any more. To be read from any thread."""
        return self.result.cancelled()


class Batches(Generic[J, R]):
    """One batch at a time; in the order of arrival, but only jobs that are `alike` together.

    `work` gives a result or an error for each job of a batch; what it raises all of them get.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Job[J, R]]], Sequence[R | Exception]],
        alike: Callable[[J], Hashable],
        size: int,
    ) -> None:
        self.size = size
        """Most jobs of a batch. May be lowered while it runs."""
        self._work = work
        self._alike = alike
        self._waiting: list[Job[J, R]] = []
        self._task: Task[None] | None = None

    async def do(self, what: J) -> R:
        """The result of one job."""
        job: Job[J, R] = Job(what)
        self._waiting.append(job)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        return await job.result

    async def _run(self) -> None:
        while self._waiting:
            await asyncio.sleep(WAIT)
            batch = self._next()
            if not batch:
                continue
            try:
                results = await asyncio.to_thread(self._work, batch)
            except Exception as error:
                results = [error] * len(batch)
            for job, result in zip(batch, results, strict=True):
                if job.result.done():
                    continue
                if isinstance(result, Exception):
                    job.result.set_exception(result)
                else:
                    job.result.set_result(result)

    def _next(self) -> list[Job[J, R]]:
        waiting = [job for job in self._waiting if not job.given_up]
        kind = self._alike(waiting[0].what) if waiting else None
        batch = [job for job in waiting if self._alike(job.what) == kind][: self.size]
        self._waiting = [job for job in waiting if job not in batch]
        return batch
