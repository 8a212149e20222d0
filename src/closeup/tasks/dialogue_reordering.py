"""In which order are these balloons read?

Three to five consecutive spoken or thought balloons of a page, their texts shuffled; the page is
shown, so the order is to be seen and not guessed from the words. Captions, signs and sounds stand
outside the dialogue and are left out. A balloon of unknown kind or text breaks the run.
"""

from collections.abc import Iterator, Sequence
from math import factorial

from closeup.page import Balloon, Page
from closeup.question import Question, Rejection
from closeup.tasks.making import (
    SPOKEN,
    TOO_SMALL,
    UNKNOWN_ORDER,
    difficulty,
    lettered,
    marks,
    normal,
    shuffled,
    too_small,
    whole,
    windows,
)
from closeup.tasks.task import Issue, Task

MOST = 5
"""Balloons a question."""
LONGEST = 400
"""Characters of one text."""


class DialogueReordering(Task):
    """Lettered texts; the answer is the letters in reading order. Evidence stands in that order."""

    name = "dialogue_reordering"
    answer_format = "order"

    def questions(self, issue: Issue) -> Iterator[Question | Rejection]:
        for page in issue.pages:
            if not page.balloons:
                yield self.reject(page, "page", "too few balloons")
            elif page.reading_direction is None:
                yield self.reject(page, "page", UNKNOWN_ORDER)
            elif "balloons.order" in page.inferred:
                yield self.reject(page, "page", "inferred order")
            else:
                yield from self._of_page(issue, page)

    def _of_page(self, issue: Issue, page: Page) -> Iterator[Question | Rejection]:
        for run in _runs(page.balloons or ()):
            rng = issue.random(self.name, page.id, run[0].id, "windows")
            cut = windows(len(run), MOST, rng)
            if not cut:
                yield self.reject(page, run[0].id, "too few balloons")
            for window in cut:
                balloons = [run[i] for i in window]
                item = f"{balloons[0].id}-{balloons[-1].id}"
                if reason := self._unfit(page, balloons):
                    yield self.reject(page, item, reason)
                else:
                    yield self._question(issue, page, item, balloons)

    def _unfit(self, page: Page, balloons: Sequence[Balloon]) -> str | None:
        texts = [b.text or "" for b in balloons]
        if len({normal(text) for text in texts}) < len(texts):
            return "same text twice"
        if max(map(len, texts)) > LONGEST:
            return "text too long"
        if any(too_small(page, b.box) for b in balloons):
            return TOO_SMALL
        return None

    def _question(
        self, issue: Issue, page: Page, item: str, balloons: Sequence[Balloon]
    ) -> Question:
        options = lettered(shuffled(balloons, issue.random(self.name, page.id, item)))
        letter = {balloon.id: name for name, balloon in options.items()}
        views, evidence = (whole(page),), marks(0, [b.box for b in balloons])
        facts, tags = difficulty(page, views, evidence, balloons)
        panels = {b.panel for b in balloons}
        reach = "one_panel" if len(panels) == 1 and None not in panels else "several_panels"
        return Question(
            id=self.id(page, item),
            task=self.name,
            split=issue.split,
            issue=issue.key,
            views=views,
            options=tuple(" ".join((b.text or "").split()) for b in options.values()),
            answer=tuple(letter[b.id] for b in balloons),
            answer_format="order",
            evidence=evidence,
            chance=1 / factorial(len(balloons)),
            difficulty=facts,
            tags=(reach, *tags),
        )


def _runs(balloons: Sequence[Balloon]) -> Iterator[list[Balloon]]:
    """Spoken balloons in a row; what is not dialogue is passed over, the unknown ends a run."""
    run: list[Balloon] = []
    for balloon in balloons:
        if balloon.kind is None or (balloon.kind in SPOKEN and not (balloon.text or "").strip()):
            if run:
                yield run
            run = []
        elif balloon.kind in SPOKEN:
            run.append(balloon)
    if run:
        yield run
