"""What a model is taught for a question: its solution, or how it was found."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from closeup.ask import opening
from closeup.bench import Bench, Entry
from closeup.message import Message
from closeup.models.model import Model
from closeup.tasks import task_of
from closeup.teach import check_alike
from closeup.training import data
from closeup.training.learner import Learner
from closeup.training.recipe import Recipe


class Lessons(Sequence[tuple[Message, ...]]):
    """The conversations of a whole run, in its order, each made when it is needed."""

    def __init__(self, recipe: Recipe, bench: Bench, learner: Learner) -> None:
        self._bench = bench
        self._learner = learner
        if recipe.data.trajectories:
            check_alike(Path(recipe.data.trajectories), cast(Model, learner), learner.setting)
        pool, self._found = data.learned(recipe.data, bench)
        step = recipe.train.batch
        order = data.order(pool, data.shares(recipe.data), recipe.train.steps * step, recipe.seed)
        # Within a step the order changes nothing, and like with like leaves less to pad.
        self._order = [
            entry
            for start in range(0, len(order), step)
            for entry in sorted(order[start : start + step], key=lambda entry: entry.task)
        ]

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, place: int) -> tuple[Message, ...]:  # pyright: ignore
        entry = self._order[place]
        question = self._bench.questions_at([entry.offset])[0]
        task = task_of(self._bench, question.task)
        messages = opening(question, cast(Model, self._learner), task, self._learner.setting)
        return (*messages, *self._taught(entry, place, task.solution(question)))

    def _taught(self, entry: Entry, place: int, solution: str) -> tuple[Message, ...]:
        if self._found is None:
            return (Message(role="assistant", parts=(solution,)),)
        return self._found.episode(entry.id, place).turns
