"""The order in which many workers are given questions."""

import asyncio

from closeup.evaluate.schedule import Schedule


async def groups(*sizes: int):
    for page, size in enumerate(sizes):
        yield [(page, number) for number in range(size)]
        await asyncio.sleep(0)


def taken(at_once: int, *sizes: int) -> list[tuple[str, tuple[int, int]]]:
    """What is done by a dispatcher of so many jobs at once: each is begun, and turns later done."""
    told: list[tuple[str, tuple[int, int]]] = []

    async def do(job: tuple[int, int], schedule: Schedule[tuple[int, int]], free) -> None:
        told.append(("begin", job))
        for _ in range(3):
            await asyncio.sleep(0)
        told.append(("end", job))
        schedule.done(job)
        free.release()

    async def all_of_them() -> None:
        schedule = Schedule(groups(*sizes))
        free = asyncio.Semaphore(at_once)
        async with asyncio.timeout(10), asyncio.TaskGroup() as jobs:
            while True:
                await free.acquire()
                job = await schedule.take()
                if job is None:
                    break
                jobs.create_task(do(job, schedule, free))

    asyncio.run(all_of_them())
    return told


def test_every_job_is_handed_out_once():
    for workers in (1, 3, 50):
        begun = [job for what, job in taken(workers, 5, 1, 0, 7) if what == "begin"]
        assert sorted(begun) == [(p, n) for p, size in enumerate((5, 1, 0, 7)) for n in range(size)]


def test_a_page_is_led_by_one_question():
    told = taken(50, 5, 1, 7)
    for page, size in enumerate((5, 1, 7)):
        led = told.index(("end", (page, 0)))
        assert all(told.index(("begin", (page, number))) > led for number in range(1, size))


def test_a_page_that_is_read_is_finished_before_a_new_one_begins():
    begun = [page for what, (page, _) in taken(1, 4, 4, 4) if what == "begin"]
    assert begun == sorted(begun)


def test_without_any_group_there_is_nothing_to_take():
    assert taken(4) == []
