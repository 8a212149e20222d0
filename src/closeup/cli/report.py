"""closeup report: the scores of runs."""

import json
from pathlib import Path
from typing import Annotated

import tyro
from tyro.conf import Positional

from closeup.cli.app import Flag, SplitName, app
from closeup.records import CloseupError


@app.command
def report(
    runs: Positional[tuple[Path, ...]],
    split: SplitName | None = None,
    as_json: Annotated[Flag[bool], tyro.conf.arg(name="json")] = False,
) -> None:
    """Print the scores of one run, or of several side by side.

    Args:
        runs: Run folders.
        split: Count only the questions of this split.
        as_json: Print JSON, an object a task; of several runs, a list.
    """
    from contextlib import ExitStack

    from rich.console import Console

    from closeup.report import terminal
    from closeup.store import Store

    if not runs:
        raise CloseupError("report: name at least one run folder")
    with ExitStack() as stack:
        stores = [stack.enter_context(Store.open(run)) for run in runs]
        if as_json:
            rows = [json.loads(terminal.as_json(store, split)) for store in stores]
            print(json.dumps(rows if len(rows) > 1 else rows[0], indent=2))
        elif len(stores) == 1:
            Console().print(terminal.table(stores[0], split))
        else:
            Console().print(terminal.comparison(stores, split))
