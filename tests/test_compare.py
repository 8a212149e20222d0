import io
from itertools import product

import numpy as np
import pytest
from rich.console import Console
from runs import choices, episode, info, write_run

from closeup.conversation import Budget
from closeup.images import Resolution
from closeup.message import Sampling
from closeup.records import CloseupError
from closeup.report.compare import SETTINGS, compare, p_value, signed, table
from closeup.run_info import RunInfo
from closeup.stats.paired import EXACT, holm, paired_difference, sign_flip
from closeup.store import Store


def test_equal_pages_give_the_textbook_paired_t_interval():
    told = paired_difference([0.1, 0.3, 0.0, 0.2, -0.2, 0.0], list("aabbcc"))
    # Pages' means 0.2, 0.1, −0.1: standard error sqrt((0.07/3 ) / 3), t(2) = 4.302653.
    assert told.mean == pytest.approx(0.4 / 6)
    half = 4.302653 * np.std([0.2, 0.1, -0.1], ddof=1) / 3**0.5
    assert (told.low, told.high) == pytest.approx((0.4 / 6 - half, 0.4 / 6 + half))


@pytest.mark.parametrize(
    "differences", [[1.0] * 4, [0.1, 0.3] * 2, [0.0] * 4], ids=["all", "page by page", "none"]
)
def test_pages_that_differ_alike_claim_no_certainty(differences: list[float]):
    told = paired_difference(differences, list("aabb"))
    assert told.mean == pytest.approx(sum(differences) / 4)
    assert (told.low, told.high) == (None, None)
    assert told.p == (0.5 if any(differences) else 1.0)


def test_few_pages_are_flipped_in_every_way():
    sums = np.array([3.0, 1.0, 1.0, -1.0])
    ways = [
        abs(sum(s * v for s, v in zip(signs, sums, strict=True)))
        for signs in product((1, -1), repeat=4)
    ]
    assert sign_flip(sums) == sum(way >= 4 for way in ways) / 16
    assert sign_flip(np.ones(5)) == 2 / 32


def test_pages_without_a_difference_say_nothing_of_it():
    sums = np.array([2.0, 1.0, -1.0])
    assert sign_flip(np.concatenate([sums, np.zeros(50)])) == sign_flip(sums)
    assert sign_flip(np.zeros(5)) == 1


def test_many_pages_are_flipped_by_seeded_dice():
    dice = np.random.default_rng(0)
    sums = dice.normal(0.4, 1, EXACT + 20)
    p = sign_flip(sums)
    assert p == sign_flip(sums[::-1].copy()) == sign_flip(-sums)
    z = sums.sum() / (sums**2).sum() ** 0.5
    from scipy.stats import norm

    assert p == pytest.approx(2 * norm.sf(abs(z)), abs=0.02)
    assert sign_flip(np.ones(100)) == 1 / 10_000


def test_holm_multiplies_by_what_is_left_and_never_falls():
    assert holm([0.01, 0.04, 0.03, None, 0.005]) == pytest.approx([0.03, 0.06, 0.06, None, 0.02])  # type: ignore[arg-type]
    assert holm([0.6, 0.9]) == [1.0, 1.0]
    assert holm([None]) == [None]


@pytest.mark.parametrize("right", [0.5, 0.9])
def test_equal_models_differ_in_5_of_100_comparisons_at_most(right):
    """20 pages of 3 to 15 questions, each page better for the one model or the other."""
    dice = np.random.default_rng(11)
    errors = covered = 0
    for _ in range(150):
        pages = np.repeat(np.arange(20), dice.integers(3, 16, 20))
        chance = dice.beta(4 * right, 4 * (1 - right), (2, 20))
        a, b = (dice.random(len(pages)) < own[pages] for own in chance)
        told = paired_difference((b.astype(float) - a).tolist(), pages.tolist())
        assert told.p is not None
        assert told.low is not None
        assert told.high is not None
        errors += told.p < 0.05
        covered += told.low <= 0 <= told.high
    assert errors <= 0.07 * 150
    assert covered >= 0.91 * 150


def test_gains_and_harms_stand_apart(tmp_path):
    questions = choices(40)
    first = write_run(tmp_path / "a", questions, [i < 20 for i in range(40)])
    second = write_run(tmp_path / "b", questions, [i < 5 or i >= 10 for i in range(40)])
    row = compare(first, second).tasks["depth_comparison"]
    assert (row.first, row.second) == (0.5, 0.875)
    assert (row.gain, row.harm) == (0.5, 0.125)
    assert (row.better, row.worse) == (20, 5)
    assert row.difference == pytest.approx(0.375)
    assert (row.n, row.clusters) == (40, 10)
    assert row.p is not None
    assert row.holm == row.p


def test_the_other_way_round_is_the_same_with_the_other_sign(tmp_path):
    questions = choices(40)
    runs = [
        write_run(tmp_path / n, questions, [i % k > 0 for i in range(40)])
        for n, k in (("a", 3), ("b", 5))
    ]
    there, back = compare(runs[0], runs[1]).mean, compare(runs[1], runs[0]).mean
    assert there.difference == -back.difference  # type: ignore[operator]
    assert (there.low, there.p) == (-back.high, back.p)  # type: ignore[operator]
    assert (there.gain, there.harm) == (back.harm, back.gain)


def test_questions_that_one_run_lacks_or_has_no_score_of_are_counted_and_left_out(tmp_path):
    questions = choices(12)
    first = write_run(tmp_path / "a", questions[:10], [1, 1, 1, None, None, 1, 1, 1, 1, 1])
    second = write_run(tmp_path / "b", questions[1:], [0, 0, 0, None, *[1] * 7])
    told = compare(first, second)
    row = told.mean
    # 0 lacks in B, 3 has no score in A, 4 in neither, 10 and 11 lack in A.
    assert (row.n, row.only_first, row.only_second, row.unscored) == (7, 1, 3, 1)
    assert "1 questions have a score in A only" in told.notes
    assert "3 questions have a score in B only" in told.notes


def test_the_mean_of_tasks_weighs_them_the_same(tmp_path):
    few = choices(8, task="depth_comparison")
    many = choices(40, task="action_recognition")
    first = write_run(tmp_path / "a", [*few, *many], [False] * 48)
    second = write_run(tmp_path / "b", [*few, *many], [*[True] * 8, *[False] * 40])
    told = compare(first, second)
    assert told.mean.difference == pytest.approx(0.5)
    assert told.mean.holm is None
    assert list(told.tasks) == ["action_recognition", "depth_comparison"]


def test_runs_without_a_difference_have_p_1_and_no_interval(tmp_path):
    questions = choices(12)
    runs = [write_run(tmp_path / name, questions, [True] * 12) for name in "ab"]
    row = compare(runs[0], runs[1]).mean
    assert (row.difference, row.p, row.low, row.high) == (0, 1.0, None, None)


def test_epochs_of_a_question_are_one_question(tmp_path):
    questions = choices(8)
    once = write_run(tmp_path / "a", questions, [True] * 8)
    with Store.create(tmp_path / "b", info(epochs=2)) as store:
        for question in questions:
            for epoch in range(2):
                store.put(question, episode(question, float(epoch), epoch=epoch))
    row = compare(once, Store.open(tmp_path / "b")).mean
    assert (row.n, row.second, row.harm) == (8, 0.5, 0.5)


def test_all_may_be_clustered_by_issue(tmp_path):
    questions = choices(40)
    runs = [
        write_run(tmp_path / n, questions, [i % k > 0 for i in range(40)])
        for n, k in (("a", 3), ("b", 5))
    ]
    assert compare(runs[0], runs[1]).mean.clusters == 10
    assert compare(runs[0], runs[1], by="issue").mean.clusters == 2


def test_runs_that_share_nothing_are_refused(tmp_path):
    questions = choices(12)
    first = write_run(tmp_path / "a", questions[:6], [True] * 6)
    second = write_run(tmp_path / "b", questions[6:], [True] * 6)
    with pytest.raises(CloseupError, match="no question has a score in both"):
        compare(first, second)


def test_every_setting_that_differs_is_said(tmp_path):
    questions = choices(12)
    first = write_run(tmp_path / "a", questions, [True] * 12)
    second = write_run(
        tmp_path / "b",
        questions,
        [True] * 12,
        seed=1,
        native_tools=True,
        budget=Budget(calls=5),
        crops=Resolution(pixels=None),
        sampling=Sampling(temperature=1.0),
    )
    assert set(compare(first, second).notes[-5:]) == {
        "seed: 0 in A, 1 in B",
        "native tools: no in A, yes in B",
        "budget calls: 3 in A, 5 in B",
        "crops pixels: 1000000 in A, none in B",
        "sampling temperature: 0.0 in A, 1.0 in B",
    }


def test_what_a_run_is_of_is_in_the_settings_or_known_otherwise():
    known = {"model", "bench", "bench_hash", "endpoint", "closeup"}
    assert set(SETTINGS) == set(RunInfo.model_fields) - known


def test_tasks_without_a_pair_are_named_and_have_no_row(tmp_path):
    few, many = choices(8), choices(8, task="action_recognition")
    first = write_run(tmp_path / "a", few, [True] * 8)
    second = write_run(tmp_path / "b", [*few, *many], [True] * 16)
    console = Console(file=io.StringIO(), width=80)
    console.print(table(first, second, compare(first, second)))
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert printed.count("action_recognition") == 1
    assert "no question with a score in both: action_recognition" in printed
    assert "mean of" not in printed


def test_what_differs_in_bench_or_setting_is_said(tmp_path):
    questions = choices(12)
    first = write_run(tmp_path / "a", questions, [True] * 12)
    second = write_run(tmp_path / "b", questions, [True] * 12, bench_hash="xyz", tools=("zoom_in",))
    told = compare(first, second)
    assert any("benches differ (abc, xyz)" in note for note in told.notes)
    assert "tools: none in A, zoom_in in B" in told.notes
    console = Console(file=io.StringIO(), width=80)
    console.print(table(first, second, told))
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert "zoom_in in B" in printed
    assert "…" not in printed  # nothing is cut at 80 columns


def test_so_few_pages_that_no_p_value_can_be_small_are_said_to_be(tmp_path):
    questions = choices(12)
    runs = [write_run(tmp_path / n, questions, [ok] * 12) for n, ok in (("a", False), ("b", True))]
    told = compare(runs[0], runs[1])
    assert told.mean.p == 0.25
    assert "3 clusters: no p below .250" in told.notes


def test_numbers_are_written_as_a_reader_expects():
    assert signed(0.0375) == "+3.8"
    assert signed(-0.0001) == "+0.0"
    assert [p_value(p) for p in (None, 1.0, 0.0123, 0.0002)] == ["–", "1", ".012", "<.001"]
