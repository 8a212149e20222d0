"""What a figure looks like and does, in a sentence: the first thing that closeup-tiny learns.

No task of the benchmark, for its answers are worded as the synthetic artist words them. A whole
sentence about one figure teaches a vision tower more than the letter of an option does. Build it
from the pages of a bench:

    closeup build --reader closeup_json --from BENCH --tasks closeup.tiny.portraits:Portraits
"""

from collections.abc import Iterator

from closeup import replies
from closeup.geometry import Box
from closeup.page import Character, Page
from closeup.question import Mark, Question, Rejection, Score
from closeup.tasks.making import difficulty, hidden_reason, marks, whole
from closeup.tasks.task import Issue, Task

UNSEEN = frozenset({"talking", "thinking"})
"""What a balloon tells and not the figure."""
MARGIN = 0.35
"""Most that is left around a figure, of its box's width and height: a zoom is never exact."""


class Portraits(Task):
    """One question a figure; the answer is a sentence with its looks and its actions."""

    name = "portrait"
    answer_format = "text"
    prompt = "Who is drawn in the box {character}, and what does the figure do?\n{grid}"

    def questions(self, issue: Issue) -> Iterator[Question | Rejection]:
        for page in issue.pages:
            for character in page.characters or ():
                reason = hidden_reason(page, character)
                if reason or not character.note:
                    yield self.reject(page, character.id, reason or "nothing is known of it")
                else:
                    yield self._question(issue, page, character)

    def _question(self, issue: Issue, page: Page, character: Character) -> Question:
        dice = issue.random(self.name, page.id, character.id)
        left, top, right, bottom = (dice.uniform(0, MARGIN) for _ in range(4))
        box = character.box
        around = Box(
            max(0, box.x0 - left * box.width),
            max(0, box.y0 - top * box.height),
            min(page.width, box.x1 + right * box.width),
            min(page.height, box.y1 + bottom * box.height),
        )
        views, evidence = (whole(page),), marks(0, [around])
        return Question(
            id=self.id(page, character.id),
            task=self.name,
            split=issue.split,
            issue=issue.key,
            views=views,
            refs={"character": Mark(view=0, box=around)},
            answer=(f"{character.note.capitalize()}: {_does(character)}.",),
            answer_format="text",
            evidence=evidence,
            chance=None,
            difficulty=difficulty(page, views, evidence)[0],
        )

    def score(self, question: Question, reply: str) -> Score:
        """1 for the very sentence."""
        reading = replies.text(reply)
        assert isinstance(question.answer, tuple)
        return Score(
            value=float(reading.answer == " ".join(question.answer)), answer=reading.answer
        )


def _does(character: Character) -> str:
    seen = sorted(set(character.actions or ()) - UNSEEN)
    return " and ".join(action.replace("_", " ") for action in seen) or "something"
