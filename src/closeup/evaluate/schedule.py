"""In which order questions are asked: page by page, and of each page one question first.

A server that has read a page for one question has it in its cache for the next ones, but only once
that one is answered, and only until other pages push it out. So the first question of a page goes
alone, the others follow together, and they go before any new page.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Hashable, Sequence
from typing import Generic, TypeVar

J = TypeVar("J", bound=Hashable)


class Schedule(Generic[J]):
    """Jobs in groups: one dispatcher takes them, one after another; whoever does a job says so."""

    def __init__(self, groups: AsyncIterator[Sequence[J]]) -> None:
        self._groups = groups
        self._ready: deque[J] = deque()
        self._behind: dict[J, Sequence[J]] = {}
        """By the leader that is under way: the jobs that wait for it."""
        self._changed = asyncio.Event()
        self._over = False

    async def take(self) -> J | None:
        """The next job; waits for a leader where it must. None when there is none left."""
        while not self._ready:
            if not self._over:
                group = await anext(self._groups, None)
                self._over = group is None
                if group:
                    leader, *rest = group
                    self._behind[leader] = rest
                    return leader
            elif not self._behind:
                return None
            else:
                self._changed.clear()
                await self._changed.wait()
        return self._ready.popleft()

    def stop(self) -> None:
        """Hand out nothing more."""
        self._over = True
        self._ready.clear()
        self._behind.clear()
        self._changed.set()

    def done(self, job: J) -> None:
        """A job is answered, or has failed: those behind it may go."""
        self._ready.extend(self._behind.pop(job, ()))
        self._changed.set()
