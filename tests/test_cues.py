import pytest
from pages import ask, page_data

from closeup.cues import INHERENT, is_constant, predictions, sighted_cues
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


def test_texts_are_ordered_by_length_alphabet_and_marks():
    told = predictions(texts("...no?", "Yes, I did!", "b", order=("A", "B", "C")))
    assert told["short to long"] == ("C", "A", "B")
    assert told["long to short"] == ("B", "A", "C")
    assert told["alphabet"] == ("A", "C", "B")
    assert told["questions first"] == ("A", "B", "C")
    assert told["continued last"] == ("B", "C", "A")
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
