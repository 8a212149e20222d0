"""What training runs measured: each one's curves, and what several measured on common axes."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup

from closeup.report.html_runs import Shown, Training
from closeup.training.alarm import collapses
from closeup.training.chart import chart
from closeup.training.chart_lines import Series
from closeup.training.curves import FIGURES, drawn, named, points


class Curves(NamedTuple):
    """Of one training run."""

    key: str
    model: str
    charts: list[Markup]
    alarms: list[str]
    steps: int


def curves(run: Shown) -> Curves:
    """All that a training run measured."""
    recipe, rows = _of(run)
    charts = [Markup(svg) for svg in drawn(rows).values()]
    alarms = [str(collapse) for collapse in collapses(rows, recipe.alarm)]
    return Curves(run.key, run.model, charts, alarms, len(rows))


def together(runs: Sequence[Shown]) -> list[Markup]:
    """A chart for each measure that several runs took, a line a run."""
    return [Markup(svg) for svg in _together(runs)]


def _together(runs: Sequence[Shown]) -> Iterator[str]:
    measured = [_of(run).rows for run in runs]
    names = dict.fromkeys(name for rows in measured for row in rows for name in row)
    for figure in FIGURES.values():
        for measure, told in named(figure, names):
            lines = [points(rows, measure) for rows in measured]
            if sum(map(bool, lines)) < 2:
                continue
            # One that did not take the measure keeps its place, so that each keeps its colour.
            series = [
                Series(f"{run.key}: {run.model}", (line,))
                for run, line in zip(runs, lines, strict=True)
            ]
            alone = list(figure.names) == [measure]
            title = figure.title if alone else f"{figure.title}: {told}"
            yield chart(series, title, unit=figure.unit)


def _of(run: Shown) -> Training:
    assert run.training is not None
    return run.training
