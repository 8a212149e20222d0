import itertools
import random
import re
from collections import Counter

from closeup.synthetic.plots import COMMON, PLOTS, SHOUTS, SIGNS, SLOTS, THOUGHTS
from closeup.synthetic.scenery import ROOMS
from closeup.synthetic.story import CAST, LEADS, Beat, Line, Story, tell

NAMES = ["Ada", "Bo", "Cleo", "Dag", "Edda", "Finn", "Gus", "Hana"]
ROOM = [[3] * 6, [2] * 8, [4] * 3, [1] * 10]


def story(seed: int) -> Story:
    return tell(random.Random(f"story {seed}"), NAMES, ROOM)


STORIES = [story(seed) for seed in range(60)]


def test_the_same_seed_tells_the_same_story():
    assert story(3) == STORIES[3]


def test_there_are_many_plots_and_exchanges():
    assert len(PLOTS) >= 10
    assert sum(map(len, PLOTS.values())) + len(COMMON) >= 40
    assert set(SIGNS) == set(ROOMS)


def test_no_two_texts_of_a_page_are_alike():
    for told in STORIES:
        for page in told.pages:
            texts = [line.text for beat in page for line in beat.lines]
            assert len(texts) == len(set(texts))


def test_who_thinks_does_not_open_his_mouth():
    lines = (Line("speech", "Hm.", 1), Line("thought", "Hm!", 2), Line("caption", "Later."))
    beat = Beat("attic", "night", (), lines)
    assert beat.talkers == {1}
    assert beat.speakers == {1, 2}


def test_every_slot_is_filled():
    for told in STORIES:
        for page in told.pages:
            for beat in page:
                for line in beat.lines:
                    assert not re.search(r"[{}|]|^[ABC]:", line.text), line.text
                    assert "  " not in line.text


def test_slots_of_all_templates_are_known():
    known = set(SLOTS) | {"A", "B", "C", "thing", "place", "next"}
    templates = [*COMMON, *THOUGHTS, *SHOUTS, *(e for plot in PLOTS.values() for e in plot)]
    for template in templates:
        for slot in re.findall(r"\{(\w+)\}", template):
            assert slot.removesuffix("_cap") in known


def test_a_panel_speaks_no_more_than_fits_it():
    for told in STORIES:
        for page, room in zip(told.pages, ROOM, strict=True):
            for beat, space in zip(page, room, strict=True):
                balloons = [x for x in beat.lines if x.kind in ("speech", "thought", "caption")]
                assert len(balloons) <= space


def test_an_exchange_keeps_its_order_over_panels_and_ends_with_its_page():
    over = 0
    for told in STORIES:
        seen: set[int] = set()
        for page in told.pages:
            talks = [[line.exchange for line in beat.lines if line.exchange] for beat in page]
            said = [talk for beat in talks for talk in beat]
            assert said == sorted(said)
            assert not seen & set(said)
            seen |= set(said)
            over += any(a and b and a[-1] == b[0] for a, b in itertools.pairwise(talks))
    assert over > 30


def test_a_line_that_is_cut_takes_the_rest_of_its_exchange_along():
    lines = tuple(
        Line("speech", str(i), i % 2, exchange=talk) for i, talk in enumerate((1, 1, 2, 1, 2))
    )
    beat = Beat("street", "night", (), (*lines, Line("caption", "Later")))
    assert [line.text for line in beat.cut(lines[1]).lines] == ["0", "2", "4", "Later"]
    assert [line.text for line in beat.cut(beat.lines[-1]).lines] == ["0", "1", "2", "3", "4"]
    assert [line.text for line in beat.without({1}).lines] == ["2", "4", "Later"]


def test_what_cannot_be_spared_is_missed():
    said, sign = Line("speech", "Hm.", 0), Line("sign", "Closed")
    beat = Beat("street", "night", (), (said, sign))
    assert beat.missing([]) == [said]
    assert beat.missing([said]) == []


def test_nobody_talks_in_his_sleep():
    for told in STORIES:
        for page in told.pages:
            for beat in page:
                asleep = {part.who for part in beat.parts if part.action == "sleeping"}
                assert not asleep & {line.speaker for line in beat.lines if line.kind == "speech"}


def test_nobody_stands_twice_in_a_panel():
    for told in STORIES:
        for page in told.pages:
            for beat in page:
                people = [part.who for part in beat.parts]
                assert len(people) == len(set(people)) <= 7
                assert all(0 <= who < CAST for who in people)


def test_panels_show_from_nobody_to_seven_figures_however_small_they_are():
    counts: dict[int, Counter[int]] = {1: Counter(), 4: Counter()}
    for told in STORIES:
        for page, room in zip(told.pages, ROOM, strict=True):
            if room[0] in counts:
                counts[room[0]].update(len(beat.parts) for beat in page)
    assert set(counts[1]) == set(range(8))
    mean = {room: sum(n * k for n, k in c.items()) / c.total() for room, c in counts.items()}
    assert abs(mean[1] - mean[4]) < 0.6


def test_places_and_hours_change_over_an_issue():
    for told in STORIES:
        beats = [beat for page in told.pages for beat in page]
        assert len({beat.place for beat in beats}) >= 3
        assert len({beat.time for beat in beats}) >= 2


def test_the_leads_do_the_talking():
    for told in STORIES:
        for page in told.pages:
            for beat in page:
                for line in beat.lines:
                    if line.kind == "speech" and line.voice != "shout":
                        assert line.speaker is not None
                        assert line.speaker < LEADS


def test_places_and_beasts_are_spoken_of_as_one_does():
    texts = [line.text for told in STORIES for page in told.pages for beat in page
             for line in beat.lines]  # fmt: skip
    assert any(" on the beach" in text for text in texts)
    for wrong in ("in the beach", "the the ", "gooses", "lynxs", "walruss", "a owl", " ."):
        assert not any(wrong in text.lower() for text in texts), wrong
