"""closeup judge: a run's descriptions go before judges."""

import sys
from pathlib import Path
from typing import Annotated

import tyro
from tyro.conf import OmitArgPrefixes, Positional

from closeup.cli.app import ClusterName, Flag, MaybeInt, MaybePath, SplitName, app
from closeup.cli.model import AskFlags, ModelFlags, make_options


@app.command
def judge(
    run: Positional[Path],
    judges: Annotated[
        tyro.conf.UseAppendAction[tuple[str, ...]], tyro.conf.arg(name="judge", metavar="MODEL")
    ] = (),
    bench: MaybePath = None,
    split: SplitName | None = None,
    cluster: ClusterName = "page",
    limit: MaybeInt = None,
    max_tokens: int = 8192,
    allow_floating: Flag[bool] = False,
    as_json: Annotated[Flag[bool], tyro.conf.arg(name="json")] = False,
    provider: OmitArgPrefixes[ModelFlags] = ModelFlags(),  # noqa: B008, a frozen record
) -> None:
    """Let judges tell which facts a run's descriptions of panels tell, and which they contradict;
    the same command again asks only what is missing. Without a judge, what is there is printed.

    Args:
        run: A run folder.
        judges: A judge, named like a model of `closeup run`, and pinned to a version; give several
            for their agreement. closeup.judge.scripted:Lexical and :Literal go by words, offline.
        bench: The bench of the run, where it no longer lies where the run says.
        split: Only the questions of this split.
        cluster: What questions depend on each other within, for the intervals.
        limit: Judge only the first so many descriptions.
        max_tokens: Most tokens of one reply, reasoning included.
        allow_floating: Take judges whose name is not pinned.
        as_json: Print JSON.
    """
    from rich.console import Console

    from closeup.bench import Bench
    from closeup.judge import appoint
    from closeup.judge import judge as judge_run
    from closeup.message import Sampling
    from closeup.models import Given
    from closeup.pictures import Pictures
    from closeup.records import checked
    from closeup.report import judged
    from closeup.store import Store

    failed = False
    with Store.open(run) as store:
        info = store.info
    if judges:
        opened = Bench.open(bench or Path(info.bench))
        options = make_options(provider, AskFlags())
        given = Given(Pictures.at(opened.image_path), opened, info.seed, options)
        sampling = checked(Sampling, max_tokens=max_tokens)
        appointed = appoint(judges, given, floating=allow_floating)
        with Store.create(run, info) as store:
            for model in appointed:
                tally = judge_run(store, opened, model, split=split, limit=limit, sampling=sampling)
                for line in tally.lines():
                    print(f"closeup: judge {model.name}: {line}", file=sys.stderr)
                failed = failed or tally.failed > 0
    with Store.open(run) as store:
        found = judged.summary(store, split, cluster)
    if as_json:
        print(found.to_json())
    else:
        Console().print(judged.table(found))
    for warning in found.warnings:
        print(f"closeup: {warning}", file=sys.stderr)
    if failed:
        sys.exit(1)
