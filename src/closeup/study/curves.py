"""Training curves: thinned for a result, and drawn with the mean and the band of an arm's seeds."""

from collections.abc import Mapping, Sequence
from math import isfinite
from statistics import fmean
from typing import NamedTuple

from closeup.study.result import Result
from closeup.training.chart import chart
from closeup.training.chart_lines import Points, Series
from closeup.training.run_folder import Row

MOST = 60
"""Points of a curve."""
MEASURES = (
    "loss",
    "token_accuracy",
    "accuracy/all",
    "reward/total",
    "reward_std/total",
    "reward/even_groups",
    "look/calls",
    "look/coverage",
    "look/iou",
    "length/mean",
    "entropy",
)
"""Those of a run's metrics that a result keeps."""


class Figure(NamedTuple):
    """A chart over all arms that have its measure."""

    title: str
    unit: str
    measure: str


FIGURES = {
    "accuracy": Figure("Right answers while it is trained", "share of episodes", "accuracy/all"),
    "calls": Figure("Tool calls", "an episode", "look/calls"),
    "coverage": Figure("Evidence that all crops cover", "share, 0 without a call", "look/coverage"),
    "even_groups": Figure(
        "Questions that teach nothing", "share whose episodes are all paid alike",
        "reward/even_groups",
    ),
    "token_accuracy": Figure("Tokens right", "share of those learned", "token_accuracy"),
}  # fmt: skip
"""By the name of the file. Rewards are left out: those of two arms are not of one kind."""


def thinned(rows: Sequence[Row], batch: int) -> dict[str, tuple[float | None, ...]]:
    """`samples` and the measures there are, of at most `MOST` spans of steps, each the mean of its
    rows."""
    count = min(MOST, len(rows))
    spans = [
        rows[i * len(rows) // count : (i + 1) * len(rows) // count] for i in range(count)
    ]  # fmt: skip
    found = {"samples": tuple(float((own[-1]["step"] or 0) * batch) for own in spans)}
    curves: dict[str, tuple[float | None, ...]] = dict(found)
    for name in MEASURES:
        values = tuple(_mean([row.get(name) for row in own]) for own in spans)
        if any(value is not None for value in values):
            curves[name] = values
    return curves


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None and isfinite(value)]
    return float(f"{fmean(known):.4g}") if known else None


def seconds(rows: Sequence[Row]) -> float:
    """What the steps took, all of them, from rows that may each stand for several."""
    total = last = 0.0
    for row in rows:
        step = row["step"] or 0.0
        total += (row.get("seconds/step") or 0.0) * (step - last)
        last = step
    return total


def alarms(rows: Sequence[Row]) -> dict[str, int]:
    """The step at which each alarm rang first."""
    found: dict[str, int] = {}
    for row in rows:
        for name in row:
            if name.startswith("alarm/"):
                found.setdefault(name.removeprefix("alarm/"), int(row["step"] or 0))
    return found


def points(result: Result, measure: str) -> Points:
    """A measure over the samples seen, through all trainings of a run one after the other."""
    found: list[tuple[float, float]] = []
    before = 0
    for stage in result.stages:
        for x, y in zip(stage.curve["samples"], stage.curve.get(measure, ()), strict=False):
            if x is not None and y is not None:
                found.append((before + x, y))
        before += stage.samples
    return found


def drawn(arms: Mapping[str, Sequence[Result]]) -> dict[str, str]:
    """The charts as SVG, by name: a line an arm, over its seeds."""
    charts: dict[str, str] = {}
    for name, figure in FIGURES.items():
        series = [
            Series(arm, runs)
            for arm, results in arms.items()
            if (runs := tuple(own for r in results if (own := points(r, figure.measure))))
        ]
        if series:
            charts[name] = chart(series, figure.title, unit=figure.unit, x="samples")
    return charts
