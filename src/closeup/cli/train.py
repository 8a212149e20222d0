"""closeup train: a recipe → a model that reads comics better."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import tyro
from tyro.conf import Positional

from closeup.cli.app import Flag, MaybeInt, MaybePath, app
from closeup.records import CloseupError

_Text = Annotated[str | None, tyro.conf.arg(metavar="TEXT")]
_Changes = Annotated[tuple[str, ...], tyro.conf.arg(metavar="NAME=VALUE")]
_Speeds = Annotated[tuple[float, float] | None, tyro.conf.arg(metavar="SAMPLED TRAINED")]


@app.command
def train(
    recipe: Positional[Path],
    out: MaybePath = None,
    dry_run: Flag[bool] = False,
    json: Flag[bool] = False,
    model: _Text = None,
    bench: _Text = None,
    trajectories: _Text = None,
    steps: MaybeInt = None,
    seed: MaybeInt = None,
    set: _Changes = (),
    accelerate: MaybePath = None,
    tokens_per_second: _Speeds = None,
) -> None:
    """Train a model as a recipe says; the same command again goes on from the last checkpoint.

    Whatever is wrong with the recipe is told before anything is loaded. Test pages are refused.

    Args:
        recipe: A recipe, a TOML file such as those in recipes/.
        out: The run folder: checkpoints, metrics, curves, sampled episodes, and the model in
            final/.
        dry_run: Check the recipe and print its tokens, its memory and its time, without weights
            and without a run.
        json: Print the dry run as JSON.
        model: What it starts from, in place of the recipe's model: a folder or a name on the hub.
        bench: In place of the recipe's data.bench.
        trajectories: A run of `closeup teach`, in place of the recipe's data.trajectories.
        steps: In place of the recipe's train.steps; may grow when a run is taken up again.
        seed: In place of the recipe's seed.
        set: Any other fields by their dotted names, in place of the recipe's: values as JSON, or
            text.
        accelerate: An accelerate config, whose processes and ZeRO stage a dry run reckons with;
            a run itself is begun by `accelerate launch`.
        tokens_per_second: Speeds of your own for a dry run, sampled and trained, over all GPUs.
    """
    from closeup.training.check import check
    from closeup.training.launch import Launch
    from closeup.training.recipe import Recipe, change
    from closeup.training.run_folder import RunFolder

    changes = {
        "model": model,
        "data.bench": bench,
        "data.trajectories": trajectories,
        "train.steps": steps,
        "seed": seed,
        **dict(map(change, set)),
    }
    loaded = Recipe.load(recipe, **changes)
    _sensible(out, dry_run, json, accelerate, tokens_per_second)
    launch = Launch.of(accelerate) if accelerate else Launch.now()
    try:
        case = check(loaded, launch)
    except CloseupError as error:
        raise CloseupError(f"{recipe}: {error}") from None
    if dry_run:
        from rich.console import Console

        from closeup.report.plan import table
        from closeup.training.plan import plan

        planned = plan(case, tokens_per_second)
        if json:
            print(planned.model_dump_json(indent=1))
        else:
            Console().print(table(planned))
        return
    assert out is not None
    if loaded.rollouts and loaded.rollouts.vllm and find_spec("vllm") is None:
        place = f"{recipe}: rollouts.vllm: {loaded.rollouts.vllm}"
        raise CloseupError(f"{place}: vLLM is not installed: pip install 'trl[vllm]'")
    try:
        if loaded.regime == "sft":
            from closeup.training import sft as trainer
        else:
            from closeup.training import grpo as trainer
    except ImportError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in EXTRA:
            raise
        raise CloseupError(
            f"training needs {missing}, which is not installed: pip install 'closeup[train]'"
        ) from None
    trainer.run(loaded, out)
    if os.environ.get("RANK", "0") != "0":  # of several processes one speaks
        return
    folder = RunFolder(out)
    if not folder.final.is_dir():
        last = folder.checkpoint(folder.last() or 0)
        print(f"closeup: ended early by its alarm, the last checkpoint is {last}", file=sys.stderr)
        sys.exit(1)
    print(f"closeup: the model is in {folder.final}", file=sys.stderr)


EXTRA = ("accelerate", "datasets", "peft", "torch", "transformers", "trl")
"""What the extra `train` installs."""


def _sensible(
    out: Path | None,
    dry_run: bool,
    json: bool,
    accelerate: Path | None,
    speeds: tuple[float, float] | None,
) -> None:
    """Raises CloseupError for flags that do not go together."""
    if not dry_run:
        if out is None:
            raise CloseupError("train: need --out, a folder for the run, or --dry-run")
        for name, given in (
            ("--json", json),
            ("--accelerate", accelerate),
            ("--tokens-per-second", speeds),
        ):
            if given:
                raise CloseupError(f"{name}: only with --dry-run")
    if speeds and min(speeds) <= 0:
        raise CloseupError(f"--tokens-per-second: {speeds[0]} {speeds[1]}: need more than 0")
