import pytest

from closeup.stats.agreement import krippendorff_alpha

# Krippendorff (2011), section C: four observers, twelve units, some not rated by all.
OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]
UNITS = list(zip(*OBSERVERS, strict=True))


@pytest.mark.parametrize(
    ("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_the_worked_example_of_its_inventor(level, alpha):
    assert krippendorff_alpha(UNITS, level) == pytest.approx(alpha, abs=5e-4)


def test_two_judges_of_two_classes_by_hand():
    # o_ab = 1 + 1, n_a = 5, n_b = 5: alpha = 1 − 9 · 2 / (2 · 25).
    units = [("a", "a"), ("a", "a"), ("b", "b"), ("b", "b"), ("a", "b")]
    assert krippendorff_alpha(units) == pytest.approx(1 - 9 * 2 / 50)


def test_agreement_is_1_and_disagreement_is_below_0():
    assert krippendorff_alpha([(1, 1), (2, 2), (5, 5)], "interval") == 1
    low = krippendorff_alpha([(0, 1), (1, 0), (0, 1)])
    assert low is not None
    assert low < 0


def test_who_rated_and_units_rated_once_make_no_difference():
    assert krippendorff_alpha([tuple(reversed(unit)) for unit in UNITS]) == krippendorff_alpha(
        UNITS
    )
    once = [(None, 2, None, None), (4, None, None, None), ()]
    assert krippendorff_alpha([*UNITS, *once]) == krippendorff_alpha(UNITS)


def test_only_order_matters_to_ordinal_and_only_differences_to_interval():
    stretched = [[None if r is None else r**3 for r in unit] for unit in UNITS]
    moved = [[None if r is None else 10 - 2 * r for r in unit] for unit in UNITS]
    ordinal, interval = (krippendorff_alpha(UNITS, level) for level in ("ordinal", "interval"))
    assert krippendorff_alpha(stretched, "ordinal") == pytest.approx(ordinal)
    assert krippendorff_alpha(moved, "interval") == pytest.approx(interval)
    assert krippendorff_alpha(stretched, "interval") != krippendorff_alpha(UNITS, "interval")


def test_nothing_is_said_where_nothing_varies_or_nothing_was_rated_twice():
    assert krippendorff_alpha([]) is None
    assert krippendorff_alpha([(1, None), (None, 2)]) is None
    assert krippendorff_alpha([(3, 3), (3, 3)]) is None


def test_words_have_no_order():
    with pytest.raises(ValueError, match="need numbers for ordinal agreement"):
        krippendorff_alpha([("bad", "good")], "ordinal")
