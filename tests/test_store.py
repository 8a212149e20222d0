import sqlite3

import pytest
from benches import choice, counting, ordering, texts

from closeup.episode import Episode
from closeup.geometry import Box, View
from closeup.images import Resolution
from closeup.question import Question, Score
from closeup.records import CloseupError
from closeup.store import FILE, RunInfo, Store, answer_class

PAIR = [Box(0, 0, 50, 50), Box(60, 60, 90, 90)]


def info(**changes: object) -> RunInfo:
    raw = {
        "model": "parrot",
        "seed": 0,
        "grid": "pixel",
        "resolution": Resolution(),
        "bench_hash": "abc",
        "bench": "some/bench",
        "closeup": "0.1",
    }
    return RunInfo.model_validate(raw | changes)


def episode(question: Question, value: float | None = 1.0, prompt: str = "p1") -> Episode:
    return Episode(
        question=question.id,
        task=question.task,
        model="parrot",
        grid="pixel",
        views=(View(question.pages[0], Box(0, 0, 9.5, 9), (9, 9)),),
        prompt=prompt,
        reply="<answer>A</answer> \ud7ff",
        score=Score(value=value, answer="A", details={"tau": 0.5}),
    )


def test_what_is_put_is_read_back_the_same(tmp_path):
    question = choice(1, PAIR, "B")
    with Store.create(tmp_path / "run", info()) as store:
        store.put(question, episode(question))
    run = Store.open(tmp_path / "run")
    assert run.info == info()
    assert list(run.episodes()) == [episode(question)]
    assert run.reply(question.id) == episode(question).reply
    (result,) = run.results()
    assert (result.task, result.cluster, result.issue) == (question.task, "page0000", "issue000")
    assert (result.gold, result.answer, result.value, result.chance) == ("B", "A", 1.0, 0.5)


def test_a_finished_run_is_one_plain_file(tmp_path):
    question = choice(1, PAIR, "B")
    with Store.create(tmp_path / "run", info()) as store:
        store.put(question, episode(question))
    list(Store.open(tmp_path / "run").results())
    assert [file.name for file in (tmp_path / "run").iterdir()] == [FILE]


def test_a_failure_is_no_answer_and_is_asked_again(tmp_path):
    question = choice(1, PAIR, "B")
    with Store.create(tmp_path / "run", info()) as store:
        store.fail(question, "p1", "timed out")
        assert not store.has(question.id, "p1")
        (result,) = store.results()
        assert (result.value, result.answer, result.failure) == (None, None, "timed out")
        assert list(store.episodes()) == []
        assert store.reply(question.id) is None
        store.put(question, episode(question))
        assert store.has(question.id, "p1")
        (result,) = store.results()
        assert (result.value, result.failure) == (1.0, None)


def test_a_reply_to_another_prompt_is_not_a_reply(tmp_path):
    question = choice(1, PAIR, "B")
    with Store.create(tmp_path / "run", info()) as store:
        store.put(question, episode(question))
        assert not store.has(question.id, "p2")


def test_a_killed_run_keeps_what_was_flushed(tmp_path):
    first, second = choice(1, PAIR, "B"), choice(2, PAIR, "B")
    store = Store.create(tmp_path / "run", info())
    store.put(first, episode(first))
    store.flush()
    store.put(second, episode(second))
    store._connection.rollback()  # what the crash takes
    store._connection.close()
    with Store.create(tmp_path / "run", info()) as again:
        assert again.has(first.id, "p1")
        assert not again.has(second.id, "p1")


@pytest.mark.parametrize(
    ("field", "value"),
    [("bench_hash", "xyz"), ("model", "oracle"), ("seed", 1), ("grid", "rel1000")],
)
def test_a_run_of_something_else_is_refused_in_one_line(tmp_path, field, value):
    Store.create(tmp_path / "run", info()).close()
    with pytest.raises(CloseupError, match=rf"run\.sqlite: {field}: .*choose another") as caught:
        Store.create(tmp_path / "run", info(**{field: value}))
    assert "\n" not in str(caught.value)


def test_a_moved_bench_and_a_new_version_do_not_stop_a_run(tmp_path):
    Store.create(tmp_path / "run", info()).close()
    with Store.create(tmp_path / "run", info(bench="elsewhere", closeup="0.2")) as store:
        assert store.info.bench == "some/bench"


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


def test_the_class_of_an_answer_is_its_text_its_number_or_its_letter():
    assert answer_class(texts(1, ["runs", "sits"], "B"), "B") == "sits"
    assert answer_class(choice(1, PAIR, "B"), "A") == "A"
    assert answer_class(counting(1, 3, PAIR[0], 0.5), 4) == "4"
    assert answer_class(ordering(1, ["a", "b"], "BA", 0.5), ("A", "B")) is None
    assert answer_class(choice(1, PAIR, "B"), "Q") is None
    assert answer_class(choice(1, PAIR, "B"), None) is None
