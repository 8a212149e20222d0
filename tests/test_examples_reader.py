import importlib.util
import json
from pathlib import Path

import pytest
from layouts import write

from closeup.page import Page
from closeup.readers.reader import BadPage
from closeup.sources import Source

EXAMPLE = Path(__file__).parent.parent / "examples" / "6_new_reader.py"


@pytest.fixture(scope="module")
def example():
    spec = importlib.util.spec_from_file_location("new_reader", EXAMPLE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def page(name="E01P01", status="ok_thumbnail_checked", **changes):
    return {
        "page": name,
        "image": f"pages/{name}.jpg",
        "width": 992,
        "height": 1401,
        "panels": [{"id": 1, "bbox_xywh": [41, 41, 911, 439]}],
        "panel_status": status,
        "texts": [
            {"bbox_xywh": [500.5, 300, 50, 20], "text": "second", "layer": "txt"},
            {"bbox_xywh": [60, 60, 50, 20], "text": "first", "layer": "txt"},
        ],
        "balloon_paths_xywh": [],
        **changes,
    }


def read(example, tmp_path, *pages):
    document = {"source": "a comic", "license": "CC BY 4.0", "pages": pages}
    folder = write(tmp_path, {"annotations.json": json.dumps(document)})
    return list(example.read(Source.open(folder)))


def test_checked_panels_are_read_and_the_order_of_texts_is_inferred(example, tmp_path):
    (found,) = read(example, tmp_path, page())
    assert (found.issue, found.number, found.license) == ("E01", 1, "CC BY 4.0")
    assert [balloon.text for balloon in found.balloons] == ["first", "second"]
    assert "balloons.order" in found.inferred
    assert found.characters is None


@pytest.mark.parametrize("status", ["needs_hand_edit", "single_panel_or_empty"])
def test_panels_that_nobody_checked_are_unknown(example, tmp_path, status):
    (found,) = read(example, tmp_path, page(status=status))
    assert found.panels is None
    assert "balloons.order" in found.inferred


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"panels": [{"id": 1, "bbox_xywh": [41, 41, 911]}]}, "need four finite numbers"),
        ({"panels": [{"id": 1, "bbox_xywh": [41, 41, 1911, 4]}]}, "outside the page of 992x1401"),
        ({"panels": [{"id": 1, "bbox_xywh": [1, 1, 5, 5]}] * 2}, "this id stands twice"),
        ({"width": "992"}, "pages.0.width"),
        ({"image": "../x.jpg"}, "relative path"),
    ],
)
def test_a_bad_page_does_not_stop_the_others(example, tmp_path, changes, rule):
    bad, good = read(example, tmp_path, page(**changes), page("E01P02"))
    assert isinstance(bad, BadPage)
    assert rule in str(bad)
    assert isinstance(good, Page)


def test_the_example_prints_counts(example, tmp_path, capsys):
    read(example, tmp_path, page())
    example.main(tmp_path)
    assert "balloons" in capsys.readouterr().out


@pytest.mark.real_data
def test_the_real_set_is_read(example, real_data):
    items = list(example.read(Source.open(real_data / "pepper_and_carrot")))
    good = [item for item in items if isinstance(item, Page)]
    assert len(items) == 169
    assert len(good) == 151
    assert all("outside the page" in str(item) for item in items if isinstance(item, BadPage))
