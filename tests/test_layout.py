import itertools
import random
from collections import Counter

import pytest

from closeup.geometry import Box
from closeup.synthetic.layout import MIN_SIDE, Layout, lay_out

SEEDS = range(300)


def layouts(rtl: bool = False) -> list[Layout]:
    return [lay_out(random.Random(f"layout {seed}"), rtl) for seed in SEEDS]


def test_the_same_seed_lays_out_the_same_page():
    assert layouts() == layouts()


def test_pages_have_one_to_twelve_panels_of_every_kind():
    counts = Counter(len(layout.frames) for layout in layouts())
    assert set(counts) == set(range(1, 13))
    frames = [frame for layout in layouts() for frame in layout.frames]
    assert any(frame.round for frame in frames)
    assert any(frame.bleeds for frame in frames)
    assert any(frame.host is not None for frame in frames)
    assert any(frame.polygon and not frame.round for frame in frames)


@pytest.mark.parametrize("rtl", [False, True])
def test_panels_lie_on_the_page_and_overlap_only_as_insets(rtl: bool):
    for layout in layouts(rtl):
        page = Box(0, 0, layout.width, layout.height)
        for i, frame in enumerate(layout.frames):
            assert page.coverage(frame.box) == 1
            assert min(frame.box.width, frame.box.height) >= MIN_SIDE * 0.7
            for j, other in enumerate(layout.frames[:i]):
                common = frame.box.overlap(other.box)
                if frame.host == j:
                    assert other.box.coverage(frame.box) == 1
                elif frame.host is None and other.host is None:
                    slanted = frame.polygon and other.polygon
                    assert common <= (0.3 * frame.box.area if slanted else 0)


def test_a_polygon_spans_its_box():
    for layout in layouts():
        for frame in layout.frames:
            if frame.polygon:
                xs, ys = zip(*frame.polygon, strict=True)
                spanned = (min(xs), min(ys), max(xs), max(ys))
                assert spanned == pytest.approx(frame.box.corners, abs=1)


def test_an_inset_is_read_right_after_its_host():
    for layout in layouts():
        for i, frame in enumerate(layout.frames):
            if frame.host is not None:
                assert frame.host == i - 1
                assert layout.insets_over(frame.host) == [frame]


def test_panels_are_listed_as_they_are_read():
    for layout in layouts():
        frames = [frame for frame in layout.frames if frame.host is None]
        for first, second in itertools.pairwise(frames):
            below = second.box.y0 >= first.box.y1 - 1
            beside = second.box.center[0] > first.box.center[0]
            assert below or beside


def test_a_page_read_from_the_right_is_the_mirror_image():
    for left, right in zip(layouts(), layouts(rtl=True), strict=True):
        for frame, mirrored in zip(left.frames, right.frames, strict=True):
            x0, y0, x1, y1 = frame.box.corners
            assert mirrored.box.corners == (left.width - x1, y0, left.width - x0, y1)
            if frame.polygon and not frame.round:
                assert mirrored.polygon
                assert mirrored.polygon[0][0] < mirrored.polygon[1][0]
