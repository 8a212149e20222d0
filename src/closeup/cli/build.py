"""closeup build: annotated comics → a bench."""

import os
from pathlib import Path
from typing import Annotated

import tyro

from closeup.cli.app import Flag, MaybeInt, MaybePath, app


@app.command
def build(
    reader: str,
    out: Path,
    source: Annotated[Path | None, tyro.conf.arg(name="from", metavar="PATH")] = None,
    pages: MaybeInt = None,
    tasks: tuple[str, ...] = (),
    seed: int = 0,
    workers: int = os.cpu_count() or 1,
    overlay: MaybePath = None,
    skip_bad: Flag[bool] = False,
) -> None:
    """Make a benchmark from annotated comics.

    Args:
        reader: A format's name, package.module:function, or "synthetic".
        out: The folder to write; missing or empty.
        source: The dataset: a folder, or a .zip or .cbz.
        pages: Number of synthetic pages, which take the page seeds from --seed on.
        tasks: Tasks to ask; all where none is named.
        seed: Seed of all sampling; for synthetic pages, the first page seed as well.
        workers: Processes. They change the speed and nothing else.
        overlay: Pages in the native format that fill in what the dataset does not know.
        skip_bad: Leave out and count what cannot be read, instead of stopping.
    """
    from rich.console import Console
    from rich.progress import Progress

    from closeup.build.build import build as build_bench
    from closeup.build.datasets import open_dataset
    from closeup.report.manifest import manifest_table
    from closeup.tasks import TASKS

    dataset = open_dataset(reader, source, pages, seed, overlay, skip_bad)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("pages", total=dataset.pages)
        manifest = build_bench(
            dataset,
            out,
            tasks=tasks or tuple(TASKS),
            seed=seed,
            workers=workers,
            skip_bad=skip_bad,
            progress=lambda done: progress.advance(bar, done),
        )
    Console().print(manifest_table(manifest))
