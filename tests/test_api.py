import asyncio
import io
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from PIL import Image
from servers import Chat, Step, completion, fails, says, serving

from closeup import models
from closeup.geometry import Box, View
from closeup.message import Message, Request, Sampling, Usage
from closeup.models import Given, ModelError, ModelOptions
from closeup.models.api import Api, base
from closeup.pictures import Pictures
from closeup.records import CloseupError
from closeup.turn import turn

T = TypeVar("T")
SECRET = "sk-Secret-0123456789"
TOOL = {"type": "function", "function": {"name": "zoom_in", "parameters": {"type": "object"}}}


def jpeg() -> bytes:
    file = io.BytesIO()
    Image.effect_noise((60, 80), 40).convert("RGB").save(file, "JPEG")
    return file.getvalue()


FILE = jpeg()
WHOLE = View("p1", Box(0, 0, 60, 80), (60, 80))
CROP = View("p1", Box(10, 10, 40, 50), (30, 40))


def pictures() -> Pictures:
    return Pictures(lambda _: FILE)


def question(text: str = "How many?", *more: Message, tools: tuple = ()) -> Request:
    asked = Message(role="user", parts=(WHOLE, text), question="q1")
    return Request(messages=(asked, *more), tools=tools)


def model(name: str, **options: object) -> Api:
    made = models.find(name, Given(pictures(), options=ModelOptions(**options)))  # type: ignore[arg-type]
    assert isinstance(made, Api)
    return made


def with_model(
    *steps: Step, use: Callable[[Api, Chat], Awaitable[T]], answer: Step | None = None, **options
) -> T:
    """What `use` makes of a model on a server that takes these steps."""

    async def scene() -> T:
        async with serving(*steps, answer=answer) as chat:
            one = model(f"{chat.url}#tiny", **options)
            try:
                return await use(one, chat)
            finally:
                await one.close()

    return asyncio.run(scene())


@pytest.fixture(autouse=True)
def keys(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", f"{SECRET}-openai")
    monkeypatch.setenv("GEMINI_API_KEY", f"{SECRET}-gemini")
    monkeypatch.delenv("CLOSEUP_API_KEY", raising=False)


def test_the_bytes_on_the_wire_are_the_files_own():
    async def use(one: Api, chat: Chat) -> None:
        told = await one.reply(question())
        assert told.text == "<answer>B</answer>"
        assert told.usage == Usage(input=1200, output=20, cached=1024)
        assert told.served_by == "tiny-2026-01-01 fp_1"
        assert told.seconds > 0
        image = chat.asked[0]["messages"][0]["content"][0]["image_url"]["url"]
        assert image == one._encoder._pictures.encoded(WHOLE).url.decode()
        assert chat.asked[0]["model"] == "tiny"

    with_model(use=use)


def test_ten_questions_read_the_page_once():
    loads = 0

    def load(_: str) -> bytes:
        nonlocal loads
        loads += 1
        return FILE

    async def scene() -> None:
        async with serving() as chat:
            one = models.find(f"{chat.url}#tiny", Given(Pictures(load)))
            assert isinstance(one, Api)
            await asyncio.gather(*(one.reply(question(str(n))) for n in range(10)))
            await one.close()
            assert len(chat.bodies) == 10

    asyncio.run(scene())
    ten, loads = loads, 0
    Pictures(load).encoded(WHOLE)
    assert ten == loads


def test_a_native_call_goes_there_and_back():
    called = {"id": "abc", "type": "function"}
    called["function"] = {"name": "zoom_in", "arguments": '{"bbox_2d": [1, 2, 3, 4]}'}  # type: ignore[assignment]

    async def use(one: Api, chat: Chat) -> None:
        first = await one.reply(question(tools=(TOOL,)))
        assert turn(first.text).parsed == {"bbox_2d": [1, 2, 3, 4]}
        said = Message(role="assistant", parts=(first.text,))
        seen = Message(role="tool", parts=(CROP, "\nThis is image 2."))
        await one.reply(question("How many?", said, seen, tools=(TOOL,)))
        _, assistant, tool, shown = chat.asked[1]["messages"]
        (call,) = assistant["tool_calls"]
        assert assistant["content"] == "<think>Small.</think>"
        assert json.loads(call["function"]["arguments"]) == {"bbox_2d": [1, 2, 3, 4]}
        assert (tool["role"], tool["tool_call_id"]) == ("tool", call["id"])
        crop = one._encoder._pictures.encoded(CROP).url.decode()
        assert shown["content"][0]["image_url"]["url"] == crop

    response = completion(None, reasoning_content="Small.", tool_calls=[called])
    response["choices"][0]["finish_reason"] = "tool_calls"
    with_model(says(response), use=use)


def image_of(body: dict) -> object:
    return body["messages"][0]["content"][0]["image_url"]


def test_with_image_ids_a_page_is_sent_once():
    async def use(one: Api, chat: Chat) -> None:
        for number in range(3):
            await one.reply(question(str(number)))
        first, second, third = chat.asked
        assert image_of(first)
        assert image_of(second) is image_of(third) is None
        ids = {body["messages"][0]["content"][0]["uuid"] for body in chat.asked}
        assert ids == {"closeup-" + one._encoder._pictures.encoded(WHOLE).sha256}

    with_model(use=use, image_ids=True)


@pytest.mark.parametrize("status", [400, 500])
def test_an_image_that_the_server_lost_is_sent_again_at_once(status):
    async def use(one: Api, chat: Chat) -> None:
        await one.reply(question("1"))
        assert (await one.reply(question("2"))).text == "<answer>B</answer>"
        assert (await one.reply(question("3"))).text == "<answer>B</answer>"
        assert [image_of(body) is None for body in chat.asked] == [False, True, False, True]
        assert one.counts == {"image id": 1}

    lost = fails(status, "Cache miss for image at index 0 but data is not provided.")
    with_model(says(completion()), lost, use=use, image_ids=True)


def test_an_image_counts_as_known_only_once_it_was_answered_for():
    async def use(one: Api, chat: Chat) -> None:
        with pytest.raises(ModelError):
            await one.reply(question("1"))
        await one.reply(question("2"))
        assert all(image_of(body) for body in chat.asked)

    with_model(fails(400, "too long"), use=use, image_ids=True)


def test_image_ids_are_left_alone_on_a_server_that_keeps_nothing():
    async def use(one: Api, chat: Chat) -> None:
        async def forgetful(request):
            body = json.loads(await request.read())
            known = image_of(body) is not None
            return await (says(completion()) if known else fails(400, "Cache miss"))(request)

        chat.answer = forgetful
        for number in range(40):
            await one.reply(question(str(number)))
        assert sum(image_of(body) is None for body in chat.asked) < 12

    with_model(use=use, image_ids=True)


def test_a_request_that_is_wrong_by_itself_is_wrong_with_its_image_too():
    async def use(one: Api, chat: Chat) -> None:
        await one.reply(question("1"))
        with pytest.raises(ModelError, match="too long"):
            await one.reply(question("2"))
        with pytest.raises(ModelError):
            await one.reply(question("3"))
        assert [image_of(body) is None for body in chat.asked] == [False, True, False, False]

    with_model(says(completion()), answer=fails(400, "too long"), use=use, image_ids=True)


def test_a_model_on_a_server_is_called_by_its_name_alone():
    one = model("http://127.0.0.1:9/v1/#Qwen/Qwen2.5-VL-7B-Instruct")
    assert one.name == "Qwen/Qwen2.5-VL-7B-Instruct"
    assert one.endpoint == "http://127.0.0.1:9/v1"
    assert (one.grid, one.resolution.multiple) == ("pixel", 28)
    assert model("https://example.org/v1#x").endpoint == "https://example.org/v1"


def test_a_server_is_not_sent_the_key_of_openai(tmp_path: Path, monkeypatch):
    path = tmp_path / "key"
    path.write_text("from-file\n")
    path.chmod(0o600)

    async def use(one: Api, chat: Chat) -> str:
        await one.reply(question())
        return chat.headers[0].get("Authorization", "")

    assert with_model(use=use) == ""
    assert with_model(use=use, key_file=str(path)) == "Bearer from-file"
    monkeypatch.setenv("CLOSEUP_API_KEY", "for-it")
    assert with_model(use=use) == "Bearer for-it"


@pytest.mark.parametrize("kind", ["openai", "gemini"])
def test_a_provider_without_a_key_is_an_error_before_anything_is_sent(kind, monkeypatch):
    monkeypatch.delenv(f"{kind.upper()}_API_KEY")
    with pytest.raises(CloseupError, match=f"{kind}:some.*{kind.upper()}_API_KEY"):
        model(f"{kind}:some")


def sent_by(name: str, request: Request, **options: object) -> tuple[dict, dict[str, str], Api]:
    """The body and the headers that a provider's model sends."""

    async def scene() -> tuple[dict, dict[str, str], Api]:
        async with serving() as chat:
            one = model(name, base_url=chat.url + "/", **options)
            await one.reply(request)
            await one.close()
            return chat.asked[0], chat.headers[0], one

    return asyncio.run(scene())


def test_openai_is_asked_in_its_dialect():
    request = Request(messages=question().messages, sampling=Sampling(seed=1), tools=(TOOL,))
    body, headers, one = sent_by("openai:gpt-4o", request)
    assert headers["Authorization"] == f"Bearer {SECRET}-openai"
    assert (body["model"], one.name) == ("gpt-4o", "openai:gpt-4o")
    assert body["max_completion_tokens"] == 2048
    assert "max_tokens" not in body
    assert (body["temperature"], body["seed"]) == (0.0, 1)
    assert body["parallel_tool_calls"] is False
    assert body["messages"][0]["content"][0]["image_url"]["detail"] == "high"
    assert one.grid == "rel1000"


@pytest.mark.parametrize(
    ("name", "takes"),
    [("gpt-5-mini", False), ("o3", False), ("gpt-5-chat-latest", True), ("gpt-4.1", True)],
)
def test_reasoning_models_of_openai_are_sent_no_temperature(name, takes):
    body, _, _ = sent_by(f"openai:{name}", question())
    assert ("temperature" in body) is takes


def test_gemini_is_asked_in_its_dialect():
    request = Request(messages=question().messages, sampling=Sampling(seed=1))
    body, headers, one = sent_by("gemini:gemini-2.5-pro", request)
    assert headers["Authorization"] == f"Bearer {SECRET}-gemini"
    assert body["max_tokens"] == 2048
    assert "seed" not in body
    assert "detail" not in body["messages"][0]["content"][0]["image_url"]
    assert one.grid == "rel1000_yx"


@pytest.mark.parametrize(("name", "signed"), [("gemini-3-pro", True), ("gemini-2.5-pro", False)])
def test_calls_sent_back_to_gemini_from_3_on_carry_a_signature(name, signed):
    said = '<tool_call>{"name": "zoom_in", "arguments": {}}</tool_call>'
    told = (Message(role="assistant", parts=(said,)), Message(role="tool", parts=("error: no",)))
    body, _, _ = sent_by(f"gemini:{name}", question("?", *told, tools=(TOOL,)))
    assert ("extra_content" in body["messages"][1]["tool_calls"][0]) is signed


def test_providers_are_where_they_are():
    assert model("openai:gpt-4o").endpoint == "https://api.openai.com/v1"
    gemini = "https://generativelanguage.googleapis.com/v1beta/openai"
    assert model("gemini:gemini-2.5-pro").endpoint == gemini


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("http://127.0.0.1:9/v1", "need the model's name after #"),
        ("http://127.0.0.1:9/v1#", "need the model's name after #"),
        ("http://me:Secret@127.0.0.1/v1#x", "give the key in"),
        ("http://Secret@127.0.0.1/v1#x", "give the key in"),
        ("http://me:Secret@127.0.0.1/v1", "give the key in"),
        ("http://127.0.0.1/v1?key=Secret#x", "without"),
        ("http:///v1#x", "need http"),
        ("http://[::1/v1#x", "not a URL"),
        ("http://host:port/v1#x", "not a URL"),
    ],
)
def test_a_url_that_cannot_be_asked_is_refused_in_a_line(name, rule):
    with pytest.raises(CloseupError, match=rule) as error:
        model(name)
    assert "Secret" not in str(error.value)


def test_a_base_url_is_checked_like_any():
    with pytest.raises(CloseupError):
        model("openai:gpt-4o", base_url="https://a:b@host/v1")
    with pytest.raises(CloseupError):
        base("ftp://host/v1")
    assert base("https://host:1/v1//") == "https://host:1/v1"


def test_the_gate_is_fixed_where_the_user_says_so():
    assert model("http://h/v1#x", connections=256).gate.most == 256
    assert model("http://h/v1#x").gate.most > 256


def test_the_cost_is_the_providers_or_the_users():
    usage = Usage(input=1_000_000)
    assert model("openai:gpt-4o").cost(usage) == 2.5
    assert model("http://h/v1#gpt-4o").cost(usage) is None
    assert model("http://h/v1#x", price=(7.0, 1.0, 1.0)).cost(usage) == 7.0


def test_tokens_a_minute_are_estimated_before_and_settled_after():
    async def use(one: Api, chat: Chat) -> float:
        await one.reply(question())
        return one._tokens._room - one._tokens._level

    spent = with_model(use=use, tokens_per_minute=600_000.0)
    assert 1000 < spent <= 1220


def test_an_unreadable_page_is_said_in_a_line():
    async def use(one: Api, chat: Chat) -> None:
        broken = Pictures(lambda _: b"no image")
        one._encoder._pictures = broken
        with pytest.raises(CloseupError, match="not a readable image"):
            await one.reply(question())
        assert not chat.bodies

    with_model(use=use)


def test_no_key_is_in_a_model_that_is_printed():
    for name in ("openai:gpt-4o", "gemini:gemini-2.5-pro"):
        one = model(name)
        assert "Secret" not in f"{one!r} {vars(one)} {vars(one._endpoint)}"
