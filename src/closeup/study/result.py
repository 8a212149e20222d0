"""The result of one run: small, kept in the repository, and all that tables and curves need."""

from pathlib import Path

from closeup.records import Record, read_bytes, write_atomically

Scores = str | tuple[float | None, ...]
"""In the order of the study's questions: 1, 0 or - (unscored) each; numbers where a task's scores
lie between."""


class TaskResult(Record):
    """One task."""

    n: int
    """Questions asked."""
    unscored: int
    score: float | None
    """Mean over the scored ones."""
    low: float | None
    """95 % interval, clustered by page."""
    high: float | None
    clusters: int
    unparsed: float
    """Share of the replies in which no answer could be read."""
    scores: Scores

    def values(self) -> list[float | None]:
        """(N,): the score of each question; None: unscored."""
        if isinstance(self.scores, str):
            return [None if mark == "-" else float(mark) for mark in self.scores]
        return list(self.scores)


class Looked(Record):
    """Where the episodes of a task looked, or all; see `closeup.report.zoom`."""

    episodes: int
    calls: float
    """An episode."""
    call_rate: float
    covered: float | None
    """Of the evidence, in the best crop: of episodes with a call."""
    iou: float | None


class Stage(Record):
    """One training."""

    recipe: str
    regime: str
    steps: int
    samples: int
    """Examples learned from, or episodes sampled."""
    seconds: float
    """Of its steps: without loading, and without what a killed run lost."""
    alarms: dict[str, int]
    """The step at which each alarm rang first."""
    curve: dict[str, tuple[float | None, ...]]
    """`samples` seen, and each measure there, as means over the steps up to it."""


class Result(Record):
    """One run: an arm and a seed."""

    format: str = "closeup-study/1"
    closeup: str
    study: str
    arm: str
    seed: int
    made: dict[str, str | None]
    """What it was made from, see `made`."""
    model: str
    """Tells the measured model's weights from others."""
    questions: str
    """The key of the questions."""
    tools: tuple[str, ...]
    tasks: dict[str, TaskResult]
    looked: dict[str, Looked]
    """By task, and "all" where there are several."""
    stages: tuple[Stage, ...]

    @classmethod
    def read(cls, file: Path) -> "Result":
        """A result; CloseupError where it is none."""
        return cls.parse(read_bytes(file), str(file))

    def write(self, file: Path) -> None:
        """Keep it."""
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, self.to_json() + "\n")


def packed(values: list[float | None]) -> Scores:
    """Scores as they are kept."""
    if all(value in (None, 0, 1) for value in values):
        return "".join("-" if value is None else str(int(value)) for value in values)
    return tuple(None if value is None else round(value, 3) for value in values)
