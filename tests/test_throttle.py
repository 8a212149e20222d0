import asyncio

import pytest

from closeup.models.throttle import COOL_DOWN, LEAST, MOST, START, Bucket, Gate


class Time:
    """A clock that moves when it is told to, or when someone sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def full(gate: Gate) -> None:
    gate.in_flight = gate.limit


def rounds(gate: Gate, number: int) -> None:
    """Clean replies for this many rounds, with the gate always full."""
    for _ in range(number):
        for _ in range(gate.limit):
            full(gate)
            gate.clean()


def test_no_more_are_let_in_than_the_limit_and_they_come_in_order():
    async def scene() -> list[int]:
        gate, order, most = Gate(2), [], 0

        async def one(number: int) -> None:
            nonlocal most
            await gate.enter()
            order.append(number)
            most = max(most, gate.in_flight)
            await asyncio.sleep(0)
            gate.leave()

        await asyncio.gather(*(one(number) for number in range(9)))
        assert (most, gate.in_flight) == (2, 0)
        return order

    assert asyncio.run(scene()) == list(range(9))


def test_one_who_gives_up_waiting_takes_no_place():
    async def scene() -> None:
        gate = Gate(1)
        await gate.enter()
        waits = [asyncio.create_task(gate.enter()) for _ in range(3)]
        await asyncio.sleep(0)
        waits[0].cancel()
        await asyncio.sleep(0)
        gate.leave()  # gives the place to the second, who gives up before taking it
        waits[1].cancel()
        await waits[2]
        assert gate.in_flight == 1
        gate.leave()
        assert gate.in_flight == 0

    asyncio.run(scene())


def test_one_who_gives_up_just_as_a_place_becomes_free_leaves_it_to_the_next():
    async def scene() -> None:
        gate = Gate(1)
        await gate.enter()
        waits = [asyncio.create_task(gate.enter()) for _ in range(2)]
        await asyncio.sleep(0)
        waits[0].cancel()
        gate.leave()  # passes the first over, who has not heard yet that it was cancelled
        with pytest.raises(asyncio.CancelledError):
            await waits[0]
        await waits[1]
        assert gate.in_flight == 1

    asyncio.run(scene())


def test_a_fixed_gate_stays_as_it_is():
    gate = Gate(7)
    gate.slowed(3.0)
    gate.strained()
    rounds(gate, 5)
    assert (gate.limit, gate.most) == (7, 7)


def test_the_limit_doubles_each_clean_round_up_to_the_most():
    gate = Gate(clock=Time())
    assert gate.limit == START
    rounds(gate, 2)
    assert gate.limit == 4 * START
    rounds(gate, 20)
    assert gate.limit == gate.most == MOST


def test_the_limit_does_not_grow_while_it_is_not_what_holds_back():
    gate = Gate(clock=Time())
    gate.in_flight = gate.limit - 1
    for _ in range(1000):
        gate.clean()
    assert gate.limit == START


def test_a_burst_of_complaints_cuts_once_and_the_next_one_after_the_cool_down_again():
    time = Time()
    gate = Gate(clock=time)
    rounds(gate, 3)
    for _ in range(50):
        gate.slowed()
    assert gate.limit == int(8 * START * 0.8)
    time.now += COOL_DOWN
    gate.slowed()
    assert gate.limit == int(int(8 * START * 0.8) * 0.8)


def test_a_cool_down_lasts_as_long_as_the_server_asks_to_wait():
    time = Time()
    gate = Gate(clock=time)
    gate.slowed(60.0)
    cut = gate.limit
    time.now += 59
    gate.slowed()
    assert gate.limit == cut


def test_after_a_complaint_the_limit_grows_by_a_twentieth_and_not_before_the_cool_down():
    time = Time()
    gate = Gate(clock=time)
    rounds(gate, 3)
    gate.slowed()
    cut = gate.limit
    rounds(gate, 1)
    assert gate.limit == cut
    time.now += COOL_DOWN
    rounds(gate, 1)
    assert cut < gate.limit <= cut * 1.05 + 1


def test_complaints_never_close_the_gate():
    time = Time()
    gate = Gate(clock=time)
    for _ in range(50):
        gate.slowed()
        time.now += COOL_DOWN
    assert gate.limit == LEAST


def test_a_failing_server_pauses_growth_and_cuts_nothing():
    time = Time()
    gate = Gate(clock=time)
    gate.strained()
    rounds(gate, 1)
    assert gate.limit == START
    time.now += COOL_DOWN
    rounds(gate, 1)
    assert gate.limit == 2 * START


def test_growth_lets_in_those_who_wait():
    async def scene() -> None:
        gate = Gate(clock=Time())
        for _ in range(START):
            await gate.enter()
        late = asyncio.create_task(gate.enter())
        await asyncio.sleep(0)
        assert not late.done()
        for _ in range(START):
            gate.clean()
        await late

    asyncio.run(scene())


def test_a_bucket_lets_a_burst_through_and_then_keeps_the_rate():
    async def scene() -> None:
        time = Time()
        bucket = Bucket(60.0, time, time.sleep)  # one a second, six at once
        start = time.now
        for _ in range(66):
            await bucket.take(1)
        assert time.now - start == pytest.approx(60)

    asyncio.run(scene())


def test_a_take_larger_than_the_bucket_waits_for_its_share_and_goes_through():
    async def scene() -> None:
        time = Time()
        bucket = Bucket(600.0, time, time.sleep)  # ten a second, sixty at once
        await bucket.take(260)
        assert time.slept == [pytest.approx(20)]

    asyncio.run(scene())


def test_what_was_not_used_is_taken_back_and_what_was_used_beyond_is_owed():
    async def scene() -> None:
        time = Time()
        bucket = Bucket(600.0, time, time.sleep)
        await bucket.take(60)
        bucket.give(30)
        await bucket.take(30)
        assert not time.slept
        bucket.give(-40)
        await bucket.take(10)
        assert time.slept == [pytest.approx(5)]

    asyncio.run(scene())


def test_no_bound_never_waits():
    async def scene() -> None:
        time = Time()
        bucket = Bucket(None, time, time.sleep)
        for _ in range(100):
            await bucket.take(1e9)
        assert not time.slept

    asyncio.run(scene())
