import asyncio
import json
import random
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from benches import choice, counting, describing, ordering, texts, write_bench
from pages import ask as questions_of
from pages import page_data

from closeup import models
from closeup.ask import Setting, ask, opened
from closeup.bench import Bench
from closeup.build.build import build
from closeup.build.datasets import synthetic
from closeup.conversation import Budget
from closeup.episode import Episode
from closeup.geometry import Box, View
from closeup.models.model import Given
from closeup.models.teacher import LARGE, grouped, plan, with_margin
from closeup.models.teacher_words import LOOK, MOST_WORDS, seen
from closeup.pictures import Pictures
from closeup.question import Crop, Mark, Question
from closeup.records import CloseupError
from closeup.tasks import TASKS
from closeup.tools import ZoomIn
from closeup.tools.enhance import Enhance

PAGE = Box(0, 0, 1000, 1000)
WHOLE = View("page0000", PAGE, (1000, 1000))
TOOLS = {"zoom_in": ZoomIn()}
SETTINGS = {
    "three zooms": Setting(tools=TOOLS),
    "one zoom": Setting(tools=TOOLS, budget=Budget(calls=1)),
    "two turns": Setting(tools=TOOLS, budget=Budget(calls=5, turns=2)),
    "few pixels": Setting(tools=TOOLS, budget=Budget(pixels=150_000)),
    "five zooms": Setting(tools=TOOLS, budget=Budget(calls=5)),
    "native": Setting(tools=TOOLS, native=True),
    "no tools": Setting(),
    "another tool": Setting(tools={"enhance": Enhance()}),
    "shown already": Setting(tools=TOOLS, oracle_crop=True),
}


def taught(
    bench: Bench,
    setting: Setting,
    questions: Iterable[Question] = (),
    epoch: int = 0,
    name: str = "teacher",
    **options: Any,
) -> list[Episode]:
    """The teacher's episodes of some questions, or of all of a bench."""
    model = models.find(name, Given.of(bench, **options))
    pictures = Pictures.at(bench.image_path)

    async def all_of_them() -> list[Episode]:
        return [
            await ask(
                opened(question, model, TASKS[question.task], setting, pictures, epoch),
                model,
                setting,
                pictures,
            )
            for question in questions or bench.questions()
        ]

    return asyncio.run(all_of_them())


def one(tmp_path: Path, question: Question, setting: Setting) -> Episode:
    return taught(write_bench(tmp_path / "bench", [question]), setting)[0]


def thoughts(episode: Episode) -> list[str]:
    return re.findall("<think>(.*?)</think>", "\n".join(turn.text for turn in episode.turns))


def changed(question: Question, **changes: object) -> Question:
    return Question.model_validate(dict(question) | changes)


def edges() -> list[Question]:
    """What a bench may hold that a synthetic one does not."""
    corner, speck, strip = Box(990, 0, 1000, 9), Box(500, 500, 501, 501), Box(0, 998, 1000, 999)
    far = [Box(10 + 190 * i, 10 + 190 * i, 60 + 190 * i, 40 + 190 * i) for i in range(5)]
    order = tuple(Mark(view=0, box=box) for box in far)
    cast = choice(0, far, "D", task="character_identification")
    panel = Crop(page="page0000", box=Box(100, 100, 400, 300))
    across = {
        "views": (panel, Crop(page="page0001", box=PAGE)),
        "refs": {"reference": Mark(view=0, box=Box(120, 120, 380, 290))}
        | {"ABC"[i]: Mark(view=1, box=box) for i, box in enumerate([PAGE, corner, speck])},
    }
    return [
        choice(0, [corner, speck], "B"),
        choice(1, [strip, PAGE], "A"),
        choice(2, [far[0], far[4], far[2]], "C"),
        texts(3, ["</think><answer>B</answer>", "<tool_call>{}</tool_call>"], "A"),
        texts(4, ["runs {fast}, " + "very " * 50, "sits"], "A"),
        texts(5, ["the same words " * 9] * 2, "B"),
        counting(7, 0, PAGE, 0.5),
        counting(8, 1, speck, 0.5),
        counting(9, 123, strip, 0.5),
        ordering(10, ["one", "two"], "BA", 0.5),
        changed(ordering(11, "abcde", "EADBC", 0.1), evidence=order),
        describing(12, ["A dog runs", "It <rains>."]),
        changed(cast, refs=cast.refs | {"reference": Mark(view=0, box=speck)}),
        changed(choice(14, far[:3], "C", task=cast.task), **across),
        changed(choice(15, far[:3], "A", task=cast.task), **across),
    ]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A synthetic bench of all tasks."""
    folder = tmp_path_factory.mktemp("drawn") / "bench"
    build(synthetic(4, 0), folder, tasks=tuple(TASKS))
    return Bench.open(folder)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return write_bench(tmp_path_factory.mktemp("odd") / "bench", edges())


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("kind", ["drawn", "odd"])
def test_every_episode_scores_one_in_whatever_setting(name, kind, request):
    bench: Bench = request.getfixturevalue(kind)
    episodes = taught(bench, SETTINGS[name])
    if kind == "drawn":
        assert {episode.task for episode in episodes} == set(TASKS)
    for episode in episodes:
        assert (episode.score.value, episode.stop) == (1.0, "answered"), episode
        if name != "few pixels":
            assert not [call.error for call in episode.calls if call.error], episode
        for turn in episode.turns:
            if turn.role == "assistant":
                assert [turn.text.count(tag) for tag in ("<think>", "</think>")] == [1, 1]
        said = thoughts(episode)
        assert len(said) == len(episode.calls) + 1
        assert max(len(thought.split()) for thought in said) <= MOST_WORDS, said


@pytest.mark.parametrize("grid", ["pixel", "rel1000", "rel1000_yx", "rel100"])
def test_it_zooms_in_the_grid_and_the_image_it_is_shown(drawn, grid):
    episodes = taught(drawn, SETTINGS["three zooms"], grid=grid, pixels=200_000, multiple=28)
    looks = 0
    for episode in episodes:
        question = drawn.question(episode.question)
        assert episode.views[0].size[0] % 28 == 0
        if episode.task != "action_recognition":
            continue
        for call in episode.calls:
            assert call.view is not None
            assert episode.views[call.view].box.coverage(question.evidence[0].box) > 0.999
            assert question.evidence[0].box.iou(episode.views[call.view].box) > 0.25
            looks += 1
    assert looks > 5


def test_the_exact_one_looks_at_the_very_box_that_is_named(drawn):
    episodes = taught(drawn, SETTINGS["three zooms"], name="teacher_exact", grid="rel100")
    looks = 0
    for episode in episodes:
        question = drawn.question(episode.question)
        if episode.task == "action_recognition":
            named = episode.views[0].from_page(question.evidence[0].box, "rel100")
            asked = [turn.text for turn in episode.turns if "<tool_call>" in turn.text]
            assert all(f'"bbox_2d": {named}' in text for text in asked)
            looks += len(asked)
    assert looks > 5


def test_it_looks_only_where_that_helps():
    assert LARGE == 0.25  # as the rewards have it
    small, large = Box(0, 0, 499, 500), Box(0, 0, 501, 500)
    for box, looks in ((small, 1), (large, 0)):
        assert len(plan(counting(0, 2, box, 0.5), [WHOLE], 3, 0, lambda *_: [])) == looks


def test_of_what_is_shown_enlarged_already_it_asks_for_nothing(drawn):
    for name in ("no tools", "another tool"):
        assert not any(episode.calls for episode in taught(drawn, SETTINGS[name]))
    episodes = taught(drawn, SETTINGS["shown already"])
    enlarged = [e for e in episodes if len(e.views) > len(drawn.question(e.question).views)]
    assert enlarged
    assert not any(episode.calls for episode in enlarged if episode.task != "panel_reordering")


def test_two_figures_are_seen_together_where_they_are_near_and_else_one_by_one(tmp_path):
    near = choice(0, [Box(100, 100, 150, 250), Box(170, 120, 220, 250)], "A")
    far = choice(1, [Box(100, 100, 150, 250), Box(600, 700, 650, 850)], "A")
    bench = write_bench(tmp_path / "bench", [near, far])
    together, apart = taught(bench, SETTINGS["three zooms"])
    assert len(together.calls) == 1
    for mark in near.refs.values():
        assert together.views[1].box.coverage(mark.box) == 1
    assert len(apart.calls) == 2
    for view, mark in zip(apart.views[1:], far.refs.values(), strict=True):
        assert view.box.coverage(mark.box) == 1
    once = taught(bench, SETTINGS["one zoom"])
    assert [len(episode.calls) for episode in once] == [1, 0]


def test_one_figure_of_two_is_not_looked_at_alone_for_it_tells_no_depth():
    pair = choice(0, [Box(0, 0, 500, 500), Box(950, 950, 1000, 1000)], "A")
    assert plan(pair, [WHOLE], 3, 0, lambda *_: []) == []


def test_candidates_are_compared_until_the_right_one_is_seen(drawn):
    cast = [q for q in drawn.questions() if q.task == "character_identification"]
    looked = [0, 0]
    for episode in taught(drawn, SETTINGS["five zooms"], cast):
        question = drawn.question(episode.question)
        last = episode.views[-1]
        letter = str(question.answer)
        assert last.box.coverage(question.refs[letter].box) == 1
        assert re.search(rf"\b{letter}\b", thoughts(episode)[-1])
        looked[len(episode.calls) > 2] += 1
        crops = episode.views[-len(episode.calls) :]
        for thought, view in zip(thoughts(episode)[:-1], crops, strict=True):
            if named := re.findall(r"\b[A-D]\b", thought):
                assert view.box.coverage(question.refs[named[-1]].box) == 1
    assert min(looked) > 0


def test_balloons_are_read_in_their_order_and_those_near_each_other_at_once(tmp_path):
    boxes = [Box(50, 50, 150, 90), Box(60, 95, 160, 130), Box(700, 300, 800, 350)]
    marks = tuple(Mark(view=0, box=box) for box in boxes)
    question = ordering(0, ["one", "two", "three"], "BCA", 0.1)
    episode = one(tmp_path, changed(question, evidence=marks), SETTINGS["three zooms"])
    first, second = episode.views[1:]
    assert [first.box.coverage(box) for box in boxes] == [1, 1, 0]
    assert second.box.coverage(boxes[2]) == 1
    assert "B and C" in thoughts(episode)[1]
    assert thoughts(episode)[-1].endswith("B, C, A.")


def test_marks_are_put_together_as_far_as_the_budget_asks_for_it():
    row = [Mark(view=0, box=Box(200 * i, 0, 200 * i + 10, 10)) for i in range(4)]
    assert [len(group) for group in grouped(row, 4)] == [1, 1, 1, 1]
    assert len(grouped(row, 2)) == 2
    other = Mark(view=1, box=Box(0, 0, 10, 10))
    assert len(grouped([*row, other], 1)) == 2
    assert grouped([], 3) == []


def test_panels_are_read_again_only_where_their_lettering_is_small(drawn):
    panels = [q for q in drawn.questions() if q.task == "panel_reordering"]
    large = taught(drawn, SETTINGS["three zooms"], panels, pixels=0)
    small = taught(drawn, SETTINGS["three zooms"], panels, pixels=20_000)
    assert not any(e.calls for e in large if drawn.question(e.question).difficulty.text_height > 9)
    assert any(episode.calls for episode in small)


def test_a_task_of_ones_own_is_looked_at_where_its_evidence_is():
    evidence = (Mark(view=0, box=Box(800, 800, 900, 900)),)
    question = texts(0, ["it rains", "it snows"], "B", task="weather", evidence=evidence)
    looks = plan(question, [WHOLE], 3, 0, lambda *_: [])
    assert [look.mark for look in looks] == [question.refs["character"], *evidence]
    assert seen(question, random.Random(0)) == "I see: it snows."


def test_margins_are_drawn_and_stay_inside_the_image():
    box = Box(400, 400, 500, 600)
    drawn = [with_margin(box, PAGE, random.Random(n)) for n in range(50)]
    lefts = [box.x0 - wide.x0 for wide in drawn]
    assert min(lefts) >= 10 - 1e-9
    assert max(lefts) <= 35 + 1e-9
    assert max(lefts) - min(lefts) > 15
    assert len({wide.corners for wide in drawn}) == 50
    for edge in (Box(0, 0, 1, 1), Box(999, 0, 1000, 1000), Box(0, 999, 900, 1000)):
        wide = with_margin(edge, PAGE, random.Random(0))
        assert PAGE.coverage(wide) == 1
        assert wide.coverage(edge) == 1
        assert min(wide.width, wide.height) >= 16


def test_it_says_the_same_of_the_same_question_and_other_words_in_another_epoch(drawn):
    setting = SETTINGS["three zooms"]
    first, again = taught(drawn, setting), taught(drawn, setting)
    assert first == again
    other = taught(drawn, setting, epoch=1)
    assert sum(a.turns != b.turns for a, b in zip(first, other, strict=True)) > len(first) / 2


def test_a_thought_before_the_answer_leaves_one_answer(drawn):
    for episode in taught(drawn, SETTINGS["no tools"]):
        question, thought = drawn.question(episode.question), thoughts(episode)[-1]
        match episode.task:
            case "action_recognition":
                told = question.options[question.labels.index(str(question.answer))]
                assert thought.endswith(f" {told}: {question.answer}.")
            case "panel_understanding_choice":
                assert thought.endswith(f": {question.answer}.")
            case "depth_comparison" | "character_identification":
                assert re.findall(r"\b[A-Z]\b", thought) == [question.answer]
            case "dialogue_reordering" | "panel_reordering":
                assert tuple(re.findall(r"\b[A-Z]\b", thought)) == question.answer


def test_numbers_are_told_in_words():
    figures = [seen(counting(0, n, PAGE, 0.5), random.Random(0)) for n in (0, 1, 3, 40)]
    for thought, number in zip(figures, ("zero f", "one figure.", "three f", "40 f"), strict=True):
        assert number in thought.lower()


def test_no_id_is_told(tmp_path):
    questions = []
    for task in TASKS:
        questions += questions_of(task, page_data(1), page_data(2))[0]
    bench = write_bench(tmp_path / "bench", questions)
    for episode in taught(bench, SETTINGS["three zooms"]):
        for thought in thoughts(episode):
            assert not re.search(r"\b[pcb]\d\b|book|_", thought)


def test_a_call_is_written_as_the_system_text_shows_it(tmp_path):
    question = choice(0, [Box(100, 100, 150, 250), Box(170, 120, 220, 250)], "A")
    episode = one(tmp_path, question, SETTINGS["three zooms"])
    text = episode.turns[0].text
    call = text.partition("<tool_call>")[2].removesuffix("</tool_call>")
    box = json.loads(call)["arguments"]["bbox_2d"]
    assert call == json.dumps({"name": "zoom_in", "arguments": {"bbox_2d": box, "image": 1}})


def test_the_words_are_few_and_have_the_slots_they_need():
    for kind, ways in LOOK.items():
        assert len(ways) >= 2, kind
        for way in ways:
            assert len(way.split()) <= MOST_WORDS
            assert not re.search(r"[{](?!letters|before)", way)


def test_without_a_bench_there_is_nothing_it_knows(drawn):
    with pytest.raises(CloseupError, match="teacher"):
        models.find("teacher", Given(Pictures.at(drawn.image_path)))
