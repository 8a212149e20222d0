"""What `closeup` does: run one verb, and turn a user's mistake into one line and exit code 2."""

import signal
import sys
from collections import Counter
from collections.abc import Sequence

from closeup.cli.app import app
from closeup.records import CloseupError

REPEATED = {("judge", "--judge"), ("view", "--model")}
"""Verbs and their flags that may be said several times."""


def main(args: Sequence[str] | None = None) -> None:
    """The `closeup` command; `args` are the command line's where they are None."""
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.default_int_handler)
    try:
        _once(sys.argv[1:] if args is None else args)
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


def _once(args: Sequence[str]) -> None:
    """Refuse a flag that is said twice, of which but the last would count."""
    flags = Counter(arg.partition("=")[0] for arg in args if arg.startswith("--"))
    for flag, times in flags.items():
        if times > 1 and (args[0], flag) not in REPEATED:
            raise CloseupError(f"{flag}: said {times} times: say it once, with all its values")
