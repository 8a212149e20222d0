import itertools
import random
from math import hypot

import numpy as np
import pytest
from PIL import Image

from closeup.geometry import Box
from closeup.synthetic.lettering import (
    FACES,
    Hand,
    body,
    font,
    set_text,
    sound,
    tail,
)
from closeup.synthetic.placing import Piece, Surroundings, place, reads_before
from closeup.synthetic.story import Line
from closeup.synthetic.texts import Mouth, compose

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


def test_a_tail_ends_short_of_the_mouth_and_starts_inside():
    box, mouth = Box(100, 20, 260, 100), (240.0, 240.0)
    points = tail(box, mouth, 16, 20)
    nearest = min(hypot(x - mouth[0], y - mouth[1]) for x, y in points)
    assert nearest == pytest.approx(20, abs=1)
    assert any(box.x0 < x < box.x1 and box.y0 < y < box.y1 for x, y in points)


def test_a_mouth_at_the_balloon_needs_no_tail():
    assert tail(Box(0, 0, 100, 100), (50, 60), 16, 20) == []


def test_a_sound_is_trimmed_to_its_letters():
    effect = sound("BAM!", "luckiest", 50, 15)
    inked = Image.fromarray(np.asarray(effect.edge) > 40)
    assert inked.getbbox() == (0, 0, effect.width, effect.height)


def pieces(seed: int) -> list[Piece]:
    rng = random.Random(f"pieces {seed}")
    mouths = [(150.0, 310.0), (430.0, 290.0)]
    return [
        Piece("speech", rng.uniform(80, 190), rng.uniform(50, 100), rng.choice(mouths))
        for _ in range(rng.randint(1, 4))
    ]


@pytest.mark.parametrize("rtl", [False, True])
def test_lettering_is_read_in_its_order_and_hides_no_face(rtl: bool):
    around, lower_first = Surroundings(AREA, HEADS, BODIES), 0
    for seed in range(60):
        found = place(random.Random(f"place {seed}"), pieces(seed), around, rtl)
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


def test_tails_reach_for_their_own_speaker():
    lines = [
        Line("speech", "Did you lock the door?", 0),
        Line("speech", "Which door?", 1),
        Line("speech", "The blue one at the back.", 0),
    ]
    mouths = {0: Mouth((150, 310), 20), 1: Mouth((430, 290), 20)}
    around = Surroundings(AREA, HEADS, BODIES)
    hand, tails = Hand("delius", True, 16, False), 0
    for seed in range(25):
        for text in compose(random.Random(f"c {seed}"), hand, lines, mouths, around, False, 0):
            assert text.words == text.line.text.upper()
            if text.tail:
                tails += 1
                near = {
                    who: min(hypot(x - m.at[0], y - m.at[1]) for x, y in text.tail)
                    for who, m in mouths.items()
                }
                assert min(near, key=lambda who: near[who]) == text.line.speaker
    assert tails > 40
