import math

import pytest

from closeup.training.alarm import Watch, collapses
from closeup.training.recipe import Alarm

ALARM = Alarm(window=10)


def history(steps=100, **measures):
    """Rows of a run: healthy, but for measures given as functions of the step."""
    names = {"calls": "look/calls", "length": "length/mean", "even": "reward/even_groups"}
    healthy = {
        "loss": 0.1,
        "grad_norm": 1.0,
        "look/calls": 1.2,
        "length/mean": 80.0,
        "reward/even_groups": 0.3,
    }
    given = {names.get(name, name): measure for name, measure in measures.items()}
    return [
        {"step": step} | healthy | {name: measure(step) for name, measure in given.items()}
        for step in range(1, steps + 1)
    ]


def test_a_healthy_run_is_left_in_peace():
    rising = history(
        calls=lambda step: 0.5 + step / 100,
        length=lambda step: 80 + step,
        even=lambda step: 0.2 + step / 200,
    )
    assert collapses(rising, ALARM) == []


def test_calls_that_go_to_zero_are_said_once_however_right_the_answers_are():
    def calls(step):
        return 1.2 if step <= 40 else 0.0

    [found] = collapses(history(calls=calls, accuracy=lambda step: step / 100), ALARM)
    assert found.rule == "calls"
    assert found.step == 50  # when all of the last 10 steps are without calls
    assert str(found) == (
        "collapse at step 50: calls: 0.00 an episode over the last 10 steps, "
        "up to 1.20 before: fewer than 0.1"
    )


def test_who_never_called_has_not_stopped():
    assert collapses(history(calls=lambda step: 0.01), ALARM) == []


def test_calls_that_had_to_be_learned_can_be_lost():
    def calls(step):
        return 1.0 if 40 < step <= 60 else 0.0

    assert [found.rule for found in collapses(history(calls=calls), ALARM)] == ["calls"]


@pytest.mark.parametrize(
    ("last", "told"),
    [
        (400, "length: 124 tokens a reply over the last 10 steps, 36 at first: more than 3 times"),
        (16, "length: 10 tokens a reply over the last 10 steps, 36 at first: more than 3 times"),
        (0, "length: 11 tokens a reply over the last 10 steps, 36 at first: more than 3 times"),
    ],
)
def test_replies_that_run_away_or_fall_silent_are_said(last, told):
    [found] = collapses(history(length=lambda step: 80 if step <= 50 else last), ALARM)
    assert found.rule == "length"
    assert told in found.problem
    assert ("as long (3.4)" in found.problem) == (last == 400)


def test_who_learns_to_look_writes_longer_episodes_and_no_longer_replies():
    """An answer of 10 tokens; then three calls of 30 each before it."""
    looking = history(
        calls=lambda step: min(step / 20, 3.0), length=lambda step: 10 + 30 * min(step / 20, 3.0)
    )
    assert max(row["length/mean"] for row in looking) > 4 * looking[0]["length/mean"]
    assert collapses(looking, ALARM) == []


def test_silence_is_no_division_by_zero():
    def sudden(step):
        return 80 if step <= 10 else 0

    rows = [row for row in history(length=sudden) if row["step"] % 10 == 0]
    [found] = collapses(rows, ALARM)
    assert "length: 0 tokens a reply" in found.problem


def test_rewards_that_are_all_the_same_are_said():
    [found] = collapses(history(even=lambda step: 0.3 if step < 50 else 1.0), ALARM)
    assert found.rule == "spread"
    assert found.problem == (
        "spread: 100% of the groups over the last 10 steps without any spread of reward: "
        "more than 95%"
    )


def test_nothing_is_said_in_the_first_window():
    bad = history(10, even=lambda step: 1.0, calls=lambda step: 1.2 if step == 1 else 0.0)
    assert collapses(bad, ALARM) == []
    assert [found.step for found in collapses(history(30, even=lambda step: 1.0), ALARM)] == [11]


@pytest.mark.parametrize("value", [math.nan, math.inf, None])
@pytest.mark.parametrize("name", ["loss", "grad_norm"])
def test_a_loss_or_gradient_that_is_no_number_is_said_at_once(name, value):
    rows = history(5, **{name: lambda step: value if step >= 3 else 0.1})
    [found] = collapses(rows, ALARM)
    assert (found.step, found.rule) == (3, "numbers")
    assert found.problem == f"{name}: not a finite number"


def test_a_second_collapse_is_said_again_and_a_flicker_is_not():
    def even(step):
        return 1.0 if 20 <= step < 40 or step >= 70 else 0.0

    assert [found.step for found in collapses(history(even=even), ALARM)] == [29, 79]

    def flicker(step):  # the mean is at the limit from 40 to 44, and above it before and after
        return {40: 0.86, 45: 1.0}.get(step, 0.96)

    assert [found.step for found in collapses(history(even=flicker), ALARM)] == [11]


def test_a_window_is_steps_and_not_rows():
    rows = [row for row in history(200, even=lambda step: step > 100) if row["step"] % 20 == 0]
    assert [found.step for found in collapses(rows, Alarm(window=40))] == [140]
    assert [found.step for found in collapses(rows, Alarm(window=1))] == [120]


def test_a_run_that_is_taken_up_goes_on_watching_where_it_was():
    rows = history(calls=lambda step: 1.2 if step <= 40 else 0.0)
    watch = Watch(ALARM)
    for row in rows[:45]:
        watch.see(row)
    again = Watch(ALARM)
    for row in rows[:45]:
        again.see(row)
    assert [again.see(row) for row in rows[45:]] == [watch.see(row) for row in rows[45:]]


def test_what_is_not_measured_is_not_watched():
    assert collapses([{"step": step, "loss": 0.1} for step in range(1, 100)], ALARM) == []
