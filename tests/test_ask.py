import asyncio
import io
from dataclasses import replace

import pytest
from benches import choice, counting, ordering
from PIL import Image

from closeup import tools
from closeup.ask import Setting, ask, opened, opening, oracle_crops, request
from closeup.conversation import Budget
from closeup.geometry import Box, Grid, View
from closeup.images import Resolution
from closeup.message import Message, Reply, Sampling, Usage
from closeup.pictures import Pictures
from closeup.question import Mark
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

    async def reply(self, request):
        self.heard = list(request.messages)
        return Reply(text=self.text, usage=Usage(input=10, output=2), seconds=0.5, served_by="v1")


class Looker(Parrot):
    """Zooms in, and then says what it was made to say."""

    async def reply(self, request):
        self.heard = list(request.messages)
        looked = any(message.role == "tool" for message in request.messages)
        call = '<tool_call>{"name": "zoom_in", "arguments": {"bbox_2d": [100, 200, 300, 400]}}'
        return Reply(text=self.text if looked else call, usage=Usage(output=3), seconds=0.25)


def pictures() -> Pictures:
    file = io.BytesIO()
    Image.new("RGB", (1000, 1000), "white").save(file, "PNG")
    return Pictures(lambda page: file.getvalue())


PICTURES = pictures()
SHOWN = (View("page0000", Box(0, 0, 1000, 1000), (1000, 1000)),)
ALONE = Setting()
ZOOM = Setting(tools=tools.find(["zoom_in"]))


def told(model, setting=ALONE):
    begun = opened(QUESTION, model, TASK, setting, PICTURES)
    return asyncio.run(ask(begun, model, setting, PICTURES))


def messages(model, setting=ALONE, question=QUESTION):
    return opening(question, model, TASK, setting)


def test_the_images_come_before_the_question_and_the_boxes_are_in_the_models_grid():
    model = Parrot("<answer>B</answer>", "rel1000_yx", 250_000)
    episode = told(model)
    system, user = model.heard
    view, text = user.parts
    assert system.role == "system"
    assert view == episode.views[0]
    assert episode.views[0].size == (500, 500)
    assert "[200, 100, 400, 300]" in str(text)
    assert "[200, 100, 400, 300]" not in str(messages(Parrot(""))[1].parts[1])


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


def test_an_episode_keeps_what_was_said_in_between_and_what_it_cost():
    episode = told(Looker("<answer>B</answer>"), ZOOM)
    assert [turn.role for turn in episode.turns] == ["assistant", "tool", "assistant"]
    assert episode.views[1].box == Box(100, 200, 300, 400)
    assert [(call.tool, call.view, call.error) for call in episode.calls] == [("zoom_in", 1, "")]
    assert (episode.stop, episode.score.value) == ("answered", 1.0)
    assert (episode.usage.output, episode.seconds) == (6, 0.5)
    alone = told(Parrot("<answer>B</answer>"))
    assert (alone.usage, alone.served_by) == (Usage(input=10, output=2), "v1")


def test_tools_are_offered_in_the_system_message_unless_the_provider_has_its_own_calling():
    assert "<tools>" not in messages(Parrot(""))[0].text
    assert '"zoom_in"' in messages(Parrot(""), ZOOM)[0].text
    native = replace(ZOOM, native=True)
    assert "<tools>" not in messages(Parrot(""), native)[0].text
    assert request(messages(Parrot(""), native), Parrot(""), native).tools
    assert not request(messages(Parrot(""), ZOOM), Parrot(""), ZOOM).tools


def test_a_call_that_stands_where_the_answer_should_is_no_answer():
    three = '<tool_call>{"name": "zoom_in", "arguments": {"bbox_2d": [3, 3, 3, 3]}}</tool_call> B'
    episode = told(Parrot(three), ZOOM)
    assert episode.stop == "out of budget"
    assert (episode.score.value, episode.score.answer) == (0.0, None)


def test_the_oracle_crop_shows_all_that_the_question_names_and_not_the_answer_first():
    _system, user = messages(Parrot(""), replace(ALONE, oracle_crop=True))
    _whole, *crops, text = user.parts
    assert [crop.box for crop in crops if isinstance(crop, View)] == [
        mark.box for mark in QUESTION.refs.values()
    ]
    assert "Image 2 is [100, 200, 300, 400] of image 1" in str(text)


@pytest.mark.parametrize("answer", [("A", "B", "C"), ("C", "A", "B")])
def test_the_oracle_crop_of_an_order_is_one_whatever_the_order(answer):
    question = ordering(1, ["a", "b", "c"], answer, 1 / 6)
    turned = question.model_copy(update={"evidence": question.evidence[::-1]})
    crops = [oracle_crops(q, SHOWN, Resolution()) for q in (question, turned)]
    assert len(crops[0]) == 1
    assert crops[0] == crops[1]


@pytest.mark.parametrize("count", [0, 1, 5])
def test_the_oracle_crop_of_a_count_is_the_panel_however_many_there_are(count):
    base = counting(1, count, Box(0, 0, 500, 500), 0.2)
    figures = [Mark(view=0, box=Box(80 * i, 50, 80 * i + 60, 400)) for i in range(count)]
    question = base.model_copy(update={"evidence": (*base.evidence, *figures)})
    assert [view.box for view, _ in oracle_crops(question, SHOWN, Resolution())] == [
        Box(0, 0, 500, 500)
    ]


def test_what_an_episode_is_called_tells_what_was_sent_by_which_rules_and_what_is_right():
    def begun(model, setting=ALONE, question=QUESTION, shown=PICTURES):
        return opened(question, model, TASK, setting, shown)

    same = begun(Parrot(""))
    other = QUESTION.model_copy(update={"id": "other", "answer": "A"})
    assert begun(Parrot(""), question=other).key == same.key
    others = [
        begun(Parrot(""), question=other),
        begun(Parrot("", "rel1000")),
        begun(Parrot("", "pixel", 90_000)),
        begun(Parrot(""), ZOOM),
        begun(Parrot(""), replace(ALONE, budget=Budget(calls=1))),
        begun(Parrot(""), replace(ALONE, sampling=Sampling(temperature=1.0))),
        begun(Parrot(""), shown=Pictures(lambda page: b"another page")),
    ]
    assert begun(Parrot("")).prompt == same.prompt
    assert len({same.prompt, *(one.prompt for one in others)}) == 8
