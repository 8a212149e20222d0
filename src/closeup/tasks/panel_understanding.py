"""Describe a panel: open text, scored by the recall of the panel's facts.

The score is a proxy, and its questions carry the tag "proxy": see `recall` for what it sees, what a
word salad earns, and how that is kept low.
"""

from collections.abc import Iterator

from closeup import replies
from closeup.page import Description, Page
from closeup.question import Mark, Question, Rejection, Score
from closeup.tasks.making import (
    TOO_SMALL,
    covered_panel,
    difficulty,
    marks,
    too_small,
    whole,
)
from closeup.tasks.recall import content, recall
from closeup.tasks.task import Issue, Task

NAME = "name:"
"""How the tags begin that carry the names which the facts use."""
WRITTEN_BY = "written by: "
"""How the tag begins that tells who wrote the facts."""


class PanelUnderstanding(Task):
    """The panel is named by its box; the answer holds the facts to be told."""

    name = "panel_understanding"
    answer_format = "text"

    def questions(self, issue: Issue) -> Iterator[Question | Rejection]:
        for page in issue.pages:
            described = {d.panel: d for d in page.descriptions or ()}
            for panel in page.panels or ():
                description = described.get(panel.id)
                facts = _checkable(description) if description else ()
                if description is None:
                    yield self.reject(page, panel.id, "no description")
                elif not facts:
                    yield self.reject(page, panel.id, "no checkable facts")
                elif too_small(page, panel.box):
                    yield self.reject(page, panel.id, TOO_SMALL)
                elif covered_panel(page, panel):
                    yield self.reject(page, panel.id, "panels overlap")
                else:
                    yield self._question(issue, page, description, facts)

    def _question(
        self, issue: Issue, page: Page, description: Description, facts: tuple[str, ...]
    ) -> Question:
        panel = page.panel(description.panel)
        views, evidence = (whole(page),), marks(0, [panel.box])
        cast = " ".join(c.name or "" for c in page.characters or ()).split()
        told = " ".join(facts).replace("'", " ").split()
        names = tuple(
            f"{NAME}{name}" for name in dict.fromkeys(cast) if name in told and name[0].isupper()
        )
        hard, tags = difficulty(page, views, evidence, page.balloons_in(panel))
        if description.author:
            tags = (*tags, f"{WRITTEN_BY}{description.author}")
        return Question(
            id=self.id(page, panel.id),
            task=self.name,
            split=issue.split,
            issue=issue.key,
            views=views,
            refs={"panel": Mark(view=0, box=panel.box)},
            answer=facts,
            answer_format="text",
            evidence=evidence,
            chance=None,
            difficulty=hard,
            tags=("proxy", *names, *tags),
        )

    def score(self, question: Question, reply: str) -> Score:
        """The share of the facts that the description tells, less where it is too long."""
        reading = replies.text(reply)
        if reading.answer is None:
            return Score(value=0.0, reason=f"no text answer ({reading.how})")
        assert isinstance(question.answer, tuple)
        names = [tag.removeprefix(NAME) for tag in question.tags if tag.startswith(NAME)]
        found = recall(question.answer, reading.answer, names)
        return Score(
            value=found.value,
            answer=reading.answer,
            reason="longer than its budget" if found.value < found.told else "",
            details={"recall": found.told, "words": float(found.words)},
        )


def written_by(question: Question) -> str:
    """Who wrote the facts of a question; empty where that is not known."""
    tags = (tag for tag in question.tags if tag.startswith(WRITTEN_BY))
    return next(tags, "").removeprefix(WRITTEN_BY)


def _checkable(description: Description) -> tuple[str, ...]:
    """The facts that have a word to look for, each on one line."""
    facts = (" ".join(fact.split()) for fact in description.facts)
    return tuple(fact for fact in dict.fromkeys(facts) if content(fact))
