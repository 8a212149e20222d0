"""Files become comics, or one line that says why not."""

import asyncio
import io
import pickle
import struct
import zipfile
import zlib
from pathlib import Path

import comics
import pytest
from PIL import Image

from closeup.geometry import Box, View
from closeup.pictures import Pictures
from closeup.records import CloseupError
from closeup.sources import Archive
from closeup.view import comic_shelf
from closeup.view.comic_shelf import Comic, Shelf, opened, plain_name


def evil_zip(name: str = "../../page.png") -> bytes:
    return comics.packed({name: comics.PAGE})


def bomb() -> bytes:
    return comics.packed({"page.png": b"\0" * (8 << 20)}, zipfile.ZIP_DEFLATED)


def huge() -> bytes:
    """A header that tells of more pixels than anybody may hold."""
    header = b"IHDR" + struct.pack(">II", 60_000, 60_000) + comics.PAGE[24:29]
    return comics.PAGE[:12] + header + struct.pack(">I", zlib.crc32(header)) + comics.PAGE[33:]


def linked() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        info = zipfile.ZipInfo("page.png")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return file.getvalue()


HOSTILE = {
    "nothing": (b"", "not a readable image"),
    "no image": (b"Dear reader, " * 9, "not a readable image"),
    "a page of markup": (b"<html><script>pwned()</script>", "not a readable image"),
    "an SVG": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='pwned()'/>", "not a readable"),
    "huge dimensions": (huge(), "pixels"),
    "a RAR archive": (b"Rar!\x1a\x07\x01\x00", "pack it again as .zip or .cbz"),
    "a PDF": (b"%PDF-1.7", "save its pages as images first"),
    "half an archive": (comics.packed({"a.png": comics.PAGE})[:200], "not a readable archive"),
    "a name that climbs out": (evil_zip(), "need a relative name"),
    "an absolute name": (evil_zip("/etc/page.png"), "need a relative name"),
    "a drive": (evil_zip("C:\\page.png"), "need a relative name"),
    "a name with a null": (evil_zip("a\x1bb.png"), "need a relative name"),
    "a link": (linked(), "a link"),
    "a bomb": (bomb(), "the limit is 200 times"),
    "no page": (comics.packed({"notes.txt": b"hello"}), r"no \.jpg"),
    "an empty archive": (comics.packed({}), r"no \.jpg"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_comic_is_refused_in_one_line(what):
    data, why = HOSTILE[what]
    with pytest.raises(CloseupError, match=why) as caught:
        opened("<img src=x onerror=pwned()>.cbz", data)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_a_file_is_told_by_its_bytes_and_not_by_its_name():
    assert len(opened("page.png", comics.packed({"1.png": comics.PAGE}))) == 1
    assert opened("comic.cbz", comics.PAGE)[0].name == "comic.cbz"
    polyglot = comics.PAGE + comics.packed({"../1.png": b"", "2.png": b""})
    assert [sheet.load() for sheet in opened("page.cbz", polyglot)] == [polyglot]


def test_pages_come_in_the_order_of_their_numbers():
    members = {f"ch/p{n}.png": comics.PAGE for n in (10, 2, 1)} | {"ch/.hidden.png": b""}
    found = opened("book.cbz", comics.packed(members))
    assert [(sheet.number, sheet.name) for sheet in found] == [
        (1, "ch/p1.png"),
        (2, "ch/p2.png"),
        (3, "ch/p10.png"),
    ]
    assert {(sheet.title, sheet.issue) for sheet in found} == {("book", "ch")}


def test_an_archive_in_memory_goes_to_a_worker_with_its_bytes():
    sent = pickle.loads(pickle.dumps(Archive(Path("a.cbz"), comics.packed({"1.png": comics.PAGE}))))
    assert sent.read(*sent.names()) == comics.PAGE


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\comics\\a.cbz", "a.cbz"),
        ("", "comic"),
        ("..", "comic"),
        ("a\x00\x1b\u202eb.png", "ab.png"),
        ("<b>.png", "<b>.png"),
    ],
)
def test_a_name_loses_its_folders_and_what_cannot_be_printed(name, plain):
    assert plain_name(name) == plain


def test_a_long_name_keeps_its_end():
    assert plain_name("x" * 5000 + ".cbz").endswith("x.cbz")
    assert len(plain_name("x" * 5000 + ".cbz")) == comic_shelf.MAX_NAME


def test_a_comic_of_a_thousand_pages_is_refused():
    members = {f"{n}.png": b"" for n in range(1000)}
    with pytest.raises(CloseupError, match="1,000 pages; the limit is 500"):
        Comic("long").add(opened("long.cbz", comics.packed(members)), 1)


def test_images_that_are_added_go_on_counting_and_no_two_pages_share_a_name():
    comic = Comic("pages")
    for _ in range(2):
        comic.add(opened("page.png", comics.PAGE, "pages"), len(comics.PAGE))
    assert [(sheet.title, sheet.name) for sheet in comic.sheets] == [
        ("pages", "page.png"),
        ("pages", "2-page.png"),
    ]
    assert [sheet.number for sheet in comic.sheets] == [1, 2]
    assert comic.size == 2 * len(comics.PAGE)


@pytest.mark.parametrize(("limit", "value"), [("MAX_SHELF", 250), ("MAX_COMICS", 2)])
def test_the_oldest_comics_make_room_for_a_new_one(limit, value, monkeypatch):
    monkeypatch.setattr(comic_shelf, limit, value)
    shelf = Shelf()
    held = [Comic(name) for name in "abc"]
    for comic in held:
        comic.add((), 100)
        shelf.put(comic)
    assert [comic.title for comic in shelf] == ["b", "c"]
    with pytest.raises(CloseupError, match="no longer held"):
        shelf.find(held[0].id)
    assert held[0].log[-1] == {"closed": True}


def test_a_comic_that_alone_is_larger_than_the_shelf_stays(monkeypatch):
    monkeypatch.setattr(comic_shelf, "MAX_SHELF", 50)
    shelf, comic = Shelf(), Comic("large")
    comic.add((), 100)
    shelf.put(comic)
    assert [*shelf] == [comic]


def test_whoever_follows_a_comic_is_woken_by_each_thing_that_happens():
    async def work() -> list[str]:
        comic, heard = Comic("a"), []

        async def follow() -> None:
            await comic.news()
            heard.append("news")

        following = asyncio.create_task(follow())
        await asyncio.sleep(0)
        comic.tell({"page": {}})
        await following
        return heard

    assert asyncio.run(work()) == ["news"]


def test_what_is_kept_of_a_page_is_let_go_with_its_comic():
    loads = []
    pictures = Pictures(lambda key: (loads.append(key), comics.PAGE)[1])
    view = View("c/1", Box(0, 0, 400, 600), (40, 60))
    for _ in range(2):
        pictures.encoded(view)
        pictures.page_hash("c/1")
    assert len(loads) == 2
    pictures.forget("c/1")
    pictures.encoded(view)
    pictures.page_hash("c/1")
    assert len(loads) == 4


def test_an_animation_is_its_first_picture():
    frames = [Image.new("RGB", (64, 64), color) for color in ("red", "blue")]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    assert len(opened("a.gif", file.getvalue())) == 1
