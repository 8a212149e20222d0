"""When a run has collapsed: it calls no more, rambles or falls silent, or nothing is left to learn.

Right answers can go on rising while the calls go to zero, and a loss says nothing of either. So
these are watched by themselves. A collapse is said once, and again only after it was over for a
whole window.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from math import isfinite
from statistics import fmean
from typing import NamedTuple

from closeup.training.recipe import Alarm

CALLS, LENGTH, EVEN = "look/calls", "length/mean", "reward/even_groups"
REPLY = "tokens a reply"
"""Of ours, from the two: an episode of more calls is longer, and no reply in it needs to be."""
NUMBERS = ("loss", "grad_norm")
"""Measures that must stay finite: at once, and in the first window too."""


class Collapse(NamedTuple):
    """A collapse as it begins."""

    step: int
    rule: str
    """calls, length, spread or numbers."""
    problem: str
    """The value and the rule, in one line."""

    def __str__(self) -> str:
        return f"collapse at step {self.step}: {self.problem}"


class Watch:
    """Sees the metrics row by row; what it says depends on the rows alone.

    A rule is judged by the mean over the last `window` steps, and never before the steps that
    were the first window are over: what came in those is what a run is compared with.
    """

    def __init__(self, alarm: Alarm) -> None:
        self._alarm = alarm
        self._recent: deque[Mapping[str, float | None]] = deque()
        self._first: float | None = None
        """Tokens a reply in the first window."""
        self._most = 0.0
        """Calls an episode, in the window that had most of them."""
        self._begun: int | None = None
        self._broken: dict[str, int] = {}
        """The rules of the collapses that are not over, and when each was last broken."""

    def see(self, row: Mapping[str, float | None]) -> list[Collapse]:
        """Take the next row of the metrics; what has begun to collapse with it."""
        step, window = int(row["step"] or 0), self._alarm.window
        if self._begun is None:
            self._begun = step
        self._recent.append(dict(row) | {REPLY: _reply(row)})
        while (self._recent[0]["step"] or 0) <= step - window:
            self._recent.popleft()
        broken = self._numbers(row)
        if step >= self._begun + window:
            broken |= self._means()
        else:
            self._first = self._mean(REPLY)
        if step >= self._begun + window - 1:
            self._most = max(self._most, self._mean(CALLS) or 0.0)
        new = [
            Collapse(step, rule, told) for rule, told in broken.items() if rule not in self._broken
        ]
        self._broken |= dict.fromkeys(broken, step)
        self._broken = {rule: last for rule, last in self._broken.items() if last > step - window}
        return new

    def _numbers(self, row: Mapping[str, float | None]) -> dict[str, str]:
        values = {name: row[name] for name in NUMBERS if name in row}
        wrong = [name for name, value in values.items() if value is None or not isfinite(value)]
        return {"numbers": f"{' and '.join(wrong)}: not a finite number"} if wrong else {}

    def _means(self) -> dict[str, str]:
        """The rules that the last window breaks, and how."""
        alarm, broken = self._alarm, {}
        over = f"over the last {alarm.window} steps"
        calls, length, even = (self._mean(name) for name in (CALLS, REPLY, EVEN))
        if calls is not None and calls < alarm.calls <= self._most:
            broken["calls"] = (
                f"calls: {calls:.2f} an episode {over}, up to {self._most:.2f} before: "
                f"fewer than {alarm.calls:g}"
            )
        if length is not None and self._first:
            times = length / self._first
            if not 1 / alarm.length <= times <= alarm.length:
                how = "as long" if times > 1 else "as short"
                factor = times if times > 1 else self._first / max(length, 1e-9)
                broken["length"] = (
                    f"length: {length:.0f} tokens a reply {over}, {self._first:.0f} at first: "
                    f"more than {alarm.length:g} times {how} ({factor:.1f})"
                )
        if even is not None and even > alarm.spread:
            broken["spread"] = (
                f"spread: {even:.0%} of the groups {over} without any spread of reward: "
                f"more than {alarm.spread:.0%}"
            )
        return broken

    def _mean(self, name: str) -> float | None:
        values = [row.get(name) for row in self._recent]
        known = [value for value in values if value is not None and isfinite(value)]
        return fmean(known) if known else None


def _reply(row: Mapping[str, float | None]) -> float | None:
    """Tokens a reply: each call is one, and so is the answer."""
    tokens, calls = row.get(LENGTH), row.get(CALLS)
    return None if tokens is None else tokens / (1 + (calls or 0.0))


def collapses(rows: Sequence[Mapping[str, float | None]], alarm: Alarm) -> list[Collapse]:
    """All that a `Watch` says of a whole run."""
    watch = Watch(alarm)
    return [collapse for row in rows for collapse in watch.see(row)]
