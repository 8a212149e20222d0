"""The curves of a run, drawn from its metrics into `curves/`."""

from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import NamedTuple

from closeup.records import write_atomically
from closeup.training.chart import chart
from closeup.training.chart_lines import Points, Series
from closeup.training.run_folder import Row

FOLDER = "curves"


class Figure(NamedTuple):
    """One chart of a run."""

    title: str
    unit: str
    names: Mapping[str, str]
    """What is drawn: measures and what they are called; one that ends in a slash is all measures
    that begin with it."""


FIGURES = {
    "loss": Figure("Loss", "mean a step", {"loss": "loss"}),
    "token_accuracy": Figure(
        "Tokens right", "share of the tokens that are learned", {"token_accuracy": "right"}
    ),
    "rewards": Figure("Reward, term by term", "mean where a term applies", {"reward/": ""}),
    "accuracy": Figure("Accuracy by task", "mean score of the episodes", {"accuracy/": ""}),
    "calls": Figure(
        "Tool calls",
        "calls an episode, and shares",
        {
            "look/calls": "calls an episode",
            "look/called": "episodes with a call",
            "look/failed": "calls that failed",
        },
    ),
    "looking": Figure(
        "Where it looks",
        "shares, from 0 to 1",
        {
            "look/coverage": "evidence that its crops cover",
            "look/precision": "crops that are evidence",
            "look/iou": "best IoU",
            "look/crop_area": "page in one crop",
        },
    ),
    "spread": Figure(
        "Spread of reward",
        "reward, and share of the groups",
        {"reward_std/total": "standard deviation", "reward/even_groups": "groups without spread"},
    ),
    "endings": Figure("How episodes end", "share of the episodes", {"end/": ""}),
    "lengths": Figure(
        "Length", "tokens an episode", {"length/mean": "mean", "length/max": "longest"}
    ),
    "entropy": Figure("Entropy", "nats a token", {"entropy": "entropy"}),
    "kl": Figure("Distance from the start", "KL divergence, nats a token", {"kl": "KL"}),
    "gradient": Figure("Gradient", "norm before it is clipped", {"grad_norm": "norm"}),
    "speed": Figure("Throughput", "samples a second", {"speed/samples": "samples"}),
    "seconds": Figure("Time", "seconds a step", {"seconds/": ""}),
}
"""By the name of the file."""
_NOT_A_TERM = "reward/even_groups"


def draw(folder: Path, rows: Sequence[Row]) -> None:
    """Draw the curves of a run into its folder, those of which anything was measured."""
    home = folder / FOLDER
    home.mkdir(exist_ok=True)
    for name, svg in drawn(rows).items():
        write_atomically(home / f"{name}.svg", svg)


def drawn(rows: Sequence[Row]) -> dict[str, str]:
    """The charts of a run as SVG, by name."""
    measures = dict.fromkeys(name for row in rows for name in row)
    charts = {}
    for name, figure in FIGURES.items():
        series = [
            Series(told, (points(rows, measure),))
            for measure, told in named(figure, measures)
            if points(rows, measure)
        ]
        if series:
            charts[name] = chart(series, figure.title, unit=figure.unit)
    return charts


def points(rows: Sequence[Row], measure: str) -> Points:
    """Where a measure stood, as far as it was a number: (step, value)."""
    return [
        (float(row["step"] or 0), value)
        for row in rows
        if (value := row.get(measure)) is not None and isfinite(value)
    ]


def named(figure: Figure, measures: Mapping[str, None]) -> list[tuple[str, str]]:
    """The measures of a figure that there are, and what they are called."""
    found = []
    for name, told in figure.names.items():
        if name.endswith("/"):
            own = [m for m in measures if m.startswith(name) and m != _NOT_A_TERM]
            found += [(m, m.removeprefix(name).replace("_", " ")) for m in own]
        elif name in measures:
            found.append((name, told))
    return found
