"""Who stands in front of whom can be told from the picture."""

import random
from itertools import combinations

from closeup.synthetic.poses import pose
from closeup.synthetic.staging import MEETING, Stage, stage

STATURES = (0.7, 1.0, 1.15, 0.9)


def staged(seed: int) -> Stage:
    rng = random.Random(f"stage {seed}")
    count = rng.choice((2, 3, 4))
    poses = [pose(rng.choice(("standing", "waving", "reading")), rng) for _ in range(count)]
    width, height = rng.uniform(300, 900), rng.uniform(300, 900)
    statures = STATURES[:count]
    heads, halves = [0.9 * stature for stature in statures], [0.3] * count
    return stage(rng, width, height, statures, heads, halves, poses, talks=True)


STAGES = [staged(seed) for seed in range(600)]


def test_where_the_ground_is_out_of_the_frame_only_figures_that_meet_differ_in_depth():
    apart = together = 0
    for plan in STAGES:
        for a, b in combinations(plan.marks, 2):
            if plan.shot == "long" or a.plane == b.plane:
                apart += plan.shot != "long"
                continue
            together += 1
            assert abs(a.x - b.x) < MEETING * min(a.scale, b.scale)
    assert apart > 100
    assert together > 20


def test_a_long_shot_has_planes_whether_figures_meet_or_not():
    plans = [plan for plan in STAGES if plan.shot == "long"]
    assert sum(len({mark.plane for mark in plan.marks}) > 1 for plan in plans) > 0.7 * len(plans)
