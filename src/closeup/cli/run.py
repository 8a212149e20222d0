"""closeup run: a model is asked the questions of a bench."""

import sys
from pathlib import Path

from tyro.conf import OmitArgPrefixes, Positional

from closeup.cli.app import Flag, MaybeInt, SplitName, app
from closeup.cli.model import AskFlags, ModelFlags, make_options, make_setting


@app.command
def run(
    bench: Positional[Path],
    model: str,
    out: Path,
    seed: int = 0,
    tasks: tuple[str, ...] = (),
    split: SplitName | None = None,
    limit: MaybeInt = None,
    epochs: int = 1,
    batch: Flag[bool] = False,
    quiet: Flag[bool] = False,
    provider: OmitArgPrefixes[ModelFlags] = ModelFlags(),  # noqa: B008, a frozen record
    episode: OmitArgPrefixes[AskFlags] = AskFlags(),  # noqa: B008
) -> None:
    """Ask a model the questions of a bench; the same command again asks only what is missing.

    Args:
        bench: A bench folder.
        model: openai:NAME, gemini:NAME, http://HOST:PORT/v1#NAME, hf:NAME-or-folder, closeup-tiny,
            a scripted one (oracle, random, majority, geometry, zoomer), replay:PATH, or
            package.module:Name.
        out: The run folder.
        seed: Seed of a model that draws.
        tasks: Tasks to ask; all where none is named. Code of one's own runs only where it is named.
        split: Ask only the questions of this split.
        limit: Ask only the first so many questions.
        epochs: How often each question is asked.
        batch: Ask in batches, for half the price and within a day; without tools.
        quiet: Print no table at the end.
    """
    from rich.console import Console

    from closeup.bench import Bench
    from closeup.evaluate import run as run_model
    from closeup.models import Given, find
    from closeup.pictures import Pictures
    from closeup.report.terminal import table
    from closeup.store import Store

    opened = Bench.open(bench, trusted=tasks)
    pictures = Pictures.at(opened.image_path)
    options = make_options(provider, episode)
    asked = find(model, Given(pictures, opened, seed, options))
    setting = make_setting(episode, seed, asked)
    desk = None
    if batch:
        from closeup.evaluate.batched import desk_of

        desk = desk_of(asked)
    tally = run_model(
        opened,
        asked,
        out,
        pictures=pictures,
        setting=setting,
        seed=seed,
        only=tasks,
        split=split,
        limit=limit,
        epochs=epochs,
        desk=desk,
    )
    if not quiet:
        with Store.open(out) as store:
            Console().print(table(store))
    for line in tally.lines():
        print(f"closeup: {line}", file=sys.stderr)
    if tally.failed:
        sys.exit(1)
