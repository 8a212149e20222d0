"""The models that may be asked about one's own comic: where a page goes, and whose turn it is."""

import asyncio
import importlib.util
import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple
from urllib.parse import urlsplit

from closeup.models import Given, Model, find, shipped
from closeup.records import CloseupError

MAX_WAITING = 8
"""Questions that may wait for one model."""
LAZY = ("hf:", *shipped.NAMES)
"""Models that take long to open, and so are opened when they are first asked."""


class Place(NamedTuple):
    """Where a page goes when a model is shown it."""

    told: str
    away: bool = False
    """Whether it leaves this machine, for all that is known."""


class Seat:
    """A model, and the questions that wait for it: it is asked one at a time."""

    def __init__(self, name: str, open_model: Callable[[], Model]) -> None:
        self.name = name
        """As it was asked for."""
        self._open = open_model
        self._model = None if name.startswith(LAZY) else open_model()
        self.place = _place(name, self._model)
        self._opening: asyncio.Future[Model] | None = None
        self._line: list[asyncio.Event] = []

    @property
    def is_open(self) -> bool:
        return self._model is not None

    @asynccontextmanager
    async def turn(self, waits: Callable[[int], Awaitable[object]]) -> AsyncIterator[None]:
        """Wait until it is free; `waits` is told how many questions come before, as often as that
        changes. Raises CloseupError where too many wait."""
        if len(self._line) > MAX_WAITING:
            raise CloseupError(f"{MAX_WAITING} questions wait for this model: ask again later")
        mine = asyncio.Event()
        self._line.append(mine)
        try:
            while before := self._before(mine):
                await waits(before)
                await mine.wait()
            yield
        finally:
            self._line.remove(mine)
            for other in self._line:
                other.set()

    def _before(self, mine: asyncio.Event) -> int:
        mine.clear()
        return self._line.index(mine)

    async def model(self) -> Model:
        """The model, opened where it is not yet; CloseupError where that cannot be.

        Whoever stops waiting does not stop it: the next question finds it open.
        """
        if self._model is None:
            if self._opening is None:
                self._opening = asyncio.ensure_future(asyncio.to_thread(self._open))
            try:
                self._model = await asyncio.shield(self._opening)
            finally:
                if self._opening.done():
                    self._opening = None
        return self._model

    async def close(self) -> None:
        """Let the model go."""
        if close := getattr(self._model, "close", None):
            await close()
        self._model = None


def seats(names: Sequence[str], given: Given) -> dict[str, Seat]:
    """The models of these names, or the usual ones where none is named.

    Raises CloseupError for one that is not to be had.
    """
    return {name: Seat(name, lambda name=name: find(name, given)) for name in names or usual()}


def usual() -> list[str]:
    """Models that are at hand without being asked for: a scripted one, and ours where it came with
    the package and can run."""
    runs = all(map(importlib.util.find_spec, ("torch", "transformers")))
    try:
        shipped.place("closeup-tiny")
    except CloseupError:
        runs = False
    return ["closeup-tiny", "zoomer"] if runs else ["zoomer"]


def _place(name: str, model: Model | None) -> Place:
    if name.startswith(LAZY):
        return Place("runs on this machine")
    if name == "zoomer":
        return Place("a script on this machine: it sees nothing, and shows how a model looks")
    host = urlsplit(getattr(model, "endpoint", "")).hostname
    if host:
        if _here(host):
            return Place("a server on this machine")
        return Place(f"the page and your question are sent to {host}", away=True)
    if ":" in name and not name.startswith("replay:"):
        return Place("code of your own: it alone knows where a page goes", away=True)
    return Place("a script on this machine")


def _here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
