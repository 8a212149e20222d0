"""Which questions a bench keeps, and where their answers stand, so that no blind cue pays.

Pure functions over small records, for a whole bench at once. `unbalanced` names the questions to
leave out, as few as a greedy search finds, so that every cue hits about as often as chance;
`placements` then spreads the answers evenly over the letters; `place` rewrites one question
accordingly. All is decided by hashes of ids and by counts: the order in which questions come in
does not matter.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import pairwise, permutations
from typing import NamedTuple

import numpy as np

from closeup.build.mirror import without_mirror
from closeup.cues import INHERENT, contrast, is_constant, predictions
from closeup.question import Mark, Question, Rejection

Answer = str | int | tuple[str, ...]

TOLERANCE = 0.03
"""How far from chance a cue's rate may lie; half a standard deviation, 0.5/√n, where n is small."""
MIRROR = "balance: no mirror image"
BEST_CONSTANT = 0.3
"""The highest share that one number may have among the answers of an integer task."""


class Candidate(NamedTuple):
    """What balancing must know of a question."""

    id: str
    task: str
    page: str
    group: str
    """Questions of one task are balanced within each group, such as a split."""
    gold: Answer
    labels: tuple[str, ...]
    hits: dict[str, bool]
    """Whether each cue that decides gives the gold; constants and inherent cues left out."""
    chance: float | None
    size: float | None = None
    """Of an integer task: the area of the region that is counted in."""
    contrast: tuple[float, ...] = ()
    """Of a choice between two regions: by how much the right one exceeds the other in each cue."""


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


def candidate(question: Question) -> Candidate:
    """A question as balancing sees it, grouped by its split."""
    inherent = INHERENT.get(question.task, ())
    hits = {
        cue: answer == question.answer
        for cue, answer in predictions(question).items()
        if not is_constant(cue) and cue not in inherent
    }
    counted = question.answer_format == "integer" and question.refs
    return Candidate(
        id=question.id,
        task=question.task,
        page=question.pages[0],
        group=question.split,
        gold=() if question.answer_format == "text" else question.answer,
        labels=question.labels,
        hits=hits,
        chance=question.chance,
        size=next(iter(question.refs.values())).box.area if counted else None,
        contrast=contrast(question),
    )


def unbalanced(candidates: Iterable[Candidate], seed: int = 0) -> dict[str, str]:
    """The questions to leave out, by id, each with its reason: "balance: " and the cue.

    A task whose every question is given away by one cue keeps next to nothing: it is no task.
    """
    tasks: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for one in candidates:
        tasks[one.task, one.group].append(one)
    dropped: dict[str, str] = {}
    for key in sorted(tasks):
        members = sorted(tasks[key], key=lambda one: _hash(seed, one.id))
        if all(isinstance(one.gold, int) for one in members):
            dropped |= _flatten(members)
            continue
        if all(one.contrast for one in members):
            contrasts = {one.id: one.contrast for one in members}
            dropped |= dict.fromkeys(without_mirror(contrasts, list(contrasts)), MIRROR)
        left = [one for one in members if one.id not in dropped]
        dropped |= _level([one for one in left if one.hits and one.chance is not None])
    return dropped


def cue_rates(candidates: Iterable[Candidate]) -> dict[str, tuple[int, float, float]]:
    """For each cue how often it decides, how often it then hits, and what chance would hit."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0, 0.0, 0.0])
    for one in candidates:
        for cue, hit in one.hits.items():
            entry = sums[cue]
            entry[0] += 1
            entry[1] += hit
            entry[2] += one.chance or 0.0
    return {cue: (int(n), h / n, c / n) for cue, (n, h, c) in sorted(sums.items())}


def tolerance(count: int) -> float:
    """How far a cue that decides `count` questions may lie from chance."""
    return max(TOLERANCE, 0.5 / math.sqrt(count)) if count else 1.0


def _hash(seed: int, name: str) -> str:
    return sha256(f"{seed}/{name}".encode()).hexdigest()


def _level(members: Sequence[Candidate]) -> dict[str, str]:
    """Drop, one kind after another, the questions whose loss brings the cues nearest to chance.

    Questions with the same hits and chance are one kind, so a step costs kinds times cues, however
    many questions there are. Excess is what a cue's surplus of hits has beyond the tolerance; a
    step takes the kind that lowers the sum of its squares most.
    """
    kinds: dict[tuple[object, ...], list[Candidate]] = defaultdict(list)
    for one in members:
        kinds[(one.chance, *sorted(one.hits.items()))].append(one)
    cues = sorted({cue for one in members for cue in one.hits})
    if not cues:
        return {}
    row = {cue: i for i, cue in enumerate(cues)}
    stacks = [kinds[key] for key in sorted(kinds, key=repr)]
    surplus = np.zeros((len(cues), len(stacks)))  # (cue, kind): hit minus chance, of one question
    decides = np.zeros((len(cues), len(stacks)))  # (cue, kind): 1 where the cue decides
    for kind, stack in enumerate(stacks):
        for cue, hit in stack[0].hits.items():
            surplus[row[cue], kind] = hit - (stack[0].chance or 0.0)
            decides[row[cue], kind] = 1
    left = np.array([len(stack) for stack in stacks])
    total, count = surplus @ left, decides @ left
    dropped: dict[str, str] = {}
    while left.sum() > 1:
        excess = _excess(total, count)
        if not excess.any():
            break
        near = np.flatnonzero(np.abs(total) + 2 > _allowed(count))  # one question may matter here
        after = _excess(total[near, None] - surplus[near], count[near, None] - decides[near])
        # Rounded, so that ties are ties whatever the order in which a machine adds.
        worth = np.round((excess**2).sum() - (after**2).sum(axis=0), 6)
        worth[left == 0] = 0
        # Large benches lose many at a time, never so many that a cue could swing past chance.
        some = max(1, int(left.sum()) // 5_000, int(excess.max() / 16))
        best = np.argsort(-worth, kind="stable")[:some]
        best = best[worth[best] > 0]
        if not len(best):  # the cues pull against each other: serve the worst, at the least harm
            worst = int(excess.argmax())
            worth[(left == 0) | (surplus[worst] * total[worst] <= 0)] = -np.inf
            best = worth.argmax(keepdims=True)
            if not np.isfinite(worth[best[0]]):
                break
            some = 1
        for kind in best:
            gain = excess * (surplus[:, kind] * total > 0) * np.abs(surplus[:, kind])
            cut = min(int(left[kind]), some)
            some -= cut
            for _ in range(cut):
                left[kind] -= 1
                dropped[stacks[kind][left[kind]].id] = f"balance: {cues[int(gain.argmax())]}"
            total, count = total - cut * surplus[:, kind], count - cut * decides[:, kind]
            if not some:
                break
    return dropped


def _excess(total: np.ndarray, count: np.ndarray) -> np.ndarray:
    """How many hits a cue has beyond what the tolerance allows, above chance or below."""
    return np.maximum(np.abs(total) - _allowed(count), 0)


def _allowed(count: np.ndarray) -> np.ndarray:
    """`tolerance` times the count, for many cues at once."""
    return np.maximum(TOLERANCE * count, 0.5 * np.sqrt(np.maximum(count, 0)))


def _flatten(members: Sequence[Candidate]) -> dict[str, str]:
    """Cap the commonest numbers, in each third of the sizes by itself.

    So neither one number nor one number a size can be right much more often than BEST_CONSTANT;
    with three different numbers or fewer, as near as they allow.
    """
    by_size = sorted(members, key=lambda one: one.size or 0.0)
    edges = [round(len(by_size) * part / 3) for part in range(4)]
    place = {one.id: i for i, one in enumerate(members)}
    dropped: dict[str, str] = {}
    for start, stop in pairwise(edges):
        third = sorted(by_size[start:stop], key=lambda one: place[one.id])
        numbers = Counter(one.gold for one in third)
        if not numbers:
            continue
        goal = max(BEST_CONSTANT, 1.15 / len(numbers))
        cap = max(numbers.values())
        while cap > 1 and cap > goal * sum(min(n, cap) for n in numbers.values()):
            cap -= 1
        kept: Counter[Answer] = Counter()
        for one in third:
            kept[one.gold] += 1
            if kept[one.gold] > cap:
                dropped[one.id] = f"balance: constant {one.gold}"
    return dropped


def placements(candidates: Iterable[Candidate], seed: int = 0) -> dict[str, Answer]:
    """The letter, or the order, that shall be each question's answer, by id.

    Within a task, a group and a number of letters, every letter is the answer equally often, give
    or take one; of orders, every order and, before that, every letter at every place. Questions
    whose answer is not made of letters are left out.
    """
    alike: dict[tuple[str, str, int, bool], list[str]] = defaultdict(list)
    letters: dict[int, tuple[str, ...]] = {}
    for one in candidates:
        if one.labels and not isinstance(one.gold, int):
            ordered = isinstance(one.gold, tuple)
            if ordered and not one.gold:
                continue
            alike[one.task, one.group, len(one.labels), ordered].append(one.id)
            letters[len(one.labels)] = one.labels
    placed: dict[str, Answer] = {}
    for key in sorted(alike):
        _, _, count, ordered = key
        cycle: Sequence[Answer] = letters[count]
        if ordered:
            cycle = _orders(letters[count], seed)
        turn = count if ordered else 1
        shift = turn * (int(_hash(seed, "/".join(map(str, key))), 16) % len(cycle))
        for i, name in enumerate(sorted(alike[key], key=lambda name: _hash(seed, name))):
            placed[name] = cycle[(i + shift) % len(cycle)]
    return placed


def _orders(labels: tuple[str, ...], seed: int) -> list[Answer]:
    """All orders of the labels, in turns: each run of n is one order and its rotations."""
    first, *rest = labels
    bases = sorted(permutations(rest), key=lambda base: _hash(seed, "".join(base)))
    found: list[Answer] = []
    for base in bases:
        order = (first, *base)
        found += [order[i:] + order[:i] for i in range(len(order))]
    return found


def place(question: Question, answer: Answer) -> Question:
    """The same question with its candidates lettered anew, so that `answer` is its answer.

    A choice swaps the gold with what stood there; an order sends each letter of the old answer to
    the letter at its place in the new one. Where each letter is an image of its own, the images
    move with their letters.
    """
    if answer == question.answer:
        return question
    match question.answer, answer:
        case tuple(old), tuple(new):
            now = dict(zip(old, new, strict=True))
        case str(old), str(new):
            now = {name: name for name in question.labels} | {old: new, new: old}
        case _:
            raise ValueError(f"{question.id}: {answer!r} cannot stand for {question.answer!r}")
    back = {new: old for old, new in now.items()}
    changed: dict[str, object] = {"answer": answer}
    if question.options:
        texts: Mapping[str, str] = dict(zip(question.labels, question.options, strict=True))
        changed["options"] = tuple(texts[back[name]] for name in question.labels)
    else:
        letters = {name: question.refs[back[name]] for name in question.labels}
        words = {name: mark for name, mark in question.refs.items() if name not in letters}
        refs = words | letters
        if not words and [question.refs[n].view for n in question.labels] == list(
            range(len(question.views))
        ):
            moved = {mark.view: i for i, mark in enumerate(letters.values())}
            changed["views"] = tuple(question.views[mark.view] for mark in letters.values())
            changed["evidence"] = tuple(
                Mark(view=moved[mark.view], box=mark.box) for mark in question.evidence
            )
            refs = {n: Mark(view=moved[mark.view], box=mark.box) for n, mark in refs.items()}
        changed["refs"] = refs
    return Question.model_validate(dict(question) | changed)
