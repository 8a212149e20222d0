"""What became of the questions of one run."""

from dataclasses import dataclass, field

from closeup.episode import Episode
from closeup.message import Usage


@dataclass
class Tally:
    """Counts of one call of `run`; a question in two epochs counts twice."""

    asked: int = 0
    kept: int = 0
    """Questions that had their episode already."""
    failed: int = 0
    """Questions that the provider gave no reply to: unscored, and asked again next time."""
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
            parts.append(f"{self.failed} failed")
        if self.retries:
            parts.append(f"{sum(self.retries.values())} retries")
        return " · ".join(parts)

    def lines(self) -> list[str]:
        """What a user may want to know at the end, a line each; nothing where nothing was asked."""
        found = []
        if self.usage.input or self.usage.output:
            found.append(f"{self.asked} asked in {self.calls} calls, {self.told()}")
        if self.retries:
            kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.retries.items()))
            found.append(f"tries made again: {kinds}")
        if self.forgotten:
            found.append(f"{self.forgotten} results dropped: their questions are no longer asked")
        return found


def _short(number: int) -> str:
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            return f"{number / size:.1f}{unit}"
    return str(number)
