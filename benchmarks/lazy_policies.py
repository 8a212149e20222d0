"""What do policies earn that do not look at what they are asked about?

    python benchmarks/lazy_policies.py [BENCH]

Mean pay per episode of every reward term after its gate and before its weight, each task weighing
the same; a term that does not apply counts as 0. "total" is paper mode: answer, format, count and
IoU, all of weight 1. Nobody is asked: the policies are scripts (`closeup.rewards.lazy`), and right
as often as chance, but for "honest". For tool benefit, a model without tools is at chance too; for
crop sufficiency, a stand-in for a scorer reads the answer off as much evidence as is shown.

Then the same where every answer is right, whatever was looked at: what the gate cannot hold back.
Without a BENCH, 24 synthetic pages are drawn.
"""

import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from closeup import rewards
from closeup.bench import Bench
from closeup.build import build
from closeup.build.datasets import synthetic
from closeup.question import Question
from closeup.rewards import Means, Reward, lazy
from closeup.rewards.crop_sufficiency import CropSufficiency
from closeup.rewards.tool_benefit import ToolBenefit
from closeup.tasks import TASKS

PAGES = 24
PER_TASK = 200
NAMES = [name for name, task in TASKS.items() if task.answer_format != "text"]


def main(folder: Path) -> None:
    by_task: dict[str, list[Question]] = defaultdict(list)
    for question in Bench.open(folder).questions():
        if question.task in NAMES:
            by_task[question.task].append(question)
    each = min(PER_TASK, *map(len, by_task.values()))
    questions = [own[i * len(own) // each] for own in by_task.values() for i in range(each)]
    print(f"{each} questions of each of {len(by_task)} tasks\n")
    reward = _reward(questions)
    _table(reward, questions, lazy.POLICIES)
    print("\nthe same where every answer is right\n")
    sure = {name: policy._replace(sees=True) for name, policy in lazy.POLICIES.items()}
    del sure["look_then_guess"]
    _table(reward, questions, sure)


def _reward(questions: list[Question]) -> Reward:
    """Every term; those of paper mode are paid."""
    made = {
        "tool_benefit": ToolBenefit({q.id: q.chance or 0.0 for q in questions}),
        "crop_sufficiency": CropSufficiency(lazy.Reader()),
    }
    terms = [made.get(name) or term.make(Means()) for name, term in rewards.TERMS.items()]
    return Reward([(term, rewards.PAPER.get(term.name, 0.0)) for term in terms])


def _table(reward: Reward, questions: list[Question], policies: dict[str, lazy.Policy]) -> None:
    columns = [*reward.weights, "total"]
    print("| policy | " + " | ".join(columns) + " |")
    print("|---|" + "---:|" * len(columns))
    for name, policy in policies.items():
        earned = lazy.earned(reward, questions, TASKS, policy)
        print(f"| {name} | " + " | ".join(f"{earned[column]:.2f}" for column in columns) + " |")


if __name__ == "__main__":
    if sys.argv[1:]:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as place:
            bench = Path(place) / "bench"
            build(synthetic(PAGES, 1_000_000), bench, tasks=NAMES)
            main(bench)
