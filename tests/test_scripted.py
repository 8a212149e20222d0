import asyncio
import itertools
from collections import Counter

import pytest
from benches import choice, counting, describing, ordering, texts, write_bench

from closeup import models
from closeup.ask import Setting, opening
from closeup.bench import Bench
from closeup.geometry import Box
from closeup.message import Message, Request
from closeup.models import Given
from closeup.models.model import ModelError
from closeup.models.scripted import Replay
from closeup.question import Question
from closeup.records import CloseupError
from closeup.tasks import TASKS

SMALL, LARGE = Box(0, 0, 50, 50), Box(100, 100, 400, 500)


@pytest.fixture
def bench(tmp_path) -> Bench:
    """Every answer format; the larger box is right in three of four comparisons."""
    made: list[Question] = []
    for number in range(16):
        drawn = [SMALL, LARGE] if number % 2 else [LARGE, SMALL]
        right = "AB"[number % 2] if number % 4 < 3 else "BA"[number % 2]
        made.append(choice(number, drawn, right, per_issue=8))
    for number in range(16, 32):
        options = ["runs", "sits", "waves", "reads"]
        options = options[number % 4 :] + options[: number % 4]
        right = "waves" if number % 2 else "sits"
        made.append(texts(number, options, "ABCD"[options.index(right)]))
    for number in range(32, 42):
        made.append(counting(number, 2 if number % 5 else 3, LARGE, 0.8))
    orders = list(itertools.permutations("ABC"))
    for number in range(42, 54):
        made.append(ordering(number, ["one", "two", "three"], orders[number % 6], 1 / 6))
    made += [describing(number, ["a dog runs"]) for number in range(54, 58)]
    return write_bench(tmp_path / "bench", made)


def said(model: models.Model, question: Question) -> str:
    messages = opening(question, model, TASKS[question.task], Setting())
    return asyncio.run(model.reply(Request(messages=messages))).text


def replies(bench: Bench, name: str, seed: int = 0) -> dict[str, str]:
    model = models.find(name, Given.of(bench, seed))
    return {q.id: said(model, q) for q in bench.questions()}


def scores(bench: Bench, name: str, seed: int = 0) -> dict[str, float]:
    """The mean score of each task."""
    told = replies(bench, name, seed)
    sums: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for question in bench.questions():
        value = TASKS[question.task].score(question, told[question.id]).value
        assert value is not None
        sums[question.task] += value  # type: ignore[assignment]
        counts[question.task] += 1
    return {task: sums[task] / counts[task] for task in counts}


def test_the_oracle_scores_exactly_1_on_every_task(bench):
    assert set(scores(bench, "oracle").values()) == {1.0}


def test_the_mean_of_many_random_seeds_is_chance(bench):
    runs = [scores(bench, "random", seed) for seed in range(30)]
    for task, chance, sd in [
        ("depth_comparison", 1 / 2, 0.125),
        ("action_recognition", 1 / 4, 0.108),
        ("dialogue_reordering", 1 / 6, 0.108),
    ]:
        mean = sum(run[task] for run in runs) / len(runs)
        assert abs(mean - chance) < 3 * sd / 30**0.5
    assert {run["character_counting"] for run in runs} == {0.8}
    assert {run["panel_understanding"] for run in runs} == {0.0}


def test_a_seed_says_the_same_whatever_is_asked_before(bench):
    model = models.find("random", Given.of(bench, 7))
    backwards = {q.id: said(model, q) for q in reversed(list(bench.questions()))}
    assert backwards == replies(bench, "random", 7)
    assert backwards != replies(bench, "random", 8)


def test_majority_goes_by_the_texts_that_recur_and_not_by_their_letter(bench):
    # "sits" and "waves" are right eight times each; always saying one of them is right half the
    # time, though every letter is right a quarter of it.
    assert scores(bench, "majority")["action_recognition"] == 0.5
    assert scores(bench, "majority")["character_counting"] == 0.8


def test_majority_learns_from_the_train_split_alone(tmp_path):
    made = [
        choice(i, [SMALL, LARGE], "B", split="train" if i < 4 else "test").model_copy(
            update={"answer": "B" if i < 4 else "A"}
        )
        for i in range(12)
    ]
    bench = write_bench(tmp_path / "trained", made)
    assert scores(bench, "majority")["depth_comparison"] == pytest.approx(4 / 12)


def test_geometry_finds_the_best_single_cue(bench):
    found = scores(bench, "geometry")
    assert found["depth_comparison"] == 0.75
    # The page's own layout, which no prompt gives away, orders all of these from top to bottom.
    assert found["dialogue_reordering"] == 1.0


def test_replay_says_what_the_file_says_and_fails_on_the_rest(bench, tmp_path):
    first, second, *_ = bench.questions()
    file = tmp_path / "replies.jsonl"
    file.write_text(f'{{"question": "{first.id}", "reply": "B it is"}}\n')
    model = models.find(f"replay:{file}", Given.of(bench))
    assert said(model, first) == "B it is"
    with pytest.raises(ModelError, match=second.id):
        said(model, second)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("gpt", "need one of oracle, random, majority, geometry"),
        ("gpt", "replay:"),
        ("no.such.module:Name", "No module named"),
        ("closeup.models:Nobody", "has no attribute"),
        ("replay:nowhere.jsonl", "nowhere.jsonl: No such file"),
        ("json:loads", "model 'json:loads': the JSON object must be str"),
        ("os:getcwd", r"model 'os:getcwd': .*takes no arguments"),
        ("builtins:print", "no model: it lacks name, grid, resolution, reply"),
        ("os:sep", "cannot be called"),
    ],
)
def test_a_model_that_is_not_there_is_one_clear_line(bench, name, rule):
    with pytest.raises(CloseupError, match=rule) as caught:
        models.find(name, Given.of(bench))
    assert "\n" not in str(caught.value)


def test_two_replies_to_one_question_are_refused(bench, tmp_path):
    file = tmp_path / "twice.jsonl"
    file.write_text('{"question": "q", "reply": "A"}\n{"question": "q", "reply": "B"}\n')
    with pytest.raises(CloseupError, match="'q': stands twice"):
        models.find(f"replay:{file}", Given.of(bench))


def test_a_model_of_ones_own_is_named_by_module_and_name(bench):
    model = models.find("closeup.models.scripted:guess", Given.of(bench, 3))
    assert model.name == "random"


def test_a_scripted_model_without_a_bench_is_one_clear_line(bench):
    lone = Given(Given.of(bench).pictures)
    for name in ("oracle", "random", "majority", "geometry"):
        with pytest.raises(CloseupError, match=f"model '{name}': knows its answers from a bench"):
            models.find(name, lone)


def test_a_run_is_replayed_turn_by_turn(bench, tmp_path):
    question = next(bench.questions())
    replay = Replay("replay:here", lambda name, epoch: ["look", "answer"] if epoch == 0 else [])
    asked = Message(role="user", parts=("?",), question=question.id)
    looked = (Message(role="assistant", parts=("look",)), Message(role="tool", parts=("a crop",)))

    def turn(messages, epoch=0):
        return asyncio.run(replay.reply(Request(messages=messages, epoch=epoch))).text

    assert turn((asked,)) == "look"
    assert turn((asked, *looked)) == "answer"
    with pytest.raises(ModelError, match=question.id):
        turn((asked,), epoch=1)


def test_a_scripted_model_is_shown_pages_as_the_options_say(bench):
    given = Given.of(bench, grid="rel1000_yx", pixels=300_000, multiple=28)
    model = models.find("oracle", given)
    assert model.grid == "rel1000_yx"
    assert (model.resolution.pixels, model.resolution.multiple) == (300_000, 28)
    assert models.find("oracle", Given.of(bench)).resolution.pixels is None
