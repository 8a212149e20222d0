"""closeup report: the scores of runs, and all that can be seen of them as one HTML file."""

import json
from pathlib import Path
from typing import Annotated, Literal

import tyro
from tyro.conf import Positional

from closeup.cli.app import ClusterName, Flag, MaybePath, SplitName, app
from closeup.records import CloseupError

SHOWN = ("embed", 40.0, 10_000, None, None)
"""What only a file shows: --images, --images-mb, --episodes, --hard-core and --bench, as they are
where they are not named."""


@app.command
def report(
    runs: Positional[tuple[Path, ...]],
    split: SplitName | None = None,
    cluster: ClusterName = "page",
    zoom: Flag[bool] = False,
    as_json: Annotated[Flag[bool], tyro.conf.arg(name="json")] = False,
    full: Flag[bool] = False,
    out: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None,
    images: Literal["embed", "link"] = "embed",
    images_mb: float = 40.0,
    episodes: int = 10_000,
    hard_core: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None,
    bench: MaybePath = None,
) -> None:
    """Print the scores of one run, or of several side by side; or show all of them in an HTML file.

    Args:
        runs: Run folders; with --out, folders of training runs as well.
        split: Count only the questions of this split.
        cluster: What questions depend on each other within, for the intervals.
        zoom: Tell where the model looked, from the evidence in the run's bench.
        as_json: Print JSON, an object a task; of several runs, a list.
        full: With --json, print all that is known: `{run, tasks, macro}`, with --zoom also `zoom`.
            The short JSON has no place for --zoom.
        out: Write an HTML file that works from a disk: scores, comparison, curves, and every
            episode with its page, evidence, zooms and words.
        images: With --out: put pages into the file, or refer to the bench's own files.
        images_mb: With --out: megabytes that pages may take in the file.
        episodes: With --out: most episodes of one run; of more, evenly spaced ones.
        hard_core: With --out: a list of `closeup audit --hard-core`, to filter by.
        bench: With --out: where the bench of the runs is now, should it have moved.
    """
    from contextlib import ExitStack

    from rich.console import Console

    from closeup.report import terminal
    from closeup.report.zoom import table as zoom_table
    from closeup.report.zoom import zoom_figures
    from closeup.store import Store

    if not runs:
        raise CloseupError("report: name at least one run folder")
    if out is None and (images, images_mb, episodes, hard_core, bench) != SHOWN:
        raise CloseupError(
            "report: --images, --images-mb, --episodes, --hard-core and --bench need --out"
        )
    if full and not as_json:
        raise CloseupError("report --full: need --json: the tables have no more to show")
    if zoom and as_json and not full:
        raise CloseupError("report --zoom --json: need --full: the short JSON is of scores alone")
    if out is not None:
        if zoom or as_json:
            raise CloseupError("report --out: no --zoom and no --json: the file shows all there is")
        if not out.is_dir() and out.suffix.lower() not in (".html", ".htm"):  # such as run.sqlite
            raise CloseupError(f"report --out: {out}: need a name that ends in .html")
        from closeup.report.html import write

        told = write(
            runs,
            out,
            split=split,
            by=cluster,
            images=images,
            images_mb=images_mb,
            episodes=episodes,
            hard_core=hard_core,
            bench=bench,
        )
        print(f"{out}: {out.stat().st_size / 1e6:.1f} MB; {told}")
        return
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
