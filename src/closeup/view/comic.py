"""One's own comic in the browser: opened, looked through, asked about, kept or let go.

    GET    /comic                                   the page
    POST   /comic/comics?name=&title=&into=         a file: an image, a .zip or a .cbz
    POST   /comic/sample                            a drawn page, for who has no comic at hand
    GET    /comic/comics/ID                         what is found in it, a line of JSON each
    DELETE /comic/comics/ID                         let go of it
    GET    /comic/comics/ID/pages.zip?direction=    its pages in the native format
    GET    /comic/comics/ID/N?direction=            page N in the native format
    GET    /comic/comics/ID/N/image[?small]         as a JPEG, drawn anew
    POST   /comic/comics/ID/N/ask                   a question; what happens, a line of JSON each

Comics lie in memory alone. A browser is never given the bytes that came, but what was decoded.
"""

import asyncio
import io
from collections.abc import Callable, Sequence
from functools import cache
from threading import Semaphore
from typing import cast, get_args

from aiohttp import web

from closeup import tools
from closeup.annotate import reader_of_text, turned
from closeup.geometry import View
from closeup.images import Resolution
from closeup.models import Given, ModelOptions
from closeup.page import Direction
from closeup.pictures import Pictures
from closeup.question import Crop
from closeup.records import CloseupError, one_line, shorten
from closeup.tools.read_text import Reader
from closeup.view import frame
from closeup.view.comic_ask import MAX_QUESTION, Asked, answer
from closeup.view.comic_find import Finder
from closeup.view.comic_keep import packed
from closeup.view.comic_models import seats
from closeup.view.comic_shelf import MAX_FILE, MAX_PAGES, MAX_SHELF, Comic, Leaf, Shelf, opened
from closeup.view.comic_stream import Say, body, streamed
from closeup.view.gallery import AT_ONCE
from closeup.view.guard import add_headers

LARGE = Resolution(pixels=4_000_000)
"""How large a page is shown."""
SMALL = Resolution(pixels=30_000)
"""In the list of pages."""
QUALITY = 88
SAMPLE = 1_000_003
"""The seed of the drawn page: none that is trained on."""


def install(
    app: web.Application,
    models: Sequence[str] = (),
    options: ModelOptions | None = None,
    reader: Callable[[], Reader | None] = reader_of_text,
) -> None:
    """Add all of this to the viewer, and let go of it when that ends.

    `models` are offered, the usual ones where none is named; `reader` gives what reads text.
    Raises CloseupError for a model that is not to be had.
    """
    reading = _Reading(models, options or ModelOptions(), reader)
    app.add_routes(reading.routes())
    app.on_cleanup.append(reading.close)


class _Reading:
    """The comics that are read, and who may be asked about them."""

    def __init__(
        self,
        models: Sequence[str],
        options: ModelOptions,
        reader: Callable[[], Reader | None],
    ) -> None:
        self._pictures = Pictures(lambda key: self._shelf.load(key))
        self._shelf = Shelf(self._pictures.forget)
        self._seats = seats(models, Given(self._pictures, options=options))
        self._reader = reader
        self._finder = Finder(reader)
        self._uploading = asyncio.Lock()
        self._decoding = Semaphore(AT_ONCE)

    def routes(self) -> list[web.RouteDef]:
        comic = "/comic/comics/{id}"
        page = comic + "/{number:[0-9]{1,5}}"
        return [
            web.get("/comic", self._start),
            web.post("/comic/comics", self._open),
            web.post("/comic/sample", self._sample),
            web.get(comic, self._follow),
            web.delete(comic, self._drop),
            web.get(comic + "/pages.zip", self._keep),
            web.get(page, self._page),
            web.get(page + "/image", self._image),
            web.post(page + "/ask", self._ask),
        ]

    async def close(self, _: web.Application) -> None:
        for comic in self._shelf:
            self._shelf.drop(comic)
        for seat in self._seats.values():
            await seat.close()

    async def _start(self, _: web.Request) -> web.Response:
        reads = await asyncio.to_thread(self._reader)
        able = await asyncio.to_thread(_tools)
        return frame.page(
            "comic.html",
            seats=[*self._seats.values()],
            tools=able,
            reads=reads is not None,
            limits={
                "file": MAX_FILE,
                "shelf": MAX_SHELF,
                "pages": MAX_PAGES,
                "question": MAX_QUESTION,
            },
        )

    async def _open(self, request: web.Request) -> web.Response:
        name, title = (request.query.get(key, "")[:1000] for key in ("name", "title"))
        into = request.query.get("into")
        comic = self._shelf.find(into) if into else None
        async with self._uploading:  # one at a time is held beside the shelf
            data = await body(request)
            found = await asyncio.to_thread(opened, name, data, comic.title if comic else title)
            if comic is None:
                comic = Comic(found[0].title)
            comic.add(found, len(data))
            self._shelf.put(comic)
        self._finder.begin(comic)
        return frame.data({"comic": comic.id})

    async def _sample(self, _: web.Request) -> web.Response:
        comic = Comic("A drawn page")
        data = await asyncio.to_thread(_drawn)
        comic.add(opened("drawn.png", data, comic.title), len(data))
        self._shelf.put(comic)
        self._finder.begin(comic)
        return frame.data({"comic": comic.id})

    async def _follow(self, request: web.Request) -> web.StreamResponse:
        comic = self._comic(request)

        async def work(say: Say) -> None:
            told = 0
            while True:
                for event in comic.log[told:]:
                    told += 1
                    await say(event)
                if comic.done and told == len(comic.log):
                    return
                if told == len(comic.log):
                    await comic.news()

        return await streamed(request, work)

    async def _drop(self, request: web.Request) -> web.Response:
        self._shelf.drop(self._comic(request))
        return frame.data({})

    async def _page(self, request: web.Request) -> web.Response:
        leaf = self._leaf(request)
        page = turned(leaf.page, _direction(request))
        return frame.data({**leaf.told(), "page": page.model_dump(mode="json")})

    async def _image(self, request: web.Request) -> web.Response:
        view = (SMALL if "small" in request.query else LARGE).view(self._crop(request))
        data = await asyncio.to_thread(self._jpeg, view)
        return web.Response(body=data, content_type="image/jpeg")

    async def _keep(self, request: web.Request) -> web.StreamResponse:
        comic, direction = self._comic(request), _direction(request)
        if not comic.done:
            raise web.HTTPConflict(text="this comic is still looked through: wait until it is done")
        if not comic.leaves:
            raise web.HTTPConflict(text="this comic has no page that can be kept")
        headers = {"Content-Type": "application/zip", "Content-Disposition": "attachment"}
        response = web.StreamResponse(headers=headers)  # the page says how it is called
        add_headers(response)
        await response.prepare(request)
        pieces = packed([*comic.leaves.values()], direction)
        while piece := await asyncio.to_thread(next, pieces, b""):
            await response.write(piece)
        await response.write_eof()
        return response

    async def _ask(self, request: web.Request) -> web.StreamResponse:
        crop = self._crop(request)
        asked = Asked.parse(await request.read(), "question")
        seat = self._seats.get(asked.model)
        if seat is None:
            raise CloseupError(f"model {shorten(asked.model)}: not one of those that were offered")

        async def work(say: Say) -> None:
            await answer(asked, crop, seat, self._pictures, say)

        return await streamed(request, work)

    def _comic(self, request: web.Request) -> Comic:
        try:
            return self._shelf.find(request.match_info["id"])
        except CloseupError as error:
            raise web.HTTPNotFound(text=str(error)) from None

    def _leaf(self, request: web.Request) -> Leaf:
        number = int(request.match_info["number"])
        leaf = self._comic(request).leaves.get(number)
        if leaf is None:
            raise web.HTTPNotFound(text=f"page {number}: not in this comic")
        return leaf

    def _crop(self, request: web.Request) -> Crop:
        """A whole page, by the name that pictures and models know it by."""
        leaf = self._leaf(request)
        key = self._comic(request).key(leaf.sheet.number)
        return Crop(page=key, box=leaf.page.box)

    def _jpeg(self, view: View) -> bytes:
        file = io.BytesIO()
        with self._decoding:  # in the thread: a browser that goes away does not end the decoding
            self._pictures.pixels(view).save(file, "JPEG", quality=QUALITY)
        return file.getvalue()


def _direction(request: web.Request) -> Direction:
    told = request.query.get("direction", "ltr")
    if told not in get_args(Direction):
        raise CloseupError(f"direction {one_line(told, 40)!r}: need one of {get_args(Direction)}")
    return cast(Direction, told)


def _tools() -> list[tuple[str, str]]:
    """The tools, each with why it is not to be had; empty where it is."""
    found: list[tuple[str, str]] = []
    for name in tools.TOOLS:
        try:
            tools.find([name])
            found.append((name, ""))
        except CloseupError as error:
            found.append((name, str(error).rpartition(": ")[2]))
    return found


@cache
def _drawn() -> bytes:
    from closeup.synthetic.artist import draw_page

    file = io.BytesIO()
    draw_page(SAMPLE)[1].save(file, "PNG")
    return file.getvalue()
