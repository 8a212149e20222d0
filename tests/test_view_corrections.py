"""Marked mistakes: kept, exported, never lost, and originals never changed."""

import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor

import native
import pytest
from reports import ALL
from viewers import viewing

from closeup.records import CloseupError, read_jsonl
from closeup.view.corrections import FORMULA, Correction, Corrections, new_id

MARK = {
    "shelf": 0,
    "page": "made/0/0",
    "item": "characters/c00",
    "field": "name",
    "kind": "wrong",
    "should": "Zoe",
    "note": "see the next page",
}


@pytest.fixture
def pages(tmp_path):
    return native.write(tmp_path / "pages", issues=1, pages=1)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "corrections.jsonl"


@pytest.fixture
def viewer(pages, file):
    with viewing(pages, corrections=file) as viewer:
        yield viewer


def made(number=0, **changes):
    values = {"id": f"c{number}", "page": "p", "kind": "wrong"} | changes
    return Correction.model_validate(values)


def test_a_mark_says_where_it_is_what_stands_there_and_what_should(viewer, file, pages):
    before = {path: path.read_bytes() for path in pages.rglob("*") if path.is_file()}
    told = viewer.post("/api/corrections", MARK)
    [answered] = told.json["corrections"]
    [kept] = read_jsonl(file, Correction)
    assert answered == kept.model_dump()
    raw = json.loads((pages / "0-0.json").read_text())
    assert kept.said == raw["characters"][0]["name"]
    assert (kept.page, kept.item, kept.field) == ("made/0/0", "characters/c00", "name")
    assert (kept.kind, kept.should, kept.note) == ("wrong", "Zoe", "see the next page")
    assert before == {path: path.read_bytes() for path in pages.rglob("*") if path.is_file()}


def test_a_mark_may_be_of_the_whole_page_or_a_whole_item(viewer):
    viewer.post("/api/corrections", {"shelf": 0, "page": "made/0/0", "kind": "missing"})
    told = viewer.post("/api/corrections", MARK | {"field": "", "kind": "not there"})
    assert [(one["item"], one["said"]) for one in told.json["corrections"]] == [
        ("", ""),
        ("characters/c00", ""),
    ]


def test_a_mark_can_be_taken_back(viewer, file):
    told = viewer.post("/api/corrections", MARK).json["corrections"]
    code = {"id": told[0]["id"]}
    assert viewer.post("/api/corrections/remove?page=made/0/0", code).json["corrections"] == []
    assert file.read_text() == ""
    assert viewer.post("/api/corrections/remove", code).status == 200


def test_marks_are_there_again_at_the_next_start(pages, file):
    with viewing(pages, corrections=file) as viewer:
        viewer.post("/api/corrections", MARK)
    with viewing(pages, corrections=file) as viewer:
        [kept] = viewer.get("/api/corrections", page="made/0/0").json["corrections"]
        assert kept["should"] == "Zoe"
        assert "Zoe" in viewer.get("/corrections").text
        assert "Zoe" in viewer.get("/page", in_=0, id="made/0/0").text


def test_marks_of_many_tabs_at_once_are_all_kept(viewer, file):
    def mark(number):
        return viewer.post("/api/corrections", MARK | {"note": str(number)}).status

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(mark, range(40))) == {200}
    assert sorted(int(one.note) for one in read_jsonl(file, Correction)) == list(range(40))


def test_two_viewers_do_not_lose_each_others_marks(file):
    one, two = Corrections(file), Corrections(file)

    def mark(number):
        (one, two)[number % 2].add(made(number))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(mark, range(40)))
    assert len(one.all()) == len(two.all()) == 40


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"page": "nowhere"}, "nowhere"),
        ({"item": "characters/nobody"}, "no such item or field"),
        ({"field": "speaker"}, "no such item or field"),
        ({"kind": "odd"}, "kind"),
        ({"shelf": 7}, "in 7"),
        ({"note": "x" * 5000}, "note"),
        ({"id": "mine"}, "id"),
        ({"said": "mine"}, "said"),
        ({"note": 7}, "note"),
    ],
)
def test_a_mark_of_nothing_is_refused_in_one_line(viewer, file, changes, rule):
    told = viewer.post("/api/corrections", MARK | changes)
    assert told.status == 400
    assert rule in told.json["error"]
    assert not file.exists()


@pytest.mark.parametrize("body", [b"", b"[", b"[]", b"\xff", b'{"page": 1e999}', b"[" * 100_000])
def test_what_is_no_mark_is_refused(viewer, body):
    assert viewer.post("/api/corrections", body).status == 400


def test_a_body_that_is_too_large_is_not_read(viewer):
    assert viewer.post("/api/corrections", b" " * 300_000).status == 413


def test_exports_hold_every_field_by_stable_ids(viewer):
    viewer.post("/api/corrections", MARK | {"should": ALL})
    lines = viewer.get("/corrections.jsonl")
    assert lines.headers["content-disposition"] == 'attachment; filename="corrections.jsonl"'
    one = Correction.parse(lines.text, "export")
    assert one.should == ALL
    table = viewer.get("/corrections.csv")
    assert table.headers["content-type"].startswith("text/csv")
    [row] = csv.DictReader(io.StringIO(table.text))
    assert (row["page"], row["item"], row["field"]) == ("made/0/0", "characters/c00", "name")
    assert row["should"] == ALL


@pytest.mark.parametrize("start", FORMULA)
def test_a_spreadsheet_finds_no_formula(file, start):
    kept = Corrections(file)
    kept.add(made(note=f"{start}1+1"))
    [row] = csv.DictReader(io.StringIO(kept.csv(), newline=""))
    assert row["note"] == f"'{start}1+1"
    assert kept.all()[0].note == f"{start}1+1"


def test_a_file_that_is_something_else_is_refused_and_left_alone(file):
    file.write_text('{"some": "thing"}\n')
    with pytest.raises(CloseupError, match=r"corrections.jsonl:1: "):
        Corrections(file).check()
    with pytest.raises(CloseupError, match=r"corrections.jsonl:1: "):
        Corrections(file).add(made())
    assert file.read_text() == '{"some": "thing"}\n'


def test_a_mark_that_cannot_be_kept_is_told_of_in_a_line(tmp_path):
    with pytest.raises(CloseupError, match="no folder"):
        Corrections(tmp_path / "gone" / "c.jsonl").add(made())


def test_marks_that_others_added_by_hand_stay(file):
    kept = Corrections(file)
    kept.add(made(1))
    with file.open("a") as lines:
        lines.write(made(2, note="by hand").to_json() + "\n")
    kept.add(made(3))
    assert [one.id for one in kept.all()] == ["c1", "c2", "c3"]


def test_ids_are_new_each_time():
    assert len({new_id() for _ in range(1000)}) == 1000
