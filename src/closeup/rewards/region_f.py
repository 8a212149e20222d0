"""Pay for showing all of the evidence and little else: precision and recall (ours)."""

from closeup.episode import Episode
from closeup.geometry import Box
from closeup.looking import Look, common, holders, looks, sought
from closeup.question import Question
from closeup.rewards.term import Term

MARGIN = 0.1
"""Of a box's side, on each side of it: what of its surroundings may be shown for nothing."""


class RegionF(Term):
    """(F - F₀) / (1 - F₀), not below 0: the F of what was shown, against F₀ of what shows nothing.

    F = 2PR / (P + R). P is the mean over calls of the share of the crop that is evidence, or within
    `MARGIN` of it; R the share of the evidence that lies in any crop. F₀ is the F of zooming on the
    whole images that hold the evidence: without it, where evidence fills a fifth of a page, a zoom
    on all of it is paid a third and more.

    P is a mean over calls, so every idle one costs; crops are taken together in R, so one zoom on
    two things counts for both. Loophole: it can be earned without using what is seen.
    """

    name = "region_f"
    looks = True
    gated = True
    boxes = True

    def value(self, question: Question, episode: Episode) -> float:
        found = looks(episode)
        if not found:
            return 0.0
        nothing = _f(question, holders(question))
        return max(0.0, (_f(question, found) - nothing) / (1 - nothing))


def _f(question: Question, shown: list[Look]) -> float:
    """The harmonic mean of precision and recall."""
    evidence = sought(question)
    around = [Look(page, _grown(box)) for page, box, _ in evidence]
    precision = sum(common([look], around) / look.box.area for look in shown) / len(shown)
    recall = common(evidence, shown) / common(evidence, evidence)
    both = precision + recall
    return 2 * precision * recall / both if both else 0.0


def _grown(box: Box) -> Box:
    dx, dy = MARGIN * box.width, MARGIN * box.height
    return Box(box.x0 - dx, box.y0 - dy, box.x1 + dx, box.y1 + dy)
