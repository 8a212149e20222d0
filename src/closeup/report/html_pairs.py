"""Every two runs of a report, compared on the questions that both have a score of; of many runs
each with the first."""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from closeup.question import Split
from closeup.records import CloseupError
from closeup.report.compare import Comparison, Pair, compare, p_value, signed
from closeup.report.html_runs import Shown
from closeup.report.html_tables import Table
from closeup.report.terminal import percent
from closeup.stats import Cluster
from closeup.stats.paired import holm

MANY = 7
"""Runs from which on only the first is compared with the others: all pairs would be 21 tables."""


class Compared(NamedTuple):
    """Two runs."""

    first: Shown
    second: Shown
    told: Comparison | None
    """None where no question has a score in both."""

    @property
    def name(self) -> str:
        """The difference that is shown, by the runs' letters."""
        return f"{self.second.key} − {self.first.key}"


def pairs(runs: Sequence[Shown], split: Split | None, by: Cluster) -> list[Compared]:
    """Every two runs, the later against the earlier, those against the first run first; from MANY
    runs on none but those."""
    chosen = combinations(runs, 2)
    if len(runs) >= MANY:
        chosen = ((runs[0], other) for other in runs[1:])
    return [Compared(one, two, _compare(one, two, split, by)) for one, two in chosen]


def _compare(one: Shown, two: Shown, split: Split | None, by: Cluster) -> Comparison | None:
    assert one.store is not None
    assert two.store is not None
    try:
        return compare(one.store, two.store, split, by, (one.key, two.key))
    except CloseupError:
        return None


def table(pair: Compared) -> Table:
    """Two runs task by task."""
    first, second, told = pair
    title = f"{pair.name}: {second.model} against {first.model}"
    head = ("task", "n", f"{first.key}, %", f"{second.key}, %", "difference", "95 %")
    head += ("gain", "harm", "p", "p, Holm")
    if told is None:
        return Table(title, head, [], notes=("No question has a score in both.",))
    paired = {task: row for task, row in told.tasks.items() if row.n}
    total = (f"mean of {len(paired)} tasks", *_cells(told.mean)) if len(paired) > 1 else ()
    return Table(
        title, head, [(task, *_cells(row)) for task, row in paired.items()], total, told.notes
    )


def overview(compared: Sequence[Compared]) -> Table | None:
    """The pairs in one table, by the means of their tasks; None where there is but one."""
    if len(compared) < 2:
        return None
    means = [pair.told.mean if pair.told else None for pair in compared]
    corrected = holm([mean and mean.p for mean in means])
    rows = [mean and mean._replace(holm=p) for mean, p in zip(means, corrected, strict=True)]
    every = len({pair.first.key for pair in compared}) > 1
    return Table(
        f"{'Every two runs' if every else 'Every run and the first'}, over all tasks",
        (
            "pair",
            "n",
            "first, %",
            "second, %",
            "difference",
            "95 %",
            "gain",
            "harm",
            "p",
            "p, Holm",
        ),
        [
            (pair.name, *(_cells(row) if row else ("0", *["–"] * 8)))
            for pair, row in zip(compared, rows, strict=True)
        ],
        notes=(
            "Means of the tasks in which both have scores, each task weighing the same. "
            "Holm: p corrected for the number of pairs.",
            *(() if every else ("Of so many runs the other pairs are left out.",)),
        ),
    )


def _cells(row: Pair) -> tuple[str, ...]:
    within = "–" if row.low is None else f"{signed(row.low)} to {signed(row.high)}"
    return (
        f"{row.n:,}",
        percent(row.first),
        percent(row.second),
        signed(row.difference),
        within,
        percent(row.gain),
        percent(row.harm),
        p_value(row.p),
        p_value(row.holm),
    )
