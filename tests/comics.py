"""A viewer that reads comics, comics to open in it, and models that say what a test wants."""

import asyncio
import io
import json
import threading
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

import aiohttp
from PIL import Image, ImageDraw
from viewers import listening

from closeup.geometry import Box, Grid
from closeup.images import Resolution
from closeup.message import Reply, Request, Usage
from closeup.models import Given, ModelError
from closeup.tools.read_text import Line, Reader
from closeup.view import comic
from closeup.view.app import application, serving

SIZE = (400, 600)
CALL = '<tool_call>{"name": "zoom_in", "arguments": {"bbox_2d": %s}}</tool_call>'
LOOK = "<think>Too small.</think>I look." + CALL % "[250, 250, 500, 500]"
LOOKED = [100, 150, 200, 300]
"""The same in pixels of the page."""
WRONG = "<think>There.</think>" + CALL % "[9, 9, 1, 1]"
ANSWER = "<think>Now I see.</think><answer>A cat</answer>"


def picture(tint: int = 0) -> Image.Image:
    """Two rows of two panels."""
    image = Image.new("RGB", SIZE, "white")
    canvas = ImageDraw.Draw(image)
    for i in range(4):
        x, y = 200 * (i % 2), 300 * (i // 2)
        fill = (90 + 30 * i, 120, 160 + tint)
        canvas.rectangle((x + 10, y + 10, x + 189, y + 289), fill, "black", 2)
        canvas.ellipse((x + 60, y + 120, x + 150, y + 250), "orange", "black", 2)
    return image


def encoded(image: Image.Image, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


PAGE = encoded(picture())


def packed(members: Mapping[str, bytes], how: int = zipfile.ZIP_STORED) -> bytes:
    """A .cbz of these files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def scribe(image: Image.Image) -> list[Line]:
    """Reads at twice the size of the page, as an engine would: a line in the panel at the top
    left, one at the bottom right."""
    return [Line(Box(50, 28, 210, 58), "Here I am"), Line(Box(460, 700, 600, 730), "And there")]


class Speaker:
    """Says one thing after the other."""

    name = "speaker"
    grid: Grid = "rel1000"
    resolution = Resolution(pixels=60_000)
    texts: Sequence[str] = (LOOK, WRONG, ANSWER)
    heard: ClassVar[list[Request]] = []
    closed: ClassVar[list[str]] = []

    def __init__(self, given: Given) -> None:
        pass

    async def reply(self, request: Request) -> Reply:
        self.heard.append(request)
        turn = sum(message.role == "assistant" for message in request.messages)
        usage = Usage(input=1000, output=100)
        return Reply(text=self.texts[turn], usage=usage, seconds=0.5, served_by="speaker-2026")

    async def close(self) -> None:
        self.closed.append(self.name)


class Mute(Speaker):
    async def reply(self, request: Request) -> Reply:
        raise ModelError("mute: HTTP 503 (5 tries)")


class Broken(Speaker):
    async def reply(self, request: Request) -> Reply:
        raise RuntimeError("a secret")


class Slow(Speaker):
    """Takes long to open: until it is let."""

    made: ClassVar[list[str]] = []
    may = threading.Event()

    def __init__(self, given: Given) -> None:
        self.made.append(self.name)
        assert self.may.wait(60)


class Waiter(Speaker):
    """Says what it says when it is let; from any thread."""

    name = "waiter"
    texts = (LOOK, ANSWER)
    may = threading.Semaphore(0)
    asked = threading.Semaphore(0)
    given_up = threading.Semaphore(0)

    async def reply(self, request: Request) -> Reply:
        self.asked.release()
        try:
            while not self.may.acquire(blocking=False):
                await asyncio.sleep(0.01)
        except asyncio.CancelledError:
            self.given_up.release()
            raise
        return await super().reply(request)


@dataclass
class Client:
    """Somebody who reads comics in the viewer, without a browser."""

    http: aiohttp.ClientSession

    async def open(self, data: bytes = PAGE, name: str = "comic.png", **query: str) -> str:
        """The id of the comic that was opened."""
        status, told = await self.post("/comic/comics", data, name=name, **query)
        assert status == 200, told
        return told["comic"]

    async def post(self, path: str, data: Any = b"", **query: str) -> tuple[int, Any]:
        async with self.http.post(path, params=query, data=data) as response:
            return response.status, await response.json()

    async def get(self, path: str) -> tuple[int, Any]:
        async with self.http.get(path) as response:
            return response.status, await response.json()

    async def read(self, path: str) -> bytes:
        async with self.http.get(path) as response:
            assert response.status == 200, await response.text()
            return await response.read()

    async def found(self, name: str) -> list[dict[str, Any]]:
        """All that is told of a comic until it is looked through."""
        text = await self.read(f"/comic/comics/{name}")
        return [json.loads(line) for line in text.splitlines()]

    async def page(self, name: str, number: int = 1, direction: str = "ltr") -> dict[str, Any]:
        _, told = await self.get(f"/comic/comics/{name}/{number}?direction={direction}")
        return told["page"]

    async def ask(self, name: str, number: int = 1, **asked: Any) -> list[dict[str, Any]]:
        """What happens when a question is asked."""
        return [event async for event in self.asking(name, number, **asked)]

    async def asking(
        self, name: str, number: int = 1, **asked: Any
    ) -> AsyncIterator[dict[str, Any]]:
        told = {"question": "Who?", "model": "comics:Speaker", "tools": ["zoom_in"]} | asked
        path = f"/comic/comics/{name}/{number}/ask"
        async with self.http.post(path, json=told) as response:
            if response.status != 200:
                yield await response.json()
                return
            async for line in response.content:
                yield json.loads(line)


def use(
    work: Callable[[Client], Awaitable[Any]],
    models: Sequence[str] = ("comics:Speaker",),
    read: Reader | None = None,
) -> Any:
    """Let a client do something in a viewer of its own."""

    async def run() -> Any:
        app = application()
        comic.install(app, models, reader=lambda: read)
        async with serving(app) as url:
            origin = {"Origin": url.rstrip("/")}
            async with aiohttp.ClientSession(url, headers=origin) as http:
                return await work(Client(http))

    return asyncio.run(run())


@contextmanager
def viewing(models: Sequence[str], read: Reader | None = None) -> Iterator[str]:
    """The address of a viewer in a thread, for a browser."""
    app = application()
    comic.install(app, models, reader=lambda: read)
    with listening(app) as url:
        yield url
