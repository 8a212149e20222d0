"""Runs as a table for the terminal, and as JSON for programs."""

import json
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from closeup.question import Split
from closeup.report.summary import TaskSummary, summary
from closeup.store import Store


def as_json(run: Store, split: Split | None = None) -> str:
    """`{task: {n, unscored, score, chance, corrected, low, high}}`; null where unknown."""
    rows = {task: row.public() for task, row in summary(run, split).items()}
    return json.dumps(rows, indent=2, allow_nan=False)


def table(run: Store, split: Split | None = None) -> Table:
    """One run, a task a row."""
    rows = summary(run, split)
    missing = any(row.unscored for row in rows.values())
    columns = ("score", "95 %", "chance", "corrected", "macro-F1")
    grid = plain(
        f"{run.info.model} on {run.info.bench}, in %",
        numbers=("n", "unscored", *columns) if missing else ("n", *columns),
    )
    for task, row in rows.items():
        grid.add_row(
            task,
            *([str(row.n), str(row.unscored)] if missing else [str(row.n)]),
            percent(row.score),
            interval(row.low, row.high),
            percent(row.chance),
            percent(row.corrected),
            percent(row.macro_f1),
        )
    return grid


def comparison(runs: Sequence[Store], split: Split | None = None) -> Table:
    """Several runs side by side: each one's score in percent and, below it, its 95 % interval."""
    summaries = [summary(run, split) for run in runs]
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
    grid = Table(title=Text(title), title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
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
    return "\n".join([*lines, f"{row.unscored} unscored"] if row.unscored else lines)
