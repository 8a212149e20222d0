import json
from collections import Counter
from itertools import combinations, groupby, pairwise
from pathlib import Path
from typing import Any

import pytest
from pages import HEIGHT, WIDTH, ask, issue, page_data

from closeup.page import Page
from closeup.question import Question
from closeup.records import CloseupError
from closeup.tasks import TASKS, Issue, Task, find
from closeup.tasks.actions import ACTIONS, NEAR, POSTURES, UNSAID, near
from closeup.tasks.making import text_height, windows


def reasons(task: str, page: dict[str, Any]) -> set[str]:
    questions, rejections = ask(task, page)
    assert not questions
    return {rejection.reason for rejection in rejections}


JUNK = ["", " ", "???", "<answer></answer>", "<think>A", "NaN", "[" * 5000, "\ud800", "ZZ", "{}"]


@pytest.mark.parametrize("name", TASKS)
def test_every_task_keeps_its_contract(name):
    task = TASKS[name]
    questions, rejections = ask(name, page_data(1), page_data(2))
    assert len(questions) >= 2
    ids = [item.id for item in (*questions, *rejections)]
    assert len(set(ids)) == len(ids)
    for question in questions:
        assert question.id.startswith(f"{name}/book/")
        assert question.task == name
        assert question.answer_format == task.answer_format
        assert question.evidence
        solved = task.score(question, task.solution(question))
        assert solved.value == 1.0
        assert Question.parse(question.to_json(), "line") == question
        for reply in JUNK:
            score = task.score(question, reply)
            assert score.value == 0.0
            assert score.reason or score.answer is not None


@pytest.mark.parametrize("name", TASKS)
def test_the_same_seed_makes_the_same_questions_and_another_seed_keeps_their_kind(name):
    first, _ = ask(name, page_data(1), page_data(2))
    again, _ = ask(name, page_data(1), page_data(2))
    other, _ = ask(name, page_data(1), page_data(2), seed=1)
    assert first == again
    assert {q.task for q in other} == {name}


@pytest.mark.parametrize("name", TASKS)
def test_a_page_without_annotations_asks_nothing_and_breaks_nothing(name):
    bare = page_data() | {
        "panels": None,
        "characters": None,
        "balloons": None,
        "descriptions": None,
    }
    questions, _ = ask(name, bare)
    assert questions == []


@pytest.mark.parametrize("name", TASKS)
def test_a_wrong_answer_scores_zero_in_full_sentences_too(name):
    task = TASKS[name]
    for question in ask(name, page_data(1), page_data(2))[0]:
        match question.answer:
            case str(letter):
                wrong = next(x for x in question.labels if x != letter)
            case int(number):
                wrong = str(number + 1)
            case tuple(order):
                wrong = ", ".join(order[::-1]) if task.answer_format == "order" else "Nothing."
        score = task.score(question, f"I think so. <answer>{wrong}</answer>")
        assert score.value == 0.0
        assert score.answer is not None


def test_the_tasks_are_found_by_name_or_by_import():
    assert find("depth_comparison") is TASKS["depth_comparison"]
    made = find("closeup.tasks.depth_comparison:DepthComparison")
    assert isinstance(made, Task)
    for wrong in ("depth", "no.such:Thing", "closeup.tasks:nothing", "json:loads", ":", "a:"):
        with pytest.raises(CloseupError, match="task "):
            find(wrong)


def test_a_missing_depth_is_not_zero():
    page = page_data()
    for character in page["characters"]:
        character["depth"] = None
    assert reasons("depth_comparison", page) == {"missing depth"}
    for character in page["characters"]:
        character["depth"] = 3
    assert reasons("depth_comparison", page) == {"equal depth"}


def test_the_nearer_of_two_is_the_answer_and_misleading_cues_are_tagged():
    page = page_data()
    for question in ask("depth_comparison", page)[0]:
        assert question.answer_format == "choice"
        near_box = min((m.box for m in question.refs.values()), key=lambda box: box.x0)
        assert question.refs[str(question.answer)].box == near_box
        assert "foot_misleads" in question.tags
        assert "size_misleads" in question.tags
        assert "easy" not in question.tags
    page["characters"][1]["depth"] = 5
    assert any("easy" in q.tags for q in ask("depth_comparison", page)[0])


def test_depth_pairs_of_a_page_are_capped_and_the_rest_is_counted():
    page = page_data()
    for k, character in enumerate(page["characters"]):
        character["panel"] = "p1"
        character["depth"] = k
        character["box"] = [20 + 40 * k, 20, 60 + 40 * k, 300 + k]
    questions, rejections = ask("depth_comparison", page)
    assert len(questions) == 6
    assert [r.reason for r in rejections] == ["enough from this page"] * 22


def test_depth_pairs_are_taken_in_turns_from_those_where_cues_mislead_and_where_not():
    page = page_data()
    shapes = [(300, 380), (200, 500), (60, 300), (400, 600), (120, 330), (260, 420)]
    page["characters"] = page["characters"][: len(shapes)]
    page["balloons"] = []
    for k, (character, (height, foot)) in enumerate(zip(page["characters"], shapes, strict=True)):
        character["panel"] = "p1"
        character["depth"] = k
        character["box"] = [20 + 60 * k, max(foot - height, 1), 70 + 60 * k, foot]
    kinds = {
        tuple(tag for tag in question.tags if tag.endswith("misleads"))
        for question in ask("depth_comparison", page)[0]
    }
    assert len(kinds) == 4


def test_a_pair_one_rank_apart_is_contested_where_cues_mislead_and_the_boxes_are_apart():
    page = page_data()
    assert all("contested" in q.tags for q in ask("depth_comparison", page)[0])
    for character in page["characters"][1::2]:
        character["box"][0] -= 25
    assert not any("contested" in q.tags for q in ask("depth_comparison", page)[0])
    page = page_data()
    for character in page["characters"][1::2]:
        character["depth"] = 2
    assert not any("contested" in q.tags for q in ask("depth_comparison", page)[0])


def test_small_boxes_and_figures_outside_their_panel_are_not_pointed_at():
    page = page_data()
    for character in page["characters"]:
        x, y, *_ = character["box"]
        character["box"] = [x, y, x + 20, y + 300]
    assert reasons("depth_comparison", page) == {"box too small"}
    page = page_data()
    for character in page["characters"]:
        character["panel"] = "p4" if character["panel"] == "p1" else "p1"
    assert "mostly outside its panel" in reasons("depth_comparison", page)


def test_no_wrong_action_is_true_or_near_a_true_one_or_goes_unsaid():
    label = {phrase: action for action, phrase in ACTIONS.items()}
    for seed, first in enumerate(sorted(ACTIONS)):
        page = page_data()
        for character in page["characters"]:
            character["actions"] = [first, "standing", "flying"]
        questions, _ = ask("action_recognition", page, seed=seed)
        assert questions
        for question in questions:
            options = [label[text] for text in question.options]
            assert len(set(options)) == 4
            assert not set(options) & UNSAID
            gold = options[question.labels.index(str(question.answer))]
            assert gold in (first, "flying")
            for wrong in set(options) - {gold}:
                assert not any(near(wrong, true) for true in (first, "standing", "flying"))
            assert not any(near(a, b) for a, b in combinations(options, 2))


def test_a_posture_is_not_denied_to_a_cut_figure_whose_posture_is_unknown():
    def offered(actions: list[str], truncated: bool | None) -> set[str]:
        pages = [page_data(n) for n in range(5)]
        for character in (c for page in pages for c in page["characters"]):
            character |= {"actions": actions, "truncated": truncated}
        label = {phrase: action for action, phrase in ACTIONS.items()}
        questions, _ = ask("action_recognition", *pages)
        return {label[text] for question in questions for text in question.options}

    assert not offered(["waving"], True) & POSTURES
    assert not offered(["waving"], None) & POSTURES
    assert offered(["waving"], False) & POSTURES
    assert offered(["waving", "standing"], True) & POSTURES


def test_a_posture_is_not_denied_to_a_figure_whose_legs_are_behind_something():
    def offered(shown: set[int]) -> set[str]:
        pages = [page_data(n) for n in range(5)]
        points = [[20, 20, 2 if i in shown else 1] for i in range(17)]
        for character in (c for page in pages for c in page["characters"]):
            character |= {"actions": ["waving"], "truncated": False, "keypoints": points}
        label = {phrase: action for action, phrase in ACTIONS.items()}
        questions, _ = ask("action_recognition", *pages)
        return {label[text] for question in questions for text in question.options}

    assert offered({13, 16}) & POSTURES
    for shown in (set(range(13)), {13, 14}, {15, 16}):
        assert not offered(shown) & (POSTURES | {"reaching", "sleeping", "carrying"})


def test_several_actions_are_several_that_could_be_asked_about():
    page = page_data()
    for character in page["characters"]:
        character["actions"] = ["running", "looking"]
    assert not any("several_actions" in q.tags for q in ask("action_recognition", page)[0])
    for character in page["characters"]:
        character["actions"] = ["running", "waving"]
    assert all("several_actions" in q.tags for q in ask("action_recognition", page)[0])


def test_who_speaks_with_an_exclamation_mark_may_be_shouting():
    def offered(mark: str) -> set[str]:
        pages = [page_data(n) for n in range(5)]
        deeds = ("reading", "drinking", "cooking", "digging", "sweeping", "fishing", "shouting")
        for page in pages:
            for balloon in page["balloons"]:
                balloon["text"] += mark
            for k, character in enumerate(page["characters"]):
                character["actions"] = [deeds[k % 7]]
        questions, _ = ask("action_recognition", *pages)
        return {text for q in questions if "action:shouting" not in q.tags for text in q.options}

    assert "shouting" in offered("")
    assert "shouting" not in offered("!")


def test_an_action_that_can_seldom_be_wrong_is_seldom_right():
    pages = [page_data(n) for n in range(5)]
    for page in pages:
        for k, character in enumerate(page["characters"]):
            character["actions"] = [("sitting", "waving")[k % 2]]
            character["truncated"] = True
    questions, rejections = ask("action_recognition", *pages)
    right = Counter(q.options[q.labels.index(str(q.answer))] for q in questions)
    assert right["sitting"] == 1, "nobody who waves can be said not to sit"
    assert "action too often right" in {rejection.reason for rejection in rejections}


def test_lying_figures_may_look_propped_up():
    assert all(near("lying", other) for other in ("crouching", "sitting", "reaching"))


def test_the_table_of_near_actions_knows_its_own_words_and_reads_both_ways():
    words = set(ACTIONS) | UNSAID
    assert words >= POSTURES
    assert set(NEAR) <= words
    assert {other for others in NEAR.values() for other in others.split()} <= words
    assert near("sleeping", "lying")
    assert near("lying", "sleeping")
    assert not near("running", "reading")
    assert not set(ACTIONS) & UNSAID


def test_actions_beyond_the_table_or_only_unsaid_ones_are_not_asked_about():
    page = page_data()
    for actions, reason in (
        (["yodelling"], "action beyond the table"),
        (["running", "yodelling"], "action beyond the table"),
        (["looking", "standing"], "only actions that go unsaid"),
        ([], "unknown actions"),
        (None, "unknown actions"),
    ):
        for character in page["characters"]:
            character["actions"] = actions
        assert reasons("action_recognition", page) == {reason}


def test_an_action_is_offered_as_wrong_about_three_times_as_often_as_right():
    often = {"running": 5, "reading": 5, "sleeping": 4, "waving": 3, "kicking": 2, "cooking": 1}
    deeds = [deed for deed, count in often.items() for _ in range(count)]
    pages = [page_data(n) for n in range(20)]
    for k, character in enumerate(c for page in pages for c in page["characters"]):
        character |= {"actions": [deeds[k % 20]], "truncated": False}
    questions, _ = ask("action_recognition", *pages)
    offered = Counter(text for q in questions for text in q.options)
    right = Counter(q.options[q.labels.index(str(q.answer))] for q in questions)
    assert set(right) == set(often)
    for deed in often:
        assert 0.18 <= right[deed] / offered[deed] <= 0.32, deed


def test_counting_counts_and_an_empty_panel_counts_zero():
    page = page_data()
    page["characters"] = [c for c in page["characters"] if c["panel"] != "p1"]
    page["balloons"] = []
    page["descriptions"] = None
    answers = {q.id.rsplit("/", 1)[1]: q.answer for q in ask("character_counting", page)[0]}
    assert answers == {"p1": 0, "p2": 2, "p3": 2, "p4": 2}


def test_panels_that_cannot_be_counted_are_left_out():
    page = page_data()
    page["panels"][0]["crowd"] = True
    page["characters"][3]["panel"] = None
    page["panels"].append({"id": "inset", "box": [450, 700, 600, 800]})
    questions, rejections = ask("character_counting", page)
    assert {q.id.rsplit("/", 1)[1] for q in questions} == {"p3"}
    assert {r.id.rsplit("/", 1)[1]: r.reason for r in rejections} == {
        "p1": "crowd",
        "p2": "character of unknown panel",
        "p4": "panels overlap",
        "inset": "panels overlap",
    }


def test_dialogue_leaves_out_what_is_not_spoken_and_keeps_the_pages_order():
    page = page_data()
    page["balloons"][1]["kind"] = "sfx"
    page["balloons"][4]["kind"] = "caption"
    spoken = [b["text"] for k, b in enumerate(page["balloons"]) if k not in (1, 4)]
    questions, _ = ask("dialogue_reordering", page)
    read = [
        question.options[question.labels.index(letter)]
        for question in questions
        for letter in question.answer  # type: ignore[union-attr]
    ]
    assert read == spoken
    assert all(3 <= len(q.options) <= 5 for q in questions)
    assert all(ESTIMATED in q.tags and q.difficulty.text_height for q in questions)


ESTIMATED = "estimated_text_height"


def test_dialogue_of_unknown_order_or_with_a_text_twice_is_not_asked():
    page = page_data()
    for balloon in page["balloons"]:
        balloon["text"] = "Ha ha!"
    assert reasons("dialogue_reordering", page) == {"same text twice"}
    assert reasons("dialogue_reordering", page_data() | {"reading_direction": None}) == {
        "unknown order"
    }
    assert reasons("dialogue_reordering", page_data() | {"inferred": ["balloons.order"]}) == {
        "inferred order"
    }
    page = page_data()
    page["balloons"] = page["balloons"][:2]
    assert reasons("dialogue_reordering", page) == {"too few balloons"}
    page = page_data()
    for k in (2, 5):
        page["balloons"][k]["kind"] = None
    assert reasons("dialogue_reordering", page) == {"too few balloons"}


def test_one_candidate_is_the_same_person_and_no_two_are_the_same():
    pages = [page_data(n) for n in range(3)]
    people = {
        (f"book/{n}", tuple(c["box"])): (c["name"], c["panel"])
        for n, page in enumerate(pages)
        for c in page["characters"]
    }
    questions, _ = ask("character_identification", *pages)
    assert {tag for q in questions for tag in q.tags} >= {"within_page", "across_pages"}
    for question in questions:
        who = {
            name: people[question.views[mark.view].page, mark.box.corners]
            for name, mark in question.refs.items()
        }
        name, panel = who.pop("reference")
        assert [letter for letter, (other, _) in who.items() if other == name] == [question.answer]
        assert len({other for other, _ in who.values()}) == len(who) == len(question.labels)
        if "within_page" in question.tags:
            assert panel not in {place for _, place in who.values()}
            assert question.cluster == question.pages[0]
        else:
            assert len(question.pages) == 2
            assert question.cluster == question.issue


def test_a_whole_and_larger_figure_of_a_person_is_taken_first_as_gold_and_as_distractor():
    pages = [page_data(n) for n in range(4)]
    twins = {}
    for n, page in enumerate(pages):
        for i, character in enumerate(list(page["characters"])):
            x0, y0, x1, y1 = character["box"]
            character["box"] = [x0, y0, x0 + 70, y1]
            twin = character | {"id": f"t{i}", "box": [x0 + 75, y0, x1, y1], "truncated": True}
            page["characters"].append(twin)
            twins[f"book/{n}", tuple(map(float, twin["box"]))] = True
    questions, _ = ask("character_identification", *pages)
    shown = [(q.views[m.view].page, m.box.corners) for q in questions for m in q.refs.values()]
    assert shown
    assert not any(place in twins for place in shown)


def test_a_figure_too_small_to_be_recognized_is_not_asked_about():
    page = page_data()
    for character in page["characters"]:
        x, y, *_ = character["box"]
        character["box"] = [x, y, x + 38, y + 300]
    assert reasons("character_identification", page) == {"too small to be recognized"}
    assert ask("depth_comparison", page)[0]


def test_a_question_that_does_not_hold_together_is_refused():
    choice = json.loads(ask("depth_comparison", page_data())[0][0].to_json())
    order = json.loads(ask("panel_reordering", page_data())[0][0].to_json())
    mark = choice["refs"]["A"]
    for question, change, message in (
        (choice, {"refs": {}, "options": ["x"] * 27}, "options: 27: need 26 at most"),
        (choice, {"refs": {"A": mark}, "answer": "A"}, "1 to choose from"),
        (choice, {"refs": {"A": mark, "C": mark}, "answer": "A"}, "without a gap"),
        (choice, {"options": ("x", "y")}, "the options have these letters"),
        (choice, {"refs": {**choice["refs"], "grid": mark}}, "no slot's own name"),
        (order, {"evidence": order["evidence"][1:]}, "evidence: 3 marks: need 4"),
    ):
        with pytest.raises(CloseupError, match=message):
            Question.parse(json.dumps({**question, **change}), "line")


def test_a_figure_of_unknown_identity_is_neither_asked_about_nor_offered():
    page = page_data()
    for character in page["characters"]:
        if character["name"] != "Ann":
            character["name"] = None
    assert reasons("character_identification", page) == {"unknown identity", "too few candidates"}


def test_a_name_in_the_lettering_is_tagged():
    page = page_data()
    page["balloons"][0]["text"] = "Ann! Bob! Cleo! Dan!"
    assert all("named_in_text" in q.tags for q in ask("character_identification", page)[0])
    assert not any(
        "named_in_text" in q.tags for q in ask("character_identification", page_data())[0]
    )


def test_panels_to_be_ordered_are_cropped_and_the_page_is_never_shown():
    page = page_data()
    (question,) = ask("panel_reordering", page)[0]
    assert len(question.views) == 4
    assert all(view.box.area < WIDTH * HEIGHT / 3 for view in question.views)
    in_order = [question.refs[letter].box.corners for letter in question.answer]  # type: ignore
    assert in_order == [tuple(panel["box"]) for panel in page["panels"]]
    assert [question.refs[name].view for name in question.labels] == [0, 1, 2, 3]
    (inferred,) = ask("panel_reordering", page | {"inferred": ["panels.order"]})[0]
    assert "inferred_order" in inferred.tags


def test_panels_without_an_order_to_be_told_are_not_asked():
    page = page_data()
    assert reasons("panel_reordering", page | {"reading_direction": None}) == {"unknown order"}
    assert reasons("panel_reordering", page | {"balloons": None}) == {"too few panels with words"}
    page["panels"][1]["box"] = [100, 10, 790, 590]
    page["panels"][2]["box"] = [10, 400, 390, 1190]
    assert reasons("panel_reordering", page) == {"panels overlap"}
    few = page_data()
    few |= {"panels": few["panels"][:2], "characters": [], "balloons": [], "descriptions": []}
    assert reasons("panel_reordering", few) == {"too few panels"}


def test_only_words_tell_an_order_and_one_panel_may_lack_them():
    page = page_data()
    for balloon in page["balloons"][2:]:
        balloon["kind"] = "sfx"
    assert reasons("panel_reordering", page) == {"too few panels with words"}
    for balloon in page["balloons"][2:6]:
        balloon["kind"] = "caption"
    assert len(ask("panel_reordering", page)[0][0].labels) == 4
    page["balloons"] = page["balloons"][2:]
    (question,) = ask("panel_reordering", page)[0]
    assert question.id.endswith("/p2-p4"), "a silent first panel is left out"


def test_descriptions_that_may_both_fit_are_not_offered_together():
    page = page_data()
    for description in page["descriptions"][1:]:
        description["text"] = page["descriptions"][0]["text"] + " Yes."
    assert reasons("panel_understanding_choice", page) == {"too few unlike descriptions"}


def test_the_right_description_is_that_of_the_panel():
    page = page_data()
    texts = {d["panel"]: d["text"] for d in page["descriptions"]}
    questions, _ = ask("panel_understanding_choice", page)
    assert len(questions) == 4
    for question in questions:
        gold = question.options[question.labels.index(str(question.answer))]
        assert gold == texts[question.id.rsplit("/", 1)[1]]


def test_an_open_description_earns_its_share_of_the_facts():
    question = ask("panel_understanding", page_data())[0][0]
    task = TASKS["panel_understanding"]
    assert question.answer == ("A kettle boils", "Ann sits in a kitchen", "Two people are there")
    assert "proxy" in question.tags
    assert question.chance is None
    score = task.score(question, "<answer>Kettles are boiling. 2 people stand there.</answer>")
    assert score.value == pytest.approx(2 / 3)
    named = task.score(question, "Someone is sitting in a kitchen.")
    assert named.value == 0.0


def test_text_height_shrinks_with_the_page_but_never_grows():
    page = page_data()
    for balloon in page["balloons"]:
        balloon["text_height"] = 20.0
    facts = ask("dialogue_reordering", page)[0][0].difficulty
    assert facts.text_height == 20.0
    assert facts.text_height_10mp == 20.0
    assert facts.text_height_03mp == pytest.approx(20 * (300_000 / (WIDTH * HEIGHT)) ** 0.5, 0.01)


def test_an_estimated_text_height_follows_the_room_for_the_letters():
    (page,) = issue(page_data()).pages
    assert page.balloons
    balloon = page.balloons[0]
    few = balloon.model_copy(update={"text": "No!"})
    many = balloon.model_copy(update={"text": "No! " * 50})
    height, estimated = text_height(few) or (0, False)
    assert estimated
    assert height > 4 * (text_height(many) or (0, False))[0]
    assert text_height(balloon.model_copy(update={"text": None})) is None


def test_windows_cut_a_row_into_runs_of_three_or_more():
    rng = issue(page_data()).random("windows")
    for most in (4, 5):
        for count in range(40):
            cut = windows(count, most, rng)
            places = [place for window in cut for place in window]
            assert all(3 <= len(window) <= most for window in cut)
            assert all(b - a == 1 for a, b in pairwise(places))
            assert count < 3 or 0 <= count - len(places) <= 2 * len(cut)


@pytest.mark.real_data
def test_the_real_pages_give_forty_questions_of_every_task(real_data: Path):
    files = sorted((real_data / "pepper_and_carrot" / "labelled").glob("*.json"))
    pages = [Page.parse(file.read_bytes(), file.name) for file in files]
    for name, task in TASKS.items():
        questions = [
            item
            for key, group in groupby(pages, key=lambda page: page.group)
            for item in task.questions(Issue(key, "test", tuple(group), 0))
            if isinstance(item, Question)
        ]
        assert len(questions) >= 40, name
        assert all(task.score(q, task.solution(q)).value == 1.0 for q in questions)
