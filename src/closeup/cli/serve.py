"""closeup serve: a model behind an OpenAI-compatible port."""

from typing import Annotated

import tyro
from tyro.conf import OmitArgPrefixes

from closeup.cli.app import MaybePath, app
from closeup.cli.model import AskFlags, ModelFlags, make_options


@app.command
def serve(
    model: str,
    port: Annotated[int, tyro.conf.arg(metavar="N")],
    name: Annotated[str | None, tyro.conf.arg(metavar="NAME")] = None,
    latency: Annotated[float, tyro.conf.arg(metavar="S")] = 0.0,
    faults: Annotated[str, tyro.conf.arg(metavar="SPEC")] = "",
    bench: MaybePath = None,
    seed: int = 0,
    tasks: tuple[str, ...] = (),
    provider: OmitArgPrefixes[ModelFlags] = ModelFlags(),  # noqa: B008, a frozen record
) -> None:
    """Serve a model as OpenAI's chat completions on 127.0.0.1, until Ctrl-C. /v1/models tells the
    grid and the resolution it expects; /stats counts what was asked, answered and asked twice.

    Args:
        model: As in `closeup run`; or constant or constant:TEXT, which reads nothing and always
            says the same: what a client's speed can be measured against.
        port: Where it listens; 0 takes a free port.
        name: What clients call the model; its own name where it is left out.
        latency: Seconds before a reply.
        faults: What goes wrong on purpose, as KIND:SHARE, such as 429:0.1:0.2,500:0.05,hang:0.02.
            A kind is a status from 400 to 599 (a third number is its Retry-After), hang,
            malformed, reset, empty, or slow (a third number is its seconds).
        bench: The bench whose questions are asked: for oracle, random, majority, geometry and
            replay:PATH, which have to know it.
        seed: Seed of a model that draws, and of the faults.
        tasks: Code of one's own runs only where it is named: the tasks of the bench that do.
    """
    import asyncio

    from closeup.bench import Bench
    from closeup.models import Given
    from closeup.serve import Album, find
    from closeup.serve.server import serve_until_stopped

    opened = Bench.open(bench, trusted=tasks) if bench else None
    album = Album()
    options = make_options(provider, AskFlags())
    served = find(model, Given(album.pictures, opened, seed, options))
    asyncio.run(
        serve_until_stopped(
            served,
            name=name,
            port=port,
            album=album,
            bench=opened,
            latency=latency,
            faults=faults,
            seed=seed,
        )
    )
