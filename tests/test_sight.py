"""Who counts as seen."""

import pytest

from closeup.geometry import Box
from closeup.synthetic.canvas import Canvas, tint
from closeup.synthetic.figure import Figure
from closeup.synthetic.layout import Frame
from closeup.synthetic.sight import LEAST, look

PAPER, RED = tint((250, 245, 235)), tint((200, 40, 40))
FRAME = Frame(Box(0, 0, 400, 400))


def drawn(width: float, height: float) -> tuple[Canvas, Figure]:
    """A block of a figure, all head."""
    canvas, box = Canvas(400, 400, True, PAPER), Box(100, 100, 100 + width, 100 + height)
    with canvas.owner(1):
        canvas.fill([(100, 100), (box.x1, 100), (box.x1, box.y1), (100, box.y1)], RED)
    points = ((110.0, 110.0, 2),) * 17
    return canvas, Figure(points, box, box.center, box, (box.center, box.center))


@pytest.mark.parametrize(("height", "counts"), [(1.2, True), (0.8, False)])
def test_nobody_is_asked_to_count_a_sliver(height: float, counts: bool):
    canvas, figure = drawn(30, height * LEAST / 30)
    assert (look(canvas, 1, figure, FRAME) is not None) == counts


def test_what_a_balloon_leaves_of_a_figure_must_be_enough():
    canvas, figure = drawn(60, 40)
    assert look(canvas, 1, figure, FRAME)
    canvas.cover([(100, 121), (160, 121), (160, 140), (100, 140)])
    assert canvas.visible(1) > 0.5
    assert look(canvas, 1, figure, FRAME) is None
