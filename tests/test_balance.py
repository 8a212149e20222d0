import random
from collections import Counter
from itertools import permutations

import pytest
from pages import ask, page_data

from closeup.build.balance import (
    Candidate,
    balance,
    candidate,
    cue_rates,
    place,
    placements,
    tolerance,
    unbalanced,
)
from closeup.cues import is_constant, predictions
from closeup.question import Question
from closeup.tasks import TASKS


def made(number: int, hits: dict[str, bool], k: int = 2, **changes) -> Candidate:
    one = Candidate(f"t/p/{number}", "t", "p", "test", "A", tuple("ABCD"[:k]), hits, 1 / k)
    return one._replace(**changes)


def biased(count: int, rates: dict[str, float], k: int = 2) -> list[Candidate]:
    rng = random.Random("biased")
    return [
        made(i, {cue: rng.random() < rate for cue, rate in rates.items()}, k) for i in range(count)
    ]


def kept(candidates: list[Candidate]) -> list[Candidate]:
    dropped = unbalanced(candidates)
    return [one for one in candidates if one.id not in dropped]


@pytest.mark.parametrize("k", [2, 4])
@pytest.mark.parametrize("count", [60, 3_000])
def test_after_balancing_no_cue_pays(k, count):
    candidates = biased(count, {"large": 0.7, "low": 0.6, "left": 0.5, "dark": 0.2}, k)
    left = kept(candidates)
    for cue, (n, rate, chance) in cue_rates(left).items():
        assert abs(rate - chance) <= tolerance(n) + 1e-9, cue
    assert len(left) >= count / 4


def test_a_balanced_bench_loses_nothing():
    pairs = [made(i, {"large": i % 2 == 0}) for i in range(100)]
    assert unbalanced(pairs) == {}


def test_as_few_are_dropped_as_can_be():
    """70 hits and 30 misses: with 0.5 / sqrt(n) allowed, 34 or 35 hits have to go."""
    candidates = [made(i, {"large": i < 70}) for i in range(100)]
    dropped = unbalanced(candidates)
    assert set(dropped.values()) == {"balance: large"}
    assert {int(name.rsplit("/", 1)[1]) for name in dropped} <= set(range(70))
    left = 100 - len(dropped)
    assert (70 - len(dropped)) / left - 0.5 <= tolerance(left)
    assert (71 - len(dropped)) / (left + 1) - 0.5 > tolerance(left + 1)


def test_a_cue_that_does_not_decide_counts_neither_way():
    candidates = [made(i, {"large": i % 2 == 0} if i < 100 else {}) for i in range(1_000)]
    assert unbalanced(candidates) == {}
    assert cue_rates(candidates)["large"] == (100, 0.5, 0.5)


def test_groups_and_tasks_are_balanced_apart():
    good = [made(i, {"large": i % 2 == 0}) for i in range(100)]
    bad = [made(1_000 + i, {"large": True}, group="train") for i in range(100)]
    dropped = unbalanced(good + bad)
    assert set(dropped) <= {one.id for one in bad}
    assert len(dropped) >= 90


def test_neither_a_number_nor_a_number_a_size_is_right_too_often():
    rng = random.Random("numbers")
    candidates = []
    for i in range(600):
        size = rng.random()
        number = min(int(rng.expovariate(0.5 / (0.3 + size))), 9)
        candidates.append(made(i, {}, gold=number, labels=(), chance=0.0, size=size))
    left = kept(candidates)
    assert len(left) > 250
    thirds = sorted(candidates, key=lambda one: one.size or 0)
    for part in (candidates, thirds[:200], thirds[200:400], thirds[400:]):
        numbers = Counter(one.gold for one in part if one in left)
        assert max(numbers.values()) / sum(numbers.values()) <= 0.3 + 1e-9


def test_the_order_in_which_candidates_come_changes_nothing():
    candidates = biased(500, {"large": 0.7, "low": 0.6})
    mixed = random.Random(1).sample(candidates, len(candidates))
    assert unbalanced(candidates) == unbalanced(mixed)
    assert placements(candidates) == placements(mixed)
    assert balance(candidates).answers == balance(mixed).answers


def test_what_is_left_out_is_a_rejection_with_its_cue():
    candidates = [made(i, {"large": i < 70}, page="book/7") for i in range(100)]
    found = balance(candidates)
    assert {r.reason for r in found.rejections} == {"balance: large"}
    assert {r.page for r in found.rejections} == {"book/7"}
    assert len(found.rejections) + len(found.answers) == 100


def test_every_letter_is_the_answer_equally_often():
    candidates = biased(401, {}, k=4)
    counts = Counter(placements(candidates).values())
    assert set(counts) == set("ABCD")
    assert max(counts.values()) - min(counts.values()) <= 1


def test_every_order_is_the_answer_equally_often_and_every_letter_at_every_place():
    candidates = [
        made(i, {}, gold=("A", "B", "C", "D"), labels=("A", "B", "C", "D"), chance=1 / 24)
        for i in range(48)
    ]
    answers = placements(candidates)
    assert Counter(answers.values()) == dict.fromkeys(permutations("ABCD"), 2)
    few = Counter(order[0] for order in placements(candidates[:8]).values())  # type: ignore
    assert max(few.values()) - min(few.values()) <= 1


def test_numbers_and_texts_keep_their_answers():
    number = made(1, {}, gold=3, labels=(), chance=0.0, size=1.0)
    text = made(2, {}, gold=(), labels=(), chance=None)
    assert placements([number, text]) == {}
    assert unbalanced([text]) == {}


@pytest.mark.parametrize("name", TASKS)
def test_lettering_anew_moves_the_answer_and_nothing_else(name):
    task = TASKS[name]
    for question in ask(name, page_data(1), page_data(2))[0]:
        if question.answer_format in ("integer", "text"):
            assert place(question, question.answer) is question
            continue
        ordered = question.answer_format == "order"
        answers = list(permutations(question.labels)) if ordered else question.labels
        for answer in answers:
            again = place(question, answer)
            assert again.answer == answer
            assert task.score(again, task.solution(again)).value == 1.0
            assert what_is_right(again) == what_is_right(question)
            assert candidate(again).hits == candidate(question).hits
            assert sorted(again.options) == sorted(question.options)
            assert [shown(again, m) for m in again.evidence] == [
                shown(question, m) for m in question.evidence
            ]


def what_is_right(question: Question) -> list[object]:
    """The texts or boxes that the answer's letters stand for, in order."""
    if question.options:
        return [question.options[question.labels.index(letter)] for letter in question.answer]  # type: ignore
    return [shown(question, question.refs[letter]) for letter in question.answer]  # type: ignore


def shown(question: Question, mark) -> object:
    return question.views[mark.view], mark.box


def test_letters_follow_the_images_when_panels_are_lettered_anew():
    (question,) = ask("panel_reordering", page_data())[0]
    assert isinstance(question.answer, tuple)
    again = place(question, question.answer[::-1])
    assert [again.refs[name].view for name in again.labels] == [0, 1, 2, 3]
    assert again.views != question.views


def test_an_answer_of_another_kind_cannot_be_placed():
    (question, *_) = ask("character_counting", page_data())[0]
    with pytest.raises(ValueError, match="cannot stand for"):
        place(question, "A")


def test_constants_are_not_balanced_but_placed():
    (question, *_) = ask("depth_comparison", page_data())[0]
    assert any(map(is_constant, predictions(question)))
    assert not any(map(is_constant, candidate(question).hits))
