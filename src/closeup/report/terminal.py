"""Runs as a table for the terminal, and as JSON for programs."""

from collections.abc import Callable, Iterator, Sequence
from string import ascii_uppercase
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from closeup.question import Split
from closeup.report.summary import Macro, TaskSummary, macro, summary
from closeup.stats import Cluster
from closeup.store import Store

ABREAST = 4
"""Runs side by side in one table of 80 columns; more go into further tables below."""


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
        f"{run.info.model} on {run.info.bench}, in % but for counts of questions",
        numbers=("n", "un-\nscored", *columns) if missing else ("n", *columns),
    )

    def line(row: TaskSummary | Macro) -> tuple[str, ...]:
        n, unscored, *rest = cells(row)
        return (n, unscored, *rest) if missing else (n, *rest)

    for task, row in rows.items():
        grid.add_row(task, *line(row), percent(row.macro_f1))
    if len(rows) > 1 and (mean := macro(run, split, by)).tasks > 1:
        grid.add_section()
        grid.add_row(f"mean of {mean.tasks} tasks", *line(mean))
        if 0 < mean.with_chance < mean.tasks:
            have = "task that has" if mean.with_chance == 1 else "tasks that have"
            grid.caption = f"Mean chance, and corrected: of the {mean.with_chance} {have} a chance."
            grid.caption_justify = "left"
    return grid


def comparison(runs: Sequence[Store], split: Split | None = None, by: Cluster = "page") -> Group:
    """Several runs side by side: each one's score in percent and, below it, its 95 % interval."""
    summaries = [summary(run, split, by) for run in runs]
    names = [ascii_uppercase[i % 26] + str(i // 26 + 1) * (i >= 26) for i in range(len(runs))]
    blocks = [slice(start, start + ABREAST) for start in range(0, len(runs), ABREAST)]
    grids = [_abreast(names[block], summaries[block]) for block in blocks]
    pairs = zip(names, runs, strict=True)
    lines = [f"{name}: {run.info.model}, {run.folder}" for name, run in pairs]
    return Group(*grids, Text("\n".join(lines)))


def _abreast(names: Sequence[str], summaries: Sequence[dict[str, TaskSummary]]) -> Table:
    grid = plain("score and its 95 % interval, in %", numbers=("n", "chance", *names))
    for task in sorted({task for rows in summaries for task in rows}):
        for cells in _lines(task, [rows.get(task) for rows in summaries]):
            grid.add_row(*cells)
    return grid


def _lines(task: str, rows: Sequence[TaskSummary | None]) -> Iterator[list[str]]:
    """The scores of a task and, below, what sets them apart, where anything does."""
    known = [row for row in rows if row is not None]

    def cells(say: Callable[[TaskSummary], str]) -> list[str]:
        return ["–" if row is None else say(row) for row in rows]

    n, chance = str(max(row.n for row in known)), percent(known[0].chance)
    yield [task, n, chance, *cells(lambda r: f"{percent(r.score)}\n{interval(r.low, r.high)}")]
    if len({row.n for row in known}) > 1:
        yield ["  questions", "", "", *cells(lambda row: str(row.n))]
    if any(row.unscored for row in known):
        yield ["  unscored questions", "", "", *cells(lambda row: str(row.unscored))]
    if any(row.unparsed for row in known):
        yield ["  unparsed, %", "", "", *cells(lambda row: percent(row.unparsed_rate))]


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


def cells(row: TaskSummary | Macro) -> tuple[str, ...]:
    """Questions, the unscored among them, and in %: unparsed, score, its interval, chance, above
    chance."""
    return (
        f"{row.n:,}",
        f"{row.unscored:,}",
        percent(row.unparsed_rate),
        percent(row.score),
        interval(row.low, row.high),
        percent(row.chance),
        percent(row.corrected),
    )
