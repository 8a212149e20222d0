"""Runs written question by question, without a model."""

from collections.abc import Sequence
from pathlib import Path

from benches import choice

from closeup.episode import Episode, ToolCall
from closeup.geometry import Box, View
from closeup.images import Resolution
from closeup.message import Message, Usage
from closeup.question import Question, Score
from closeup.run_info import RunInfo
from closeup.store import Store

PAIR = [Box(0, 0, 50, 50), Box(60, 60, 90, 90)]


def choices(count: int, *, per_page: int = 4, task: str = "depth_comparison") -> list[Question]:
    """Comparisons of two boxes, so many a page."""
    return [choice(i, PAIR, "A", per_page=per_page, task=task) for i in range(count)]


def info(**changes: object) -> RunInfo:
    raw = {
        "model": "parrot",
        "seed": 0,
        "grid": "pixel",
        "resolution": Resolution(),
        "crops": Resolution(),
        "bench_hash": "abc",
        "bench": "some/bench",
        "closeup": "0.1",
    }
    return RunInfo.model_validate(raw | changes)


def episode(
    question: Question,
    value: float | None = 1.0,
    *,
    epoch: int = 0,
    views: Sequence[View] = (),
    calls: Sequence[ToolCall] = (),
    answer: str | None = "A",
) -> Episode:
    """An episode that showed the question's first page, then these views."""
    page = View(question.pages[0], Box(0, 0, 1000, 1000), (500, 500))
    return Episode(
        question=question.id,
        task=question.task,
        model="parrot",
        epoch=epoch,
        grid="pixel",
        views=(page, *views),
        prompt="p",
        turns=(Message(role="assistant", parts=("<answer>A</answer>",)),),
        calls=tuple(calls),
        stop="answered",
        usage=Usage(input=90, output=10),
        seconds=0.5,
        score=Score(value=value, answer=answer),
    )


def write_run(
    folder: Path,
    questions: Sequence[Question],
    values: Sequence[float | bool | None],
    **changes: object,
) -> Store:
    """A run of these questions with these scores, opened for reading; None is unscored."""
    with Store.create(folder, info(**changes)) as store:
        for question, value in zip(questions, values, strict=True):
            if value is None:
                store.fail(question, 0, "p", "the provider slept")
            else:
                store.put(question, episode(question, float(value)))
    return Store.open(folder)
