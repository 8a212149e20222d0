"""What became of the questions of one run."""

from collections import Counter
from dataclasses import dataclass, field

from closeup.episode import Episode
from closeup.message import Usage
from closeup.records import one_line

MOST_FAILURES = 3
"""Reasons that are named at the end."""


@dataclass
class Tally:
    """Counts of one call of `run`; a question in two epochs counts twice."""

    asked: int = 0
    """Questions that were asked to their end."""
    kept: int = 0
    """Questions that had their episode already."""
    rescored: int = 0
    """Of these, those that are worth something else today."""
    failures: Counter[str] = field(default_factory=Counter)
    """Questions that the provider gave no reply to, by its words: unscored, and asked again next
    time."""
    forgotten: int = 0
    """Results of an earlier bench or of more epochs, dropped."""
    unparsed: int = 0
    """Episodes in whose last reply no answer could be read."""
    calls: int = 0
    """Replies that the model was asked for."""
    reused: int = 0
    """Replies that the run had already."""
    usage: Usage = field(default_factory=Usage)
    cost: float | None = None
    """Dollars, where the model's price is known."""
    retries: dict[str, int] = field(default_factory=dict)
    """Tries that failed and were made again, by what went wrong."""

    @property
    def failed(self) -> int:
        """Questions without a reply."""
        return self.failures.total()

    @property
    def seen(self) -> int:
        """Questions that are dealt with."""
        return self.asked + self.kept

    def add(self, episode: Episode) -> None:
        """An episode ended."""
        self.unparsed += episode.score.answer is None

    def told(self) -> str:
        """The counts that matter while it goes on, on one short line."""
        parts = [f"{_short(self.usage.input)}+{_short(self.usage.output)} tokens"]
        if self.cost is not None:
            parts.append(f"${self.cost:.2f}")
        if self.unparsed:
            parts.append(f"{self.unparsed} unreadable")
        if self.failed:
            parts.append(f"{self.failed} failed: {one_line(next(reversed(self.failures)), 60)}")
        if self.retries:
            parts.append(f"{sum(self.retries.values())} retries")
        return " · ".join(parts)

    def lines(self) -> list[str]:
        """What a user wants to know at the end, a line each."""
        counts = f"{self.asked} asked"
        counts += f", {self.kept} there already" if self.kept else ""
        counts += f", {self.rescored} of them scored anew" if self.rescored else ""
        counts += f", {self.reused} replies used again" if self.reused else ""
        found = [f"{counts}, {self.told()}" if self.calls else counts]
        if self.retries:
            kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.retries.items()))
            found.append(f"tries made again: {kinds}")
        if self.forgotten:
            found.append(f"{self.forgotten} results dropped: their questions are no longer asked")
        if self.failed:
            found.append(f"{self.failed} unanswered; the same command asks again")
            told = self.failures.most_common(MOST_FAILURES)
            found += [f"  {count}x {one_line(said, 200)}" for said, count in told]
            if len(self.failures) > len(told):
                found.append(f"  and {len(self.failures) - len(told)} other reasons")
        return found


def _short(number: int) -> str:
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            return f"{number / size:.1f}{unit}"
    return str(number)
