"""Question + model → episode: the one place where a model is asked something."""

import hashlib
import json
from collections.abc import Sequence

from closeup.episode import Episode
from closeup.models.model import Message, Model
from closeup.prompts.question_text import question_text, system_text
from closeup.question import Question
from closeup.tasks.task import Task


def opening(question: Question, model: Model, task: Task) -> tuple[Message, ...]:
    """The messages that open an episode: the images, then the question in the model's grid.

    Images come first, so that the questions of a page share their prefix in a server's cache.
    """
    views = tuple(model.resolution.view(crop) for crop in question.views)
    text = question_text(question, views, model.grid, task.prompt)
    return (
        Message(role="system", parts=(system_text(),)),
        Message(role="user", parts=(*views, text), question=question.id),
    )


def fingerprint(messages: Sequence[Message]) -> str:
    """SHA-256 over all that is sent: the same for the same texts and views, on every machine."""
    sent = [message.model_dump(mode="json", exclude={"question"}) for message in messages]
    text = json.dumps(sent, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


async def ask(question: Question, messages: Sequence[Message], model: Model, task: Task) -> Episode:
    """Send the opening messages and score what comes back.

    Raises ModelError when the provider fails: there is no episode then, and no score.
    """
    # What cannot be written as UTF-8 could not be kept either.
    reply = (await model.reply(messages)).encode("utf-8", "replace").decode("utf-8")
    return Episode(
        question=question.id,
        task=question.task,
        model=model.name,
        grid=model.grid,
        views=tuple(model.resolution.view(crop) for crop in question.views),
        prompt=fingerprint(messages),
        reply=reply,
        score=task.score(question, reply),
    )
