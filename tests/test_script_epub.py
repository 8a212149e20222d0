"""The EPUB: whole, well-formed, the same bytes every time, and honest about what it holds."""

import io
import zipfile
from collections.abc import Mapping
from xml.etree import ElementTree

import pytest
from pages import page_data
from PIL import Image
from test_script import line, parse
from test_script_formats import HOSTILE, hostile, made

from closeup import script
from closeup.script.pictures import BYTES, PIXELS, pictures, shrink

OPF = "{http://www.idpf.org/2007/opf}"
DC = "{http://purl.org/dc/elements/1.1/}"
OPS = "{http://www.idpf.org/2007/ops}"
XHTML = "{http://www.w3.org/1999/xhtml}"


def two_pages() -> script.Script:
    return script.of(*(parse(page_data(i)) for i in (1, 2)))


def picture() -> bytes:
    return shrink(Image.new("RGB", (80, 120)), 10_000)


def opened(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return {name: book.read(name) for name in book.namelist()}


def package(files: Mapping[str, bytes]) -> ElementTree.Element:
    return ElementTree.fromstring(files["EPUB/package.opf"])


def metadata(told: script.Script, shown: Mapping[str, bytes] | None = None) -> list[tuple]:
    root = package(opened(script.epub(told, shown)))
    return [(meta.get("property"), meta.text) for meta in root.iter(f"{OPF}meta")]


def test_the_type_comes_first_and_stored_and_the_container_leads_to_the_package():
    data = script.epub(two_pages())
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        first, *rest = book.infolist()
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    assert data[38:58] == b"application/epub+zip"
    assert len({entry.filename for entry in rest}) == len(rest)
    container = ElementTree.fromstring(opened(data)["META-INF/container.xml"])
    (root,) = [e for e in container.iter() if e.tag.endswith("rootfile")]
    assert root.get("full-path") == "EPUB/package.opf"


def test_the_manifest_names_every_file_and_the_spine_every_chapter():
    files = opened(script.epub(two_pages(), {"book/2": picture()}))
    root = package(files)
    items = {item.get("id"): item.get("href") for item in root.iter(f"{OPF}item")}
    assert {f"EPUB/{href}" for href in items.values()} | {"EPUB/package.opf"} == {
        name for name in files if name.startswith("EPUB/")
    }
    spine = [items[ref.get("idref")] for ref in root.iter(f"{OPF}itemref")]
    assert spine == ["start.xhtml", "page-1.xhtml", "page-2.xhtml"]
    assert "images/page-2.jpg" in items.values()
    assert "images/page-1.jpg" not in items.values()


def test_the_contents_lead_to_every_page_and_every_panel():
    files = opened(script.epub(two_pages()))
    ids = {
        f"{name.removeprefix('EPUB/')}#{element.get('id')}"
        for name, data in files.items()
        if name.endswith(".xhtml")
        for element in ElementTree.fromstring(data).iter()
        if element.get("id")
    }
    nav = ElementTree.fromstring(files["EPUB/nav.xhtml"])
    (contents,) = [e for e in nav.iter(f"{XHTML}nav") if e.get(f"{OPS}type") == "toc"]
    links = [(a.get("href"), a.text) for a in contents.iter(f"{XHTML}a")]
    assert [text for _, text in links][:4] == ["About this script", "Page 1", "Panel 1", "Panel 2"]
    assert len(links) == 1 + 2 * 5
    assert {href for href, _ in links[1:]} <= ids


def test_a_picture_in_the_book_has_its_alternative_text():
    files = opened(script.epub(two_pages(), {"book/2": picture()}))
    (image,) = ElementTree.fromstring(files["EPUB/page-2.xhtml"]).iter(f"{XHTML}img")
    assert image.get("src") == "images/page-2.jpg"
    assert (image.get("alt") or "").startswith("Page 2: 4 panels with ")
    assert files["EPUB/images/page-2.jpg"] == picture()


def test_the_same_script_is_the_same_book_and_another_has_another_identifier():
    once, again = (script.epub(two_pages(), {"book/2": picture()}) for _ in range(2))
    assert once == again
    names = {
        next(package(opened(data)).iter(f"{DC}identifier")).text
        for data in (once, script.epub(two_pages()), script.epub(made()))
    }
    assert len(names) == 3
    assert all((name or "").startswith("urn:uuid:") for name in names)


def test_text_is_called_sufficient_only_where_people_told_everything():
    whole = ("schema:accessModeSufficient", "textual")
    shown = {"book/1": picture()}
    assert whole in metadata(made(), shown)
    assert whole not in metadata(made(descriptions=[]), shown)
    assert whole not in metadata(made(inferred=["descriptions"]), shown)
    assert whole not in metadata(made(inferred=["balloons.text"]), shown)
    assert whole not in metadata(made(balloons=[line(text=None)]), shown)
    assert whole not in metadata(made().model_copy(update={"told_by": "parrot"}), shown)


def test_pictures_and_their_texts_are_declared_where_there_are_any():
    shown, bare = metadata(made(), {"book/1": picture()}), metadata(made())
    for one in ("accessMode", "visual"), ("accessibilityFeature", "alternativeText"):
        assert (f"schema:{one[0]}", one[1]) in shown
        assert (f"schema:{one[0]}", one[1]) not in bare
    assert ("schema:accessModeSufficient", "textual") in bare


def test_a_model_is_named_in_the_summary():
    told = made().model_copy(update={"told_by": "parrot"})
    (summary,) = [text for name, text in metadata(told) if name == "schema:accessibilitySummary"]
    assert "told by parrot, a model" in summary


def test_the_comics_languages_are_listed_after_english():
    root = package(opened(script.epub(made(language="ja"))))
    assert [e.text for e in root.iter(f"{DC}language")] == ["en", "ja"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_leaves_every_document_well_formed_and_of_the_same_shape(text: str):
    calm, wicked = (opened(script.epub(hostile(t))) for t in ("calm", text))
    assert list(calm) == list(wicked)
    for name, data in wicked.items():
        if name.endswith((".xhtml", ".opf")):
            tags = [e.tag for e in ElementTree.fromstring(data).iter()]
            assert tags == [e.tag for e in ElementTree.fromstring(calm[name]).iter()]
    title = next(package(wicked).iter(f"{DC}title")).text
    assert title == f"{text}, {text} 2"


def test_pictures_keep_to_the_budget_and_to_the_pixels():
    with Image.open(io.BytesIO(shrink(Image.new("RGB", (1600, 1200)), BYTES))) as found:
        assert 0.99 * PIXELS < found.width * found.height <= 1.01 * PIXELS
    noise = Image.effect_noise((400, 400), 200).convert("RGB")
    assert 10_000 < len(shrink(noise, 20_000)) <= 20_000
    assert len(shrink(noise, 1)) < 20_000


def test_a_page_without_an_image_has_no_picture():
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    images = {"book/1": out.getvalue(), "book/2": None}
    found = pictures([parse(page_data(i)) for i in (1, 2)], lambda page: images[page.id])
    assert list(found) == ["book/1"]
    assert found["book/1"].startswith(b"\xff\xd8")
