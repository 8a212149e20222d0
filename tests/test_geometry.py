import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeup.geometry import Box, Grid, View
from closeup.records import CloseupError, Record

GRIDS: list[Grid] = ["pixel", "rel1000", "rel1000_yx", "rel100"]
sizes = st.integers(1, 3000)


@st.composite
def boxes(draw: st.DrawFn, width: int = 2000, height: int = 3000) -> Box:
    x0, y0 = draw(st.floats(0, width - 2)), draw(st.floats(0, height - 2))
    return Box(x0, y0, draw(st.floats(x0 + 1, width)), draw(st.floats(y0 + 1, height)))


@pytest.mark.parametrize(
    "corners",
    [(1, 0, 1, 5), (2, 0, 1, 5), (0, 5, 1, 5), (0, 0, math.nan, 1), (0, 0, math.inf, 1)],
)
def test_an_empty_or_endless_box_is_refused(corners: tuple[float, float, float, float]):
    with pytest.raises(ValueError, match="need"):
        Box(*corners)


@pytest.mark.parametrize("corners", [(0, 0, 1e-200, 1e-200), (0, 0, 9, 9e-4), (7, 0, 7.0009, 1)])
def test_a_box_thinner_than_a_thousandth_of_a_pixel_is_refused(
    corners: tuple[float, float, float, float],
):
    with pytest.raises(ValueError, match=r"need at least 0\.001 pixels on each side"):
        Box(*corners)


def test_boxes_that_meet_in_less_than_a_box_do_not_meet():
    box = Box(0, 0, 10, 10)
    assert box.intersection(Box(10 - 1e-4, 0, 20, 10)) is None
    assert box.iou(Box(10 - 1e-4, 0, 20, 10)) == 0.0


def test_overlap_measures():
    a, b = Box(0, 0, 10, 10), Box(5, 5, 15, 15)
    assert a.intersection(b) == Box(5, 5, 10, 10)
    assert a.iou(b) == pytest.approx(25 / 175)
    assert Box(0, 0, 100, 100).coverage(a) == 1.0
    assert a.coverage(Box(0, 0, 100, 100)) == pytest.approx(0.01)
    assert a.intersection(Box(10, 0, 20, 10)) is None, "half-open boxes that touch do not meet"


def test_whole_pixels_hold_the_box():
    assert Box(0.2, 1.0, 3.1, 4.0).pixels() == (0, 1, 4, 4)


def test_the_box_around_boxes_holds_them_all():
    assert Box.around([Box(0, 5, 1, 6), Box(3, 0, 4, 2)]) == Box(0, 0, 4, 6)
    with pytest.raises(ValueError, match="no boxes"):
        Box.around([])


class Holder(Record):
    box: Box


def test_a_box_is_a_list_of_four_in_json():
    holder = Holder.parse('{"box": [0, 1.5, 3, 4]}', "f")
    assert holder.box == Box(0, 1.5, 3, 4)
    assert holder.to_json() == '{"box":[0,1.5,3,4]}'


@pytest.mark.parametrize(
    "box", ["[0, 1, 2]", "[0, 1, 2, 3, 4]", '["0", 0, 1, 1]', "{}", "[3,0,1,1]"]
)
def test_anything_else_is_no_box(box: str):
    with pytest.raises(CloseupError, match="box"):
        Holder.parse(f'{{"box": {box}}}', "f")


@given(boxes(), boxes(), sizes, sizes, st.sampled_from(GRIDS))
def test_a_box_survives_a_grid_within_one_step(
    shown: Box, box: Box, width: int, height: int, grid: Grid
):
    """At scales that are no whole numbers, and for views that are crops of crops."""
    common = shown.intersection(box)
    if common is None:
        return
    view = View("p", shown, (width, height))
    back = view.to_page(view.from_page(common, grid), grid)
    across, down = view.steps(grid)
    for ours, theirs, step in zip(
        back.corners, common.corners, [shown.width / across, shown.height / down] * 2, strict=True
    ):
        assert abs(ours - theirs) <= step * 1.01


@given(boxes(), boxes(), sizes, sizes, st.sampled_from(GRIDS))
def test_what_a_model_is_told_is_a_box_inside_its_view(
    shown: Box, box: Box, width: int, height: int, grid: Grid
):
    view = View("p", shown, (width, height))
    a, b, c, d = view.from_page(box, grid)
    x0, y0, x1, y1 = (b, a, d, c) if grid == "rel1000_yx" else (a, b, c, d)
    across, down = view.steps(grid)
    assert 0 <= x0 < x1 <= across
    assert 0 <= y0 < y1 <= down


def test_what_lies_in_several_boxes_is_counted_once():
    across, down = Box(0, 10, 30, 20), Box(10, 0, 20, 30)
    assert Box.union_area([across, down]) == 300 + 300 - 100
    assert Box.union_area([across, down, across, Box(12, 12, 15, 15)]) == 500
    assert Box.union_area([across, Box(100, 100, 101, 102)]) == 302
    assert Box.union_area([]) == 0


@given(st.lists(boxes(), min_size=1, max_size=5))
def test_a_union_is_between_its_largest_part_and_their_sum(found: list[Box]):
    areas = [box.area for box in found]
    area = Box.union_area(found)
    assert max(areas) * (1 - 1e-9) <= area <= sum(areas) * (1 + 1e-9)
    assert area <= Box.around(found).area * (1 + 1e-9)


def test_gemini_writes_y_first():
    view = View("p", Box(0, 0, 2000, 1000), (500, 250))
    assert view.from_page(Box(200, 100, 400, 500), "rel1000_yx") == [100, 100, 500, 200]
    assert view.to_page([100, 100, 500, 200], "rel1000_yx") == Box(200, 100, 400, 500)
    assert view.from_page(Box(200, 100, 400, 500), "pixel") == [50, 25, 100, 125]
