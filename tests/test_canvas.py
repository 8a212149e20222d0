import numpy as np
import pytest

from closeup.geometry import Box
from closeup.synthetic.canvas import INK, WHITE, Canvas, oval, tint

PAPER = tint((250, 245, 235))
RED = tint((200, 40, 40))


def canvas(colour=True, pen=3.0):
    return Canvas(200, 160, colour, PAPER, pen)


def square(x0, y0, x1, y1):
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def test_a_fill_paints_its_inside_and_nothing_else():
    c = canvas()
    c.fill(square(20, 20, 60, 60), RED)
    pixels = c.image()
    assert pixels.shape == (160, 200, 3)
    assert tuple(pixels[40, 40]) == RED.rgb
    assert tuple(pixels[80, 80]) == PAPER.rgb


def test_without_colour_ink_and_tone_lie_on_planes_of_their_own():
    c = canvas(colour=False)
    c.shape(square(20, 20, 60, 60), tint((0, 0, 0), 120), 4)
    pixels = c.image()
    assert tuple(pixels[40, 40]) == (255, 120, 255)
    assert tuple(pixels[40, 20]) == (0, 255, 255)


def test_a_contour_is_heavier_away_from_the_light():
    c = Canvas(200, 160, False, PAPER, 8.0, swell=1.0)
    c.shape(square(40, 40, 120, 120), WHITE)
    ink = c.image()[80, :, 0]
    assert np.count_nonzero(ink[100:140] < 128) > np.count_nonzero(ink[20:60] < 128) + 3


def test_a_ring_of_ink_has_the_same_width_both_ways_round():
    wide = []
    for points in (square(40, 40, 120, 120), square(40, 40, 120, 120)[::-1]):
        c = canvas(colour=False)
        c.contour(points, 6)
        wide.append(np.count_nonzero(c.image()[..., 0] < 128))
    assert wide[0] == pytest.approx(wide[1], rel=0.02)


def test_a_stroke_is_round_at_its_ends_and_as_wide_as_asked():
    c = canvas(colour=False)
    c.line([(50, 80), (150, 80)], 12, taper=0)
    ink = c.image()[..., 0] < 128
    assert np.count_nonzero(ink[:, 100]) in (11, 12, 13)
    assert ink[80, 45]
    assert not ink[75, 45]


def test_merged_shapes_have_no_line_where_they_meet():
    c = canvas(colour=False)
    c.merged([(oval(80, 80, 30, 30), WHITE), (oval(110, 80, 30, 30), WHITE)], 3)
    ink = c.image()[..., 0] < 128
    assert ink[80, :49].any()
    assert not ink[80, 55:135].any()


def test_later_drawing_hides_its_share():
    c = canvas()
    with c.owner(1):
        c.fill(square(20, 20, 120, 120), RED)
    assert c.visible(1) == 1.0
    with c.owner(2):
        c.fill(square(70, 0, 160, 160), RED)
    assert c.visible(1) == pytest.approx(0.5, abs=0.04)
    assert c.visible(2) == 1.0
    c.cover(square(0, 0, 200, 160))
    assert c.visible(1) == c.visible(2) == 0.0
    assert c.visible_box(1) is None


def test_boxes_tell_what_shows_from_what_was_drawn():
    c = canvas()
    with c.owner(1):
        c.fill(square(-40, 20, 120, 121), RED)
    c.fill(square(70, 0, 160, 160), RED)
    assert c.drawn_box(1) == Box(-40, 20, 120, 121)
    shown = c.visible_box(1)
    assert shown is not None
    assert (shown.x0, shown.y0, shown.y1) == (0, 20, 121)
    assert shown.x1 == pytest.approx(70, abs=3)


def test_the_ink_of_a_contour_is_its_owners_and_counts_in_the_box():
    c = Canvas(200, 160, True, PAPER, swell=0)
    with c.owner(1):
        c.shape(square(40, 40, 80, 80), RED, 12)
    assert c.drawn_box(1) == Box(34, 34, 86, 86)
    assert [c.owner_at(x, 60) for x in (31, 36, 60, 83, 89)] == [0, 1, 1, 1, 0]
    assert c.area(1) == pytest.approx(52 * 52, rel=0.08)


def test_a_contour_hides_what_it_is_drawn_over():
    c = canvas()
    with c.owner(1):
        c.fill(square(90, 40, 98, 80), RED)
    with c.owner(2):
        c.shape(square(100, 20, 140, 100), RED, 20)
    assert c.visible(1) < 0.2


def test_the_innermost_owner_wins_and_nobody_is_an_owner():
    c = canvas()
    with c.owner(1):
        c.fill(square(20, 20, 60, 60), RED)
        with c.owner(0):
            c.fill(square(20, 20, 60, 40), RED)
        with c.owner(2):
            c.fill(square(100, 20, 140, 60), RED)
    assert c.visible(1) == pytest.approx(0.5, abs=0.06)
    assert c.drawn_box(1) == Box(20, 20, 60, 60)
    assert [c.owner_at(x, 50) for x in (40, 120, 180, -5)] == [1, 2, 0, 0]


@pytest.mark.parametrize("key", [-1, 255])
def test_an_owner_out_of_range_is_refused(key):
    with pytest.raises(ValueError, match="need 0 to 254"), canvas().owner(key):
        pass


def test_a_trace_leaves_out_what_belongs_to_others():
    c = canvas()
    with c.owner(1), c.traced() as extent:
        c.fill(square(20, 20, 60, 60), RED)
        with c.owner(0):
            c.fill(square(0, 0, 150, 150), RED)
    assert extent.box == Box(20, 20, 60, 60)


def test_who_drew_nothing_is_not_visible_and_has_no_box():
    c = canvas()
    with c.owner(9):
        pass
    assert c.visible(9) == c.visible(3) == 0.0
    assert c.drawn_box(9) is c.visible_box(9) is c.visible_box(3) is None


@pytest.mark.parametrize("colour", [True, False])
def test_a_spotted_black_stands_off_another_only_where_there_is_no_colour(colour):
    dark = tint((60, 60, 60), 40)
    c = canvas(colour)
    c.fill(square(0, 0, 200, 160), dark)
    c.shape(square(60, 60, 120, 120), dark, 3)
    rim = c.image()[90, 55:59].max()
    assert rim == (60 if colour else 255)
    assert (c.image()[90, 55:59, 1].max() == 255) is not colour


def test_a_tint_s_tone_is_its_luminance_unless_given_and_shade_darkens_both():
    assert tint((255, 255, 255)).tone == 255
    assert tint((255, 255, 255), 7).tone == 7
    shade = RED.shaded()
    assert shade.tone < RED.tone
    assert sum(shade.rgb) < sum(RED.rgb)
    assert INK.tone == 0 < WHITE.shaded(1.0).tone


def test_shapes_too_small_to_see_do_no_harm():
    c = canvas()
    with c.owner(1):
        c.line([(5, 5)], 2)
        c.blob([(5, 5), (5, 5), (5, 5), (5, 5)], RED)
        c.ellipse(5, 5, 0, 0, RED)
        c.curve([(5, 5), (5, 5)], 1)
    assert c.image().shape == (160, 200, 3)


def test_what_lies_almost_wholly_outside_the_panel_has_no_visible_box():
    c = canvas()
    with c.owner(1):
        c.fill(square(200.4, 20, 260, 60), RED)
    with c.owner(2):
        c.fill(square(-90, -90, -20, -20), RED)
    assert c.visible_box(1) is None
    assert c.visible_box(2) is None
