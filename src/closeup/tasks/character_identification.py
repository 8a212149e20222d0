"""Which of these figures is the same character as the reference?

The candidates stand in other panels than the reference: on its own page, or on another page of the
issue, where the reference's panel is an image of its own. One of them is the same person; the
others are known to be other people, each a different one, or the odd pair out would give the answer
away without a look at the reference.
"""

import re
from collections.abc import Iterator, Sequence
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
    shuffled,
    whole,
)
from closeup.tasks.task import Issue, Task

MOST = 4
"""References a page, each for candidates on its own page and on another."""
CANDIDATES = (4, 3)
"""How many are offered, the first number that the page allows."""


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
                reason = "unknown identity" if character.who is None else None
                if reason := reason or hidden_reason(page, character):
                    yield self.reject(page, character.id, reason)
                else:
                    fit.append(character)
            fit = _many_people_first(shuffled(fit, issue.random(self.name, page.id, "references")))
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
            if c.who and not hidden_reason(on, c) and (on is not page or c.panel != reference.panel)
        ]
        if on is page:
            pool = [c for c in pool if overlapping(c.box, reference.box) <= 0.1]
        pool = shuffled(pool, issue.random(self.name, page.id, item, on.id))
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


def _many_people_first(characters: Sequence[Character]) -> list[Character]:
    """One figure of each person, then a second of each, and so on, in the order given within."""
    seen: dict[str | None, int] = {}
    rank = []
    for character in characters:
        rank.append(seen.get(character.who, 0))
        seen[character.who] = rank[-1] + 1
    order = sorted(range(len(characters)), key=lambda i: rank[i])
    return [characters[i] for i in order]


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
