"""Speed and memory of a synthetic build: python benchmarks/build_speed.py [PAGES] [WORKERS]

Prints pages a second, CPU seconds a page, and the peak resident memory of the main process and of
the largest worker. The bench goes to a temporary folder and is deleted.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

from closeup.build import build
from closeup.build.datasets import synthetic
from closeup.tasks import TASKS

FIRST_SEED = 1_000_000


def main(pages: int = 200, workers: int = 2) -> None:
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        build(
            synthetic(pages, FIRST_SEED),
            Path(folder) / "bench",
            tasks=tuple(TASKS),
            seed=FIRST_SEED,
            workers=workers,
        )
        seconds = time.perf_counter() - start
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = sum(use.ru_utime + use.ru_stime for use in (own, children))
    print(f"{pages} pages, {workers} workers: {pages / seconds:.2f} pages/s")
    print(f"{cpu / pages:.3f} CPU seconds a page: {pages / cpu:.2f} pages/s a core")
    print(f"peak memory: main {own.ru_maxrss / 1024:.0f} MB", end="")
    print(f", largest worker {children.ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
