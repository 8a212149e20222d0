"""A page's annotations as items: in reading order, with every field in words."""

import json
from typing import Any

import native
import pytest

from closeup.page import Page
from closeup.view.layers import ItemCard, items, page_fields, said


def made(**changes: Any) -> Page:
    """A page of four panels, changed."""
    return Page.model_validate_json(json.dumps(native.page(0, 1) | changes))


def only(layer: str, **changes: Any) -> dict[str, Any]:
    """The first thing of a layer, changed."""
    first, *rest = native.page(0, 1)[layer]
    return {layer: [first | changes, *rest]}


def told(card: ItemCard) -> dict[str, str]:
    return {field.name: field.value for field in card.fields}


def find(page: Page, name: str) -> ItemCard:
    return next(card for card in items(page) if card.id == name)


def test_items_go_panel_by_panel_and_those_outside_come_last():
    page = made(**only("balloons", panel=None))
    assert [card.id for card in items(page)] == [
        *("panels/p0", "characters/c00"),
        *("panels/p1", "characters/c10", "characters/c11", "balloons/b1"),
        *("panels/p2", "characters/c20", "characters/c21", "characters/c22", "balloons/b2"),
        *("panels/p3", "characters/c30", "balloons/b3"),
        "balloons/b0",
    ]


def test_a_panel_has_its_place_in_the_order_and_its_description():
    panel = find(made(), "panels/p2")
    assert (panel.mark, panel.title) == ("3", "Panel 3")
    fields = told(panel)
    assert fields["order"] == "3"
    assert fields["crowd"] == "no"
    assert "two ladders" in fields["description"]
    assert fields["facts"].count("\n") == 1


def test_a_character_has_its_name_actions_and_depth():
    card = find(made(), "characters/c00")
    fields = told(card)
    assert card.title == f"Character {fields['name']}"
    assert fields["actions"] in native.ACTIONS
    assert fields["depth"] in ("0", "1", "2")
    assert card.summary == f"{fields['actions']}, depth {fields['depth']}"
    assert card.panel == "panels/p0"


def test_a_person_is_the_same_under_another_name():
    card = find(made(**only("characters", name="the boy", identity="Ann")), "characters/c00")
    assert (card.who, card.mark) == ("Ann", "the boy")


def test_a_balloon_leads_to_its_speaker():
    card = find(made(), "balloons/b1")
    assert card.speaker == "characters/c10"
    assert told(card)["speaker"].startswith("c10 (")
    away = find(made(**only("balloons", speaker="off-panel")), "balloons/b0")
    assert away.speaker is None
    assert told(away)["speaker"] == "off-panel"


@pytest.mark.parametrize(
    ("kind", "layer", "title"),
    [
        ("speech", "balloons", "Speech 1"),
        ("thought", "balloons", "Thought 1"),
        (None, "balloons", "Balloon 1"),
        ("caption", "captions", "Caption 1"),
        ("sfx", "captions", "Sound 1"),
        ("sign", "captions", "Sign 1"),
    ],
)
def test_captions_and_sounds_are_a_layer_of_their_own(kind, layer, title):
    card = find(made(**only("balloons", kind=kind, speaker=None)), "balloons/b0")
    assert (card.layer, card.title) == (layer, title)


def test_what_is_unknown_is_empty_and_never_zero():
    changes = {"depth": None, "actions": None, "truncated": None, "name": None}
    card = find(made(**only("characters", **changes)), "characters/c00")
    fields = told(card)
    assert [fields[name] for name in changes] == ["", "", "", ""]
    assert card.title == "Character c00"


def test_what_a_program_filled_in_is_marked():
    page = made(inferred=["panels.order", "balloons", "reading_direction"])
    panel = {field.name: field.inferred for field in find(page, "panels/p0").fields}
    assert panel["order"]
    assert not panel["box"]
    balloon = {field.name: field.inferred for field in find(page, "balloons/b0").fields}
    assert balloon == dict.fromkeys(balloon, True) | {"id": False, "text_height": False}
    direction = next(field for field in page_fields(page) if field.name == "reading_direction")
    assert direction.inferred


def test_what_a_field_says_is_found_by_item_and_field():
    page = made()
    assert said(page, "balloons/b1", "text") == told(find(page, "balloons/b1"))["text"]
    assert said(page, "", "series") == "Made"
    assert said(page, "panels/p0", "") == ""
    assert said(page, "panels/p9", "box") is None
    assert said(page, "panels/p0", "speaker") is None
    assert said(page, "panels/p0", "box") == "20, 20, 490, 690"


def test_a_page_that_has_nothing_has_no_items():
    page = made(panels=None, characters=None, balloons=None, descriptions=None)
    assert items(page) == []
    assert page_fields(page)[0].value == "1000 × 1400 pixels"
