import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

import pytest
from aiohttp.abc import AbstractStreamWriter
from servers import Chat, completion, fails, hangs, hangs_up, says, serving, stops_halfway

from closeup.message import Reply
from closeup.models import wire
from closeup.models.http import (
    FAILURES,
    FIRST_TRIES,
    LONGEST_WAIT,
    MAX_RESPONSE,
    TRIES,
    Endpoint,
    RefusedError,
    retry_after,
)
from closeup.models.keys import Key
from closeup.models.model import ModelError
from closeup.models.pieces import SLICE, Pieces
from closeup.models.throttle import LEAST, START, Bucket, Gate
from closeup.records import CloseupError

T = TypeVar("T")
SECRET = "sk-Secret-0123456789abcdef"
BODY = [b'{"model":"tiny",', b'"messages":[]}']


class Sleeps:
    """Sleeps that take no time and are remembered."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


def at(chat: Chat, sleeps: Sleeps, **options: object) -> Endpoint:
    url = f"{chat.url}/chat/completions"
    key = Key(SECRET, "OPENAI_API_KEY")
    return Endpoint(url, key, "OPENAI_API_KEY", sleep=sleeps, **options)  # type: ignore[arg-type]


def ask(*steps, answer=None, use: Callable[[Endpoint, Chat], Awaitable[T]], **options) -> T:
    """What `use` makes of an endpoint whose server takes these steps."""

    async def scene() -> T:
        async with serving(*steps, answer=answer) as chat:
            endpoint = at(chat, Sleeps(), **options)
            try:
                return await use(endpoint, chat)
            finally:
                await endpoint.close()

    return asyncio.run(scene())


async def post(endpoint: Endpoint, _: Chat) -> Reply:
    return (await endpoint.post(BODY, wire.reply))[0]


async def counted(endpoint: Endpoint, chat: Chat) -> tuple[str, dict[str, int], list[float]]:
    told = await post(endpoint, chat)
    return told.text, dict(endpoint.counts), endpoint._sleep.slept  # type: ignore[attr-defined]


def test_a_body_arrives_in_one_piece_with_its_length_and_the_key():
    large = b'"' + b"x" * 3_000_000 + b'"'

    async def use(endpoint: Endpoint, chat: Chat) -> None:
        await endpoint.post([b'{"a":', large, b"}"], wire.reply)
        assert chat.bodies == [b'{"a":' + large + b"}"]
        assert chat.headers[0]["Content-Type"] == "application/json"
        assert chat.headers[0]["Authorization"] == f"Bearer {SECRET}"
        assert int(chat.headers[0]["Content-Length"]) == len(large) + 6

    ask(use=use)


class Writes(AbstractStreamWriter):
    """What a body writes, and in which sizes."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = []

    async def write(self, chunk: bytes | bytearray | memoryview) -> None:  # type: ignore[override]
        self.chunks.append(bytes(chunk))

    async def write_eof(self, chunk: bytes = b"") -> None:
        raise AssertionError

    async def drain(self) -> None:
        raise AssertionError

    async def write_headers(self, status_line: str, headers: object) -> None:
        raise AssertionError

    def enable_compression(self, encoding: str = "deflate", strategy: int | None = None) -> None:
        raise AssertionError

    def enable_chunking(self) -> None:
        raise AssertionError


def test_a_page_is_not_handed_to_the_socket_at_once_for_it_would_be_copied():
    pieces = [b'{"a":"', b"x" * 300_000, b'","b":"', bytes(range(256)) * 400, b'"}']
    writes = Writes()
    asyncio.run(Pieces(pieces).write(writes))
    assert b"".join(writes.chunks) == b"".join(pieces)
    assert max(map(len, writes.chunks)) == SLICE


def test_without_a_key_none_is_sent():
    async def scene() -> None:
        async with serving() as chat:
            endpoint = Endpoint(f"{chat.url}/chat/completions")
            await endpoint.post(BODY, wire.reply)
            await endpoint.close()
            assert "Authorization" not in chat.headers[0]

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (fails(429), "429"),
        (fails(408), "408"),
        (fails(409), "409"),
        (fails(425), "425"),
        (fails(500), "5xx"),
        (fails(503), "5xx"),
        (fails(529), "5xx"),
        (hangs_up(), "connection"),
        (stops_halfway(), "connection"),
        (says(b'{"choices": [{"mess'), "malformed"),
        (says(b"<html>hello</html>"), "malformed"),
        (says({"choices": []}), "malformed"),
        (says(b""), "malformed"),
        (says(b"x" * (MAX_RESPONSE + 1)), "malformed"),
    ],
)
def test_what_passes_is_tried_again_and_counted(step, kind):
    text, counts, slept = ask(step, step, use=counted)
    assert text == "<answer>B</answer>"
    assert counts == {kind: 2}
    assert len(slept) == 2


def test_a_hung_socket_is_given_up_and_tried_again():
    text, counts, _ = ask(hangs(), use=counted, timeout=0.5)
    assert text == "<answer>B</answer>"
    assert counts.keys() == {"timeout"}


def test_the_waits_are_random_and_double_up_to_a_bound():
    _, _, slept = ask(*[fails(500)] * (TRIES - 1), use=counted)
    ranges = [min(2.0**n, LONGEST_WAIT) for n in range(TRIES - 1)]
    assert all(0 <= wait <= most for wait, most in zip(slept, ranges, strict=True))
    assert len(set(slept)) == len(slept)


def test_retry_after_is_waited_for_and_a_little_more():
    _, _, slept = ask(fails(429, Retry_After="7"), use=counted)
    assert 7 <= slept[0] <= 8


def test_a_server_that_says_to_come_back_tomorrow_is_not_waited_for():
    with pytest.raises(ModelError, match=r"429: daily: asks to wait 86400 s"):
        ask(fails(429, "daily", Retry_After="86400"), use=post)


@pytest.mark.parametrize(
    ("header", "data", "seconds"),
    [
        ("3", b"", 3.0),
        (" 1.5 ", b"", 1.5),
        ("Tue, 24 Nov 2026 10:00:30 GMT", b"", 30.0),
        ("Tue, 24 Nov 2026 09:00:00 GMT", b"", 0.0),
        ("", b'[{"error": {"details": [{"retryDelay": "34.5s"}]}}]', 34.5),
        ("", b"", None),
        ("-1", b"", None),
        ("nan", b"", None),
        ("1e9", b"", None),
        ("9" * 5000, b"", None),
        ("soon", b"", None),
    ],
)
def test_how_long_to_wait_is_read_from_a_number_a_date_or_the_body(header, data, seconds):
    now = datetime(2026, 11, 24, 10, 0, 0, tzinfo=UTC)
    assert retry_after(header, data, now) == seconds


def test_after_the_last_try_the_question_fails_with_the_last_reason():
    async def use(endpoint: Endpoint, chat: Chat) -> int:
        with pytest.raises(ModelError, match=rf"500: out of order \({TRIES} tries\)"):
            await post(endpoint, chat)
        return len(chat.bodies)

    assert ask(answer=fails(500, "out of order"), use=use) == TRIES


def test_a_server_that_was_never_there_is_the_users_mistake_and_said_soon():
    async def scene() -> list[float]:
        async with serving() as chat:
            pass
        sleeps = Sleeps()
        endpoint = at(chat, sleeps)
        try:
            with pytest.raises(CloseupError, match=r"127\.0\.0\.1.*\(4 tries\)") as error:
                await endpoint.post(BODY, wire.reply)
            assert "\n" not in str(error.value)
        finally:
            await endpoint.close()
        return sleeps.slept

    assert len(asyncio.run(scene())) == 3


def test_a_server_that_was_there_is_waited_for():
    async def use(endpoint: Endpoint, chat: Chat) -> None:
        await post(endpoint, chat)
        chat.answer = hangs_up()
        with pytest.raises(ModelError, match=rf"\({TRIES} tries\)"):
            await post(endpoint, chat)

    ask(use=use)


PAGE = says(b"<html>Log in</html>")


@pytest.mark.parametrize(("step", "tries"), [(PAGE, FIRST_TRIES), (fails(502), TRIES)])
def test_where_nothing_is_ever_answered_all_ends_after_some_requests(step, tries):
    async def use(endpoint: Endpoint, chat: Chat) -> int:
        for _ in range(FAILURES - 1):
            with pytest.raises(ModelError):
                await post(endpoint, chat)
        with pytest.raises(CloseupError, match=f"{FAILURES} requests failed and none") as error:
            await post(endpoint, chat)
        assert "\n" not in str(error.value)
        return len(chat.bodies)

    assert ask(answer=step, use=use) == FAILURES * tries


def test_after_a_single_answer_a_broken_server_fails_questions_only():
    async def use(endpoint: Endpoint, chat: Chat) -> None:
        await post(endpoint, chat)
        for _ in range(FAILURES + 1):
            with pytest.raises(ModelError, match=rf"malformed.*\({TRIES} tries\)"):
                await post(endpoint, chat)

    ask(says(completion()), answer=PAGE, use=use)


@pytest.mark.parametrize("status", [403, 404, 405])
def test_what_is_forbidden_where_others_were_answered_is_this_request(status):
    async def use(endpoint: Endpoint, chat: Chat) -> None:
        await post(endpoint, chat)
        with pytest.raises(RefusedError, match=f"{status}: your input was flagged"):
            await post(endpoint, chat)
        await post(endpoint, chat)
        assert len(chat.bodies) == 3

    ask(says(completion()), fails(status, "your input was flagged"), use=use)


@pytest.mark.parametrize("status", [401, 402])
def test_a_key_that_has_run_out_ends_it_also_later(status):
    async def use(endpoint: Endpoint, chat: Chat) -> None:
        await post(endpoint, chat)
        with pytest.raises(CloseupError, match=f"{status}: no more"):
            await post(endpoint, chat)

    ask(says(completion()), fails(status, "no more"), use=use)


def test_an_error_or_a_malformed_response_is_no_answer():
    async def use(endpoint: Endpoint, chat: Chat) -> None:
        with pytest.raises(CloseupError, match="404: no such model"):
            await post(endpoint, chat)

    ask(fails(500), PAGE, fails(404, "no such model"), use=use)


@pytest.mark.parametrize("status", [401, 402, 403, 404, 405])
def test_a_wrong_key_or_model_ends_it_at_once(status):
    async def use(endpoint: Endpoint, chat: Chat) -> int:
        with pytest.raises(CloseupError) as error:
            await post(endpoint, chat)
        told = str(error.value)
        assert f"{status}: no such thing (the key is from OPENAI_API_KEY)" in told
        assert "127.0.0.1" in told
        assert "\n" not in told
        return len(chat.bodies)

    assert ask(answer=fails(status, "no such thing"), use=use) == 1


@pytest.mark.parametrize(
    "step",
    [
        says({"error": {"message": "quota", "code": "insufficient_quota"}}, 429),
        says([{"error": {"code": 400, "message": "API key not valid. Pass a valid one."}}], 400),
    ],
)
def test_a_key_that_is_spent_or_unknown_ends_it_whatever_the_status(step):
    with pytest.raises(CloseupError):
        ask(answer=step, use=post)


def test_where_a_missing_key_is_looked_for_is_said():
    async def scene() -> None:
        async with serving(answer=fails(401, "need a key")) as chat:
            endpoint = Endpoint(f"{chat.url}/chat/completions", None, "CLOSEUP_API_KEY")
            try:
                with pytest.raises(CloseupError, match="looked for in CLOSEUP_API_KEY"):
                    await endpoint.post(BODY, wire.reply)
            finally:
                await endpoint.close()

    asyncio.run(scene())


def test_a_wrong_request_fails_its_question_only_and_once():
    async def use(endpoint: Endpoint, chat: Chat) -> None:
        with pytest.raises(ModelError, match="400: the prompt is too long"):
            await post(endpoint, chat)
        assert len(chat.bodies) == 1
        assert (await post(endpoint, chat)).text == "<answer>B</answer>"

    ask(fails(400, "the prompt is too long"), use=use)


def test_a_redirect_is_not_followed_for_it_would_take_the_key_along():
    async def use(endpoint: Endpoint, chat: Chat) -> None:
        with pytest.raises(CloseupError, match=r"leads to evil\.example"):
            await post(endpoint, chat)

    ask(fails(307, Location="https://evil.example/v1"), use=use)


def test_an_error_of_a_megabyte_is_a_short_line():
    with pytest.raises(ModelError) as error:
        ask(answer=fails(400, "a\nb" * 400_000), use=post)
    assert len(str(error.value)) < 500
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("step", "limit"),
    [
        (fails(429), 12),
        (fails(503), 12),
        (fails(529), 12),
        (fails(500, Retry_After="1"), 12),
        (fails(500), START),
        (fails(502), START),
        (hangs_up(), START),
        (fails(408, Retry_After="1"), START),
    ],
)
def test_the_gate_is_narrowed_where_the_server_is_asked_too_much_and_only_there(step, limit):
    async def use(endpoint: Endpoint, chat: Chat) -> int:
        await post(endpoint, chat)
        return endpoint._gate.limit

    assert ask(step, use=use, gate=Gate()) == limit
    assert LEAST < 12 < START


def test_every_try_counts_for_the_rate():
    async def use(endpoint: Endpoint, chat: Chat) -> list[float]:
        await endpoint.post(BODY, wire.reply, tokens=100)
        return slept.slept

    slept, still = Sleeps(), lambda: 0.0
    requests, tokens = Bucket(10, still, slept), Bucket(1000, still, slept)
    waits = ask(fails(500), use=use, requests=requests, tokens=tokens)
    assert waits == [pytest.approx(6), pytest.approx(6)]  # the second of one at once, and of 100


@pytest.mark.parametrize(
    "step",
    [
        fails(400, f"bad key {SECRET}"),
        fails(401, f"Incorrect API key provided: {SECRET[:8]}*****{SECRET[-4:]}."),
        fails(403, f"{'x' * 290}{SECRET}"),
        fails(429, SECRET, Retry_After="86400"),
        fails(500, f"Bearer {SECRET}"),
        says(f"<html>{SECRET}</html>".encode()),
        says({"error": {"message": SECRET}}),
        fails(302, Location=f"https://{SECRET}/v1"),
        hangs_up(),
        stops_halfway(),
    ],
)
def test_the_key_is_in_no_error_whatever_the_server_says(step, caplog, capfd):
    async def use(endpoint: Endpoint, chat: Chat) -> str:
        with pytest.raises((ModelError, CloseupError)) as error:
            await post(endpoint, chat)
        seen: list[object] = [endpoint, endpoint.counts, endpoint._key, endpoint._session]
        link: BaseException | None = error.value
        while link is not None:
            seen += [link, link.args, vars(link)]
            link = link.__cause__ or link.__context__
        return "".join(f"{thing!r} {thing}" for thing in seen)

    said = ask(answer=step, use=use) + caplog.text + "".join(capfd.readouterr())
    assert "Secret" not in said
    assert SECRET[-6:] not in said


def test_connections_are_kept_and_used_again():
    ports: set[int] = set()

    async def scene() -> None:
        async def answer(request):
            ports.add(request.transport.get_extra_info("peername")[1])
            return await says(completion())(request)

        async with serving(answer=answer) as chat:
            endpoint = at(chat, Sleeps())
            for _ in range(5):
                await post(endpoint, chat)
            await endpoint.close()

    asyncio.run(scene())
    assert len(ports) == 1
