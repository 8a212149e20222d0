"""closeup teach: episodes to learn from, sampled on training pages."""

import sys
from pathlib import Path

from tyro.conf import OmitArgPrefixes, Positional

from closeup.cli.app import MaybeInt, app
from closeup.cli.model import AskFlags, ModelFlags, make_options, make_setting


@app.command
def teach(
    bench: Positional[Path],
    out: Path,
    model: str = "teacher",
    seed: int = 0,
    tasks: tuple[str, ...] = (),
    limit: MaybeInt = None,
    epochs: int = 1,
    least_coverage: float = 0.0,
    provider: OmitArgPrefixes[ModelFlags] = ModelFlags(),  # noqa: B008, a frozen record
    episode: OmitArgPrefixes[AskFlags] = AskFlags(),  # noqa: B008
) -> None:
    """Sample episodes of a bench's training pages, and keep those that scored for `closeup train`;
    the same command again samples only what is missing.

    Args:
        bench: A bench folder; its test split is left alone.
        out: The run folder; its kept.json says which episodes are kept.
        model: "teacher", which writes episodes from the annotations, "teacher_exact", which draws
            no margins around what it looks at, or any model of `closeup run`, with --temperature
            above 0 and several epochs.
        seed: Seed of a model that draws.
        tasks: Tasks to ask; all where none is named. Code of one's own runs only where it is named.
        limit: Ask only the first so many questions.
        epochs: How often each question is asked.
        least_coverage: Leave out episodes whose crops show a smaller share of the evidence.
    """
    from rich.console import Console

    from closeup import teach as teaching
    from closeup.bench import Bench
    from closeup.models import Given, find
    from closeup.pictures import Pictures

    opened = Bench.open(bench, trusted=tasks)
    pictures = Pictures.at(opened.image_path)
    asked = find(model, Given(pictures, opened, seed, make_options(provider, episode)))
    tally, counts = teaching.teach(
        opened,
        asked,
        out,
        pictures=pictures,
        setting=make_setting(episode, seed, asked),
        seed=seed,
        only=tasks,
        limit=limit,
        epochs=epochs,
        least_coverage=least_coverage,
    )
    Console().print(teaching.table(counts))
    for line in tally.lines():
        print(f"closeup: {line}", file=sys.stderr)
    if tally.failed:
        sys.exit(1)
