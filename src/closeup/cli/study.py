"""closeup study: arms of training over seeds → tables and curves."""

import sys
import time
from pathlib import Path

from tyro.conf import Positional

from closeup.cli.app import Flag, app


@app.command
def study(
    file: Positional[Path],
    only: tuple[str, ...] = (),
    workers: int = 1,
    table: Flag[bool] = False,
    force: Flag[bool] = False,
) -> None:
    """Train and measure the arms of a study over its seeds, and write the tables and curves.

    What has its result is not done again, and what was killed goes on; so the same command, again
    and again, finishes the study.

    Args:
        file: A study, a TOML file.
        only: Arms to do, with those that they start from; all where none is named.
        workers: How many runs at once; each then computes with one thread.
        table: Only print and write the tables and curves of the results that there are.
        force: Do again what was made from something else than what is there now, and what starts
            from that.
    """
    from closeup.records import CloseupError
    from closeup.study import report, work
    from closeup.study.plan import plan
    from closeup.study.study import Study

    if workers < 1:
        raise CloseupError(f"--workers: {workers}: need at least 1")
    opened = Study.load(file)
    failed = 0
    if not table:
        planned = plan(opened, only, force)
        for note in [*planned.notes, f"runs to do: {len(planned.pending)}"]:
            _say(note)
        failed = work.carry_out(planned.pending, file, workers=workers, force=force, say=_say)
    told = report.report(opened)
    report.write(opened, told)
    print(told, end="")
    if failed:
        sys.exit(1)


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)
