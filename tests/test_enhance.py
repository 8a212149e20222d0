import io

import numpy as np
from PIL import Image

from closeup.geometry import Box, View
from closeup.images import Resolution
from closeup.pictures import Pictures
from closeup.tools.enhance import Enhance
from closeup.tools.tool import Scene, Seen


def night() -> bytes:
    """A page on which all is nearly the same dark."""
    file = io.BytesIO()
    shades = (np.indices((300, 400)).sum(0) // 10 % 2 * 12 + 20).astype("u1")
    Image.fromarray(shades).convert("RGB").save(file, "PNG")
    return file.getvalue()


PICTURES = Pictures(lambda page: night())
PAGE = View("p", Box(0, 0, 400, 300), (400, 300))


def enhanced(numbers: list[float], crops: Resolution) -> Seen:
    scene = Scene((PAGE,), "pixel", crops, PICTURES.pixels)
    return Enhance().call({"bbox_2d": numbers}, scene)


def test_what_is_dark_and_faint_is_told_apart():
    seen = enhanced([100, 100, 200, 150], Resolution())
    assert seen.view is not None
    plain = PICTURES.pixels(View("p", seen.view.box, seen.view.size))
    assert np.asarray(plain).std() < 10
    assert np.asarray(PICTURES.pixels(seen.view)).std() > 30


def test_a_region_is_twice_as_large_or_as_large_as_crops_may_be():
    small = enhanced([100, 100, 200, 150], Resolution(pixels=600_000)).view
    large = enhanced([0, 0, 400, 300], Resolution(pixels=200_000, multiple=28)).view
    assert small is not None
    assert large is not None
    assert small.size == (200, 100)
    assert large.size == (504, 392)


def test_the_view_says_that_it_was_enhanced():
    seen = enhanced([100, 100, 200, 150], Resolution())
    assert seen.asked == Box(100, 100, 200, 150)
    assert seen.view == View("p", Box(100, 100, 200, 150), (200, 100), contrast=True)
    assert seen.parts == (seen.view,)
