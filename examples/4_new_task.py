"""A task of one's own: who speaks this balloon? One class, and a name to use it by.

    closeup build --reader synthetic --pages 8 --out bench \\
        --tasks examples.4_new_task:SpeakerIdentification
"""

from collections.abc import Iterator

from closeup.page import OFF_PANEL, Page
from closeup.question import LETTERS, Crop, Difficulty, Mark, Question, Rejection
from closeup.tasks import Issue, Task

PROMPT = """The balloon in the box {balloon} of this comic page is spoken by one of these:
{regions}
{grid}

Which one? Answer with one letter, as in <answer>A</answer>."""


class SpeakerIdentification(Task):
    """The balloon is named by its box; the candidates are the characters of its panel."""

    name = "speaker_identification"
    answer_format = "choice"

    @property
    def prompt(self) -> str:
        return PROMPT

    def questions(self, issue: Issue) -> Iterator[Question | Rejection]:
        for page in issue.pages:
            for balloon in page.balloons or ():
                if balloon.speaker in (None, OFF_PANEL):
                    yield self.reject(page, balloon.id, "speaker unknown or not drawn")
                elif (question := self._question(issue, page, balloon.id)) is None:
                    yield self.reject(page, balloon.id, "nobody else in the panel")
                else:
                    yield question

    def _question(self, issue: Issue, page: Page, balloon_id: str) -> Question | None:
        balloon = next(b for b in page.balloons or () if b.id == balloon_id)
        cast = [c for c in page.characters or () if c.panel == balloon.panel]
        if len(cast) < 2:
            return None
        rng = issue.random(self.name, page.id, balloon_id)
        cast = rng.sample(cast, len(cast))
        answer = LETTERS[[c.id for c in cast].index(str(balloon.speaker))]
        marks = {letter: Mark(view=0, box=c.box) for letter, c in zip(LETTERS, cast, strict=False)}
        spoken = Mark(view=0, box=balloon.box)
        return Question(
            id=self.id(page, balloon_id),
            task=self.name,
            split=issue.split,
            issue=issue.key,
            views=(Crop(page=page.id, box=page.box),),
            refs={"balloon": spoken, **marks},
            answer=answer,
            answer_format="choice",
            evidence=(spoken, marks[answer]),
            chance=1 / len(cast),
            difficulty=Difficulty(evidence_area=(balloon.box.area / page.box.area)),
        )
