"""Where an episode looked, and where there was something to see: boxes of pages, in page pixels."""

import json
from collections.abc import Iterable, Sequence
from statistics import fmean
from typing import NamedTuple

from closeup.episode import Episode, ToolCall
from closeup.geometry import Box, View
from closeup.question import Mark, Question

MOST_SHARE = 0.25
"""Of an image. Evidence that fills more of it is seen well enough without a zoom."""


class Look(NamedTuple):
    """A region of a page that a call showed."""

    page: str
    box: Box
    how: str = ""
    """Empty for a plain crop; else what was shown of it, such as its text."""


def looks(episode: Episode) -> list[Look]:
    """What each call showed; a call that failed showed nothing, and is left out.

    For a tool that gives text, it is the part of the box asked for that lies in the image.
    """
    found: list[Look] = []
    for call in episode.calls:
        if call.error:
            continue
        if call.view is not None:
            found.append(seen(episode.views[call.view]))
        elif call.asked is not None:
            image = _image(episode, call)
            if inside := call.asked.intersection(image.box):
                found.append(Look(image.page, inside, call.tool))
    return found


def seen(view: View) -> Look:
    """An image as a look."""
    return Look(view.page, view.box, "contrast" if view.contrast else "")


def _image(episode: Episode, call: ToolCall) -> View:
    """The image that a call without a crop was made on: what it names, or the first."""
    try:
        number = int(json.loads(call.arguments).get("image", 1))
        return episode.views[number - 1] if number > 0 else episode.views[0]
    except (ValueError, TypeError, AttributeError, OverflowError, IndexError):
        return episode.views[0]  # arguments are cut where they are long


def marks(question: Question) -> tuple[Mark, ...]:
    """What is to be looked at: the panel where a question names one, else its evidence.

    Who counts the figures of a panel must see all of it, not only where figures are.
    """
    panel = question.refs.get("panel")
    return question.evidence if panel is None else (panel,)


def sought(question: Question) -> list[Look]:
    """The same as regions of pages."""
    return [Look(question.views[mark.view].page, mark.box) for mark in marks(question)]


def hidden(question: Question) -> bool:
    """Whether looking closer is to be paid: what is sought is known, and fills less than a quarter
    of each image that it lies in."""
    found = marks(question)
    for number, view in enumerate(question.views):
        inside = (mark.box for mark in found if mark.view == number)
        if Box.union_area(inside) >= MOST_SHARE * view.box.area:
            return False
    return bool(found)


def holders(question: Question) -> list[Look]:
    """The images that hold what is sought, each whole."""
    numbers = sorted({mark.view for mark in marks(question)})
    return [Look(question.views[i].page, question.views[i].box) for i in numbers]


def covered(aims: Sequence[Look], looks: Sequence[Look]) -> float:
    """The share of an aim that lies in one look, the best one; the mean over the aims."""
    return fmean(
        max((look.box.coverage(aim.box) for look in looks if look.page == aim.page), default=0.0)
        for aim in aims
    )


def common(ones: Iterable[Look], others: Iterable[Look]) -> float:
    """The area, in square pixels, that lies in any of the ones and in any of the others."""
    others = list(others)
    parts: dict[str, list[Box]] = {}
    for one in ones:
        for other in others:
            if one.page == other.page and (part := one.box.intersection(other.box)):
                parts.setdefault(one.page, []).append(part)
    return sum(Box.union_area(boxes) for boxes in parts.values())
