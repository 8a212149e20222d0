"""One panel's surface: anti-aliased fills and brush strokes, and who is visible where.

A colour canvas holds RGB. A black-and-white canvas holds two planes that a style turns into real
ink afterwards: red is the ink (0 black, 255 none) and green the tone under it (255 paper), so that
the smooth edges of a line and of a grey stay separable.

Every polygon is painted a second time, coarsely, with the number of its owner. What later drawing
has hidden is thus known, not estimated.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import aggdraw
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from closeup.geometry import Box
from closeup.synthetic.strokes import Points, arch, oval, ring, smooth, stroke

COARSE = 2
"""Panel pixels a side of one cell of the owner plane."""

SPOTTED = 70
"""Tones below this are printed solid black where there is no colour."""


@dataclass(frozen=True)
class Tint:
    """A flat fill: its colour, and its lightness where there is no colour."""

    rgb: tuple[int, int, int]
    tone: int
    """0 is solid ink, 255 bare paper; a black-and-white style hatches or screens the rest."""

    def shaded(self, by: float = 0.18) -> "Tint":
        """The same surface in shadow."""
        r, g, b = (round(v * (1 - by)) for v in self.rgb)
        return Tint((r, g, min(255, b + 6)), max(1, round(self.tone - 255 * by)))


def tint(rgb: tuple[int, int, int], tone: int | None = None) -> Tint:
    """A tint; its tone is the colour's luminance unless it is given."""
    r, g, b = rgb
    return Tint(rgb, round(0.299 * r + 0.587 * g + 0.114 * b) if tone is None else tone)


INK = Tint((28, 22, 30), 0)
WHITE = Tint((255, 255, 255), 255)


class Canvas:
    """A panel to draw on. `pen` is the usual width of a contour in pixels; `swell`, from 0 to 1,
    is how much heavier its shadow side is."""

    def __init__(
        self,
        width: int,
        height: int,
        colour: bool,
        paper: Tint,
        pen: float = 3.0,
        swell: float = 0.3,
    ) -> None:
        self.width, self.height, self.colour = width, height, colour
        self.pen, self.swell = pen, swell
        self._draw = aggdraw.Draw("RGB", (width, height), self._pixel(paper))
        self._brushes: dict[Tint, aggdraw.Brush] = {}
        self._owner = 0
        self._owners = self._plane()
        self._drawn: dict[int, ImageDraw.ImageDraw] = {}
        self._extent: dict[int, Extent] = {}
        self._depth = 0
        self._traces: list[tuple[int, Extent]] = []

    def fill(self, points: Points, tint: Tint) -> None:
        """Fill a closed polygon, without a contour."""
        self._paint(np.asarray(points, dtype=np.float64), tint)

    def line(self, points: Points, width: float, tint: Tint = INK, taper: float = 0.4) -> None:
        """A brush stroke along a polyline. Its ends are round, and thinner by `taper` (0 … 1)."""
        path = np.asarray(points, dtype=np.float64)
        self._paint(stroke(path, width / 2 * (1 - taper + taper * arch(len(path)))), tint)

    def shape(self, points: Points, tint: Tint, line: float | None = None) -> None:
        """A filled polygon with an inked contour `line` pixels wide (the pen's width unless
        given; 0: no contour)."""
        outline = np.asarray(points, dtype=np.float64)
        width = self.pen if line is None else line
        self.halo(outline, tint, width)
        if width <= 0 or len(outline) < 3:
            self._paint(outline, tint)
            return
        ink = ring(outline, width, self.swell)
        self._polygon(outline.ravel().tolist(), tint)
        self._polygon(ink.ravel().tolist(), INK)
        self._mark(ink[: len(outline)].ravel().tolist(), self._owner)  # the ring's outer edge

    def halo(self, points: Points, tint: Tint, line: float) -> None:
        """In black and white, a rim of bare paper around a shape about to be spotted black, so
        that it stands off the blacks behind it."""
        if not self.colour and 0 < tint.tone < SPOTTED and line > 1:
            rim = ring(np.asarray(points, dtype=np.float64), line * 2.4, 0.0)
            self._polygon(rim.ravel().tolist(), WHITE)

    def contour(self, points: Points, line: float | None = None) -> None:
        """The inked contour of a closed polygon alone."""
        width = self.pen if line is None else line
        if width > 0:
            self._paint(ring(np.asarray(points, dtype=np.float64), width, self.swell), INK)

    def merged(self, parts: Sequence[tuple[Points, Tint]], line: float | None = None) -> None:
        """Several shapes as one: a contour around their union, and none where they meet."""
        for points, _ in parts:
            self.contour(points, (self.pen if line is None else line) * 2)
        for points, tint in parts:
            self.fill(points, tint)

    def blob(self, points: Points, tint: Tint, line: float | None = None) -> None:
        """`shape` through a smooth closed curve."""
        self.shape(smooth(points, closed=True), tint, line)

    def curve(self, points: Points, width: float, tint: Tint = INK, taper: float = 0.6) -> None:
        """`line` along a smooth curve through the points."""
        self.line(smooth(points, closed=False), width, tint, taper)

    def ellipse(
        self,
        cx: float,
        cy: float,
        rx: float,
        ry: float,
        tint: Tint,
        line: float | None = None,
        angle: float = 0.0,
    ) -> None:
        """An ellipse with a contour; `angle` turns it clockwise, in degrees."""
        self.shape(oval(cx, cy, rx, ry, angle), tint, line)

    def cover(self, points: Points) -> None:
        """Count a polygon as hidden without drawing it: lettering that will lie on top."""
        self._mark(np.asarray(points, dtype=np.float64).ravel().tolist(), 0)

    @contextmanager
    def owner(self, key: int) -> Iterator[None]:
        """Everything drawn inside belongs to `key` (1 … 254); 0 is nobody. The innermost wins."""
        if not 0 <= key <= 254:
            raise ValueError(f"owner {key}: need 0 to 254")
        outer, self._owner = self._owner, key
        if key and key not in self._drawn:
            self._drawn[key] = self._plane()
            self._extent[key] = Extent()
        self._depth += 1
        try:
            yield
        finally:
            self._owner = outer
            self._depth -= 1

    @contextmanager
    def traced(self) -> "Iterator[Extent]":
        """Record the extent of all that is drawn inside, except under a further `owner`."""
        trace = Extent()
        self._traces.append((self._depth, trace))
        try:
            yield trace
        finally:
            self._traces.pop()

    def image(self) -> NDArray[np.uint8]:
        """The raw channels, HxWx3: RGB, or in black and white (ink, tone, 255)."""
        self._draw.flush()
        pixels = np.frombuffer(self._draw.tobytes(), dtype=np.uint8)
        return pixels.reshape(self.height, self.width, 3)

    def visible(self, key: int) -> float:
        """The share of what `key` drew inside the panel that later drawing left visible; 0 where
        it drew nothing there."""
        if key not in self._drawn:
            return 0.0
        drawn = np.count_nonzero(_cells(self._drawn[key]))
        return float(np.count_nonzero(_cells(self._owners) == key)) / drawn if drawn else 0.0

    def area(self, key: int) -> int:
        """Panel pixels where `key` is what shows, to whole cells."""
        return int(np.count_nonzero(_cells(self._owners) == key)) * COARSE**2

    def visible_box(self, key: int) -> Box | None:
        """The extent of what is visible of `key`, clipped to the panel, exact to `COARSE` pixels
        where something hides an edge and exact elsewhere. None where nothing is, or where it is
        thinner than that can tell."""
        drawn = self.drawn_box(key)
        if drawn is None:
            return None
        mask = _cells(self._owners) == key
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if not len(rows):
            return None
        low = [float(columns[0] * COARSE), float(rows[0] * COARSE)]
        high = [float((columns[-1] + 1) * COARSE), float((rows[-1] + 1) * COARSE)]
        near, limit = COARSE * 1.5, (self.width, self.height)
        for i, (first, last) in enumerate(((drawn.x0, drawn.x1), (drawn.y0, drawn.y1))):
            low[i] = max(first, 0.0) if abs(low[i] - max(first, 0.0)) <= near else low[i]
            end = min(last, limit[i])
            high[i] = end if abs(high[i] - end) <= near else min(high[i], limit[i])
        if low[0] >= high[0] or low[1] >= high[1]:
            return None
        return Box(low[0], low[1], high[0], high[1])

    def drawn_box(self, key: int) -> Box | None:
        """The extent of all that `key` drew, hidden or beyond the panel included."""
        extent = self._extent.get(key)
        return extent.box if extent else None

    def owner_at(self, x: float, y: float) -> int:
        """Whose drawing shows at a point; 0 where it is nobody's or outside the panel."""
        if not (0 <= x < self.width and 0 <= y < self.height):
            return 0
        found = self._owners._image.getpixel((int(x) // COARSE, int(y) // COARSE))
        assert isinstance(found, int)
        return found

    def _pixel(self, tint: Tint) -> tuple[int, int, int]:
        if self.colour:
            return tint.rgb
        return (0, 255, 255) if tint.tone == 0 else (255, tint.tone, 255)

    def _plane(self) -> ImageDraw.ImageDraw:
        size = (-(-self.width // COARSE), -(-self.height // COARSE))
        return ImageDraw.Draw(Image.new("L", size))

    def _paint(self, points: NDArray[np.float64], tint: Tint) -> None:
        if len(points) >= 3:
            flat = points.ravel().tolist()
            self._polygon(flat, tint)
            self._mark(flat, self._owner)

    def _polygon(self, flat: list[float], tint: Tint) -> None:
        brush = self._brushes.get(tint)
        if brush is None:
            brush = self._brushes[tint] = aggdraw.Brush(self._pixel(tint))
        self._draw.polygon(flat, None, brush)

    def _mark(self, flat: list[float], key: int) -> None:
        """Note a polygon on the owner plane and in the extents."""
        traced = self._traces and self._traces[-1][0] == self._depth
        if traced or key:
            xs, ys = flat[::2], flat[1::2]
            bounds = (min(xs), min(ys), max(xs), max(ys))
            if traced:
                self._traces[-1][1].add(*bounds)
            if key:
                self._extent[key].add(*bounds)
        if self._drawn:
            scale = 1 / COARSE
            coarse = [v * scale - 0.5 for v in flat]
            self._owners.polygon(coarse, fill=key)
            if key:
                self._drawn[key].polygon(coarse, fill=1)


class Extent:
    """The bounds of what is drawn, as it is drawn."""

    def __init__(self) -> None:
        self.x0 = self.y0 = math.inf
        self.x1 = self.y1 = -math.inf

    def add(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.x0, self.y0 = min(self.x0, x0), min(self.y0, y0)
        self.x1, self.y1 = max(self.x1, x1), max(self.y1, y1)

    @property
    def box(self) -> Box | None:
        if self.x0 < self.x1 and self.y0 < self.y1:
            return Box(self.x0, self.y0, self.x1, self.y1)
        return None


def _cells(plane: ImageDraw.ImageDraw) -> NDArray[np.uint8]:
    return np.asarray(plane._image)
