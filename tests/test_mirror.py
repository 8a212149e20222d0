import random
from collections import Counter

from closeup.build.mirror import cells, mirror_pairs


def opposite(contrast: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(-value for value in contrast)


def scattered(count: int) -> dict[str, tuple[float, float]]:
    """Contrasts in which the larger region is mostly lower and mostly right, as in real pages."""
    rng = random.Random("scattered")
    sizes = [rng.gauss(0.3, 0.6) for _ in range(count)]
    return {f"q{i}": (size, 0.1 * size + rng.gauss(0, 0.1)) for i, size in enumerate(sizes)}


def test_questions_that_all_have_a_mirror_image_are_all_kept():
    half = scattered(200)
    both = half | {f"{name}-mirrored": opposite(contrast) for name, contrast in half.items()}
    pairs = mirror_pairs(both)
    assert sorted(name for pair in pairs for name in pair) == sorted(both)


def test_what_has_no_mirror_image_is_in_no_pair():
    one_sided = {f"q{i}": (0.1 + i, -0.2) for i in range(10)}
    assert mirror_pairs(one_sided) == []
    assert mirror_pairs(one_sided | {"other": (-0.1, 0.2)}) == [("other", "q0")]
    assert mirror_pairs({}) == []


def test_the_two_of_a_pair_are_mirrored_in_sign_and_in_strength():
    contrasts = scattered(2_000)
    cell = cells(contrasts)
    pairs = mirror_pairs(contrasts)
    assert len(pairs) > 300
    for pair in pairs:
        one, other = pair
        assert cell[one] == opposite(cell[other])
    # With six grades the strengths of two in one cell are near each other, not only their signs.
    far = [abs(contrasts[a][0] + contrasts[b][0]) for a, b in pairs]
    assert sum(difference > 0.5 for difference in far) < len(far) / 8


def test_a_strong_contrast_is_no_mirror_image_of_a_weak_one():
    """Where the right region is much larger or a little smaller, its size gives it away still."""
    strong = {f"strong{i}": (2.0 + i / 1000, 0.0) for i in range(100)}
    weak = {f"weak{i}": (-0.1 - i / 1000, 0.0) for i in range(100)}
    assert mirror_pairs(strong | weak) == []


def test_a_cell_is_filled_evenly_by_each_grade():
    contrasts = scattered(2_000)
    for cue in (0, 1):
        grades = Counter(abs(cell[cue]) for cell in cells(contrasts).values())
        assert set(grades) == {1, 2, 3, 4, 5, 6}
        assert max(grades.values()) - min(grades.values()) <= 2


def test_a_question_in_which_nothing_differs_stands_alone():
    assert mirror_pairs({"same": (0.0, 0.0), "as well": (0.0, 0.0)}) == [("same",), ("as well",)]
