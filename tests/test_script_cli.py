"""closeup script, from a path to a file."""

import json
import zipfile
from pathlib import Path

import native
import pytest
from layouts import LAYOUTS, pack, write
from pages import page_data
from PIL import Image

from closeup import script
from closeup.cli import main
from closeup.readers import READERS
from closeup.records import CloseupError
from closeup.sources import Source


def fails(*args: object) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["script", *map(str, args)])
    assert stop.value.code == 2


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return native.write(tmp_path_factory.mktemp("script") / "pages", issues=1)


def test_a_folder_is_written_to_standard_output_as_markdown(source, capsysbinary):
    main(["script", str(source)])
    text = capsysbinary.readouterr().out.decode()
    assert text.startswith("# Made, 0\n")
    assert text.count("\n## Page ") == 2


def test_one_file_is_told_whatever_else_lies_beside_it(source, tmp_path, capsysbinary):
    (tmp_path / "a.json").write_text(json.dumps(page_data()))
    (tmp_path / "b.json").write_text("no page")
    main(["script", str(tmp_path / "a.json"), "--format", "json"])
    told = script.Script.parse(capsysbinary.readouterr().out, "stdout")
    assert [page.id for page in told.pages] == ["book/1"]


@pytest.mark.parametrize("reader", READERS)
def test_every_readers_pages_make_a_script(reader, tmp_path):
    folder = script.open_pages(write(tmp_path / "data", LAYOUTS[reader]), reader)
    archive = script.open_pages(pack(tmp_path / "data.zip", LAYOUTS[reader]), reader)
    told = script.of(*folder.pages)
    assert told == script.of(*archive.pages)
    assert "### Panel 2" in script.markdown(told)


def test_html_and_epub_carry_the_pictures_unless_they_are_left_out(source, tmp_path, capsys):
    book, page, bare = tmp_path / "a.epub", tmp_path / "a.html", tmp_path / "b.html"
    main(["script", str(source), "--format", "epub", "--out", str(book)])
    main(["script", str(source), "--format", "html", "--out", str(page)])
    main(["script", str(source), "--format", "html", "--out", str(bare), "--no-pictures"])
    with zipfile.ZipFile(book) as files:
        assert sum(name.endswith(".jpg") for name in files.namelist()) == 2
    assert page.read_text().count("<img ") == 2
    assert bare.read_text().count("<img ") == 0
    assert capsys.readouterr().err == ""


def test_missing_images_are_counted_and_a_broken_one_is_an_error(tmp_path, capsys):
    file, out = tmp_path / "a.json", tmp_path / "a.html"
    file.write_text(json.dumps(page_data()))
    main(["script", str(file), "--format", "html", "--out", str(out)])
    assert capsys.readouterr().err == "closeup: 1 of 1 pages have no image\n"
    (tmp_path / "x.png").write_bytes(b"no image")
    fails(file, "--format", "html", "--out", out)
    assert "x.png: not a readable image" in capsys.readouterr().err


def test_pages_come_issue_by_issue_and_by_their_numbers(tmp_path):
    for i, (issue, number) in enumerate([("2", 1), ("1", 10), ("1", 9)]):
        raw = page_data(i) | {"issue": issue, "number": number}
        (tmp_path / f"{i}.json").write_text(json.dumps(raw))
    pages = script.open_pages(tmp_path).pages
    assert [(page.issue, page.number) for page in pages] == [("1", 9), ("1", 10), ("2", 1)]


def test_mistakes_are_one_line(source, tmp_path, capsys):
    bad = tmp_path / "bad.json"
    bad.write_text('{"format": "closeup-page/1"}')
    empty = tmp_path / "empty"
    empty.mkdir()
    for args, message in (
        ((source, "--format", "epub"), "need --out FILE"),
        ((source, "--out", tmp_path), "a folder: need the name of a file"),
        ((tmp_path / "none",), "no such file or folder"),
        ((bad,), "bad.json: id: Field required"),
        ((empty,), "no .json or .jsonl file in it"),
        ((source, "--reader", "none"), "reader 'none'"),
        ((source, "--run", tmp_path), "not a bench"),
    ):
        fails(*args)
        error = capsys.readouterr().err
        assert message in error
        assert error.count("\n") == 1


def test_an_image_outside_of_the_source_is_never_read(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / "secret.png")
    (folder / "x.png").symlink_to(tmp_path / "secret.png")
    (folder / "a.json").write_text(json.dumps(page_data()))
    material = script.open_pages(folder / "a.json")
    assert isinstance(material.source, Source)
    with pytest.raises(CloseupError):
        material.image(material.pages[0])
