"""An audit as tables for the terminal."""

from collections.abc import Iterator

from rich.console import Group
from rich.table import Table
from rich.text import Text

from closeup.audit import Audit, Predictor
from closeup.report.terminal import interval, percent

SHOWN = 3
"""Cues of a kind that are shown a task: the best ones; the JSON has all."""


def tables(audit: Audit) -> Group:
    """Predictors, hard core, duplicates and counts, and at the end what is wrong with the bench."""
    return Group(
        _predictors(audit), _hard_core(audit), _counts(audit), Text("\n".join(_verdict(audit)))
    )


def _predictors(audit: Audit) -> Table:
    grid = _grid("blind predictors, % right", "task", "kind", "predictor")
    for name in ("n", "right", "95 % interval", "chance", ""):
        grid.add_column(name, justify="right")
    seen: dict[tuple[str, str], int] = {}
    for row in audit.predictors:
        seen[row.task, row.kind] = seen.get((row.task, row.kind), 0) + 1
        if seen[row.task, row.kind] > SHOWN and not row.flagged:
            continue
        grid.add_row(
            row.task,
            row.kind,
            row.name,
            str(row.n),
            percent(row.accuracy),
            interval(row.low, row.high),
            percent(row.chance),
            "FLAG" if row.flagged else "",
        )
    return grid


def _hard_core(audit: Audit) -> Table:
    grid = _grid("hard core: a predictor fitted anew on it alone, % right", "task")
    for name in ("n", "share", "right", "95 % interval", "chance"):
        grid.add_column(name, justify="right")
    grid.add_column("best single cue")
    for row in audit.hard_core:
        cue = f"{row.cue} {percent(row.cue_accuracy)}" if row.cue else "–"
        grid.add_row(
            row.task,
            str(row.n),
            percent(row.share),
            percent(row.accuracy),
            interval(row.low, row.high),
            percent(row.chance),
            cue,
        )
    return grid


def _counts(audit: Audit) -> Table:
    grid = _grid("questions", "task")
    grid.add_column("kept", justify="right")
    for name in ("rejected", "right answers"):
        grid.add_column(name)
    for task, kept in audit.kept.items():
        reasons = sorted(audit.rejected[task].items(), key=lambda item: (-item[1], item[0]))
        answers = list(audit.answers.get(task, {}).items())[:8]
        grid.add_row(
            task,
            str(kept),
            "\n".join(f"{count} {reason}" for reason, count in reasons),
            ", ".join(f"{name} {count}" for name, count in answers),
        )
    return grid


def _verdict(audit: Audit) -> Iterator[str]:
    pairs = len(audit.duplicates)
    yield f"near-duplicate pages across splits: {pairs}"
    for pair in audit.duplicates[:5]:
        yield f"  {pair.train} (train) and {pair.test} (test) differ in {pair.distance} of 256 bits"
    yield f"predictors that beat chance by more than 10 points: {len(audit.flagged)}"
    yield from (f"  {_sentence(row)}" for row in audit.flagged)


def _sentence(row: Predictor) -> str:
    right, chance = percent(row.accuracy), percent(row.chance)
    return f"{row.task}: {row.name} ({row.kind}): {right} % right, chance {chance} %"


def _grid(title: str, *columns: str) -> Table:
    grid = Table(title=title, title_justify="left")
    for column in columns:
        grid.add_column(column)
    return grid
