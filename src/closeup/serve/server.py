"""A model behind OpenAI's chat completions, on 127.0.0.1 alone.

`/v1/chat/completions`; `/v1/models`, with the model's grid and resolution; `/health`; and `/stats`,
which DELETE or `?reset=1` sets back. Errors are one line in OpenAI's shape: a client's mistake is a
400, a model that fails a 502.
"""

import asyncio
import hashlib
import logging
import math
import signal
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from threading import Thread
from typing import Any, NamedTuple

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler

from closeup.bench import Bench
from closeup.message import Usage
from closeup.models.model import Model, ModelError
from closeup.records import CloseupError, one_line, shorten
from closeup.serve import incoming, outgoing
from closeup.serve.album import Album
from closeup.serve.asked import Asked
from closeup.serve.constant import Constant
from closeup.serve.faults import Faults, misbehave, slow
from closeup.serve.stats import Stats

HOST = "127.0.0.1"
MAX_BODY = 64 * 1024 * 1024
BACKLOG = 1024
"""Connections that may wait to be accepted: a client opens hundreds at once."""
READ_AHEAD = 1024 * 1024
"""Bytes of a body that are taken in before its sender is made to wait."""
GRACE = 0.1
"""Seconds that open requests are given when the server stops."""
log = logging.getLogger("closeup.serve")


class Server:
    """Answers requests for one model.

    `album` holds the images that requests show; a model that looks at pixels is made with its
    `pictures`. A model that answers by the question's id needs the `bench` that is asked about.
    `name` is what clients call the model, its own name where it is None.
    """

    def __init__(
        self,
        model: Model,
        *,
        name: str | None = None,
        album: Album | None = None,
        bench: Bench | None = None,
        latency: float = 0.0,
        faults: str = "",
        seed: int = 0,
    ) -> None:
        if not (math.isfinite(latency) and latency >= 0):
            raise CloseupError(f"latency {latency:g}: need 0 seconds or more")
        self.model = model
        self.name = name or model.name
        self.stats = Stats()
        self._album = album or Album()
        self._asked = None
        if getattr(model, "by_question", False):
            if bench is None:
                raise CloseupError(f"model {model.name!r}: answers by question: name its bench")
            self._asked = Asked(bench, model)
        self._latency = latency
        self._faults = Faults(faults, seed)

    def app(self) -> web.Application:
        """The routes."""
        app = web.Application(middlewares=[_one_line])
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_get("/v1/models", self._models)
        app.router.add_get("/stats", self._stats)
        app.router.add_delete("/stats", self._stats)
        app.router.add_get("/health", self._health)
        return app

    async def _health(self, _: web.Request) -> web.Response:
        return _json({"status": "ok"})

    async def _models(self, _: web.Request) -> web.Response:
        told = {
            "id": self.name,
            "object": "model",
            "created": 0,
            "owned_by": "closeup",
            "grid": self.model.grid,
            "resolution": self.model.resolution.model_dump(mode="json"),
        }
        return _json({"object": "list", "data": [told]})

    async def _stats(self, http: web.Request) -> web.Response:
        told = self.stats.told()
        if http.method == "DELETE" or http.query.get("reset") == "1":
            self.stats.reset()
        return _json(told)

    async def _chat(self, http: web.Request) -> web.StreamResponse:
        self.stats.begins()
        status = None
        try:
            response = await self._respond(http)
            status = response.status
        except web.HTTPException as error:
            status = error.status
            raise
        except CloseupError as error:
            status = 400
            raise web.HTTPBadRequest(text=str(error)) from None
        except ModelError as error:
            status = 502
            raise web.HTTPBadGateway(text=str(error)) from None
        except Exception:
            status = 500
            raise
        finally:
            self.stats.ends(status)
        return response

    async def _respond(self, http: web.Request) -> web.StreamResponse:
        blind = isinstance(self.model, Constant)
        body, name = await self._take(http, keep=not blind)
        asked = None if blind else await self._read(body)
        del body  # hundreds wait here at a time
        attempt = self.stats.asks(name)
        fault = self._faults.draw(name, attempt)
        if fault:
            self.stats.faults[fault.kind] += 1
            if fault.kind != "slow":
                return await misbehave(fault, http, self.name, self._latency)
        await asyncio.sleep(slow(fault, self._latency))
        payload = await self._answer(asked, name.hex()[:24])
        self.stats.answers(name)
        return web.Response(body=payload, content_type="application/json")

    async def _take(self, http: web.Request, *, keep: bool) -> tuple[bytes, bytes]:
        """The body, if it is to be kept, and its hash. Hashed as it comes, so that what is not
        kept never lies in memory."""
        chunks: list[bytes] = []
        digest, size = hashlib.sha256(), 0
        async for chunk in http.content.iter_any():
            size += len(chunk)
            if size > MAX_BODY:
                raise web.HTTPRequestEntityTooLarge(MAX_BODY, size)
            digest.update(chunk)
            if keep:
                chunks.append(chunk)
        self.stats.bytes += size
        return b"".join(chunks), digest.digest()

    async def _read(self, body: bytes) -> incoming.Incoming:
        asked = incoming.read(body, self._album)
        if asked.model not in (None, self.name):
            raise web.HTTPNotFound(
                text=f"model {shorten(asked.model)}: this server has {self.name!r}"
            )
        for view in asked.views:
            self.stats.shows(view.page)
        if self._asked:
            asked = asked._replace(request=await self._asked.name(asked.request))
        return asked

    async def _answer(self, asked: incoming.Incoming | None, name: str) -> bytes:
        if asked is None:
            message = {"role": "assistant", "content": getattr(self.model, "text", "")}
            choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
            return outgoing.body(self.name, name, choices, Usage())
        reply = await self.model.reply(asked.request)
        return outgoing.completion(reply, asked, self.name, name)


@web.middleware
async def _one_line(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every error in OpenAI's shape; our own bugs as a 500 that tells no more than their kind."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        status, told = error.status, error.text or error.reason
    except Exception as error:
        log.exception("a request failed")
        status, told = 500, f"internal error: {type(error).__name__}"
    body = outgoing.error(status, one_line(told))
    return web.Response(status=status, body=body, content_type="application/json")


def _json(told: object) -> web.Response:
    return web.Response(body=orjson.dumps(told), content_type="application/json")


class Serving(NamedTuple):
    """A server that listens."""

    name: str
    """What clients call the model."""
    url: str
    """What a client is given: up to and with `/v1`."""
    stats: Stats


@asynccontextmanager
async def serving(model: Model, *, port: int = 0, **settings: Any) -> AsyncIterator[Serving]:
    """Serve a model until the block is left; `settings` are those of `Server`.

    Port 0 takes a free one. Raises CloseupError where the port cannot be had.
    """
    if not 0 <= port <= 65535:
        raise CloseupError(f"port {port}: need 0 to 65535")
    server = Server(model, **settings)
    runner = web.AppRunner(
        server.app(),
        access_log=None,
        handler_cancellation=True,
        shutdown_timeout=GRACE,
        read_bufsize=READ_AHEAD,
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, HOST, port, backlog=BACKLOG)
        try:
            await site.start()
        except OSError as error:
            raise CloseupError(f"port {port}: cannot be had: {error.strerror or error}") from None
        yield Serving(server.name, f"http://{HOST}:{runner.addresses[0][1]}/v1", server.stats)
    finally:
        await runner.cleanup()


async def serve_until_stopped(model: Model, **settings: Any) -> None:
    """`serving`, until SIGINT or SIGTERM; says where, for people and for scripts."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with serving(model, **settings) as served:
        print(f"serving {served.name} on {served.url}", flush=True)
        await stop.wait()
    if close := getattr(model, "close", None):
        await close()


@contextmanager
def serving_in_thread(model: Model, **settings: Any) -> Iterator[Serving]:
    """`serving`, for code that is not async: in an event loop of its own, in a thread."""
    ready: Future[tuple[Serving, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def stay() -> None:
        async with serving(model, **settings) as served:
            stop = asyncio.Event()
            ready.set_result((served, asyncio.get_running_loop(), stop))
            await stop.wait()

    def work() -> None:
        try:
            asyncio.run(stay())
        except Exception as error:
            if ready.done():
                raise
            ready.set_exception(error)

    thread = Thread(target=work, daemon=True)
    thread.start()
    served, loop, stop = ready.result()
    try:
        yield served
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
