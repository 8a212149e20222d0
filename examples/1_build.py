"""From pages to scores in Python: draw a few pages, build a bench, ask a model, print its scores.

python examples/1_build.py OUT
"""

import sys
from pathlib import Path

from rich.console import Console

from closeup.bench import Bench
from closeup.build import build
from closeup.build.datasets import synthetic
from closeup.evaluate import run
from closeup.models import Given, find
from closeup.report.terminal import table
from closeup.store import Store

TASKS = ("depth_comparison", "character_counting", "dialogue_reordering")


def main(out: Path, pages: int = 8) -> None:
    build(synthetic(pages, seed=1_000_000), out / "bench", tasks=TASKS)
    bench = Bench.open(out / "bench")
    question = next(bench.questions())
    print(question.id, "->", question.answer, "evidence:", [mark.box for mark in question.evidence])
    run(bench, find("random", Given.of(bench)), out / "run")
    with Store.open(out / "run") as store:
        Console().print(table(store))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
