"""Panels found on pages that are drawn here."""

import random
from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image, ImageDraw

from closeup.geometry import Box
from closeup.panels import find_panels
from closeup.synthetic.artist import draw_page, style_of
from closeup.synthetic.styles import STYLES

WIDTH, HEIGHT = 600, 900
GRID = (
    Box(30, 30, 290, 290),
    Box(310, 30, 570, 290),
    Box(30, 310, 570, 580),
    Box(30, 600, 380, 870),
    Box(400, 600, 570, 870),
)
WHITE, BLACK, GREEN = (255, 255, 255), (0, 0, 0), (120, 150, 110)
Colour = tuple[int, int, int]


def art(canvas: ImageDraw.ImageDraw, box: Box, rng: random.Random, frame: Colour | None) -> None:
    """A panel full of patches of colour; no two alike."""
    x0, y0, x1, y1 = map(int, box.corners)
    canvas.rectangle((x0, y0, x1 - 1, y1 - 1), tuple(rng.randrange(60, 200) for _ in range(3)))
    for _ in range(25):
        x, y, size = rng.randrange(x0, x1 - 40), rng.randrange(y0, y1 - 40), rng.randrange(8, 40)
        tint = tuple(rng.randrange(40, 220) for _ in range(3))
        canvas.ellipse((x, y, x + size, y + size), tint)
    if frame:
        canvas.rectangle((x0, y0, x1 - 1, y1 - 1), None, frame, 3)


def page(
    boxes: Sequence[Box] = GRID, paper: Colour = WHITE, frame: Colour | None = BLACK
) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (WIDTH, HEIGHT), paper)
    canvas = ImageDraw.Draw(image)
    rng = random.Random("art")
    for box in boxes:
        art(canvas, box, rng, frame)
    return image, canvas


def check(image: Image.Image | np.ndarray, gold: Sequence[Box], least: float = 0.9) -> None:
    """All the panels are found, and nothing else."""
    found = find_panels(np.asarray(image))
    assert len(found) == len(gold), found
    for box in gold:
        assert max(box.iou(other) for other in found) >= least, box


@pytest.mark.parametrize("paper", [WHITE, BLACK, GREEN, (244, 233, 205)])
@pytest.mark.parametrize("frame", [BLACK, None])
def test_panels_are_found_on_paper_of_any_colour_with_frames_or_without(paper, frame):
    check(page(paper=paper, frame=frame)[0], GRID)


def test_paper_may_be_uneven_and_grainy():
    pixels = np.asarray(page(paper=(235, 228, 210))[0]).astype(float)
    shade = (
        np.linspace(1.0, 0.85, WIDTH)[None, :, None] * np.linspace(0.95, 1, HEIGHT)[:, None, None]
    )
    grain = np.random.default_rng(0).normal(0, 3, pixels.shape)
    check(np.clip(pixels * shade + grain, 0, 255).astype(np.uint8), GRID)


def test_white_panels_are_known_by_their_frames_even_broken_ones():
    image = Image.new("RGB", (WIDTH, HEIGHT), WHITE)
    canvas = ImageDraw.Draw(image)
    for box in GRID:
        x0, y0, x1, y1 = box.corners
        canvas.rectangle((x0, y0, x1 - 1, y1 - 1), WHITE, BLACK, 2)
        canvas.ellipse((x0 + 40, y0 + 60, x0 + 100, y0 + 120), None, BLACK, 2)
        canvas.line((x0 + 120, y0, x0 + 128, y0), WHITE, 3)
    check(image, GRID)


def test_a_balloon_across_a_gutter_does_not_join_panels():
    image, canvas = page()
    canvas.ellipse((240, 100, 360, 180), WHITE, BLACK, 3)
    canvas.ellipse((100, 260, 220, 340), WHITE, BLACK, 3)
    check(image, GRID)


def test_a_balloon_over_the_border_does_not_widen_its_panel():
    image, canvas = page()
    canvas.ellipse((4, 380, 110, 450), WHITE, BLACK, 3)
    check(image, GRID, 0.97)


def test_a_caption_over_the_border_does_not_hide_it_from_a_gutter():
    boxes = (Box(30, 30, 570, 420), Box(30, 450, 570, 870))
    image, canvas = page(boxes)
    canvas.ellipse((100, 400, 170, 470), WHITE, BLACK, 3)
    canvas.rectangle((250, 440, 430, 500), (220, 160, 60), BLACK, 3)
    check(image, boxes)


def test_slanted_panels_stay_whole():
    image = Image.new("RGB", (WIDTH, HEIGHT), WHITE)
    canvas = ImageDraw.Draw(image)
    for left, right in (((30, 30), (330, 250)), ((350, 270), (570, 570))):
        corners = [(left[0], 30), (right[0], 30), (right[1], 870), (left[1], 870)]
        canvas.polygon(corners, GREEN, BLACK, 3)
    check(image, [Box(30, 30, 330, 870), Box(270, 30, 570, 870)])


def test_panels_that_run_off_the_page_reach_its_edge():
    boxes = (Box(0, 0, WIDTH, 400), Box(30, 420, 290, 870), Box(310, 420, 570, 870))
    check(page(boxes)[0], boxes)


def test_an_inset_is_a_panel_of_its_own():
    inset = Box(380, 440, 550, 560)
    image, canvas = page()
    canvas.rectangle((372, 432, 557, 567), WHITE)
    art(canvas, inset, random.Random("inset"), BLACK)
    check(image, [*GRID, inset])


def test_a_balloon_or_a_caption_on_white_is_no_inset():
    image, canvas = page()
    canvas.rectangle((33, 313, 566, 576), WHITE)
    canvas.ellipse((60, 350, 300, 480), WHITE, BLACK, 3)
    canvas.rectangle((330, 350, 540, 480), WHITE, BLACK, 3)
    for i in range(8):
        for x in (110, 370):
            canvas.rectangle((x + 18 * i, 405, x + 10 + 18 * i, 417), BLACK)
    check(image, GRID)


def test_two_panels_that_meet_in_an_l_are_cut_where_a_line_is():
    boxes = (Box(30, 160, 300, 420), Box(300, 30, 570, 480), Box(30, 500, 570, 870))
    check(page(boxes)[0], boxes)


@pytest.mark.parametrize("colour", [WHITE, BLACK, GREEN])
def test_a_page_without_gutters_is_one_panel(colour):
    whole = Box(0, 0, WIDTH, HEIGHT)
    check(Image.new("RGB", (WIDTH, HEIGHT), colour), [whole])
    check(page([whole], frame=None)[0], [whole])


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 3), (40, 40), (33, 2000)])
def test_a_page_of_any_size_has_boxes_on_it(size):
    noise = np.random.default_rng(1).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    for pixels in (noise, np.full_like(noise, 255)):
        for box in find_panels(pixels):
            assert Box(0, 0, *size).coverage(box) == pytest.approx(1)


def test_what_is_no_rgb_is_refused():
    with pytest.raises(ValueError, match="need uint8"):
        find_panels(np.zeros((9, 9), dtype=np.uint8))


@pytest.mark.parametrize("style", STYLES)
def test_of_the_artists_pages_hardly_a_panel_is_missed_in_any_style(style):
    seed = next(s for s in range(0, 400, 4) if style_of(s // 4).name == style)
    drawn, image = draw_page(seed)
    gold = [panel.box for panel in drawn.panels or ()]
    found = find_panels(np.asarray(image))
    missed = [box for box in gold if max(box.iou(other) for other in found) < 0.75]
    assert len(missed) <= 1
    assert len(found) <= len(gold)
