"""A reward of one's own: crops cost what they weigh. One class, and a name to use it by.

In a recipe:

    [rewards]
    weights = { answer = 1.0, format = 1.0, "examples.5_new_reward:Thrift" = 0.2 }

python examples/5_new_reward.py BENCH

Prints what it pays policies that do not look, and one that does: a term that pays the wrong ones
most will be found out in training, and not to your liking.
"""

import sys
from pathlib import Path

from closeup.bench import Bench
from closeup.episode import Episode
from closeup.question import Question
from closeup.rewards import Reward, Term, lazy
from closeup.rewards.answer import Answer
from closeup.tasks import TASKS

PIXELS = 1_000_000
"""As many pixels of crops, and more, are docked in full."""


class Thrift(Term):
    """Minus the pixels of all crops, in shares of a megapixel, down to -1.

    Loophole: who never zooms pays nothing, so a right answer must be worth more than a look.
    """

    name = "thrift"
    looks = True
    low, high = -1.0, 0.0

    def value(self, question: Question, episode: Episode) -> float:
        crops = [episode.views[call.view] for call in episode.calls if call.view is not None]
        pixels = sum(width * height for width, height in (crop.size for crop in crops))
        return -min(1.0, pixels / PIXELS)


def main(folder: Path) -> None:
    questions = [q for q in Bench.open(folder).questions() if q.answer_format != "text"][:20]
    reward = Reward([(Answer(), 1.0), (Thrift(), 0.2)])
    for name, policy in lazy.POLICIES.items():
        earned = lazy.earned(reward, questions, TASKS, policy)
        print(f"{name:16} thrift {earned['thrift']:5.2f}   total {earned['total']:5.2f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
