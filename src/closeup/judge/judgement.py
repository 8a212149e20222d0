"""What one judge said of one description, and what that is worth."""

from typing import Self

from pydantic import Field, model_validator

from closeup.judge.checklist import Verdict
from closeup.message import Usage
from closeup.records import Record


class Judgement(Record):
    """The verdicts of one judge on the facts of one question.

    A fact whose verdict changes with the order counts half for each of the two.
    """

    judge: str
    facts: int = Field(ge=1)
    passes: tuple[tuple[Verdict, ...], ...] = Field(max_length=2)
    """Of each showing of the checklist, the verdicts in the question's order; none where a reply
    could not be read, and then nothing is scored."""
    problem: str = ""
    """Why a reply could not be read."""
    author: str = ""
    """Who wrote the facts, where the page tells."""
    served_by: tuple[str, ...] = ()
    """The models and builds that the provider says the replies are from, each once."""
    usage: Usage = Usage()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for number, verdicts in enumerate(self.passes):
            if len(verdicts) != self.facts:
                raise ValueError(f"passes.{number}: {len(verdicts)} verdicts: need {self.facts}")
        return self

    @property
    def recall(self) -> float | None:
        """The share of the facts that are told; None where nothing is scored."""
        return self._share("told")

    @property
    def contradicted(self) -> float | None:
        """The share of the facts that are contradicted; None where nothing is scored."""
        return self._share("contradicted")

    @property
    def flips(self) -> tuple[int, int]:
        """How many verdicts changed with the order, and of how many facts that were shown twice."""
        if len(self.passes) < 2:
            return 0, 0
        return sum(a != b for a, b in zip(*self.passes, strict=True)), self.facts

    def _share(self, verdict: Verdict) -> float | None:
        said = [one for verdicts in self.passes for one in verdicts]
        return said.count(verdict) / len(said) if said else None
