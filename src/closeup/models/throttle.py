"""How much may be asked at a time, and how much a minute.

`Gate` bounds what is in flight, at a fixed number or at as many as the provider takes. A `Bucket`
bounds a rate. Neither asks the system for the time or sleeps but through what it is given.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable

START = 16
MOST = 512
LEAST = 4
COOL_DOWN = 10.0
"""Seconds after a cut in which there is neither another nor growth: a burst of complaints is one
complaint, about requests that were sent before the cut."""

Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]


class Gate:
    """How many may be in flight: `fixed`, or found out while asking.

    It doubles the limit every round until the provider first complains of the rate, then adds a
    twentieth a round; each complaint takes off a fifth. A round is as many clean replies as the
    limit, counted only while the limit is what holds back.
    """

    def __init__(self, fixed: int | None = None, clock: Clock = time.monotonic) -> None:
        self.limit = fixed or START
        self.most = fixed or MOST
        """What the limit never exceeds."""
        self.in_flight = 0
        self._fixed = fixed is not None
        self._clock = clock
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._clean = 0
        self._found = False
        """Whether the provider has complained, so that its limit is near."""
        self._quiet_until = -math.inf
        self._strained_until = -math.inf

    async def enter(self) -> None:
        """Wait for a place, first come first served."""
        if self.in_flight < self.limit and not self._waiting:
            self.in_flight += 1
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if not place.cancelled():  # the place was given and will not be taken
                self.leave()
            elif place in self._waiting:  # or it was passed over already
                self._waiting.remove(place)
            raise

    def leave(self) -> None:
        """Give the place back."""
        self.in_flight -= 1
        self._admit()

    def clean(self) -> None:
        """A reply came as it should."""
        now = self._clock()
        if self._fixed or now < max(self._quiet_until, self._strained_until):
            return
        if self.in_flight < self.limit:
            return
        self._clean += 1
        if self._clean >= self.limit:
            self._clean = 0
            grown = math.ceil(self.limit * 1.05) if self._found else self.limit * 2
            self.limit = min(grown, self.most)
            self._admit()

    def slowed(self, seconds: float | None = None) -> None:
        """The provider said it is asked too much, and to wait `seconds` if it said so."""
        now = self._clock()
        self._found = True
        self._clean = 0
        if not self._fixed and now >= self._quiet_until:
            self.limit = max(min(LEAST, self.limit), int(self.limit * 0.8))
            self._quiet_until = now + max(COOL_DOWN, seconds or 0)

    def strained(self) -> None:
        """The provider failed otherwise: no time to ask more of it."""
        self._clean = 0
        self._strained_until = self._clock() + COOL_DOWN

    def _admit(self) -> None:
        while self._waiting and self.in_flight < self.limit:
            place = self._waiting.popleft()
            if not place.done():
                self.in_flight += 1
                place.set_result(None)


class Bucket:
    """At most `per_minute` units a minute, with a burst of a tenth of that; None: no bound.

    What is taken is taken at once and waited for afterwards, so those who wait are served in the
    order they came, and a single large take is never refused.
    """

    def __init__(
        self,
        per_minute: float | None,
        clock: Clock = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.bounded = per_minute is not None
        self._rate = (per_minute or 0) / 60
        self._room = max(self._rate * 6, 1.0)
        self._level = self._room
        self._clock = clock
        self._sleep = sleep
        self._then = clock()

    async def take(self, units: float) -> None:
        """Wait until these may be spent."""
        if not self.bounded:
            return
        self._refill()
        self._level -= units
        if self._level < 0:
            try:
                await self._sleep(-self._level / self._rate)
            except asyncio.CancelledError:
                self.give(units)
                raise

    def give(self, units: float) -> None:
        """Take back what was not used; negative where more was used than taken."""
        if self.bounded:
            self._refill()
            self._level = min(self._level + units, self._room)

    def _refill(self) -> None:
        now = self._clock()
        self._level = min(self._level + (now - self._then) * self._rate, self._room)
        self._then = now
