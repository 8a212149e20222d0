import numpy as np
import pytest

from closeup.synthetic.strokes import oval, ring, smooth, stroke


def area(points):
    x, y = points[:, 0], points[:, 1]
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def test_an_oval_has_its_area_and_turns_about_its_middle():
    assert area(oval(50, 40, 30, 10)) == pytest.approx(np.pi * 300, rel=0.02)
    upright = oval(50, 40, 30, 10, 90)
    assert np.ptp(upright[:, 1]) == pytest.approx(60, abs=0.5)
    assert upright.mean(axis=0) == pytest.approx([50, 40])


def test_an_oval_turns_clockwise():
    leaning = oval(0, 0, 30, 5, 30)
    assert leaning[np.argmax(leaning[:, 0]), 1] > 10


@pytest.mark.parametrize("closed", [True, False])
def test_a_smooth_curve_passes_through_its_points(closed):
    knots = [(0, 0), (50, 10), (60, 60), (10, 50)]
    path = smooth(knots, closed)
    for knot in knots:
        assert np.hypot(*(path - knot).T).min() < 1e-6
    assert len(path) > 12


def test_a_stroke_covers_its_path_with_round_ends_or_a_blunt_start():
    path, radii = np.array([[0.0, 0.0], [100.0, 0.0]]), np.array([10.0, 10.0])
    outline = stroke(path, radii)
    assert outline[:, 0].min() == pytest.approx(-10, abs=0.5)
    assert outline[:, 0].max() == pytest.approx(110, abs=0.5)
    assert area(outline) == pytest.approx(2000 + np.pi * 100, rel=0.03)
    assert stroke(path, radii, blunt=True)[:, 0].min() == 0


def test_a_ring_straddles_its_polygon():
    square = np.array([[0.0, 0.0], [100.0, 0.0], [100.0, 100.0], [0.0, 100.0]])
    band = ring(square, 6, 0.0)
    assert (band.min(), band.max()) == (pytest.approx(-3), pytest.approx(103))
    assert area(band) == pytest.approx(400 * 6, rel=0.01)
