"""The geometry of a panel's frame: where figures and lettering may go, and what lies outside."""

from collections.abc import Sequence

from closeup.geometry import Box
from closeup.synthetic.canvas import Points
from closeup.synthetic.layout import Frame


def stage_box(frame: Frame) -> Box:
    """The part of a frame that figures are staged in, in panel pixels."""
    width, height = frame.box.width, frame.box.height
    if frame.round:
        return Box(0.14 * width, 0.08 * height, 0.86 * width, 0.93 * height)
    if frame.polygon:
        left, right = _straight(frame)
        return Box(left, 0, right, height)
    return Box(0, 0, width, height)


def beside(inner: Box, holes: Sequence[Box]) -> Box:
    """What an inset leaves of the stage: the side of it that is wider."""
    for hole in holes:
        left, right = hole.x0 - inner.x0, inner.x1 - hole.x1
        if max(left, right) > 0.4 * inner.width:
            inner = (
                Box(inner.x0, inner.y0, hole.x0, inner.y1)
                if left > right
                else Box(hole.x1, inner.y0, inner.x1, inner.y1)
            )
    return inner


def _straight(frame: Frame) -> tuple[float, float]:
    """The x range, in panel pixels, that a slanted panel has at top and bottom alike."""
    assert frame.polygon
    (a, _), (b, _), (c, _), (d, _) = frame.polygon
    return max(a, d) - frame.box.x0, min(b, c) - frame.box.x0


def lettering_area(frame: Frame, border: float) -> Box:
    """Where lettering may go, in panel pixels: inside the border, and off the page's edge."""
    width, height = frame.box.width, frame.box.height
    if frame.round:
        return Box(0.13 * width, 0.13 * height, 0.87 * width, 0.87 * height)
    left, right = _straight(frame) if frame.polygon else (0.0, width)
    edge = border + (16 if frame.bleeds else 0)
    return Box(left + edge, edge, right - edge, height - edge)


def clip(box: Box, width: float, height: float) -> Box | None:
    """The part of a box that lies in a panel of this size."""
    return box.intersection(Box(0, 0, width, height))


def corners(box: Box) -> list[tuple[float, float]]:
    """The four corners of a box, clockwise."""
    return [(box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)]


def outside(frame: Frame) -> list[Points]:
    """The parts of a frame's box that lie outside its polygon, in panel pixels."""
    if frame.polygon is None:
        return []
    x0, y0 = frame.box.x0, frame.box.y0
    edge = [(x - x0, y - y0) for x, y in frame.polygon]
    width, height = frame.box.width, frame.box.height
    cx, cy = width / 2, height / 2
    pieces: list[Points] = []
    for (ax, ay), (bx, by) in zip(edge, [*edge[1:], edge[0]], strict=True):
        far = [(cx + (px - cx) * 4, cy + (py - cy) * 4) for px, py in ((bx, by), (ax, ay))]
        pieces.append([(ax, ay), (bx, by), *far])
    return pieces


def contains(frame: Frame, x: float, y: float) -> bool:
    """Whether a point in panel pixels lies in the frame's polygon, which is convex."""
    assert frame.polygon
    px, py = x + frame.box.x0, y + frame.box.y0
    sides = [
        (bx - ax) * (py - ay) - (by - ay) * (px - ax)
        for (ax, ay), (bx, by) in zip(
            frame.polygon, [*frame.polygon[1:], frame.polygon[0]], strict=True
        )
    ]
    return all(side >= 0 for side in sides) or all(side <= 0 for side in sides)
