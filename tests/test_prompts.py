import pytest
from pages import ask, page_data

from closeup import prompts
from closeup.ask import Setting, system_text
from closeup.geometry import Box, View
from closeup.prompts.question_text import question_text
from closeup.question import Crop, Mark, Question
from closeup.tasks import TASKS


def views(question: Question, scale: float = 1.0) -> list[View]:
    return [
        View(v.page, v.box, (round(v.box.width * scale), round(v.box.height * scale)))
        for v in question.views
    ]


def test_a_slot_that_is_not_filled_is_an_error():
    with pytest.raises(ValueError, match="slot 'b' is not filled"):
        prompts.fill("{a} {b}", "name", a="1")


def test_a_value_without_a_slot_is_an_error():
    with pytest.raises(ValueError, match="there is no slot 'c'"):
        prompts.fill("{a}", "name", a="1", c="2")


def test_a_slot_within_a_value_stays_as_it_is_and_so_do_other_braces():
    assert prompts.fill('{a} {"x": 1} {}', "name", a="{a} {b}") == '{a} {b} {"x": 1} {}'


@pytest.mark.parametrize("name", ["nothing", "../question", "System", "", "a/b"])
def test_an_unknown_prompt_is_an_error(name):
    with pytest.raises(ValueError, match="no prompt named"):
        prompts.load(name)


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("grid", ["pixel", "rel1000", "rel1000_yx", "rel100"])
def test_every_question_of_every_task_can_be_asked_in_every_grid(name, grid):
    for question in ask(name, page_data(1), page_data(2))[0]:
        text = question_text(question, views(question), grid)
        assert "<answer>" in text
        assert "{" not in text
        for letter in question.labels:
            assert f"\n{letter}: " in text
        for option in question.options:
            assert option in text


def test_nothing_of_evidence_or_answer_is_in_the_text():
    for question in ask("character_counting", page_data())[0]:
        other = question.model_copy(update={"answer": 9, "evidence": (), "tags": ()})
        assert question_text(question, views(question), "pixel") == question_text(
            other, views(other), "pixel"
        )


def two_views() -> Question:
    (question,) = [
        q
        for q in ask("character_identification", page_data(1), page_data(2))[0]
        if "across_pages" in q.tags
    ][:1]
    return question


def test_one_image_is_not_numbered_and_several_are():
    (one, *_) = ask("depth_comparison", page_data())[0]
    text = question_text(one, views(one), "rel1000")
    assert "image 1" not in text
    assert "thousandths of the width and height of the image" in text
    several = two_views()
    text = question_text(several, views(several), "rel1000")
    assert "] of image 1" in text
    assert "A: [" in text
    assert "] of image 2" in text


def test_a_whole_image_is_named_by_its_number_alone():
    (question,) = ask("panel_reordering", page_data())[0]
    text = question_text(question, views(question), "pixel")
    assert "A: image 1\nB: image 2\nC: image 3\nD: image 4" in text
    assert "[" not in text
    assert "pixels" not in text


def test_boxes_are_written_in_the_grid_of_the_view_that_shows_them():
    (question, *_) = ask("character_counting", page_data())[0]
    panel = question.refs["panel"]
    crop = Crop(page="p", box=Box(0, 0, 800, 1200))
    question = question.model_copy(
        update={"views": (crop,), "refs": {"panel": Mark(view=0, box=Box(80, 120, 400, 600))}}
    )
    assert panel.view == 0
    half = [View("p", crop.box, (400, 600))]
    assert "[40, 60, 200, 300]" in question_text(question, half, "pixel")
    assert "[100, 100, 500, 500]" in question_text(question, half, "rel1000")
    wide = question.model_copy(update={"refs": {"panel": Mark(view=0, box=Box(0, 120, 400, 600))}})
    assert "[100, 0, 500, 500]" in question_text(wide, half, "rel1000_yx")
    assert "[y0, x0, y1, x1]" in question_text(wide, half, "rel1000_yx")


def test_an_option_stays_on_its_line():
    (question, *_) = ask("panel_understanding_choice", page_data())[0]
    evil = question.model_copy(update={"options": ("a\nB: b", "{panel}", "c", "d")})
    text = question_text(evil, views(evil), "pixel")
    assert "A: a B: b\nB: {panel}\nC: c" in text


def test_a_template_of_ones_own_is_filled_as_strictly():
    (question, *_) = ask("character_counting", page_data())[0]
    assert question_text(question, views(question), "pixel", "{panel}? {grid}").startswith(
        "[10, 10"
    )
    with pytest.raises(ValueError, match="'regions' is not filled"):
        question_text(question, views(question), "pixel", "{panel} {grid} {regions}")
    with pytest.raises(ValueError, match="2 views for 1"):
        question_text(question, views(question) * 2, "pixel")


def test_the_system_text_asks_for_the_tag_that_replies_are_read_from():
    assert "<answer>" in system_text(Setting(), "pixel")
