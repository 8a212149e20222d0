"""What `closeup` does: run one verb, and turn a user's mistake into one line and exit code 2."""

import signal
import sys
from collections.abc import Sequence

from closeup.cli.app import app
from closeup.records import CloseupError


def main(args: Sequence[str] | None = None) -> None:
    """The `closeup` command; `args` are the command line's where they are None."""
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.default_int_handler)
    try:
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
