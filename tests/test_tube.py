import numpy as np
import pytest

from closeup.synthetic.canvas import Canvas, tint
from closeup.synthetic.tube import Tube, dress, limb

STRAIGHT = Tube.through([(0, 50), (50, 50), (100, 50)], [10, 10])


def test_places_on_a_tube_run_along_and_across_it():
    assert STRAIGHT.at(0.5, 0.0) == pytest.approx([50, 50])
    assert STRAIGHT.at(0.0, 0.0) == pytest.approx([0, 50])
    edges = sorted(float(STRAIGHT.at(1.0, s)[1]) for s in (-1, 1))
    assert edges == pytest.approx([40, 60])


def test_a_part_begins_and_ends_between_samples_too():
    piece = STRAIGHT.part(0.231, 0.777)
    assert piece.path[0] == pytest.approx(STRAIGHT.at(0.231, 0.0))
    assert piece.path[-1] == pytest.approx(STRAIGHT.at(0.777, 0.0))
    assert STRAIGHT.part(0.0, 1.0).path == pytest.approx(STRAIGHT.path)


def test_a_part_keeps_its_place_and_may_be_wider():
    end = STRAIGHT.part(0.5, 1.0, 1.5)
    assert end.path[0] == pytest.approx([50, 50])
    assert abs(end.left[0][1] - 50) == pytest.approx(15)


def test_a_limb_bends_inside_its_joint():
    bent = limb((0, 0), (50, 0), (50, 50), (8, 6, 4))
    assert bent.path[0] == pytest.approx([0, 0])
    assert bent.path[-1] == pytest.approx([50, 50])
    assert 0 < np.hypot(*(bent.path - (50, 0)).T).min() < 10
    assert bent.radii[0] > bent.radii[-1]


@pytest.mark.parametrize(
    ("pattern", "share"), [("plain", 0), ("star", 0), ("band", 0.2), ("stripes", 0.48)]
)
def test_patterns_cover_their_share_of_the_cloth_and_nothing_else(pattern, share):
    canvas = Canvas(100, 100, True, tint((255, 255, 255)))
    dress(canvas, STRAIGHT, pattern, tint((0, 0, 0)), 20)
    dark = canvas.image()[..., 0] < 128
    assert dark.sum() / 2000 == pytest.approx(share, abs=0.06)
    assert not dark[:38].any()
    assert not dark[62:].any()


@pytest.mark.parametrize("pattern", ["dots", "checks"])
def test_dots_and_checks_show(pattern):
    canvas = Canvas(100, 100, True, tint((255, 255, 255)))
    dress(canvas, STRAIGHT, pattern, tint((0, 0, 0)), 12)
    assert 0.1 < (canvas.image()[..., 0] < 128).sum() / 2000 < 0.7
