import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from closeup.records import CloseupError
from closeup.serve import Constant, Stats, serving
from closeup.serve.faults import Fault, Faults, slow

BODIES = [hashlib.sha256(f"{n}".encode()).digest() for n in range(4000)]


def meeting(
    spec: str,
    talk: Callable[[aiohttp.ClientSession, str, Stats], Awaitable[None]],
    latency: float = 0.0,
) -> None:
    async def work() -> None:
        async with (
            serving(Constant(), faults=spec, latency=latency) as served,
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(20)) as http,
        ):
            await talk(http, f"{served.url}/chat/completions", served.stats)

    asyncio.run(work())


@pytest.mark.parametrize(
    ("spec", "rule"),
    [
        ("nonsense", "'nonsense': need a status from 400 to 599, or hang, "),
        ("429", "'429': need KIND:SHARE"),
        ("429:", "'429:': need KIND:SHARE"),
        ("429:x", "'429:x': need KIND:SHARE"),
        ("429:0.1:1:2", "'429:0.1:1:2': need KIND:SHARE"),
        ("429:0.1,", "'': need a status"),
        ("200:0.1", "'200:0.1': need a status"),
        ("4290:0.1", "'4290:0.1': need a status"),
        ("²:0.1", "'²:0.1': need a status"),
        ("500:1.5", "a share of 1.5: need 0 to 1"),
        ("500:-1", "a share of -1: need 0 to 1"),
        ("500:nan", "a share of nan: need 0 to 1"),
        ("429:0.1:-3", "-3 seconds: need 0 or more"),
        ("429:0.1:inf", "inf seconds: need 0 or more"),
        ("hang:0.1:3", "hang takes no seconds"),
        ("500:0.1,500:0.2", "'500': stands twice"),
        ("500:0.6,hang:0.6", "the shares make 1.2 together"),
    ],
)
def test_a_bad_spec_is_one_line_that_names_the_part(spec, rule):
    with pytest.raises(CloseupError) as caught:
        Faults(spec)
    assert str(caught.value).startswith("faults: ")
    assert rule in str(caught.value)
    assert "\n" not in str(caught.value)


def drawn(faults: Faults, attempt: int = 0) -> list[str]:
    found = (faults.draw(body, attempt) for body in BODIES)
    return [fault.kind if fault else "" for fault in found]


def test_shares_come_out_as_they_were_asked_for():
    counts = Counter(drawn(Faults("429:0.1,500:0.05,hang:0.02,slow:0.3")))
    for kind, share in {"429": 0.1, "500": 0.05, "hang": 0.02, "slow": 0.3, "": 0.53}.items():
        spread = (share * (1 - share) / len(BODIES)) ** 0.5
        assert abs(counts[kind] / len(BODIES) - share) < 4 * spread
    assert set(drawn(Faults("reset:1"))) == {"reset"}
    assert set(drawn(Faults("reset:0"))) == set(drawn(Faults(""))) == {""}


def test_a_fault_is_of_the_request_and_the_try_and_of_nothing_else():
    spec = "429:0.3,hang:0.2"
    first = drawn(Faults(spec))
    assert drawn(Faults(spec)) == first
    assert drawn(Faults(spec, seed=1)) != first
    again = drawn(Faults(spec), attempt=1)
    failed = [kind for kind, before in zip(again, first, strict=True) if before]
    assert 0.4 < failed.count("") / len(failed) < 0.6


def test_a_429_says_when_to_come_again():
    async def talk(http, url, stats):
        async with http.post(url, data=b"x") as answer:
            assert answer.status == 429
            assert answer.headers["Retry-After"] == "0.2"
            assert (await answer.json())["error"]["type"] == "rate_limit_error"
        assert stats.told()["faults"] == {"429": 1}
        assert stats.told()["status"] == {"429": 1}
        assert stats.answered == 0

    meeting("429:1:0.2", talk)


def test_a_500_does_not_say_when_to_come_again_unless_told_to():
    async def talk(http, url, stats):
        async with http.post(url, data=b"x") as answer:
            assert answer.status == 500
            assert "Retry-After" not in answer.headers

    meeting("500:1", talk)


def test_a_hung_socket_is_never_answered_until_the_client_leaves():
    async def talk(http, url, stats):
        with pytest.raises(TimeoutError):
            await http.post(url, data=b"x", timeout=aiohttp.ClientTimeout(0.3))
        while stats.in_flight:
            await asyncio.sleep(0.01)
        assert (stats.left, stats.answered, stats.told()["faults"]) == (1, 0, {"hang": 1})

    meeting("hang:1", talk)


def test_a_malformed_answer_is_a_200_that_is_no_json():
    async def talk(http, url, stats):
        async with http.post(url, data=b"x") as answer:
            assert answer.status == 200
            with pytest.raises(json.JSONDecodeError):
                json.loads(await answer.read())
        await (await http.post(url, data=b"x")).read()
        assert (stats.answered, stats.repeats) == (0, 0)

    meeting("malformed:1", talk)


def test_an_empty_answer_has_no_choices():
    async def talk(http, url, stats):
        async with http.post(url, data=b"x") as answer:
            assert answer.status == 200
            assert (await answer.json())["choices"] == []

    meeting("empty:1", talk)


def test_a_reset_breaks_off_in_the_middle_of_the_body():
    async def talk(http, url, stats):
        answer = await http.post(url, data=b"x")
        assert answer.status == 200
        with pytest.raises(aiohttp.ClientError):
            await answer.read()
        assert stats.told()["faults"] == {"reset": 1}

    meeting("reset:1", talk)


def test_a_slow_answer_is_right_and_takes_the_seconds_it_was_given():
    async def talk(http, url, stats):
        async with http.post(url, data=b"x") as answer:
            assert (await answer.json())["choices"]
        assert stats.answered == 1
        assert stats.told()["faults"] == {"slow": 1}

    meeting("slow:1:0.01", talk, latency=60)
    by_itself = Fault("slow", 1.0)
    assert (slow(by_itself, 0.5), slow(by_itself, 0), slow(None, 0.5)) == (5.0, 1.0, 0.5)


def test_trying_again_gets_everything_answered():
    async def talk(http, url, stats):
        tries = 0
        for number in range(60):
            status = 0
            while status != 200:
                tries += 1
                async with http.post(url, data=f"{number}".encode()) as answer:
                    status = answer.status
        assert stats.answered == 60
        assert stats.requests == tries == 60 + sum(stats.told()["faults"].values())
        assert set(stats.told()["faults"]) == {"429", "503"}
        assert stats.repeats == 0

    meeting("429:0.3:0,503:0.2", talk)
