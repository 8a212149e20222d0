import random
from typing import Any

import pytest

from closeup.geometry import Box
from closeup.readers import READERS
from closeup.reading_order import MOST_CUT, balloon_order, order
from closeup.sources import Source


def found_again(boxes, direction="ltr", page_width=None, method=order):
    """The boxes' order as found after a shuffle."""
    shuffled = list(range(len(boxes)))
    random.Random(len(boxes)).shuffle(shuffled)
    arguments = [boxes[i] for i in shuffled], direction
    read = method(*arguments) if method is balloon_order else method(*arguments, page_width)
    return [shuffled[i] for i in read]


def in_order(*corners, **how):
    boxes = [Box(*c) for c in corners]
    return found_again(boxes, **how) == list(range(len(boxes)))


def mirrored(corners, width=1000):
    return [(width - x1, y0, width - x0, y1) for x0, y0, x1, y1 in corners]


GRID = [(0, 0, 490, 490), (510, 0, 1000, 490), (0, 510, 490, 1000), (510, 510, 1000, 1000)]
TALL_LEFT = [(0, 0, 490, 1000), (510, 0, 1000, 490), (510, 510, 1000, 1000)]
TALL_RIGHT = [(0, 0, 490, 490), (0, 510, 490, 1000), (510, 0, 1000, 1000)]
UNEQUAL = [(0, 0, 300, 300), (320, 0, 1000, 300), (0, 320, 600, 700), (620, 320, 1000, 700)]
PAGES = {
    "a grid": GRID,
    "a tall panel before a stack": TALL_LEFT,
    "a stack before a tall panel": TALL_RIGHT,
    "unequal columns": UNEQUAL,
    "a tall panel beside a grid": [
        *[(0, 0, 300, 1000), (320, 0, 650, 490), (670, 0, 1000, 490)],
        *[(320, 510, 650, 1000), (670, 510, 1000, 1000)],
    ],
    "stacks of three and two": [
        *[(0, 0, 490, 300), (0, 320, 490, 640), (0, 660, 490, 1000)],
        *[(510, 0, 1000, 480), (510, 500, 1000, 1000)],
    ],
    "an inset at the lower end of its panel": [
        (0, 0, 1000, 600),
        (700, 420, 960, 580),
        (0, 620, 1000, 1000),
    ],
    "an inset in the first corner of its panel": [
        (20, 20, 250, 200),
        (0, 0, 1000, 600),
        (0, 620, 1000, 1000),
    ],
    "two insets in a full page": [(0, 0, 1000, 1000), (550, 500, 900, 650), (550, 700, 900, 900)],
    "an inset at the lower left of a full page": [(0, 0, 1000, 1000), (50, 600, 350, 950)],
    "insets all over a full page": [
        (0, 0, 1000, 1000),
        (650, 50, 950, 300),
        (50, 500, 300, 900),
        (650, 600, 950, 800),
    ],
    "a slanted gutter above unequal columns": [
        (0, 0, 490, 320),
        (510, 0, 1000, 345),
        (0, 330, 490, 1000),
        (510, 360, 740, 1000),
        (760, 360, 1000, 1000),
    ],
    "an inset that sticks out of its panel": [
        (0, 0, 1000, 500),
        (800, 400, 1010, 520),
        (0, 520, 1000, 1000),
    ],
    "slanted gutters": [
        (0, 0, 520, 340),
        (480, 0, 1000, 330),
        (0, 310, 600, 680),
        (570, 320, 1000, 670),
        (0, 650, 1000, 1000),
    ],
    "staggered rows": [
        (0, 0, 500, 540),
        (480, 0, 1000, 400),
        (0, 560, 520, 1000),
        (530, 420, 1000, 1000),
    ],
    "a round panel in a row": [
        (0, 0, 400, 400),
        (380, 20, 700, 380),
        (680, 0, 1000, 400),
        (0, 420, 1000, 1000),
    ],
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_a_layout_is_read_as_a_reader_would(name, direction):
    corners = PAGES[name] if direction == "ltr" else mirrored(PAGES[name])
    assert in_order(*corners, direction=direction)


def test_a_strip_is_read_from_the_top():
    assert in_order((100, 0, 900, 500), (0, 450, 700, 900), (300, 920, 1000, 2000), direction="ttb")


def test_a_spread_is_read_page_by_page():
    right = mirrored(GRID)
    left = [(x0 - 1000, y0, x1 - 1000, y1) for x0, y0, x1, y1 in right]
    both = [(x0 + 1000, y0, x1 + 1000, y1) for x0, y0, x1, y1 in (*right, *left)]
    assert in_order(*both, direction="rtl", page_width=1000)
    assert not in_order(*both, direction="rtl")


def test_a_panel_across_the_fold_is_read_after_all_that_lies_above_it():
    corners = [
        *[(1050, 50, 1950, 300), (50, 50, 950, 300), (100, 320, 1900, 700)],
        *[(1050, 720, 1950, 1000), (50, 720, 950, 1000)],
    ]
    assert in_order(*corners, direction="rtl", page_width=1000)


def tiers(rng, width, height):
    """A random page: tiers of columns, now and then a stack or an inset.

    A tier has one stack at most: of two side by side, no one can say from boxes alone whether
    they are read as rows or as columns.
    """
    boxes, y = [], 0.0
    for _ in range(rng.randint(1, 4)):
        tall, x = rng.uniform(200, 500), 0.0
        edges = sorted(rng.uniform(0.2, 0.8) for _ in range(rng.randint(0, 2)))
        edges = [e for k, e in enumerate(edges) if k == 0 or e - edges[k - 1] > 0.2]
        stack = rng.choice(edges) if edges and rng.random() < 0.4 else None
        for edge in (*edges, 1.0):
            right = edge * width
            if edge == stack:
                cut = y + tall * rng.uniform(0.35, 0.65)
                boxes += [Box(x, y, right - 10, cut - 5), Box(x, cut + 5, right - 10, y + tall)]
            else:
                boxes.append(Box(x, y, right - 10, y + tall))
                if rng.random() < 0.15:
                    w, h = (right - x) * 0.3, tall * 0.3
                    boxes.append(Box(right - w - 20, y + tall - h - 10, right - 20, y + tall - 10))
            x = right + 10
        y += tall + 20
    jitter = [[rng.uniform(-4, 4) for _ in range(4)] for _ in boxes]
    return [
        Box(*(c + d for c, d in zip(b.corners, j, strict=True)))
        for b, j in zip(boxes, jitter, strict=True)
    ]


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_at_least_95_of_100_random_pages_are_fully_right(direction):
    right = 0
    for seed in range(200):
        boxes = tiers(random.Random(f"tiers/{seed}"), 1000, 1400)
        if direction == "rtl":
            boxes = [Box(1000 - b.x1, b.y0, 1000 - b.x0, b.y1) for b in boxes]
        right += found_again(boxes, direction) == list(range(len(boxes)))
    assert right >= 190


def test_the_order_holds_each_box_once_whatever_the_boxes():
    for seed in range(30):
        rng = random.Random(f"any/{seed}")
        boxes = []
        for _ in range(rng.randint(0, 25)):
            x, y = rng.uniform(0, 900), rng.uniform(0, 900)
            boxes.append(Box(x, y, x + rng.uniform(1, 600), y + rng.uniform(1, 600)))
        for direction in ("ltr", "rtl", "ttb"):
            assert sorted(order(boxes, direction)) == list(range(len(boxes)))
            assert sorted(order(boxes, direction, 450)) == list(range(len(boxes)))
        assert sorted(balloon_order(boxes, "rtl")) == list(range(len(boxes)))


def test_equal_boxes_keep_their_order_and_too_many_are_only_sorted():
    same = [Box(0, 0, 10, 10)] * 5
    assert order(same, "ltr") == [0, 1, 2, 3, 4]
    many = [Box(0, y, 10, y + 1) for y in range(MOST_CUT + 1)]
    assert order(many[::-1], "ltr") == list(range(len(many)))[::-1]


def test_balloons_are_read_from_the_top_corner_and_height_weighs_most():
    corners = [(50, 20, 200, 100), (400, 40, 600, 120), (100, 300, 300, 380)]
    assert in_order(*corners, method=balloon_order)
    assert in_order(*mirrored(corners), direction="rtl", method=balloon_order)
    assert in_order((700, 20, 900, 100), (20, 400, 200, 480), method=balloon_order)


@pytest.mark.real_data
def test_at_least_95_of_100_acbf_pages_are_fully_right(real_data):
    pages: list[Any] = list(READERS["acbf"](Source.open(real_data / "craphound_acbf")))
    right = [
        found_again([p.box for p in page.panels]) == list(range(len(page.panels))) for page in pages
    ]
    assert sum(right) >= 0.95 * len(pages)
