"""closeup view: a local web page to look at benches, runs, pages and one's own comics."""

from pathlib import Path
from typing import Annotated

import tyro
from tyro.conf import Positional

from closeup.cli.app import MaybePath, app

CORRECTIONS = Path("corrections.jsonl")


@app.command
def view(
    paths: Positional[tuple[Path, ...]] = (),
    reader: str = "closeup_json",
    bench: MaybePath = None,
    hard_core: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None,
    corrections: Annotated[Path, tyro.conf.arg(metavar="FILE")] = CORRECTIONS,
    model: tyro.conf.UseAppendAction[tuple[str, ...]] = (),
    host: Annotated[str, tyro.conf.arg(metavar="HOST")] = "127.0.0.1",
    port: Annotated[int, tyro.conf.arg(metavar="N")] = 0,
) -> None:
    """Look at benches, runs, pages and one's own comics in a browser, until Ctrl-C. Only this
    machine can reach it, unless --host says otherwise.

    Args:
        paths: Benches, runs (of trainings too) and folders or archives of annotated pages; none of
            them, to read a comic of one's own.
        reader: The format of the pages: as for `closeup check`.
        bench: Where the bench of the runs is now, should it have moved.
        hard_core: A list of `closeup audit --hard-core`, to filter episodes by.
        corrections: Where marked mistakes of annotations are kept.
        model: A model that may be asked about a comic of one's own; may be named several times.
        host: The address to listen on. There is no password: whoever reaches it sees everything.
        port: Where it listens; 0 takes a free port.
    """
    import asyncio

    from closeup.view import comic
    from closeup.view.app import serve_until_stopped, viewer
    from closeup.view.corrections import Corrections
    from closeup.view.opened import open_all

    opened = open_all(paths, reader=reader, bench=bench, hard_core=hard_core)
    kept = Corrections(corrections)
    if corrections != CORRECTIONS:  # who names a file means to mark mistakes
        kept.check()
    made = viewer(opened, kept, [host])
    comic.install(made, model)
    asyncio.run(serve_until_stopped(made, host, port))
