"""One's own comic, read over HTTP from a real server."""

import asyncio
import io
import json
import logging
import tempfile
import threading
import time
import zipfile

import aiohttp
import comics
import pytest
from comics import LOOKED, PAGE, Client, Slow, Speaker, Waiter, packed, scribe, use
from PIL import Image
from reports import HOSTILE

from closeup import pictures
from closeup.annotate import annotate
from closeup.images import decode
from closeup.page import Page
from closeup.readers import closeup_json
from closeup.records import CloseupError
from closeup.sources import Source
from closeup.view import comic, comic_models, comic_shelf, comic_stream
from closeup.view.app import application

BOOK = packed({f"page{n}.png": comics.encoded(comics.picture(n)) for n in (1, 2, 10)})


@pytest.fixture(autouse=True)
def nothing_said():
    Speaker.heard.clear()
    Speaker.closed.clear()


def kinds(events):
    return [next(iter(event)) for event in events]


def test_a_comic_is_looked_through_page_by_page():
    async def work(client: Client):
        return await client.found(await client.open(BOOK, "book.cbz"))

    events = use(work)
    assert events[0] == {"title": "book", "total": 3}
    assert kinds(events) == ["title", "page", "page", "page", "done"]
    pages = [event["page"] for event in events[1:4]]
    assert [(page["number"], page["name"]) for page in pages] == [
        (1, "page1.png"),
        (2, "page2.png"),
        (3, "page10.png"),
    ]
    assert [(page["panels"], page["texts"]) for page in pages] == [(4, None)] * 3


def test_panels_are_numbered_anew_in_the_other_direction():
    async def work(client: Client):
        name = await client.open()
        await client.found(name)
        return [await client.page(name, direction=way) for way in ("ltr", "rtl")]

    ltr, rtl = use(work)
    assert [panel["id"] for panel in rtl["panels"]] == ["p1", "p2", "p3", "p4"]
    assert [rtl["panels"][i]["box"] for i in (1, 0, 3, 2)] == [p["box"] for p in ltr["panels"]]
    assert (ltr["reading_direction"], rtl["reading_direction"]) == ("ltr", "rtl")


def test_text_is_read_after_the_panels_of_all_pages_are_found():
    async def work(client: Client):
        name = await client.open(packed({"1.png": PAGE, "2.png": PAGE}))
        return await client.found(name), await client.page(name, 2, "rtl")

    events, page = use(work, read=scribe)
    found = [(event["page"]["number"], event["page"]["texts"]) for event in events[1:5]]
    assert found == [(1, None), (2, None), (1, 2), (2, 2)]
    told = [(text["id"], text["panel"], text["text"]) for text in page["balloons"]]
    assert told == [("b1", "p2", "Here I am"), ("b2", "p3", "And there")]


def test_text_that_cannot_be_read_leaves_the_panels(caplog):
    def falls(image: Image.Image):
        raise RuntimeError("the engine fell over")

    async def work(client: Client):
        return await client.found(await client.open())

    with caplog.at_level(logging.CRITICAL, logger="closeup.view"):
        events = use(work, read=falls)
    assert kinds(events) == ["title", "page", "page", "done"]
    assert events[2]["page"] == events[1]["page"]


def test_several_images_become_one_comic():
    async def work(client: Client):
        name = await client.open(name="a1.png", title="pages")
        again = await client.open(name="a2.png", title="pages", into=name)
        assert again == name
        return await client.found(name), await client.page(name, 2)

    events, second = use(work)
    assert events[-1] == {"done": 2}
    assert second["id"] == "pages/a2.png"


def test_a_broken_page_is_told_of_and_left_out():
    book = packed({"<b>1.png": PAGE, "2.png": PAGE[:99], "3.svg": b"<svg/>", "4.png": b"GIF8"})

    async def work(client: Client):
        return await client.found(await client.open(book))

    events = use(work)
    assert [event["bad"]["name"] for event in events if "bad" in event] == ["2.png", "4.png"]
    assert all("not a readable image" in e["bad"]["why"] for e in events if "bad" in e)
    assert events[-1] == {"done": 1}


def test_a_page_is_shown_drawn_anew_and_never_in_the_bytes_that_came():
    polyglot = PAGE + b"<script>pwned()</script>"

    async def work(client: Client):
        name = await client.open(polyglot)
        await client.found(name)
        at = f"/comic/comics/{name}/1/image"
        async with client.http.get(at) as response:
            assert response.headers["Content-Type"] == "image/jpeg"
            assert response.headers["Cache-Control"] == "no-store"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
        return await client.read(at), await client.read(f"{at}?small")

    whole, small = use(work)
    assert decode(whole, "whole").size == comics.SIZE
    assert b"pwned" not in whole
    assert decode(small, "small").width < 200


def test_kept_pages_are_what_annotate_writes(tmp_path):
    async def work(client: Client):
        name = await client.open(BOOK, "book.cbz")
        await client.found(name)
        return await client.read(f"/comic/comics/{name}/pages.zip?direction=rtl")

    (tmp_path / "book.cbz").write_bytes(BOOK)
    annotate(tmp_path / "book.cbz", tmp_path / "pages", "rtl", scribe)
    with zipfile.ZipFile(io.BytesIO(use(work, read=scribe))) as archive:
        assert archive.testzip() is None
        kept = {name: archive.read(name) for name in archive.namelist()}
        archive.extractall(tmp_path / "kept")
    written = [path for path in (tmp_path / "pages").rglob("*") if path.is_file()]
    assert kept == {
        path.relative_to(tmp_path / "pages").as_posix(): path.read_bytes() for path in written
    }
    pages = [*closeup_json.read(Source.open(tmp_path / "kept"))]
    assert [isinstance(page, Page) for page in pages] == [True] * 3


def test_two_pages_at_most_are_decoded_for_a_browser_at_once(monkeypatch):
    at_work, most, lock = 0, 0, threading.Lock()

    def slowly(*given):
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        time.sleep(0.1)  # long enough for the others to come in, where they may
        image = decode(*given)
        with lock:
            at_work -= 1
        return image

    async def work(client: Client):
        pages = {f"{n}.png": comics.encoded(comics.picture(n)) for n in range(6)}
        name = await client.open(packed(pages), "book.cbz")
        await client.found(name)
        monkeypatch.setattr(pictures, "decode", slowly)
        paths = [f"/comic/comics/{name}/{number}/image" for number in range(1, 7)]
        return await asyncio.gather(*map(client.read, paths))

    assert len(use(work)) == 6
    assert most == 2


def test_pages_are_kept_only_when_all_have_been_looked_at():
    async def work(client: Client):
        name = await client.open(BOOK)
        first = await client.get(f"/comic/comics/{name}/pages.zip")
        broken = await client.open(packed({"1.png": b"GIF8"}))
        await client.found(broken)
        return first, await client.get(f"/comic/comics/{broken}/pages.zip")

    early, empty = use(work)
    assert (early[0], empty[0]) == (409, 409)
    assert "wait until it is done" in early[1]["error"]
    assert "no page that can be kept" in empty[1]["error"]


def test_a_comic_that_is_closed_is_gone():
    async def work(client: Client):
        name = await client.open(BOOK)
        async with client.http.get(f"/comic/comics/{name}") as following:
            assert await following.content.readline()
            async with client.http.delete(f"/comic/comics/{name}") as response:
                assert response.status == 200
            assert b'{"closed":true}' in await following.read()
        return [await client.get(f"/comic/comics/{name}{rest}") for rest in ("", "/1", "/1/image")]

    for status, told in use(work):
        assert status == 404
        assert told == {"error": "this comic is no longer held: open it again"}


def test_a_drawn_page_is_there_for_who_has_no_comic():
    async def work(client: Client):
        _, told = await client.post("/comic/sample")
        return await client.found(told["comic"])

    events = use(work)
    assert events[0]["title"] == "A drawn page"
    assert events[-1] == {"done": 1}


def test_nothing_is_written_to_a_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    async def work(client: Client):
        name = await client.open(BOOK)
        await client.found(name)
        await client.ask(name)
        await client.read(f"/comic/comics/{name}/pages.zip")

    use(work)
    assert not [*tmp_path.iterdir()]


def test_a_question_is_told_turn_by_turn():
    async def work(client: Client):
        name = await client.open()
        await client.found(name)
        return name, await client.ask(name)

    name, events = use(work)
    assert kinds(events) == ["begun", "turns", "turns", "turns", "ended"]
    begun, looked, wrong, last, ended = events
    assert begun["begun"]["asked"] == "Who?"
    assert begun["begun"]["views"][0]["page"] == f"{name}/1"
    assert [turn["by"] for turn in looked["turns"]] == ["assistant", "tool"]
    assert looked["turns"][0]["thought"] == "<think>Too small.</think>"
    assert looked["views"][0]["box"] == LOOKED
    assert (looked["calls"][0]["view"], looked["calls"][0]["region"]["box"]) == (1, LOOKED)
    assert "holds nothing" in wrong["calls"][0]["error"]
    assert wrong["views"] == []
    assert [turn["by"] for turn in last["turns"]] == ["assistant"]
    assert ended["ended"]["answer"] == "A cat"
    assert ended["ended"]["served_by"] == "speaker-2026"
    assert (ended["ended"]["input_tokens"], ended["ended"]["seconds"]) == (3000, 1.5)
    assert Speaker.closed == ["speaker"]  # when the viewer ends, and not before


def test_a_question_about_a_panel_tells_the_model_where_that_is():
    async def work(client: Client):
        name = await client.open()
        await client.found(name)
        for about in ([0, 0, 200, 300], [0, 0, 400, 600], None, [900, 900, 950, 950]):
            await client.ask(name, about=about, tools=[])

    use(work)
    told = [request.messages[-1].text for request in Speaker.heard]
    assert told[0] == "Who?\nThe question is about the region [0, 0, 500, 500] of image 1."
    assert told[1:] == ["Who?"] * 3


async def until(semaphore) -> None:
    while not semaphore.acquire(blocking=False):
        await asyncio.sleep(0.01)


def test_a_model_is_asked_one_question_at_a_time_and_the_others_are_told_so():
    async def work(client: Client):
        name = await client.open()
        await client.found(name)
        first = asyncio.create_task(client.ask(name, model="comics:Waiter"))
        await until(Waiter.asked)
        second = client.asking(name, model="comics:Waiter")
        waiting = await anext(second)
        assert not Waiter.asked.acquire(blocking=False)
        Waiter.may.release(4)
        events = await first
        return events, waiting, [event async for event in second]

    first, waiting, second = use(work, ["comics:Waiter"])
    assert waiting == {"waiting": 1}
    assert kinds(first)[-1] == kinds(second)[-1] == "ended"
    while Waiter.asked.acquire(blocking=False):
        pass


def test_too_many_that_wait_are_turned_away(monkeypatch):
    monkeypatch.setattr(comic_models, "MAX_WAITING", 0)

    async def work(client: Client):
        name = await client.open()
        await client.found(name)
        first = asyncio.create_task(client.ask(name, model="comics:Waiter"))
        await until(Waiter.asked)
        second = await client.ask(name, model="comics:Waiter")
        Waiter.may.release(2)
        await first
        return second

    assert "ask again later" in use(work, ["comics:Waiter"])[-1]["error"]
    while Waiter.asked.acquire(blocking=False):
        pass


def test_a_model_stops_when_nobody_listens_any_more_and_takes_the_next_question():
    async def work(client: Client):
        name = await client.open()
        await client.found(name)
        first = asyncio.create_task(client.ask(name, model="comics:Waiter"))
        await until(Waiter.asked)
        first.cancel()
        await until(Waiter.given_up)
        Waiter.may.release(2)
        return await client.ask(name, model="comics:Waiter")

    assert kinds(use(work, ["comics:Waiter"]))[-1] == "ended"
    while Waiter.asked.acquire(blocking=False):
        pass


def test_a_provider_that_fails_is_one_line_and_a_bug_tells_no_secret(caplog):
    async def work(client: Client):
        name = await client.open()
        await client.found(name)
        return [(await client.ask(name, model=f"comics:{m}"))[-1] for m in ("Mute", "Broken")]

    with caplog.at_level(logging.CRITICAL, logger="closeup.view"):
        told = use(work, ["comics:Mute", "comics:Broken"])
    assert told == [
        {"error": "mute: HTTP 503 (5 tries)"},
        {"error": "internal error: RuntimeError"},
    ]


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"model": "comics:Mute"}, "not one of those that were offered"),
        ({"model": "os:system"}, "not one of those that were offered"),
        ({"question": ""}, "question"),
        ({"question": "x" * 3000}, "at most 2000"),
        ({"about": [1, 2, 3]}, "about"),
        ({"about": [5, 5, 1, 1]}, "empty box"),
        ({"about": ["NaN", 0, 1, 1]}, "about"),
        ({"more": 1}, "more"),
        ({"tools": ["os:system"]}, "tool 'os:system': need one of zoom_in"),
    ],
)
def test_a_question_that_breaks_a_rule_is_refused_in_one_line(asked, why):
    async def work(client: Client):
        name = await client.open()
        await client.found(name)
        return await client.ask(name, **asked)

    (told,) = use(work)
    assert why in told["error"]
    assert "\n" not in told["error"]
    assert Speaker.heard == []


def test_what_is_no_comic_is_one_line_and_the_next_one_is_opened():
    async def work(client: Client):
        bad = [
            await client.post("/comic/comics", data, name=HOSTILE[0])
            for data in (b"", b"<svg/>", packed({"../1.png": PAGE}), PAGE[:40], b"PK\x03\x04")
        ]
        return bad, await client.found(await client.open())

    bad, events = use(work)
    for status, told in bad:
        assert status == 400
        assert set(told) == {"error"}
        assert "\n" not in told["error"]
    assert events[-1] == {"done": 1}


def test_a_file_that_is_too_large_is_refused_while_it_comes(monkeypatch):
    monkeypatch.setattr(comic_stream, "MAX_FILE", 1000)

    async def work(client: Client):
        return await client.post("/comic/comics", b"x" * 1001)

    status, told = use(work)
    assert status == 413
    assert told["error"] == "more than 1,000 bytes, which is the limit"


def test_only_the_pages_of_the_viewer_may_open_ask_and_close():
    async def work(client: Client):
        name = await client.open()
        await client.found(name)
        url = str(client.http._base_url)
        found = []
        for origin in ({"Origin": "http://evil.example"}, {}):
            async with aiohttp.ClientSession(url, headers=origin) as other:
                for path in (
                    "/comic/comics?name=a",
                    "/comic/sample",
                    f"/comic/comics/{name}/1/ask",
                ):
                    async with other.post(path, data=PAGE) as response:
                        found.append(response.status)
                async with other.delete(f"/comic/comics/{name}") as response:
                    found.append(response.status)
        return found

    assert use(work) == [403] * 8


@pytest.mark.parametrize("path", ["/comic/comics/none", "/comic/comics/%2e%2e/1", "/comic/x"])
def test_what_is_not_there_is_one_line(path):
    async def work(client: Client):
        return await client.get(path)

    status, told = use(work)
    assert status == 404
    assert set(told) == {"error"}


def test_a_page_or_direction_that_there_is_not_is_one_line():
    async def work(client: Client):
        name = await client.open()
        await client.found(name)
        at = f"/comic/comics/{name}"
        return [await client.get(at + rest) for rest in ("/2", "/99999", "/1?direction=up")]

    assert [status for status, _ in use(work)] == [404, 404, 400]


def test_the_oldest_comic_is_let_go_when_too_much_is_held(monkeypatch):
    monkeypatch.setattr(comic_shelf, "MAX_SHELF", len(PAGE) + 10)

    async def work(client: Client):
        first = await client.open()
        await client.found(first)
        second = await client.open()
        return await client.get(f"/comic/comics/{first}/1"), await client.found(second)

    (status, _), events = use(work)
    assert status == 404
    assert events[-1] == {"done": 1}


def test_the_page_names_each_model_and_where_a_page_would_go(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")

    async def work(client: Client):
        return (await client.read("/comic")).decode()

    names = ["zoomer", "http://127.0.0.1:1/v1#m", "http://big.example/v1#m", "openai:gpt-4o"]
    text = use(work, [*names, "comics:Speaker"])
    for name in names:
        assert f'value="{name}"' in text
    for told in (
        "it sees nothing",
        "a server on this machine",
        "are sent to big.example",
        "are sent to api.openai.com",
        "it alone knows where a page goes",
    ):
        assert told in text
    assert text.count("place away") == 3


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("oracle", "knows its answers from a bench"),
        ("nobody", "need one of"),
        ("openai:gpt-4o", "no API key"),
        ("http://127.0.0.1/v1", "need the model's name after #"),
    ],
)
def test_a_model_that_is_not_to_be_had_is_told_of_before_anybody_comes(name, why, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(CloseupError, match=why):
        comic.install(application(), [name])


def test_a_model_that_takes_long_to_open_is_opened_when_it_is_first_asked(monkeypatch):
    monkeypatch.setattr(comic_models, "LAZY", ("comics:", "oracle"))

    async def work(client: Client):
        name = await client.open()
        await client.found(name)
        asked = ("comics:Speaker", "comics:Speaker", "oracle", "oracle")
        return [await client.ask(name, model=model) for model in asked]

    first, second, *failed = use(work, ["comics:Speaker", "oracle"])
    assert kinds(first)[:2] == ["opening", "begun"]
    assert kinds(second)[0] == "begun"
    for events in failed:
        assert kinds(events) == ["opening", "error"]
        assert "knows its answers from a bench" in events[1]["error"]


def test_a_model_is_opened_once_though_the_first_who_asked_has_gone(monkeypatch):
    monkeypatch.setattr(comic_models, "LAZY", ("comics:",))

    async def work(client: Client):
        name = await client.open()
        await client.found(name)
        first = asyncio.create_task(client.ask(name, model="comics:Slow"))
        while not Slow.made:
            await asyncio.sleep(0.01)
        first.cancel()
        second = client.asking(name, model="comics:Slow")
        assert await anext(second) == {"opening": "comics:Slow"}
        Slow.may.set()
        return [event async for event in second]

    assert kinds(use(work, ["comics:Slow"]))[-1] == "ended"
    assert Slow.made == ["speaker"]


def test_a_file_that_stops_coming_is_given_up(monkeypatch):
    monkeypatch.setattr(comic_stream, "STALLED", 0.2)

    async def part():
        yield PAGE[:50]
        await asyncio.sleep(60)

    async def work(client: Client):
        return await client.post("/comic/comics", part()), await client.open()

    (status, told), _ = use(work)
    assert status == 408
    assert told == {"error": "nothing came for 0.2 seconds"}


def test_the_scripted_model_is_offered_where_none_is_named():
    assert comic_models.usual()[-1] == "zoomer"

    async def work(client: Client):
        name = await client.open()
        await client.found(name)
        return await client.ask(name, model="zoomer", about=[0, 0, 200, 300])

    events = use(work, ())
    assert events[1]["calls"][0]["region"]["box"] == [0, 0, 200, 300]
    assert json.dumps(events[-1]).startswith('{"ended": {"answer"')
