import io
import json
import random
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from benches import (
    SIDE,
    choice,
    counting,
    described,
    describing,
    ordering,
    texts,
    write_bench,
)
from PIL import Image, ImageDraw
from rich.console import Console

from closeup.audit import audit, blind
from closeup.audit.audit import Audit
from closeup.audit.duplicates import LIMIT, near_duplicates, near_pairs
from closeup.audit.hard_core import FEWEST, accuracy, balanced, hard_core
from closeup.audit.learners import crossed, deep, plain
from closeup.geometry import Box
from closeup.question import Crop, Mark, Question, Split
from closeup.records import CloseupError
from closeup.report.audit import table


def boxes(dice: random.Random, count: int) -> list[Box]:
    found = []
    for _ in range(count):
        width, height = dice.uniform(40, 300), dice.uniform(40, 400)
        x, y = dice.uniform(0, SIDE - width), dice.uniform(0, SIDE - height)
        found.append(Box(x, y, x + width, y + height))
    return found


def comparisons(
    count: int, pick: Callable[[random.Random, Sequence[Box]], int], options: int = 2
) -> list[Question]:
    """Questions about random boxes of which `pick` says the right one."""
    dice = random.Random("boxes")
    made = []
    for number in range(count):
        drawn = boxes(dice, options)
        made.append(choice(number, drawn, "ABCD"[pick(dice, drawn)]))
    return made


def any_box(dice: random.Random, drawn: Sequence[Box]) -> int:
    return dice.randrange(len(drawn))


def often_the_larger(dice: random.Random, drawn: Sequence[Box]) -> int:
    larger = max(range(len(drawn)), key=lambda i: drawn[i].area)
    return larger if dice.random() < 0.8 else any_box(dice, drawn)


def rather_the_larger(dice: random.Random, drawn: Sequence[Box]) -> int:
    return dice.choices(range(len(drawn)), [box.area for box in drawn])[0]


def test_a_planted_shortcut_is_caught_by_its_cue_and_by_the_fitted_predictor(tmp_path):
    found, _ = audit(write_bench(tmp_path / "bench", comparisons(160, often_the_larger)))
    names = {predictor.name for predictor in found.flagged}
    assert {"largest", "fitted, by issue"} <= names
    assert "smallest" not in names
    largest = next(p for p in found.predictors if p.name == "largest")
    assert largest.accuracy > 0.8
    assert largest.low is not None
    assert largest.low > 0.7


def test_a_clean_bench_is_not_flagged(tmp_path):
    found, core = audit(write_bench(tmp_path / "bench", comparisons(160, any_box)))
    assert found.flagged == ()
    (check,) = found.hard_core
    assert check.share > 0.4
    assert check.n == len(core) == len(set(core))


def test_a_word_that_gives_the_answer_away_is_caught(tmp_path):
    dice = random.Random("words")
    made = []
    for number in range(200):
        options = dice.sample(["runs", "sits", "waves", "jumps", "sleeps", "reads"], 4)
        right = dice.randrange(4)
        if dice.random() < 0.6:
            options = [f"{word} often" if word == options[right] else word for word in options]
        made.append(texts(number, options, "ABCD"[right]))
    told = blind.cross_fit(made)
    assert told is not None
    hits = [blind.best(d) == q.answer for d, q in zip(told, made, strict=True)]
    assert sum(hits) / len(hits) > 0.5


def shapes_and_words(count: int, telling: float) -> list[Question]:
    """What a character does, where in a share of them the shape of its box tells what."""
    dice = random.Random("shapes")
    verbs = ["lies", "crawls", "sits", "kneels", "walks", "jumps"]
    made = []
    for number in range(count):
        options = dice.sample(verbs, 4)
        right = dice.randrange(4)
        kind = verbs.index(options[right]) if dice.random() < telling else dice.randrange(6)
        width, height = 300 / (1 + kind) * dice.uniform(0.9, 1.1), 60 * (1 + kind)
        x, y = dice.uniform(0, 600), dice.uniform(0, 600)
        made.append(described(number, options, "ABCD"[right], Box(x, y, x + width, y + height)))
    return made


def test_an_option_that_goes_with_the_shape_of_the_box_is_caught(tmp_path):
    found, _ = audit(write_bench(tmp_path / "bench", shapes_and_words(300, telling=0.6)))
    fitted = {p.name: p for p in found.predictors if p.kind == "fitted"}
    assert sorted(fitted) == ["fitted, by issue", "words by box, by issue"]
    assert all(p.flagged and p.accuracy > 0.45 for p in fitted.values())


def test_on_a_small_bench_words_by_box_are_not_drowned_by_the_rest(tmp_path):
    found, _ = audit(write_bench(tmp_path / "bench", shapes_and_words(120, telling=0.5)))
    assert "words by box, by issue" in {p.name for p in found.flagged}


def test_options_and_boxes_that_have_nothing_in_common_stay_at_chance():
    questions = shapes_and_words(300, telling=0.0)
    for learner in (plain, crossed):
        told = blind.cross_fit(questions, learner)
        assert told is not None
        assert abs((accuracy(questions, told).mean or 0) - 0.25) < 0.06


def test_how_a_text_is_written_gives_it_away_whatever_its_words():
    dice = random.Random("written")
    made = []
    for number in range(200):
        options = ["".join(dice.choices("abcdefghij", k=8)) for _ in range(4)]
        right = dice.randrange(4)
        if dice.random() < 0.6:
            options[right] = options[right][:4] + options[right][4:].upper()
        made.append(texts(number, options, "ABCD"[right]))
    told = blind.cross_fit(made)
    assert told is not None
    assert (accuracy(made, told).mean or 0) > 0.5


def test_an_order_that_goes_by_length_is_caught(tmp_path):
    dice = random.Random("lengths")
    made = []
    for number in range(160):
        lengths = dice.sample(range(1, 12), 3)
        options = [" ".join(["word"] * length) for length in lengths]
        right = sorted("ABC", key=lambda letter: lengths["ABC".index(letter)])
        if dice.random() < 0.5:
            dice.shuffle(right)
        made.append(ordering(number, options, right, 1 / 6))
    found, _ = audit(write_bench(tmp_path / "bench", made))
    names = {predictor.name for predictor in found.flagged}
    assert {"short to long", "fitted, by issue"} <= names


def test_a_count_that_goes_by_the_panels_width_is_caught(tmp_path):
    found, _ = audit(write_bench(tmp_path / "bench", counts_by_width(200, 0.7)))
    assert {predictor.name for predictor in found.flagged} == {"fitted, by issue"}


@pytest.mark.parametrize("options", [2, 4])
def test_the_hard_core_of_a_planted_cue_cannot_be_solved_anew(options):
    questions = comparisons(300, rather_the_larger, options)
    told = blind.cross_fit(questions)
    assert told is not None
    easy = [d[q.answer] <= 1 / options + 0.1 for d, q in zip(told, questions, strict=True)]
    found = hard_core(questions, told)
    assert found is not None
    assert found.anew is not None
    assert found.anew.mean is not None
    assert 20 < len(found.questions) < sum(easy)
    assert found.anew.mean <= 1 / options + 0.1


def larger_above_and_smaller_below(count: int) -> list[Question]:
    """In the upper half of a page the larger wins in three of four, in the lower the smaller."""
    dice = random.Random("halves")
    made = []
    for number in range(count):
        upper, drawn = dice.random() < 0.5, []
        for _ in "AB":
            width, height = dice.uniform(40, 300), dice.uniform(40, 300)
            x, y = dice.uniform(0, SIDE - width), dice.uniform(0, SIDE / 2 - height)
            drawn.append(Box(x, y, x + width, y + height).shifted(0, 0 if upper else SIDE / 2))
        larger = int(drawn[1].area > drawn[0].area)
        told = larger if upper else 1 - larger
        made.append(choice(number, drawn, "AB"[told if dice.random() < 0.75 else 1 - told]))
    return made


def counts_by_width(count: int, telling: float) -> list[Question]:
    dice = random.Random("widths")
    made = []
    for number in range(count):
        width = dice.uniform(100, 900)
        right = 1 + int((width - 100) / 200.1) if dice.random() < telling else dice.randint(1, 4)
        made.append(counting(number, right, Box(0, 0, width, dice.uniform(100, 900)), 0.28))
    return made


@pytest.mark.parametrize(
    "questions", [larger_above_and_smaller_below(800), counts_by_width(800, 0.6)]
)
def test_the_hard_core_of_a_cue_that_turns_with_another_cannot_be_solved_anew(questions):
    told = blind.cross_fit(questions)
    found = hard_core(questions, told)
    assert told is not None
    assert found is not None
    assert found.chance is not None
    assert found.anew is not None
    assert found.anew.mean is not None
    assert (accuracy(questions, told).mean or 0) > found.chance + 0.1
    assert len(found.questions) > FEWEST
    assert found.anew.mean <= found.chance + 0.1


def test_the_hard_core_does_not_lean_where_a_cue_turns_with_another():
    questions = larger_above_and_smaller_below(800)

    def follows(question: Question) -> bool:
        areas = {name: mark.box.area for name, mark in question.refs.items()}
        upper = question.refs["A"].box.center[1] < SIDE / 2
        return (areas[str(question.answer)] == max(areas.values())) == upper

    found = hard_core(questions)
    assert found is not None
    assert sum(map(follows, questions)) > 0.7 * len(questions)
    assert abs(sum(map(follows, found.questions)) / len(found.questions) - 0.5) < 0.1


def test_the_check_of_a_hard_core_is_the_higher_of_two_predictors():
    found = hard_core(comparisons(200, any_box))
    assert found is not None
    assert found.anew is not None
    means = [accuracy(found.questions, blind.cross_fit(found.questions) or [])]
    means.append(accuracy(found.questions, blind.cross_fit(found.questions, deep) or []))
    assert found.anew.mean == max(told.mean or 0 for told in means)
    assert means[0] != means[1]
    assert (
        found.predictor
        == ["the one it was thinned by", "a second one"][
            int((means[1].mean or 0) >= (means[0].mean or 0))
        ]
    )


def test_what_the_predictor_chose_is_as_often_right_as_by_luck_in_the_hard_core():
    questions = comparisons(400, rather_the_larger)
    told = blind.cross_fit(questions)
    found = hard_core(questions, told)
    assert told is not None
    assert found is not None
    said = {q.id: blind.best(d) for d, q in zip(told, questions, strict=True)}
    hits = [said[q.id] == q.answer for q in found.questions]
    assert abs(sum(hits) / len(hits) - 0.5) <= 1.5 * 3**0.5 * 0.5 / len(hits) ** 0.5


def test_a_hard_core_of_a_few_questions_is_not_said_to_be_checked(tmp_path):
    found, core = audit(write_bench(tmp_path / "bench", comparisons(32, any_box)))
    (check,) = found.hard_core
    assert check.n == len(core) < FEWEST
    assert (check.accuracy, check.low, check.high, check.predictor) == (None, None, None, None)
    assert "too few" in printed(found)


def printed(found: Audit) -> str:
    console = Console(file=io.StringIO(), width=200)
    console.print(table(found))
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_a_predictor_whose_interval_holds_chance_is_told_and_not_flagged(tmp_path):
    """The larger is right in 8 of 12: far above chance, and easily luck."""
    made = comparisons(12, lambda _, drawn: int(drawn[1].area > drawn[0].area))
    made = [
        q.model_copy(update={"answer": "BA"["AB".index(str(q.answer))]}) if i % 3 == 0 else q
        for i, q in enumerate(made)
    ]
    found, _ = audit(write_bench(tmp_path / "bench", made))
    assert not found.flagged
    row = next(row for row in found.within_reach if row.name == "largest")
    assert (row.n, row.flagged) == (12, False)
    assert row.accuracy > 0.6 > 0.5 > (row.low or 1)
    told = printed(found)
    assert "more than 10 points above chance, and their 95 % interval above it too: 0" in told
    assert "depth_comparison: largest (cue): 66.7 % right, chance 50.0 %, n=12" in told
    assert "depth_comparison: no fitted predictor" in told
    assert "no intervals" not in told


def test_a_task_on_one_page_is_said_to_have_no_intervals(tmp_path):
    made = comparisons(4, lambda _, drawn: int(drawn[1].area > drawn[0].area))
    found, _ = audit(write_bench(tmp_path / "bench", made))
    assert not found.flagged
    assert not found.within_reach
    assert found.without_interval == ("depth_comparison",)
    assert "depth_comparison: no intervals" in printed(found)


def test_an_unknown_chance_is_not_0(tmp_path):
    made = [ordering(i, ["a", "b", "c"], "ABC" if i % 3 else "CBA", 1 / 6) for i in range(60)]
    made = [question.model_copy(update={"chance": None}) for question in made]
    found, core = audit(write_bench(tmp_path / "bench", made))
    (row,) = found.misled
    assert row.chance is None
    assert not found.predictors
    assert not core


def test_tasks_are_told_apart_whose_names_begin_alike(tmp_path):
    made = [describing(number, ["a dog"]) for number in range(8)]
    made += [
        texts(number, ["cat", "dog"], "AB"[number % 2], task="panel_understanding_choice")
        for number in range(8, 60)
    ]
    made = [q.model_copy(update={"id": f"{q.task}/{i}"}) for i, q in enumerate(made)]
    found, _ = audit(write_bench(tmp_path / "bench", made))
    assert {row.task for row in found.predictors} == {"panel_understanding_choice"}
    assert found.answers["panel_understanding"] == {}
    assert found.answers["panel_understanding_choice"] == {"A": 26, "B": 26, "cat": 26, "dog": 26}


def test_an_id_without_its_task_is_refused(tmp_path):
    made = [q.model_copy(update={"id": f"x{i}"}) for i, q in enumerate(comparisons(4, any_box))]
    with pytest.raises(CloseupError, match="depth_comparison: lines that do not begin"):
        audit(write_bench(tmp_path / "bench", made))


def test_without_balancing_the_opposite_of_the_cue_would_solve_it():
    questions = comparisons(400, rather_the_larger)
    told = blind.cross_fit(questions)
    assert told is not None
    missed = [q for d, q in zip(told, questions, strict=True) if d[q.answer] <= 0.6]

    def smaller(question: Question) -> bool:
        areas = {name: mark.box.area for name, mark in question.refs.items()}
        return areas[str(question.answer)] == min(areas.values())

    found = hard_core(questions, told)
    assert found is not None
    assert sum(map(smaller, missed)) / len(missed) > 0.6
    assert abs(sum(map(smaller, found.questions)) / len(found.questions) - 0.5) < 0.1


def test_a_cue_that_always_works_leaves_no_hard_core():
    questions = comparisons(200, lambda _, drawn: int(drawn[1].area > drawn[0].area))
    found = hard_core(questions)
    assert found is not None
    assert found.share < 0.05


def test_balancing_leaves_no_column_leaning():
    dice = np.random.default_rng(0)
    columns = dice.normal(0.3, 1.0, (300, 5))
    kept = balanced(columns, 1.5)
    left = columns[kept]
    assert 100 < kept.sum() < 300
    assert (np.abs(left.sum(0)) <= 1.5 * np.sqrt((left**2).sum(0)) + 1e-9).all()
    assert balanced(dice.normal(0.0, 1.0, (300, 1)) * 0, 1.5).all()


def test_no_question_of_an_issue_helps_to_predict_that_issue():
    questions = [
        choice(number, [Box(0, 0, 50, 50), Box(60, 60, 99, 99)], "AB"[number // 20 % 2])
        for number in range(40)
    ]
    told = blind.cross_fit(questions)
    assert told is not None
    assert all(d[q.answer] < 0.5 for d, q in zip(told, questions, strict=True))


def test_one_issue_cannot_be_cross_fitted_and_open_texts_have_no_blind_predictor():
    assert blind.cross_fit(comparisons(20, any_box)) is None
    assert blind.cross_fit([describing(number, ["a dog"]) for number in range(60)]) is None


def test_the_blind_predictor_sees_neither_evidence_nor_the_place_of_a_crop():
    regions = [within_crop(q) for q in comparisons(60, any_box)]
    words = [within_crop(q) for q in shapes_and_words(60, telling=0.5)]
    widths = [
        within_crop(counting(i, 1 + i % 3, Box(7 * i, 0, 400 + i, 90), 0.4)) for i in range(60)
    ]
    for questions in (regions, words, widths):
        moved = [elsewhere(question, place) for place, question in enumerate(questions)]
        assert questions != moved
        assert blind.cross_fit(questions) == blind.cross_fit(moved)


def within_crop(question: Question) -> Question:
    """The same in whole pixels, so that moving it rounds nothing."""

    def whole(mark: Mark) -> Mark:
        return Mark(view=mark.view, box=Box(*map(float, mark.box.pixels())))

    return question.model_copy(
        update={"refs": {name: whole(mark) for name, mark in question.refs.items()}}
    )


def elsewhere(question: Question, place: int) -> Question:
    """The same crop at another place of its page, with all that tells the answer taken away."""
    dx, dy = 31 * place % 500, 57 * place % 700
    return question.model_copy(
        update={
            "views": tuple(
                Crop(page=view.page, box=view.box.shifted(dx, dy)) for view in question.views
            ),
            "refs": {
                name: Mark(view=mark.view, box=mark.box.shifted(dx, dy))
                for name, mark in question.refs.items()
            },
            "evidence": (),
            "tags": ("x",),
            "id": f"other/{place}",
        }
    )


def test_both_splits_large_enough_are_used_as_train_and_test(tmp_path):
    made = comparisons(240, often_the_larger)
    split = [q.model_copy(update={"split": "train"}) if i < 160 else q for i, q in enumerate(made)]
    found, _ = audit(write_bench(tmp_path / "bench", split))
    (fitted,) = [p for p in found.predictors if p.kind == "fitted"]
    assert fitted.name == "fitted, train → test"
    assert fitted.n == 80
    assert fitted.flagged


def test_a_page_that_comes_again_in_the_other_split_is_found(tmp_path):
    made = comparisons(48, any_box)
    made = [q.model_copy(update={"split": "train"}) if i < 24 else q for i, q in enumerate(made)]
    images = {name: picture(name) for q in made for name in q.pages}
    first, last = made[0].pages[0], made[-1].pages[0]
    images[last] = images[first].resize((190, 190))
    bench = write_bench(tmp_path / "bench", made, images)
    split_of: dict[str, Split] = {page: q.split for q in made for page in q.pages}
    (pair,) = near_duplicates(bench, split_of)
    assert (pair.train, pair.test) == (first, last)


def test_pairs_of_hashes_are_all_those_within_the_limit():
    """Also where most share a blank margin, and one bit too many is too many."""
    dice = np.random.default_rng(3)
    bits = dice.random((700, 256)) < 0.5
    bits[:, :200] = False
    bits[350] = bits[0] ^ (np.arange(256) < LIMIT)
    bits[351] = bits[1] ^ (np.arange(256) < LIMIT + 1)
    packed = list(np.packbits(bits, axis=1))
    found = {(a, b): d for a, b, d in near_pairs(packed[:350], packed[350:])}
    slow = (bits[:350, None] != bits[None, 350:]).sum(2)
    assert found == {(int(a), int(b)): slow[a, b] for a, b in np.argwhere(slow <= LIMIT)}
    assert found[0, 0] == LIMIT
    assert (1, 1) not in found
    assert len(found) > 50
    assert list(near_pairs([], packed)) == []


def picture(name: str) -> Image.Image:
    dice = random.Random(name)
    image = Image.new("RGB", (200, 200), "white")
    draw = ImageDraw.Draw(image)
    for _ in range(40):
        x, y = dice.randrange(180), dice.randrange(180)
        draw.rectangle((x, y, x + 20, y + 20), fill=dice.choice(["black", "red", "blue", "gray"]))
    return image


def test_the_audit_is_the_same_every_time_and_is_json(tmp_path):
    made = comparisons(60, any_box) + [describing(number, ["a dog"]) for number in range(60, 80)]
    bench = write_bench(tmp_path / "bench", made)
    first, second = audit(bench), audit(bench)
    assert first == second
    raw = json.loads(first[0].to_json())
    assert raw["kept"] == {"depth_comparison": 60, "panel_understanding": 20}
    assert raw["rejected"]["depth_comparison"] == {"box too small": 2}
    assert set(raw["answers"]["depth_comparison"]) == {"A", "B"}
    assert {row["task"] for row in raw["predictors"]} == {"depth_comparison"}
    assert table(first[0]).renderables


def test_where_an_inherent_cue_misleads_is_told_apart(tmp_path):
    """Balloons are read by their places; in a third of these questions they are not."""
    dice = random.Random(0)
    questions = []
    for number in range(60):
        words = [f"word{dice.randrange(1000)}" for _ in range(3)]
        question = ordering(number, words, dice.sample("ABC", 3), 1 / 6)
        if number % 3 == 0:
            question = question.model_copy(update={"evidence": question.evidence[::-1]})
        questions.append(question)
    found, _ = audit(write_bench(tmp_path / "bench", questions))
    (row,) = found.misled
    assert (row.task, row.n, row.share) == ("dialogue_reordering", 20, 1 / 3)
    assert row.accuracy is not None
    assert not any(p.flagged for p in found.predictors if p.kind == "inherent")
