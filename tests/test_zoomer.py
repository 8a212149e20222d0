import asyncio
import re

import pytest
from benches import choice, counting, describing, ordering, texts, write_bench
from PIL import Image

from closeup import models
from closeup.ask import Setting, ask, opened, opening, request
from closeup.conversation import ANSWER_NOW, Budget
from closeup.geometry import Box
from closeup.images import Resolution
from closeup.message import Message, Request
from closeup.models.model import Given, ModelOptions
from closeup.models.zoomer import Zoomer, guess
from closeup.pictures import Pictures
from closeup.question import Crop, Mark, Question
from closeup.tasks import TASKS
from closeup.tools import ZoomIn

TOOLS = {"zoom_in": ZoomIn()}
FIRST, SECOND = Box(100, 200, 300, 500), Box(500, 500, 800, 900)
QUESTION = choice(0, [FIRST, SECOND], "B")


@pytest.fixture
def pictures(tmp_path) -> Pictures:
    return Pictures.at(write_bench(tmp_path / "bench", [QUESTION]).image_path)


def zoomer(pictures: Pictures, **options: object) -> Zoomer:
    model = models.find("zoomer", Given(pictures, options=ModelOptions.model_validate(options)))
    assert isinstance(model, Zoomer)
    return model


def asked(question: Question, model: Zoomer, pictures: Pictures, setting: Setting):
    first = opened(question, model, TASKS[question.task], setting, pictures)
    return asyncio.run(ask(first, model, setting, pictures))


@pytest.mark.parametrize("grid", ["pixel", "rel1000", "rel1000_yx", "rel100"])
@pytest.mark.parametrize("native", [False, True])
def test_it_looks_at_the_first_box_then_inside_it_then_answers(pictures, grid, native):
    model = zoomer(pictures, grid=grid, pixels=300_000)
    episode = asked(QUESTION, model, pictures, Setting(tools=TOOLS, native=native))
    assert episode.stop == "answered"
    assert [call.error for call in episode.calls] == ["", ""]
    page, box, inside = episode.views
    step = 1000 / page.steps(grid)[0]
    for seen, meant in zip(box.box.corners, FIRST.corners, strict=True):
        assert abs(seen - meant) <= step + 1
    middle = Box(150, 275, 250, 425)
    for seen, meant in zip(inside.box.corners, middle.corners, strict=True):
        assert abs(seen - meant) <= step + 2


def test_it_tries_the_next_box_where_one_cannot_be_shown(pictures):
    question = choice(0, [Box(10, 10, 12, 12), SECOND], "B")
    episode = asked(question, zoomer(pictures), pictures, Setting(tools=TOOLS))
    first, second, third = episode.calls
    assert "need 8 on each side" in first.error
    assert (second.error, third.error) == ("", "")
    assert episode.views[1].box == SECOND


def test_it_does_not_insist_where_there_is_nothing_more_to_see(pictures):
    small = choice(0, [Box(10, 10, 22, 22), SECOND], "B")
    episode = asked(small, zoomer(pictures), pictures, Setting(tools=TOOLS))
    assert [bool(call.error) for call in episode.calls] == [False, True]
    assert episode.stop == "answered"


def test_after_three_refusals_it_gives_up(pictures):
    model, setting = zoomer(pictures), Setting(tools=TOOLS)
    told = opening(QUESTION, model, TASKS[QUESTION.task], setting)
    refused = Message(role="tool", parts=("error: no",))
    for times in range(4):
        said = asyncio.run(model.reply(request((*told, *[refused] * times), model, setting)))
        assert ("<answer>" in said.text) == (times == 3)


def test_a_question_without_boxes_is_looked_at_somewhere_always_the_same(pictures):
    question = ordering(0, ["one", "two"], ["A", "B"], 0.5)
    episodes = [
        asked(question, zoomer(pictures, grid=grid), pictures, Setting(tools=TOOLS))
        for grid in ("rel1000", "rel1000", "pixel")
    ]
    assert episodes[0] == episodes[1]
    for episode in episodes:
        assert len(episode.views) == 3
        assert [call.error for call in episode.calls] == ["", ""]


def test_a_box_of_another_image_is_looked_at_there(tmp_path):
    first, second = (Crop(page=f"page000{n}", box=Box(0, 0, 1000, 1000)) for n in range(2))
    changes = {
        "views": (first, second),
        "refs": {"A": Mark(view=1, box=SECOND), "B": Mark(view=0, box=FIRST)},
        "evidence": (),
    }
    question = Question.model_validate(dict(QUESTION) | changes)
    images = {"page0001": Image.new("RGB", (50, 50))}
    pictures = Pictures.at(write_bench(tmp_path / "bench", [question], images).image_path)
    episode = asked(question, zoomer(pictures), pictures, Setting(tools=TOOLS))
    assert [call.error for call in episode.calls] == ["", ""]
    assert [view.page for view in episode.views] == ["page0000", *["page0001"] * 3]


def test_without_tools_and_when_told_to_it_answers_at_once(pictures):
    model = zoomer(pictures)
    assert not asked(QUESTION, model, pictures, Setting()).calls
    setting = Setting(tools=TOOLS, budget=Budget(calls=1))
    episode = asked(QUESTION, model, pictures, setting)
    assert (len(episode.calls), episode.stop) == (1, "answered")
    told = opening(QUESTION, model, TASKS[QUESTION.task], setting)
    refused = Message(role="tool", parts=(f"error: no\n{ANSWER_NOW}",))
    said = asyncio.run(model.reply(request((*told, refused), model, setting)))
    assert "<answer>" in said.text
    assert "<tool_call>" not in said.text


def test_every_kind_of_question_gets_an_answer_of_its_form(pictures):
    boxes = [FIRST, SECOND]
    made = [
        (choice(0, boxes, "A"), "[AB]"),
        (texts(1, ["runs", "sits", "waves"], "A"), "[ABC]"),
        (counting(2, 2, FIRST, 0.5), "[1-5]"),
        (ordering(3, ["one", "two", "three"], ["A", "B", "C"], 1 / 6), "[ABC], [ABC], [ABC]"),
        (describing(3, ["a dog runs"]), "Some characters .*"),
    ]
    for question, form in made:
        score = asked(question, zoomer(pictures), pictures, Setting()).score
        assert score.answer is not None or question.answer_format == "text"
        told = opening(question, zoomer(pictures), TASKS[question.task], Setting())[1].text
        assert re.fullmatch(form, guess(told)), guess(told)


def test_guesses_are_spread_over_what_may_be_answered():
    told = [
        guess(f"Question {n}\nA: one\nB: two\nC: three\nas in <answer>A</answer>.")
        for n in range(300)
    ]
    assert {letter: 70 < told.count(letter) < 130 for letter in "ABC"} == dict.fromkeys("ABC", True)


def test_a_conversation_about_nothing_gets_an_answer(pictures):
    for messages in [
        (),
        (Message(role="system", parts=("<tools>",)),),
        (Message(role="user", parts=()),),
        (Message(role="tool", parts=()), Message(role="user", parts=("[1, 2, 3, 4]",))),
    ]:
        said = asyncio.run(zoomer(pictures).reply(Request(messages=messages)))
        assert "<answer>" in said.text


def test_a_user_sets_its_grid_and_resolution(pictures):
    assert zoomer(pictures).resolution == Resolution(pixels=1_000_000)
    assert zoomer(pictures, pixels=0).resolution == Resolution(pixels=None)
    model = zoomer(pictures, pixels=300_000, multiple=28, grid="rel1000_yx")
    assert model.resolution == Resolution(pixels=300_000, multiple=28)
    assert model.grid == "rel1000_yx"
