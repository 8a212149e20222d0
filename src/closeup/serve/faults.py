"""What goes wrong on purpose, so that a client can be tested against it.

A fault is drawn by the hash of a request's body and by how often it was asked before: the same
request meets the same fate in every run, in whatever order they come, and a second try may do
better.
"""

import asyncio
import hashlib
import math
from typing import NamedTuple

from aiohttp import web

from closeup.message import Usage
from closeup.records import CloseupError, shorten
from closeup.serve import outgoing

KINDS = ("hang", "malformed", "slow", "reset", "empty")
FORM = "need KIND:SHARE or KIND:SHARE:SECONDS, such as 429:0.1:0.2,hang:0.02"
RETRY_AFTER = 0.1
"""Seconds that a 429 asks to wait, where the spec names none."""
SLOWER, SLOW_LEAST = 10, 1.0
"""A slow answer takes so many times the latency, and at least so many seconds."""


class Fault(NamedTuple):
    """One kind of trouble."""

    kind: str
    """A status from 400 to 599, or one of KINDS."""
    share: float
    """Of the requests, from 0 to 1."""
    seconds: float | None = None
    """For a status, what Retry-After says; for `slow`, how long the answer takes."""


class Faults:
    """A spec such as `429:0.1:0.2,500:0.05,hang:0.02`; CloseupError where it is none."""

    def __init__(self, spec: str = "", seed: int = 0) -> None:
        self.faults = tuple(_fault(part.strip()) for part in spec.split(",")) if spec else ()
        self._seed = seed
        kinds = [fault.kind for fault in self.faults]
        for kind in kinds:
            if kinds.count(kind) > 1:
                raise CloseupError(f"faults: {kind!r}: stands twice")
        total = sum(fault.share for fault in self.faults)
        if total > 1 + 1e-9:
            raise CloseupError(f"faults: the shares make {total:g} together: need 1 at most")

    def draw(self, body: bytes, attempt: int) -> Fault | None:
        """What becomes of a request: `body` is its hash, `attempt` counts from 0."""
        if not self.faults:
            return None
        seed = f"{self._seed}/{attempt}/".encode()
        drawn = int.from_bytes(hashlib.sha256(seed + body).digest()[:8]) / 2**64
        for fault in self.faults:
            drawn -= fault.share
            if drawn < 0:
                return fault
        return None


def _fault(part: str) -> Fault:
    kind, *numbers = part.split(":")
    if not (kind in KINDS or (kind.isascii() and kind.isdigit() and 400 <= int(kind[:4]) <= 599)):
        known = ", ".join(KINDS)
        raise CloseupError(f"faults: {shorten(part)}: need a status from 400 to 599, or {known}")
    try:
        share, *rest = (float(number) for number in numbers)
        (seconds,) = rest or (None,)
    except ValueError:
        raise CloseupError(f"faults: {shorten(part)}: {FORM}") from None
    if not 0 <= share <= 1:
        raise CloseupError(f"faults: {shorten(part)}: a share of {share:g}: need 0 to 1")
    if seconds is not None:
        if kind in KINDS and kind != "slow":
            raise CloseupError(f"faults: {shorten(part)}: {kind} takes no seconds")
        if not (math.isfinite(seconds) and seconds >= 0):
            raise CloseupError(f"faults: {shorten(part)}: {seconds:g} seconds: need 0 or more")
    return Fault(kind, share, seconds)


def slow(fault: Fault | None, latency: float) -> float:
    """Seconds before a reply."""
    if fault is None or fault.kind != "slow":
        return latency
    return max(SLOWER * latency, SLOW_LEAST) if fault.seconds is None else fault.seconds


async def misbehave(
    fault: Fault, http: web.Request, model: str, latency: float
) -> web.StreamResponse:
    """Answer as the fault has it. `hang` ends only when the client leaves, by cancellation."""
    if fault.kind.isdigit():
        status = int(fault.kind)
        wait = RETRY_AFTER if fault.seconds is None and status == 429 else fault.seconds
        headers = {} if wait is None else {"Retry-After": f"{wait:g}"}
        told = outgoing.error(status, f"a fault on purpose: {status}")
        return web.Response(
            status=status, body=told, headers=headers, content_type="application/json"
        )
    if fault.kind == "hang":
        await asyncio.Event().wait()
    await asyncio.sleep(latency)
    nothing = outgoing.body(model, "fault", [], Usage())
    if fault.kind == "empty":
        return web.Response(body=nothing, content_type="application/json")
    half = nothing[: len(nothing) // 2]
    if fault.kind == "malformed":
        return web.Response(body=half, content_type="application/json")
    response = web.StreamResponse()
    response.content_type = "application/json"
    response.content_length = len(nothing)
    await response.prepare(http)
    await response.write(half)
    if http.transport:
        http.transport.abort()
    return response
