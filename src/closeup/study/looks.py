"""Where the arms of a study look: calls, and what their crops show of the evidence."""

from collections.abc import Iterable, Sequence
from statistics import fmean

from closeup.report.terminal import percent
from closeup.study.questions import Questions
from closeup.study.result import Looked, Result
from closeup.study.study import Arm
from closeup.study.tables import Results, markdown


def looking(arms: Sequence[Arm], results: Results) -> str:
    """How arms look, over all tasks: calls, coverage, and replies that could not be read.

    Coverage and IoU are of all episodes, 0 without a call: an arm that stops calling where it found
    nothing would else seem to look better.
    """
    rows: list[list[str]] = []
    for arm in arms:
        own = results.get(arm.name, ())
        if not own:
            continue
        every = [row for result in own if (row := _all(result))]
        replies = [task for result in own for task in result.tasks.values()]
        unparsed = sum(task.unparsed * task.n for task in replies) / sum(t.n for t in replies)
        numbers = ["–"] * 4
        if arm.tools and every:
            numbers = [
                f"{fmean(row.calls for row in every):.2f}",
                percent(fmean(row.call_rate for row in every)),
                percent(_of_all((row.call_rate, row.covered) for row in every)),
                percent(_of_all((row.call_rate, row.iou) for row in every)),
            ]
        unscored = sum(task.unscored for task in replies)
        rows.append([arm.name, ", ".join(arm.tools) or "none", *numbers, percent(unparsed)])
        rows[-1].append(str(unscored))
    head = ["", "tools", "calls", "called, %", "covered, %", "IoU, %", "unparsed, %", "unscored"]
    return markdown(head, rows)


def evidence(arms: Sequence[Arm], results: Results, questions: Questions) -> str | None:
    """What the best crop shows of the evidence, task by task, of all episodes, 0 without a call;
    None where no arm has tools."""
    rows: list[list[str]] = []
    for arm in arms:
        own = results.get(arm.name, ()) if arm.tools else ()
        if own:
            looked = ([r.looked[task] for r in own if task in r.looked] for task in questions.tasks)
            shares = (_of_all((row.call_rate, row.covered) for row in found) for found in looked)
            rows.append([arm.name, *map(percent, shares)])
    tasks = [task.replace("_", " ") for task in questions.tasks]
    return markdown(["covered, %", *tasks], rows) if rows else None


def _all(result: Result) -> Looked | None:
    """Of all tasks; None where nothing was answered."""
    return result.looked.get("all") or next(iter(result.looked.values()), None)


def _of_all(found: Iterable[tuple[float, float | None]]) -> float | None:
    """The mean over episodes with and without a call, from the share of calls and the mean of
    episodes with one; None where that is never known."""
    known = [(rate, value) for rate, value in found if value is not None or rate == 0]
    return fmean(rate * (value or 0.0) for rate, value in known) if known else None
