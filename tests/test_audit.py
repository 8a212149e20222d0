import json
import random
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from benches import SIDE, choice, counting, describing, ordering, texts, write_bench
from PIL import Image, ImageDraw

from closeup.audit import blind
from closeup.audit.audit import audit
from closeup.audit.duplicates import near_duplicates
from closeup.audit.hard_core import balanced, hard_core
from closeup.geometry import Box
from closeup.question import Question, Split
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
    dice = random.Random("widths")
    made = []
    for number in range(200):
        width = dice.uniform(100, 900)
        right = 1 + int((width - 100) / 200.1) if dice.random() < 0.7 else dice.randint(1, 4)
        made.append(counting(number, right, Box(0, 0, width, dice.uniform(100, 900)), 0.28))
    found, _ = audit(write_bench(tmp_path / "bench", made))
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
    questions = comparisons(60, any_box)
    moved = [
        q.model_copy(update={"evidence": (), "tags": ("x",), "id": f"other/{i}"})
        for i, q in enumerate(questions)
    ]
    assert blind.cross_fit(questions) == blind.cross_fit(moved)


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
