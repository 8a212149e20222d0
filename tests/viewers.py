"""The viewer for tests: a real server in a thread of its own, and a plain client."""

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlencode, urlsplit

import native
import pytest
import reports
from aiohttp import web
from browser import Seen

from closeup.view.app import serving, viewer
from closeup.view.corrections import Corrections
from closeup.view.opened import open_all

PLACES = ("bench", "a", "b", "pages")
"""To be opened in this order: shelf 0, runs 0 and 1, shelf 1."""


@dataclass
class Told:
    """An answer."""

    status: int
    text: str
    data: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Viewer:
    """A viewer that listens."""

    url: str

    def get(self, path: str, headers: dict[str, str] | None = None, /, **slots: object) -> Told:
        """What it answers; `in_` stands for `in`, and a list for a slot that is named so often."""
        told = {name.rstrip("_"): value for name, value in slots.items()}
        address = f"{path}?{urlencode(told, doseq=True)}" if told else path
        return self.ask("GET", address, headers or {})

    def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> Told:
        """The same for what a page of the viewer sends."""
        own = {"Origin": self.url.rstrip("/"), "Sec-Fetch-Site": "same-origin"}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.ask("POST", path, own if headers is None else headers, data)

    def ask(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Told:
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        try:
            connection.request(method, path, body or None, headers)
            answer: HTTPResponse = connection.getresponse()
            data = answer.read()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Told(answer.status, data.decode("utf-8", "replace"), data, headers)
        finally:
            connection.close()


@contextmanager
def viewing(*paths: Path, corrections: Path, **settings: Any) -> Iterator[Viewer]:
    """The viewer of some paths; `settings` are those of `open_all`."""
    with listening(viewer(open_all(paths, **settings), Corrections(corrections))) as url:
        yield Viewer(url)


@contextmanager
def listening(app: web.Application) -> Iterator[str]:
    """The address at which an application listens, in a thread of its own."""
    ready: Future[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def stay() -> None:
        async with serving(app) as url:
            stop = asyncio.Event()
            ready.set_result((url, asyncio.get_running_loop(), stop))
            await stop.wait()

    thread = Thread(target=lambda: asyncio.run(stay()), daemon=True)
    thread.start()
    url, loop, stop = ready.result(timeout=60)
    try:
        yield url
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


def everything(folder: Path) -> Path:
    """A folder of all in `PLACES`: a bench, two runs of it, and two pages, of which one has a
    caption and an order that a program found."""
    reports.pair(folder)
    pages = native.write(folder / "pages", issues=1, pages=2)
    raw: dict[str, Any] = json.loads((pages / "0-0.json").read_text())
    raw["inferred"] = ["panels.order"]
    raw["balloons"][1] |= {"kind": "caption", "speaker": None}
    (pages / "0-0.json").write_text(json.dumps(raw))
    return folder


def at(viewer: Viewer, path: str) -> str:
    """The address of a page of the viewer."""
    return viewer.url.rstrip("/") + path


def quiet(seen: Seen, viewer: Viewer) -> None:
    """Nothing was asked of anybody else, and nothing went wrong."""
    assert [url for url in seen.requests if not url.startswith((viewer.url, "data:"))] == []
    assert seen.errors == []
    assert seen.dialogs == []


@pytest.fixture(name="folder", scope="module")
def places(tmp_path_factory):
    """All that a viewer opens, for the tests of one file."""
    return everything(tmp_path_factory.mktemp("view"))


@pytest.fixture(name="viewer", scope="module")
def running(folder):
    """A viewer that has all of it open."""
    paths = [folder / name for name in PLACES]
    with viewing(*paths, corrections=folder / "corrections.jsonl") as viewer:
        yield viewer
