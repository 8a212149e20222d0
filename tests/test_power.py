import io

import numpy as np
import pytest
from runs import choices, write_run
from scipy.stats import norm

from closeup.records import CloseupError
from closeup.report.power import power as power_of
from closeup.report.power import table
from closeup.stats.power import (
    clusters_needed,
    power,
    smallest_seen,
    variance_of_difference,
)


def test_many_clusters_give_the_power_of_a_normal_test():
    told = power(0.03, 0.01**2, 5000, 4999)
    assert told == pytest.approx(norm.cdf(3 - norm.ppf(0.975)), abs=1e-3)


def test_no_difference_is_seen_as_often_as_the_test_errs_upwards():
    assert power(1e-9, 1.0, 20, 19) == pytest.approx(0.025, abs=1e-4)


def test_few_clusters_see_less_than_the_normal_test_promises():
    assert power(0.3, 0.01, 6, 5) < power(0.3, 0.01, 600, 599)


@pytest.mark.parametrize("difference", [0.01, 0.03, 0.1])
def test_the_clusters_needed_are_the_fewest_that_suffice(difference):
    variance, clusters = 0.02**2, 40
    needed = clusters_needed(difference, variance, clusters, 35.0)
    assert needed is not None

    def at(wanted):
        scale = wanted / clusters
        return power(difference, variance / scale, wanted, 35.0 * scale)

    assert at(needed) >= 0.8 > at(needed - 1)


def test_a_simulated_study_of_that_size_succeeds_8_times_in_10():
    spread, difference = 0.2, 0.05
    needed = clusters_needed(difference, spread**2 / 30, 30, 29)
    assert needed is not None
    dice = np.random.default_rng(1)
    studies = dice.normal(difference, spread, (4000, needed))
    t = studies.mean(1) / (studies.std(1, ddof=1) / needed**0.5)
    assert (t > 1.98).mean() == pytest.approx(0.8, abs=0.02)


def test_what_is_seen_now_needs_as_many_pages_as_there_are():
    seen = smallest_seen(0.02**2, 40, 39)
    assert clusters_needed(seen + 1e-9, 0.02**2, 40, 39) == 40


def test_what_no_number_of_clusters_shows_is_said_to_be_so():
    assert clusters_needed(1e-6, 0.5, 2, 1) is None


def test_models_that_go_together_need_fewer_pages():
    assert variance_of_difference(0.01, 1.0) == 0
    assert variance_of_difference(0.01, 0.0) == pytest.approx(0.02)


def test_a_smaller_difference_takes_more_pages_and_a_second_run_replaces_the_assumption(tmp_path):
    questions = choices(60, per_page=3)
    first = write_run(tmp_path / "a", questions, [i % 3 > 0 for i in range(60)])
    second = write_run(tmp_path / "b", questions, [i % 4 > 0 for i in range(60)])
    large, small = (power_of(first, None, points).mean.needed for points in (0.1, 0.03))
    assert large is not None
    assert small is not None
    assert small > 5 * large
    assert not power_of(first, None, 0.03).paired
    both = power_of(first, second, 0.03)
    assert both.paired
    assert (both.mean.clusters, both.mean.unit) == (20, "page")
    assert power_of(first, second, 0.03, by="issue").mean.unit == "issue"
    assert both.public()["assumed_correlation"] is None


def test_a_perfect_run_does_not_promise_that_few_pages_will_do(tmp_path):
    run = write_run(tmp_path / "a", choices(60, per_page=3), [True] * 60)
    told = power_of(run, None, 0.03)
    assert told.mean.needed is None


@pytest.mark.parametrize("points", [0.0, -0.03, 1.5, float("nan")])
def test_a_difference_that_is_none_is_refused(tmp_path, points):
    run = write_run(tmp_path / "a", choices(6), [True] * 6)
    with pytest.raises(CloseupError, match="need more than 0 and at most 100"):
        power_of(run, None, points)


def test_the_table_says_what_was_assumed(tmp_path):
    from rich.console import Console

    run = write_run(tmp_path / "a", choices(60, per_page=3), [i % 3 > 0 for i in range(60)])
    console = Console(file=io.StringIO(), width=100)
    console.print(table(power_of(run, None, 0.03)))
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert "correlate by 0.5" in printed
    assert "mean of" not in printed  # of one task


def test_a_run_all_alike_has_no_need_and_the_table_says_why(tmp_path):
    from rich.console import Console

    questions = choices(8) + choices(8, task="other")
    run = write_run(tmp_path / "a", questions, [True] * 8 + [False] * 8)
    told = power_of(run, None, 0.03)
    assert [need.needed for need in told.tasks.values()] == [None, None]
    console = Console(file=io.StringIO(), width=80)
    console.print(table(told))
    assert "the scores do not differ" in console.file.getvalue()  # type: ignore[attr-defined]
