"""Which of these figures is the same character as the reference?

The candidates stand in other panels than the reference: on its own page, or on another page of the
issue, where the reference's panel is an image of its own. One of them is the same person; the
others are known to be other people, each a different one, or the odd pair out would give the answer
away without a look at the reference.

A person must be there to be recognized: figures are larger than other tasks need, and of each
person one that its panel does not cut is taken before one that it cuts, a larger one before a
smaller one. That holds for the reference, the right candidate and the wrong ones alike, each among
the figures of its own person, so that neither size nor a whole body marks the right one.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from closeup.geometry import Box
from closeup.page import Character, Page
from closeup.question import Crop, Mark, Question, Rejection
from closeup.tasks.making import (
    ENOUGH,
    difficulty,
    hidden_reason,
    lettered,
    overlapping,
    scale,
    shuffled,
    whole,
)
from closeup.tasks.task import Issue, Task

MOST = 4
"""References a page, each for candidates on its own page and on another."""
CANDIDATES = (4, 3)
"""How many are offered, the first number that the page allows."""


MIN_SIDE = 40
MIN_AREA = 3_600
"""Pixels of the shorter side and of the area of a figure, on the page at 1.0 megapixels, for its
face and dress to be told from another's."""


class _Cast(NamedTuple):
    page: Page
    reference: Character
    candidates: tuple[Character, ...]
    """The same person first."""
    on: Page
    """The page of the candidates."""


class CharacterIdentification(Task):
    """A reference and three or four lettered candidates."""

    name = "character_identification"
    answer_format = "choice"

    def questions(self, issue: Issue) -> Iterator[Question | Rejection]:
        for i, page in enumerate(issue.pages):
            fit: list[Character] = []
            for character in page.characters or ():
                if reason := _unfit(page, character):
                    yield self.reject(page, character.id, reason)
                else:
                    fit.append(character)
            fit = shuffled(fit, issue.random(self.name, page.id, "references"))
            fit = _by_turn(sorted(fit, key=_likeness), fit)
            yield from self._within(issue, page, fit)
            if len(issue.pages) > 1:
                following = issue.pages[i + 1 :] + issue.pages[:i]
                yield from self._across(issue, page, fit, following)

    def _within(
        self, issue: Issue, page: Page, references: Sequence[Character]
    ) -> Iterator[Question | Rejection]:
        asked = 0
        for reference in references:
            if asked == MOST:
                yield self.reject(page, reference.id, ENOUGH)
            elif cast := self._cast(issue, page, reference, page, reference.id):
                yield self._question(issue, cast, reference.id, "within_page")
                asked += 1
            else:
                yield self.reject(page, reference.id, "too few candidates")

    def _across(
        self, issue: Issue, page: Page, references: Sequence[Character], pages: Sequence[Page]
    ) -> Iterator[Question | Rejection]:
        asked = 0
        for reference in references:
            item = f"{reference.id}-elsewhere"
            if asked == MOST:
                yield self.reject(page, item, ENOUGH)
                continue
            casts = (self._cast(issue, page, reference, other, item) for other in pages)
            cast = next((cast for cast in casts if cast), None)
            if cast is None:
                yield self.reject(page, item, "too few candidates")
            else:
                yield self._question(issue, cast, item, "across_pages")
                asked += 1

    def _cast(
        self, issue: Issue, page: Page, reference: Character, on: Page, item: str
    ) -> _Cast | None:
        """The reference with as many candidates on a page as there can be; None below three."""
        pool = [
            c
            for c in on.characters or ()
            if not _unfit(on, c) and (on is not page or c.panel != reference.panel)
        ]
        if on is page:
            pool = [c for c in pool if overlapping(c.box, reference.box) <= 0.1]
        pool = shuffled(pool, issue.random(self.name, page.id, item, on.id))
        pool = _by_turn(sorted(pool, key=_likeness), pool)
        for gold in (c for c in pool if c.who == reference.who):
            others = [c for c in pool if c.who != reference.who]
            others.sort(key=lambda c, gold=gold: not 0.25 <= c.box.area / gold.box.area <= 4)
            chosen = [gold]
            for other in others:
                if all(other.who != c.who and overlapping(other.box, c.box) <= 0.1 for c in chosen):
                    chosen.append(other)
            for count in CANDIDATES:
                if len(chosen) >= count:
                    return _Cast(page, reference, tuple(chosen[:count]), on)
        return None

    def _question(self, issue: Issue, cast: _Cast, item: str, reach: str) -> Question:
        page, reference, on = cast.page, cast.reference, cast.on
        rng = issue.random(self.name, page.id, item, "letters")
        candidates = lettered(shuffled(cast.candidates, rng))
        gold = cast.candidates[0]
        answer = next(letter for letter, c in candidates.items() if c.id == gold.id)
        if on is page:
            views: tuple[Crop, ...] = (whole(page),)
        else:
            assert reference.panel is not None
            around = Box.around((page.panel(reference.panel).box, reference.box))
            views = (Crop(page=page.id, box=around), whole(on))
        last = len(views) - 1
        refs = {"reference": Mark(view=0, box=reference.box)}
        refs |= {letter: Mark(view=last, box=c.box) for letter, c in candidates.items()}
        evidence = (refs["reference"], refs[answer])
        facts, tags = difficulty(on, views, evidence)
        named = ("named_in_text",) if _named(reference, (page, on)) else ()
        return Question(
            id=self.id(page, item),
            task=self.name,
            split=issue.split,
            issue=issue.key,
            views=views,
            refs=refs,
            answer=answer,
            answer_format="choice",
            evidence=evidence,
            chance=1 / len(candidates),
            difficulty=facts,
            tags=(reach, *named, *tags),
        )


def _unfit(page: Page, character: Character) -> str | None:
    """Why a figure is neither asked about nor offered, or None where it can be."""
    if character.who is None:
        return "unknown identity"
    if reason := hidden_reason(page, character):
        return reason
    box, shown = character.box, scale(page, 1.0)
    small = min(box.width, box.height) * shown < MIN_SIDE or box.area * shown**2 < MIN_AREA
    return "too small to be recognized" if small else None


def _likeness(character: Character) -> tuple[bool, float]:
    """Sorts the figures that show a person best to the front."""
    return (character.truncated is True, -character.box.area)


def _by_turn(best_first: Iterable[Character], order: Sequence[Character]) -> list[Character]:
    """The best figure of each person, then the second best of each, and so on.

    Within a turn they stand as in `order`: no person comes first for being large.
    """
    turn: dict[str, int] = {}
    seen: Counter[str | None] = Counter()
    for character in best_first:
        turn[character.id] = seen[character.who]
        seen[character.who] += 1
    return sorted(order, key=lambda character: turn[character.id])


def _named(character: Character, pages: Sequence[Page]) -> bool:
    """Whether lettering on the pages says the character's name, so that reading may help."""
    if not (character.name or "").strip():
        return False
    words = re.findall(r"\w+", (character.name or "").casefold())
    lettering = " ".join(b.text or "" for page in pages for b in page.balloons or ())
    found = re.findall(r"\w+", lettering.casefold())
    return any(
        found[i : i + len(words)] == words for i in range(len(found) - len(words) + 1) if words
    )
