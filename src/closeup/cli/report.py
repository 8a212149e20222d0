"""closeup report: the scores of runs."""

import json
from pathlib import Path
from typing import Annotated

import tyro
from tyro.conf import Positional

from closeup.cli.app import ClusterName, Flag, SplitName, app
from closeup.records import CloseupError


@app.command
def report(
    runs: Positional[tuple[Path, ...]],
    split: SplitName | None = None,
    cluster: ClusterName = "page",
    zoom: Flag[bool] = False,
    as_json: Annotated[Flag[bool], tyro.conf.arg(name="json")] = False,
    full: Flag[bool] = False,
) -> None:
    """Print the scores of one run, or of several side by side.

    Args:
        runs: Run folders.
        split: Count only the questions of this split.
        cluster: What questions depend on each other within, for the intervals.
        zoom: Tell where the model looked, from the evidence in the run's bench.
        as_json: Print JSON, an object a task; of several runs, a list.
        full: With --json, print all that is known: `{run, tasks, macro}`, with --zoom also `zoom`.
            The short JSON has no place for --zoom.
    """
    from contextlib import ExitStack

    from rich.console import Console

    from closeup.report import terminal
    from closeup.report.zoom import table as zoom_table
    from closeup.report.zoom import zoom_figures
    from closeup.store import Store

    if not runs:
        raise CloseupError("report: name at least one run folder")
    if full and not as_json:
        raise CloseupError("report --full: need --json: the tables have no more to show")
    if zoom and as_json and not full:
        raise CloseupError("report --zoom --json: need --full: the short JSON is of scores alone")
    with ExitStack() as stack:
        stores = [stack.enter_context(Store.open(run)) for run in runs]
        looked = [zoom_figures(store, split) if zoom else {} for store in stores]
        if as_json:
            rows = [terminal.public(store, split, cluster, full) for store in stores]
            for row, found in zip(rows, looked, strict=True):
                if zoom:
                    row["zoom"] = {task: figures._asdict() for task, figures in found.items()}
            print(json.dumps(rows if len(rows) > 1 else rows[0], indent=2, allow_nan=False))
            return
        console = Console()
        if len(stores) == 1:
            console.print(terminal.table(stores[0], split, cluster))
        else:
            console.print(terminal.comparison(stores, split, cluster))
        for store, found in zip(stores, looked, strict=True):
            if zoom:
                console.print(zoom_table(store, found))
