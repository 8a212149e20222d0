"""Scores of runs as dots with their intervals, a task a row, and a line where chance is. SVG."""

from collections.abc import Iterator, Sequence
from html import escape

from closeup.report.summary import TaskSummary
from closeup.report.terminal import interval, percent

LEFT, RIGHT, WIDTH = 210, 24, 720
TOP, BOTTOM = 14, 34
STEP = 15
"""Pixels from one run's dot to the next."""
GAP = 18
"""Pixels between two tasks."""
FORMS = (
    "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0",
    "M-5-5h10v10h-10z",
    "M0-6.5l6.5 6.5-6.5 6.5-6.5-6.5z",
    "M0-6l6 10.5h-12z",
)
"""A disc, a square, a diamond, a triangle: runs are told apart by form as well as by colour."""


def chart(keys: Sequence[str], summaries: Sequence[dict[str, TaskSummary]]) -> str:
    """The scores of some runs, named by their letters."""
    tasks = sorted({task for rows in summaries for task in rows})
    high = GAP + STEP * max(1, len(keys))
    height = TOP + high * len(tasks) + BOTTOM
    return "\n".join(
        [
            f'<svg class="scores" role="img" aria-labelledby="scores-title scores-told" '
            f'viewBox="0 0 {WIDTH} {height}">',
            '<title id="scores-title">Scores by task, with 95 % intervals</title>',
            f'<desc id="scores-told">{escape(_told(keys, summaries, tasks))}</desc>',
            *_axis(height),
            *(
                part
                for number, task in enumerate(tasks)
                for part in _task(task, keys, summaries, TOP + number * high, high)
            ),
            "</svg>",
        ]
    )


def _axis(height: int) -> Iterator[str]:
    bottom = height - BOTTOM + 4
    for share in (0, 0.25, 0.5, 0.75, 1):
        x = _at(share)
        yield f'<path class="grid" d="M{x} {TOP - 6}V{bottom}"/>'
        place = f'class="tick" x="{x}" y="{bottom + 16}" text-anchor="middle"'
        yield f"<text {place}>{100 * share:g} %</text>"


def _task(
    task: str, keys: Sequence[str], summaries: Sequence[dict[str, TaskSummary]], top: int, high: int
) -> Iterator[str]:
    middle = top + high / 2
    place = f'x="{LEFT - 16}" y="{middle + 4:g}" text-anchor="end"'
    yield f"<text {place}>{escape(task)}</text>"
    known = [rows[task] for rows in summaries if task in rows]
    if (chance := known[0].chance) is not None:
        yield (
            f'<path class="chance" d="M{_at(chance)} {top + 4}V{top + high - 4}">'
            f"<title>chance: {percent(chance)} %</title></path>"
        )
    for number, (key, rows) in enumerate(zip(keys, summaries, strict=True)):
        row = rows.get(task)
        if row is None or row.score is None:
            continue
        y = top + GAP / 2 + STEP * (number + 0.5)
        told = f"{key}: {percent(row.score)} %, {interval(row.low, row.high)}"
        yield f'<g class="run{number % 8}"><title>{escape(told)}</title>'
        if row.low is not None and row.high is not None:
            yield f'<path class="reach" d="M{_at(row.low)} {y:g}H{_at(row.high)}"/>'
        place = f"translate({_at(row.score)} {y:g})"
        yield f'<path class="dot" transform="{place}" d="{FORMS[number % 4]}"/>'
        yield "</g>"


def mark(number: int) -> str:
    """The form of a run's dots, for the list of runs."""
    return (
        f'<svg class="scores mark" viewBox="-8 -8 16 16" aria-hidden="true">'
        f'<g class="run{number % 8}"><path class="dot" d="{FORMS[number % 4]}"/></g></svg>'
    )


def _at(share: float) -> str:
    return f"{LEFT + share * (WIDTH - LEFT - RIGHT):.1f}".removesuffix(".0")


def _told(
    keys: Sequence[str], summaries: Sequence[dict[str, TaskSummary]], tasks: Sequence[str]
) -> str:
    """The chart in words; the tables below hold all of its figures."""
    told = []
    for task in tasks:
        scores = [
            f"{key} {percent(rows[task].score)}"
            for key, rows in zip(keys, summaries, strict=True)
            if task in rows
        ]
        known = next(rows[task] for rows in summaries if task in rows)
        told.append(f"{task}: {', '.join(scores)}, chance {percent(known.chance)}.")
    return " ".join(told)
