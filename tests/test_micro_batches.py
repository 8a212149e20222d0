import asyncio
from threading import Event

import pytest

from closeup.models.hf.micro_batches import Batches


class Log:
    """Doubles numbers, and keeps what came together."""

    def __init__(self, size: int = 8) -> None:
        self.seen: list[list[int]] = []
        self.batches: Batches[int, int] = Batches(self.work, lambda number: number % 2, size)

    def work(self, jobs):
        self.seen.append([job.what for job in jobs])
        return [ValueError("unlucky") if job.what == 13 else 2 * job.what for job in jobs]

    async def all(self, *numbers):
        asked = (self.batches.do(number) for number in numbers)
        return await asyncio.gather(*asked, return_exceptions=True)


def test_what_comes_together_is_done_together_in_its_order():
    log = Log()
    assert asyncio.run(log.all(2, 4, 6)) == [4, 8, 12]
    assert log.seen == [[2, 4, 6]]


def test_only_what_is_alike_shares_a_batch_and_no_batch_is_too_large():
    log = Log(size=2)
    assert asyncio.run(log.all(1, 2, 3, 4, 5)) == [2, 4, 6, 8, 10]
    assert log.seen == [[1, 3], [2, 4], [5]]


def test_an_error_goes_to_the_job_that_it_belongs_to():
    fine, unlucky = asyncio.run(Log().all(11, 13))
    assert fine == 22
    assert isinstance(unlucky, ValueError)


def test_what_the_work_raises_goes_to_all_and_the_next_batch_is_done():
    def work(jobs):
        if jobs[0].what == 1:
            raise RuntimeError("broken")
        return [job.what for job in jobs]

    batches: Batches[int, int] = Batches(work, lambda number: number > 1, 4)

    async def both():
        first = asyncio.gather(batches.do(1), batches.do(0), return_exceptions=True)
        return [*await first, await batches.do(5)]

    one, two, three = asyncio.run(both())
    assert isinstance(one, RuntimeError)
    assert isinstance(two, RuntimeError)
    assert three == 5


def test_work_that_nobody_waits_for_can_tell():
    started, told = Event(), []

    def work(jobs):
        started.set()
        while not jobs[0].given_up:
            pass
        told.append(jobs[0].what)
        return [0]

    batches: Batches[int, int] = Batches(work, lambda _: 0, 4)

    async def leave():
        asked = asyncio.create_task(batches.do(7))
        await asyncio.to_thread(started.wait)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked

    asyncio.run(leave())
    assert told == [7]


def test_another_event_loop_may_go_on_with_it():
    log = Log()
    assert asyncio.run(log.all(2)) == [4]
    assert asyncio.run(log.all(4)) == [8]
