"""A script of a model's answers: what it said, and nothing that it did not."""

import json
from collections.abc import Callable
from pathlib import Path

import native
import pytest
from pages import HEIGHT, WIDTH, page_data
from PIL import Image
from runs import episode, info
from test_script import parse

from closeup import script
from closeup.bench import Bench
from closeup.build import build
from closeup.build.datasets import annotated
from closeup.question import Question, Score
from closeup.records import CloseupError
from closeup.script.same import people
from closeup.store import Store
from closeup.tasks import TASKS

Answers = Callable[[Question], str | int | tuple[str, ...] | None]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder = tmp_path_factory.mktemp("script")
    source = native.write(folder / "pages", issues=2)
    build(annotated("closeup_json", source, 0), folder / "bench", tasks=tuple(TASKS))
    return Bench.open(folder / "bench")


def told(bench: Bench, folder: Path, answers: Answers, epoch: int = 0) -> script.Script:
    """The script of a run with these answers; None is a reply that could not be read."""
    with Store.create(folder / "run", info(bench_hash=bench.content_hash)) as store:
        for question in bench.questions():
            score = Score(value=0.0, answer=answers(question))
            made = episode(question, epoch=epoch).model_copy(update={"score": score})
            store.put(question, made)
    with Store.open(folder / "run") as store:
        return script.from_run(bench, store)


def only(task: str, *pages: str, answer: Answers) -> Answers:
    """Answers to the questions of one task, on these pages or on all."""

    def answers(question: Question):
        asked = question.task == task and (not pages or question.pages[0] in pages)
        return answer(question) if asked else None

    return answers


def backwards(asked: Question) -> Answers:
    """An answer to one question alone: the right order, from its end."""
    assert isinstance(asked.answer, tuple)
    order = asked.answer[::-1]
    return lambda question: order if question.id == asked.id else None


def questions(bench: Bench, task: str) -> list[Question]:
    return [question for question in bench.questions() if question.task == task]


def test_no_name_and_no_description_of_the_annotations_slips_in(bench, tmp_path):
    def gold(question: Question):
        if question.task == "panel_understanding":
            return "Something is there."
        return None if question.task == "panel_understanding_choice" else question.answer

    made = told(bench, tmp_path, gold)
    assert made.told_by == "parrot"
    record = made.to_json()
    for word in (*native.CAST, "lamp", "ladders", "scene "):
        assert f'"{word}' not in record
        assert f"{word} " not in script.markdown(made)
    assert "Nobody has checked it" in script.markdown(made)
    assert all(not line.speaker for p in made.pages for panel in p.panels for line in panel.lines)


def test_a_description_is_told_as_the_models(bench, tmp_path):
    made = told(bench, tmp_path, only("panel_understanding", answer=lambda q: "A dot"))
    assert "\nDescribed by parrot: A dot.\n" in script.markdown(made)


def test_a_chosen_description_says_among_how_many(bench, tmp_path):
    made = told(bench, tmp_path, only("panel_understanding_choice", answer=lambda q: "B"))
    question = questions(bench, "panel_understanding_choice")[0]
    assert f"Chosen from 4 descriptions by parrot: {question.options[1]}" in script.markdown(made)


def test_an_action_is_told_of_the_figure_that_was_asked_about(bench, tmp_path):
    first = questions(bench, "action_recognition")[0]
    made = told(bench, tmp_path, lambda q: "C" if q.id == first.id else None)
    (page,) = made.pages
    figures = [f for panel in page.panels for f in panel.figures or ()]
    assert [(f.name, f.actions) for f in figures] == [("Unknown figure", (first.options[2],))]
    assert "Characters, according to parrot:" in script.markdown(made)
    assert "3 pages without an answer are left out." in script.markdown(made)


def test_a_count_and_who_is_nearer_are_told_with_the_models_name(bench, tmp_path):
    counted = told(bench, tmp_path / "a", only("character_counting", answer=lambda q: 9))
    assert "parrot counts 9 characters." in counted.pages[0].panels[0].remarks
    near = told(bench, tmp_path / "b", only("depth_comparison", answer=lambda q: "A"))
    remarks = [r for page in near.pages for panel in page.panels for r in panel.remarks]
    assert len(remarks) == len(questions(bench, "depth_comparison"))
    assert "parrot sees Unknown figure 1 in front of Unknown figure 2." in remarks


def test_panels_and_lines_stand_in_the_models_order(bench, tmp_path):
    ordered = questions(bench, "panel_reordering")[0]
    page = ordered.pages[0]
    before = [panel.id for panel in bench.page(page).panels or ()]
    made = told(bench, tmp_path, backwards(ordered))
    boxes = {panel.box: panel.id for panel in bench.page(page).panels or ()}
    moved = [boxes[mark.box] for mark in ordered.evidence]
    expected = [moved[::-1][moved.index(name)] if name in moved else name for name in before]
    assert [panel.id for panel in made.pages[0].panels] == expected != before
    assert not any(panel.lines for panel in made.pages[0].panels)


def test_lines_change_places_within_their_panels(tmp_path):
    source = tmp_path / "pages"
    source.mkdir()
    (source / "page.json").write_text(json.dumps(page_data()))
    Image.new("RGB", (WIDTH, HEIGHT)).save(source / "x.png")
    dataset = annotated("closeup_json", source, 0)
    build(dataset, tmp_path / "bench", tasks=("dialogue_reordering",))
    bench = Bench.open(tmp_path / "bench")
    asked = questions(bench, "dialogue_reordering")[0]
    assert isinstance(asked.answer, tuple)
    said = [asked.options[asked.labels.index(letter)] for letter in asked.answer]
    (page,) = told(bench, tmp_path, backwards(asked)).pages
    lines = [line.text for panel in page.panels for line in panel.lines]
    assert sorted(map(str, lines)) == sorted(said)
    assert lines != said


def test_figures_taken_for_the_same_character_have_one_number(bench, tmp_path):
    asked = next(q for q in questions(bench, "character_identification") if len(q.pages) == 2)
    made = told(bench, tmp_path, lambda q: "A" if q.id == asked.id else None)
    names = [f.name for page in made.pages for panel in page.panels for f in panel.figures or ()]
    assert names == ["Character 1", "Character 1"]
    assert "those that parrot took for the same character" in script.markdown(made)


def test_what_nobody_answered_is_said(bench, tmp_path):
    asked = questions(bench, "action_recognition")[0]
    made = told(bench, tmp_path, lambda q: "A" if q.id == asked.id else None)
    assert script.markdown(made).count("Nothing was answered about this panel.") == 3


def test_chains_join_and_a_pair_within_one_panel_is_passed_over():
    pages = {page.id: page for page in map(parse, (page_data(1), page_data(2)))}
    one, beside, two, three = (
        ("book/1", "c0"),
        ("book/1", "c1"),
        ("book/1", "c2"),
        ("book/2", "c0"),
    )
    found = people([(one, two), (three, two), (beside, three)], pages)
    assert found[one] == found[two] == found[three]
    assert beside not in found


def test_figures_whose_panels_are_unknown_may_be_the_same():
    page = parse(page_data(1))
    astray = tuple(c.model_copy(update={"panel": None}) for c in page.characters or ())
    pages = {page.id: page.model_copy(update={"characters": astray})}
    one, other = (page.id, astray[0].id), (page.id, astray[1].id)
    found = people([(one, other)], pages)
    assert found[one] == found[other]


def test_an_answer_in_a_later_epoch_is_not_told(bench, tmp_path):
    with pytest.raises(CloseupError, match="no answer in it that a script could tell"):
        told(bench, tmp_path, only("panel_understanding", answer=lambda q: "A dot"), epoch=1)


def test_a_run_of_another_bench_is_refused(bench, tmp_path):
    other = pytest.raises(CloseupError, match="a run of another bench")
    with Store.create(tmp_path, info(bench_hash="other")) as store, other:
        script.from_run(bench, store)
