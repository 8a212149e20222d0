import math

import pytest
from pages import ask, page_data

from closeup.cues import INHERENT, contrast, is_constant, predictions, sighted_cues
from closeup.geometry import Box
from closeup.question import Crop, Difficulty, Mark, Question
from closeup.tasks import TASKS

PAGE = Crop(page="p", box=Box(0, 0, 1000, 1000))


def regions(reference: Box | None = None, **boxes: Box) -> Question:
    refs = {name: Mark(view=0, box=box) for name, box in boxes.items()}
    if reference:
        refs["reference"] = Mark(view=0, box=reference)
    return Question(
        id="t/p/1",
        task="t",
        split="test",
        issue="i",
        views=(PAGE,),
        refs=refs,
        answer="A",
        answer_format="choice",
        difficulty=Difficulty(evidence_area=0),
    )


def texts(*options: str, order: tuple[str, ...] | None = None) -> Question:
    return Question(
        id="t/p/1",
        task="t",
        split="test",
        issue="i",
        views=(PAGE,),
        options=options,
        answer=order or "A",
        answer_format="order" if order else "choice",
        evidence=(Mark(view=0, box=Box(0, 0, 9, 9)),) * len(order or ()),
        difficulty=Difficulty(evidence_area=0),
    )


def test_boxes_give_away_size_place_and_shape():
    told = predictions(
        regions(A=Box(0, 0, 100, 301), B=Box(300, 100, 500, 250), C=Box(600, 200, 650, 220))
    )
    assert told["largest"] == "A"
    assert told["smallest"] == "C"
    assert told["tallest"] == "A"
    assert told["lowest foot"] == "A"
    assert told["highest foot"] == "C"
    assert told["highest head"] == "A"
    assert told["leftmost"] == "A"
    assert told["rightmost"] == "C"
    assert told["narrowest shape"] == "A"
    assert told["widest shape"] == "C"
    assert told["constant B"] == "B"


def test_a_reference_adds_nearness_and_likeness():
    told = predictions(
        regions(reference=Box(0, 500, 100, 600), A=Box(0, 700, 100, 801), B=Box(500, 500, 900, 550))
    )
    assert told["most similar size"] == "A"
    assert told["least similar shape"] == "B"
    assert told["nearest to the reference"] == "A"
    assert told["farthest from the reference"] == "B"


def test_nearness_is_by_both_sides_and_from_middle_to_middle():
    reference = Box(0, 0, 100, 100)
    level, below = Box(300, 0, 400, 100), Box(100, 400, 200, 500)
    assert predictions(regions(reference, A=level, B=below))["nearest to the reference"] == "A"
    beside, under = Box(400, 100, 500, 200), Box(0, 300, 100, 400)
    assert predictions(regions(reference, A=beside, B=under))["nearest to the reference"] == "B"


def test_the_contrast_tells_by_how_much_the_right_region_is_larger_and_lower_in_its_foot():
    """The view is 1000 high. Both heads stand at 100, or the lower foot has the higher head."""
    question = regions(A=Box(0, 100, 200, 500), B=Box(300, 100, 400, 300))
    assert contrast(question) == pytest.approx((math.log(4), 0.2))
    assert contrast(question.model_copy(update={"answer": "B"})) == pytest.approx(
        (-math.log(4), -0.2)
    )
    question = regions(A=Box(0, 0, 100, 600), B=Box(300, 300, 400, 500))
    assert contrast(question)[1] == pytest.approx(0.1)


def test_only_a_choice_between_two_regions_of_one_view_has_a_contrast():
    three = regions(A=Box(0, 0, 9, 9), B=Box(9, 0, 19, 9), C=Box(20, 0, 29, 9))
    assert contrast(three) == contrast(texts("one", "two")) == ()
    two = regions(A=Box(0, 0, 9, 9), B=Box(9, 0, 19, 9))
    apart = two.refs | {"B": Mark(view=1, box=Box(9, 0, 19, 9))}
    assert contrast(two.model_copy(update={"views": (PAGE, PAGE), "refs": apart})) == ()


def test_a_tie_predicts_nothing():
    told = predictions(regions(A=Box(0, 0, 100, 100), B=Box(200, 0, 300, 100)))
    assert {cue for cue in told if not is_constant(cue)} == {"leftmost", "rightmost"}


def test_texts_give_away_length_alphabet_and_common_words():
    told = predictions(texts("one two three four", "two three", "b c d e f g", "zz two"))
    assert told["longest text"] == "A"
    assert told["shortest text"] == "D"
    assert told["first in the alphabet"] == "C"
    assert told["last in the alphabet"] == "D"
    assert told["most words in common"] == "B"
    assert told["fewest words in common"] == "C"
    assert "says two three" not in told


def test_short_options_are_predicted_by_what_they_say():
    told = predictions(texts("running", "casting a spell"))
    assert told["says running"] == "A"
    assert told["says casting a spell"] == "B"


@pytest.mark.parametrize(
    ("box", "shape", "size"),
    [
        (Box(0, 0, 30, 100), "slender", "small"),
        (Box(0, 0, 120, 200), "tall", "large"),
        (Box(0, 0, 90, 100), "upright", "middling"),
        (Box(0, 0, 100, 100), "wide", "middling"),
        (Box(0, 0, 500, 300), "wide", "large"),
    ],
)
def test_short_options_are_crossed_with_the_shape_and_size_of_the_one_named_region(
    box: Box, shape: str, size: str
):
    """The view measures 1000 x 1000. Who lies has a wide box."""
    question = texts("lying", "running")
    question = question.model_copy(update={"refs": {"character": Mark(view=0, box=box)}})
    told = predictions(question)
    says = {cue: letter for cue, letter in told.items() if cue.startswith("says")}
    assert says == {
        "says lying": "A",
        f"says lying, {shape}": "A",
        f"says lying, {size}": "A",
        "says running": "B",
        f"says running, {shape}": "B",
        f"says running, {size}": "B",
    }


def test_options_are_crossed_neither_with_two_regions_nor_where_they_are_long():
    mark = Mark(view=0, box=Box(0, 0, 30, 100))
    two = texts("lying", "running").model_copy(update={"refs": {"one": mark, "other": mark}})
    assert {cue for cue in predictions(two) if cue.startswith("says")} == {
        "says lying",
        "says running",
    }
    long = texts("a dog that lies down", "a dog that runs off")
    long = long.model_copy(update={"refs": {"panel": mark}})
    assert not any(cue.startswith("says") for cue in predictions(long))


def test_the_alphabet_knows_no_case():
    told = predictions(texts("apple pie", "Bread", "cake"))
    assert told["first in the alphabet"] == "A"
    assert predictions(texts("b", "A", "c", order=("A", "B", "C")))["alphabet"] == ("B", "A", "C")


def test_an_order_whose_key_sets_no_text_apart_is_not_predicted():
    """Without a question mark "questions first" would be the alphabet by another name."""
    told = predictions(texts("cc", "bb", "aa", order=("A", "B", "C")))
    assert {cue for cue in told if not is_constant(cue)} == {"alphabet", "alphabet reversed"}


def test_texts_that_tie_in_an_order_stand_by_the_alphabet_not_by_their_letters():
    told = predictions(texts("no!", "Bread", "apple", order=("A", "B", "C")))
    assert told["exclamations first"] == ("A", "C", "B")
    assert told["exclamations last"] == ("C", "B", "A")
    assert told["short to long"] == ("A", "C", "B")


def test_texts_are_ordered_by_length_alphabet_and_marks():
    told = predictions(texts("...no?", "Yes, I did!", "b", order=("A", "B", "C")))
    assert told["short to long"] == ("C", "A", "B")
    assert told["long to short"] == ("B", "A", "C")
    assert told["alphabet"] == ("A", "C", "B")
    assert told["questions first"] == ("A", "C", "B")
    assert told["continued last"] == ("C", "B", "A")
    assert told["constant as listed"] == ("A", "B", "C")
    assert told["constant reversed"] == ("C", "B", "A")


def test_crops_are_ordered_by_size_alone():
    (question,) = ask("panel_reordering", page_data())[0]
    assert {cue for cue in predictions(question) if not is_constant(cue)} == set()
    data = page_data()
    for i, panel in enumerate(data["panels"]):
        panel["box"][2] -= 10 * i
    (question,) = ask("panel_reordering", data)[0]
    widths = {name: question.refs[name].box.width for name in question.labels}
    told = predictions(question)
    assert told["by width, up"] == tuple(sorted(widths, key=lambda name: widths[name]))
    assert told["by area, down"] == question.answer


@pytest.mark.parametrize("name", TASKS)
def test_a_prediction_is_an_answer_and_looks_at_nothing_hidden(name):
    for question in ask(name, page_data(1), page_data(2))[0]:
        told = predictions(question)
        blind = question.model_copy(update={"evidence": (), "tags": (), "id": "x", "issue": "y"})
        assert predictions(blind) == told
        for answer in told.values():
            Question.model_validate(dict(question) | {"answer": answer})


@pytest.mark.parametrize("name", ["panel_reordering"])
def test_where_a_cropped_panel_lay_on_its_page_is_not_looked_at(name):
    (question,) = ask(name, page_data())[0]
    moved = question.model_copy(
        update={
            "refs": {
                key: Mark(view=mark.view, box=mark.box.shifted(-mark.box.x0, -mark.box.y0))
                for key, mark in question.refs.items()
            }
        }
    )
    assert predictions(moved) == predictions(question)


def test_rows_read_the_page_and_are_inherent_to_the_orders():
    for name, cues in INHERENT.items():
        for question in ask(name, page_data())[0]:
            told = sighted_cues(question)
            assert set(cues) <= set(told)
            assert told["rows left to right"] == question.answer
            assert told["rows right to left"] != question.answer


def test_only_orders_have_sighted_cues():
    assert sighted_cues(ask("depth_comparison", page_data())[0][0]) == {}
