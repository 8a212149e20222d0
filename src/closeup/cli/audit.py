"""closeup audit: what a bench gives away."""

from pathlib import Path
from typing import Annotated

import tyro
from tyro.conf import Positional

from closeup.cli.app import app
from closeup.records import writable, write_atomically


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
