"""Runs as a table for the terminal, and as JSON for programs."""

import json
from collections.abc import Sequence

from rich.table import Table

from closeup.report.summary import TaskSummary, summary
from closeup.store import Store


def as_json(run: Store) -> str:
    """`{task: {n, unscored, score, chance, corrected, low, high, …}}`; null where unknown."""
    rows = {task: row._asdict() for task, row in summary(run).items()}
    return json.dumps(rows, indent=2, allow_nan=False)


def table(run: Store) -> Table:
    """One run, a task a row."""
    grid = Table(title=f"{run.info.model} on {run.info.bench}", title_justify="left")
    grid.add_column("task")
    for name in ("n", "unscored", "score", "95 % interval", "chance", "corrected", "macro-F1"):
        grid.add_column(name, justify="right")
    for task, row in summary(run).items():
        grid.add_row(
            task,
            str(row.n),
            str(row.unscored),
            percent(row.score),
            interval(row.low, row.high),
            percent(row.chance),
            percent(row.corrected),
            percent(row.macro_f1),
        )
    return grid


def comparison(runs: Sequence[Store]) -> Table:
    """Several runs side by side: each one's score in percent with its 95 % interval."""
    summaries = [summary(run) for run in runs]
    grid = Table(title="score in %, with its 95 % interval", title_justify="left")
    grid.add_column("task")
    grid.add_column("n", justify="right")
    grid.add_column("chance", justify="right")
    for run in runs:
        grid.add_column(run.info.model, justify="right")
    for task in sorted({task for rows in summaries for task in rows}):
        rows = [rows.get(task) for rows in summaries]
        first = next(row for row in rows if row is not None)
        cells = ["–" if row is None else _cell(row) for row in rows]
        grid.add_row(task, str(max(row.n for row in rows if row)), percent(first.chance), *cells)
    return grid


def percent(value: float | None) -> str:
    """A share as a percentage with one decimal; a dash where it is unknown."""
    return "–" if value is None else f"{100 * value:.1f}"


def interval(low: float | None, high: float | None) -> str:
    """An interval of shares in percent."""
    return "–" if low is None or high is None else f"{percent(low)} to {percent(high)}"


def _cell(row: TaskSummary) -> str:
    missing = f", {row.unscored} unscored" if row.unscored else ""
    bounds = "" if row.low is None else f" ({interval(row.low, row.high)})"
    return percent(row.score) + bounds + missing
