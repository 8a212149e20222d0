"""What TRL calls an environment: one conversation at a time, by the rules of every other episode.

`Conversation` decides what is said next and when it ends. TRL samples, and glues together the
tokens of what it is told here; what it is told are the blocks that an evaluation would send.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

from PIL import Image

from closeup.ask import Opened, opened, score
from closeup.conversation import Conversation
from closeup.episode import Episode, StopReason
from closeup.geometry import View
from closeup.message import Message, Reply
from closeup.models.hf import processor as processors
from closeup.models.model import Model
from closeup.pictures import Pictures
from closeup.question import Question, Score
from closeup.tasks.task import Task
from closeup.tools.tool import Scene
from closeup.training.learner import Learner

KEPT = 64
"""Views that stay drawn, and questions that stay opened: those of a few groups."""
Block = dict[str, Any]
"""A part of a message, as chat templates take them."""


class Stage:
    """What all environments of a run share: its questions, in the order in which they are asked."""

    def __init__(
        self,
        questions: Sequence[Question],
        tasks: Mapping[str, Task],
        learner: Learner,
        pictures: Pictures,
    ) -> None:
        self.questions = questions
        self.learner = learner
        self.pictures = pictures
        self._tasks = tasks
        self._special = tuple(processors.special_tokens(learner.processor).values())
        self._turns = _turns(questions)
        self.opened = lru_cache(KEPT)(self._opened)
        """The opened question of a row."""
        self._draw = lru_cache(KEPT)(pictures.pixels)

    def _opened(self, row: int) -> Opened:
        question, learner = self.questions[row], self.learner
        task, model = self._tasks[question.task], cast(Model, learner)  # all but its replies
        return opened(question, model, task, learner.setting, self.pictures, self._turns[row])

    def turn(self, row: int) -> int:
        """The how-manieth time, from 0, that a row's question is asked."""
        return self._turns[row]

    @property
    def most_turns(self) -> int:
        """The largest number that `turn` gives."""
        return max(self._turns)

    def system(self) -> str:
        """What every conversation begins with."""
        return self.blocks(self.opened(0).first.messages[0])[0]["text"]

    def blocks(self, message: Message) -> list[Block]:
        """A message as the processor is given it, its images drawn."""
        views = [part for part in message.parts if isinstance(part, View)]
        images: dict[View, Image.Image] = {view: self._draw(view) for view in views}
        return processors.conversation([message], images, self._special)[0]["content"]

    def begin(self, row: int) -> Conversation:
        """A conversation about a row's question."""
        learner, first = self.learner, self.opened(row).first
        views = tuple(part for part in first.messages[-1].parts if isinstance(part, View))
        multiple = learner.resolution.multiple
        crops = learner.setting.crops.model_copy(update={"multiple": multiple})
        scene = Scene(views, learner.grid, crops, self.pictures.pixels)
        return Conversation(first.messages, learner.setting.tools, scene, learner.setting.budget)

    def episode(self, row: int, talk: Conversation) -> Episode:
        """The episode of a conversation; one that stopped in the middle is worth nothing."""
        asked = self.opened(row)
        question, task = asked.question, asked.task
        stop, worth = talk.stop, Score(value=0.0, reason=UNANSWERED)
        if stop is not None:
            worth = score(question, task, stop, talk.messages[-1].text)
        return Episode(
            question=question.id,
            task=question.task,
            model=self.learner.name,
            grid=self.learner.grid,
            views=tuple(talk.views),
            prompt=asked.prompt,
            turns=talk.turns,
            calls=tuple(talk.calls),
            stop=stop or CUT_OFF,
            usage=talk.usage,
            score=worth,
        )


UNANSWERED = "what its call gave was too long for rollouts.completion_tokens: it never answered"
CUT_OFF: StopReason = "cut off"


def _turns(questions: Sequence[Question]) -> list[int]:
    """For each question in turn, how often it came before."""
    seen: Counter[str] = Counter()
    turns = []
    for question in questions:
        turns.append(seen[question.id])
        seen[question.id] += 1
    return turns


class Environment:
    """One rollout after another. Its public methods are TRL's: `reset`, and a tool."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._row = -1
        self._talk: Conversation | None = None
        self._trouble: Exception | None = None

    def reset(self, row: int, **_: Any) -> list[Block]:
        """Begin with the question of a row; what it shows and says after the system text."""
        self._row, self._trouble = row, None
        self._talk = self._stage.begin(row)
        system, question = self._talk.messages
        assert (system.role, question.role) == ("system", "user")
        return self._stage.blocks(question)

    def hear(self, reply: Reply) -> list[Block]:
        """Take a reply after which it goes on.

        Args:
            reply: The model's turn.

        Returns:
            What the model is told.
        """
        try:
            return self._told(reply)
        except Exception as error:  # TRL would tell the model of it
            self._trouble = error
            raise

    def _told(self, reply: Reply) -> list[Block]:
        assert self._talk is not None
        if self._talk.hear(reply) is not None:
            raise RuntimeError(f"a reply that ends the episode came as a call: {reply.text!r}")
        told = self._stage.blocks(self._talk.messages[-1])
        if reply.finish == "length":
            told[0] = told[0] | {UNENDED: True}
        return told


UNENDED = "unended"
"""Stands in the first block that answers a reply without its end."""


def ended(environment: Environment, said: Sequence[Mapping[str, Any]]) -> Episode:
    """The episode that an environment's rollout was, by the messages that TRL has of it.

    Where the last reply is one that was heard already, there was no room for what it was told, and
    the model never spoke again. Raises what went wrong while it was under way.
    """
    talk = environment._talk
    assert talk is not None
    if environment._trouble:
        raise environment._trouble
    replies = [message["reply"] for message in said if message["role"] == "assistant"]
    heard = sum(turn.role == "assistant" for turn in talk.turns)
    if len(replies) > heard:
        talk.hear(replies[-1])
        if talk.stop is None or len(replies) != heard + 1:
            raise RuntimeError(f"a reply that goes on came as no call: {replies[-1].text!r}")
    return environment._stage.episode(environment._row, talk)


def row_of(environment: Environment) -> int:
    """The row of the question that it was asked."""
    return environment._row
