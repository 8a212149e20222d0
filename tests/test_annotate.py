"""Page images of one's own become pages in the native format."""

import zipfile
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from closeup.annotate import annotate, annotate_page, lettered, turned
from closeup.build.build import build
from closeup.build.datasets import annotated
from closeup.cli import annotate as verb
from closeup.cli import main
from closeup.geometry import Box
from closeup.page import Page
from closeup.readers import closeup_json
from closeup.records import CloseupError
from closeup.sources import Source
from closeup.tools.read_text import Line

assert verb.annotate  # the verb is there


def picture() -> Image.Image:
    """Two rows of two panels, with three lines of text in the first."""
    image = Image.new("RGB", (400, 600), "white")
    canvas = ImageDraw.Draw(image)
    for i in range(4):
        x, y = 200 * (i % 2), 300 * (i // 2)
        canvas.rectangle((x + 10, y + 10, x + 189, y + 289), (90 + 30 * i, 120, 160), "black", 2)
        canvas.ellipse((x + 60, y + 120, x + 150, y + 250), "orange", "black", 2)
    return image


def scribe(image: Image.Image) -> list[Line]:
    """Reads at twice the size of the page, as an engine would."""
    assert image.size == (800, 1200)
    return [
        Line(Box(40, 130, 180, 160), "last of all"),
        Line(Box(60, 60, 200, 90), "now!"),
        Line(Box(50, 28, 210, 58), "Here I am"),
        Line(Box(460, 700, 600, 730), "On the right"),
    ]


@pytest.fixture
def comic(tmp_path: Path) -> Path:
    """A folder with pages 1, 2 and 10, and one that is broken."""
    folder = tmp_path / "comic"
    folder.mkdir()
    for number in (1, 10, 2):
        picture().save(folder / f"page{number}.png")
    (folder / "page3.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "notes.txt").write_text("not a page")
    return folder


def read(folder: Path) -> list[Page]:
    pages = list(closeup_json.read(Source.open(folder)))
    assert all(isinstance(page, Page) for page in pages)
    return [page for page in pages if isinstance(page, Page)]


def test_panels_are_numbered_as_they_are_read_in_either_direction():
    ltr = annotate_page(picture(), id="a", file="a.png").panels or ()
    rtl = annotate_page(picture(), id="a", file="a.png", direction="rtl").panels or ()
    assert [panel.id for panel in ltr] == ["p1", "p2", "p3", "p4"]
    corners = [(panel.box.x0 // 200, panel.box.y0 // 300) for panel in ltr]
    assert corners == [(0, 0), (1, 0), (0, 1), (1, 1)]
    assert [rtl[i].box for i in (1, 0, 3, 2)] == [panel.box for panel in ltr]


def test_a_page_that_is_turned_is_as_one_that_was_read_so_from_the_start():
    ltr = annotate_page(picture(), id="a", file="a.png", read=scribe)
    rtl = annotate_page(picture(), id="a", file="a.png", read=scribe, direction="rtl")
    assert turned(ltr, "rtl") == rtl
    assert turned(rtl, "ltr") == ltr
    assert [balloon.panel for balloon in rtl.balloons or ()] == ["p2", "p2", "p3"]


def test_text_may_be_read_after_the_panels_were_found():
    page = annotate_page(picture(), id="a", file="a.png")
    whole = annotate_page(picture(), id="a", file="a.png", read=scribe)
    assert lettered(page, picture(), scribe) == whole


def test_lines_near_each_other_in_a_panel_are_one_balloon():
    page = annotate_page(picture(), id="a", file="a.png", read=scribe)
    told = [(balloon.id, balloon.panel, balloon.text) for balloon in page.balloons or ()]
    assert told == [
        ("b1", "p1", "Here I am now!"),
        ("b2", "p1", "last of all"),
        ("b3", "p4", "On the right"),
    ]
    assert next(iter(page.balloons or ())).box == Box(25, 14, 105, 45)


def test_a_line_of_text_thinner_than_a_pixel_is_noise():
    lines = [Line(Box(0, 0, 0.05, 20), "l"), Line(Box(40, 40, 200, 70), "Here I am")]
    page = annotate_page(picture(), id="a", file="a.png", read=lambda _: lines)
    assert [balloon.text for balloon in page.balloons or ()] == ["Here I am"]


def test_all_that_was_filled_in_is_marked_and_what_was_not_looked_for_is_unknown():
    page = annotate_page(picture(), id="a", file="a.png")
    assert set(page.inferred) == {"reading_direction", "panels", "panels.order"}
    assert page.balloons is None
    assert page.characters is None
    page = annotate_page(picture(), id="a", file="a.png", read=lambda _: [])
    assert page.balloons == ()
    assert {"balloons", "balloons.text", "balloons.panel", "balloons.order"} <= set(page.inferred)


def test_a_folder_becomes_pages_in_the_order_of_their_numbers(comic, tmp_path):
    out = tmp_path / "pages"
    tally = annotate(comic, out)
    assert [page.id for page in read(out)] == [f"comic/page{n}.png" for n in (1, 2, 10)]
    assert (tally.pages, tally.panels, tally.balloons) == (3, 12, None)
    first = read(out)[0]
    assert (out / first.image).read_bytes() == (comic / "page1.png").read_bytes()
    assert [bad.place for bad in tally.bad] == [str(comic / "page3.png")]


def test_an_archive_and_a_single_image_are_read_where_they_are(comic, tmp_path):
    archive = tmp_path / "book.cbz"
    with zipfile.ZipFile(archive, "w") as cbz:
        cbz.write(comic / "page1.png", "two/page1.png")
        cbz.write(comic / "page2.png", "one/page2.png")
        cbz.write(comic / "page10.png", "one/page10.png")
    annotate(archive, tmp_path / "a")
    assert [(page.issue, page.number) for page in read(tmp_path / "a")] == [
        ("one", 1),
        ("one", 2),
        ("two", 1),
    ]
    annotate(comic / "page1.png", tmp_path / "b")
    assert [page.id for page in read(tmp_path / "b")] == ["page1/page1.png"]


def test_a_bench_is_built_from_what_was_found(comic, tmp_path):
    def chatter(image: Image.Image) -> list[Line]:
        corners = [(x, y) for x in (40, 440) for y in (60, 660)]
        return [Line(Box(x, y, x + 150, y + 30), f"I stand at {x}!") for x, y in corners]

    annotate(comic, tmp_path / "pages", read=chatter)
    dataset = annotated("closeup_json", tmp_path / "pages", 0)
    build(dataset, tmp_path / "bench", tasks=("panel_reordering",), seed=0, workers=1)
    assert (tmp_path / "bench" / "questions.jsonl").read_text().count("inferred_order") == 3


def test_several_words_are_taken_for_speech_and_the_guess_is_marked():
    lines = [Line(Box(40, 40, 200, 70), "Here I am"), Line(Box(440, 40, 600, 70), "BOOM")]
    page = annotate_page(picture(), id="a", file="a.png", read=lambda _: lines)
    assert {b.text: b.kind for b in page.balloons or ()} == {"Here I am": "speech", "BOOM": None}
    assert "balloons.kind" in page.inferred


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("missing", "no such file"),
        ("missing.png", "no such file"),
        ("empty", "no .jpg"),
        ("broken", "not a readable image"),
        ("evil.zip", "need a relative path|without"),
    ],
)
def test_what_cannot_be_read_is_one_line_and_leaves_nothing(name, problem, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "1.png").write_bytes(b"GIF89a")
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("../1.png", b"")
    with pytest.raises(CloseupError, match=problem) as caught:
        annotate(tmp_path / name, tmp_path / "new" / "out")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "new").exists()


def test_a_folder_that_holds_something_is_not_written_to(comic, tmp_path):
    with pytest.raises(CloseupError, match="missing or an empty folder"):
        annotate(comic, comic)
    assert (comic / "page1.png").exists()


def test_a_name_that_would_steer_the_terminal_is_told_in_plain_letters(comic, tmp_path, capsys):
    (comic / "page3.png").rename(comic / "\x1b[2J\x07\n.png")
    main(["annotate", str(comic), "--out", str(tmp_path / "pages"), "--no-text"])
    [told] = [line for line in capsys.readouterr().err.splitlines() if "left out" in line]
    assert told.isprintable()
    assert "\\x1b[2J\\x07\\n.png: " in told


def test_the_command_tells_what_it_found_and_what_it_left_out(comic, tmp_path, capsys):
    out = tmp_path / "pages"
    main(["annotate", str(comic), "--out", str(out), "--rtl", "--no-text"])
    told = capsys.readouterr()
    assert told.out.endswith("pages: 3 pages, 12 panels, 1 left out\n")
    assert told.err.startswith(f"closeup: left out: {comic / 'page3.png'}: not a readable image")
    assert {page.reading_direction for page in read(out)} == {"rtl"}


def test_a_photograph_that_lies_on_its_side_is_stood_up(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # as a telephone notes it
    (tmp_path / "in").mkdir()
    picture().rotate(90, expand=True).save(tmp_path / "in" / "1.jpg", exif=exif, quality=95)
    annotate(tmp_path / "in", tmp_path / "out")
    page = next(closeup_json.read(Source.open(tmp_path / "out")))
    assert isinstance(page, Page)
    assert (page.width, page.height) == (400, 600)
    assert [panel.box.x0 < 200 for panel in page.panels or ()] == [True, False] * 2
    with Image.open(tmp_path / "out" / page.image) as kept:
        assert kept.size == (400, 600)
        assert kept.getexif().get(0x0112) is None


def test_an_image_that_stands_is_kept_byte_for_byte(tmp_path):
    (tmp_path / "in").mkdir()
    picture().save(tmp_path / "in" / "1.jpg", exif=b"Exif\0\0broken")
    annotate(tmp_path / "in", tmp_path / "out")
    kept = next((tmp_path / "out" / "images").iterdir()).read_bytes()
    assert kept == (tmp_path / "in" / "1.jpg").read_bytes()
