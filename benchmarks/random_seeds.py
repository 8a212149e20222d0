"""Is the mean of many random seeds the chance level, on every task?

    python benchmarks/random_seeds.py BENCH [SEEDS]

Prints for each task the mean score of the random model over the seeds (50), its standard error
over the seeds, and the mean chance of the questions; exits with 1 where they differ by more than
2 standard errors (or at all, where every seed scores the same).
"""

import asyncio
import statistics
import sys
from collections import defaultdict
from pathlib import Path

from closeup.bench import Bench
from closeup.message import Message, Request
from closeup.models import Given, find
from closeup.tasks import TASKS


async def means(bench: Bench, seed: int) -> dict[str, float]:
    """The mean score of each task."""
    model = find("random", Given.of(bench, seed))
    values: dict[str, list[float]] = defaultdict(list)
    for question in bench.questions():
        asked = Message(role="user", parts=(), question=question.id)
        reply = await model.reply(Request(messages=(asked,)))
        value = TASKS[question.task].score(question, reply.text).value
        assert value is not None
        values[question.task].append(value)
    return {task: statistics.fmean(own) for task, own in values.items()}


def main(path: Path, seeds: int) -> int:
    bench = Bench.open(path)
    chances: dict[str, list[float | None]] = defaultdict(list)
    for question in bench.questions():
        chances[question.task].append(question.chance)
    runs = [asyncio.run(means(bench, seed)) for seed in range(seeds)]
    wrong = 0
    print(
        f"{'task':28}{'n':>7}{'mean':>10}{'s.e.':>10}{'chance':>10}{'(mean − chance) / s.e.':>26}"
    )
    for task, known in sorted(chances.items()):
        scores = [run[task] for run in runs]
        mean, error = statistics.fmean(scores), statistics.stdev(scores) / seeds**0.5
        levels = [level for level in known if level is not None]
        if len(levels) < len(known):
            print(f"{task:28}{len(known):7}{mean:10.4f}{error:10.4f}{'none':>10}")
            continue
        chance = statistics.fmean(levels)
        gap = mean - chance
        wrong += abs(gap) > max(2 * error, 1e-9)
        score = f"{gap / error:14.2f}" if error else f"{gap:14.2g}"
        print(f"{task:28}{len(known):7}{mean:10.4f}{error:10.4f}{chance:10.4f}{score}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 50))
