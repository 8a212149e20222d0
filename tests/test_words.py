"""Dialogues whose words are known from other issues give nothing away."""

import random

from closeup.build.balance import unbalanced
from closeup.build.candidates import Candidate
from closeup.build.words import CUE, with_words

PAIRS = [("Where is it?", "Under the bed."), ("Who knocks?", "Only me."), ("Ready?", "Not yet.")]


def dialogue(number: int, texts: tuple[str, ...], issue: str) -> Candidate:
    return Candidate(
        id=f"t/p/{number}",
        task="t",
        page="p",
        issue=issue,
        split="test",
        gold=("A", "B"),
        labels=("A", "B"),
        hits={},
        chance=0.5,
        texts=texts,
    )


def hits(candidates: list[Candidate]) -> list[bool]:
    return [one.hits[CUE] for one in with_words(candidates)]


def test_an_exchange_that_other_issues_have_is_put_in_order():
    assert all(hits([dialogue(i, PAIRS[i % 3], f"issue {i}") for i in range(12)]))


def test_of_an_exchange_that_only_its_own_issue_has_the_words_say_nothing():
    said = [dialogue(i, (f"alpha{i // 4}", f"beta{i // 4}"), str(i // 4)) for i in range(12)]
    assert not any(CUE in one.hits for one in with_words(said))


def test_a_single_issue_loses_no_dialogue_to_its_words():
    said = [dialogue(i, PAIRS[i % 3], "the only one") for i in range(60)]
    assert not any(CUE in one.hits for one in with_words(said))
    assert not unbalanced(said)


def test_words_that_tie_two_of_three_texts_do_not_decide():
    others = [dialogue(i, PAIRS[0], str(i)) for i in range(4)]
    three = dialogue(9, ("Where is it?", "alpha", "beta"), "x")
    assert CUE not in with_words([*others, three])[-1].hits


def test_the_words_say_the_same_in_whatever_order_the_questions_come():
    rng = random.Random("any order")
    said = [dialogue(i, rng.choice([PAIRS[0], PAIRS[1][::-1]]), str(i)) for i in range(40)]
    mixed = rng.sample(said, len(said))
    told = {one.id: one.hits for one in with_words(said)}
    assert {one.id: one.hits for one in with_words(mixed)} == told


def test_questions_that_order_no_texts_are_left_as_they_are():
    plain = [dialogue(0, (), "a"), dialogue(1, ("Alone.",), "a")]
    assert with_words(plain) == plain


def test_after_balancing_the_words_are_right_about_as_often_as_chance():
    rng = random.Random("words")
    said = [
        dialogue(i, PAIRS[i % 3] if rng.random() < 0.8 else PAIRS[i % 3][::-1], str(i))
        for i in range(400)
    ]
    dropped = unbalanced(said)
    left = with_words([one for one in said if one.id not in dropped])
    assert len(left) >= 100
    assert abs(sum(one.hits[CUE] for one in left) / len(left) - 0.5) <= 0.06
