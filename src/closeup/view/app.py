"""The viewer: its routes put together, and how it listens.

How to build upon it: a module gives `routes(…) -> list[web.RouteDef]`, and `application` adds them.
Its handlers

- answer with `frame.page("its.html", …)`, whose template extends `base.html`, or `frame.data(…)`;
- raise `CloseupError` (400) or a `web.HTTPException` with a text of one line for what is wrong:
  `guard` makes a page of it, or `{"error": …}` under `/api/` and `/comic/`;
- need not look at `Host`, `Origin` or headers: `guard` has. A POST reaches them only from the
  viewer's own pages (scripts: `fetch` of the same origin, which sends `Origin`);
- find bodies cut at `MAX_BODY` by `request.read()`; larger uploads are read from
  `request.content`, and counted;
- leave what takes long to `asyncio.to_thread`, and are cancelled when the browser goes away;
- call `guard.add_headers` on a `StreamResponse` before it is prepared.

Files named `*.js` and `*.css` in `view/static` are served at `/static/NAME`.
"""

import asyncio
import ipaddress
import signal
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiohttp import web

from closeup.records import CloseupError
from closeup.view import episodes, frame, home, marking, pages, questions
from closeup.view.corrections import Corrections
from closeup.view.guard import guard
from closeup.view.opened import Opened

HOST = "127.0.0.1"
MAX_BODY = 256 * 1024
"""Bytes of a body that is read whole."""
GRACE = 0.5
"""Seconds that open requests are given when the viewer stops."""


def viewer(opened: Opened, corrections: Corrections, names: Iterable[str] = ()) -> web.Application:
    """The viewer of what is open, with marks kept in `corrections`."""
    routes = (
        *home.routes(opened, corrections.file),
        *pages.routes(opened, corrections),
        *questions.routes(opened),
        *episodes.routes(opened),
        *marking.routes(opened, corrections),
    )
    return application(routes, names)


def application(routes: Iterable[web.RouteDef] = (), names: Iterable[str] = ()) -> web.Application:
    """An application of some pages; `names` are hosts that it may be called by."""
    app = web.Application(middlewares=[guard([*names])], client_max_size=MAX_BODY)
    app.router.add_get("/static/{name}", frame.static)
    app.add_routes(routes)
    return app


@asynccontextmanager
async def serving(app: web.Application, host: str = HOST, port: int = 0) -> AsyncIterator[str]:
    """Listen until the block is left; gives the address. Port 0 takes a free one.

    Raises CloseupError where the port cannot be had.
    """
    if not 0 <= port <= 65535:
        raise CloseupError(f"port {port}: need 0 to 65535")
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=GRACE)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except (OSError, OverflowError, UnicodeError) as error:
            why = getattr(error, "strerror", None) or error
            raise CloseupError(f"{host}:{port}: cannot be had: {why}") from None
        name = f"[{host}]" if ":" in host else host
        yield f"http://{name}:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


async def serve_until_stopped(app: web.Application, host: str = HOST, port: int = 0) -> None:
    """`serving`, until SIGINT or SIGTERM; says where, for people and for scripts."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with serving(app, host, port) as url:
        if not local(host):
            print(f"closeup: {host}: whoever reaches this machine can see and write all of this")
        print(f"viewing on {url} (Ctrl-C ends it)", flush=True)
        await stop.wait()


def local(host: str) -> bool:
    """Whether only this machine reaches a host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
