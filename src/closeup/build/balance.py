"""Which questions a bench keeps, and where their answers stand, so that no blind cue pays.

Pure functions over small records, for a whole bench at once. Each task is balanced within each
split: numbers are capped (`counts`), choices between two regions kept in pairs of mirror images
(`mirror`), and of both pairs and single questions as few as a greedy search finds are left out so
that every cue hits about as often as chance (`level`). Then the answers are spread evenly over the
letters (`lettering`). All is decided by hashes of ids and by counts: the order in which questions
come in does not matter.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from closeup.build.candidates import Candidate
from closeup.build.counts import too_common
from closeup.build.lettering import placements, rank
from closeup.build.level import level
from closeup.build.mirror import mirror_pairs
from closeup.build.words import with_words
from closeup.cues import Answer
from closeup.question import Rejection

MIRROR = "balance: no mirror image"


class Balanced(NamedTuple):
    """What a bench makes of its candidates."""

    rejections: tuple[Rejection, ...]
    """The questions left out, in the order of the candidates."""
    answers: dict[str, Answer]
    """Of the questions kept: the answer that each gets by `place`. Numbers and texts stay."""


def balance(candidates: Sequence[Candidate], seed: int = 0) -> Balanced:
    """Leave out what lets a cue pay, then spread the answers of the rest."""
    dropped = unbalanced(candidates, seed)
    rejections = tuple(
        Rejection(id=one.id, task=one.task, page=one.page, reason=dropped[one.id])
        for one in candidates
        if one.id in dropped
    )
    return Balanced(rejections, placements((c for c in candidates if c.id not in dropped), seed))


def unbalanced(candidates: Iterable[Candidate], seed: int = 0) -> dict[str, str]:
    """The questions to leave out, by id, each with its reason: "balance: " and the cue.

    A task whose every question is given away by one cue keeps next to nothing: it is no task.
    """
    tasks: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for one in candidates:
        tasks[one.task, one.split].append(one)
    dropped: dict[str, str] = {}
    for key in sorted(tasks):
        members = with_words(sorted(tasks[key], key=lambda one: rank(seed, one.id)))
        dropped |= too_common([one for one in members if isinstance(one.gold, int)])
        letters = [one for one in members if not isinstance(one.gold, int)]
        pairs, lonely = _paired([one for one in letters if one.contrast])
        dropped |= dict.fromkeys(lonely, MIRROR)
        single = [(one,) for one in letters if not one.contrast]
        dropped |= level(
            [unit for unit in pairs + single if all(one.chance is not None for one in unit)]
        )
    return dropped


def _paired(members: Sequence[Candidate]) -> tuple[list[tuple[Candidate, ...]], list[str]]:
    """Pairs of mirror images, and the ids of those without one."""
    by_id = {one.id: one for one in members}
    pairs = [
        tuple(by_id[name] for name in pair)
        for pair in mirror_pairs({name: one.contrast for name, one in by_id.items()})
    ]
    paired = {one.id for pair in pairs for one in pair}
    return pairs, [name for name in by_id if name not in paired]
