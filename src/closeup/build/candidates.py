"""What balancing knows of a question: a few numbers, so that a whole bench fits in memory."""

from typing import NamedTuple

from closeup.cues import Answer, contrast, is_constant, predictions
from closeup.question import Question, Split


class Candidate(NamedTuple):
    """What balancing must know of a question."""

    id: str
    task: str
    page: str
    issue: str
    split: Split
    """Each task is balanced within each split."""
    gold: Answer
    labels: tuple[str, ...]
    hits: dict[str, bool]
    """Whether each cue that decides gives the gold; constants are left to the lettering."""
    chance: float | None
    size: float | None = None
    """Of an integer task: the area of the region that is counted in."""
    contrast: tuple[float, ...] = ()
    """Of a choice between two regions: by how much the right one exceeds the other in each cue."""
    texts: tuple[str, ...] = ()
    """Of texts to be put in order: the texts, in that order."""


def candidate(question: Question) -> Candidate:
    """A question as balancing sees it."""
    hits = {
        cue: answer == question.answer
        for cue, answer in predictions(question).items()
        if not is_constant(cue)
    }
    # The best figure of a person is shown first: beside it on its own page stands a smaller one, on
    # another page the best again. Cues of the one and the other would even out and both pay.
    if "reference" in question.refs:
        hits |= {f"{cue}, {_reach(question)}": hit for cue, hit in hits.items()}
    counted = question.answer_format == "integer" and question.refs
    return Candidate(
        id=question.id,
        task=question.task,
        page=question.pages[0],
        issue=question.issue,
        split=question.split,
        gold=() if question.answer_format == "text" else question.answer,
        labels=question.labels,
        hits=hits,
        chance=question.chance,
        size=next(iter(question.refs.values())).box.area if counted else None,
        contrast=contrast(question),
        texts=_in_order(question),
    )


def _reach(question: Question) -> str:
    return "one image" if len(question.views) == 1 else "two images"


def _in_order(question: Question) -> tuple[str, ...]:
    if question.answer_format != "order" or not isinstance(question.answer, tuple):
        return ()
    texts = dict(zip(question.labels, question.options, strict=False))
    return tuple(texts[letter] for letter in question.answer) if texts else ()
