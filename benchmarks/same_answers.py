"""How often runs give one and the same answer, and what it would score if it were always given.

    python benchmarks/same_answers.py BENCH RUN...

A letter or a number that nearly every question of a task gets was not read from any page; what it
scores is luck. Replies that could not be read count as "?".
"""

import argparse
from collections import Counter
from pathlib import Path

from closeup.bench import Bench
from closeup.store import Store

MOST = 2
"""Answers of a task that are told."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench", type=Path)
    parser.add_argument("runs", type=Path, nargs="+")
    told = parser.parse_args()
    bench = Bench.open(told.bench)
    for run in told.runs:
        print(run)
        said: dict[str, Counter[str]] = {}
        right: dict[str, Counter[str]] = {}
        with Store.open(run) as store:
            for episode in store.episodes():
                question = bench.question(episode.question)
                said.setdefault(question.task, Counter())[_told(episode.score.answer)] += 1
                right.setdefault(question.task, Counter())[_told(question.answer)] += 1
        for task in sorted(said):
            asked = said[task].total()
            shares = [
                f"{answer} {count / asked:.0%} (right in {right[task][answer] / asked:.0%})"
                for answer, count in said[task].most_common(MOST)
            ]
            print(f"  {task:26} {asked:4}  {', '.join(shares)}")


def _told(answer: object) -> str:
    if answer is None:
        return "?"
    return "".join(map(str, answer)) if isinstance(answer, tuple) else str(answer)


if __name__ == "__main__":
    main()
