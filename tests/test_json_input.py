import pytest
from layouts import write
from pydantic import Field

from closeup.readers.json_input import MAX_VALUES, Loose, check_keys, items, load
from closeup.sources import Source, SourceError


class Thing(Loose):
    id: int
    size: list[float] = Field(default=[])


def document(tmp_path, text):
    return load(Source.open(write(tmp_path, {"a.json": text})), "a.json")


def test_a_loose_record_takes_what_it_names_and_leaves_the_rest():
    assert Thing.take({"id": 1, "colour": "red"}, "f", "x").id == 1


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ({"id": "1"}, "f: x.id: '1'"),
        ({"id": True}, "f: x.id: True"),
        ({"id": 1.0}, "f: x.id: 1.0"),
        ({}, "f: x.id: Field required"),
        ({"id": 1, "size": [float("nan")]}, "f: x.size.0: nan"),
        ({"id": 1, "size": [10**400]}, "f: x"),
        ({"id": 1, "size": None}, "f: x.size: None"),
        (7, "f: x: 7: need an object"),
        (None, "f: x: None: need an object"),
    ],
)
def test_a_wrong_type_is_one_line_with_place_field_and_value(value, rule):
    with pytest.raises(SourceError) as error:
        Thing.take(value, "f", "x")
    assert str(error.value).startswith(rule)
    assert str(error.value).isprintable()


def test_a_byte_order_mark_is_no_harm(tmp_path):
    assert document(tmp_path, b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_whole_characters_may_be_escaped(tmp_path):
    assert document(tmp_path, rb'"\ud83d\uDE00 \\ud83d \u3042"') == "😀 \\ud83d あ"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (b'{"a": "\xe9"}', "not UTF-8: byte 0xe9 at offset 7"),
        (b'{\n"a": }', "a.json:2: not valid JSON: Expecting value at column 6"),
        (b"[" * 200_000, "nested too deep"),
        (b"9" * 5000, "not readable as JSON"),
        (b"", "not valid JSON"),
        (b'{\n"a": "x\\ud800"}', r"a.json:2: \ud800: need whole characters"),
        (b'"\\uDC00\\ud83d"', r"\uDC00: need whole characters"),
        (b'"\\ud83d\\ud83d\\ude00"', r"\ud83d: need whole characters"),
        (b'{"\\ud83d": 1}', r"\ud83d: need whole characters"),
        (b'"\\\\\\ud83d"', r"\ud83d: need whole characters"),
        (b"[" + b"{}," * MAX_VALUES + b"{}]", "more than 1000000 objects and lists"),
    ],
)
def test_what_is_no_json_is_one_line_with_the_place(tmp_path, text, rule):
    with pytest.raises(SourceError) as error:
        document(tmp_path, text)
    assert rule in str(error.value)
    assert "a.json" in str(error.value)
    assert str(error.value).isprintable()


@pytest.mark.parametrize("value", [{}, [], {"pages": None}, {"pages": {}}, "pages"])
def test_a_list_must_stand_under_its_key(value):
    with pytest.raises(SourceError, match="f: pages: need a list"):
        items(value, "pages", "f")


def test_a_key_that_stands_twice_in_one_object_is_refused():
    check_keys('{"a": {"id": 1}, "b": [{"id": 2}, {"id": 3}]}', "f")
    for text in ('{"id": 1, "id": 1}', '[{"a": {"id": 1, "b": 2, "id": 3}}]'):
        with pytest.raises(SourceError, match="f: 'id': this key stands twice"):
            check_keys(text, "f")


def test_what_is_not_json_is_left_for_its_reader_to_refuse():
    for text in ("{", "[" * 100_000, "1" * 10_000, '{"id": 1,}'):
        check_keys(text, "f")
