"""Dock what shows again what was seen (the idea is the field's, the form ours)."""

from statistics import fmean

from closeup.episode import Episode
from closeup.looking import Look, looks, seen
from closeup.question import Question
from closeup.rewards.term import Term

FREE = 0.5
"""IoU up to which a look is a new one."""


class Redundancy(Term):
    """Minus the mean over calls of how much each repeats: (IoU - FREE) / (1 - FREE), not below 0,
    with the image or call before it that it is most like. The question's own images count, so a
    zoom on the whole page repeats it; a look of another kind, such as its text, repeats no image.

    Docked whether the answer is right or wrong: what is seen twice helps neither. Loophole: a zoom
    on nothing, if on a different nothing each time, costs nothing.
    """

    name = "redundancy"
    looks = True
    low, high = -1.0, 0.0

    def value(self, question: Question, episode: Episode) -> float:
        found = looks(episode)
        shown = sum(call.view is not None for call in episode.calls)
        before = [seen(view) for view in episode.views[: len(episode.views) - shown]]
        repeats = [_repeats(look, [*before, *found[:i]]) for i, look in enumerate(found)]
        return -fmean(repeats) if repeats else 0.0


def _repeats(look: Look, before: list[Look]) -> float:
    """0 for what is new, 1 for what was seen before just so."""
    alike = [b.box.iou(look.box) for b in before if (b.page, b.how) == (look.page, look.how)]
    return max(0.0, max(alike, default=0.0) - FREE) / (1 - FREE)
