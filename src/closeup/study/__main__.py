"""`python -m closeup.study STUDY.toml ARM SEED`: a finished run is measured.

A process of its own, begun by `closeup study`, so that a model's memory is gone with it.
"""

import signal
import sys

from closeup.records import CloseupError
from closeup.study.measure import measure_by_name

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        measure_by_name(*sys.argv[1:])
    except CloseupError as error:
        print(f"closeup: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
