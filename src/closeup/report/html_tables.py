"""The figures of runs as tables in HTML: the same figures that the terminal shows."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from closeup.judge import TASK
from closeup.message import Usage
from closeup.models.prices import AS_OF, cost
from closeup.question import Split
from closeup.report import judged
from closeup.report.html_runs import Shown
from closeup.report.summary import macro, summary
from closeup.report.terminal import cells, percent
from closeup.report.zoom import LEGEND, cost_cells, looked_cells, zoom_figures
from closeup.stats import Cluster


class Table(NamedTuple):
    """A table: of every row the first cell is its name, and the last row may be a total."""

    title: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]
    total: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


RESULTS = ("task", "n", "unscored", "unparsed, %", "score, %", "95 %", "chance, %")
RESULTS += ("above chance, %", "macro F1, %")


def results(run: Shown, split: Split | None, by: Cluster) -> Table:
    """The scores of one run."""
    assert run.store is not None
    rows = summary(run.store, split, by)
    mean = macro(run.store, split, by)
    total = (f"mean of {mean.tasks} tasks", *cells(mean), "") if mean.tasks > 1 else ()
    notes = []
    if 0 < mean.with_chance < mean.tasks:
        have = "task that has" if mean.with_chance == 1 else "tasks that have"
        notes.append(f"Mean chance and above chance: of the {mean.with_chance} {have} a chance.")
    return Table(
        f"{run.key}: {run.model}",
        RESULTS,
        [(task, *cells(row), percent(row.macro_f1)) for task, row in rows.items()],
        total,
        tuple(notes),
    )


def judges(run: Shown, split: Split | None, by: Cluster) -> Table | None:
    """What judges said of a run's descriptions; None where nothing was judged."""
    assert run.store is not None
    if not any(result.task == TASK for result in run.store.results(split)):
        return None
    found = judged.summary(run.store, split, by)
    if not found.judges:
        return None
    head = ("judge", "n", "not yet", "unread", "unscored", "recall, %", "95 %")
    return Table(
        f"{run.key}: descriptions by {run.model} before judges",
        (*head, "contradicted, %", "turned with the order, %"),
        judged.rows(found),
        notes=(judged.agreement(found), *found.warnings),
    )


def zooms(run: Shown, split: Split | None) -> list[Table]:
    """Where a model looked and what that cost; nothing of a run without tools."""
    if run.store is None or run.bench is None or not run.store.info.tools:
        return []
    found = zoom_figures(run.store, split, run.bench)
    if not found:
        return []
    head = ("task", "n", "call rate, %", "calls", "covered, %", "union, %", "IoU, %", "size")
    costs = ("task", "tokens", "seconds", "wasted calls, %", "unparsed, %")
    looked = [(task, *looked_cells(row)) for task, row in found.items()]
    spent = [(task, *cost_cells(row)) for task, row in found.items()]
    return [
        Table(f"{run.key}: where {run.model} looked", head, *_parted(looked), (LEGEND,)),
        Table(f"{run.key}: what a right answer costs {run.model}", costs, *_parted(spent)),
    ]


def _parted(rows: list[tuple[str, ...]]) -> tuple[list[tuple[str, ...]], tuple[str, ...]]:
    """Rows, and apart from them that of all tasks."""
    return (rows[:-1], rows[-1]) if rows[-1][0] == "all" else (rows, ())


def spending(shown: Sequence[Shown], split: Split | None) -> Table:
    """What each run took in all."""
    return Table(
        "What the runs took",
        (
            "run",
            "questions",
            "unanswered",
            "tool calls",
            "tokens in",
            "of these cached",
            "tokens out",
            "seconds of waiting",
            "US $",
        ),
        [row for run in shown for row in _took(run, split)],
        notes=(
            f"Dollars at the list prices of {AS_OF}, where the model's is known; questions of "
            "several epochs count as often.",
        ),
    )


def _took(run: Shown, split: Split | None) -> Iterator[tuple[str, ...]]:
    if run.store is None:
        return
    asked = list(run.store.results(split))
    usage = Usage(
        input=sum(result.input_tokens or 0 for result in asked),
        output=sum(result.output_tokens or 0 for result in asked),
        cached=sum(result.cached_tokens or 0 for result in asked),
    )
    dollars = cost(usage, run.model)
    yield (
        f"{run.key}: {run.model}",
        f"{len(asked):,}",
        f"{sum(result.failure is not None for result in asked):,}",
        f"{sum(result.calls or 0 for result in asked):,}",
        f"{usage.input:,}",
        f"{usage.cached:,}",
        f"{usage.output:,}",
        f"{sum(result.seconds or 0.0 for result in asked):,.1f}",
        "–" if dollars is None else f"{dollars:,.2f}",
    )
