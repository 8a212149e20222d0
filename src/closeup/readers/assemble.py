"""What readers share: boxes that must fit their page, things put into panels, and bad pages.

Nothing here guesses. What is worked out from geometry is null where it is ambiguous, and the
reader names it in `Page.inferred`.
"""

import io
import math
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from PIL import Image
from pydantic import ValidationError

from closeup.geometry import MIN_SIDE, Box
from closeup.images import MAX_BYTES, SUFFIXES
from closeup.page import MAX_SIDE, MAX_THINGS, Balloon, Character, Direction, Page, Panel
from closeup.readers.reader import BadPage
from closeup.reading_order import balloon_order, order
from closeup.records import explain, one_line, shorten
from closeup.sources import Source, SourceError

MAX_BAD = 1000
"""Bad pages in one file before the rest of it is left unread."""
MAX_PAGES = 100_000
"""Pages in one file."""
ROUNDING = 2.0
"""Pixels that a box may stick out of its page, for rounding; it is cut at the edge."""
IMAGES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".bmp")

Polygon = tuple[tuple[float, float], ...]
ThingT = TypeVar("ThingT", Character, Balloon)


@dataclass(frozen=True)
class Sheet:
    """The page that boxes must lie on, and by how many pixels they may miss it."""

    width: int
    height: int
    slack: float = ROUNDING

    def box(self, place: str, field: str, corners: Sequence[float]) -> Box:
        """A box on the page; SourceError when it is empty, not finite or outside."""
        shown = shorten([round(n, 2) if math.isfinite(n) else n for n in corners])
        if not all(map(math.isfinite, corners)):
            raise SourceError(place, f"{field}: {shown}: need four finite numbers")
        x0, y0, x1, y1 = corners
        if x0 >= x1 or y0 >= y1:
            raise SourceError(place, f"{field}: {shown}: empty; need x0 < x1 and y0 < y1")
        if min(x1 - x0, y1 - y0) < MIN_SIDE:
            rule = f"need at least {MIN_SIDE} pixels on each side"
            raise SourceError(place, f"{field}: {shorten(list(corners))}: {rule}")
        out = max(-x0, -y0, x1 - self.width, y1 - self.height)
        x0, y0, x1, y1 = *self._on(x0, y0), *self._on(x1, y1)
        if out > self.slack or min(x1 - x0, y1 - y0) < MIN_SIDE:
            page = f"{self.width}x{self.height}"
            raise SourceError(place, f"{field}: {shown}: outside the page of {page}")
        return Box(x0, y0, x1, y1)

    def outline(self, place: str, field: str, points: Polygon) -> tuple[Box, Polygon]:
        """A polygon on the page, and the box around it; SourceError as for `box`."""
        xs, ys = zip(*points, strict=True)
        if not all(map(math.isfinite, (*xs, *ys))):
            raise SourceError(place, f"{field}: {shorten(points)}: need finite numbers")
        box = self.box(place, field, (min(xs), min(ys), max(xs), max(ys)))
        return box, tuple(self._on(x, y) for x, y in points)

    def _on(self, x: float, y: float) -> tuple[float, float]:
        return min(max(x, 0.0), float(self.width)), min(max(y, 0.0), float(self.height))


def check_count(place: str, count: int) -> None:
    """Refuse a page with more annotations than any page has."""
    if count > MAX_THINGS:
        raise SourceError(place, f"{count} annotations on one page; the limit is {MAX_THINGS}")


def attempt(place: str, make: Callable[..., Page], *given: Any) -> Page | BadPage:
    """The page made from what is given, or what is wrong with it; mistakes of our own raise."""
    try:
        return make(*given)
    except SourceError as error:
        return BadPage(error.place, error.message)
    except ValidationError as error:
        return BadPage(place, explain(error))


def each_file(
    source: Source,
    names: Iterable[str],
    read_file: Callable[[Source, str], Iterator[Page | BadPage]],
) -> Iterator[Page | BadPage]:
    """What the files hold, one after the other. A file that cannot be read is one bad page, and
    so is a page whose id came before, and the rest of a file with far too much in it."""
    seen: dict[str, str] = {}
    for name in names:
        bad = 0
        try:
            for count, item in enumerate(read_file(source, name)):
                if count == MAX_PAGES:
                    raise SourceError(source.place(name), f"more than {MAX_PAGES} pages in it")
                if isinstance(item, Page) and item.id in seen:
                    message = f"id: {item.id!r}: this id stands in {one_line(seen[item.id])} too"
                    item = BadPage(source.place(name), message)
                if isinstance(item, Page):
                    seen[item.id] = name
                elif (bad := bad + 1) > MAX_BAD:
                    rule = f"more than {MAX_BAD} bad pages in it; the rest is left unread"
                    raise SourceError(source.place(name), rule)
                yield item
        except SourceError as error:
            yield BadPage(error.place, error.message)


def home(box: Box, panels: Sequence[Panel]) -> str | None:
    """The panel that a box lies in: the one that covers most of it, and at least half.

    Of nested panels that cover it alike, the innermost; None where two others compete.
    """
    shares = [(panel.box.coverage(box), panel) for panel in panels]
    best = max((share for share, _ in shares), default=0.0)
    rivals = [panel for share, panel in shares if share >= 0.75 * best]
    if best < 0.5:
        return None
    inner = min(rivals, key=lambda panel: panel.box.area)
    nested = all(rival.box.coverage(inner.box) >= 0.8 for rival in rivals)
    return inner.id if nested else None


def at_home(things: Iterable[ThingT], panels: Sequence[Panel] | None) -> tuple[ThingT, ...]:
    """Characters or balloons, each in the panel that it lies in, or in none."""
    return tuple(t.model_copy(update={"panel": home(t.box, panels or ())}) for t in things)


def owner(inner: Box, boxes: dict[str, Box]) -> str | None:
    """The id of the one box that holds nine tenths of `inner`; None for none, or several."""
    holding = [name for name, box in boxes.items() if box.coverage(inner) >= 0.9]
    return holding[0] if len(holding) == 1 else None


def in_order(
    panels: Sequence[Panel], direction: Direction, page_width: float | None = None
) -> tuple[Panel, ...]:
    """Panels in the reading order that their boxes suggest."""
    return tuple(panels[i] for i in order([p.box for p in panels], direction, page_width))


def balloons_in_order(
    balloons: Sequence[Balloon], panels: Sequence[Panel], direction: Direction
) -> tuple[Balloon, ...]:
    """Balloons panel by panel, those of no panel last, each lot as their boxes suggest."""
    result: list[Balloon] = []
    for panel in (*(panel.id for panel in panels), None):
        here = [balloon for balloon in balloons if balloon.panel == panel]
        result += [here[i] for i in balloon_order([b.box for b in here], direction)]
    return tuple(result)


def image_size(source: Source, name: str) -> tuple[int, int] | None:
    """Width and height as an image's header says, or None where there is no such file."""
    if not source.exists(name):
        return None
    place = source.place(name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data = source.read(name, limit=MAX_BYTES)
            with Image.open(io.BytesIO(data), formats=tuple(SUFFIXES)) as image:
                return image.size
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        reason = str(error).partition("<_io")[0].strip() or type(error).__name__
        raise SourceError(place, f"not a readable image: {reason}") from None


def extent(place: str, points: Iterable[tuple[float, float]]) -> tuple[int, int]:
    """The smallest page from (0, 0) that holds the points: what is known of a size that neither
    the annotations nor an image gives. SourceError when no page is as large."""
    sides: list[int] = []
    for name, values in zip(("x", "y"), zip(*points, (1.0, 1.0), strict=True), strict=True):
        if not max(values) <= MAX_SIDE:
            rule = f"no page is larger than {MAX_SIDE} pixels"
            raise SourceError(place, f"a point at {name} = {max(values):.6g}: {rule}")
        sides.append(math.ceil(max(values)))
    return sides[0], sides[1]


def join(folder: str, name: str) -> str:
    """A name within a folder of the source."""
    return f"{folder}/{name}" if folder else name
