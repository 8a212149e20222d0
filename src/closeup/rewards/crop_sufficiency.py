"""Pay for crops from which the answer can be told (ours); no boxes."""

import random
from statistics import fmean
from typing import Self

from closeup.episode import Episode
from closeup.geometry import Box, View
from closeup.question import Question
from closeup.records import CloseupError
from closeup.rewards.term import Means, Scorer, Term


class CropSufficiency(Term):
    """log p(answer | question, crop) - log p(answer | question, random crop), in nats, by a frozen
    scorer, clipped to [0, 1]; then the mean over the crops of the episode.

    The random crop is as large and of the same page, so size alone pays nothing, and a zoom on the
    whole page is compared with itself. The mean and not the best: many zooms are not paid for their
    luckiest. Loopholes: a clipped difference pays a scorer's noise a little; what the scorer cannot
    read is not paid, however good the crop.
    """

    name = "crop_sufficiency"
    looks = True
    gated = True

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer

    @classmethod
    def make(cls, means: Means) -> Self:
        if means.scorer is None:
            raise CloseupError(f"{cls.name}: scorer: missing: need a frozen model to judge crops")
        return cls(means.scorer)

    def value(self, question: Question, episode: Episode) -> float:
        crops = [(c.turn, episode.views[c.view]) for c in episode.calls if c.view is not None]
        return fmean(
            [self._gain(question, crop, f"{episode.epoch}/{turn}") for turn, crop in crops] or [0.0]
        )

    def _gain(self, question: Question, crop: View, draw: str) -> float:
        other = random_crop(question, crop, draw)
        if other is None or other == crop:
            return 0.0
        gain = self._scorer.log_prob(question, crop) - self._scorer.log_prob(question, other)
        return min(max(gain, 0.0), 1.0)


def random_crop(question: Question, crop: View, draw: str) -> View | None:
    """A view of the same size, anywhere in the image of the question that the crop was cut from;
    None where it was cut from none.

    The same for the same question, size and `draw`.
    """
    whole = source(question, crop)
    if whole is None:
        return None
    image = whole.pixels()
    x0, y0, x1, y1 = crop.box.pixels()
    dice = random.Random(f"{question.id}/{draw}/{x1 - x0}x{y1 - y0}")
    left = dice.randint(image[0], image[2] - (x1 - x0))
    top = dice.randint(image[1], image[3] - (y1 - y0))
    box = Box(left, top, left + x1 - x0, top + y1 - y0)
    return View(crop.page, box, crop.size, crop.contrast)


def source(question: Question, crop: View) -> Box | None:
    """The first of the question's images that holds the crop, whole."""
    for image in question.views:
        whole = Box(*image.box.pixels())
        if image.page == crop.page and whole.intersection(crop.box) == crop.box:
            return whole
    return None
