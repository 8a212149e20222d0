import asyncio

from benches import choice

from closeup.ask import ask, fingerprint, opening
from closeup.geometry import Box, Grid
from closeup.images import Resolution
from closeup.models.model import Message
from closeup.tasks import TASKS

QUESTION = choice(0, [Box(100, 200, 300, 400), Box(500, 500, 800, 900)], "B")
TASK = TASKS[QUESTION.task]


class Parrot:
    """Says what it was made to say, and keeps what it was asked."""

    name = "parrot"

    def __init__(self, text: str, grid: Grid = "pixel", pixels: int | None = None) -> None:
        self.text = text
        self.grid: Grid = grid
        self.resolution = Resolution(pixels=pixels)
        self.heard: list[Message] = []

    async def reply(self, messages):
        self.heard = list(messages)
        return self.text


def told(model):
    messages = opening(QUESTION, model, TASK)
    return asyncio.run(ask(QUESTION, messages, model, TASK))


def test_the_images_come_before_the_question_and_the_boxes_are_in_the_models_grid():
    model = Parrot("<answer>B</answer>", "rel1000_yx", 250_000)
    episode = told(model)
    system, user = model.heard
    view, text = user.parts
    assert system.role == "system"
    assert view == episode.views[0]
    assert episode.views[0].size == (500, 500)
    assert "[200, 100, 400, 300]" in str(text)
    assert "[200, 100, 400, 300]" not in str(opening(QUESTION, Parrot(""), TASK)[1].parts[1])


def test_the_reply_is_scored_and_kept_as_it_came():
    episode = told(Parrot("I think it is\n<answer>b</answer>"))
    assert episode.reply == "I think it is\n<answer>b</answer>"
    assert episode.score.value == 1.0
    assert episode.score.answer == "B"
    assert told(Parrot("<answer>A</answer>")).score.value == 0.0


def test_junk_scores_0_with_a_reason():
    score = told(Parrot("\x00 no idea {[")).score
    assert score.value == 0.0
    assert score.reason


def test_the_fingerprint_is_of_what_is_sent():
    model = Parrot("")
    same = opening(QUESTION, model, TASK)
    renamed = opening(QUESTION.model_copy(update={"id": "other", "answer": "A"}), model, TASK)
    assert fingerprint(same) == fingerprint(renamed)
    assert fingerprint(same) != fingerprint(opening(QUESTION, Parrot("", "rel1000"), TASK))
    assert fingerprint(same) != fingerprint(opening(QUESTION, Parrot("", "pixel", 90_000), TASK))
