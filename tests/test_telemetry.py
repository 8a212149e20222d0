import pytest
from benches import choice
from runs import episode

from closeup import rewards
from closeup.episode import ToolCall
from closeup.geometry import Box, View
from closeup.question import Mark
from closeup.training.telemetry import Rollout, look, summary

EVIDENCE = Box(100, 100, 200, 200)
REWARD = rewards.make({"answer": 1.0, "format": 1.0, "tool_count": 1.0, "region_iou": 1.0})


def asked(*boxes, number=0, task="depth_comparison"):
    """A question whose evidence lies in these boxes of a page of 1000 x 1000 pixels."""
    question = choice(number, [Box(0, 0, 10, 10), Box(20, 0, 30, 10)], "A", task=task)
    marks = tuple(Mark(view=0, box=box) for box in boxes)
    return question.model_copy(update={"evidence": marks})


def looking(question, *boxes, value=1.0, stop="answered", failed=0, answer="A"):
    """An episode that zooms on these boxes, after some calls in vain."""
    page = question.pages[0]
    views = [View(page, box, (10, 10)) for box in boxes]
    calls = [
        ToolCall(turn=i, tool="zoom_in", arguments="{}", error="no such image")
        for i in range(failed)
    ]
    calls += [
        ToolCall(turn=failed + i, tool="zoom_in", arguments="{}", asked=box, view=i + 1)
        for i, box in enumerate(boxes)
    ]
    made = episode(question, value, views=views, calls=calls, answer=answer)
    return made.model_copy(update={"stop": stop})


def rollout(question, *boxes, tokens=10, reward=REWARD, **how):
    made = looking(question, *boxes, **how)
    return Rollout(question, made, reward.of(question, made), tokens)


def test_each_term_has_its_mean_its_spread_and_how_often_it_applies():
    near, whole = asked(EVIDENCE), asked(Box(0, 0, 1000, 1000), number=1)
    half = Box(100, 100, 200, 150)
    told = summary([rollout(near, EVIDENCE), rollout(near, half), *[rollout(whole)] * 2], 2)
    assert told["reward/region_iou"] == 0.75
    assert told["reward_std/region_iou"] == 0.25
    assert told["reward_applied/region_iou"] == 0.5
    assert told["reward_paid/region_iou"] == 0.375
    assert told["reward/answer"] == told["reward_applied/answer"] == 1.0


def test_a_term_that_never_applies_has_no_mean():
    told = summary([rollout(asked())] * 2, 2)
    assert told["reward_applied/region_iou"] == 0.0
    assert "reward/region_iou" not in told
    assert not {"look/coverage", "look/iou", "look/precision", "look/crop_area"} & set(told)


def test_what_is_gated_is_valued_and_not_paid_where_the_answer_is_wrong():
    told = summary([rollout(asked(EVIDENCE), EVIDENCE, value=0.0, answer="B")] * 2, 2)
    assert told["reward/region_iou"] == 1.0
    assert told["reward_paid/region_iou"] == 0.0


def test_groups_that_were_paid_all_the_same_are_counted():
    one, other = asked(EVIDENCE), asked(EVIDENCE, number=1)
    same = [rollout(one, EVIDENCE)] * 2
    mixed = [rollout(other, EVIDENCE), rollout(other, value=0.0, answer="B")]
    assert summary([*same, *mixed], 2)["reward/even_groups"] == 0.5
    assert summary([*same, *mixed], 4)["reward/even_groups"] == 0.0
    told = summary(same, 2)
    assert (told["reward/even_groups"], told["reward_std/total"]) == (1.0, 0.0)
    assert told["reward/total"] == pytest.approx(same[0].parts.total)


def test_accuracy_is_told_of_every_task_and_of_all_episodes():
    depth, action = asked(EVIDENCE), asked(EVIDENCE, number=1, task="action_recognition")
    wrong = [rollout(depth, value=0.0, answer="B")] * 3
    told = summary([*wrong, rollout(action)], 2)
    assert told["accuracy/all"] == 0.25
    assert told["accuracy/depth_comparison"] == 0.0
    assert told["accuracy/action_recognition"] == 1.0


def test_calls_are_counted_by_episode_and_failures_by_call():
    question = asked(EVIDENCE)
    told = summary([rollout(question, EVIDENCE, failed=3), rollout(question)], 2)
    assert told["look/calls"] == 2.0
    assert told["look/called"] == 0.5
    assert told["look/failed"] == 0.75
    assert "look/failed" not in summary([rollout(question)] * 2, 2)


def test_endings_are_shares_of_the_episodes():
    question = asked(EVIDENCE)
    stops = ("answered", "answered", "out of budget", "cut off")
    told = summary([rollout(question, stop=stop) for stop in stops], 2)
    shares = {name: value for name, value in told.items() if name.startswith("end/")}
    assert shares == {
        "end/answered": 0.5,
        "end/no_call": 0.0,
        "end/out_of_budget": 0.25,
        "end/cut_off": 0.25,
        "end/filtered": 0.0,
        "end/unparsed": 0.0,
    }
    silent = [rollout(question, value=0.0, answer=None), rollout(question)]
    assert summary(silent, 2)["end/unparsed"] == 0.5


def test_lengths_are_the_mean_and_the_longest():
    told = summary([rollout(asked(EVIDENCE), tokens=tokens) for tokens in (10, 50)], 2)
    assert (told["length/mean"], told["length/max"]) == (30.0, 50.0)


def test_crops_that_overlap_cover_evidence_once():
    question = asked(EVIDENCE)
    left, right = Box(100, 100, 160, 200), Box(140, 100, 180, 200)
    told = look(question, looking(question, left, right))
    assert told["coverage"] == pytest.approx(0.8)
    assert told["precision"] == pytest.approx(1.0)
    assert told["iou"] == pytest.approx(0.6)
    assert told["crop_area"] == pytest.approx(0.005)


def test_the_whole_page_covers_all_and_is_precise_in_nothing():
    question = asked(EVIDENCE)
    told = look(question, looking(question, Box(0, 0, 1000, 1000)))
    assert told == {"crop_area": 1.0, "coverage": 1.0, "precision": 0.01, "iou": 0.01}


def test_an_episode_without_a_call_covers_nothing():
    question = asked(EVIDENCE)
    assert look(question, looking(question)) == {"coverage": 0.0, "iou": 0.0}
    told = summary([rollout(question), rollout(question, EVIDENCE)], 2)
    assert (told["look/coverage"], told["look/precision"]) == (0.5, 1.0)


def test_rollouts_come_in_whole_groups():
    with pytest.raises(ValueError, match="3 rollouts: need a multiple of 2"):
        summary([rollout(asked(EVIDENCE))] * 3, 2)
    with pytest.raises(ValueError, match="0 rollouts"):
        summary([], 2)
