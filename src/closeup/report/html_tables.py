"""The figures of runs as tables in HTML: the same figures that the terminal shows."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from closeup.judge import TASK
from closeup.judge.judgements import Judgements
from closeup.message import Usage
from closeup.models.prices import AS_OF, cost
from closeup.question import Split
from closeup.records import CloseupError
from closeup.report import compare as runs
from closeup.report import judged
from closeup.report.compare import Pair, p_value, signed
from closeup.report.html_runs import Shown
from closeup.report.summary import Macro, TaskSummary, macro, summary
from closeup.report.terminal import interval, percent
from closeup.report.zoom import LEGEND, ZoomFigures, zoom_figures
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
    total = (f"mean of {mean.tasks} tasks", *_scores(mean), "") if mean.tasks > 1 else ()
    notes = []
    if 0 < mean.with_chance < mean.tasks:
        have = "task that has" if mean.with_chance == 1 else "tasks that have"
        notes.append(f"Mean chance and above chance: of the {mean.with_chance} {have} a chance.")
    return Table(
        f"{run.key}: {run.model}",
        RESULTS,
        [(task, *_scores(row), percent(row.macro_f1)) for task, row in rows.items()],
        total,
        tuple(notes),
    )


def _scores(row: TaskSummary | Macro) -> tuple[str, ...]:
    return (
        f"{row.n:,}",
        f"{row.unscored:,}",
        percent(row.unparsed_rate),
        percent(row.score),
        interval(row.low, row.high),
        percent(row.chance),
        percent(row.corrected),
    )


def judges(run: Shown, split: Split | None, by: Cluster) -> Table | None:
    """What judges said of a run's descriptions; None where nothing was judged."""
    assert run.store is not None
    if next(Judgements(run.store).all(), None) is None:
        return None
    if not any(result.task == TASK for result in run.store.results(split)):
        return None
    found = judged.summary(run.store, split, by)
    head = ("judge", "n", "not yet", "unread", "unscored", "recall, %", "95 %")
    rows = {**found.judges, "all judges": found.combined, "no judge": found.proxy}
    alpha = f"– ({found.no_alpha})" if found.alpha is None else f"{found.alpha:.2f}"
    rank = "–" if found.correlation is None else f"{found.correlation:.2f}"
    return Table(
        f"{run.key}: descriptions by {run.model} before judges",
        (*head, "contradicted, %", "turned with the order, %"),
        [
            (
                name,
                f"{row.n:,}",
                "–" if name == "no judge" else f"{row.unjudged:,}",
                f"{row.unreadable:,}" if name in found.judges else "–",
                f"{row.unscored:,}",
                percent(row.recall),
                interval(row.recall_low, row.recall_high),
                percent(row.contradicted),
                percent(row.flips),
            )
            for name, row in rows.items()
        ],
        notes=(
            f"Agreement of the judges (Krippendorff's alpha): {alpha}. "
            f"Rank correlation with the score without a judge: {rank}.",
            *found.warnings,
        ),
    )


def comparison(first: Shown, second: Shown, split: Split | None, by: Cluster) -> Table:
    """What the second run scores more on the same questions."""
    assert first.store is not None
    assert second.store is not None
    title = f"{second.key} − {first.key}: {second.model} against {first.model}"
    head = ("task", "n", f"{first.key}, %", f"{second.key}, %", "difference", "95 %")
    head += ("gain", "harm", "p", "p, Holm")
    try:
        told = runs.compare(first.store, second.store, split, by)
    except CloseupError:
        return Table(title, head, [], notes=("No question has a score in both.",))
    paired = {task: row for task, row in told.tasks.items() if row.n}
    total = (f"mean of {len(paired)} tasks", *_pair(told.mean)) if len(paired) > 1 else ()
    # They speak of A and B, whatever the letters are here.
    notes = told.notes if (first.key, second.key) == ("A", "B") else ()
    if not notes and told.notes:
        meant = f"Here A is {first.key} and B is {second.key}."
        notes = (meant, *told.notes)
    return Table(title, head, [(task, *_pair(row)) for task, row in paired.items()], total, notes)


def _pair(row: Pair) -> tuple[str, ...]:
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


def zooms(run: Shown, split: Split | None) -> list[Table]:
    """Where a model looked and what that cost; nothing of a run without tools."""
    if run.store is None or run.bench is None or not run.store.info.tools:
        return []
    found = zoom_figures(run.store, split, run.bench)
    if not found:
        return []
    head = ("task", "n", "call rate, %", "calls", "covered, %", "union, %", "IoU, %", "size")
    costs = ("task", "tokens", "seconds", "wasted calls, %", "unparsed, %")
    looked = [(task, *_looked(row)) for task, row in found.items()]
    spent = [(task, *_spent(row)) for task, row in found.items()]
    return [
        Table(f"{run.key}: where {run.model} looked", head, *_parted(looked), (LEGEND,)),
        Table(f"{run.key}: what a right answer costs {run.model}", costs, *_parted(spent)),
    ]


def _parted(rows: list[tuple[str, ...]]) -> tuple[list[tuple[str, ...]], tuple[str, ...]]:
    """Rows, and apart from them that of all tasks."""
    return (rows[:-1], rows[-1]) if rows[-1][0] == "all" else (rows, ())


def _looked(row: ZoomFigures) -> tuple[str, ...]:
    return (
        f"{row.episodes:,}",
        percent(row.call_rate),
        f"{row.calls:.2f}",
        percent(row.covered),
        percent(row.union),
        percent(row.iou),
        _number(row.size, 1),
    )


def _spent(row: ZoomFigures) -> tuple[str, ...]:
    return (
        _number(row.tokens_per_correct, 0),
        _number(row.seconds_per_correct, 2),
        percent(row.wasted),
        percent(row.unparsed),
    )


def _number(value: float | None, decimals: int) -> str:
    return "–" if value is None else f"{value:,.{decimals}f}"


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
