"""What a model looked at: how often it zooms, whether it hits the evidence, and what that costs.

Where the evidence lies is told by the bench, which is read again for it: the panel where a question
is about one, else what the answer rests on. What a call shows is a region of a page: the view that
it gave or, for a tool that gives text, the box that was asked for (`closeup.looking`).

    n            episodes
    call rate    of these, those with a call
    calls        mean number of calls an episode
    covered      the share of an evidence box that lies in one crop, the best one
    union        the share of it that lies in all crops together
    IoU          of the evidence box with the crop that fits it best (paper mode's region reward)
    size         area of that crop / area of the evidence box
    wasted       calls that failed; that show again, with an IoU of at least `REPEATED`, what was
                 shown before in the same way; or that show nothing of any evidence

The means of covered, union and IoU are over the evidence boxes of a question, then over episodes
with a call: an episode without one looked at nothing, and the call rate counts it. Of size, which
has no upper end, it is the median, and over evidence boxes that a crop shows anything of.

Whether zooming helps is not to be read from this: a model zooms where it is in doubt. That takes a
second run without tools, and `closeup compare`, which tells gain and harm apart. How much better a
perfect aim could make it tells a run with --oracle-crop, compared in the same way.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import fmean, median
from typing import NamedTuple

from rich.console import Group
from rich.text import Text

from closeup.bench import Bench
from closeup.episode import Episode
from closeup.geometry import Box
from closeup.looking import covered, looks, seen, sought
from closeup.question import Question, Split
from closeup.records import CloseupError
from closeup.report.terminal import percent, plain
from closeup.store import Store

REPEATED = 0.9
LEGEND = """\
call rate: episodes with a call. calls: per episode. Among episodes with a call:
covered: of the evidence, what the best crop shows; union: what all crops show;
IoU: of the best-fitting crop with it; size: its area / the evidence's (median).
"""


class Zoomed(NamedTuple):
    """One episode, as it was looked at. The last four are None where there is no evidence or no
    call."""

    calls: int
    wasted: int
    covered: float | None = None
    union: float | None = None
    iou: float | None = None
    sizes: tuple[float, ...] | None = None


class ZoomFigures(NamedTuple):
    """The episodes of a task, or of all. None where nothing was called, or nothing was right."""

    episodes: int
    call_rate: float
    calls: float
    covered: float | None
    union: float | None
    iou: float | None
    size: float | None
    wasted: float | None
    unparsed: float
    tokens_per_correct: float | None
    """Input and output tokens of all scored episodes / sum of their scores."""
    seconds_per_correct: float | None


def zoom_figures(
    run: Store, split: Split | None = None, bench: Bench | None = None
) -> dict[str, ZoomFigures]:
    """Each task's figures, by name in alphabetical order; more than one task also as "all".

    Raises CloseupError where the run's bench is gone or is another by now.
    """
    bench = bench or Bench.open(Path(run.info.bench))
    if bench.content_hash != run.info.bench_hash:
        raise CloseupError(f"{bench.path}: another bench than {run.folder} was run on")
    by_task: dict[str, list[tuple[Episode, Zoomed]]] = defaultdict(list)
    for episode in run.episodes():
        question = bench.question(episode.question)
        if split in (None, question.split):
            by_task[episode.task].append((episode, zoomed(episode, question)))
    found = {task: _figures(by_task[task]) for task in sorted(by_task)}
    if len(found) > 1:
        found["all"] = _figures([row for task in sorted(by_task) for row in by_task[task]])
    return found


def zoomed(episode: Episode, question: Question) -> Zoomed:
    """What one episode looked at."""
    aims, found = sought(question), looks(episode)
    crops = sum(call.view is not None for call in episode.calls)
    before = [seen(view) for view in episode.views[: len(episode.views) - crops]]
    calls, wasted = len(episode.calls), len(episode.calls) - len(found)
    for look in found:
        repeats = any(
            (old.page, old.how) == (look.page, look.how) and old.box.iou(look.box) >= REPEATED
            for old in before
        )
        hits = not aims or any(
            aim.page == look.page and aim.box.overlap(look.box) > 0 for aim in aims
        )
        wasted += repeats or not hits
        before.append(look)
    if not calls or not aims:
        return Zoomed(calls, wasted)
    pairs = [(aim.box, [look.box for look in found if look.page == aim.page]) for aim in aims]
    best = [(box, max(boxes, key=box.iou)) for box, boxes in pairs if boxes]
    return Zoomed(
        calls=calls,
        wasted=wasted,
        covered=covered(aims, found),
        union=fmean(covered_by(box, boxes) for box, boxes in pairs),
        iou=sum(box.iou(crop) for box, crop in best) / len(pairs),
        sizes=tuple(crop.area / box.area for box, crop in best if crop.overlap(box) > 0),
    )


def covered_by(box: Box, others: Iterable[Box]) -> float:
    """The share of `box` that lies in any of `others`."""
    parts = (part for other in others if (part := box.intersection(other)))
    return min(Box.union_area(parts) / box.area, 1.0)


def _figures(rows: Sequence[tuple[Episode, Zoomed]]) -> ZoomFigures:
    looked = [row for _, row in rows if row.covered is not None]
    calls = sum(row.calls for _, row in rows)
    scored = [episode for episode, _ in rows if episode.score.value is not None]
    right = sum(episode.score.value or 0.0 for episode in scored)
    tokens = sum(episode.usage.input + episode.usage.output for episode in scored)
    sizes = [size for row in looked for size in row.sizes or ()]
    return ZoomFigures(
        episodes=len(rows),
        call_rate=sum(row.calls > 0 for _, row in rows) / len(rows),
        calls=calls / len(rows),
        covered=_mean(row.covered for row in looked),
        union=_mean(row.union for row in looked),
        iou=_mean(row.iou for row in looked),
        size=median(sizes) if sizes else None,
        wasted=sum(row.wasted for _, row in rows) / calls if calls else None,
        unparsed=sum(episode.score.answer is None for episode, _ in rows) / len(rows),
        tokens_per_correct=tokens / right if right else None,
        seconds_per_correct=sum(episode.seconds for episode in scored) / right if right else None,
    )


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def table(run: Store, found: dict[str, ZoomFigures]) -> Group:
    """The figures for the terminal: shares in %, calls, size and costs as numbers."""
    numbers = ("n", "call\nrate", "calls", "covered", "union", "IoU", "size")
    looked = plain(f"{run.info.model}: where it looked; rate, cover and IoU in %", numbers=numbers)
    cost = plain(
        "what a right answer costs, and what came to nothing",
        numbers=("tokens", "seconds", "wasted, %", "unparsed, %"),
    )
    for task, row in found.items():
        if task == "all":
            looked.add_section()
            cost.add_section()
        looked.add_row(task, *looked_cells(row))
        cost.add_row(task, *cost_cells(row))
    return Group(looked, Text(LEGEND), cost, *_advice(run))


def looked_cells(row: ZoomFigures) -> tuple[str, ...]:
    """Episodes, call rate, calls, covered, union, IoU and size, as `LEGEND` tells of them."""
    return (
        f"{row.episodes:,}",
        percent(row.call_rate),
        f"{row.calls:.2f}",
        percent(row.covered),
        percent(row.union),
        percent(row.iou),
        _number(row.size, 1),
    )


def cost_cells(row: ZoomFigures) -> tuple[str, ...]:
    """Tokens and seconds for a right answer; wasted calls and unparsed replies, in %."""
    return (
        _number(row.tokens_per_correct, 0),
        _number(row.seconds_per_correct, 2),
        percent(row.wasted),
        percent(row.unparsed),
    )


def _number(value: float | None, decimals: int) -> str:
    return "–" if value is None else f"{value:,.{decimals}f}"


def _advice(run: Store) -> list[Text]:
    if not run.info.tools:
        return []
    return [Text("Whether it helps: closeup compare RUN-WITHOUT-TOOLS " + str(run.folder))]
