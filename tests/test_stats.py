import random

import numpy as np
import pytest

from closeup.stats import (
    chance_corrected,
    cluster_keys,
    clustered_mean,
    macro_f1,
    wilson,
)


def test_equal_clusters_give_the_textbook_interval():
    scores = [1, 0, 1, 1, 0, 0, 1, 1]
    told = clustered_mean(scores, ["a", "a", "b", "b", "c", "c", "d", "d"])
    # Means of clusters 0.5, 1, 0, 1: standard error sqrt(0.229167 / 4), t(3) = 3.182446.
    assert told.mean == 0.625
    assert told.low == pytest.approx(max(0.625 - 3.182446 * 0.2393568, 0.0), abs=1e-6)
    assert told.high == 1.0
    assert (told.n, told.clusters) == (8, 4)


def test_clusters_of_one_give_the_interval_of_independent_scores():
    scores = [0.2, 0.4, 0.5, 0.3, 0.6]
    told = clustered_mean(scores, range(5))
    half = 2.776445 * np.std(scores, ddof=1) / np.sqrt(5)
    assert told.low == pytest.approx(0.4 - half, abs=1e-6)
    assert told.high == pytest.approx(0.4 + half, abs=1e-6)
    assert told.effective_n == pytest.approx(5)


def test_copies_of_a_question_add_nothing():
    scores = [0.2, 0.4, 0.5, 0.3, 0.6]
    once = clustered_mean(scores, range(5))
    often = clustered_mean(scores * 7, list(range(5)) * 7)
    assert (often.low, often.high) == pytest.approx((once.low, once.high))
    assert often.effective_n == pytest.approx(5, rel=0.25)


def test_one_cluster_has_a_mean_and_no_interval():
    told = clustered_mean([1, 0, 1, 1], ["page"] * 4)
    assert (told.mean, told.low, told.high) == (0.75, None, None)


def test_nothing_has_no_mean():
    assert clustered_mean([], []).mean is None


def test_a_perfect_score_does_not_claim_certainty():
    told = clustered_mean([1.0] * 40, [i // 4 for i in range(40)])
    assert told.high == 1.0
    assert told.low == pytest.approx(wilson(1.0, 10)[0])
    assert 0.7 < wilson(1.0, 10)[0] < 0.75


def test_the_interval_covers_the_truth_about_95_times_in_100():
    dice = random.Random("coverage")
    covered = 0
    for _ in range(1000):
        scores, pages = [], []
        for page in range(20):
            chance = min(max(dice.gauss(0.6, 0.2), 0.0), 1.0)
            for _ in range(dice.randint(2, 12)):
                scores.append(float(dice.random() < chance))
                pages.append(page)
        told = clustered_mean(scores, pages)
        assert told.low is not None
        assert told.high is not None
        covered += told.low <= 0.596 <= told.high  # the mean of the clipped page effect
    assert 930 <= covered <= 970


def test_one_question_over_several_pages_puts_the_whole_task_by_issue():
    assert cluster_keys([("p1", "i1"), ("p2", "i1")]) == ["p1", "p2"]
    assert cluster_keys([("p1", "i1"), ("i1", "i1"), ("p3", "i2")]) == ["i1", "i1", "i2"]


def test_guessing_is_0_and_perfection_is_1():
    assert chance_corrected(0.25, 0.25) == 0
    assert chance_corrected(1.0, 0.25) == 1
    assert chance_corrected(0.5, None) is None
    assert chance_corrected(1.0, 1.0) is None


def test_macro_f1_counts_rare_classes_as_much_as_common_ones():
    gold = ["run"] * 8 + ["sit"] * 2
    assert macro_f1(gold, ["run"] * 10) == pytest.approx((16 / 18) / 2)
    assert macro_f1(gold, gold) == 1.0


def test_a_reply_without_a_class_is_a_miss_and_no_false_alarm():
    assert macro_f1(["run", "sit"], ["run", None]) == pytest.approx(0.5)
