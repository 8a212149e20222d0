"""Teach a model to look, and see whether it helped.

python examples/7_train_tiny.py OUT

closeup-tiny-start comes with the package, and has learned from a scripted teacher how to zoom. It
is asked about held-out pages, without and with `zoom_in`; trained for a few minutes by region-aware
RL, on pages of other seeds; and asked the same again. Beside it stands closeup-tiny, which was
trained for longer. The same command goes on where it was stopped.
"""

import sys
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from closeup.bench import MANIFEST, Bench
from closeup.build import build
from closeup.build.datasets import synthetic
from closeup.evaluate import run
from closeup.models import Given, find, shipped
from closeup.models.told import Told
from closeup.records import CloseupError
from closeup.report import compare, terminal
from closeup.store import Store
from closeup.study.questions import Few, chosen
from closeup.training import grpo
from closeup.training.asking import setting
from closeup.training.recipe import Look, Recipe
from closeup.training.run_folder import RunFolder

RECIPE = Path(__file__).parent.parent / "recipes/tiny/demo.toml"
START, LONGER = "closeup-tiny-start", "closeup-tiny"
UNTAUGHT = """\
What zooming changed before this training. It is no measure of what zooming is worth: the start
never learned to do without, and where it is used to zooming it calls all the same, and does not
answer"""


def main(out: Path, pages: int = 40, limit: int = 24, steps: int | None = None) -> None:
    """Of the held-out pages up to `limit` questions a task are asked."""
    recipe = Recipe.load(RECIPE, **{"data.bench": str(out / "train"), "train.steps": steps})
    tasks, zooming = tuple(recipe.data.tasks), recipe.look
    looking_once = zooming.model_copy(update={"tools": ()})

    whole = drawn(out / "bench", pages, 1_000_000, tasks)
    questions = [q for task, own in chosen(whole, limit).items() if task in tasks for q in own]
    test = Few(whole, questions)
    say(f"{START} answers {len(questions)} questions about held-out pages, looking once ...")
    ask(START, test, out / "runs/start", looking_once)
    say("... and the same questions, this time free to zoom in.")
    ask(START, test, out / "runs/start_zoom", zooming)

    say(f"{pages} pages of training seeds are drawn. None of them is in the test.")
    drawn(out / "train", pages, 0, tasks)
    say(
        f"Region-aware RL, {recipe.train.steps} steps of {recipe.train.batch} episodes: paid for "
        "form, for zooming into the right place and, a little, for right answers."
    )
    grpo.run(recipe, out / "rarl")
    say("What came of it answers the same questions ...")
    ask(f"hf:{RunFolder(out / 'rarl').final}", test, out / "runs/trained_zoom", zooming)
    say(f"... and so does {LONGER}.")
    ask(LONGER, test, out / "runs/tiny_zoom", zooming)

    with ExitStack() as stack:
        opened = {
            name: stack.enter_context(Store.open(out / "runs" / name))
            for name in ("start", "start_zoom", "trained_zoom", "tiny_zoom")
        }
        say(f"Side by side, in this order: {', '.join(opened)}.")
        Console().print(terminal.comparison(list(opened.values())))
        for first, second, what in (
            ("start", "start_zoom", UNTAUGHT),
            ("start_zoom", "trained_zoom", "What these minutes of training changed"),
            ("start_zoom", "tiny_zoom", f"What the longer training of {LONGER} changed"),
        ):
            say(f"{what}. Where the interval holds 0, it may be chance.")
            told = compare.compare(opened[first], opened[second])
            Console().print(compare.table(opened[first], opened[second], told))


def say(text: str) -> None:
    print(f"\n{text}", flush=True)


def drawn(folder: Path, pages: int, seed: int, tasks: tuple[str, ...]) -> Bench:
    """A bench of synthetic pages; seeds from 1,000,000 on are for tests alone."""
    if not (folder / MANIFEST).exists():
        build(synthetic(pages, seed), folder, tasks=tasks)
    return Bench.open(folder)


def ask(name: str, bench: Bench, out: Path, look: Look) -> None:
    """Put the questions to a model as they were put to it in training, but greedily."""
    given = Given.of(bench)
    model = find(name, given)
    told = Told.read(shipped.place(name.removeprefix("hf:")))
    run(bench, model, out, pictures=given.pictures, setting=setting(look, told))


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except CloseupError as error:
        sys.exit(f"closeup: {error}")
