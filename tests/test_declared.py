import pytest

from closeup.images import Resolution
from closeup.models.declared import chosen, declared
from closeup.models.model import ModelOptions
from closeup.records import CloseupError


@pytest.mark.parametrize(
    ("name", "grid", "multiple"),
    [
        ("Qwen/Qwen2.5-VL-7B-Instruct", "pixel", 28),
        ("qwen2.5vl:7b", "pixel", 28),
        ("qwen2_5_vl_3b-sft", "pixel", 28),
        ("Qwen/Qwen3-VL-4B-Instruct", "rel1000", 32),
        ("gemini-2.5-pro", "rel1000_yx", 1),
        ("models/gemini-2.5-flash", "rel1000_yx", 1),
        ("gpt-4o", "rel1000", 1),
        ("something-else", "rel1000", 1),
    ],
)
def test_a_name_tells_the_grid_and_the_multiple(name, grid, multiple):
    assert declared(name) == (grid, multiple)
    assert chosen(name, ModelOptions()) == (
        grid,
        Resolution(pixels=1_000_000, multiple=multiple),
    )


def test_the_user_says_otherwise():
    options = ModelOptions(grid="rel1000", pixels=300_000, multiple=14)
    assert chosen("qwen2.5-vl", options) == ("rel1000", Resolution(pixels=300_000, multiple=14))


def test_no_budget_sends_pages_as_they_are():
    assert chosen("gpt-4o", ModelOptions(pixels=0))[1] == Resolution(pixels=None, multiple=1)
    assert chosen("qwen3-vl", ModelOptions(pixels=0))[1] == Resolution(pixels=None, multiple=1)


def test_boxes_in_pixels_need_pages_of_a_known_size():
    with pytest.raises(CloseupError, match="need a page budget"):
        chosen("qwen2.5-vl", ModelOptions(pixels=0))
    assert chosen("qwen2.5-vl", ModelOptions(pixels=0, grid="pixel"))[0] == "pixel"
