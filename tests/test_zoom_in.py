"""The crop made, the box recorded, the box asked for and the box told back all agree.

Of pixels as they are cut: JPEG comes in only on the wire.
"""

import io
import json
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image

from closeup.conversation import Budget, Conversation
from closeup.geometry import Box, Grid, View
from closeup.images import Resolution
from closeup.message import Message, Reply
from closeup.pictures import Pictures
from closeup.question import Crop
from closeup.tools.tool import MAX_ASPECT, MIN_SIDE, Scene
from closeup.tools.zoom_in import ZoomIn

GRIDS: tuple[Grid, ...] = ("pixel", "rel1000", "rel1000_yx")
NATIVE = Resolution(pixels=None)
"""A crop as it is on the page, so that its pixels can be told apart."""


def coordinates(width: int, height: int) -> Image.Image:
    """A page whose pixels say where they are."""
    y, x = np.mgrid[:height, :width]
    return Image.fromarray(np.dstack([x % 256, y % 256, x // 256 + 16 * (y // 256)]).astype("u1"))


def where(image: Image.Image) -> Box:
    """The box of the page that an image shows; fails where its pixels are not those of a box."""
    r, g, b = np.asarray(image).astype(int).transpose(2, 0, 1)
    x, y = r + 256 * (b % 16), g + 256 * (b // 16)
    assert (x == x[0, 0] + np.arange(image.width)).all()
    assert (y == y[0, 0] + np.arange(image.height)[:, None]).all()
    return Box(int(x[0, 0]), int(y[0, 0]), int(x[0, -1]) + 1, int(y[-1, 0]) + 1)


def pictures(width: int, height: int) -> Pictures:
    file = io.BytesIO()
    coordinates(width, height).save(file, "PNG")
    return Pictures(lambda page: file.getvalue())


PAGE = pictures(992, 1401)


def start(grid: Grid, pixels: int | None, multiple: int = 1) -> Conversation:
    policy = Resolution(pixels=pixels, multiple=multiple)
    view = policy.view(Crop(page="p", box=Box(0, 0, 992, 1401)))
    return Conversation(
        [Message(role="user", parts=(view,))],
        {"zoom_in": ZoomIn()},
        Scene((view,), grid, NATIVE, PAGE.pixels),
        Budget(calls=50, turns=60, pixels=None),
    )


def zoom(talk: Conversation, numbers: list[int], image: int = 1) -> tuple[View, Box, list[int]]:
    """What a call shows, what it asked for, and what the model is told of it."""
    arguments = {"bbox_2d": numbers, "image": image}
    call = json.dumps({"name": "zoom_in", "arguments": arguments})
    talk.hear(Reply(text=f"<tool_call>{call}</tool_call>"))
    made = talk.calls[-1]
    assert not made.error
    assert made.view is not None
    assert made.asked is not None
    told = talk.messages[-1].text.rpartition(": ")[2].partition(" of image 1.")[0]
    return talk.views[made.view], made.asked, json.loads(told)


@pytest.mark.parametrize("pixels", [300_000, 1_000_000, 3_000_000, None])
@pytest.mark.parametrize("multiple", [1, 28])
@pytest.mark.parametrize("grid", GRIDS)
def test_the_crop_is_exactly_the_box_recorded_and_holds_the_box_asked_for(grid, multiple, pixels):
    talk = start(grid, pixels, multiple)
    for numbers in ([100, 100, 301, 333], [0, 0, 77, 99], [333, 400, 400, 490]):
        view, asked, told = zoom(talk, numbers)
        assert where(PAGE.pixels(view)) == view.box
        assert within_a_pixel(view.box, asked)
        assert within_a_step(told, numbers, talk.views[0], grid)


@pytest.mark.parametrize("pixels", [300_000, 1_000_000, None])
@pytest.mark.parametrize("grid", GRIDS)
def test_a_zoom_within_a_zoom_is_exact_as_well(grid, pixels):
    talk = start(grid, pixels)
    first, _, _ = zoom(talk, [103, 107, 490, 599])
    second, asked, _ = zoom(talk, [51, 57, 230, 291], image=2)
    third, asked_third, told = zoom(talk, [10, 20, 170, 230], image=3)
    for view, within in [(first, talk.views[0]), (second, first), (third, second)]:
        assert where(PAGE.pixels(view)) == view.box
        assert within.box.intersection(view.box) == view.box
    assert within_a_pixel(second.box, asked)
    assert within_a_pixel(third.box, asked_third)
    as_asked = talk.views[0].from_page(asked_third, grid)
    assert within_a_step(told, as_asked, talk.views[0], grid)


def within_a_pixel(shown: Box, asked: Box) -> bool:
    """Whether a crop holds all that was asked for, and less than a pixel more on each side."""
    low = [asked.x0 - shown.x0, asked.y0 - shown.y0]
    high = [shown.x1 - asked.x1, shown.y1 - asked.y1]
    return all(-1e-6 < extra < 1 for extra in low + high)


def within_a_step(told: list[int], asked: list[int], view: View, grid: Grid) -> bool:
    """Whether a box told back is off by one step of the grid at most; where a pixel of the page is
    more than a step, by the steps of one pixel."""
    width, height = view.steps(grid)
    x, y = math.ceil(width / view.box.width), math.ceil(height / view.box.height)
    most = [y, x, y, x] if grid == "rel1000_yx" else [x, y, x, y]
    return all(abs(a - b) <= step for a, b, step in zip(told, asked, most, strict=True))


def test_a_step_is_a_step_wherever_the_page_is_not_enlarged():
    page = NATIVE.view(Crop(page="p", box=Box(0, 0, 1988, 2807)))
    for grid in GRIDS:
        scene = Scene((page,), grid, NATIVE, PAGE.pixels)
        for numbers in ([100, 100, 301, 333], [7, 9, 803, 644], [111, 222, 333, 444]):
            _, shown = scene.region(1, numbers)
            told = page.from_page(shown.box, grid)
            assert max(abs(a - b) for a, b in zip(told, numbers, strict=True)) <= 1


@settings(max_examples=300)
@given(
    grid=st.sampled_from([*GRIDS, "rel100"]),
    width=st.integers(300, 3000),
    height=st.integers(300, 3000),
    pixels=st.none() | st.integers(50_000, 3_000_000),
    multiple=st.sampled_from([1, 28, 32]),
    shares=st.lists(st.floats(0, 1), min_size=4, max_size=4),
)
def test_whatever_the_scale_the_box_is_right_and_asking_for_it_again_changes_nothing(
    grid, width, height, pixels, multiple, shares
):
    view = Resolution(pixels=pixels, multiple=multiple).view(
        Crop(page="p", box=Box(0, 0, width, height))
    )
    scene = Scene((view,), grid, NATIVE, PAGE.pixels)
    steps = view.steps(grid)
    x0, x1 = sorted(round(share * steps[0]) for share in shares[:2])
    y0, y1 = sorted(round(share * steps[1]) for share in shares[2:])
    sides = sorted([(x1 - x0) * width / steps[0], (y1 - y0) * height / steps[1]])
    assume(sides[0] > MIN_SIDE and sides[1] < (MAX_ASPECT - 10) * sides[0])
    numbers = [y0, x0, y1, x1] if grid == "rel1000_yx" else [x0, y0, x1, y1]
    asked, shown = scene.region(1, numbers)
    assert within_a_pixel(shown.box, asked)
    told = view.from_page(shown.box, grid)
    assert within_a_step(told, numbers, view, grid)
    assert scene.region(1, view.from_page(asked, grid))[1] == shown


@pytest.mark.parametrize(
    ("width", "numbers", "box"),
    [
        (336, [125, 125, 375, 750], Box(42, 42, 126, 252)),  # 126.00000000000001 in floats
        (350, [180, 340, 900, 980], Box(63, 119, 315, 343)),  # 62.99999999999999
    ],
)
def test_a_box_that_lies_on_pixels_is_not_grown_by_the_noise_of_its_arithmetic(width, numbers, box):
    view = View("p", Box(0, 0, width, width), (width, width))
    _, shown = Scene((view,), "rel1000", NATIVE, PAGE.pixels).region(1, numbers)
    assert shown.box == box


def test_a_crop_is_enlarged_to_the_least_and_never_beyond_the_most():
    crops = Resolution(pixels=600_000, least=100_000, multiple=28)
    view = NATIVE.view(Crop(page="p", box=Box(0, 0, 992, 1401)))
    scene = Scene((view,), "pixel", crops, PAGE.pixels)
    _, small = scene.region(1, [100, 100, 150, 150])
    _, large = scene.region(1, [0, 0, 992, 1401])
    assert small.size == (308, 308)
    assert large.size == (644, 924)
    assert PAGE.pixels(small).size == small.size
