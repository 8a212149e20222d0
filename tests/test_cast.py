import random
from collections import Counter

import pytest

from closeup.synthetic.cast import NAMES, SPECIES, STATURE, cast, distance


@pytest.fixture(scope="module")
def casts():
    return [cast(random.Random(f"cast/{i}"), 6) for i in range(80)]


def test_the_same_seed_gives_the_same_people():
    assert cast(random.Random("x"), 6) == cast(random.Random("x"), 6)
    assert cast(random.Random("x"), 6) != cast(random.Random("y"), 6)


def test_any_two_of_a_cast_differ_in_three_traits_that_need_no_colour(casts):
    for people in casts:
        assert len({person.name for person in people}) == len(people)
        for i, a in enumerate(people):
            for b in people[:i]:
                assert distance(a, b) >= 3
                assert a.looks != b.looks


def test_people_can_be_told_apart_by_tone(casts):
    def tones(p):
        return (
            p.skin.tone,
            p.hair_tint.tone,
            p.top_tint.tone,
            p.bottom_tint.tone,
            p.shoe_tint.tone,
        )

    for people in casts:
        shown = {(person.build, person.hat, person.extra, *tones(person)) for person in people}
        assert len(shown) == len(people)


def test_a_cast_often_has_two_of_one_species_and_seldom_only_one(casts):
    repeated = sum(max(Counter(p.species for p in people).values()) > 1 for people in casts)
    assert repeated > len(casts) / 2
    assert sum(len({p.species for p in people}) > 1 for people in casts) > len(casts) * 0.95


def test_every_species_and_build_turns_up(casts):
    everyone = [person for people in casts for person in people]
    assert {p.species for p in everyone} == set(SPECIES)
    assert {p.build for p in everyone} == set(STATURE)
    assert all(p.stature == STATURE[p.build] for p in everyone)


def test_only_humans_have_hair_and_only_grown_ones_beards(casts):
    for person in (person for people in casts for person in people):
        assert (person.hair == "none") == (person.species != "human")
        if person.extra == "beard":
            assert (person.species, person.build != "child") == ("human", True)


def test_looks_are_a_phrase_that_names_kind_and_clothes(casts):
    for person in (person for people in casts for person in people):
        assert person.looks.startswith("the ")
        assert person.top in person.looks
        assert "none" not in person.looks
        assert "  " not in person.looks
        assert person.species in person.looks or person.species == "human"


def test_names_are_many_and_different():
    assert len(NAMES) == len(set(NAMES)) >= 110
