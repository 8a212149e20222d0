"""What an episode is paid: its terms, each by itself, and their weighted sum."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from closeup.episode import Episode
from closeup.looking import hidden
from closeup.question import Question
from closeup.records import CloseupError
from closeup.rewards.term import Term, correct


class Parts(NamedTuple):
    """What one episode is paid, and for what."""

    terms: Mapping[str, float | None]
    """Every term's value by its name, before weight and gate; None: it does not apply."""
    closed: tuple[str, ...]
    """The terms that apply and are not paid, for the answer is not right."""
    total: float
    """Σ weight · value over the terms that apply and are not closed."""

    def paid(self, name: str) -> float:
        """A term's value as it counts in the total, before its weight."""
        return 0.0 if name in self.closed else self.terms[name] or 0.0


class Reward:
    """Weighted terms. A term of weight 0 is valued all the same, and so can be watched."""

    def __init__(
        self, terms: Sequence[tuple[Term, float]], *, gate: bool = True, tools: bool = True
    ) -> None:
        """`gate` False pays for looking where the answer is wrong, too. `tools` tells whether any
        are offered. CloseupError for weights and names that do not do."""
        names = [term.name for term, _ in terms]
        for term, weight in terms:
            if not (math.isfinite(weight) and weight >= 0):
                raise CloseupError(f"weights: {term.name}: {weight}: need a number from 0 on")
            if names.count(term.name) > 1:
                raise CloseupError(f"weights: {term.name}: stands twice")
        self.terms = tuple(term for term, _ in terms)
        self.weights = {term.name: weight for term, weight in terms}
        self.gate = gate
        self.tools = tools

    def check(self, question: Question) -> None:
        """Raises CloseupError for a question whose episodes cannot be paid."""
        if question.answer_format == "text":
            raise CloseupError(
                f"{question.id}: an open description: has no exact match, so it cannot be a reward"
            )
        for term in self.terms:
            term.check(question)

    def of(self, question: Question, episode: Episode) -> Parts:
        """What an episode is paid. CloseupError where it cannot be, see `check`."""
        self.check(question)
        if episode.question != question.id:
            raise ValueError(f"an episode of {episode.question}, not of {question.id}")
        if episode.score.value is None:
            raise CloseupError(f"{question.id}: an unscored episode: cannot be paid")
        small = hidden(question)
        values = {term.name: self._value(term, question, episode, small) for term in self.terms}
        shut = self.gate and not correct(episode)
        closed = tuple(
            term.name
            for term in self.terms
            if shut and term.gated and values[term.name] is not None
        )
        parts = Parts(values, closed, 0.0)
        total = sum(weight * parts.paid(name) for name, weight in self.weights.items())
        return parts._replace(total=total)

    def _value(self, term: Term, question: Question, episode: Episode, small: bool) -> float | None:
        if (term.looks and not self.tools) or (term.boxes and not small):
            return None
        value = term.value(question, episode)
        if value is not None and not term.low <= value <= term.high:
            raise ValueError(f"{term.name}: {value}: need {term.low} to {term.high}")
        return value
