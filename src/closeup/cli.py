"""The command line: verbs, and no logic.

What a user got wrong is one line on stderr and exit code 2.
"""

import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import tyro
from tyro.conf import Positional

from closeup.records import CloseupError, writable, write_atomically

MOST_BAD = 20
"""Bad pages that `check` names before it only counts them."""

app = tyro.extras.SubcommandApp()

From = Annotated[Path, tyro.conf.arg(name="from", metavar="PATH")]
MaybePath = Annotated[Path | None, tyro.conf.arg(metavar="PATH")]
MaybeInt = Annotated[int | None, tyro.conf.arg(metavar="N")]
Flag = tyro.conf.FlagCreatePairsOff


@app.command
def check(reader: str, source: From) -> None:
    """Validate annotations, without needing their images, and print what they hold.

    Args:
        reader: A format's name, or package.module:function.
        source: The dataset: a folder, or a .zip or .cbz.
    """
    from rich.console import Console

    from closeup.check import check as check_pages
    from closeup.check import table
    from closeup.readers import find
    from closeup.sources import Source

    result = check_pages(find(reader), Source.open(source))
    Console().print(table(result))
    for bad in result.bad[:MOST_BAD]:
        print(f"closeup: {bad}", file=sys.stderr)
    if result.bad_count > MOST_BAD:
        print(f"closeup: and {result.bad_count - MOST_BAD} more", file=sys.stderr)
    sys.exit(2 if result.bad else 0)


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


@app.command
def run(
    bench: Positional[Path],
    model: str,
    out: Path,
    seed: int = 0,
    tasks: tuple[str, ...] = (),
    split: Literal["train", "test"] | None = None,
    limit: MaybeInt = None,
    quiet: Flag[bool] = False,
) -> None:
    """Ask a model the questions of a bench; the same command again asks only what is missing.

    Args:
        bench: A bench folder.
        model: oracle, random, majority, geometry, replay:PATH, or package.module:Name.
        out: The run folder.
        seed: Seed of a model that draws.
        tasks: Tasks to ask; all where none is named. Code of one's own runs only where it is named.
        split: Ask only the questions of this split.
        limit: Stop after that many questions.
        quiet: Print no table at the end.
    """
    from rich.console import Console

    from closeup.bench import Bench
    from closeup.evaluate import run as run_model
    from closeup.models import find
    from closeup.report.terminal import table
    from closeup.store import Store

    opened = Bench.open(bench, trusted=tasks)
    scripted = find(model, opened, seed)
    tally = run_model(opened, scripted, out, seed=seed, only=tasks, split=split, limit=limit)
    if not quiet:
        with Store.open(out) as store:
            Console().print(table(store))
    if tally.failed:
        print(f"closeup: {tally.failed} unanswered; the same command asks again", file=sys.stderr)
        sys.exit(1)


@app.command
def report(
    runs: Positional[tuple[Path, ...]],
    split: Literal["train", "test"] | None = None,
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


@app.command
def audit(
    bench: Positional[Path],
    as_json: Annotated[Path | None, tyro.conf.arg(name="json", metavar="FILE")] = None,
    hard_core: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None,
) -> None:
    """Tell what a bench gives away to predictors that never look at a picture.

    Args:
        bench: A bench folder.
        as_json: Write everything that was found to this file.
        hard_core: Write the ids of the questions that only the picture answers, one a line.
    """
    from rich.console import Console

    from closeup.audit.audit import audit as audit_bench
    from closeup.bench import Bench
    from closeup.report.audit import table

    for file in (as_json, hard_core):
        if file:
            writable(file)
    opened = Bench.open(bench)
    opened.verify()
    found, core = audit_bench(opened)
    Console().print(table(found))
    if as_json:
        write_atomically(as_json, found.to_json() + "\n")
    if hard_core:
        write_atomically(hard_core, "".join(f"{name}\n" for name in core))


def main(args: Sequence[str] | None = None) -> None:
    """The `closeup` command; `args` are the command line's where they are None."""
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.default_int_handler)
    try:
        app.cli(prog="closeup", args=args)
    except CloseupError as error:
        print(f"closeup: {error}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        sys.exit(1)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        print(f"closeup: {place}{error.strerror or error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("closeup: stopped", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
