"""Annotations that are broken or mean harm: each gives one line that names its file, no more."""

import json

import pytest
from layouts import LAYOUTS, write

from closeup.page import Page
from closeup.readers import READERS
from closeup.records import CloseupError
from closeup.sources import Source

LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
XML = [reader for reader, files in LAYOUTS.items() if next(iter(files.values()))[:1] == "<"]
JSON = [reader for reader in LAYOUTS if reader not in XML]


def root(text):
    """A document's root tag, and what stands from it on."""
    body = text[text.index("?>") + 2 :].lstrip() if text.startswith("<?") else text
    return body[1:].split(maxsplit=1)[0].rstrip(">"), body


def spoil_any(text):
    """What no reader can take, whatever its format."""
    yield "empty", ""
    yield "half", text[: len(text) // 2]
    yield "cut at the end", text[:-3]
    yield "not UTF-8", text.encode().replace(b"p1", b"p\xff", 1).replace(b'"', b'"\xff', 1)
    yield "binary", bytes(range(256)) * 8
    yield "utf-16", text.encode("utf-16")
    yield "NUL bytes", text.replace('"', '"\0', 1)
    yield "only spaces", "   \n  "
    yield "another document", "hello"


def spoil_xml(text):
    tag, body = root(text)
    yield (
        "billion laughs",
        f'<!DOCTYPE {tag} [<!ENTITY l0 "ha">{LAUGHS}]>' + body.replace(">", ">&l9;", 1),
    )
    yield (
        "external entity",
        f'<!DOCTYPE {tag} [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        + (body.replace(">", ">&x;", 1)),
    )
    yield "external document type", f'<!DOCTYPE {tag} SYSTEM "http://localhost/x.dtd">' + body
    yield "parameter entity", f'<!DOCTYPE {tag} [<!ENTITY % p SYSTEM "x">%p;]>' + body
    yield "undefined entity", body.replace(">", ">&nothing;", 1)
    yield "deep nesting", f"<{tag}>" * 5000 + f"</{tag}>" * 5000
    yield "another root", "<html/>"
    yield "unknown encoding", '<?xml version="1.0" encoding="klingon"?>' + body
    yield "encoding that packs", '<?xml version="1.0" encoding="zlib"?>' + body
    yield "two roots", body + body
    yield (
        "an attribute twice",
        body.replace(' id="', ' id="x" id="', 1).replace("<image ", "<image a='1' a='2' ", 1),
    )


def spoil_json(text):
    yield "deep nesting", "[" * 100_000
    yield "deep objects", '{"a":' * 100_000
    yield "wrong type", "17"
    yield "null", "null"
    yield "a list of numbers", "[1, 2, 3]"
    yield "a huge number", text.replace("1000", "9" * 5000, 1) if "1000" in text else "9" * 5000
    yield "a trailing comma", text[:-1] + "," + text[-1]


def cases():
    for reader, files in LAYOUTS.items():
        text = next(iter(files.values()))
        spoilers = [spoil_any, spoil_xml if reader in XML else spoil_json]
        for spoiler in spoilers:
            for what, spoiled in spoiler(text):
                yield pytest.param(reader, spoiled, id=f"{reader}-{what}")
    for reader, old, new, rule in REPLACED:
        text = next(iter(LAYOUTS[reader].values()))
        assert old in text, (reader, old)
        yield pytest.param(reader, (text.replace(old, new, 1), rule), id=f"{reader}-{new[:40]}")


BOX = "[50, 50, 950, 680]"
AREA = "[50, 50, 900, 630]"
IMAGE = '{"id": 7, "file_name": "x.png", "width": 1000, "height": 1400}, '
REPLACED = [
    ("closeup_json", BOX, "[NaN, 50, 950, 680]", "finite number"),
    ("closeup_json", BOX, "[1e999, 50, 950, 680]", "panels.0.box"),
    ("closeup_json", BOX, "[50, 50, 1001, 680]", "outside the page of 1000x1400"),
    ("closeup_json", BOX, "[-1, 50, 950, 680]", "outside the page"),
    ("closeup_json", BOX, "[950, 50, 50, 680]", "need x0 < x1"),
    ("closeup_json", BOX, "[50, 50, 950]", "panels.0.box"),
    ("closeup_json", BOX, '["50", 50, 950, 680]', "panels.0.box"),
    ("closeup_json", BOX, "null", "panels.0.box"),
    ("closeup_json", BOX, "[0, 0, 1e-200, 1e-200]", "at least 0.001 pixels"),
    ("closeup_json", '"Hi"', '"\\ud800"', "Invalid JSON"),
    ("closeup_json", '"image"', '"a\\nb": 1, "image"', "Extra inputs"),
    ("closeup_json", '"image"', '"' + "x" * 100_000 + '": 1, "image"', "…"),
    ("closeup_json", '"Hi"', '"' + "x" * 5_000_000 + '"', "limit"),
    ("closeup_json", '"id": "p2"', '"id": "p1"', "this id stands twice"),
    ("closeup_json", '"panel": "p1"', '"panel": "p9"', "no panel has this id"),
    ("closeup_json", '"speaker": "c1"', '"speaker": "' + "x" * 100_000 + '"', "no character"),
    ("closeup_json", '"speaker": "c1"', '"speaker": "c9"', "no character has this id"),
    ("closeup_json", "images/1.png", "../1.png", "relative path"),
    ("closeup_json", "images/1.png", "/etc/passwd", "relative path"),
    ("closeup_json", "images/1.png", "..\\\\1.png", "relative path"),
    ("closeup_json", '"width": 1000', '"width": 0', "width"),
    ("closeup_json", '"width": 1000', '"width": 1e9', "width"),
    ("closeup_json", '"width": 1000', '"width": "1000"', "width"),
    ("closeup_json", '"width": 1000', '"width": 99999999999', "width"),
    ("closeup_json", "closeup-page/1", "closeup-page/2", "format"),
    ("closeup_json", '"image"', '"imgae"', "image"),
    ("closeup_json", '"book/1"', '"book\\n1"', "printable"),
    ("closeup_json", '"ltr"', '"left"', "reading_direction"),
    ("ai4va", AREA, "[NaN, 50, 900, 630]", "annotations.1.bbox.0"),
    ("ai4va", AREA, "[Infinity, 50, 900, 630]", "annotations.1.bbox.0"),
    ("ai4va", AREA, "[50, 50, 980, 630]", "outside the page of 1000x1400"),
    ("ai4va", AREA, "[-10, 50, 900, 630]", "outside the page"),
    ("ai4va", AREA, "[50, 50, 0, 630]", "empty"),
    ("ai4va", AREA, "[50, 50, -900, 630]", "empty"),
    ("ai4va", AREA, "[0, 0, 1e-200, 1e-200]", "at least 0.001 pixels"),
    ("ai4va", "Vaillant_0451", "\\ud800", "need whole characters"),
    ("ai4va", "Vaillant_0451", "a\\nb", "printable"),
    ("ai4va", "Vaillant_0451", "x" * 100_000, "printable"),
    ("ai4va", '"Frame"', '"\\udfff"', "need whole characters"),
    ("ai4va", '"Frame"', '"' + "x" * 100_000 + '"', "not in the table"),
    ("ai4va", '"width": 1000', '"width": 1000.5', "images.0.width"),
    ("ai4va", '"width": 1000', '"width": 1' + "0" * 400, "images.0.width"),
    ("ai4va", '"width": 1000', '"width": true', "images.0.width"),
    ("ai4va", '"iscrowd": 0', '"iscrowd": "no"', "iscrowd"),
    ("ai4va", AREA, "[50, 50, 900]", "need x, y, width, height"),
    ("ai4va", AREA, '"50 50 900 630"', "bbox"),
    ("ai4va", AREA, "[1" + "0" * 400 + ", 1, 2, 3]", "annotations.1"),
    ("ai4va", '"image_id": 7', '"image_id": 99', "image_id: 99: no image has this id"),
    ("ai4va", '"image_id": 7', '"image_id": "7"', "image_id: '7': no image has this id"),
    ("ai4va", '"category_id": 1', '"category_id": 99', "category_id: 99: no category"),
    ("ai4va", '"id": 2, "image_id"', '"id": 1, "image_id"', "this id stands twice"),
    ("ai4va", '"images": [', '"images": [' + IMAGE, "images.1.id: 7: this id stands twice"),
    ("ai4va", '"images": [', '"images": [' + IMAGE + IMAGE.replace("x", "a\\nb"), "stands twice"),
    ("ai4va", '{"id": 2, "name"', '{"id": 1, "name"', "this id stands twice"),
    ("ai4va", '"Interdepth": 2', '"Interdepth": -1', "Interdepth"),
    ("ai4va", '"Interdepth": 2', '"Interdepth": 1.5', "Interdepth"),
    ("ai4va", '"Interdepth": 2', '"Interdepth": "2"', "Interdepth"),
    ("ai4va", '"Interdepth": 2', '"Interdepth": NaN', "Interdepth"),
    ("ai4va", "100, 600]]", "100]]", "segmentation"),
    ("ai4va", "100, 600]]", "100, NaN]]", "annotations.2.segmentation.0.7: nan"),
    ("ai4va", "100, 600]]", "100, 9000]]", "segmentation"),
    ("ai4va", '"width": 1000', '"width": -5', "5"),
    ("ai4va", "Vaillant_0451", "../../Vaillant_0451", "without '..'"),
    ("ai4va", "Vaillant_0451", "/Vaillant_0451", "relative path"),
    ("ai4va", '"annotations"', '"anotations"', "annotations: need a list"),
    ("comix", "50,50 950,50", "nan,50 950,50", "<panel> points"),
    ("comix", "50,50 950,50", "50,50 inf,50", "<panel> points"),
    ("comix", "50,50 950,50", "50,50 1e3,50", "<panel> points"),
    ("comix", "50,50 950,50", "50,50 9500,50", "outside the page of 1000x1400"),
    ("comix", "50,50 950,50 950,680 50,680", "50,50 950,50", "at least 3 points"),
    ("comix", "50,50 950,50 950,680 50,680", "5,5 5,5 5,5", "<panel> points"),
    ("comix", "50,50 950,50", "50 950,50", "pairs of plain numbers"),
    ("comix", 'balloon_id="b1"', 'balloon_id="b9"', "balloon_id: 'b9'"),
    ("comix", 'character_id="ann"', 'character_id="bob"', "character_id: 'bob'"),
    ("comix", 'text_id="t1"', 'text_id="t9"', "text_id: 't9'"),
    ("comix", 'character_id="c1"', 'character_id="c9"', "character_id: 'c9'"),
    ("comix", 'id="p1"', 'id="p2"', "this id stands twice"),
    ("comix", 'width="1000"', 'width="1000px"', "width"),
    ("comix", 'width="1000"', 'width="' + "9" * 400 + '"', "width"),
    ("comix", 'width="1000"', 'width="0"', "outside the page"),
    ("comix", "50,50 950,50 950,680 50,680", "0,0 .0001,0 0,.0001", "at least 0.001 pixels"),
    ("comix", 'balloon_id="b1"', 'balloon_id="' + "b" * 100_000 + '"', "no balloon"),
    ("comix", 'title="Book"', 'title="&#xD800;"', "not well-formed"),
    ("comix", ' points="50,50', ' pts="50,50', "points: need this attribute"),
    ("comix", "<pages>", "<sheets>", "mismatched tag"),
    ("manga109", 'xmin="850"', 'xmin="nan"', "xmin: 'nan'"),
    ("manga109", 'xmin="850"', 'xmin="1551"', "empty"),
    ("manga109", 'xmax="1550"', 'xmax="1650"', "outside the page of 1600x1100"),
    ("manga109", 'xmin="850"', "", "xmin: need this attribute"),
    ("manga109", 'id="01"', 'id="02"', "this id stands twice"),
    ("manga109", 'character="0a"', 'character="zz"', "character: 'zz'"),
    ("manga109", 'id="03"', 'id="33"', "text_id: '03'"),
    ("manga109", 'id="05"', 'id="55"', "speaker_id: '05'"),
    ("manga109", 'index="3"', 'index="three"', "index"),
    ("manga109", 'title="Book"', 'title="../../etc"', "relative path"),
    ("ebdtheque", "50,50 950,50", "50,50 950,x", "pairs of plain numbers"),
    ("ebdtheque", "50,50 950,50", "50,50 951950,50", "outside the page"),
    ("ebdtheque", '"../Pages', '"../../Pages', "relative path"),
    ("ebdtheque", '"../Pages/BOOK_1.jpg"', '"/etc/passwd"', "relative path"),
    ("ebdtheque", '"../Pages', '"../../' + "x" * 100_000, "relative path"),
    ("ebdtheque", 'idBalloon="b1"', 'idBalloon="' + "b" * 100_000 + '"', "no balloon of the page"),
    ("ebdtheque", 'idBalloon="b1" textType', 'idBalloon="b9" textType', "idBalloon: 'b9'"),
    ("ebdtheque", 'idCharacter="c1"', 'idCharacter="c9"', "idCharacter: 'c9'"),
    ("ebdtheque", 'id="p1"', 'id="p2"', "this id stands twice"),
    ("ebdtheque", 'class="Page"', 'class="Pager"', 'class="Page"'),
    ("ebdtheque", "<image ", "<picture ", "need a <image>"),
    ("acbf", "50,50 950,50", "50,50 950,nan", "pairs of plain numbers"),
    ("acbf", "50,50 950,50 950,680 50,680", "0,0 .0001,0 0,.0001", "at least 0.001 pixels"),
    ("acbf", '"1.png"', '"#' + "x" * 100_000 + '"', "need a file beside the book"),
    ("acbf", "400,100 700,100 700,250 400,250", "4,1 7,1 99999999,9", "no page is larger"),
    ("acbf", "50,50 950,50 950,680 50,680", "50,50 950,680", "at least 3 points"),
    ("acbf", 'href="1.png"', 'href="../1.png"', "without '..'"),
    ("acbf", 'href="1.png"', 'href="C:\\1.png"', "need a file beside the book"),
    ("acbf", 'href="1.png"', 'href="http://localhost/1.png"', "need a file beside the book"),
    ("acbf", 'href="1.png"', 'href="#embedded"', "need a file beside the book"),
    ("acbf", 'href="1.png"', "", "href: need this attribute"),
    ("acbf", "400,100 700,100 700,250 400,250", "-99,100 700,100 700,250", "outside the page"),
    ("openmantra", '"w": 900', '"w": NaN', "frame.0.w"),
    ("openmantra", '"w": 900', '"w": -900', "empty"),
    ("openmantra", '"x": 50', '"x": -500', "outside the page"),
    ("openmantra", '"w": 900', '"w": 1e30', "a point at x = 1e+30: no page is larger"),
    ("openmantra", '"x": 50, "y": 700, "w": 900', '"x": 1e308, "y": 7, "w": 1e308', "x = inf"),
    ("openmantra", '"w": 300, "h": 150', '"w": 300, "h": 1e-4', "at least 0.001 pixels"),
    ("openmantra", '"book_title": "book"', '"book_title": "\\ud800"', "need whole characters"),
    ("openmantra", '"\\u3042"', '"\\ud800"', "need whole characters"),
    ("openmantra", '"page_index": 1', '"page_index": 1' + "0" * 400, "200 printable"),
    ("openmantra", '"w": 900', '"w": "900"', "frame.0.w"),
    ("openmantra", "images/book/ja/000.jpg", "../000.jpg", "without '..'"),
    ("openmantra", '"page_index": 1', '"page_index": 1.5', "page_index"),
    ("openmantra", '"text"', '"texts"', "text"),
]
"""Reader, what is replaced in its layout, by what, and what the error must say."""


@pytest.mark.parametrize(("reader", "spoiled"), list(cases()))
def test_a_spoiled_file_is_one_clear_line_and_no_other_error(reader, spoiled, tmp_path):
    spoiled, rule = spoiled if isinstance(spoiled, tuple) else (spoiled, "")
    name = next(iter(LAYOUTS[reader]))
    folder = write(tmp_path, {**LAYOUTS[reader], name: spoiled})
    bad = [item for item in READERS[reader](Source.open(folder)) if not isinstance(item, Page)]
    assert bad, "taken for good"
    lines = list(map(str, bad))
    assert any(rule in line for line in lines), lines
    for line in lines:
        assert line.isprintable(), line
        assert len(line) < 600
        assert str(folder) in line


@pytest.mark.parametrize("reader", READERS)
def test_an_empty_folder_is_an_error(reader, tmp_path):
    with pytest.raises(CloseupError, match=r"no .* file in it") as error:
        list(READERS[reader](Source.open(tmp_path)))
    assert str(tmp_path) in str(error.value)


@pytest.mark.parametrize("reader", ["acbf", "openmantra"])
@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xff\xff\xff"])
def test_an_image_that_is_none_makes_its_page_bad(reader, data, tmp_path):
    folder = write(tmp_path, LAYOUTS[reader])
    (page,) = READERS[reader](Source.open(folder))
    assert isinstance(page, Page)
    write(folder, {page.image: data})
    (bad,) = READERS[reader](Source.open(folder))
    assert page.image in str(bad)
    assert "not a readable image" in str(bad)


def test_a_json_file_that_is_no_page_is_not_passed_over(tmp_path):
    folder = write(tmp_path, {**LAYOUTS["closeup_json"], "notes.json": json.dumps({"by": "me"})})
    bad = [p for p in READERS["closeup_json"](Source.open(folder)) if not isinstance(p, Page)]
    assert len(bad) == 1
    assert "notes.json" in str(bad[0])


def crowded(reader, text, count):
    """The layout's page with `count` more things on it."""
    if reader == "closeup_json":
        things = "".join(f'{{"id": "x{i}", "box": [1, 1, 5, 5]}},' for i in range(count))
        return text.replace('"balloons": [', '"balloons": [' + things, 1)
    if reader == "ai4va":
        thing = '{"id": 99, "image_id": 7, "category_id": 2, "bbox": [1, 1, 5, 5]},'
        return text.replace('"annotations": [', '"annotations": [' + thing * count, 1)
    if reader == "openmantra":
        return text.replace('"text": [', '"text": [' + '{"x":1,"y":1,"w":1,"h":1},' * count, 1)
    before = {"comix": "<balloon ", "manga109": "<frame ", "acbf": "<frame ", "ebdtheque": "<poly"}
    at = text.index(before[reader])
    end = text.index(">", at) + 1
    thing = text[at:end] + "</polygon>" * (reader == "ebdtheque")
    return text[:at] + thing * count + text[at:]


@pytest.mark.parametrize("reader", READERS)
def test_a_page_with_far_too_many_things_is_bad_at_once(reader, tmp_path):
    name = next(iter(LAYOUTS[reader]))
    spoiled = crowded(reader, LAYOUTS[reader][name], 30_000)
    folder = write(tmp_path, {**LAYOUTS[reader], name: spoiled})
    bad = [item for item in READERS[reader](Source.open(folder)) if not isinstance(item, Page)]
    assert bad
    assert "limit is 2000" in str(bad[0]) or "at most 2000" in str(bad[0])
