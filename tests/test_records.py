import json
from pathlib import Path

import pytest

from closeup.records import (
    MAX_LINE,
    CloseupError,
    Record,
    read_bytes,
    read_jsonl,
    write_atomically,
    write_jsonl,
)


class Point(Record):
    name: str
    x: float
    tags: tuple[str, ...] = ()


def test_a_record_reads_back_what_it_wrote():
    point = Point(name="é \u2028 ", x=0.5, tags=("a",))
    assert Point.parse(point.to_json(), "here") == point
    assert "\n" not in point.to_json()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"name": "a"}', "f:1: x: Field required"),
        ('{"name": "a", "x": "1"}', "f:1: x: '1': Input should be a valid number"),
        ('{"name": "a", "x": NaN}', "f:1: x: nan: Input should be a finite number"),
        ('{"name": "a", "x": 1, "y": 2}', "f:1: y: 2: Extra inputs are not permitted"),
        ('{"name": 3, "x": []}', "f:1: name: 3: Input should be a valid string (and 1 more)"),
        ("{", "f:1: Invalid JSON: EOF"),
        ("[" * 100_000, "f:1: Invalid JSON: recursion limit"),
        (b"\xff\xfe", "f:1: Invalid JSON"),
        ("null", "f:1: Input should be an object"),
    ],
)
def test_an_error_names_the_place_the_field_the_value_and_the_rule(text: str | bytes, message: str):
    with pytest.raises(CloseupError) as caught:
        Point.parse(text, "f:1")
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_a_long_value_is_cut_in_the_error():
    with pytest.raises(CloseupError) as caught:
        Point.parse('{"name": "a", "x": "' + "9" * 10_000 + '"}', "f")
    assert len(str(caught.value)) < 200


def test_a_line_past_the_limit_is_refused_unread():
    with pytest.raises(CloseupError, match="the limit is"):
        Point.parse(" " * (MAX_LINE + 1), "f")


def test_json_lines_come_back_and_a_bad_line_is_named(tmp_path: Path):
    file = tmp_path / "points.jsonl"
    write_jsonl(file, [Point(name="a", x=1), Point(name="b", x=2)])
    assert [point.name for point in read_jsonl(file, Point)] == ["a", "b"]
    file.write_text(file.read_text() + "\n{}\n")
    with pytest.raises(CloseupError, match=r"points\.jsonl:4: name: Field required"):
        list(read_jsonl(file, Point))


def test_a_missing_file_or_a_folder_is_one_clear_line(tmp_path: Path):
    for path, rule in (
        (tmp_path, "not a regular file"),
        (tmp_path / "none", "no such file"),
        (tmp_path / ("x" * 5000), "File name too long"),
    ):
        with pytest.raises(CloseupError, match=rule):
            read_bytes(path)
    with pytest.raises(CloseupError, match="No such file"):
        list(read_jsonl(tmp_path / "none", Point))


def test_a_file_past_the_limit_is_refused(tmp_path: Path):
    (tmp_path / "big").write_bytes(b"12345")
    with pytest.raises(CloseupError, match="5 bytes; the limit is 4"):
        read_bytes(tmp_path / "big", limit=4)


def test_replacing_a_file_leaves_nothing_else_behind(tmp_path: Path):
    write_atomically(tmp_path / "a", "one")
    write_atomically(tmp_path / "a", "two")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_text() == "two"


def test_an_unknown_key_cannot_break_the_line():
    for key in ("a\nb", "k" * 100_000):
        with pytest.raises(CloseupError) as caught:
            Point.parse(json.dumps({"name": "a", "x": 1, key: 2}), "f")
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 300
