import random

import numpy as np
import pytest

from closeup.synthetic.canvas import WHITE, tint
from closeup.synthetic.styles import STYLES

SIZE = (230, 170)


def page(style, tone=130):
    raw = style.blank(*SIZE)
    canvas = style.canvas(120, 100)
    canvas.fill([(0, 0), (120, 0), (120, 100), (0, 100)], tint((tone, tone, tone)))
    raw[20:120, 30:150] = canvas.image()
    return raw


@pytest.fixture(params=STYLES.values(), ids=list(STYLES))
def style(request):
    return request.param


def test_a_style_keeps_the_size_and_prints_rgb(style):
    out = style.finish(page(style), random.Random("a"))
    assert out.shape == (SIZE[1], SIZE[0], 3)
    assert out.dtype == np.uint8


def test_the_same_seed_prints_the_same_bytes_and_leaves_the_raw_page_alone(style):
    raw = page(style)
    before = raw.copy()
    prints = [style.finish(raw, random.Random("a")).tobytes() for _ in range(2)]
    assert prints[0] == prints[1]
    assert (raw == before).all()


def test_darker_fills_print_darker(style):
    means = [
        style.finish(page(style, tone), random.Random("a"))[40:100, 50:130].mean()
        for tone in (250, 190, 130, 80, 30)
    ]
    assert means == sorted(means, reverse=True)
    assert means[0] - means[-1] > 120


def test_styles_without_colour_print_grey(style):
    out = style.finish(page(style), random.Random("a"))
    if not style.colour:
        assert (out[..., 0] == out[..., 1]).all()
        assert (out[..., 0] == out[..., 2]).all()


@pytest.mark.parametrize("name", ["ink", "manga"])
def test_a_screen_is_real_ink_that_blurs_to_grey(name):
    style = STYLES[name]
    patch = style.finish(page(style), random.Random("a"))[40:100, 50:130, 0].astype(float)
    assert np.mean((patch < 40) | (patch > 215)) > 0.6
    blocks = patch[:56, :77].reshape(4, 14, 7, 11).mean(axis=(1, 3))
    assert patch.std() > 80
    assert blocks.std() < 25


@pytest.mark.parametrize("name", ["ink", "manga", "wash"])
def test_no_seam_shows_between_a_black_fill_and_its_contour(name):
    style = STYLES[name]
    canvas = style.canvas(100, 100)
    canvas.shape([(20.3, 20.6), (80.2, 24.1), (75.5, 80.4), (24.7, 77.3)], tint((30, 30, 30)), 4)
    out = style.finish(canvas.image(), random.Random("a"))[..., 0]
    assert out[30:50, 23:77].max() < 110


@pytest.mark.parametrize("name", ["ink", "manga", "wash"])
def test_bare_paper_prints_white(name):
    style = STYLES[name]
    canvas = style.canvas(50, 50)
    canvas.fill([(0, 0), (50, 0), (50, 50), (0, 50)], WHITE)
    assert (style.finish(canvas.image(), random.Random("a")) == 255).all()


def test_both_reading_directions_and_both_kinds_of_colour_are_there():
    assert {style.direction for style in STYLES.values()} == {"ltr", "rtl"}
    assert {style.colour for style in STYLES.values()} == {True, False}
    assert {"clear_line", "ink", "manga", "halftone"} <= set(STYLES)
    assert all(name == style.name for name, style in STYLES.items())
