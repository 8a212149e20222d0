import math
import random
from collections import Counter
from itertools import permutations

import native
import pytest
from pages import ask, page_data

from closeup.bench import Bench
from closeup.build import build
from closeup.build.balance import MIRROR, balance, unbalanced
from closeup.build.candidates import Candidate, candidate
from closeup.build.datasets import annotated
from closeup.build.lettering import place, placements
from closeup.build.level import cue_rates
from closeup.build.mirror import cells
from closeup.cues import contrast, is_constant, predictions
from closeup.question import Question
from closeup.tasks import TASKS


def allowed(count: int) -> float:
    """How far from chance a cue that decides so many may be, as it is documented."""
    return max(0.03, 0.5 / math.sqrt(count))


def made(number: int, hits: dict[str, bool], k: int = 2, **changes) -> Candidate:
    one = Candidate(
        id=f"t/p/{number}",
        task="t",
        page="p",
        issue="i",
        split="test",
        gold="A",
        labels=tuple("ABCD"[:k]),
        hits=hits,
        chance=1 / k,
    )
    return one._replace(**changes)


def biased(count: int, rates: dict[str, float], k: int = 2) -> list[Candidate]:
    rng = random.Random("biased")
    return [
        made(i, {cue: rng.random() < rate for cue, rate in rates.items()}, k) for i in range(count)
    ]


def kept(candidates: list[Candidate]) -> list[Candidate]:
    dropped = unbalanced(candidates)
    return [one for one in candidates if one.id not in dropped]


@pytest.mark.parametrize("k", [2, 4])
@pytest.mark.parametrize("count", [60, 3_000])
def test_after_balancing_no_cue_pays(k, count):
    candidates = biased(count, {"large": 0.7, "low": 0.6, "left": 0.5, "dark": 0.2}, k)
    left = kept(candidates)
    for cue, (n, rate, chance) in cue_rates(left).items():
        assert abs(rate - chance) <= allowed(n) + 1e-6, cue
    assert len(left) >= count / 4


def test_a_balanced_bench_loses_nothing():
    pairs = [made(i, {"large": i % 2 == 0}) for i in range(100)]
    assert unbalanced(pairs) == {}


def test_as_few_are_dropped_as_can_be():
    """70 hits and 30 misses: with 0.5 / sqrt(n) allowed, 34 or 35 hits have to go."""
    candidates = [made(i, {"large": i < 70}) for i in range(100)]
    dropped = unbalanced(candidates)
    assert set(dropped.values()) == {"balance: large"}
    assert {int(name.rsplit("/", 1)[1]) for name in dropped} <= set(range(70))
    left = 100 - len(dropped)
    assert (70 - len(dropped)) / left - 0.5 <= allowed(left)
    assert (71 - len(dropped)) / (left + 1) - 0.5 > allowed(left + 1)


@pytest.mark.parametrize(("count", "right", "k"), [(600, 218, 3), (1_200, 236, 6), (600, 43, 24)])
def test_a_surplus_that_only_rounding_makes_drops_nothing(count: int, right: int, k: int):
    """As many hits as 0.03 above chance allows, to the last one; summed in floats it may be more,
    depending on the order of the sum, which the seed changes."""
    candidates = [made(i, {"large": i < right}, chance=1 / k) for i in range(count)]
    for seed in range(5):
        assert unbalanced(candidates, seed) == {}
        one_more = [*candidates, made(count, {"large": True}, chance=1 / k)]
        assert len(unbalanced(one_more, seed)) == 1


def test_a_cue_that_decides_only_a_few_questions_is_left_alone():
    """One hit of one is no sign of anything."""
    few = [made(i, {f"says {i // 9}": True}, k=4) for i in range(90)]
    assert unbalanced(few) == {}
    assert unbalanced([*few, made(90, {"says 0": True}, k=4)]) != {}


def test_the_reason_is_a_cue_that_the_question_fed():
    rates = {"a": 0.5, "large": 0.75, "low": 0.3, "z": 0.5}
    for count in (100, 5_000):
        candidates = biased(count, rates)
        by_id = {one.id: one for one in candidates}
        dropped = unbalanced(candidates)
        assert set(dropped.values()) <= {f"balance: {cue}" for cue in rates}
        for name, reason in dropped.items():
            hit = by_id[name].hits[reason.removeprefix("balance: ")]
            if "large" in reason or "low" in reason:
                assert hit == ("large" in reason), "too many hits lose hits, too few lose misses"


def sided(count: int, **changes) -> list[Candidate]:
    """Choices between two regions: the right one is mostly larger, lower and on the left."""
    rng = random.Random("sided")
    found = []
    for i in range(count):
        size = rng.gauss(0.3, 0.6)
        foot = 0.1 * size + rng.gauss(0, 0.1)
        hits = {"large": size > 0, "low": foot > 0, "left": rng.random() < 0.62}
        found.append(made(i, hits, contrast=(size, foot), **changes))
    return found


@pytest.mark.parametrize("count", [200, 4_000])
def test_mirror_images_stay_together_whatever_else_is_levelled(count: int):
    candidates = sided(count)
    dropped = unbalanced(candidates)
    assert {MIRROR, "balance: left"} <= set(dropped.values())
    cell = cells({one.id: one.contrast for one in candidates})
    full = Counter(cell[one.id] for one in kept(candidates))
    assert full.total() > count / 5
    assert full == {tuple(-value for value in name): n for name, n in full.items()}
    n, rate, _ = cue_rates(kept(candidates))["left"]
    assert abs(rate - 0.5) <= allowed(n) + 1e-6


def test_a_question_without_a_contrast_does_not_switch_off_the_mirror_for_the_others():
    candidates = sided(200)
    odd = made(1_000, {}, k=3)
    dropped = unbalanced([*candidates, odd])
    assert odd.id not in dropped
    assert dropped == unbalanced(candidates)


def test_a_cue_that_does_not_decide_counts_neither_way():
    candidates = [made(i, {"large": i % 2 == 0} if i < 100 else {}) for i in range(1_000)]
    assert unbalanced(candidates) == {}
    assert cue_rates(candidates)["large"] == (100, 0.5, 0.5)


def test_splits_and_tasks_are_balanced_apart():
    good = [made(i, {"large": i % 2 == 0}) for i in range(100)]
    train = [made(1_000 + i, {"large": True}, split="train") for i in range(100)]
    other = [made(2_000 + i, {"large": False}, task="u") for i in range(100)]
    for bad in (train, other):
        dropped = unbalanced(good + bad)
        assert set(dropped) <= {one.id for one in bad}
        assert len(dropped) >= 90


def test_neither_a_number_nor_a_number_a_size_is_right_too_often():
    rng = random.Random("numbers")
    candidates = []
    for i in range(600):
        size = rng.random()
        number = min(int(rng.expovariate(0.5 / (0.3 + size))), 9)
        candidates.append(made(i, {}, gold=number, labels=(), chance=0.0, size=size))
    left = kept(candidates)
    assert len(left) > 250
    thirds = sorted(candidates, key=lambda one: one.size or 0)
    for part in (candidates, thirds[:200], thirds[200:400], thirds[400:]):
        numbers = Counter(one.gold for one in part if one in left)
        assert max(numbers.values()) / sum(numbers.values()) <= 0.3 + 1e-9


def test_where_there_are_few_numbers_each_is_nearly_as_common_as_the_others():
    """Of two numbers neither can stay below 0.3: 1.15/2 is allowed, in each third of the sizes."""
    candidates = [
        made(i, {}, gold=1 + (i % 10 == 0), labels=(), chance=0.0, size=float(i))
        for i in range(600)
    ]
    numbers = Counter(one.gold for one in kept(candidates))
    assert numbers[2] == 60
    assert 0.5 < numbers[1] / numbers.total() <= 0.575


def test_the_order_in_which_candidates_come_changes_nothing():
    several = biased(500, {"large": 0.7, "low": 0.6, "left": 0.55, "dark": 0.4}, k=3)
    numbers = [made(i, {}, gold=i % 7 % 3, task="n", size=i % 5) for i in range(1_000, 1_200)]
    candidates = [*several, *sided(300, task="u"), *numbers]
    mixed = random.Random(1).sample(candidates, len(candidates))
    assert unbalanced(candidates) == unbalanced(mixed)
    assert placements(candidates) == placements(mixed)
    assert balance(candidates).answers == balance(mixed).answers


def test_what_is_left_out_is_a_rejection_with_its_cue():
    candidates = [made(i, {"large": i < 70}, page="book/7") for i in range(100)]
    found = balance(candidates)
    assert {r.reason for r in found.rejections} == {"balance: large"}
    assert {r.page for r in found.rejections} == {"book/7"}
    assert len(found.rejections) + len(found.answers) == 100


def test_every_letter_is_the_answer_equally_often():
    candidates = biased(401, {}, k=4)
    counts = Counter(placements(candidates).values())
    assert set(counts) == set("ABCD")
    assert max(counts.values()) - min(counts.values()) <= 1


def test_every_order_is_the_answer_equally_often_and_every_letter_at_every_place():
    candidates = [
        made(i, {}, gold=("A", "B", "C", "D"), labels=("A", "B", "C", "D"), chance=1 / 24)
        for i in range(48)
    ]
    answers = placements(candidates)
    assert Counter(answers.values()) == dict.fromkeys(permutations("ABCD"), 2)
    few = Counter(order[0] for order in placements(candidates[:8]).values())  # type: ignore
    assert max(few.values()) - min(few.values()) <= 1


def test_numbers_and_texts_keep_their_answers():
    number = made(1, {}, gold=3, labels=(), chance=0.0, size=1.0)
    text = made(2, {}, gold=(), labels=(), chance=None)
    assert placements([number, text]) == {}
    assert unbalanced([text]) == {}


@pytest.mark.parametrize("name", TASKS)
def test_lettering_anew_moves_the_answer_and_nothing_else(name):
    task = TASKS[name]
    for question in ask(name, page_data(1), page_data(2))[0]:
        if question.answer_format in ("integer", "text"):
            assert place(question, question.answer) is question
            continue
        ordered = question.answer_format == "order"
        answers = list(permutations(question.labels)) if ordered else question.labels
        for answer in answers:
            again = place(question, answer)
            assert again.answer == answer
            assert task.score(again, task.solution(again)).value == 1.0
            assert what_is_right(again) == what_is_right(question)
            assert candidate(again).hits == candidate(question).hits
            assert sorted(again.options) == sorted(question.options)
            assert [shown(again, m) for m in again.evidence] == [
                shown(question, m) for m in question.evidence
            ]


def what_is_right(question: Question) -> list[object]:
    """The texts or boxes that the answer's letters stand for, in order."""
    if question.options:
        return [question.options[question.labels.index(letter)] for letter in question.answer]  # type: ignore
    return [shown(question, question.refs[letter]) for letter in question.answer]  # type: ignore


def shown(question: Question, mark) -> object:
    return question.views[mark.view], mark.box


def test_letters_follow_the_images_when_panels_are_lettered_anew():
    (question,) = ask("panel_reordering", page_data())[0]
    assert isinstance(question.answer, tuple)
    again = place(question, question.answer[::-1])
    assert [again.refs[name].view for name in again.labels] == [0, 1, 2, 3]
    assert again.views != question.views


def test_an_answer_of_another_kind_cannot_be_placed():
    (question, *_) = ask("character_counting", page_data())[0]
    with pytest.raises(ValueError, match="cannot stand for"):
        place(question, "A")


def test_constants_are_not_balanced_but_placed():
    (question, *_) = ask("depth_comparison", page_data())[0]
    assert any(map(is_constant, predictions(question)))
    assert not any(map(is_constant, candidate(question).hits))


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Built from three tasks of forty pages made by hand."""
    folder = tmp_path_factory.mktemp("built")
    source = native.write(folder / "pages", issues=10, pages=4)
    tasks = ("action_recognition", "depth_comparison", "panel_understanding_choice")
    build(annotated("closeup_json", source, 0), folder / "bench", tasks=tasks)
    return Bench.open(folder / "bench")


def by_task(bench: Bench) -> dict[tuple[str, str], list[Question]]:
    found: dict[tuple[str, str], list[Question]] = {}
    for question in bench.questions():
        found.setdefault((question.task, question.split), []).append(question)
    assert len(found) == 6
    return found


def test_in_a_built_bench_every_letter_is_the_answer_equally_often(bench: Bench):
    for key, questions in by_task(bench).items():
        letters = Counter(question.answer for question in questions)
        every = [letters[name] for name in questions[0].labels]
        assert sum(every) == len(questions) > 1, key
        assert max(every) - min(every) <= 1, key


def test_in_a_built_bench_no_cue_pays(bench: Bench):
    """A cue counts that decides ten candidates or more; of what is kept, twenty are surely so."""
    checked = 0
    for key, questions in by_task(bench).items():
        for cue, (n, rate, chance) in cue_rates(map(candidate, questions)).items():
            if n >= 20:
                checked += 1
                assert abs(rate - chance) <= allowed(n) + 1e-6, (key, cue)
    assert checked > 10


def test_in_a_built_bench_every_contrast_has_as_many_mirror_images(bench: Bench):
    for split in ("test", "train"):
        signs = Counter(
            tuple(math.copysign(1, value) if value else 0 for value in contrast(question))
            for question in by_task(bench)["depth_comparison", split]
        )
        assert signs.total() > 5
        assert signs == {tuple(-value for value in sign): n for sign, n in signs.items()}


def test_cues_of_a_reference_count_for_its_own_page_and_for_another_apart():
    asked = ask("character_identification", *(page_data(n) for n in range(3)))[0]
    assert {len(question.views) for question in asked} == {1, 2}
    for question in asked:
        hits = candidate(question).hits
        reach = ", one image" if len(question.views) == 1 else ", two images"
        plain = {cue: hit for cue, hit in hits.items() if not cue.endswith((" image", " images"))}
        assert plain
        assert hits == plain | {cue + reach: hit for cue, hit in plain.items()}
    for question in ask("depth_comparison", page_data())[0]:
        assert not any("image" in cue for cue in candidate(question).hits)
