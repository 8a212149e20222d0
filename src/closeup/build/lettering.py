"""Where the answers stand: spread evenly over the letters, so that no letter and no order pays."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import permutations

from closeup.build.candidates import Candidate
from closeup.cues import Answer
from closeup.question import Mark, Question


def rank(seed: int, name: str) -> str:
    """What to sort by for an order that is random, but the same for the same seed and names."""
    return sha256(f"{seed}/{name}".encode()).hexdigest()


def placements(candidates: Iterable[Candidate], seed: int = 0) -> dict[str, Answer]:
    """The letter, or the order, that shall be each question's answer, by id.

    Within a task, a split and a number of letters, every letter is the answer equally often, give
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
            alike[one.task, one.split, len(one.labels), ordered].append(one.id)
            letters[len(one.labels)] = one.labels
    placed: dict[str, Answer] = {}
    for key in sorted(alike):
        _, _, count, ordered = key
        cycle: Sequence[Answer] = letters[count]
        if ordered:
            cycle = _orders(letters[count], seed)
        turn = count if ordered else 1
        shift = turn * (int(rank(seed, "/".join(map(str, key))), 16) % len(cycle))
        for i, name in enumerate(sorted(alike[key], key=lambda name: rank(seed, name))):
            placed[name] = cycle[(i + shift) % len(cycle)]
    return placed


def _orders(labels: tuple[str, ...], seed: int) -> list[Answer]:
    """All orders of the labels, in turns: each run of n is one order and its rotations."""
    first, *rest = labels
    bases = sorted(permutations(rest), key=lambda base: rank(seed, "".join(base)))
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
