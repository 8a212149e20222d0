"""closeup power: how many pages a difference takes to be seen."""

import json
from pathlib import Path
from typing import Annotated

import tyro
from tyro.conf import Positional

from closeup.cli.app import ClusterName, Flag, SplitName, app


@app.command
def power(
    run: Positional[Path],
    run_b: Annotated[Positional[Path | None], tyro.conf.arg(metavar="[RUN-B]")] = None,
    points: float = 3.0,
    split: SplitName | None = None,
    cluster: ClusterName = "page",
    as_json: Annotated[Flag[bool], tyro.conf.arg(name="json")] = False,
) -> None:
    """Tell how many pages it takes to see a difference between two models in 8 of 10 such studies.

    Args:
        run: A run folder, whose pages are taken to be like all others.
        run_b: A second run: how their scores vary together is then measured instead of assumed.
        points: The difference to see, in points of 100.
        split: Count only the questions of this split.
        cluster: What questions depend on each other within.
        as_json: Print JSON.
    """
    from contextlib import ExitStack

    from rich.console import Console

    from closeup.report import power as need
    from closeup.store import Store

    with ExitStack() as stack:
        first = stack.enter_context(Store.open(run))
        second = stack.enter_context(Store.open(run_b)) if run_b else None
        told = need.power(first, second, points / 100, split, cluster)
        if as_json:
            print(json.dumps(told.public(), indent=2, allow_nan=False))
        else:
            Console().print(need.table(told))
