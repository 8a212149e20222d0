import itertools
import random

import numpy as np
import pytest

from closeup.stats import (
    chance_corrected,
    cluster_keys,
    clustered_mean,
    intervals,
    macro_f1,
    wilson,
)
from closeup.stats.spread import spread


def test_equal_clusters_give_the_textbook_variance():
    scores = [0.5, 0.3, 0.6, 0.6, 0.3, 0.3, 0.6, 0.6]
    told = spread(scores, ["a", "a", "b", "b", "c", "c", "d", "d"])
    # Means of clusters 0.4, 0.6, 0.3, 0.6: their variance is 0.0225.
    assert told.mean == pytest.approx(0.475)
    assert told.variance == pytest.approx(0.0225 / 4)
    assert told.df == pytest.approx(3)
    assert (told.n, told.clusters) == (8, 4)


def test_in_the_middle_the_interval_is_wilsons_for_the_effective_number():
    scores = [0.5, 0.3, 0.6, 0.6, 0.3, 0.3, 0.6, 0.6]
    told = clustered_mean(scores, ["a", "a", "b", "b", "c", "c", "d", "d"])
    effective = 0.475 * 0.525 / (0.0225 / 4)
    assert (told.low, told.high) == pytest.approx(wilson(0.475, effective, 3.182446))


def test_clusters_of_one_are_independent_scores():
    scores = [0.2, 0.4, 0.5, 0.3, 0.6]
    told = spread(scores, range(5))
    assert told.variance == pytest.approx(np.var(scores, ddof=1) / 5)
    assert told.df == pytest.approx(4)


def test_copies_of_a_question_add_nothing():
    scores = [0.2, 0.4, 0.5, 0.3, 0.6]
    once = clustered_mean(scores, range(5))
    often = clustered_mean(scores * 7, list(range(5)) * 7)
    assert (often.low, often.high) == pytest.approx((once.low, once.high))


def test_one_cluster_has_a_mean_and_no_interval():
    told = clustered_mean([1, 0, 1, 1], ["page"] * 4)
    assert (told.mean, told.low, told.high) == (0.75, None, None)


def test_nothing_has_no_mean():
    assert clustered_mean([], []).mean is None


def test_a_perfect_score_does_not_claim_certainty():
    told = clustered_mean([1.0] * 40, [i // 4 for i in range(40)])
    assert told.high == 1.0
    # Of all 40 alike, nothing says how pages differ: a correlation of 0.2 is assumed, so that
    # 40 count as 40 / 1.6. t(9) = 2.262157.
    assert told.effective_n == pytest.approx(25)
    assert told.low == pytest.approx(1 / (1 + 2.262157**2 / 25), abs=1e-6)


@pytest.mark.parametrize("score", [0.1, 1 / 3, 0.5])
def test_scores_that_are_all_the_same_do_not_claim_certainty(score):
    told = clustered_mean([score] * 12, [i // 3 for i in range(12)])
    # As of scores all 0: a correlation of 0.2 is assumed, so that 12 count as 12 / 1.4.
    assert told.effective_n == pytest.approx(12 / 1.4)
    assert told.low is not None
    assert told.high is not None
    assert told.low < score - 0.05
    assert score + 0.05 < told.high


def test_a_task_all_right_and_a_task_all_wrong_have_a_mean_with_an_interval():
    pages = [i // 4 for i in range(40)]
    told = clustered_mean([1.0] * 40 + [0.0] * 40, pages * 2, ["a"] * 40 + ["b"] * 40)
    assert told.mean == 0.5
    assert told.low is not None
    assert told.high is not None
    assert 0.3 < told.low < 0.45
    assert told.high == pytest.approx(1 - told.low)


def test_a_variance_of_mere_rounding_is_none():
    assert spread([0.1] * 7, list("aabbbcc")).variance == 0
    assert spread([0.1] * 6 + [0.1001], list("aabbbcc")).variance != 0


def test_wilson_is_the_score_interval_of_the_level(monkeypatch):
    # Roots of |p − 0.7| = z √(p(1 − p)/20) at z = 1.959964.
    assert wilson(0.7, 20) == pytest.approx((0.481027, 0.854523), abs=1e-5)
    low, high = wilson(0.7, 20)
    for bound in (low, high):
        assert abs(bound - 0.7) == pytest.approx(1.959964 * np.sqrt(bound * (1 - bound) / 20))
    monkeypatch.setattr(intervals, "LEVEL", 0.5)
    narrow = wilson(0.7, 20)
    assert low < narrow[0] < 0.7 < narrow[1] < high


def test_more_wrong_answers_never_raise_a_nearly_perfect_score():
    pages = [i // 10 for i in range(1000)]
    told = [clustered_mean([0.0] * k + [1.0] * (1000 - k), pages) for k in range(10)]
    lows = [one.low or 0.0 for one in told]
    assert lows == sorted(lows, reverse=True)
    assert 0.98 < lows[0] < 0.99
    mirrored = clustered_mean([1.0] + [0.0] * 999, pages)
    assert mirrored.high == pytest.approx(1 - lows[1])


def test_pages_that_even_out_by_themselves_count_twice_at_most():
    told = clustered_mean([1.0, 0.0] * 40, [i // 2 for i in range(80)])
    assert told.effective_n == pytest.approx(160)


def test_what_hardly_changes_the_scores_hardly_changes_the_interval():
    pages = [i // 9 for i in range(180)]
    told = [clustered_mean([1.0] * (180 - k) + [0.0] * k, pages) for k in range(40)]
    steps = [abs((a.low or 0) - (b.low or 0)) for a, b in itertools.pairwise(told)]
    assert max(steps) < 0.03
    nearly = clustered_mean([1.0] * 179 + [0.999], pages)
    assert nearly.low == pytest.approx(told[0].low, abs=0.001)


def test_a_score_and_its_opposite_have_mirrored_intervals():
    dice = np.random.default_rng(3)
    scores, pages = dice.random(60).round(), dice.integers(0, 12, 60).tolist()
    told, opposite = (
        clustered_mean(scores.tolist(), pages),
        clustered_mean((1 - scores).tolist(), pages),
    )
    assert (told.low, told.high) == pytest.approx((1 - opposite.high, 1 - opposite.low))  # type: ignore[operator]


def test_the_mean_of_tasks_weighs_each_task_the_same():
    told = spread([1, 1, 1, 1, 1, 0, 0, 1], list("aabbccab"), ["x"] * 6 + ["y"] * 2)
    assert told.mean == pytest.approx((5 / 6 + 1 / 2) / 2)


@pytest.mark.parametrize("seed", range(3))
def test_the_variance_of_a_mean_of_tasks_is_cr2_of_the_linear_model(seed):
    dice = np.random.default_rng(seed)
    tasks, clusters = dice.integers(0, 3, 40), dice.integers(0, 7, 40)
    scores = dice.random(40)
    design = (tasks[:, None] == np.arange(3)).astype(float)
    variance, df = bell_mccaffrey(scores, clusters, design)
    told = spread(scores.tolist(), clusters.tolist(), tasks.tolist())
    assert (told.variance, told.df) == pytest.approx((variance, df))


@pytest.mark.parametrize("right", [0.5, 0.9, 0.98])
def test_a_proportion_is_covered_near_the_edge_as_in_the_middle(right):
    """40 pages of 4 questions, each page easy or hard as a beta distribution has it."""
    dice = np.random.default_rng(17)
    pages = [i // 4 for i in range(160)]
    strength = 4.0  # correlation within a page 1 / (strength + 1) = 0.2
    covered = 0
    for _ in range(1000):
        chance = dice.beta(right * strength, (1 - right) * strength, 40)
        scores = (dice.random(160) < np.repeat(chance, 4)).astype(float).tolist()
        told = clustered_mean(scores, pages)
        assert told.low is not None
        assert told.high is not None
        covered += told.low <= right <= told.high
    assert covered >= 930


@pytest.mark.parametrize("sizes", [(1, 2, 3, 14), (1, 1, 1, 1, 16), (5, 2, 9, 1, 1, 7)])
def test_unequal_clusters_give_cr2_and_its_degrees_of_freedom(sizes):
    clusters = [name for name, size in enumerate(sizes) for _ in range(size)]
    scores = np.random.default_rng(5).random(len(clusters))
    variance, df = bell_mccaffrey(scores, np.array(clusters), np.ones((len(scores), 1)))
    told = spread(scores.tolist(), clusters)
    assert (told.variance, told.df) == pytest.approx((variance, df))


def bell_mccaffrey(scores, clusters, design):
    """Variance and degrees of freedom of the mean coefficient, by the matrices of the model."""
    n, k = design.shape
    bread = np.linalg.inv(design.T @ design)
    contrast = np.full(k, 1 / k)
    left_out = np.eye(n) - design @ bread @ design.T
    residuals = left_out @ scores
    variance, columns = 0.0, []
    for name in np.unique(clusters):
        own = clusters == name
        values, vectors = np.linalg.eigh(left_out[np.ix_(own, own)])
        weights = vectors @ np.diag(values**-0.5) @ vectors.T @ design[own] @ bread @ contrast
        variance += float(weights @ residuals[own]) ** 2
        columns.append(left_out[:, own] @ weights)
    gram = np.stack(columns) @ np.stack(columns).T
    return variance, float(np.trace(gram) ** 2 / (gram**2).sum())


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


def test_all_may_be_clustered_by_issue():
    assert cluster_keys([("p1", "i1"), ("p2", "i1")], "issue") == ["i1", "i1"]


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
