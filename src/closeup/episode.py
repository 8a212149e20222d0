"""An episode: one question asked of one model, all that was said, and what it was worth."""

from typing import Literal

from closeup.geometry import Box, Grid, View
from closeup.message import Message, Usage
from closeup.question import Score
from closeup.records import Record

StopReason = Literal["answered", "no call", "out of budget", "cut off", "filtered"]
"""How an episode ends: with an `<answer>`; with a reply that neither answers in its tag nor calls a
tool, which is then taken for the answer; with a last reply that calls a tool although the budget is
spent; in the middle, for want of tokens; or because the provider would not go on."""


class ToolCall(Record):
    """A tool that a model called, and what it got for it."""

    turn: int
    """Which of the model's turns, from 0."""
    tool: str
    arguments: str
    """As the model wrote them, cut where they are long."""
    asked: Box | None = None
    """The box that was asked for, in page pixels, before it is clipped; None where no box was
    understood."""
    view: int | None = None
    """The image that it was given, by its place in the episode's views; None where it got none."""
    error: str = ""
    """What it was told was wrong; empty where the call succeeded."""


class Episode(Record):
    """Views and not pixels: with the pages' images at hand an episode can be replayed."""

    question: str
    """The question's id."""
    task: str
    model: str
    epoch: int = 0
    grid: Grid
    views: tuple[View, ...]
    """What the model was shown, in order: the question's images, then what its calls gave."""
    prompt: str
    """SHA-256 of the settings and the messages that opened it: a changed prompt or page is another
    episode."""
    turns: tuple[Message, ...]
    """Everything after the opening: the model's turns and what it was told in between."""
    calls: tuple[ToolCall, ...] = ()
    stop: StopReason
    usage: Usage = Usage()
    """Of all its turns."""
    seconds: float = 0.0
    """Waited for the model in all its turns."""
    served_by: str = ""
    score: Score

    @property
    def reply(self) -> str:
        """The model's last turn: what was scored."""
        return next(turn.text for turn in reversed(self.turns) if turn.role == "assistant")
