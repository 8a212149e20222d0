import asyncio
import base64
import contextlib
import hashlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import zlib
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import aiohttp
import pytest
from benches import choice, write_bench
from PIL import Image

from closeup import models
from closeup.ask import Setting, ask, opened, opening
from closeup.bench import Bench
from closeup.build.build import build
from closeup.build.datasets import open_dataset
from closeup.cli import main
from closeup.episode import Episode
from closeup.geometry import Box, Grid, View
from closeup.images import Resolution
from closeup.message import Reply, Request
from closeup.models.model import Given, ModelError, ModelOptions
from closeup.pictures import Pictures
from closeup.question import Question
from closeup.records import CloseupError
from closeup.serve import Album, Constant, Serving, serving, serving_in_thread
from closeup.serve import server as serve_server
from closeup.tasks import TASKS
from closeup.tools import ZoomIn

SMALL, LARGE = Box(0, 0, 50, 50), Box(100, 100, 400, 500)
SCHEMA = ZoomIn().schema("rel1000")
CALL = '{"name": "zoom_in", "arguments": {"bbox_2d": [1, 2, 30, 40]}}'


class Parrot:
    """Says what it was made to say, and keeps what it was asked."""

    name = "parrot"
    grid: Grid = "rel1000"
    resolution = Resolution(pixels=None)

    def __init__(self, say: str | Exception = "aye", pictures: Pictures | None = None) -> None:
        self.say = say
        self.pictures = pictures
        self.heard: list[Request] = []

    async def reply(self, request: Request) -> Reply:
        self.heard.append(request)
        if self.pictures:
            views = [p for m in request.messages for p in m.parts if isinstance(p, View)]
            self.say = str([self.pictures.pixels(view).getpixel((0, 0)) for view in views])
        if isinstance(self.say, Exception):
            raise self.say
        return Reply(text=self.say)


class Client:
    """A plain client of a server."""

    def __init__(self, served: Serving, http: aiohttp.ClientSession) -> None:
        self.url, self.stats, self.http = served.url, served.stats, http

    async def post(self, body: object) -> tuple[int, dict[str, Any]]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        async with self.http.post(f"{self.url}/chat/completions", data=data) as answer:
            return answer.status, await answer.json()

    async def said(self, messages: object, **fields: object) -> dict[str, Any]:
        """The one choice of an answer."""
        status, told = await self.post({"messages": messages} | fields)
        assert status == 200, told
        (chosen,) = told["choices"]
        return chosen

    async def refused(self, body: object, status: int = 400) -> str:
        """The one line of an error."""
        found, told = await self.post(body)
        assert (found, told["error"]["code"]) == (status, status), told
        assert "\n" not in told["error"]["message"]
        assert len(told["error"]["message"]) < 500
        return told["error"]["message"]

    async def get(self, path: str) -> dict[str, Any]:
        async with self.http.get(self.url.removesuffix("/v1") + path) as answer:
            return await answer.json()


def over_http(model: Any, talk: Callable[[Client], Awaitable[None]], **settings: Any) -> None:
    async def work() -> None:
        async with serving(model, **settings) as served, aiohttp.ClientSession() as http:
            await talk(Client(served, http))

    asyncio.run(work())


def picture(color: str = "red", size: tuple[int, int] = (40, 30), kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, color).save(file, kind)
    return file.getvalue()


def image(data: bytes, uuid: str | None = None) -> dict[str, Any]:
    url = "data:image/png;base64," + base64.b64encode(data).decode()
    part = {"type": "image_url", "image_url": {"url": url}}
    return part | ({"uuid": uuid} if uuid else {})


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def user(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "content": list(parts)}


def test_a_request_reaches_the_model_as_it_was_meant():
    model, data = Parrot(), picture()

    async def talk(client: Client) -> None:
        messages = [{"role": "system", "content": "Look."}, user(image(data), text("What?"))]
        status, told = await client.post(
            {
                "model": "parrot",
                "messages": messages,
                "temperature": 0.5,
                "max_tokens": 9,
                "top_k": 1,
            }
        )
        assert status == 200
        assert told["choices"] == [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "aye"},
                "finish_reason": "stop",
            }
        ]
        # 40x30 pixels are four squares of 28; each text and the reply are two tokens or one.
        assert told["usage"]["prompt_tokens"] == 4 + 2 + 2
        assert told["usage"]["completion_tokens"] == 1

    over_http(model, talk)
    (request,) = model.heard
    system, asked = request.messages
    assert (system.role, system.text) == ("system", "Look.")
    page = hashlib.sha256(data).hexdigest()
    assert asked.parts == (View(page, Box(0, 0, 40, 30), (40, 30)), "What?")
    assert (request.sampling.temperature, request.sampling.max_tokens) == (0.5, 9)


def test_a_model_that_looks_sees_the_pixels_that_were_sent():
    album = Album()

    async def talk(client: Client) -> None:
        red, blue = picture("red"), picture("blue")
        chosen = await client.said([user(image(red), image(blue), image(red), text("?"))])
        assert chosen["message"]["content"] == "[(255, 0, 0), (0, 0, 255), (255, 0, 0)]"
        assert client.stats.images == 2

    over_http(Parrot(pictures=album.pictures), talk, album=album)


def test_an_image_is_sent_once_and_then_only_named():
    model = Parrot()

    async def talk(client: Client) -> None:
        named = {"type": "image_url", "image_url": None, "uuid": "page 1"}
        message = await client.refused({"messages": [user(image(picture("blue")), named)]})
        assert "Cache miss for image at index 1 but data is not provided" in message
        await client.said([user(image(picture(), "page 1"), text("?"))])
        await client.said([user(named, text("?"))])
        await client.said([user({"type": "image_url", "uuid": "page 1"}, text("?"))])

    over_http(model, talk)
    first, second, third = (request.messages[0].parts for request in model.heard)
    assert first == second == third
    assert isinstance(first[0], View)


def test_an_album_forgets_the_oldest_images_and_all_their_names():
    data = [picture(color, (200, 200), "BMP") for color in ("red", "green", "blue")]
    album = Album(room=2 * len(data[0]))
    for number, one in enumerate(data):
        url = image(one)["image_url"]["url"]
        view = album.take(url, f"page {number}", "image")
        if number < 2:
            assert album.take(url, "shared", "image") == view
    assert [album.recall(f"page {n}") is not None for n in range(3)] == [False, True, True]
    assert album.recall("shared") == album.recall("page 1")
    gone = View(hashlib.sha256(data[0]).hexdigest(), Box(0, 0, 200, 200), (200, 200))
    with pytest.raises(CloseupError, match="no longer held"):
        album.pictures.pixels(gone)


def test_native_tool_calls_become_tags_and_tags_become_calls():
    thought = "<think>Not <tool_call>{}</tool_call> but closer.</think>"
    model = Parrot(f"{thought}<tool_call>{CALL}</tool_call>")

    async def talk(client: Client) -> None:
        opened = [user(image(picture()), text("What?"))]
        chosen = await client.said(opened, tools=[SCHEMA])
        assert chosen["finish_reason"] == "tool_calls"
        assert chosen["message"]["content"] == thought
        (call,) = chosen["message"]["tool_calls"]
        assert call["function"]["name"] == "zoom_in"
        assert json.loads(call["function"]["arguments"]) == {"bbox_2d": [1, 2, 30, 40]}
        result = {"role": "tool", "tool_call_id": call["id"], "content": "This is image 2."}
        crop = user(image(picture("blue")))
        await client.said([*opened, chosen["message"], result, crop], tools=[SCHEMA])
        # Without tools of the provider's own, the text is what it is.
        assert (await client.said(opened))["message"]["content"] == model.say

    over_http(model, talk)
    _, said, response = model.heard[1].messages
    assert (said.role, said.text) == ("assistant", model.say)
    assert response.role == "tool"
    assert [type(part) for part in response.parts] == [str, View]
    assert model.heard[1].tools == (SCHEMA,)


@pytest.mark.parametrize("broken", ["{", "[1]", '{"name": 3}', '{"name": "zoom_in", "arguments":'])
def test_a_call_that_is_none_reaches_the_client_as_it_was_written(broken):
    model = Parrot(f"<tool_call>{broken}</tool_call>")

    async def talk(client: Client) -> None:
        chosen = await client.said([user(text("?"))], tools=[SCHEMA])
        assert chosen["message"] == {"role": "assistant", "content": model.say}
        assert chosen["finish_reason"] == "stop"

    over_http(model, talk)


def test_a_users_turn_in_response_tags_is_a_tools_message():
    model = Parrot()

    async def talk(client: Client) -> None:
        called = {"role": "assistant", "content": f"<tool_call>{CALL}</tool_call>"}
        told = user(
            text("<tool_response>\n"), image(picture()), text("\nImage 2.\n</tool_response>")
        )
        await client.said([user(text("What?")), called, told])
        await client.said([told])

    over_http(model, talk)
    last = model.heard[0].messages[-1]
    assert last.role == "tool"
    assert [part if isinstance(part, str) else "view" for part in last.parts] == [
        "view",
        "\nImage 2.",
    ]
    assert model.heard[1].messages[0].role == "user"


def test_a_reply_ends_before_a_stop_text_and_after_the_tokens_allowed():
    async def talk(client: Client) -> None:
        asked = [user(text("?"))]
        whole = await client.said(asked, stop=["never said"])
        assert whole["message"]["content"] == "one two three four"
        cut = await client.said(asked, stop=["four", " two"])
        assert (cut["message"]["content"], cut["finish_reason"]) == ("one", "stop")
        short = await client.said(asked, max_tokens=2)
        assert (short["message"]["content"], short["finish_reason"]) == ("one two ", "length")

    over_http(Parrot("one two three four"), talk)


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"", "no JSON"),
        (b'{"messages": [', "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b'{"messages": [], "temperature": NaN}', "no JSON"),
        (b"[]", "need an object"),
        ({}, "messages: Field required"),
        ({"messages": []}, "need at least one"),
        ({"messages": ["hello"]}, "messages.0: 'hello'"),
        ({"messages": [{"role": "king", "content": "x"}]}, "messages[0].role: 'king'"),
        ({"messages": [{"content": "x"}]}, "messages[0].role: None"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages[0].content: 7"),
        ({"messages": [{"role": "user", "content": [7]}]}, "messages[0].content[0]: 7"),
        ({"messages": [user({"type": "input_audio"})]}, "'input_audio': need text or image_url"),
        ({"messages": [user({"type": "text", "text": 1})]}, "'text'"),
        ({"messages": [user({"type": "image_url"})]}, "need a data URL"),
        ({"messages": [user({"type": "image_url", "uuid": 5})]}, "uuid: 5"),
        ({"messages": [user({"type": "image_url", "uuid": "x" * 900})]}, "1 to 200 characters"),
        ({"messages": [{"role": "assistant", "tool_calls": [{"id": 1}]}]}, "tool_calls"),
        ({"messages": [{"role": "assistant", "tool_calls": 1}]}, "need a list"),
        ({"messages": [user(text("?"))], "stream": True}, "stream: true"),
        ({"messages": [user(text("?"))], "n": 2}, "n: 2"),
        ({"messages": [user(text("?"))], "temperature": "hot"}, "temperature: 'hot'"),
        ({"messages": [user(text("?"))], "temperature": -1}, "temperature: -1"),
        ({"messages": [user(text("?"))], "max_tokens": 0}, "max_tokens: 0"),
        ({"messages": [user(text("?"))], "max_tokens": 10**30}, "max_tokens"),
        ({"messages": [user(text("?"))], "stop": [1]}, "stop"),
        ({"messages": [user(text("?"))], "tools": ["zoom"]}, "tools.0: 'zoom'"),
    ],
)
def test_a_body_that_is_no_request_is_refused_in_one_line(body, rule):
    model = Parrot()

    async def talk(client: Client) -> None:
        assert rule in await client.refused(body)
        assert client.stats.told()["status"] == {"400": 1}

    over_http(model, talk)
    assert not model.heard


def bomb() -> bytes:
    """A PNG that claims to be 100,000 pixels wide and high."""
    data = bytearray(picture())
    data[16:24] = (100_000).to_bytes(4) * 2
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4)
    return bytes(data)


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("http://127.0.0.1:1/page.png", "nothing is fetched"),
        ("file:///etc/passwd", "nothing is fetched"),
        ("data:image/png,hello", "need a data URL in base64"),
        ("data:image/png;base64,*not*", "not base64"),
        ("data:image/png;base64,", "not a readable image"),
        ("data:image/png;base64,aGVsbG8=", "not a readable image"),
        (image(bomb())["image_url"]["url"], "the limit"),
        (image(picture()[:20])["image_url"]["url"], "not a readable image"),
    ],
)
def test_an_image_that_is_none_is_refused_and_never_fetched(url, rule):
    async def talk(client: Client) -> None:
        part = {"type": "image_url", "image_url": {"url": url}}
        message = await client.refused({"messages": [user(text("?"), part)]})
        assert rule in message
        assert "messages[0].content[1].image_url" in message

    over_http(Parrot(), talk)


def test_half_an_image_is_refused_once_a_model_looks_at_it():
    album = Album()
    data = picture(size=(400, 300), kind="JPEG")

    async def talk(client: Client) -> None:
        body = {"messages": [user(image(data[: len(data) // 2]))]}
        assert "not a readable image" in await client.refused(body)

    over_http(Parrot(pictures=album.pictures), talk, album=album)


def test_other_mistakes_have_their_own_status(monkeypatch):
    monkeypatch.setattr(serve_server, "MAX_BODY", 1000)

    async def talk(client: Client) -> None:
        asked = {"messages": [user(text("?"))]}
        assert "this server has 'parrot'" in await client.refused(asked | {"model": "gpt"}, 404)
        await client.refused({"messages": [user(text("x" * 2000))]}, 413)
        async with client.http.get(f"{client.url}/chat/completions") as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (405, 405)
        async with client.http.get(f"{client.url}/embeddings") as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (404, 404)
        assert client.stats.told()["status"] == {"404": 1, "413": 1}

    over_http(Parrot(), talk)


def test_a_model_that_fails_is_a_502_and_our_own_bug_a_500_that_tells_nothing():
    async def failing(client: Client) -> None:
        assert await client.refused({"messages": [user(text("?"))]}, 502) == "no more replies"

    async def broken(client: Client) -> None:
        message = await client.refused({"messages": [user(text("?"))]}, 500)
        assert message == "internal error: KeyError"

    over_http(Parrot(ModelError("no more replies")), failing)
    over_http(Parrot(KeyError("secret")), broken)


def test_the_counts_tell_what_was_asked_twice():
    async def talk(client: Client) -> None:
        first, second = ([user(image(picture()), text(words))] for words in ("A?", "B?"))
        sizes = [len(json.dumps({"messages": m})) for m in (first, first, second, first)]
        for messages in (first, first, second, first):
            await client.said(messages)
        told = await client.get("/stats")
        assert told == {
            "requests": 4,
            "answered": 4,
            "repeats": 2,
            "left": 0,
            "in_flight": 0,
            "peak": 1,
            "images": 1,
            "bytes": sum(sizes),
            "status": {"200": 4},
            "faults": {},
        }
        assert await client.get("/stats?reset=1") == told
        await client.said(first)
        assert (await client.get("/stats"))["repeats"] == 0
        await client.http.delete(client.url.removesuffix("/v1") + "/stats")
        assert (await client.get("/stats"))["requests"] == 0

    over_http(Parrot(), talk)


def test_many_are_answered_at_a_time():
    async def talk(client: Client) -> None:
        asked = (client.said([user(text(f"{n}?"))]) for n in range(20))
        await asyncio.gather(*asked)
        assert 1 < client.stats.peak <= 20
        assert client.stats.in_flight == 0

    over_http(Parrot(), talk, latency=0.05)


def test_a_client_that_leaves_is_counted_and_not_taken_for_answered():
    async def talk(client: Client) -> None:
        asked = asyncio.create_task(client.said([user(text("?"))]))
        while not client.stats.in_flight:
            await asyncio.sleep(0.01)
        asked.cancel()
        while client.stats.in_flight:
            await asyncio.sleep(0.01)
        assert (client.stats.left, client.stats.answered) == (1, 0)

        host, port = client.url.split("/")[2].split(":")
        _, sender = await asyncio.open_connection(host, int(port))
        sender.write(
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{"
        )
        await sender.drain()
        while not client.stats.in_flight:
            await asyncio.sleep(0.01)
        sender.close()
        while client.stats.in_flight:
            await asyncio.sleep(0.01)
        assert (client.stats.left, client.stats.answered) == (2, 0)

    over_http(Parrot(), talk, latency=60)


def test_constant_reads_nothing_and_always_says_the_same():
    async def talk(client: Client) -> None:
        for _ in range(2):
            status, told = await client.post(b"no JSON at all")
            assert status == 200
            assert told["choices"][0]["message"]["content"] == "<answer>B</answer>"
        assert client.stats.repeats == 1

    over_http(Constant("<answer>B</answer>"), talk)


def test_a_server_says_who_it_is():
    async def talk(client: Client) -> None:
        (model,) = (await client.get("/v1/models"))["data"]
        assert model["id"] == "parrot"
        assert model["grid"] == "rel1000"
        assert model["resolution"] == {"pixels": None, "least": None, "multiple": 1}
        assert await client.get("/health") == {"status": "ok"}

    async def renamed(client: Client) -> None:
        (model,) = (await client.get("/v1/models"))["data"]
        assert model["id"] == "gpt"
        assert (await client.post({"model": "gpt", "messages": [user(text("?"))]}))[0] == 200
        await client.refused({"model": "parrot", "messages": [user(text("?"))]}, 404)

    over_http(Parrot(), talk)
    over_http(Parrot(), renamed, name="gpt")


def test_a_model_that_answers_by_question_needs_a_bench(tmp_path):
    (tmp_path / "replies.jsonl").write_text('{"question": "q", "reply": "A"}\n')
    replay = models.find(f"replay:{tmp_path}/replies.jsonl", Given(Album().pictures))
    with pytest.raises(CloseupError, match="name its bench"):
        over_http(replay, lambda client: asyncio.sleep(0))


def wire(question: Question, model: models.Model, pictures: Pictures) -> list[dict[str, Any]]:
    """A question's messages as a client sends them."""
    sent: list[dict[str, Any]] = []
    for message in opening(question, model, TASKS[question.task], Setting()):
        parts = []
        for part in message.parts:
            if isinstance(part, str):
                parts.append(text(part))
            else:
                url = pictures.encoded(part).url.decode()
                parts.append({"type": "image_url", "image_url": {"url": url}})
        sent.append({"role": message.role, "content": parts})
    return sent


def test_a_scripted_model_finds_the_question_by_its_text_and_equal_texts_by_their_images(tmp_path):
    boxes = [SMALL, LARGE]
    questions = [choice(n, boxes, "AB"[n % 2], per_page=1) for n in range(6)]
    questions.append(choice(6, [LARGE, SMALL], "A", per_page=1))
    images = {
        question.pages[0]: Image.new("RGB", (32, 32), (40 * number, 0, 0))
        for number, question in enumerate(questions)
    }
    bench = write_bench(tmp_path / "bench", questions, images)
    pictures = Pictures.at(bench.image_path)
    oracle = models.find("oracle", Given(pictures, bench))

    async def talk(client: Client) -> None:
        for question in questions:
            chosen = await client.said(wire(question, oracle, pictures))
            assert chosen["message"]["content"] == f"<answer>{question.answer}</answer>"
        unknown = {"messages": [user(text("What is the time?"))]}
        message = await client.refused(unknown)
        assert "no such question in the bench" in message
        assert "grid rel1000" in message
        told = wire(questions[0], oracle, pictures)
        told[1]["content"][0] = image(picture())
        assert "no such question" in await client.refused({"messages": told})
        await client.refused({"messages": [{"role": "system", "content": "hello"}]})

    over_http(oracle, talk, bench=bench)


@pytest.fixture(scope="module")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Every task on drawn pages."""
    folder = tmp_path_factory.mktemp("synthetic") / "bench"
    build(open_dataset("synthetic", None, 2, 1_000_000), folder, tasks=tuple(TASKS))
    return Bench.open(folder)


async def answered(
    question: Question, model: models.Model, setting: Setting, pictures: Pictures
) -> Episode:
    task = TASKS[question.task]
    return await ask(opened(question, model, task, setting, pictures), model, setting, pictures)


def asked_over_http(
    bench: Bench,
    model: models.Model,
    questions: Iterable[Question],
    setting: Setting,
    **options: object,
) -> list[Episode]:
    """Questions asked of the served model by the API client."""
    pictures = Pictures.at(bench.image_path)
    given = Given(pictures, options=ModelOptions.model_validate(options))
    episodes: list[Episode] = []

    async def talk(client: Client) -> None:
        api = models.find(f"{client.url}#{model.name}", given)
        for question in questions:
            episodes.append(await answered(question, api, setting, pictures))
        assert client.stats.answered == sum(len(e.turns) - len(e.calls) for e in episodes)
        await api.close()  # type: ignore[attr-defined]

    over_http(model, talk, bench=bench)
    return episodes


@pytest.mark.parametrize("image_ids", [False, True])
def test_the_served_oracle_scores_1_on_every_question_of_every_task(synthetic, image_ids):
    oracle = models.find("oracle", Given(Pictures.at(synthetic.image_path), synthetic))
    episodes = asked_over_http(
        synthetic, oracle, synthetic.questions(), Setting(), pixels=0, image_ids=image_ids
    )
    assert {episode.task for episode in episodes} == set(TASKS)
    assert {episode.score.value for episode in episodes} == {1.0}


@pytest.mark.parametrize(
    ("grid", "native"), [("pixel", False), ("rel1000", True), ("rel1000_yx", False)]
)
def test_a_zoomer_behind_http_looks_where_it_looks_in_process(synthetic, grid, native):
    pictures = Pictures.at(synthetic.image_path)
    options: dict[str, Any] = {"grid": grid, "pixels": 300_000}
    setting = Setting(tools={"zoom_in": ZoomIn()}, native=native)
    zoomer = models.find("zoomer", Given(pictures, options=ModelOptions(**options)))
    some = list(synthetic.questions())[::6]
    episodes = asked_over_http(synthetic, zoomer, some, setting, **options)
    for question, episode in zip(some, episodes, strict=True):
        own = asyncio.run(answered(question, zoomer, setting, pictures))
        assert episode.views == own.views
        assert episode.calls == own.calls
        assert episode.stop == own.stop == "answered"
        assert episode.score == own.score


def test_a_server_in_a_thread_serves_code_that_is_not_async():
    with serving_in_thread(Parrot()) as served:
        host, port = served.url.split("/")[2].split(":")
        with socket.create_connection((host, int(port)), timeout=10) as line:
            line.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert b"200 OK" in line.recv(1000)
    with pytest.raises(CloseupError, match="latency -1"), serving_in_thread(Parrot(), latency=-1):
        pass


def command(*args: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "closeup.cli", "serve", *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_the_command_says_where_it_serves_and_stops_when_told(name):
    with command("--model", "constant", "--port", "0") as process:
        assert process.stdout
        line = process.stdout.readline()
        assert line.startswith("serving constant on http://127.0.0.1:")
        assert line.endswith("/v1\n")
        process.send_signal(name)
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out, err) == (0, "", "")


@pytest.mark.parametrize(
    ("args", "rule"),
    [
        (("constant", "--port", "70000"), "closeup: port 70000: need 0 to 65535"),
        (("oracle", "--port", "0"), "closeup: model 'oracle': knows its answers"),
        (("constant", "--port", "0", "--faults", "429:2"), "closeup: faults: '429:2': a share"),
        (("constant", "--port", "0", "--latency", "-1"), "closeup: latency -1: need 0 seconds"),
        (("constant", "--port", "0", "--bench", "nowhere"), "closeup: nowhere: no manifest.json"),
    ],
)
def test_what_cannot_be_served_is_one_line(args, rule, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["serve", "--model", *args])
    assert stop.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(rule)
    assert err.count("\n") == 1


def test_a_port_that_is_taken_is_one_line(capsys):
    with contextlib.closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with pytest.raises(SystemExit) as stop:
            main(["serve", "--model", "constant", "--port", port])
    assert stop.value.code == 2
    err = capsys.readouterr().err
    assert err.startswith(f"closeup: port {port}: ")
    assert err.count("\n") == 1
