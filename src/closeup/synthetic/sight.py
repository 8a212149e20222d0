"""What can be seen of a figure once everything is drawn, lettered and framed."""

from collections.abc import Iterable
from dataclasses import dataclass

from closeup.geometry import Box
from closeup.page import Keypoint
from closeup.synthetic.canvas import Canvas
from closeup.synthetic.figure import Figure
from closeup.synthetic.framing import clip, contains, corners
from closeup.synthetic.layout import Frame
from closeup.synthetic.stance import Pose

ENOUGH = 0.3
"""Share of a figure within its panel that must be left visible, beside most of its head."""
SLIVER = 16
"""Pixels of a figure's shorter side; nobody is asked to see less."""
LEAST = 1500
"""Visible square pixels of a figure: some 500 where the page is shown at 1 megapixel."""
FIRST_HELD = 50
"""Added to a figure's number on the owner plane, it is the number of what that figure holds."""
ARMS, LEGS = range(7, 11), range(13, 17)
"""COCO's elbows and wrists, knees and ankles."""
LEFT_WRIST, RIGHT_WRIST = 9, 10


@dataclass(frozen=True)
class View:
    """What is left visible of a figure; boxes and points are panel pixels."""

    box: Box
    face: Box | None
    keypoints: tuple[Keypoint, ...]
    truncated: bool
    held: float
    """The share that can be seen of what the hands are busy with."""


@dataclass(frozen=True)
class Seen:
    """Whom a reader sees in a panel, and what of him."""

    who: int
    view: View
    plane: int
    pose: Pose
    facing: int
    mood: str
    saying: frozenset[str] = frozenset()
    """How his balloons speak: plain, shout, whisper, thought."""

    def shows(self, points: Iterable[int], least: int = 1) -> bool:
        """Whether so many of these keypoints are visible."""
        return sum(self.view.keypoints[i][2] == 2 for i in points) >= least

    @property
    def wrists(self) -> tuple[int, int]:
        """The keypoints of the near wrist and the far one."""
        right = self.facing > 0
        return (RIGHT_WRIST, LEFT_WRIST) if right else (LEFT_WRIST, RIGHT_WRIST)


def look(canvas: Canvas, key: int, figure: Figure, frame: Frame) -> View | None:
    """What is visible of a figure, or None where too little is for anyone to count it."""
    width, height = canvas.width, canvas.height
    drawn, head = canvas.drawn_box(key), clip(figure.head, width, height)
    within = drawn and clip(drawn, width, height)
    if drawn is None or within is None or head is None:
        return None
    kept = canvas.visible(key)
    box = canvas.visible_box(key)
    if kept <= ENOUGH or box is None or min(box.width, box.height) < SLIVER:
        return None
    if canvas.area(key) < LEAST:
        return None
    inside = head.area / figure.head.area
    if inside * min(1.0, _shown(canvas, key, head) / 0.7) < 0.55:
        return None
    keypoints: list[Keypoint] = []
    for x, y, _ in figure.keypoints:
        if not (0 <= x < width and 0 <= y < height):
            keypoints.append((0.0, 0.0, 0))
        else:
            keypoints.append((x, y, 2 if canvas.owner_at(x, y) == key else 1))
    margin = 3.0
    cut = drawn.x0 < -margin or drawn.y0 < -margin
    cut = cut or drawn.x1 > width + margin or drawn.y1 > height + margin
    if frame.polygon and not cut and kept < 0.97:
        cut = not all(contains(frame, *corner) for corner in corners(drawn))
    held = canvas.drawn_box(FIRST_HELD + key)
    part = held and clip(held, width, height)
    share = canvas.visible(FIRST_HELD + key) * part.area / held.area if held and part else 0.0
    return View(box, head.intersection(box), tuple(keypoints), bool(cut), share)


def _shown(canvas: Canvas, key: int, box: Box) -> float:
    """The share of a box, in panel pixels, where `key` is what is visible."""
    steps = [(i + 0.5) / 8 for i in range(8)]
    hits = sum(
        canvas.owner_at(box.x0 + u * box.width, box.y0 + v * box.height) == key
        for u in steps
        for v in steps
    )
    return hits / 64
