"""What a task is: three functions, and the issue that its questions are made from."""

import random
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from closeup import prompts
from closeup.page import Page
from closeup.question import AnswerFormat, Question, Rejection, Score, Split
from closeup.tasks import scoring


@dataclass(frozen=True)
class Issue:
    """The pages that belong together, in their order: the unit that no split cuts."""

    key: str
    split: Split
    pages: tuple[Page, ...]
    seed: int

    def random(self, *names: object) -> random.Random:
        """A generator of its own for each thing that is drawn: the same in every build."""
        return random.Random("/".join(map(str, (self.seed, self.key, *names))))


class Task(ABC):
    """One kind of question. A task holds no state: all that it knows stands in the question.

    The prompt is `prompts/<name>.md`, the solution the gold answer in its tag, the score an exact
    match; a task that needs another overrides it.
    """

    name: ClassVar[str]
    answer_format: ClassVar[AnswerFormat]

    @abstractmethod
    def questions(self, issue: Issue) -> Iterator[Question | Rejection]:
        """Every question the issue allows, and for the rest the reason why not."""

    @property
    def prompt(self) -> str:
        """The text that `prompts.question_text` fills."""
        return prompts.load(self.name)

    def solution(self, question: Question) -> str:
        """A reply that scores exactly 1: the contract, the training target and the oracle."""
        return scoring.solution(question)

    def score(self, question: Question, reply: str) -> Score:
        """The worth of a reply; an empty or junk one scores 0 with a reason, never raises."""
        return scoring.score(question, reply)

    def id(self, page: Page, item: str) -> str:
        """The stable id of the question about one thing of a page."""
        return f"{self.name}/{page.id}/{item}"

    def reject(self, page: Page, item: str, reason: str) -> Rejection:
        """The record of a question that is not asked."""
        return Rejection(id=self.id(page, item), task=self.name, page=page.id, reason=reason)
