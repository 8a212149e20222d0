import asyncio
import io
import os
import signal
import sqlite3
from collections import Counter

import pytest
from benches import choice, describing, write_bench
from PIL import Image
from rich.console import Console

from closeup import models, tools
from closeup.ask import Setting
from closeup.evaluate import run
from closeup.geometry import Box, Grid
from closeup.images import Resolution
from closeup.message import Reply, Request, Usage
from closeup.models import Given
from closeup.models.model import ModelError
from closeup.models.throttle import Gate
from closeup.question import Question, Score
from closeup.records import CloseupError
from closeup.report.summary import summary
from closeup.store import FILE, Store
from closeup.tasks import TASKS

ZOOM = Setting(tools=tools.find(["zoom_in"]))
PAIR = [Box(0, 0, 50, 50), Box(60, 60, 90, 90)]
QUIET = Console(file=io.StringIO())


class Flaky:
    """Right about everything it is asked, unless the provider fails."""

    name = "flaky"
    grid: Grid = "pixel"
    resolution = Resolution()

    def __init__(self, failing=(), connections=8):
        self.failing = set(failing)
        self.gate = Gate(connections)
        self.asked: list[str] = []
        self.at_once = self.most_at_once = 0

    async def reply(self, request: Request) -> Reply:
        question = request.messages[1].question
        assert question is not None
        self.asked.append(question)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.001)
        self.at_once -= 1
        if question in self.failing:
            raise ModelError("503 from the provider")
        return Reply(text=self.said(request), usage=Usage(input=100, output=10))

    def said(self, request: Request) -> str:
        return "<answer>A</answer>"


class Looking(Flaky):
    """Zooms in once before it answers."""

    def said(self, request: Request) -> str:
        if len(request.messages) > 2:
            return "<answer>A</answer>"
        return '<tool_call>{"name": "zoom_in", "arguments": {"bbox_2d": [10, 10, 90, 90]}}'


@pytest.fixture
def bench(tmp_path):
    return write_bench(tmp_path / "bench", [different(i) for i in range(40)])


def different(number: int) -> Question:
    """A question that no other one is asked like."""
    return choice(number, [Box(0, 0, 50, 50 + number), Box(60, 60, 90, 90)], "A")


def test_every_question_is_asked_once_and_few_at_a_time(bench, tmp_path):
    model = Flaky(connections=5)
    tally = run(bench, model, tmp_path / "run", console=QUIET)
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


def test_a_pages_first_question_goes_alone_and_the_rest_before_any_new_page(bench, tmp_path):
    class Watching(Flaky):
        def said(self, request: Request) -> str:
            self.asked.append("done")
            return super().said(request)

    model = Watching(connections=2)
    run(bench, model, tmp_path / "run", console=QUIET)
    pages = [name if name == "done" else name.split("/")[1] for name in model.asked]
    for page in sorted(set(pages) - {"done"}):
        first, second, *_ = [i for i, name in enumerate(pages) if name == page]
        assert "done" in pages[first:second], page
    begun = [name for name in dict.fromkeys(pages) if name != "done"]
    lasts = [max(i for i, name in enumerate(pages) if name == page) for page in begun]
    firsts = [pages.index(page) for page in begun]
    # Two at once: at most one page besides the newest is unfinished.
    assert all(lasts[k] < firsts[k + 2] for k in range(len(begun) - 2))


def test_a_killed_episode_goes_on_from_the_replies_that_were_had(bench, tmp_path):
    run(bench, Looking(), tmp_path / "run", setting=ZOOM, console=QUIET)
    with sqlite3.connect(tmp_path / "run" / FILE) as run_file:
        run_file.execute("DELETE FROM asked")
    run_file.close()
    again = Looking()
    tally = run(bench, again, tmp_path / "run", setting=ZOOM, console=QUIET)
    assert again.asked == []
    assert (tally.asked, tally.calls, tally.reused) == (40, 0, 80)


def test_a_changed_page_asks_its_own_questions_anew_and_no_others(bench, tmp_path):
    run(bench, Flaky(), tmp_path / "run", console=QUIET)
    Image.new("RGB", (32, 32), "red").save(bench.image_path("page0003"))
    again = Flaky()
    tally = run(bench, again, tmp_path / "run", console=QUIET)
    assert (tally.asked, tally.kept) == (4, 36)
    assert {name.split("/")[1] for name in again.asked} == {"page0003"}


def test_a_corrected_answer_is_scored_anew_and_not_asked(bench, tmp_path):
    run(bench, Flaky(), tmp_path / "run", console=QUIET)
    mended = [question.model_copy(update={"answer": "B"}) for question in bench.questions()]
    other = write_bench(tmp_path / "mended", mended)
    again = Flaky()
    tally = run(other, again, tmp_path / "run", console=QUIET)
    assert (again.asked, tally.reused) == ([], 40)
    assert summary(Store.open(tmp_path / "run"))["depth_comparison"].score == 0.0


def test_what_an_episode_is_worth_is_what_its_task_says_today(bench, tmp_path, monkeypatch):
    run(bench, Flaky(), tmp_path / "run", console=QUIET)
    task = type(TASKS["depth_comparison"])
    monkeypatch.setattr(task, "score", lambda *_: Score(value=0.25, answer="A"))
    again = Flaky()
    tally = run(bench, again, tmp_path / "run", console=QUIET)
    assert (again.asked, tally.kept, tally.rescored) == ([], 40, 40)
    assert summary(Store.open(tmp_path / "run"))["depth_comparison"].score == 0.25


def test_episodes_that_were_there_are_told_only_where_there_are_some(bench, tmp_path):
    first = run(bench, Flaky(), tmp_path / "run", limit=10, console=QUIET)
    assert first.lines()[0].startswith("10 asked, ")
    assert "there already" not in first.lines()[0]
    again = run(bench, Flaky(), tmp_path / "run", console=QUIET)
    assert again.lines()[0].startswith("30 asked, 10 there already")


def test_why_questions_have_no_answer_is_told(bench, tmp_path):
    failing = [q.id for q in bench.questions()][::4]
    tally = run(bench, Flaky(failing), tmp_path / "run", console=QUIET)
    assert tally.lines()[-2:] == [
        "10 unanswered; the same command asks again",
        "  10x 503 from the provider",
    ]


def test_a_model_that_replies_with_something_else_is_one_clear_line(bench, tmp_path):
    class Wordy(Flaky):
        async def reply(self, request) -> Reply:
            return "<answer>A</answer>"  # type: ignore[return-value]

    with pytest.raises(CloseupError, match="model flaky: replied with a str"):
        run(bench, Wordy(), tmp_path / "run", console=QUIET)


def test_the_first_interrupt_waits_for_what_is_out_and_the_same_command_goes_on(bench, tmp_path):
    class Interrupted(Flaky):
        struck = False

        def said(self, request: Request) -> str:
            if len(self.asked) >= 10 and not self.struck:
                self.struck = True
                os.kill(os.getpid(), signal.SIGINT)
            return super().said(request)

    model = Interrupted(connections=4)
    with pytest.raises(KeyboardInterrupt):
        run(bench, model, tmp_path / "run", console=QUIET)
    with Store.open(tmp_path / "run") as store:
        done = sum(result.value is not None for result in store.results())
    assert done == len(model.asked) < 40
    again = Flaky()
    run(bench, again, tmp_path / "run", console=QUIET)
    assert len(again.asked) == 40 - done
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_results_of_questions_that_a_new_bench_has_not_are_dropped(bench, tmp_path):
    run(bench, Flaky(), tmp_path / "run", console=QUIET)
    kept = [question for question in bench.questions() if question.pages != ("page0000",)]
    smaller = write_bench(tmp_path / "smaller", kept)
    tally = run(smaller, Flaky(), tmp_path / "run", console=QUIET)
    assert (tally.forgotten, tally.asked, tally.kept) == (4, 0, 36)


def test_a_request_that_another_question_made_is_not_paid_for_again(tmp_path):
    bench = write_bench(tmp_path / "same", [choice(i, PAIR, "A") for i in range(4)])
    model = Flaky(connections=1)
    tally = run(bench, model, tmp_path / "run", console=QUIET)
    assert (len(model.asked), tally.calls, tally.reused) == (1, 1, 3)


def test_each_epoch_is_a_draw_of_its_own(bench, tmp_path):
    model = Flaky()
    assert run(bench, model, tmp_path / "run", epochs=2, console=QUIET).asked == 80
    assert len(model.asked) == 80
    tally = run(bench, model, tmp_path / "run", epochs=3, console=QUIET)
    assert (tally.asked, tally.kept) == (40, 80)


def test_tokens_and_unreadable_replies_are_counted(bench, tmp_path):
    class Mumbling(Flaky):
        def said(self, request: Request) -> str:
            return "hm"

    tally = run(bench, Mumbling(), tmp_path / "run", console=QUIET)
    assert (tally.unparsed, tally.usage.input, tally.usage.output) == (40, 4000, 400)
    assert "4.0k+400 tokens" in tally.told()
    assert "40 unreadable" in tally.told()


def test_our_own_bugs_are_not_taken_for_the_providers_failures(bench, tmp_path):
    class Broken(Flaky):
        async def reply(self, request) -> Reply:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(bench, Broken(), tmp_path / "run", console=QUIET)


def test_a_reply_that_is_no_text_is_kept_as_text(bench, tmp_path):
    class Odd(Flaky):
        def said(self, request) -> str:
            return "\ud800 <answer>A</answer>"

    run(bench, Odd(), tmp_path / "run", console=QUIET)
    with Store.open(tmp_path / "run") as store:
        assert {episode.reply for episode in store.episodes()} == {"? <answer>A</answer>"}


def test_one_split_alone_is_asked_and_reported(bench, tmp_path):
    splits = Counter(question.split for question in bench.questions())
    model = models.find("random", Given.of(bench, 0))
    assert run(bench, model, tmp_path / "one", split="test", console=QUIET).asked == splits["test"]
    run(bench, model, tmp_path / "all", console=QUIET)
    with Store.open(tmp_path / "all") as store:
        assert len(list(store.results("test"))) == splits["test"]
        assert len(list(store.results())) == splits.total()


def test_a_limit_below_one_and_a_bench_for_a_run_folder_are_refused(bench, tmp_path):
    with pytest.raises(CloseupError, match="epochs 0: need at least 1"):
        run(bench, Flaky(), tmp_path / "run", epochs=0, console=QUIET)
    with pytest.raises(CloseupError, match="limit 0: need at least 1"):
        run(bench, Flaky(), tmp_path / "run", limit=0, console=QUIET)
    with pytest.raises(CloseupError, match="a bench: name another folder"):
        run(bench, Flaky(), bench.path, console=QUIET)


def test_the_result_is_the_same_whatever_the_concurrency(bench, tmp_path):
    for name, connections in (("one", 1), ("many", 32)):
        run(bench, Looking(connections=connections), tmp_path / name, setting=ZOOM, console=QUIET)
    one, many = Store.open(tmp_path / "one"), Store.open(tmp_path / "many")
    assert list(one.episodes()) == list(many.episodes())


def test_a_run_can_be_replayed(bench, tmp_path):
    run(bench, models.find("random", Given.of(bench, 5)), tmp_path / "run", seed=5, console=QUIET)
    replay = models.find(f"replay:{tmp_path / 'run'}", Given.of(bench))
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
