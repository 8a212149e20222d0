"""Two runs on the same questions: what the second gains and harms, and whether it may be chance."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from rich.console import Group
from rich.text import Text

from closeup.question import Split
from closeup.records import CloseupError, Record
from closeup.report.summary import Scored, questions_of
from closeup.report.terminal import percent, plain
from closeup.stats import Cluster, cluster_keys
from closeup.stats.paired import Difference, holm, paired_difference
from closeup.store import Store

SETTINGS = (
    "resolution",
    "crops",
    "grid",
    "tools",
    "native_tools",
    "budget",
    "oracle_crop",
    "sampling",
    "seed",
    "epochs",
)
"""Fields of a run's info that its scores may differ by: those that are others are said."""


class Pair(NamedTuple):
    """One task of two runs, or the mean of all, over the questions that both have a score of."""

    n: int
    clusters: int
    first: float | None
    second: float | None
    difference: float | None
    """Second − first."""
    low: float | None
    high: float | None
    p: float | None
    holm: float | None
    """p corrected for the number of tasks; None for their mean, which is one test."""
    gain: float | None
    """Mean of what the second scores more: of answers right or wrong, the share right in the second
    only. difference = gain − harm."""
    harm: float | None
    """Mean of what the second scores less."""
    better: int
    """Questions that the second scores more on."""
    worse: int
    only_first: int
    """Questions of the first run alone, or with a score in it alone: left out of the rest."""
    only_second: int
    unscored: int
    """Questions asked that neither has a score of."""


class Comparison(NamedTuple):
    """Two runs, task by task."""

    tasks: dict[str, Pair]
    """By name in alphabetical order."""
    mean: Pair
    """Of the tasks, each weighing the same; its counts are of all of them together."""
    notes: tuple[str, ...]
    """What a reader must know before he believes it."""

    def public(self) -> dict[str, Any]:
        """What `compare --json` says."""
        return {
            "tasks": {task: row._asdict() for task, row in self.tasks.items()},
            "mean": self.mean._asdict(),
            "notes": list(self.notes),
        }


class _Both(NamedTuple):
    """A question that both runs have a score of."""

    task: str
    cluster: str
    issue: str
    first: float
    second: float

    @property
    def difference(self) -> float:
        return self.second - self.first


def compare(
    first: Store,
    second: Store,
    split: Split | None = None,
    by: Cluster = "page",
    names: tuple[str, str] = ("A", "B"),
) -> Comparison:
    """The second run against the first; CloseupError where they share no scored question. The notes
    call the two by their `names`."""
    one, two = questions_of(first.results(split)), questions_of(second.results(split))
    every: dict[str, Scored] = {**one, **two}
    both: list[_Both] = []
    left: dict[str, Counter[str]] = defaultdict(Counter)
    for name, question in every.items():
        a, b = (run[name].value if name in run else None for run in (one, two))
        if a is not None and b is not None:
            both.append(_Both(question.task, question.cluster, question.issue, a, b))
        else:
            had = "only_first" if a is not None else "only_second" if b is not None else "unscored"
            left[question.task][had] += 1
    if not both:
        place = f"{first.folder} and {second.folder}"
        raise CloseupError(f"{place}: no question has a score in both: nothing to compare")
    tasks = {
        task: _pair([row for row in both if row.task == task], by, left[task])
        for task in sorted({question.task for question in every.values()})
    }
    corrected = holm([row.p for row in tasks.values()])
    tasks = {
        task: row._replace(holm=p) for (task, row), p in zip(tasks.items(), corrected, strict=True)
    }
    mean = _mean(list(tasks.values()), _difference(both, by, [row.task for row in both]))
    return Comparison(tasks, mean, tuple(_notes(first, second, mean, names)))


def _difference(
    rows: Sequence[_Both], by: Cluster, tasks: Sequence[str] | None = None
) -> Difference:
    keys = cluster_keys(((row.cluster, row.issue) for row in rows), by)
    return paired_difference([row.difference for row in rows], keys, tasks)


def _pair(rows: Sequence[_Both], by: Cluster, left: Counter[str]) -> Pair:
    told, n = _difference(rows, by), len(rows)
    return Pair(
        n=n,
        clusters=told.clusters,
        first=sum(row.first for row in rows) / n if n else None,
        second=sum(row.second for row in rows) / n if n else None,
        difference=told.mean,
        low=told.low,
        high=told.high,
        p=told.p,
        holm=None,
        gain=sum(max(row.difference, 0.0) for row in rows) / n if n else None,
        harm=sum(max(-row.difference, 0.0) for row in rows) / n if n else None,
        better=sum(row.difference > 0 for row in rows),
        worse=sum(row.difference < 0 for row in rows),
        only_first=left["only_first"],
        only_second=left["only_second"],
        unscored=left["unscored"],
    )


def _mean(rows: Sequence[Pair], told: Difference) -> Pair:
    paired = [row for row in rows if row.n]

    def mean(name: str) -> float:
        return sum(getattr(row, name) for row in paired) / len(paired)

    def total(name: str) -> int:
        return sum(getattr(row, name) for row in rows)

    return Pair(
        n=told.n,
        clusters=told.clusters,
        first=mean("first"),
        second=mean("second"),
        difference=told.mean,
        low=told.low,
        high=told.high,
        p=told.p,
        holm=None,
        gain=mean("gain"),
        harm=mean("harm"),
        better=total("better"),
        worse=total("worse"),
        only_first=total("only_first"),
        only_second=total("only_second"),
        unscored=total("unscored"),
    )


def _notes(first: Store, second: Store, mean: Pair, names: tuple[str, str]) -> list[str]:
    notes = []
    if first.info.bench_hash != second.info.bench_hash:
        notes.append(
            f"benches differ ({first.info.bench_hash}, {second.info.bench_hash}): questions are "
            "paired by id alone, and a page may have changed"
        )
    left = zip(names, (mean.only_first, mean.only_second), strict=True)
    notes += [f"{n} questions have a score in {run} only" for run, n in left if n]
    if mean.unscored:
        notes.append(f"{mean.unscored} questions have a score in neither")
    if mean.p is not None and 2 ** (1 - mean.clusters) > 0.05:
        notes.append(f"{mean.clusters} clusters: no p below {p_value(2 ** (1 - mean.clusters))}")
    for name in SETTINGS:
        old, new = getattr(first.info, name), getattr(second.info, name)
        notes += _differing(name.replace("_", " "), old, new, names)
    return notes


def _differing(name: str, old: object, new: object, names: tuple[str, str]) -> Iterator[str]:
    if isinstance(old, Record) and isinstance(new, Record):
        for field in type(old).model_fields:
            values = getattr(old, field), getattr(new, field)
            yield from _differing(f"{name} {field}", *values, names)
    elif old != new:
        yield f"{name}: {_said(old)} in {names[0]}, {_said(new)} in {names[1]}"


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return "none" if value is None else str(value)


def table(first: Store, second: Store, told: Comparison) -> Group:
    """The comparison for the terminal."""
    grid = plain(
        "B − A over the questions that both have a score of, in %",
        numbers=("n", "A", "B", "B − A\n95 %", "gain\nharm", "p\nHolm"),
    )
    paired = {task: row for task, row in told.tasks.items() if row.n}
    for task, row in paired.items():
        grid.add_row(task, *_cells(row))
    if len(paired) > 1:
        grid.add_section()
        grid.add_row(f"mean of {len(paired)} tasks", *_cells(told.mean))
    lines = [f"A: {first.info.model}, {first.folder}", f"B: {second.info.model}, {second.folder}"]
    if alone := [task for task in told.tasks if task not in paired]:
        lines.append(f"no question with a score in both: {', '.join(alone)}")
    return Group(grid, Text("\n".join([*lines, *told.notes])))


def _cells(row: Pair) -> list[str]:
    interval = [] if row.low is None else [f"{signed(row.low)} {signed(row.high)}"]
    return [
        str(row.n),
        percent(row.first),
        percent(row.second),
        "\n".join([signed(row.difference), *interval]),
        f"{_whole(row.gain)}\n{_whole(row.harm)}",
        f"{p_value(row.p)}\n{p_value(row.holm)}".removesuffix("\n–"),
    ]


def _whole(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f}"


def signed(value: float | None) -> str:
    """A difference of shares in points, with its sign."""
    return "–" if value is None else f"{round(100 * value, 1) + 0.0:+.1f}"


def p_value(value: float | None) -> str:
    """A p-value with three decimals; what is smaller is said to be."""
    if value is None:
        return "–"
    return "<.001" if value < 0.001 else f"{value:.3f}".removeprefix("0") if value < 1 else "1"
