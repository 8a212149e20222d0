import asyncio
import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from benches import choice, write_bench
from rich.console import Console
from servers import completion

from closeup import models, tools
from closeup.ask import Setting
from closeup.cli import main
from closeup.evaluate import run
from closeup.evaluate.batched import desk_of
from closeup.geometry import Box
from closeup.models import Given, batch
from closeup.models.wire import MalformedError
from closeup.records import CloseupError
from closeup.store import Store

SECRET = "sk-Secret-0123456789"
COUNT = 12
Line = dict[str, Any]


def right(line: Line) -> object:
    """The outcome of a request that is answered."""
    response = {"status_code": 200, "request_id": "r", "body": completion("<answer>A</answer>")}
    return {"id": "b", "custom_id": line["custom_id"], "response": response, "error": None}


class Provider:
    """OpenAI's files and batches, as far as they are used here."""

    def __init__(self) -> None:
        self.url = ""
        self.outcome: Callable[[Line], object] = right
        """A line of output for a request: JSON, or bytes as they are; None: there is none."""
        self.final: dict[str, Any] = {"status": "completed"}
        """Fields of a batch that is over."""
        self.waits = 1
        """How often a batch is looked at before it is over."""
        self.stumbles: list[str] = []
        """Paths whose next request is carried out, and answered with 500."""
        self.files: list[list[Line]] = []
        self.sizes: list[int] = []
        self.batches: list[str] = []
        """The files that they are of."""
        self.looks: list[str] = []
        self.keys: set[str] = set()
        self.strays: list[str] = []

    @property
    def sent(self) -> list[Line]:
        return [line for lines in self.files for line in lines]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.keys.add(request.headers.get("Authorization", ""))
        place = request.path.removeprefix("/v1/").split("/")
        if place == ["files"]:
            form = await request.post()
            assert form["purpose"] == "batch"
            data = form["file"].file.read()  # type: ignore[union-attr]
            self.sizes.append(len(data))
            self.files.append([json.loads(line) for line in data.splitlines()])
            told: object = {"id": f"file-{len(self.files) - 1}", "purpose": "batch"}
        elif place == ["batches"] and request.method == "POST":
            wanted = await request.json()
            assert wanted.pop("completion_window") == "24h"
            assert wanted.pop("endpoint") == "/v1/chat/completions"
            self.batches.append(wanted["input_file_id"])
            told = self.batch(len(self.batches) - 1)
        elif place == ["batches"]:
            told = {"data": [self.batch(number) for number in range(len(self.batches))]}
        elif place[0] == "batches":
            self.looks.append(place[1])
            told = self.batch(int(place[1].removeprefix("batch-")))
        elif place[-1] == "content":
            lines = map(self.outcome, self.files[int(place[1].removeprefix("out-"))])
            return web.Response(body=b"\n".join(written(line) for line in lines if line))
        else:
            self.strays.append(request.path)
            return web.Response(status=400)
        if place[0] in self.stumbles and request.method == "POST":
            self.stumbles.remove(place[0])
            return web.Response(status=500)
        return web.json_response(told)

    def batch(self, number: int) -> Line:
        file = self.batches[number]
        count = len(self.files[int(file.removeprefix("file-"))])
        told: Line = {"id": f"batch-{number}", "input_file_id": file, "status": "in_progress"}
        told["request_counts"] = {"total": count, "completed": 1, "failed": 0}
        if self.looks.count(told["id"]) > self.waits:
            told |= {"output_file_id": file.replace("file", "out"), **self.final}
        return told


def written(line: object) -> bytes:
    return line if isinstance(line, bytes) else json.dumps(line).encode()


@contextmanager
def providing() -> Iterator[Provider]:
    """A provider in a thread, for code that is not async."""
    provider, ready, loop = Provider(), threading.Event(), asyncio.new_event_loop()
    over = asyncio.Event()

    async def serve() -> None:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", provider.handle)
        runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        provider.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        ready.set()
        await over.wait()
        await runner.cleanup()

    def work() -> None:
        loop.run_until_complete(serve())
        loop.close()

    thread = threading.Thread(target=work)
    thread.start()
    assert ready.wait(20)
    try:
        yield provider
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()


@pytest.fixture
def provider(monkeypatch) -> Iterator[Provider]:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("GEMINI_API_KEY", SECRET)
    with providing() as one:
        yield one


@pytest.fixture
def bench(tmp_path):
    boxes = [[Box(0, 0, 50, 50 + n), Box(60, 60, 90, 90)] for n in range(COUNT)]
    return write_bench(tmp_path / "bench", [choice(n, boxes[n], "A") for n in range(COUNT)])


class Asking:
    """The command, again and again."""

    def __init__(self, bench, provider: Provider, out: Path) -> None:
        self.bench, self.provider, self.out = bench, provider, out
        self.slept: list[float] = []
        self.told = ""

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def __call__(self, sleep=None, **options: Any):
        model = models.find("openai:tiny", Given.of(self.bench, base_url=self.provider.url))
        console = Console(file=io.StringIO(), width=1000)
        options = {"desk": model.desk(sleep or self.sleep)} | options  # type: ignore[attr-defined]
        try:
            return run(self.bench, model, self.out, console=console, **options)
        finally:
            self.told = console.file.getvalue()  # type: ignore[attr-defined]

    def values(self) -> list[float | None]:
        with Store.open(self.out) as store:
            return [result.value for result in store.results()]

    def failures(self) -> set[str | None]:
        with Store.open(self.out) as store:
            return {result.failure for result in store.results()}

    def unscored(self) -> int:
        return self.values().count(None)


@pytest.fixture
def ask(bench, provider, tmp_path) -> Asking:
    return Asking(bench, provider, tmp_path / "run")


class StoppedError(Exception):
    """As Ctrl-C would."""


async def stop(_: float) -> None:
    raise StoppedError


def test_all_questions_go_out_in_one_file_and_come_back_scored(ask, provider):
    tally = ask()
    assert (tally.reused, tally.failed, tally.calls) == (COUNT, 0, 0)
    assert ask.values() == [1.0] * COUNT
    assert ask.slept == [30.0]
    assert provider.batches == ["file-0"]
    assert provider.keys == {f"Bearer {SECRET}"}
    assert not provider.strays
    assert f"{COUNT} requests sent in batches, {COUNT} replies, 14400+240 tokens" in ask.told


def test_a_line_is_the_request_that_would_be_sent_alone_under_its_key(ask, provider, bench):
    ask()
    with Store.open(ask.out) as store:
        assert all(store.known(line["custom_id"]) for line in provider.sent)
    first = provider.sent[0]
    assert (first["method"], first["url"]) == ("POST", "/v1/chat/completions")
    assert first["body"]["model"] == "tiny"
    image, text = first["body"]["messages"][1]["content"]
    assert image["image_url"]["url"].startswith("data:image/")
    assert text["type"] == "text"
    assert len({line["custom_id"] for line in provider.sent}) == COUNT


def test_files_are_split_by_requests(ask, provider, monkeypatch):
    monkeypatch.setattr(batch, "MOST_REQUESTS", 5)
    ask()
    assert [len(lines) for lines in provider.files] == [5, 5, 2]
    assert provider.batches == ["file-0", "file-1", "file-2"]
    assert ask.values() == [1.0] * COUNT


def test_files_are_split_by_bytes(ask, provider, monkeypatch):
    monkeypatch.setattr(batch, "MOST_BYTES", 150_000)
    ask()
    assert len(provider.sizes) > 2
    assert 100_000 < max(provider.sizes) <= 150_000
    assert ask.values() == [1.0] * COUNT


def test_replies_may_be_longer_together_than_any_response(ask, monkeypatch):
    monkeypatch.setattr("closeup.models.http.MAX_RESPONSE", 1000)
    ask()
    assert ask.values() == [1.0] * COUNT


def test_a_run_that_was_stopped_goes_on_waiting_and_sends_nothing_twice(ask, provider):
    with pytest.raises(StoppedError):
        ask(stop)
    assert len(provider.batches) == 1
    ask()
    assert len(provider.batches) == len(provider.files) == 1
    assert ask.values() == [1.0] * COUNT


def test_questions_that_came_in_meanwhile_go_out_by_themselves(ask, provider):
    with pytest.raises(StoppedError):
        ask(stop, limit=5)
    ask()
    assert [len(lines) for lines in provider.files] == [5, COUNT - 5]
    assert ask.values() == [1.0] * COUNT


def test_a_batch_whose_beginning_was_not_heard_of_is_not_begun_again(ask, provider):
    provider.stumbles = ["batches"]
    with pytest.raises(CloseupError, match=r"/v1/batches: 500.*the same command goes on"):
        ask()
    ask()
    assert provider.batches == ["file-0"]
    assert ask.values() == [1.0] * COUNT


def test_a_file_is_handed_in_again_where_that_failed(ask, provider):
    provider.stumbles = ["files"]
    ask()
    assert provider.files[0] == provider.files[1]
    assert provider.batches == ["file-1"]


def test_without_batches_a_run_that_has_requests_out_is_refused(ask, provider):
    with pytest.raises(StoppedError):
        ask(stop)
    with pytest.raises(CloseupError, match=rf"{COUNT} requests are out: --batch waits"):
        ask(desk=None)
    assert not provider.strays


def test_what_failed_or_ran_out_of_time_is_unscored_and_asked_again(ask, provider):
    refused = {"status_code": 400, "body": {"error": {"message": f"too long for {SECRET}"}}}
    expired = {"code": "batch_expired", "message": "not in time"}
    faults = [{"response": refused, "error": None}, {"response": None, "error": expired}]

    def some(line: Line) -> object:
        number = provider.sent.index(line)
        if number < len(faults):
            return {"custom_id": line["custom_id"], **faults[number]}
        return right(line) if number > 2 else None

    provider.outcome = some
    provider.final = {"status": "expired"}
    tally = ask()
    assert (tally.failed, ask.unscored()) == (3, 3)
    reasons = ask.failures()
    assert {"400: too long for [key]", "no answer: not in time"} < reasons
    assert "no answer in the batch, which is expired" in reasons
    with Store.open(ask.out) as store:
        assert [store.known(line["custom_id"]) for line in provider.sent[:3]] == [None] * 3
    again = provider.sent[:3]
    provider.outcome, provider.final = right, {"status": "completed"}
    assert ask().failed == 0
    assert sorted(map(str, provider.files[1])) == sorted(map(str, again))
    assert ask.values() == [1.0] * COUNT


def test_errors_are_read_from_their_own_file(ask, provider):
    busy = {"error": {"message": "busy"}}

    def failed(line: Line) -> object:
        return {"custom_id": line["custom_id"], "response": {"status_code": 500, "body": busy}}

    provider.outcome = failed
    provider.final = {"status": "completed", "output_file_id": None, "error_file_id": "out-0"}
    assert ask().failed == COUNT
    assert ask.failures() == {"500: busy"}


def test_a_batch_that_is_refused_says_why(ask, provider):
    why = {"data": [{"code": "token_limit_exceeded", "message": "enqueued too much"}]}
    provider.final = {"status": "failed", "errors": why, "output_file_id": None}
    assert ask().failed == COUNT
    assert ask.failures() == {"batch failed: enqueued too much"}
    assert len(provider.batches) == 1


def test_lines_that_belong_to_no_request_are_counted_and_not_trusted(ask, provider):
    foreign = json.dumps(right({"custom_id": "0" * 64})).encode()

    def noisy(line: Line) -> object:
        own = json.dumps(right(line)).encode()
        other = own.replace(b"<answer>A", b"<answer>B")
        return b"\n".join([foreign, b"no JSON", b"[1]", b'{"custom_id": 7}', own, other])

    provider.outcome = noisy
    ask()
    assert ask.values() == [1.0] * COUNT
    assert f"{5 * COUNT} lines that belong to no request" in ask.told
    with Store.open(ask.out) as store:
        assert store.known("0" * 64) is None


DEEP = {"choices": json.loads("[" * 500 + "]" * 500)}


@pytest.mark.parametrize("body", [{}, None, {"choices": []}, {"error": {"message": "x"}}, DEEP])
def test_a_success_that_holds_no_reply_is_no_answer(ask, provider, body):
    response = {"status_code": 200, "body": body}
    provider.outcome = lambda line: {"custom_id": line["custom_id"], "response": response}
    assert ask().failed == COUNT
    with Store.open(ask.out) as store:
        assert not any(store.known(line["custom_id"]) for line in provider.sent)


def test_nothing_is_sent_where_nothing_is_pending(ask, provider):
    ask()
    assert ask().kept == COUNT
    assert len(provider.files) == 1


def test_tools_and_models_without_batches_are_refused_in_one_line(ask, bench, provider):
    with pytest.raises(CloseupError, match="tools zoom_in: a batch is for one turn a question"):
        ask(setting=Setting(tools=tools.find(["zoom_in"])))
    for name, rule in {"gemini:g": "takes no files", "oracle": "need openai:NAME"}.items():
        with pytest.raises(CloseupError, match=f"{name}: no batches: .*{rule}"):
            desk_of(models.find(name, Given.of(bench)))
    assert not provider.files


@pytest.mark.parametrize("name", ["", "../admin", "a/b", "..", "a b", "x" * 300, 7])
def test_an_id_that_would_lead_elsewhere_is_none(name):
    told = json.dumps({"id": "b", "status": "completed", "output_file_id": name}).encode()
    if name in ("", 7):
        with pytest.raises(MalformedError):
            batch._created(json.dumps({"id": name}).encode())
    else:
        with pytest.raises(MalformedError, match="output_file_id"):
            batch._state(told)


def test_the_command_asks_in_batches_and_tells_the_half_of_the_price(ask, provider, capsys):
    provider.waits = 0
    where = ("--base-url", provider.url, "--price", "1", "1", "10", "--out", str(ask.out))
    main(["run", str(ask.bench.path), "--model", "openai:tiny", "--batch", "--quiet", *where])
    assert f"{COUNT} replies, 14400+240 tokens, $0.01" in capsys.readouterr().err
    assert ask.values() == [1.0] * COUNT
    assert SECRET.encode() not in b"".join(file.read_bytes() for file in ask.out.iterdir())
