import sqlite3

import pytest
from benches import choice
from runs import PAIR, info

from closeup.episode import Episode, ToolCall
from closeup.geometry import Box, View
from closeup.message import Message, Reply, Usage
from closeup.question import Question, Score
from closeup.records import CloseupError
from closeup.store import FILE, Store


def episode(
    question: Question, value: float | None = 1.0, prompt: str = "p1", epoch: int = 0
) -> Episode:
    return Episode(
        question=question.id,
        task=question.task,
        model="parrot",
        grid="pixel",
        views=(View(question.pages[0], Box(0, 0, 9.5, 9), (9, 9)),),
        prompt=prompt,
        epoch=epoch,
        turns=(
            Message(role="assistant", parts=("look",)),
            Message(role="tool", parts=(View("p", Box(1, 2, 3, 4), (2, 2)), "a crop")),
            Message(role="assistant", parts=("<answer>A</answer> \ud7ff",)),
        ),
        calls=(ToolCall(turn=0, tool="zoom_in", arguments="{}", view=1),),
        stop="answered",
        usage=Usage(input=70, output=8, cached=60),
        seconds=1.5,
        score=Score(value=value, answer="A", details={"tau": 0.5}),
    )


def test_what_is_put_is_read_back_the_same(tmp_path):
    question = choice(1, PAIR, "B")
    with Store.create(tmp_path / "run", info()) as store:
        store.put(question, episode(question))
    run = Store.open(tmp_path / "run")
    assert run.info == info()
    assert list(run.episodes()) == [episode(question)]
    assert run.turns(question.id) == ["look", episode(question).reply]
    (result,) = run.results()
    assert (result.task, result.cluster, result.issue) == (question.task, "page0000", "issue000")
    assert (result.gold, result.answer, result.value, result.chance) == ("B", "A", 1.0, 0.5)
    assert (result.parsed, result.calls, result.seconds) == (1, 1, 1.5)
    assert (result.input_tokens, result.output_tokens, result.cached_tokens) == (70, 8, 60)


def test_a_finished_run_is_one_plain_file(tmp_path):
    question = choice(1, PAIR, "B")
    with Store.create(tmp_path / "run", info()) as store:
        store.put(question, episode(question))
    list(Store.open(tmp_path / "run").results())
    assert [file.name for file in (tmp_path / "run").iterdir()] == [FILE]


def test_a_failure_is_no_answer_and_is_asked_again(tmp_path):
    question = choice(1, PAIR, "B")
    with Store.create(tmp_path / "run", info()) as store:
        store.fail(question, 0, "p1", "timed out")
        assert not store.has(question.id, 0, "p1")
        (result,) = store.results()
        assert (result.value, result.answer, result.failure) == (None, None, "timed out")
        assert list(store.episodes()) == []
        assert store.turns(question.id) == []
        assert result.parsed is None
        store.put(question, episode(question))
        assert store.has(question.id, 0, "p1")
        (result,) = store.results()
        assert (result.value, result.failure) == (1.0, None)


def test_a_reply_to_another_prompt_is_not_a_reply(tmp_path):
    question = choice(1, PAIR, "B")
    with Store.create(tmp_path / "run", info()) as store:
        store.put(question, episode(question))
        assert not store.has(question.id, 0, "p2")


def test_a_killed_run_keeps_what_was_flushed(tmp_path):
    first, second = choice(1, PAIR, "B"), choice(2, PAIR, "B")
    store = Store.create(tmp_path / "run", info())
    store.put(first, episode(first))
    store.flush()
    store.put(second, episode(second))
    store._connection.rollback()  # what the crash takes
    store.close()
    with Store.create(tmp_path / "run", info()) as again:
        assert again.has(first.id, 0, "p1")
        assert not again.has(second.id, 0, "p1")


@pytest.mark.parametrize(
    ("field", "value"),
    [("tools", ("zoom_in",)), ("model", "oracle"), ("seed", 1), ("grid", "rel1000")],
)
def test_a_run_of_something_else_is_refused_in_one_line(tmp_path, field, value):
    Store.create(tmp_path / "run", info()).close()
    with pytest.raises(CloseupError, match=rf"run\.sqlite: {field}: .*choose another") as caught:
        Store.create(tmp_path / "run", info(**{field: value}))
    assert "\n" not in str(caught.value)


def test_a_changed_bench_and_a_new_version_do_not_stop_a_run(tmp_path):
    Store.create(tmp_path / "run", info()).close()
    changed = info(bench="elsewhere", bench_hash="xyz", closeup="0.2", epochs=3)
    with Store.create(tmp_path / "run", changed):
        pass
    assert Store.open(tmp_path / "run").info == changed


def test_a_reply_is_found_by_its_request_whatever_became_of_the_question(tmp_path):
    reply = Reply(text="hm", usage=Usage(input=3))
    with Store.create(tmp_path / "run", info()) as store:
        assert store.known("k1") is None
        store.keep("k1", "question", reply)
        store.keep("k1", "question", reply)
    with Store.create(tmp_path / "run", info()) as store:
        assert store.known("k1") == reply


def test_epochs_stand_side_by_side(tmp_path):
    question = choice(1, PAIR, "B")
    with Store.create(tmp_path / "run", info(epochs=2)) as store:
        store.put(question, episode(question))
        store.put(question, episode(question, value=0.0, epoch=1))
        assert [(r.epoch, r.value) for r in store.results()] == [(0, 1.0), (1, 0.0)]
        assert store.has(question.id, 1, "p1")


def test_what_is_no_longer_asked_is_forgotten_but_not_its_replies(tmp_path):
    first, second = choice(1, PAIR, "B"), choice(2, PAIR, "B")
    with Store.create(tmp_path / "run", info()) as store:
        for question in (first, second):
            store.put(question, episode(question))
            store.put(question, episode(question, epoch=1))
        store.keep("k", "question", Reply(text="paid for"))
        assert store.forget(frozenset([first.id]), epochs=1) == 3
        assert [(r.question, r.epoch) for r in store.results()] == [(first.id, 0)]
        assert store.known("k") is not None


def test_two_runs_at_once_in_one_folder_would_pay_twice(tmp_path):
    with Store.create(tmp_path / "run", info()):
        with pytest.raises(CloseupError, match=r"run\.sqlite: another closeup is writing here"):
            Store.create(tmp_path / "run", info())
        assert Store.open(tmp_path / "run").info == info()
    Store.create(tmp_path / "run", info()).close()


def test_an_episode_can_be_scored_anew(tmp_path):
    question = choice(1, PAIR, "B")
    other = episode(question).model_copy(update={"score": Score(value=0.0, answer="B")})
    with Store.create(tmp_path / "run", info()) as store:
        store.put(question, episode(question))
        store.rescore(question, other)
        (result,) = store.results()
        assert (result.value, result.answer) == (0.0, "B")
        assert list(store.episodes()) == [other]


def test_a_folder_without_a_run_and_a_file_that_is_none_are_one_clear_line(tmp_path):
    with pytest.raises(CloseupError, match="not a run"):
        Store.open(tmp_path)
    (tmp_path / FILE).write_bytes(b"not a database, but long enough to look at" * 100)
    with pytest.raises(CloseupError, match="not a database"):
        Store.open(tmp_path)
    with pytest.raises(CloseupError, match="not a database"):
        Store.create(tmp_path, info())


def test_another_programs_database_is_not_taken_for_a_run(tmp_path):
    other = sqlite3.connect(tmp_path / FILE)
    other.execute("CREATE TABLE recipes (name TEXT)")
    other.close()
    for begin in (Store.open, lambda folder: Store.create(folder, info())):
        with pytest.raises(CloseupError, match="no such table: run"):
            begin(tmp_path)
