"""Pay for calling a tool at all, within bounds (the paper's term; N and its height are ours)."""

from closeup.episode import Episode
from closeup.looking import looks
from closeup.question import Question
from closeup.rewards.term import Term


class ToolCount(Term):
    """1 where at least one call showed something and there were at most `most` calls, else 0.

    Keeps calls from dying out before they help. It is the same for every zoom, good or bad: after
    a right answer a zoom on the whole page is paid in full.
    """

    name = "tool_count"
    looks = True
    gated = True
    boxes = True
    most = 3
    """N. Calls that failed count too, or trying at random would be free."""

    def value(self, question: Question, episode: Episode) -> float:
        return float(bool(looks(episode)) and len(episode.calls) <= self.most)
