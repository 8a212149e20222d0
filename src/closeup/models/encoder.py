"""Views as bytes to send: each encoded once, in a thread, however many ask for it at a time."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from closeup.geometry import View
from closeup.pictures import Encoded, Pictures

KEPT = 32 * 1024 * 1024
"""Bytes of base64 at hand for the next question about the same page: some seventy pages."""
THREADS = 4


class Encoder:
    """For one event loop; what it is asked again it answers without leaving the loop."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._pool: ThreadPoolExecutor | None = None
        self._under_way: dict[View, asyncio.Future[Encoded]] = {}
        self._kept: OrderedDict[View, Encoded] = OrderedDict()
        self._held = 0

    async def encoded(self, views: Iterable[View]) -> dict[View, Encoded]:
        """CloseupError where an image cannot be read."""
        found: dict[View, Encoded] = {}
        for view in views:
            if view in self._kept:
                self._kept.move_to_end(view)
                found[view] = self._kept[view]
            else:
                found[view] = await self._encode(view)
        return found

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    async def _encode(self, view: View) -> Encoded:
        work = self._under_way.get(view)
        if work is None:
            self._pool = self._pool or ThreadPoolExecutor(THREADS, "closeup-encode")
            loop = asyncio.get_running_loop()
            work = loop.run_in_executor(self._pool, self._pictures.encoded, view)
            self._under_way[view] = work
            work.add_done_callback(lambda done: self._keep(view, done))
        # One who gives up must not take the image from the others who wait for it.
        return await asyncio.shield(work)

    def _keep(self, view: View, done: "asyncio.Future[Encoded]") -> None:
        del self._under_way[view]
        if done.cancelled() or done.exception() is not None:
            return
        self._kept[view] = done.result()
        self._held += len(done.result().base64)
        while self._held > KEPT and len(self._kept) > 1:
            self._held -= len(self._kept.popitem(last=False)[1].base64)
