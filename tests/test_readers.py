import itertools
import json
import os
from pathlib import Path
from typing import Any

import pytest
from layouts import LAYOUTS, SVG, pack, write
from PIL import Image

from closeup.page import Page
from closeup.readers import READERS, find
from closeup.readers.assemble import MAX_BAD, MAX_PAGES, each_file
from closeup.readers.reader import BadPage
from closeup.records import CloseupError
from closeup.sources import Source


def read(name: str, path: Path) -> list[Any]:
    return list(READERS[name](Source.open(path)))


def only_page(name: str, path: Path) -> Any:
    pages = read(name, path)
    assert all(isinstance(page, Page) for page in pages), list(map(str, pages))
    return pages[-1]


@pytest.fixture(params=READERS)
def reader(request):
    return request.param


def test_every_reader_has_a_layout_to_be_tested_on():
    assert set(LAYOUTS) == set(READERS)


def test_a_reader_needs_no_images_and_finds_both_panels_in_reading_order(reader, tmp_path):
    page = only_page(reader, write(tmp_path, LAYOUTS[reader]))
    first, second = (panel.box for panel in page.panels)
    assert first.y0 < second.y0 if reader != "manga109" else first.x0 > second.x0


def test_a_reader_finds_the_lettering_and_puts_it_into_its_panel(reader, tmp_path):
    page = only_page(reader, write(tmp_path, LAYOUTS[reader]))
    assert page.balloons
    assert page.balloons_in(page.panels[0])
    assert {b.kind for b in page.balloons} <= {None, "speech", "caption", "sfx"}


def test_a_dataset_without_characters_says_unknown_and_not_none_here(reader, tmp_path):
    page = only_page(reader, write(tmp_path, LAYOUTS[reader]))
    if reader in ("acbf", "openmantra"):
        assert page.characters is None
    else:
        assert page.characters_in(page.panels[0])


def test_what_a_dataset_does_not_know_stays_null(reader, tmp_path):
    page = only_page(reader, write(tmp_path, LAYOUTS[reader]))
    for character in page.characters or ():
        assert character.actions is None
        assert character.keypoints is None
        assert character.depth is None or reader == "ai4va"
    assert page.descriptions is None


def test_an_archive_reads_like_its_folder(reader, tmp_path):
    folder = write(tmp_path / "data", LAYOUTS[reader])
    archive = pack(tmp_path / "data.zip", LAYOUTS[reader])
    assert read(reader, folder) == read(reader, archive)


def test_a_page_names_an_image_that_its_source_can_read(reader, tmp_path):
    folder = write(tmp_path, LAYOUTS[reader])
    page = only_page(reader, folder)
    image = folder / page.image
    image.parent.mkdir(parents=True, exist_ok=True)
    format = "JPEG" if image.suffix == ".jpg" else "PNG"
    Image.new("L", (max(page.width, 1000), max(page.height, 1400))).save(image, format)
    again = only_page(reader, folder)
    assert Source.open(folder).exists(again.image)


def test_a_page_that_comes_twice_is_bad_the_second_time(reader, tmp_path):
    main, text = next(iter(LAYOUTS[reader].items()))
    folder, _, file = main.rpartition("/")
    copy = f"{folder}/" * bool(folder) + f"z{file}"
    if reader == "ebdtheque":
        copy = "other/BOOK_1.svg"
    items = read(reader, write(tmp_path, {main: text, copy: text}))
    bad = [item for item in items if isinstance(item, BadPage)]
    assert bad
    assert "this id stands in" in bad[0].message
    assert copy in bad[0].place


def test_a_bad_file_does_not_stop_the_others(reader, tmp_path):
    main, text = next(iter(LAYOUTS[reader].items()))
    broken = main.replace("/", "/0", 1) if "/" in main else f"0{main}"
    items = read(reader, write(tmp_path, {**LAYOUTS[reader], main: text, broken: text[:-40]}))
    assert any(isinstance(item, BadPage) for item in items)
    assert any(isinstance(item, Page) for item in items)


def test_a_link_that_leaves_and_a_name_that_is_not_utf_8_do_not_stop_the_others(reader, tmp_path):
    folder = write(tmp_path / "data", LAYOUTS[reader])
    main = next(iter(LAYOUTS[reader]))
    before = sum(isinstance(item, Page) for item in read(reader, folder))
    secret = write(tmp_path / "secret", {"a": LAYOUTS[reader][main]}) / "a"
    place, suffix = (folder / main).parent, (folder / main).suffix
    (place / f"0link{suffix}").symlink_to(secret)
    (folder / "0folder").symlink_to(secret.parent, target_is_directory=True)
    (place / os.fsdecode(b"\xff" + suffix.encode())).write_text(LAYOUTS[reader][main])
    items = read(reader, folder)
    bad = [item.message for item in items if isinstance(item, BadPage)]
    assert len(items) - len(bad) == before
    assert sum("a link that leaves" in message for message in bad) == 2
    assert sum("need a relative name" in message for message in bad) == 1
    assert len(bad) == 3


def test_a_file_with_nothing_but_bad_pages_is_left_after_a_while(tmp_path):
    files = {"a.json": json.dumps([{}] * 5000), **LAYOUTS["openmantra"]}
    items = read("openmantra", write(tmp_path, files))
    assert len(items) == MAX_BAD + 2
    assert f"more than {MAX_BAD} bad pages" in items[-2].message
    assert isinstance(items[-1], Page)


def test_a_file_with_far_too_many_pages_is_left_after_a_while(tmp_path):
    source = Source.open(write(tmp_path, {"a.json": ""}))
    (good,) = read("closeup_json", write(tmp_path / "b", LAYOUTS["closeup_json"]))

    def pages(source, name):
        for i in itertools.count():
            yield good.model_copy(update={"id": f"p{i}"})

    items = list(each_file(source, ["a.json"], pages))
    assert len(items) == MAX_PAGES + 1
    assert isinstance(items[-1], BadPage)


@pytest.mark.parametrize("reader", ["acbf", "openmantra"])
def test_an_image_with_a_name_too_long_is_a_missing_one(reader, tmp_path):
    name, text = next(iter(LAYOUTS[reader].items()))
    image = {"acbf": "1.png", "openmantra": "images/book/ja/000.jpg"}[reader]
    folder = write(tmp_path, {name: text.replace(image, "x" * 300 + ".png")})
    assert "height" in only_page(reader, folder).inferred


TWO_PAGES = {
    "comix": ("<pages>", '<pages><page id="0" width="9" height="9"><panel id="p"/></page>'),
    "manga109": ("<pages>", '<pages><page index="9" width="9" height="9"><frame/></page>'),
    "acbf": ("<body>", '<body><page><image href="0.png"/><frame points="1,1 2"/></page>'),
    "openmantra": ("[", '[{"book_title": "other", "pages": 7}, {"pages": []}, '),
    "ai4va": ('"images": [', '"images": [{"id": 1, "file_name": "x.png"}, '),
}


@pytest.mark.parametrize("reader", TWO_PAGES)
def test_a_bad_page_does_not_stop_the_others_of_its_file(reader, tmp_path):
    name, text = next(iter(LAYOUTS[reader].items()))
    folder = write(tmp_path, {**LAYOUTS[reader], name: text.replace(*TWO_PAGES[reader], 1)})
    bad, *others = read(reader, folder)
    assert isinstance(bad, BadPage)
    assert isinstance(others[-1], Page)


def test_a_reader_may_be_named_by_its_module():
    assert find("closeup.readers.acbf:read") is READERS["acbf"]


@pytest.mark.parametrize(
    "name", ["nonsense", "closeup.readers.acbf:nothing", "no.such.module:read", ":", "os:sep"]
)
def test_an_unknown_reader_is_one_clear_line(name):
    with pytest.raises(CloseupError) as error:
        find(name)
    assert repr(name) in str(error.value)
    assert "\n" not in str(error.value)


# AI4VA


def coco(**changes):
    document = json.loads(LAYOUTS["ai4va"]["train-annotations.json"])
    document.update(changes)
    return document


def ai4va(tmp_path, document, **more):
    files = {"train-annotations.json": json.dumps(document), **more}
    return only_page("ai4va", write(tmp_path, files))


def test_ai4va_a_missing_depth_is_not_zero(tmp_path):
    page = ai4va(tmp_path, coco())
    assert [(c.depth, c.intradepth) for c in page.characters] == [(2, 1), (None, None)]


def test_ai4va_takes_series_issue_and_number_from_the_file_name(tmp_path):
    page = ai4va(tmp_path, coco())
    assert (page.series, page.issue, page.number) == ("Vaillant", "0451", 1)
    assert "panels.order" in page.inferred


def test_ai4va_a_group_makes_its_panel_a_crowd_and_is_no_character(tmp_path):
    document = coco()
    crowd = {"iscrowd": 1, "segmentation": {"counts": [1, 2], "size": [3, 4]}}
    document["annotations"][3].update(crowd)
    page = ai4va(tmp_path, document)
    assert [panel.crowd for panel in page.panels] == [True, False]
    assert len(page.characters) == 1


def test_ai4va_a_face_belongs_to_the_one_character_that_holds_it(tmp_path):
    faces = [c.face for c in ai4va(tmp_path, coco()).characters]
    assert faces[0] is not None
    assert faces[1] is None


def test_ai4va_a_polygon_is_kept_and_an_empty_one_is_unknown(tmp_path):
    polygons = [c.polygon for c in ai4va(tmp_path, coco()).characters]
    assert [polygon and len(polygon) for polygon in polygons] == [4, None]


def test_ai4va_an_unknown_category_is_an_error_that_says_what_to_do(tmp_path):
    document = coco()
    document["categories"][1]["name"] = "Zorglub"
    folder = write(tmp_path, {"train-annotations.json": json.dumps(document)})
    (bad,) = read("ai4va", folder)
    for part in ("Zorglub", "categories.json", "train-annotations.json", "character"):
        assert part in str(bad)


def test_ai4va_categories_json_overrules_the_table(tmp_path):
    document = coco()
    document["categories"][1]["name"] = "Zorglub"
    document["categories"][2]["name"] = "Frame"
    more = {"categories.json": '{"Zorglub": "character", "frame": "panel"}'}
    page = ai4va(tmp_path, document, **more)
    assert len(page.characters) == 2
    assert len(page.panels) == 3


def test_ai4va_finds_an_image_by_its_name_wherever_it_lies(tmp_path):
    name = "Vaillant_0451_1954_01_03-01.png"
    write(tmp_path, {f"train/images/{name}": b"x"})
    assert ai4va(tmp_path, coco()).image == f"train/images/{name}"


def test_ai4va_a_bad_annotation_spoils_its_own_page_only(tmp_path):
    document = coco()
    document["images"].append({"id": 8, "file_name": "b.png", "width": 90, "height": 90})
    document["annotations"].append(
        {"id": 9, "image_id": 8, "category_id": 1, "bbox": [0, 0, 99, 5]}
    )
    good, bad = read("ai4va", write(tmp_path, {"a.json": json.dumps(document)}))
    assert isinstance(good, Page)
    assert isinstance(bad, BadPage)
    assert "annotations.6.bbox" in bad.message
    assert "90x90" in bad.message


def test_ai4va_reads_coco_as_it_is_written_elsewhere(tmp_path):
    document = coco()
    document["images"][0] |= {"id": 7.0, "width": 1000.0}
    document["annotations"][2] |= {"iscrowd": False, "segmentation": [[]], "image_id": 7.0}
    document["annotations"][2]["attributes"] = {"Interdepth": "", "Intradepth": None}
    document["annotations"][3] |= {"iscrowd": True}
    page = ai4va(tmp_path, document)
    assert page.width == 1000
    (character,) = page.characters
    assert (character.depth, character.intradepth, character.polygon) == (None, None, None)
    assert [panel.crowd for panel in page.panels] == [True, False]


def test_ai4va_a_file_of_something_else_is_one_bad_page(tmp_path):
    more = {"depth_TEST_segments.json": '{"Vaillant_1": {"1": 2}}'}
    items = read("ai4va", write(tmp_path, {**LAYOUTS["ai4va"], **more}))
    assert sorted(type(item).__name__ for item in items) == ["BadPage", "Page"]
    (bad,) = (item for item in items if isinstance(item, BadPage))
    assert bad.place == str(tmp_path / "depth_TEST_segments.json")


@pytest.mark.parametrize("image", [{"id": 8, "width": "wide"}, {"id": "8"}, {}, None])
def test_ai4va_a_bad_image_is_told_once(image, tmp_path):
    document = coco()
    document["images"].append(image)
    document["annotations"].append(document["annotations"][0] | {"id": 9, "image_id": 8})
    items = read("ai4va", write(tmp_path, {"a.json": json.dumps(document)}))
    assert [type(item).__name__ for item in items] == ["Page", "BadPage"]
    assert "images.1" in items[1].message


def test_ai4va_what_a_message_says_holds_no_path_of_this_machine(tmp_path):
    document = coco()
    document["categories"][1]["name"] = "Zorglub"
    (bad,) = read("ai4va", write(tmp_path, {"deep/a.json": json.dumps(document)}))
    assert str(tmp_path) not in bad.message


# the other formats


def test_comix_takes_names_faces_and_speakers_from_the_ids(tmp_path):
    page = only_page("comix", write(tmp_path, LAYOUTS["comix"]))
    (ann,) = page.characters
    assert (ann.name, ann.identity) == ("Ann", "ann")
    assert ann.face is not None
    spoken, sound = page.balloons
    assert (spoken.text, spoken.speaker, spoken.kind) == ("Hi", "c1", "speech")
    assert (sound.text, sound.kind) == ("BOOM", "sfx")


def test_comix_does_not_guess_the_direction_of_an_unknown_dataset(tmp_path):
    text = LAYOUTS["comix"]["comics/annotations/book.xml"]
    page = only_page("comix", write(tmp_path, {"mine/annotations/book.xml": text}))
    assert page.reading_direction is None
    assert [panel.id for panel in page.panels] == ["p2", "p1"]
    assert "panels.order" in page.inferred


def test_comix_joins_the_texts_of_a_balloon_from_the_top(tmp_path):
    text = LAYOUTS["comix"]["comics/annotations/book.xml"]
    lower = '<text id="t2" points="410,200 690,200 690,240" balloon_id="b1">there</text>'
    text = text.replace("<text ", f"{lower}<text ", 1)
    page = only_page("comix", write(tmp_path, {"comics/annotations/book.xml": text}))
    assert page.balloons[0].text == "Hi there"


def test_manga109_reads_a_spread_page_by_page(tmp_path):
    low = '<frame id="{}" xmin="{}" ymin="{}" xmax="{}" ymax="{}"/>'
    frames = [("l2", 50, 560, 750, 1050), ("l1", 50, 50, 750, 540)]
    frames += [("r2", 850, 560, 1550, 1050), ("r1", 850, 50, 1550, 540)]
    text = (
        '<book title="B"><pages><page index="1" width="1600" height="1100">'
        + "".join(low.format(*frame) for frame in frames)
        + "</page></pages></book>"
    )
    page = only_page("manga109", write(tmp_path, {"annotations/B.xml": text}))
    assert [panel.id for panel in page.panels] == ["r1", "r2", "l1", "l2"]


def test_manga109_links_a_speaker_even_by_a_face_and_adds_drawn_sounds(tmp_path):
    page = only_page("manga109", write(tmp_path, LAYOUTS["manga109"]))
    spoken, sound = page.balloons
    assert (spoken.speaker, spoken.kind) == ("04", "speech")
    assert (sound.text, sound.kind) == ("BOOM", "sfx")


def test_manga109_without_links_a_text_has_no_known_kind_or_speaker(tmp_path):
    files = {"annotations/Book.xml": LAYOUTS["manga109"]["annotations/Book.xml"]}
    (text,) = only_page("manga109", write(tmp_path, files)).balloons
    assert (text.speaker, text.kind) == (None, None)


def test_manga109_others_are_no_one_person(tmp_path):
    page = only_page("manga109", write(tmp_path, LAYOUTS["manga109"]))
    assert [c.who for c in page.characters] == ["0a", None]


def test_manga109_a_page_without_annotations_has_none_and_is_not_unknown(tmp_path):
    blank, _ = read("manga109", write(tmp_path, LAYOUTS["manga109"]))
    assert blank.characters == ()
    assert blank.panels == ()


def test_ebdtheque_joins_the_lines_of_a_balloon_from_the_top(tmp_path):
    page = only_page("ebdtheque", write(tmp_path, LAYOUTS["ebdtheque"]))
    (balloon,) = page.balloons
    assert (balloon.text, balloon.speaker, balloon.kind) == ("Hi, Ann!", "c1", "speech")
    assert page.image == "Pages/BOOK_1.jpg"
    assert page.language == "fr"


def test_ebdtheque_joins_upright_lines_from_the_right(tmp_path):
    svg = SVG.replace("410,180 690,180 690,240 410,240", "500,110 540,110 540,240 500,240")
    svg = svg.replace("410,110 690,110 690,170 410,170", "600,110 640,110 640,240 600,240")
    page = only_page("ebdtheque", write(tmp_path, {"GT/BOOK_1.svg": svg}))
    assert page.balloons[0].text == "Hi,Ann!"


def test_ebdtheque_ranks_decide_and_missing_ranks_are_inferred(tmp_path):
    ranked = only_page("ebdtheque", write(tmp_path, LAYOUTS["ebdtheque"]))
    assert [p.id for p in ranked.panels] == ["p1", "p2"]
    assert "panels.order" not in ranked.inferred
    svg = SVG.replace('rank="2"', 'rank=""')
    blank = only_page("ebdtheque", write(tmp_path, {"GT/BOOK_1.svg": svg}))
    assert [p.id for p in blank.panels] == ["p1", "p2"]
    assert "panels.order" in blank.inferred


def test_acbf_reads_the_language_that_is_lettered_in_the_images(tmp_path):
    page = only_page("acbf", write(tmp_path, LAYOUTS["acbf"]))
    assert page.language == "en"
    assert {(b.text, b.kind) for b in page.balloons} == {
        ("Hi Ann", "speech"),
        ("Later", "caption"),
    }


def test_acbf_takes_the_size_of_a_page_from_its_image_and_cuts_what_bleeds(tmp_path):
    folder = write(tmp_path, LAYOUTS["acbf"])
    without = only_page("acbf", folder)
    assert "height" in without.inferred
    assert without.height == 1404
    Image.new("L", (1000, 1400)).save(folder / "1.png")
    page = only_page("acbf", folder)
    assert "height" not in page.inferred
    assert (page.width, page.height) == (1000, 1400)
    assert page.panels[1].box.y1 == 1400


def test_openmantra_orders_frames_and_marks_the_order_as_inferred(tmp_path):
    page = only_page("openmantra", write(tmp_path, LAYOUTS["openmantra"]))
    assert "panels.order" in page.inferred
    assert [b.text for b in page.balloons] == ["あ"]


def test_the_native_format_reads_lines_and_places_images_beside_their_file(tmp_path):
    page = json.loads(LAYOUTS["closeup_json"]["book/1.json"])
    lines = "\n\n".join(json.dumps({**page, "id": f"book/{i}"}) for i in range(3))
    pages = read("closeup_json", write(tmp_path, {"deep/pages.jsonl": lines}))
    assert [page.id for page in pages] == ["book/0", "book/1", "book/2"]
    assert pages[0].image == "deep/images/1.png"


def test_the_native_format_takes_no_key_twice(tmp_path):
    text = LAYOUTS["closeup_json"]["book/1.json"].replace("{", '{"id": "other", ', 1)
    (bad,) = read("closeup_json", write(tmp_path, {"a.json": text}))
    assert bad.message == "'id': this key stands twice"


@pytest.mark.real_data
def test_the_acbf_sample_is_read_whole(real_data):
    pages = read("acbf", real_data / "craphound_acbf")
    assert [type(page) for page in pages] == [Page] * 23
    assert sum(len(page.panels) for page in pages) == 151
    assert sum(len(page.balloons) for page in pages) == 273


@pytest.mark.real_data
def test_the_labelled_pages_are_read_whole(real_data):
    pages = read("closeup_json", real_data / "pepper_and_carrot" / "labelled")
    assert [type(page) for page in pages] == [Page] * 48
    assert sum(len(page.characters) for page in pages) == 440
