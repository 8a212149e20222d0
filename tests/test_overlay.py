import json
from typing import Any

import pytest

from closeup.build.overlay import Provenance, merge
from closeup.page import Page
from closeup.records import CloseupError


def page(**changes: Any) -> Page:
    raw = {
        "format": "closeup-page/1",
        "id": "s/1",
        "image": "1.png",
        "width": 200,
        "height": 100,
        "inferred": ["panels.order"],
        "panels": [{"id": "L", "box": [0, 0, 90, 100]}, {"id": "R", "box": [100, 0, 200, 100]}],
        "characters": [
            {"id": "k1", "panel": "L", "box": [10, 10, 50, 90], "depth": 1},
            {"id": "k2", "panel": "R", "box": [110, 10, 150, 90]},
        ],
        "balloons": [{"id": "t1", "box": [20, 0, 80, 10]}],
    }
    return Page.parse(json.dumps(raw | changes), "base")


def extra(**changes: Any) -> Page:
    raw = {
        "format": "closeup-page/1",
        "id": "s/1",
        "image": "1.png",
        "width": 200,
        "height": 100,
        "reading_direction": "rtl",
        "panels": [{"id": "p1", "box": [101, 0, 200, 100]}, {"id": "p2", "box": [0, 0, 91, 100]}],
        "characters": [
            {"id": "c1", "panel": "p1", "box": [110, 11, 150, 90], "name": "Bo", "depth": 3},
            {"id": "c2", "panel": "p2", "box": [10, 10, 50, 89], "actions": ["waving"], "depth": 4},
            {"id": "c3", "panel": "p2", "box": [60, 10, 80, 90], "name": "Cy"},
        ],
        "balloons": [
            {"id": "b1", "panel": "p2", "box": [20, 0, 80, 10], "text": "Hi!", "speaker": "c2"}
        ],
        "descriptions": [{"panel": "p1", "text": "Bo stands.", "facts": ["Bo stands"]}],
    }
    return Page.parse(json.dumps(raw | changes), "extra")


def test_unknown_fields_are_filled_in_the_datasets_own_ids():
    merged, note = merge(page(), extra())
    assert merged.reading_direction == "rtl"
    assert merged.characters is not None
    first, second = merged.characters
    assert (first.id, first.actions, second.name) == ("k1", ("waving",), "Bo")
    assert merged.balloons is not None
    balloon = merged.balloons[0]
    assert (balloon.id, balloon.panel, balloon.text, balloon.speaker) == ("t1", "L", "Hi!", "k1")
    assert merged.descriptions is not None
    assert merged.descriptions[0].panel == "R"
    assert "characters.k1.actions" in note.filled


def test_an_order_that_was_only_inferred_gives_way_to_a_known_one():
    merged, note = merge(page(), extra())
    assert merged.panels is not None
    assert [panel.id for panel in merged.panels] == ["R", "L"]
    assert merged.inferred == ()
    assert "panels.order" in note.filled


def test_an_order_that_is_inferred_on_both_sides_stays_inferred():
    merged, _ = merge(page(), extra(inferred=["panels.order"], reading_direction=None))
    assert merged.panels is not None
    assert [panel.id for panel in merged.panels] == ["L", "R"]
    assert merged.inferred == ("panels.order",)


def test_a_direction_puts_orders_that_were_inferred_without_it_right():
    guessed = page(
        inferred=["balloons.order", "panels.order"],
        reading_direction=None,
        balloons=[{"id": f"t{i}", "panel": p, "box": [x, 0, x + 30, 10]}
                  for i, (p, x) in enumerate((("L", 5), ("L", 55), ("R", 105)))],
    )  # fmt: skip
    merged, _ = merge(
        guessed, extra(panels=None, characters=None, balloons=None, descriptions=None)
    )
    assert [panel.id for panel in merged.panels or ()] == ["R", "L"]
    assert [balloon.id for balloon in merged.balloons or ()] == ["t2", "t1", "t0"]
    assert merged.inferred == ("balloons.order", "panels.order")


def test_a_crowd_and_a_license_are_taken_over():
    crowd = [{"id": "p2", "box": [0, 0, 91, 100], "crowd": True}]
    merged, note = merge(
        page(),
        extra(panels=crowd, license="CC0-1.0", descriptions=None, characters=[], balloons=[]),
    )
    assert [(panel.id, panel.crowd) for panel in merged.panels or ()] == [("R", False), ("L", True)]
    assert merged.license == "CC0-1.0"
    assert {"panels.L.crowd", "page.license"} <= set(note.filled)


def test_a_known_value_is_kept_and_the_conflict_is_told():
    merged, note = merge(page(reading_direction="ltr"), extra())
    assert merged.reading_direction == "ltr"
    assert note.conflicts == ("page.reading_direction",)


def test_a_guess_of_the_overlay_keeps_its_mark():
    marks = ["reading_direction", "balloons.text", "characters.actions", "characters.face"]
    merged, _ = merge(page(inferred=[]), extra(inferred=marks))
    assert merged.inferred == ("balloons.text", "characters.actions", "reading_direction")
    merged, note = merge(page(inferred=[], reading_direction="ltr"), extra(inferred=marks))
    assert merged.reading_direction == "ltr"
    assert note.conflicts == ()
    assert "reading_direction" not in merged.inferred


def test_a_known_value_replaces_a_guess_and_the_mark_goes_with_the_last_one():
    guessed = page(inferred=["characters.panel", "reading_direction"], reading_direction="ltr")
    characters = [
        {"id": "c1", "panel": "p2", "box": [110, 11, 150, 90]},
        {"id": "c2", "panel": "p2", "box": [10, 10, 50, 89]},
    ]
    merged, note = merge(guessed, extra(characters=characters, balloons=[]))
    assert merged.characters is not None
    assert [c.panel for c in merged.characters] == ["L", "L"]
    assert merged.reading_direction == "rtl"
    assert merged.inferred == ()
    assert note.conflicts == ()
    assert "characters.k2.panel" in note.filled
    merged, _ = merge(guessed, extra(characters=characters[:1], balloons=[]))
    assert merged.inferred == ("characters.panel",), "k1 is still where the program put it"


def test_depths_of_two_sources_are_never_mixed_in_one_panel():
    merged, _ = merge(page(), extra())
    assert merged.characters is not None
    assert [c.depth for c in merged.characters] == [1, 3], "L keeps its own; R had none"


def test_what_matches_nothing_is_told_and_left_out():
    merged, note = merge(page(), extra())
    assert merged.characters is not None
    assert len(merged.characters) == 2
    assert note.unmatched == ("characters.c3",)


def test_a_speaker_who_matches_nobody_stays_unknown():
    balloon = {"id": "b1", "panel": "p2", "box": [20, 0, 80, 10], "speaker": "c3"}
    merged, _ = merge(page(), extra(balloons=[balloon]))
    assert merged.balloons is not None
    assert merged.balloons[0].speaker is None


def test_a_dataset_without_balloons_takes_the_overlays():
    merged, note = merge(page(balloons=None), extra())
    assert merged.balloons is not None
    assert (merged.balloons[0].panel, merged.balloons[0].speaker) == ("L", "k1")
    assert "balloons" in note.filled


def test_boxes_of_another_size_of_page_are_refused():
    with pytest.raises(CloseupError, match=r"overlay of page s/1: 200x101: the page is 200x100"):
        merge(page(), extra(height=101))


def test_fields_are_counted_by_kind():
    names = ["characters.c1.name", "characters.c2.name", "panels.order", "balloons"]
    assert Provenance.kinds(names) == {
        "characters.name": 2, "panels.order": 1, "balloons": 1
    }  # fmt: skip
