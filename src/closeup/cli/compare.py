"""closeup compare: two runs on the same questions."""

import json
from pathlib import Path
from typing import Annotated

import tyro
from tyro.conf import Positional

from closeup.cli.app import ClusterName, Flag, SplitName, app


@app.command
def compare(
    run_a: Positional[Path],
    run_b: Positional[Path],
    split: SplitName | None = None,
    cluster: ClusterName = "page",
    as_json: Annotated[Flag[bool], tyro.conf.arg(name="json")] = False,
) -> None:
    """Tell what run B scores more than run A on the same questions, and whether it may be chance.

    Args:
        run_a: A run folder.
        run_b: A run folder, of another model or setting.
        split: Count only the questions of this split.
        cluster: What questions depend on each other within.
        as_json: Print JSON.
    """
    from rich.console import Console

    from closeup.report import compare as runs
    from closeup.store import Store

    with Store.open(run_a) as first, Store.open(run_b) as second:
        told = runs.compare(first, second, split, cluster)
        if as_json:
            print(json.dumps(told.public(), indent=2, allow_nan=False))
        else:
            Console().print(runs.table(first, second, told))
