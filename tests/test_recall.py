import random

import pytest

from closeup.tasks.recall import BUDGET, content, recall, stem

FACTS = ("Pepper holds a broom", "Two cats sit on the roof", "The old Carrot runs")


def test_facts_are_told_in_other_words_around_the_same_ones():
    assert recall(FACTS, "A girl, Pepper, is holding her broom.").told == pytest.approx(1 / 3)
    assert recall(FACTS, "On the roof, 2 cats are sitting.").told == pytest.approx(1 / 3)


def test_a_name_or_a_number_cannot_be_left_out():
    assert recall(FACTS, "Three cats sit on the roof").told == 0
    assert recall(FACTS, "The old cat runs, running old").told == 0
    assert recall(("Pepper holds a broom",), "She holds a broom").told == 1
    assert recall(("Pepper holds a broom",), "She holds a broom", ["Pepper"]).told == 0


def test_the_facts_themselves_earn_exactly_one():
    assert recall(FACTS, ". ".join(FACTS)).value == 1.0
    many = tuple(f"Figure {i} lifts stone {i} and shouts word {i} to the others" for i in range(40))
    assert recall(many, " ".join(many)).value == 1.0


def test_words_far_apart_tell_nothing():
    assert recall(("A broom leans there",), "broom " + "x " * 20 + "leans").told == 0


def test_beyond_the_budget_length_costs():
    padded = ". ".join(FACTS) + " so" * 500
    found = recall(FACTS, padded)
    assert found.told == 1.0
    assert found.value == pytest.approx(BUDGET / found.words)


def test_a_word_salad_earns_little():
    words = sorted({word for fact in FACTS for word in fact.split()})
    words += [f"word{i}" for i in range(1_000)]
    random.Random("salad").shuffle(words)
    assert recall(FACTS, " ".join(words)).value < 0.05


def test_silence_earns_nothing_and_a_fact_without_content_cannot_be_told():
    assert recall(FACTS, "").value == 0
    assert content("It is there") == frozenset()
    with pytest.raises(ValueError, match="cannot be told"):
        recall(("It is there",), "It is there")


@pytest.mark.parametrize(
    "words",
    [
        "hold holds holding",
        "cat cats Cat's",
        "fly flies flying",
        "run runs running",
        "smile smiles smiling smiled",
        "two 2 Two",
        "mouth mouths",
    ],
)
def test_inflections_share_a_stem(words):
    assert len({stem(word) for word in words.split()}) == 1


def test_different_words_keep_different_stems():
    words = "pepper paper carrot carriage 2 12 one eye eight bus boss"
    assert len({stem(word) for word in words.split()}) == 11
