import random

import pytest

from closeup.synthetic.cast import cast
from closeup.synthetic.figure import draw_figure
from closeup.synthetic.poses import ACTIONS, POSES, pose
from closeup.synthetic.props import HELD
from closeup.synthetic.skeleton import joints
from closeup.synthetic.styles import STYLES

PERSON = next(p for p in cast(random.Random(1), 12) if p.build == "average")


def shape(one):
    """Width over height of the drawn figure."""
    canvas = STYLES["clear_line"].canvas(40, 40)
    box = draw_figure(canvas, PERSON, one, 20, 20, 200, 1, "", random.Random(0)).box
    return box.width / box.height


def test_actions_are_many_and_are_verbs_in_ing():
    assert len(ACTIONS) >= 28
    assert all(action.endswith("ing") for action in ACTIONS)
    assert "standing" in POSES
    assert "standing" not in ACTIONS


@pytest.mark.parametrize("action", POSES)
def test_every_action_has_several_variants_and_things_that_can_be_drawn(action):
    assert len(POSES[action]) >= 2
    for one in POSES[action]:
        assert one.action == action
        assert one.prop == "" or one.prop in HELD
        assert one.seat in ("", "chair", "stool")


def test_a_pose_varies_with_the_seed_and_only_with_it():
    assert pose("walking", random.Random("a")) == pose("walking", random.Random("a"))
    for joint in ("near_arm", "far_arm", "near_leg", "far_leg", "lean", "head"):
        seen = {getattr(pose("kneeling", random.Random(seed)), joint) for seed in range(9)}
        assert len(seen) == 9


def test_nobody_can_do_what_there_is_no_pose_for():
    with pytest.raises(KeyError):
        pose("levitating", random.Random(1))


def test_the_shape_of_a_box_does_not_give_the_action_away():
    spans = {}
    for action in ACTIONS:
        shapes = [shape(one) for one in POSES[action]]
        spans[action] = (min(shapes), max(shapes))
    for action, (low, high) in spans.items():
        alike = [a for a, (lo, hi) in spans.items() if a != action and lo < high and low < hi]
        assert len(alike) >= len(ACTIONS) / 3, (action, low, high)


def test_a_figure_s_posture_is_told_besides_its_action():
    everything = [one for ways in POSES.values() for one in ways]
    assert all(one.posture == "sitting" for one in everything if one.seat)
    assert all(one.posture in ("", *ACTIONS) for one in everything)
    assert all(one.posture == "lying" for one in POSES["lying"] if abs(one.lean) > 55)
    assert {one.posture for one in POSES["reading"]} == {"", "sitting", "lying"}
    assert {one.posture for one in POSES["standing"]} == {""}


def test_feet_stand_on_the_ground_unless_the_pose_lifts_them():
    standing, jumping = POSES["standing"][0], POSES["jumping"][0]
    for one, lifted in ((standing, 0.0), (jumping, jumping.lift * 300)):
        body = joints(PERSON, one, 100, 400, 300, 1)
        low = max(body.near_ankle[1], body.far_ankle[1])
        assert 400 - lifted - 0.1 * 300 < low < 400 - lifted


def test_a_standing_adult_is_as_high_as_asked_and_a_mirrored_one_too():
    for facing in (1, -1):
        body = joints(PERSON, POSES["standing"][0], 100, 400, 300, facing)
        top = body.head[1] - 0.152 * 300
        assert 400 - top == pytest.approx(300, rel=0.04)
        assert (body.far_shoulder[0] - body.near_shoulder[0]) * facing > 0
