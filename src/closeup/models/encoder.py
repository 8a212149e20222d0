"""Views as bytes to send: each encoded once, in a thread, however many ask for it at a time."""

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from closeup.geometry import View
from closeup.pictures import Encoded, Pictures

THREADS = 2
"""Each holds a decoded page and a JPEG in the making, some 20 MB."""


class Encoder:
    """For one event loop; what `pictures` still has is given without leaving the loop."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._pool: ThreadPoolExecutor | None = None
        self._under_way: dict[View, asyncio.Future[Encoded]] = {}

    async def encoded(self, views: Iterable[View]) -> dict[View, Encoded]:
        """CloseupError where an image cannot be read."""
        found: dict[View, Encoded] = {}
        for view in views:
            found[view] = self._pictures.cached(view) or await self._encode(view)
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
            work.add_done_callback(lambda _: self._under_way.pop(view))
        # One who gives up must not take the image from the others who wait for it.
        return await asyncio.shield(work)
