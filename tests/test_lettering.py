import itertools
import random
from math import hypot

import numpy as np
import pytest
from PIL import Image

from closeup.geometry import Box
from closeup.synthetic.balloons import CLEAR, Mouth, body, bubbles, reach, tail
from closeup.synthetic.lettering import FACES, Hand, font, set_text, sound
from closeup.synthetic.placing import Piece, Surroundings, faults, place, reads_before
from closeup.synthetic.story import Line
from closeup.synthetic.styles import STYLES
from closeup.synthetic.texts import SMALL_PRINT, Text, compose, draw_texts

TEXT = "We need soup for eleven before supper, and the kettle is gone."
AREA = Box(0, 0, 600, 500)
HEADS = (Box(120, 260, 180, 330), Box(400, 240, 460, 310))
BODIES = (Box(100, 260, 200, 490), Box(380, 240, 480, 490))


@pytest.mark.parametrize("face", sorted(FACES))
@pytest.mark.parametrize("cap", [9, 16, 40])
def test_a_face_is_found_at_the_height_of_its_capitals(face: str, cap: int):
    top, bottom = font(face, cap).getbbox("H", anchor="ls")[1::2]
    assert cap <= bottom - top <= cap + 1


def test_set_text_keeps_every_word_in_order_within_its_measure():
    block = set_text(TEXT, "delius", 16, 300)
    assert " ".join(block.lines) == TEXT
    assert block.width <= 300
    assert len(block.lines) > 1


def test_long_text_is_widest_in_its_middle():
    block = set_text(TEXT, "delius", 16, 300, aspect=1.2)
    assert len(block.lines) >= 4
    assert max(block.widths[1:-1]) > max(block.widths[0], block.widths[-1])


@pytest.mark.parametrize("shape", ["ellipse", "rounded", "cloud", "spiky", "box"])
def test_a_balloon_holds_its_text(shape: str):
    block = set_text(TEXT, "delius", 16, 260)
    made = body(block, shape, random.Random(1))
    assert made.width > block.width
    assert made.height > block.height
    outline = made.at(100, 50)
    xs, ys = zip(*outline, strict=True)
    spanned = (min(xs), min(ys), max(xs), max(ys))
    assert spanned == pytest.approx((100, 50, 100 + made.width, 50 + made.height), abs=0.01)


HEAD = Box(210, 200, 270, 270)


def nearest(points, at):
    return min(hypot(x - at[0], y - at[1]) for x, y in points)


@pytest.mark.parametrize("box", [Box(100, 20, 260, 100), Box(320, 180, 440, 260)])
def test_a_tail_starts_inside_and_ends_at_the_outline_of_the_speaker_s_head(box: Box):
    mouth = Mouth((250.0, 250.0), HEAD)
    end, whole = reach(box, mouth, [])
    points = tail(box, end, 16)
    assert whole
    assert any(box.x0 < x < box.x1 and box.y0 < y < box.y1 for x, y in points)
    assert nearest(points, end) < 1
    across, down = (end[0] - HEAD.center[0]) / 30, (end[1] - HEAD.center[1]) / 35
    assert 1 < hypot(across, down) < 1.5


def test_a_tail_stops_short_of_what_stands_in_its_way():
    box, other = Box(100, 20, 260, 80), Box(180, 130, 300, 170)
    end, whole = reach(box, Mouth((240.0, 240.0), HEAD), [other])
    assert not whole
    assert end[1] <= other.y0 - CLEAR
    assert nearest(tail(box, end, 16), end) < 1


def test_a_tail_to_within_its_balloon_is_none():
    assert tail(Box(0, 0, 100, 100), (50, 60), 16) == []
    assert bubbles(Box(0, 0, 100, 100), (50, 60), 16) == []


def test_a_thought_s_bubbles_shrink_on_their_way_out_of_the_balloon():
    box = Box(100, 20, 260, 100)
    found = bubbles(box, (240, 240), 16)
    assert len(found) == 3
    assert [radius for _, radius in found] == sorted((r for _, r in found), reverse=True)
    assert all(y > box.y0 for (_, y), _ in found)


def test_a_sound_is_trimmed_to_its_letters():
    effect = sound("BAM!", "luckiest", 50, 15)
    inked = Image.fromarray(np.asarray(effect.edge) > 40)
    assert inked.getbbox() == (0, 0, effect.width, effect.height)


def pieces(seed: int) -> list[Piece]:
    rng = random.Random(f"pieces {seed}")
    mouths = [Mouth((150.0, 310.0), HEADS[0]), Mouth((430.0, 290.0), HEADS[1])]
    return [
        Piece("speech", rng.uniform(80, 190), rng.uniform(50, 100), rng.choice(mouths))
        for _ in range(rng.randint(1, 4))
    ]


@pytest.mark.parametrize("rtl", [False, True])
def test_lettering_is_read_in_its_order_and_hides_no_face(rtl: bool):
    around, lower_first = Surroundings(AREA, HEADS, BODIES), 0
    for seed in range(60):
        found = place(random.Random(f"place {seed}"), pieces(seed), around, rtl, seed % 2 == 0)
        boxes = [box for box in found if box]
        assert boxes
        for i, box in enumerate(boxes):
            assert AREA.coverage(box) == 1
            assert not any(box.overlap(head) for head in HEADS)
            for earlier in boxes[:i]:
                assert not box.overlap(earlier)
                assert reads_before(earlier, box, rtl)
        lower_first += any(a.y0 > b.y0 for a, b in itertools.pairwise(boxes))
    assert lower_first >= 8


def test_what_does_not_fit_is_left_out():
    around = Surroundings(Box(0, 0, 100, 100), [], [])
    assert place(random.Random(1), [Piece("speech", 300, 40)], around, False) == [None]


def test_what_finds_no_place_is_the_worst_of_faults():
    around = Surroundings(AREA, HEADS, BODIES)
    piece = Piece("speech", 100, 60, Mouth((150.0, 310.0), HEADS[0]))
    beside, far = Box(100, 180, 200, 240), Box(480, 20, 580, 80)
    costs = [faults([piece], [box], around) for box in (beside, far, None)]
    assert costs[0] < 0.3 < costs[1] < costs[2]


LINES = [
    Line("speech", "Did you lock the door?", 0),
    Line("speech", "Which door?", 1),
    Line("speech", "The blue one at the back.", 0),
    Line("speech", "Then yes.", 1),
    Line("sign", "Mind the step"),
]
MOUTHS = {0: Mouth((150, 310), HEADS[0]), 1: Mouth((430, 290), HEADS[1])}
HAND = Hand("delius", True, 16, False)


def composed(seed: int, indoors: bool = True, rtl: bool = False) -> list[Text]:
    around = Surroundings(AREA, HEADS, BODIES, floor=300, indoors=indoors)
    return compose(random.Random(f"c {seed}"), HAND, LINES, MOUTHS, around, rtl, 0)


@pytest.mark.parametrize("rtl", [False, True])
def test_tails_reach_for_their_own_speaker(rtl: bool):
    tails = 0
    for seed in range(15):
        for text in composed(seed, rtl=rtl):
            if text.tail:
                tails += 1
                near = {who: nearest(text.tail, m.at) for who, m in MOUTHS.items()}
                assert min(near, key=lambda who: near[who]) == text.line.speaker
    assert tails > 50


def test_no_tail_crosses_the_text_of_another_balloon():
    for seed in range(25):
        texts = composed(seed)
        for text, other in itertools.permutations(texts, 2):
            (cx, cy), half, high = other.box.center, other.drawn.width / 2, other.drawn.height / 2
            for x, y in text.tail:
                assert abs(x - cx) > half or abs(y - cy) > high


def test_letters_shrink_rather_than_that_a_line_is_lost():
    small = Surroundings(Box(0, 0, 230, 300), [], [])
    texts = compose(random.Random("s"), HAND, LINES[:4], {}, small, False, 0)
    assert [text.line for text in texts] == LINES[:4]
    assert all(12 <= text.cap < 16 for text in texts)


def test_a_sign_is_small_print_and_hangs_indoors_and_stands_on_a_post_outdoors():
    for indoors in (True, False):
        sign = next(text for text in composed(1, indoors) if text.line.kind == "sign")
        assert sign.cap in SMALL_PRINT
        assert (sign.post is None) == indoors
        if sign.post:
            assert sign.post.y0 == sign.box.y1
            assert sign.post.y1 >= 300


def test_a_balloon_opens_into_its_tail_and_hides_the_tails_of_others():
    paper, image = (255, 255, 255), Image.new("RGB", (600, 500), (0, 128, 0))
    texts = [text for text in composed(3) if text.tail]
    draw_texts(image, [(text, 0, 0) for text in texts], STYLES["clear_line"], "seed")
    for text in texts:
        side = len(text.tail) // 2
        for i in range(side - 3):
            (ax, ay), (bx, by) = text.tail[i], text.tail[-1 - i]
            middle = (round((ax + bx) / 2), round((ay + by) / 2))
            box = text.box
            inside = box.x0 < middle[0] < box.x1 and box.y0 < middle[1] < box.y1
            assert image.getpixel(middle) == paper or inside
