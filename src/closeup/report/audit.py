"""An audit as table for the terminal."""

from collections import Counter
from collections.abc import Iterable, Iterator

from rich.console import Group
from rich.table import Table
from rich.text import Text

from closeup.audit.audit import MARGIN, Audit, Predictor
from closeup.audit.hard_core import FEWEST
from closeup.report.terminal import interval, percent, plain

SHOWN = {"constant": 1, "cue": 2, "inherent": 1, "sighted": 1, "fitted": 2}
"""Predictors of a kind that are shown a task, the best ones; the JSON has all."""
_LISTED = 10


def table(audit: Audit) -> Group:
    """Predictors, hard core, duplicates and counts, and at the end what is wrong with the bench."""
    parts = [_predictors(audit), _misled(audit), _hard_core(audit), _counts(audit)]
    return Group(*parts, Text("\n".join(_verdict(audit))))


def _predictors(audit: Audit) -> Table:
    numbers = ("n", "right", "95 %", "chance")
    grid = plain("blind predictors, % right", numbers, words=("predictor", ""))
    seen: Counter[tuple[str, str]] = Counter()
    task = ""
    for row in audit.predictors:
        seen[row.task, row.kind] += 1
        if seen[row.task, row.kind] > SHOWN[row.kind] and not row.flagged:
            continue
        grid.add_row(
            row.task if row.task != task else "",
            str(row.n),
            percent(row.accuracy),
            interval(row.low, row.high),
            percent(row.chance),
            row.name if row.kind == "fitted" else f"{row.kind}: {row.name}",
            "FLAG" if row.flagged else "",
        )
        task = row.task
    return grid


def _misled(audit: Audit) -> Table:
    title = "where an inherent cue misleads: the fitted predictor there, % right"
    grid = plain(title, ("n", "share", "right", "95 %", "chance"), words=("cue",))
    for row in audit.misled:
        grid.add_row(
            row.task,
            str(row.n),
            percent(row.share),
            percent(row.accuracy),
            interval(row.low, row.high),
            percent(row.chance),
            row.cue,
        )
    return grid


def _hard_core(audit: Audit) -> Table:
    title = "hard core: the better of two predictors fitted anew on it alone, % right"
    numbers = ("n", "share", "right", "95 %", "chance")
    grid = plain(title, numbers, words=("by", "best single cue"))
    for row in audit.hard_core:
        cue = f"{row.cue} {percent(row.cue_accuracy)}" if row.cue else "–"
        grid.add_row(
            row.task,
            str(row.n),
            percent(row.share),
            percent(row.accuracy),
            interval(row.low, row.high),
            percent(row.chance),
            row.predictor or ("too few" if row.n < FEWEST else "not fitted"),
            cue,
        )
    return grid


def _counts(audit: Audit) -> Table:
    grid = plain("questions", ("kept",), words=("not asked, and why", "right answers"))
    for task, kept in audit.kept.items():
        reasons: Counter[str] = Counter()
        for reason, count in audit.rejected[task].items():
            reasons[reason.partition(":")[0]] += count
        answers = audit.answers.get(task, {})
        grid.add_row(
            task,
            str(kept),
            _listed(f"{count} {reason}" for reason, count in reasons.most_common()),
            _listed(f"{name} {count}" for name, count in answers.items()),
        )
    return grid


def _listed(parts: Iterable[str], most: int = 6) -> str:
    shown = list(parts)
    return ", ".join(shown[:most]) + (", …" if len(shown) > most else "")


def _verdict(audit: Audit) -> Iterator[str]:
    pairs = len(audit.duplicates)
    yield f"near-duplicate pages across splits: {pairs}"
    for pair in audit.duplicates[:5]:
        yield f"  {pair.train} (train) and {pair.test} (test) differ in {pair.distance} of 256 bits"
    points = f"more than {100 * MARGIN:.0f} points above chance"
    yield f"predictors {points}, and their 95 % interval above it too: {len(audit.flagged)}"
    yield from (f"  {_sentence(row)}" for row in audit.flagged)
    if audit.within_reach:
        yield f"{points}, but within chance's reach: {len(audit.within_reach)}"
        yield from (f"  {_sentence(row)}, n={row.n}" for row in audit.within_reach[:_LISTED])
        if (more := len(audit.within_reach) - _LISTED) > 0:
            yield f"  … and {more} more, in the JSON"
    for task in audit.without_interval:
        yield f"{task}: no intervals, for there is one issue or page; nothing of it can be flagged"
    for task in audit.unfitted:
        yield f"{task}: no fitted predictor, which takes two issues; cues alone can be flagged"


def _sentence(row: Predictor) -> str:
    right, chance = percent(row.accuracy), percent(row.chance)
    return f"{row.task}: {row.name} ({row.kind}): {right} % right, chance {chance} %"
