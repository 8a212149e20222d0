"""An episode: one question asked of one model, what came back, and what it was worth."""

from closeup.geometry import Grid, View
from closeup.question import Score
from closeup.records import Record


class Episode(Record):
    """Views and not pixels: with the pages' images at hand an episode can be replayed."""

    question: str
    """The question's id."""
    task: str
    model: str
    grid: Grid
    views: tuple[View, ...]
    """What the model was shown, in order."""
    prompt: str
    """SHA-256 of the messages that were sent: a changed prompt or view is another episode."""
    reply: str
    score: Score
