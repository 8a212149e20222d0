"""Pay for the right answer."""

from closeup.episode import Episode
from closeup.question import Question
from closeup.rewards.term import Term, correct


class Answer(Term):
    """1 for an exact match, else 0: an order with one letter out of place is a wrong one.

    Loophole: a guess is paid its chance, whatever was looked at.
    """

    name = "answer"

    def value(self, question: Question, episode: Episode) -> float:
        return float(correct(episode))
