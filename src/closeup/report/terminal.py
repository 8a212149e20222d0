"""Runs as a table for the terminal, and as JSON for programs."""

from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from closeup.question import Split
from closeup.report.summary import Macro, TaskSummary, macro, summary
from closeup.stats import Cluster
from closeup.store import Store


def public(
    run: Store, split: Split | None = None, by: Cluster = "page", full: bool = False
) -> dict[str, Any]:
    """`{task: {n, unscored, score, chance, corrected, low, high}}`; None where unknown.

    In full, everything that is known of the scores: `{run, tasks, macro}`.
    """
    rows = summary(run, split, by)
    if not full:
        return {task: row.public() for task, row in rows.items()}
    return {
        "run": run.info.model_dump(mode="json"),
        "tasks": {task: row._asdict() for task, row in rows.items()},
        "macro": macro(run, split, by)._asdict(),
    }


def table(run: Store, split: Split | None = None, by: Cluster = "page") -> Table:
    """One run, a task a row, and below them the mean of the tasks."""
    rows = summary(run, split, by)
    missing = any(row.unscored for row in rows.values())
    columns = ("un-\nparsed", "score", "95 %", "chance", "cor-\nrected", "macro\nF1")
    grid = plain(
        f"{run.info.model} on {run.info.bench}, in %",
        numbers=("n", "un-\nscored", *columns) if missing else ("n", *columns),
    )

    for task, row in rows.items():
        grid.add_row(task, *_cells(row, missing), percent(row.macro_f1))
    if len(rows) > 1:
        mean = macro(run, split, by)
        grid.add_section()
        grid.add_row(f"mean of {mean.tasks} tasks", *_cells(mean, missing))
        if mean.with_chance < mean.tasks:
            grid.caption = f"The mean chance is of the {mean.with_chance} tasks that have one."
            grid.caption_justify = "left"
    return grid


def comparison(runs: Sequence[Store], split: Split | None = None, by: Cluster = "page") -> Table:
    """Several runs side by side: each one's score in percent and, below it, its 95 % interval."""
    summaries = [summary(run, split, by) for run in runs]
    grid = plain(
        "score and its 95 % interval, in %",
        numbers=("n", "chance", *(run.info.model for run in runs)),
    )
    for task in sorted({task for rows in summaries for task in rows}):
        rows = [rows.get(task) for rows in summaries]
        known = [row for row in rows if row is not None]
        cells = ["–" if row is None else _cell(row) for row in rows]
        grid.add_row(task, str(max(row.n for row in known)), percent(known[0].chance), *cells)
    return grid


def plain(title: str, numbers: Sequence[str], words: Sequence[str] = ()) -> Table:
    """A table for 80 columns: the task, then columns of numbers, then columns of words."""
    # As texts, for a path or a model's name may hold what rich takes for markup.
    grid = Table(
        title=Text(title), title_justify="left", box=SIMPLE_HEAD, padding=0, show_edge=False
    )
    grid.add_column("task", no_wrap=True)
    for name in numbers:
        grid.add_column(Text(name), justify="right", no_wrap=True)
    for name in words:
        grid.add_column(name)
    return grid


def percent(value: float | None) -> str:
    """A share as a percentage with one decimal; a dash where it is unknown."""
    return "–" if value is None else f"{round(100 * value, 1) + 0.0:.1f}"


def interval(low: float | None, high: float | None) -> str:
    """An interval of shares in whole percent."""
    return "–" if low is None or high is None else f"{100 * low:.0f}–{100 * high:.0f}"


def _cell(row: TaskSummary) -> str:
    lines = [percent(row.score), interval(row.low, row.high)]
    counts = {"unscored": row.unscored, "unparsed": row.unparsed}
    return "\n".join([*lines, *(f"{count} {name}" for name, count in counts.items() if count)])


def _cells(row: TaskSummary | Macro, missing: bool) -> list[str]:
    return [
        *([str(row.n), str(row.unscored)] if missing else [str(row.n)]),
        percent(row.unparsed_rate),
        percent(row.score),
        interval(row.low, row.high),
        percent(row.chance),
        percent(row.corrected),
    ]
