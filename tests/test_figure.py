import random
from dataclasses import replace

import pytest

from closeup.synthetic.cast import cast
from closeup.synthetic.figure import THINGS, draw_figure, draw_prop
from closeup.synthetic.head import EXPRESSIONS
from closeup.synthetic.poses import ACTIONS, POSES, pose
from closeup.synthetic.styles import STYLES

PEOPLE = [person for seed in range(4) for person in cast(random.Random(seed), 6)]


def draw(action="waving", person=PEOPLE[0], size=200.0, style="clear_line", facing=1, face=""):
    canvas = STYLES[style].canvas(400, 300)
    with canvas.owner(1):
        figure = draw_figure(
            canvas,
            person,
            pose(action, random.Random(action)),
            200,
            280,
            size,
            facing,
            face,
            random.Random(2),
        )
    return canvas, figure


@pytest.mark.parametrize("size", [40, 900])
def test_every_action_draws_from_tiny_to_close_up(size):
    for i, action in enumerate(POSES):
        canvas, figure = draw(action, PEOPLE[i % len(PEOPLE)], size, facing=1 if i % 2 else -1)
        assert canvas.visible(1) > 0.3 or size == 900
        assert figure.box.height > size * 0.15


def test_the_same_seed_draws_the_same_bytes():
    assert draw()[0].image().tobytes() == draw()[0].image().tobytes()


def test_keypoints_lie_in_the_drawn_box_and_in_cocos_order():
    for i, action in enumerate(ACTIONS):
        _, figure = draw(action, PEOPLE[i % len(PEOPLE)])
        assert len(figure.keypoints) == 17
        for x, y, seen in figure.keypoints:
            assert figure.box.x0 <= x <= figure.box.x1
            assert figure.box.y0 <= y <= figure.box.y1
            assert seen in (1, 2)
        wrists = figure.keypoints[9], figure.keypoints[10]
        for (x, y, _), hand in zip(wrists, figure.hands, strict=True):
            assert abs(x - hand[0]) + abs(y - hand[1]) < 0.1 * 200


def test_left_and_right_are_the_persons_own():
    for facing in (1, -1):
        _, figure = draw("standing", facing=facing)
        left, right = figure.keypoints[5], figure.keypoints[6]
        assert left[0] > right[0]
        assert (figure.keypoints[0][0] - figure.head.center[0]) * facing > 0


def test_the_far_ear_is_hidden():
    _, right = draw(facing=1)
    _, left = draw(facing=-1)
    assert [k[2] for k in right.keypoints[3:5]] == [1, 2]
    assert [k[2] for k in left.keypoints[3:5]] == [2, 1]


def test_the_box_is_what_the_owner_plane_saw_without_what_is_held():
    for action in ("sweeping", "pushing", "carrying", "fishing", "painting", "riding"):
        boxes = []
        for one in (POSES[action][0], replace(POSES[action][0], prop="")):
            canvas = STYLES["clear_line"].canvas(400, 300)
            with canvas.owner(1):
                figure = draw_figure(canvas, PEOPLE[0], one, 200, 280, 180, 1, "", random.Random(2))
            assert canvas.drawn_box(1) == figure.box
            boxes.append(figure.box)
        for held, bare in zip(boxes[0].corners, boxes[1].corners, strict=True):
            assert held == pytest.approx(bare, abs=12), action


def test_the_face_is_inside_the_figure_and_the_mouth_inside_the_face():
    for person in PEOPLE:
        _, figure = draw("standing", person)
        assert figure.box.coverage(figure.head) > 0.99
        assert figure.head.x0 < figure.mouth[0] < figure.head.x1
        assert figure.head.center[1] < figure.mouth[1] < figure.head.y1


def test_a_figure_is_less_visible_when_another_is_drawn_over_it():
    canvas, _ = draw("standing")
    before = canvas.visible(1)
    with canvas.owner(2):
        draw_figure(
            canvas, PEOPLE[1], POSES["standing"][0], 215, 290, 220, -1, "", random.Random(3)
        )
    assert canvas.visible(1) < before - 0.1


def test_children_are_drawn_smaller_than_adults_at_the_same_place():
    child = next(p for p in PEOPLE if p.build == "child" and p.hat == "none")
    tall = next(p for p in PEOPLE if p.build == "tall")
    assert draw("standing", child)[1].box.height < draw("standing", tall)[1].box.height * 0.85


def test_expressions_change_the_drawing_and_an_unknown_one_is_refused():
    for person in (PEOPLE[0], *(p for p in PEOPLE if p.species in ("duck", "robot", "cat"))):
        mouths = set()
        for face in EXPRESSIONS:
            canvas, figure = draw("standing", person, 150, face=face)
            x, y = map(round, figure.mouth)
            r = round(figure.head.height / 4)
            mouths.add(canvas.image()[y - r // 2 : y + r, x - r : x + r].tobytes())
        assert len(mouths) >= (4 if person.species in ("duck", "robot") else len(EXPRESSIONS))
    with pytest.raises(ValueError, match="expression 'smug'"):
        draw(face="smug")


def test_people_look_different_without_colour():
    prints = {draw("standing", person, style="ink")[0].image().tobytes() for person in PEOPLE[:6]}
    assert len(prints) == 6


def test_every_thing_stands_on_its_base_and_is_as_large_as_asked():
    for name in THINGS:
        canvas = STYLES["ink"].canvas(200, 200)
        with canvas.owner(1):
            draw_prop(canvas, name, 100, 150, 80, random.Random(1))
        box = canvas.drawn_box(1)
        assert box is not None
        assert 60 < max(box.width, box.height) < 105, name
        assert box.y1 == pytest.approx(150, abs=8), name


def test_there_is_no_such_thing():
    with pytest.raises(KeyError):
        draw_prop(STYLES["ink"].canvas(20, 20), "unicorn", 5, 5, 5, random.Random(1))
