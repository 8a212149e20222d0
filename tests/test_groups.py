import json
from pathlib import Path

import native
import pytest
from PIL import Image

from closeup.groups import FileGroup, file_groups
from closeup.page import Page
from closeup.readers.reader import BadPage
from closeup.sources import Source


def pages(issues: int, numbers: tuple[int, ...] = (0,)) -> list[Page]:
    return [
        Page.model_validate_json(json.dumps(native.page(issue, number)))
        for issue in range(issues)
        for number in numbers
    ]


def grouped(folder: Path, issues: int, seed: int = 0) -> list[FileGroup]:
    return file_groups(pages(issues), Source.open(folder), seed)


def held_out(groups: list[FileGroup]) -> list[str]:
    return [group.key for group in groups if group.split == "test"]


def test_pages_stand_by_number_and_unnumbered_ones_last(tmp_path: Path):
    several = pages(1, (10, 2, 0, 1))
    unnumbered = several[0].model_copy(update={"id": "unnumbered", "number": None})
    (group,) = file_groups([unnumbered, *several], Source.open(tmp_path), 0)
    assert [page.number for page in group.pages] == [0, 1, 2, 10, None]


def test_issues_stand_by_name_whatever_the_order_of_their_pages(tmp_path: Path):
    several = pages(5)
    source = Source.open(tmp_path)
    groups = file_groups(several, source, 0)
    assert [group.key for group in groups] == sorted(page.group for page in several)
    assert file_groups(several[::-1], source, 0) == groups


@pytest.mark.parametrize(("issues", "tests"), [(1, 0), (2, 1), (3, 1), (10, 3), (20, 6)])
def test_three_issues_in_ten_are_for_tests_and_one_of_two(tmp_path: Path, issues: int, tests: int):
    assert len(held_out(grouped(tmp_path, issues))) == tests


def test_which_issues_are_for_tests_depends_on_the_seed_alone(tmp_path: Path):
    ours = [held_out(grouped(tmp_path, 20, seed)) for seed in range(5)]
    assert ours == [held_out(grouped(tmp_path, 20, seed)) for seed in range(5)]
    assert len({tuple(names) for names in ours}) > 1


def test_an_image_is_loaded_as_it_is_and_one_of_another_size_is_bad(tmp_path: Path):
    folder = native.write(tmp_path / "pages", issues=1, pages=2)
    Image.new("RGB", (7, 7)).save(folder / "images/0-1.png")
    (group,) = file_groups(pages(1, (0, 1)), Source.open(folder), 0)
    good, bad = group.load()
    assert not isinstance(good, BadPage)
    assert (good.image, good.suffix) == ((folder / "images/0-0.png").read_bytes(), ".png")
    assert isinstance(bad, BadPage)
    assert str(bad).endswith("0-1.png: 7x7 pixels; page made/0/1 says 1000x1400")
