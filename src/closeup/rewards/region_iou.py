"""Pay for zooming on the right region (the paper's term)."""

from statistics import fmean

from closeup.episode import Episode
from closeup.looking import looks, sought
from closeup.question import Question
from closeup.rewards.term import Term


class RegionIoU(Term):
    """For each box of evidence the best IoU over all calls; then the mean.

    IoU and not coverage, because zooming on the whole page covers everything and shows nothing.
    Loopholes: only the best call counts, so further ones are free; one zoom on two things that are
    to be compared earns less than one on each; a box that the question names can be copied.
    """

    name = "region_iou"
    looks = True
    gated = True
    boxes = True

    def value(self, question: Question, episode: Episode) -> float:
        found = looks(episode)
        return fmean(
            max((look.box.iou(box) for look in found if look.page == page), default=0.0)
            for page, box, _ in sought(question)
        )
