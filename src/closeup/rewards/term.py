"""What a reward term is: one reason to pay an episode, or to dock it, and its contract."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol, Self

from closeup.episode import Episode
from closeup.geometry import View
from closeup.question import Question


class Scorer(Protocol):
    """A frozen model that says how likely the right answer is, for what is shown."""

    def log_prob(self, question: Question, view: View) -> float:
        """Log-probability, in nats, of the question's solution when `view` is shown in place of
        the image that it was cut from."""
        ...


@dataclass(frozen=True)
class Means:
    """What terms may be made from, besides the episode."""

    without_tools: Path | None = None
    """A run without tools over the same questions."""
    scorer: Scorer | None = None


class Term(ABC):
    """One reason to pay. A term knows nothing but the question and the episode, and what it was
    made from; the same ones give the same value."""

    name: ClassVar[str]
    looks: ClassVar[bool] = False
    """Whether it is about looking: without tools on offer it does not apply."""
    gated: ClassVar[bool] = False
    """Whether it pays only where the answer is right, so that looking and guessing does not pay."""
    boxes: ClassVar[bool] = False
    """Whether it needs to know where the answer is to be seen: where that is unknown, or a quarter
    of an image or more, it does not apply."""
    low: ClassVar[float] = 0.0
    high: ClassVar[float] = 1.0
    """The least and the most that `value` gives."""

    @classmethod
    def make(cls, means: Means) -> Self:
        """The term; CloseupError where it lacks the means."""
        return cls()

    def check(self, question: Question) -> None:
        """Raises CloseupError for a question whose episodes it could not value."""
        return None

    @abstractmethod
    def value(self, question: Question, episode: Episode) -> float | None:
        """The term's value before weight and gate; None where it does not apply, which is not 0."""


def correct(episode: Episode) -> bool:
    """Whether the answer is exactly right: nearly right opens no gate."""
    return episode.score.value == 1.0
