"""What goes on for a while over HTTP: a file that comes in, and events that go out."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from aiohttp import web

from closeup.models import ModelError
from closeup.records import CloseupError, one_line
from closeup.view.comic_shelf import MAX_FILE
from closeup.view.guard import add_headers

Say = Callable[[dict[str, Any]], Awaitable[object]]
"""Sends an event to the page in the browser."""
STALLED = 30.0
"""Seconds without a byte after which a file is given up: others wait for it."""
log = logging.getLogger("closeup.view")


async def body(request: web.Request) -> bytes:
    """What is sent, no more of it than one file may have, and never waiting long for more."""
    chunks, size = [], 0
    while not request.content.at_eof():
        try:
            async with asyncio.timeout(STALLED):
                chunk = await request.content.readany()
        except TimeoutError:
            why = f"nothing came for {STALLED:g} seconds"
            raise web.HTTPRequestTimeout(text=why) from None
        size += len(chunk)
        if size > MAX_FILE:
            why = f"more than {MAX_FILE:,} bytes, which is the limit"
            raise web.HTTPRequestEntityTooLarge(MAX_FILE, size, text=why)
        chunks.append(chunk)
    return b"".join(chunks)


async def streamed(
    request: web.Request, work: Callable[[Say], Awaitable[object]]
) -> web.StreamResponse:
    """An answer that is written while `work` goes on: a line of JSON for each thing that it says.

    When the browser goes away `work` is cancelled. What goes wrong is told in the last line.
    """
    response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
    add_headers(response)
    await response.prepare(request)

    async def say(event: dict[str, Any]) -> None:
        await response.write(orjson.dumps(event) + b"\n")

    try:
        await work(say)
    except (CloseupError, ModelError) as error:
        await say({"error": one_line(str(error))})
    except ConnectionError:
        return response
    except Exception as error:
        log.exception("an answer failed")
        await say({"error": f"internal error: {type(error).__name__}"})
    await response.write_eof()
    return response
