"""The order in which panels and balloons are read, inferred from their boxes alone.

Panels: a recursive cut into rows and columns that forgives boxes which overlap a little, so that
slanted gutters, round panels and unequal rows still part; insets are set aside first and join
beside the panel that they lie in; what cannot be cut is sorted by which panel precedes which.
Balloons: from the top corner where reading starts, height weighing most. An order that comes from
here is inferred: mark it so.
"""

from collections.abc import Sequence

from closeup.geometry import Box
from closeup.page import Direction

MOST_CUT = 400
"""Boxes; more than these are only sorted by rows, for the work grows with the square."""
ALIGNED = 0.1
"""How much of the smaller of two panels may reach over a gutter that still counts as straight."""
CUTS = (("rows", 0.34), ("columns", 0.2), ("rows", 0.5), ("columns", 0.5))
"""Cuts tried in turn where no gutter is straight, and how much may reach over each. Rows come
first and forgive much: where gutters are staggered, readers keep to the row."""
INSET = 0.8
"""An inset lies to this share in a panel that is clearly larger."""

Spans = dict[int, tuple[float, float]]


def order(boxes: Sequence[Box], direction: Direction, page_width: float | None = None) -> list[int]:
    """Indices of panel boxes in reading order.

    `page_width` says that the image is a spread of two pages this wide: the pages are read one
    after the other, but for what lies above and below a panel that spans both.
    """
    flipped = _left_to_right(boxes, direction)
    if len(boxes) > MOST_CUT:
        return sorted(range(len(boxes)), key=lambda i: (flipped[i].y0, flipped[i].x0, i))
    indices = list(range(len(boxes)))
    if page_width is None:
        return _order(flipped, indices)
    return _spread(flipped, indices, -page_width if direction == "rtl" else page_width)


def balloon_order(boxes: Sequence[Box], direction: Direction) -> list[int]:
    """Indices of the boxes of one panel's balloons in reading order.

    A balloon that is lower waits, and one farther along the line waits three tenths as long.
    """
    flipped = _left_to_right(boxes, direction)
    return sorted(range(len(boxes)), key=lambda i: (flipped[i].y0 + 0.3 * flipped[i].center[0], i))


def _left_to_right(boxes: Sequence[Box], direction: Direction) -> list[Box]:
    """The boxes, mirrored where the page is read from the right."""
    if direction != "rtl":
        return list(boxes)
    return [Box(-box.x1, box.y0, -box.x0, box.y1) for box in boxes]


def _spread(boxes: list[Box], indices: list[int], fold: float) -> list[int]:
    """Order a spread: bands between the panels that span the fold, each page by page."""
    across = [i for i in indices if min(fold - boxes[i].x0, boxes[i].x1 - fold) > 0.2 * abs(fold)]
    result: list[int] = []
    rest = [i for i in indices if i not in across]
    for spanning in sorted(across, key=lambda i: boxes[i].center[1]):
        above = [i for i in rest if boxes[i].center[1] < boxes[spanning].center[1]]
        result += [*_pages(boxes, above, fold), spanning]
        rest = [i for i in rest if i not in above]
    return result + _pages(boxes, rest, fold)


def _pages(boxes: list[Box], indices: list[int], fold: float) -> list[int]:
    first = [i for i in indices if boxes[i].center[0] < fold]
    second = [i for i in indices if boxes[i].center[0] >= fold]
    return _order(boxes, first) + _order(boxes, second)


def _order(boxes: list[Box], indices: list[int]) -> list[int]:
    """Order panels read from the left: insets are set aside, the rest is cut."""
    hosts: dict[int, int] = {}
    for i in indices:
        around = [j for j in indices if j != i and _holds(boxes[j], boxes[i])]
        if around:
            hosts[i] = min(around, key=lambda j: (boxes[j].area, j))
    result: list[int] = []
    for i in _cut(boxes, [i for i in indices if i not in hosts]):
        result += _with_insets(boxes, i, hosts)
    return result


def _holds(host: Box, inset: Box) -> bool:
    return inset.area < 0.6 * host.area and host.coverage(inset) >= INSET


def _with_insets(boxes: list[Box], host: int, hosts: dict[int, int]) -> list[int]:
    """A panel and the insets in it. One whose centre is in the first corner is read before it."""
    before: list[int] = []
    after: list[int] = []
    for i in _cut(boxes, [i for i, h in hosts.items() if h == host]):
        x, y = boxes[i].center
        outer = boxes[host]
        early = x < outer.x0 + 0.4 * outer.width and y < outer.y0 + 0.4 * outer.height
        (before if early else after).extend(_with_insets(boxes, i, hosts))
    return [*before, host, *after]


def _cut(boxes: list[Box], indices: list[int]) -> list[int]:
    """Order panels by cutting into rows, else columns, ever more forgiving of overlap."""
    if len(indices) < 2:
        return indices
    rows = {i: (boxes[i].y0, boxes[i].y1) for i in indices}
    columns = {i: (boxes[i].x0, boxes[i].x1) for i in indices}
    parts = _parts(rows, ALIGNED)
    if len(parts) == 1:
        parts = _stacks(rows, _parts(columns, 0.02))
    for name, tolerance in CUTS:
        if len(parts) == 1:
            parts = _parts(rows if name == "rows" else columns, tolerance)
    if len(parts) == 1:
        return _by_precedence(boxes, indices)
    return [i for part in parts for i in _cut(boxes, part)]


def _stacks(rows: Spans, columns: list[list[int]]) -> list[list[int]]:
    """The columns, if they hold unequal numbers of panels: such cannot be rows that stagger.

    Neighbouring columns that straight rows run through stay together. Else all is one part.
    """
    if len({len(column) for column in columns}) == 1:
        return [[i for column in columns for i in column]]
    stacks = columns[:1]
    for column in columns[1:]:
        both = stacks[-1] + column
        if len(_parts({i: rows[i] for i in both}, ALIGNED)) > 1:
            stacks[-1] = both
        else:
            stacks.append(column)
    return stacks


def _parts(spans: Spans, tolerance: float) -> list[list[int]]:
    """Intervals parted wherever none reaches over by more than a share of the shorter one."""
    ranked = sorted(spans, key=lambda i: (spans[i][0] + spans[i][1], i))
    parts: list[list[int]] = [[]]
    for k, i in enumerate(ranked):
        parts[-1].append(i)
        last = max(ranked[: k + 1], key=lambda j: spans[j][1])
        rest = ranked[k + 1 :]
        if not rest:
            break
        first = min(rest, key=lambda j: spans[j][0])
        shorter = min(spans[j][1] - spans[j][0] for j in (last, first))
        if spans[last][1] - spans[first][0] <= tolerance * shorter:
            parts.append([])
    return parts


def _by_precedence(boxes: list[Box], indices: list[int]) -> list[int]:
    """Order what no cut parts: again and again the panel that fewest of the rest precede."""
    waits = {i: sum(_precedes(boxes[j], boxes[i]) for j in indices if j != i) for i in indices}
    result: list[int] = []
    while waits:
        following = min(waits, key=lambda i: (waits[i], boxes[i].y0 + boxes[i].x0, i))
        del waits[following]
        for i in waits:
            waits[i] -= _precedes(boxes[following], boxes[i])
        result.append(following)
    return result


def _precedes(a: Box, b: Box) -> bool:
    """Whether a is read before b: mostly above it, or else to its left."""
    shared = min(a.y1, b.y1) - max(a.y0, b.y0)
    if shared < 0.5 * min(a.height, b.height):
        return a.center[1] < b.center[1]
    return a.center[0] < b.center[0]
