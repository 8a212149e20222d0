import json
from typing import Any

import pytest

from closeup.page import MAX_THINGS, Page
from closeup.records import CloseupError

THING: dict[str, Any] = {"id": "x", "box": [0, 0, 1, 1]}


def page(**changes: Any) -> dict[str, Any]:
    return {
        "format": "closeup-page/1",
        "id": "s/1",
        "image": "pages/1.png",
        "width": 100,
        "height": 200,
        "panels": [{"id": "p1", "box": [0, 0, 100, 90]}, {"id": "p2", "box": [0, 100, 100, 200]}],
        "characters": [{"id": "c1", "panel": "p1", "box": [10, 10, 30, 80], "name": "Ann"}],
        "balloons": [{"id": "b1", "panel": "p1", "box": [40, 5, 90, 30], "speaker": "c1"}],
    } | changes


def parse(raw: dict[str, Any]) -> Page:
    return Page.parse(json.dumps(raw), "f.json")


def test_what_is_not_said_stays_unknown():
    read = parse(page())
    assert read.reading_direction is None
    assert read.characters is not None
    assert read.characters[0].depth is None
    assert read.characters[0].actions is None
    assert read.balloons is not None
    assert read.balloons[0].text is None


def test_none_labelled_and_none_there_are_two_things():
    assert parse(page(characters=None, balloons=None)).characters is None
    assert parse(page(characters=[], balloons=[])).characters == ()


def test_a_page_survives_its_own_json():
    read = parse(page(descriptions=[{"panel": "p2", "text": "A field.", "facts": ["green"]}]))
    assert Page.parse(read.to_json(), "again") == read


def test_the_identity_is_the_name_where_there_is_none():
    read = parse(page())
    assert read.characters is not None
    assert read.characters[0].who == "Ann"


def test_pages_of_one_issue_belong_together():
    assert parse(page(series="S", issue="4")).group == "S/4"
    assert parse(page()).group == "s/1", "where nothing is known, a page stands alone"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "closeup-page/2"}, "format: 'closeup-page/2'"),
        ({"width": 0}, "width: 0"),
        ({"width": 10**9}, "width: 1000000000"),
        ({"id": ""}, "id: ''"),
        ({"id": "a\nb"}, "id: 'a\\nb'"),
        ({"image": "../x.png"}, "image: '../x.png'"),
        ({"image": "/etc/x.png"}, "image: '/etc/x.png'"),
        ({"image": "a\\..\\x.png"}, "image: 'a\\\\..\\\\x.png'"),
        ({"reading_direction": "left"}, "reading_direction: 'left'"),
        ({"panels": [{"id": "p1", "box": [0, 0, 101, 9]}]}, "panels.0.box: [0.0, 0.0, 101.0, 9.0]"),
        ({"panels": [{"id": "p", "box": [0, 0, 9, 1e-200]}]}, "panels.0.box: [0, 0, 9, 1e-200]"),
        ({"panels": [{"id": "p", "box": [0, 0, 1, 1]}] * 2}, "panels: 'p': this id stands twice"),
        ({"characters": [THING | {"panel": "p9"}]}, "characters.0.panel: 'p9'"),
        ({"characters": [THING | {"box": [-1, 0, 1, 1]}]}, "characters.0.box"),
        ({"characters": [THING | {"depth": -1}]}, "characters.0.depth: -1"),
        ({"characters": [THING | {"keypoints": []}]}, "characters.0.keypoints"),
        ({"characters": [THING | {"face": [0, 0, 999, 1]}]}, "characters.0.face"),
        ({"characters": [THING | {"keypoints": [[0, 0, 0]] * 16 + [[1e9, -5, 2]]}]},
         "characters.0.keypoints.16: [1000000000.0, -5.0]: outside the page of 100x200"),
        ({"balloons": [THING | {"polygon": [[0, 0], [9, 9], [-1e9, 0]]}]},
         "balloons.0.polygon.2: [-1000000000.0, 0.0]: outside the page of 100x200"),
        ({"panels": [THING | {"polygon": [[0, 0], [9, 9], [0, 200.5]]}]}, "panels.0.polygon.2"),
        ({"balloons": [THING | {"speaker": "c9"}]}, "balloons.0.speaker: 'c9'"),
        ({"balloons": [THING | {"kind": "shout"}]}, "balloons.0.kind: 'shout'"),
        ({"descriptions": [{"panel": "p9", "text": ""}]}, "descriptions.0.panel: 'p9'"),
        ({"colour": "red"}, "colour: 'red'"),
    ],
)  # fmt: skip
def test_a_broken_page_names_file_field_value_and_rule(change: dict[str, Any], message: str):
    with pytest.raises(CloseupError) as caught:
        parse(page(**change))
    assert str(caught.value).startswith(f"f.json: {message}")


@pytest.mark.parametrize("field", ["panels", "characters", "balloons"])
def test_the_things_on_a_page_are_bounded(field: str):
    things = [{"id": f"x{i}", "box": [0, 0, 1, 1]} for i in range(MAX_THINGS + 1)]
    empty = page(characters=[], balloons=[])
    assert parse({**empty, field: things[:-1]})
    with pytest.raises(CloseupError, match=rf"{field}: .*at most {MAX_THINGS} items") as caught:
        parse({**empty, field: things})
    assert len(str(caught.value)) < 300


def test_of_many_broken_things_only_the_first_is_looked_at():
    with pytest.raises(CloseupError, match=r"balloons\.0: 7: [^(]*$"):
        parse(page(balloons=[7] * 1000))


@pytest.mark.parametrize("field", ["panels", "characters", "balloons", "id", "image", "width"])
def test_the_core_fields_must_stand_there_even_if_null(field: str):
    raw = page()
    del raw[field]
    with pytest.raises(CloseupError, match=f"{field}: Field required"):
        parse(raw)
