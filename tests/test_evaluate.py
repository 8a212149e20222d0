import asyncio
import io
from collections import Counter

import pytest
from benches import choice, describing, write_bench
from rich.console import Console

from closeup import models
from closeup.evaluate import run
from closeup.geometry import Box, Grid
from closeup.images import Resolution
from closeup.models.model import ModelError
from closeup.records import CloseupError
from closeup.report.summary import summary
from closeup.store import Store

PAIR = [Box(0, 0, 50, 50), Box(60, 60, 90, 90)]
QUIET = Console(file=io.StringIO())


class Flaky:
    """Right about everything it is asked, unless the provider fails."""

    name = "flaky"
    grid: Grid = "pixel"
    resolution = Resolution()

    def __init__(self, failing=()):
        self.failing = set(failing)
        self.asked: list[str] = []
        self.at_once = self.most_at_once = 0

    async def reply(self, messages) -> str:
        question = messages[-1].question
        self.asked.append(question)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.001)
        self.at_once -= 1
        if question in self.failing:
            raise ModelError("503 from the provider")
        return "<answer>A</answer>"


@pytest.fixture
def bench(tmp_path):
    return write_bench(tmp_path / "bench", [choice(i, PAIR, "A") for i in range(40)])


def test_every_question_is_asked_once_and_few_at_a_time(bench, tmp_path):
    model = Flaky()
    tally = run(bench, model, tmp_path / "run", concurrency=5, console=QUIET)
    assert (tally.asked, tally.kept, tally.failed) == (40, 0, 0)
    assert sorted(model.asked) == sorted(q.id for q in bench.questions())
    assert model.most_at_once == 5


def test_the_same_command_asks_only_what_is_missing(bench, tmp_path):
    ids = [q.id for q in bench.questions()]
    run(bench, Flaky(), tmp_path / "run", limit=10, console=QUIET)
    model = Flaky()
    tally = run(bench, model, tmp_path / "run", console=QUIET)
    assert (tally.asked, tally.kept) == (30, 10)
    assert sorted(model.asked) == sorted(ids[10:])


def test_a_failing_provider_leaves_questions_unscored_until_it_answers(bench, tmp_path):
    failing = [q.id for q in bench.questions()][::4]
    tally = run(bench, Flaky(failing), tmp_path / "run", console=QUIET)
    assert tally.failed == 10
    row = summary(Store.open(tmp_path / "run"))["depth_comparison"]
    assert (row.n, row.unscored, row.score) == (40, 10, 1.0)
    again = Flaky()
    run(bench, again, tmp_path / "run", console=QUIET)
    assert sorted(again.asked) == sorted(failing)
    assert summary(Store.open(tmp_path / "run"))["depth_comparison"].unscored == 0


def test_our_own_bugs_are_not_taken_for_the_providers_failures(bench, tmp_path):
    class Broken(Flaky):
        async def reply(self, messages) -> str:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(bench, Broken(), tmp_path / "run", console=QUIET)


def test_a_reply_that_is_no_text_is_kept_as_text(bench, tmp_path):
    class Odd(Flaky):
        async def reply(self, messages) -> str:
            return "\ud800 <answer>A</answer>"

    run(bench, Odd(), tmp_path / "run", console=QUIET)
    with Store.open(tmp_path / "run") as store:
        assert {episode.reply for episode in store.episodes()} == {"? <answer>A</answer>"}


def test_one_split_alone_is_asked_and_reported(bench, tmp_path):
    splits = Counter(question.split for question in bench.questions())
    model = models.find("random", bench, 0)
    assert run(bench, model, tmp_path / "one", split="test", console=QUIET).asked == splits["test"]
    run(bench, model, tmp_path / "all", console=QUIET)
    with Store.open(tmp_path / "all") as store:
        assert len(list(store.results("test"))) == splits["test"]
        assert len(list(store.results())) == splits.total()


def test_a_limit_below_one_and_a_bench_for_a_run_folder_are_refused(bench, tmp_path):
    with pytest.raises(CloseupError, match="limit 0: need at least 1"):
        run(bench, Flaky(), tmp_path / "run", limit=0, console=QUIET)
    with pytest.raises(CloseupError, match="a bench: name another folder"):
        run(bench, Flaky(), bench.path, console=QUIET)


def test_the_result_is_the_same_whatever_the_concurrency(bench, tmp_path):
    for name, concurrency in (("one", 1), ("many", 32)):
        model = models.find("random", bench, 5)
        run(bench, model, tmp_path / name, seed=5, concurrency=concurrency, console=QUIET)
    one, many = Store.open(tmp_path / "one"), Store.open(tmp_path / "many")
    assert list(one.episodes()) == list(many.episodes())


def test_a_run_can_be_replayed(bench, tmp_path):
    run(bench, models.find("random", bench, 5), tmp_path / "run", seed=5, console=QUIET)
    replay = models.find(f"replay:{tmp_path / 'run'}", bench)
    run(bench, replay, tmp_path / "again", console=QUIET)
    first, second = Store.open(tmp_path / "run"), Store.open(tmp_path / "again")
    assert summary(first) == summary(second)


def test_only_the_named_tasks_are_asked(tmp_path):
    made = [choice(0, PAIR, "A"), describing(1, ["a dog runs"])]
    bench = write_bench(tmp_path / "bench", made)
    tally = run(bench, Flaky(), tmp_path / "run", only=["panel_understanding"], console=QUIET)
    assert tally.asked == 1
    with pytest.raises(CloseupError, match="no task 'chess'; it has depth_comparison"):
        run(bench, Flaky(), tmp_path / "other", only=["chess"], console=QUIET)
    assert not (tmp_path / "other").exists()


def test_a_question_of_an_unknown_task_is_one_clear_line(tmp_path):
    odd = choice(0, PAIR, "A").model_copy(update={"task": "chess"})
    bench = write_bench(tmp_path / "bench", [odd])
    with pytest.raises(CloseupError, match="task 'chess' is code of its own"):
        run(bench, Flaky(), tmp_path / "run", console=QUIET)
