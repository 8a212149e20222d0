"""How many pages a difference between two models takes to be seen, from runs at hand."""

from typing import Any, NamedTuple

from rich.console import Group
from rich.text import Text

from closeup.question import Split
from closeup.records import CloseupError
from closeup.report.summary import questions_of
from closeup.report.terminal import percent, plain
from closeup.stats import Cluster, cluster_keys
from closeup.stats.intervals import effective_n
from closeup.stats.power import (
    ALPHA,
    CORRELATION,
    POWER,
    clusters_needed,
    smallest_seen,
    variance_of_difference,
)
from closeup.stats.spread import Spread, spread
from closeup.store import Store


class Need(NamedTuple):
    """One task, or the mean of all. None where the run does not tell."""

    n: int
    unit: Cluster
    """What it is clustered by: issues, where a question shows several pages."""
    clusters: int
    standard_error: float | None
    """Of the difference between two models, on the pages at hand."""
    smallest: float | None
    """The smallest difference that the clusters at hand see."""
    needed: int | None
    """Clusters, each with as many questions as those at hand, that see the wanted difference."""


class Power(NamedTuple):
    """What it takes to see a difference."""

    difference: float
    paired: bool
    """Whether two runs told how scores vary together; else `CORRELATION` is assumed."""
    tasks: dict[str, Need]
    mean: Need

    def public(self) -> dict[str, Any]:
        """What `power --json` says."""
        return {
            "difference": self.difference,
            "alpha": ALPHA,
            "power": POWER,
            "assumed_correlation": None if self.paired else CORRELATION,
            "tasks": {task: need._asdict() for task, need in self.tasks.items()},
            "mean": self.mean._asdict(),
        }


def power(
    first: Store,
    second: Store | None,
    difference: float,
    split: Split | None = None,
    by: Cluster = "page",
) -> Power:
    """The pages needed to see a difference of scores, by a paired, clustered test.

    Raises CloseupError for a difference that is none, or where there are no scores to learn from.
    """
    if not 0 < difference <= 1:
        raise CloseupError(f"points {100 * difference:g}: need more than 0 and at most 100")
    one = questions_of(first.results(split))
    two = questions_of(second.results(split)) if second else one
    rows = {
        name: question._replace(value=two[name].value)
        for name, question in one.items()
        if name in two and question.value is not None and two[name].value is not None
    }
    if not rows:
        raise CloseupError(f"{first.folder}: no scores to tell the need from")
    values = {name: one[name].value or 0.0 for name in rows}
    other = {name: row.value or 0.0 for name, row in rows.items()}
    paired = second is not None

    def need(names: list[str], tasks: bool = False) -> Need:
        keys = cluster_keys(((rows[q].cluster, rows[q].issue) for q in names), by)
        unit: Cluster = "issue" if keys == [rows[q].issue for q in names] else "page"
        scores = [other[q] - values[q] if paired else values[q] for q in names]
        told = spread(scores, keys, [rows[q].task for q in names] if tasks else None)
        return _need(told, unit, difference, paired)

    by_task: dict[str, list[str]] = {}
    for name, row in rows.items():
        by_task.setdefault(row.task, []).append(name)
    found = {task: need(by_task[task]) for task in sorted(by_task)}
    return Power(difference, paired, found, need(list(rows), tasks=True))


def _need(told: Spread, unit: Cluster, difference: float, paired: bool) -> Need:
    variance = told.variance
    if variance is not None and not paired:
        # Moderated: a run with hardly a wrong answer must not promise that two pages will do.
        variance = variance_of_difference(told.mean * (1 - told.mean) / effective_n(told))
    if not variance or told.df is None:
        return Need(told.n, unit, told.clusters, None, None, None)
    return Need(
        n=told.n,
        unit=unit,
        clusters=told.clusters,
        standard_error=variance**0.5,
        smallest=smallest_seen(variance, told.clusters, told.df),
        needed=clusters_needed(difference, variance, told.clusters, told.df),
    )


def table(told: Power) -> Group:
    """What it takes, for the terminal."""
    grid = plain(
        f"to see {100 * told.difference:g} points with {100 * POWER:.0f} % power, tested at the "
        f"{100 * ALPHA:.0f} % level",
        numbers=("n", "at hand", "see, points", "needed"),
    )
    rows = dict(told.tasks)
    if len(rows) > 1:
        rows[f"mean of {len(rows)} tasks"] = told.mean
    for task, need in rows.items():
        needed = "–" if need.needed is None else f"{need.needed} {need.unit}s"
        at_hand = f"{need.clusters} {need.unit}s"
        grid.add_row(task, str(need.n), at_hand, percent(need.smallest), needed)
    lines = ["“see” is the smallest difference that what is at hand can show."]
    if any(need.needed is None for need in rows.values()):
        lines.append("– where the scores do not differ, or are of one cluster: nothing to go by.")
    if not told.paired:
        lines.append(
            f"One run: that two models' scores correlate by {CORRELATION} is assumed; "
            "name a second run to have it measured."
        )
    return Group(grid, Text("\n".join(lines)))
