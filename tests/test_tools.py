import json

import pytest

from closeup import prompts
from closeup.geometry import Box, Grid, View
from closeup.images import Resolution
from closeup.pictures import Pictures
from closeup.records import CloseupError
from closeup.tools import TOOLS, ToolError, find
from closeup.tools.tool import Scene, Tool
from closeup.tools.zoom_in import ZoomIn

NONE = Pictures(lambda page: b"")
PAGE = View("p", Box(0, 0, 1000, 2000), (500, 1000))


def scene(grid: Grid = "pixel", views: tuple[View, ...] = (PAGE,)) -> Scene:
    return Scene(views, grid, Resolution(pixels=600_000), NONE.pixels)


def refused(arguments: object, grid: Grid = "pixel") -> ToolError:
    with pytest.raises(ToolError) as caught:
        ZoomIn().call(arguments, scene(grid))
    return caught.value


class Sleep(ZoomIn):
    """A tool of one's own."""

    name = "sleep"


def test_tools_are_found_by_name_or_as_ones_own():
    found = find(["zoom_in", "enhance", "test_tools:Sleep"])
    assert list(found) == ["zoom_in", "enhance", "sleep"]
    assert all(isinstance(tool, Tool) for tool in found.values())


@pytest.mark.parametrize("name", ["zoom", "json:loads", "test_tools:NONE", "no_such_module:X"])
def test_what_is_no_tool_is_one_line(name):
    with pytest.raises(CloseupError) as caught:
        find([name])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", TOOLS.values(), ids=TOOLS)
@pytest.mark.parametrize("grid", ["pixel", "rel1000", "rel1000_yx", "rel100"])
def test_every_tool_has_a_name_a_prompt_and_a_schema_in_each_grid(kind, grid):
    tool = kind.__new__(kind)  # a tool may need an extra to be made
    schema = tool.schema(grid)["function"]
    assert TOOLS[schema["name"]] is kind
    assert schema["description"] == prompts.load(tool.name).strip()
    box = schema["parameters"]["properties"]["bbox_2d"]
    assert ("[y0, x0, y1, x1]" in box["description"]) == (grid == "rel1000_yx")
    assert set(schema["parameters"]["properties"]) == set(kind.arguments.model_fields)
    json.dumps(schema)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({}, "zoom_in: bbox_2d: Field required"),
        ({"bbox_2d": [1, 2, 3]}, "bbox_2d.3: Field required"),
        ({"bbox_2d": "1, 2, 3, 4"}, "zoom_in: bbox_2d: '1, 2, 3, 4': Input should be"),
        ({"bbox_2d": [0, 0, float("nan"), 9]}, "bbox_2d.2: nan: Input should be a finite number"),
        ({"bbox_2d": [0, 0, 1e300, 9]}, "bbox_2d.2: 1e+300: Input should be less than or equal"),
        ({"bbox_2d": [0, 0, 10**400, 9]}, "bbox_2d.2: 1000"),
        ({"bbox_2d": [0, 0, 99, 99], "label": "a cat"}, "label: 'a cat': Extra inputs are not"),
        ({"bbox_2d": [0, 0, 99, 99], "image": 0}, "image: 0: there are images 1 to 1"),
        ({"bbox_2d": [0, 0, 99, 99], "image": 2}, "image: 2: there are images 1 to 1"),
        ({"bbox_2d": [0, 0, 99, 99], "image": 10**400}, "image: 1000"),
        ({"bbox_2d": [0, 0, 99, 99], "image": None}, "image: None: Input should be a valid"),
        ({"bbox_2d": [9, 0, 0, 9.5]}, "bbox_2d: [9, 0, 0, 9.5]: holds nothing: need [x0, y0, x1"),
        ({"bbox_2d": [500, 0, 600, 99]}, "bbox_2d: [500, 0, 600, 99]: lies outside image 1"),
        ({"bbox_2d": [10, 10, 13, 99]}, "6x178 pixels of the page: need 8 on each side"),
        ({"bbox_2d": [10, 0, 14, 1000]}, "8x2000 pixels of the page: need at most 50 to 1"),
    ],
)
def test_a_mistake_is_told_with_the_value_and_the_rule(arguments, problem):
    error = str(refused(arguments))
    assert problem in error
    assert "\n" not in error
    assert len(error) < 400


def test_a_box_that_was_understood_is_known_although_nothing_is_shown():
    assert refused({"bbox_2d": [500, 0, 600, 99]}).asked == Box(1000, 0, 1200, 198)
    assert refused({"bbox_2d": [10, 10, 13, 99]}).asked == Box(20, 20, 26, 198)
    assert refused({"bbox_2d": [9, 0, 0, 9]}).asked is None


def test_the_rule_is_told_in_the_models_own_grid():
    assert "[y0, x0, y1, x1] in thousandths" in str(
        refused({"bbox_2d": [9, 9, 9, 9]}, "rel1000_yx")
    )


def test_numbers_in_strings_are_forgiven():
    arguments = {"bbox_2d": ["10", "20.0", 300, 400.0], "image": "1"}
    seen = ZoomIn().call(arguments, scene())
    assert seen.asked == Box(20, 40, 600, 800)


def test_a_region_is_clipped_to_the_image_that_it_is_asked_of():
    panel = View("p", Box(100, 200, 300, 400), (400, 400))
    asked, shown = scene("pixel", (PAGE, panel)).region(2, [-100, 100, 200, 500])
    assert asked == Box(50, 250, 200, 450)
    assert shown.box == Box(100, 250, 200, 400)
