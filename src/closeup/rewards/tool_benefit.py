"""Pay for being right with a tool where the model is wrong without (after AT-GRPO); no boxes."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from statistics import fmean
from typing import Self

from closeup.episode import Episode
from closeup.looking import looks
from closeup.question import Question
from closeup.records import CloseupError
from closeup.rewards.term import Means, Term, correct
from closeup.store import Store


class ToolBenefit(Term):
    """1[a call showed something] · (correct - accuracy without tools on this question).

    The accuracies are frozen: those of the model that training starts from. An episode without a
    call is worth 0. AT-GRPO pays it e⁻² of the benefit; here who does not look gains nothing.
    Loophole: what the model learns to answer without looking is paid as though it had looked, once
    it calls anything; measure the accuracies anew for a later stage.
    """

    name = "tool_benefit"
    looks = True
    low = -1.0

    def __init__(self, accuracies: Mapping[str, float], place: str = "accuracies") -> None:
        self._accuracies = accuracies
        self._place = place

    @classmethod
    def make(cls, means: Means) -> Self:
        if means.without_tools is None:
            raise CloseupError(
                f"{cls.name}: without_tools: missing: need a run without tools over the questions"
            )
        return cls(baseline(means.without_tools), str(means.without_tools))

    def check(self, question: Question) -> None:
        if question.id not in self._accuracies:
            raise CloseupError(f"{self._place}: {question.id}: no scored episode: ask it there too")

    def value(self, question: Question, episode: Episode) -> float:
        if not looks(episode):
            return 0.0
        self.check(question)
        return correct(episode) - self._accuracies[question.id]


def baseline(folder: Path) -> dict[str, float]:
    """How often each question of a run was answered exactly right, over its epochs.

    Questions that are unscored are left out. Raises CloseupError where the folder holds no run, or
    one that was helped to look, or nothing scored.
    """
    with Store.open(folder) as run:
        if run.info.tools:
            raise CloseupError(
                f"{folder}: tools: {', '.join(run.info.tools)}: need a run without tools"
            )
        if run.info.oracle_crop:
            raise CloseupError(f"{folder}: oracle_crop: True: need a run that was shown no crops")
        right: dict[str, list[bool]] = defaultdict(list)
        for result in run.results():
            if result.value is not None:
                right[result.question].append(result.value == 1.0)
    if not right:
        raise CloseupError(f"{folder}: no scored question: need a run that was answered")
    return {question: fmean(values) for question, values in right.items()}
