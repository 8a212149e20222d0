import io
import itertools
import random
import subprocess
import sys
from collections.abc import Collection
from functools import cache
from hashlib import sha256

import pytest
from pages import ask, page_data
from PIL import Image

from closeup.geometry import Box
from closeup.page import OFF_PANEL, Keypoint, Page
from closeup.synthetic.artist import (
    PAGES_PER_ISSUE,
    SUFFIX,
    TEST_SEEDS_FROM,
    draw_page,
    encode,
    issue_of,
    style_of,
)
from closeup.synthetic.describe import actions
from closeup.synthetic.placing import reads_before
from closeup.synthetic.poses import POSES
from closeup.synthetic.sight import ARMS, LEFT_WRIST, LEGS, RIGHT_WRIST, Seen, View
from closeup.synthetic.stance import Pose
from closeup.synthetic.styles import STYLES
from closeup.tasks.actions import ACTIONS, UNSAID, near

FIRST = 360


def shortest(number: int) -> int:
    """The page of an issue with the fewest panels: the quickest to draw."""
    sizes = [len(layout.frames) for layout in issue_of(number).layouts]
    return number * PAGES_PER_ISSUE + sizes.index(min(size for size in sizes if size > 1))


SEEDS = [*range(FIRST, FIRST + PAGES_PER_ISSUE), *map(shortest, (16, 26, 27, 61, 83))]
"""A whole issue, and a page of every style."""


@cache
def drawn(seed: int) -> tuple[Page, Image.Image]:
    return draw_page(seed)


@pytest.fixture(params=SEEDS)
def page(request: pytest.FixtureRequest) -> Page:
    return drawn(request.param)[0]


def test_the_seeds_cover_all_styles_and_both_directions():
    assert {style_of(seed // PAGES_PER_ISSUE).name for seed in SEEDS} == set(STYLES)
    assert {drawn(seed)[0].reading_direction for seed in SEEDS} == {"ltr", "rtl"}


def test_a_page_drawn_alone_in_another_process_is_the_same_byte_for_byte():
    seed = SEEDS[-1]
    code = (
        "from closeup.synthetic.artist import draw_page, encode; from hashlib import sha256; "
        f"page, image = draw_page({seed}); "
        "print(sha256(encode(image)).hexdigest(), sha256(page.to_json().encode()).hexdigest())"
    )
    alone = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    page, image = drawn(seed)
    assert alone.stdout.split() == [
        sha256(encode(image)).hexdigest(),
        sha256(page.to_json().encode()).hexdigest(),
    ]


def test_different_seeds_draw_different_pages():
    assert len({encode(drawn(seed)[1]) for seed in SEEDS}) == len(SEEDS)


def test_a_negative_seed_is_refused():
    with pytest.raises(ValueError, match="page seed -1: need 0 or more"):
        draw_page(-1)


def test_test_seeds_start_at_a_whole_issue():
    assert TEST_SEEDS_FROM % PAGES_PER_ISSUE == 0


def test_a_page_reads_back_as_it_was_written(page: Page):
    assert Page.parse(page.to_json(), "page") == page
    assert page.license == "CC0-1.0"
    assert page.image.endswith(SUFFIX)


def test_the_encoded_image_has_the_size_the_page_tells():
    page, image = drawn(SEEDS[0])
    with Image.open(io.BytesIO(encode(image))) as decoded:
        assert decoded.size == (page.width, page.height)


def test_every_figure_lies_in_its_panel_and_is_large_enough_to_count(page: Page):
    for character in page.characters or ():
        assert character.panel
        panel = page.panel(character.panel)
        inside = Box(*(v + d for v, d in zip(panel.box.corners, (-1, -1, 1, 1), strict=True)))
        assert inside.coverage(character.box) == 1
        assert min(character.box.width, character.box.height) >= 15
        assert character.face
        assert character.box.coverage(character.face) == pytest.approx(1, abs=0.01)


def test_keypoints_that_are_labelled_lie_in_the_panel(page: Page):
    seen = 0
    for character in page.characters or ():
        assert character.panel
        assert character.keypoints
        panel = page.panel(character.panel).box
        for x, y, visible in character.keypoints:
            if visible:
                assert panel.x0 - 0.1 <= x <= panel.x1 + 0.1
                assert panel.y0 - 0.1 <= y <= panel.y1 + 0.1
            else:
                assert (x, y) == (0, 0)
            seen += visible == 2
    assert seen > 5 * len(page.characters or ())


def test_depth_ranks_of_a_panel_start_at_the_nearest_and_leave_no_gap(page: Page):
    for panel in page.panels or ():
        ranks = {character.depth for character in page.characters_in(panel)}
        assert ranks == set(range(len(ranks)))


def test_nobody_is_drawn_twice_in_a_panel(page: Page):
    for panel in page.panels or ():
        people = [character.identity for character in page.characters_in(panel)]
        assert len(people) == len(set(people))


def test_lettering_does_not_overlap_and_hides_no_face(page: Page):
    insets = [panel for panel in page.panels or () if not panel.polygon]
    for panel in insets:
        boxes = [balloon.box for balloon in page.balloons_in(panel)]
        for i, box in enumerate(boxes):
            assert page.box.coverage(box) == 1
            assert not any(box.overlap(other) > 1 for other in boxes[:i])
            for character in page.characters_in(panel):
                assert character.face
                assert box.overlap(character.face) <= 0.02 * character.face.area


def test_balloons_are_listed_as_they_are_read(page: Page):
    rtl = page.reading_direction == "rtl"
    for panel in page.panels or ():
        spoken = [b.box for b in page.balloons_in(panel) if b.kind not in ("sign", "sfx")]
        for first, second in itertools.pairwise(spoken):
            assert reads_before(first, second, rtl)


def test_a_speaker_is_in_the_panel_or_off_it(page: Page):
    for balloon in page.balloons or ():
        assert balloon.text
        assert balloon.text_height
        if balloon.kind in ("speech", "thought"):
            assert balloon.panel
            here = {c.id for c in page.characters_in(page.panel(balloon.panel))}
            assert balloon.speaker in here | {OFF_PANEL}
        else:
            assert balloon.speaker is None


def test_every_action_is_in_the_vocabulary_of_the_task(page: Page):
    known = {*ACTIONS, *UNSAID}
    for character in page.characters or ():
        assert set(character.actions or ()) <= known
        assert len(set(character.actions or ())) == len(character.actions or ())


def test_whoever_has_a_balloon_talks_shouts_or_thinks(page: Page):
    words = {"speech": {"talking", "shouting"}, "thought": {"thinking"}}
    cast = {character.id: character for character in page.characters or ()}
    for balloon in page.balloons or ():
        actions = cast[balloon.speaker].actions if balloon.speaker in cast else None
        if balloon.kind in words and actions:
            assert words[balloon.kind] & set(actions)


def seen(
    way: Pose, shown: Collection[int], held: float = 1.0, saying: str = "", facing: int = 1
) -> Seen:
    """A figure of which these keypoints are visible."""
    points: list[Keypoint] = [(9.0, 9.0, 2 if i in shown else 1) for i in range(17)]
    view = View(Box(0, 0, 20, 40), None, tuple(points), False, held)
    return Seen(0, view, 0, way, facing, "neutral", frozenset((saying,)))


def test_an_action_is_told_where_it_shows_and_a_posture_beside_it():
    drinking = next(way for way in POSES["drinking"] if way.seat)
    walking, everything = POSES["walking"][0], range(17)
    assert actions(seen(drinking, everything)) == ("drinking", "sitting")
    assert actions(seen(drinking, ARMS)) == ("drinking",)
    assert actions(seen(drinking, (*ARMS, LEGS[0]))) == ("drinking",)
    assert actions(seen(walking, LEGS[1:3])) == ("walking",)
    assert actions(seen(walking, LEGS, saying="shout")) == ("walking", "shouting")
    assert actions(seen(POSES["standing"][0], LEGS)) == ("standing",)
    assert actions(seen(POSES["standing"][0], ARMS, saying="plain")) == ("talking",)


def test_of_a_figure_whose_chief_action_cannot_be_made_out_nothing_is_told():
    drinking, everything = POSES["drinking"][1], range(17)
    assert actions(seen(drinking, everything, held=0.1, saying="shout")) == ()
    for legs in (ARMS, LEGS[:1]):
        assert actions(seen(POSES["walking"][0], legs, saying="plain")) == ()


def test_what_one_hand_does_is_told_where_that_hand_shows():
    right, left = RIGHT_WRIST, LEFT_WRIST
    waving = next(way for way in POSES["waving"] if way.prop == "far wave")
    for way, hands in (
        (POSES["pointing"][0], {right}),
        (POSES["waving"][0], {right}),
        (waving, {left}),
        (POSES["cheering"][0], {left, right}),
    ):
        assert way.action in actions(seen(way, hands))
        for hand in hands:
            rest = set(range(17)) - {hand}
            assert actions(seen(way, rest)) == ()
            assert bool(actions(seen(way, rest, facing=-1))) == (len(hands) == 1)


def test_no_wrong_option_is_what_a_figure_does_however_little_of_it_shows():
    """What the artist tells and what the task denies, for every pose under many a balloon."""
    rng = random.Random("hidden")
    ways = [way for of_action in POSES.values() for way in of_action]
    said = {phrase: action for action, phrase in ACTIONS.items()}
    asked = 0
    for batch in range(12):
        pages, drawn_as = [page_data(n) for n in range(20)], {}
        for page in pages:
            for character in page["characters"]:
                shown = rng.sample(range(17), rng.choice((0, 2, 5, 9, 14, 17)))
                way, saying = rng.choice(ways), rng.choice(("", "", "plain", "shout"))
                figure = seen(way, shown, rng.random(), saying, rng.choice((1, -1)))
                drawn_as[page["id"], character["id"]] = {way.action, way.posture} - {""}
                character |= {
                    "actions": actions(figure),
                    "keypoints": figure.view.keypoints,
                    "truncated": rng.random() < 0.3,
                }
        for question in ask("action_recognition", *pages, seed=batch)[0]:
            name = question.id.rpartition("/")[2]
            done = drawn_as[question.pages[0], name]
            for letter, option in zip(question.labels, question.options, strict=True):
                if letter != question.answer:
                    assert not any(near(said[option], deed) for deed in done), (option, done)
            asked += 1
    assert asked > 400


def test_a_page_has_print_that_is_lost_at_a_third_of_a_megapixel():
    heights = [b.text_height or 0 for seed in SEEDS for b in drawn(seed)[0].balloons or ()]
    page = drawn(SEEDS[0])[0]
    shrunk = (300_000 / (page.width * page.height)) ** 0.5
    assert min(heights) >= 7
    assert sum(height * shrunk < 3 for height in heights) >= 3
    assert sum(height * shrunk > 4 for height in heights) >= 30


def test_no_two_texts_of_a_page_are_alike(page: Page):
    texts = [balloon.text for balloon in page.balloons or ()]
    assert len(texts) == len(set(texts))


def test_every_panel_is_told_in_at_least_four_facts(page: Page):
    assert [d.panel for d in page.descriptions or ()] == [p.id for p in page.panels or ()]
    for description in page.descriptions or ():
        assert len(set(description.facts)) >= 4
        assert description.text


def test_facts_count_the_figures_that_are_labelled(page: Page):
    words = ["Nobody", "One", "Two", "Three", "Four", "Five", "Six", "Seven"]
    for panel, description in zip(page.panels or (), page.descriptions or (), strict=True):
        count = words[len(page.characters_in(panel))]
        assert any(
            fact.startswith(f"{count} ") and "in the panel" in fact for fact in description.facts
        )


def test_people_return_over_the_pages_of_an_issue_and_look_alike():
    looks: dict[str, set[str]] = {}
    pages: dict[str, set[str]] = {}
    for seed in range(FIRST, FIRST + PAGES_PER_ISSUE):
        page = drawn(seed)[0]
        for character in page.characters or ():
            assert character.identity
            looks.setdefault(character.identity, set()).add(character.note)
            pages.setdefault(character.identity, set()).add(page.id)
    assert all(len(found) == 1 for found in looks.values())
    assert sum(len(found) >= 3 for found in pages.values()) >= 3


def test_the_pages_of_an_issue_are_one_group():
    pages = [drawn(seed)[0] for seed in range(FIRST, FIRST + PAGES_PER_ISSUE)]
    assert {page.group for page in pages} == {f"synthetic/{FIRST // PAGES_PER_ISSUE:07d}"}
    assert [page.number for page in pages] == [1, 2, 3, 4]


def test_nearer_figures_are_neither_always_larger_nor_always_lower():
    larger, lower, pairs = 0, 0, 0
    for seed in SEEDS:
        page = drawn(seed)[0]
        for panel in page.panels or ():
            ranked = [(c.depth or 0, c.box) for c in page.characters_in(panel)]
            for close in ranked:
                for far in ranked:
                    if close[0] < far[0]:
                        pairs += 1
                        larger += close[1].area > far[1].area
                        lower += close[1].y1 > far[1].y1
    assert pairs > 40
    assert 0.25 < larger / pairs < 0.75
    assert 0.25 < lower / pairs < 0.75


def test_a_style_is_told_without_its_issue():
    assert all(style_of(number) is issue_of(number).style for number in range(40))
