"""What judges said of a description, fact by fact, as it is shown with the episode."""

from closeup.judge.judgement import Judgement
from closeup.records import Record


class Verdicts(Record):
    """One judge's."""

    judge: str
    facts: tuple[tuple[str, ...], ...]
    """Of each fact of the question: told, contradicted or absent; both, where the verdict turned
    with the order of the facts. Nothing where the judge could not be read."""
    told: float | None
    """Shares of the facts; None where nothing is scored."""
    contradicted: float | None
    problem: str
    """Why the judge could not be read."""


def verdicts(said: Judgement) -> Verdicts:
    """A judgement as a card."""
    return Verdicts(
        judge=said.judge,
        facts=tuple(tuple(dict.fromkeys(both)) for both in zip(*said.passes, strict=True)),
        told=said.recall,
        contradicted=said.contradicted,
        problem=said.problem,
    )
