"""A recipe with what it names: the model's shape, the bench, and a look at what will be learned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from closeup.bench import Bench, Entry
from closeup.looking import hidden
from closeup.models import shipped
from closeup.question import Question
from closeup.records import CloseupError
from closeup.tasks import task_of
from closeup.tasks.task import Task
from closeup.teach import Trajectories
from closeup.training import data
from closeup.training.launch import Launch
from closeup.training.recipe import Recipe
from closeup.training.shape import Shape, shape_of
from closeup.training.tokens import Counter

SAMPLE = 100
"""Questions of each task that are looked at: enough for sizes, quick for a bench of any size."""


@dataclass(frozen=True)
class Case:
    """What a recipe is about to do. Nothing of it needs the model's weights."""

    recipe: Recipe
    launch: Launch
    shape: Shape
    bench: Bench
    pool: Mapping[str, Sequence[Entry]]
    """What can be learned, by task."""
    episodes: Trajectories | None
    """SFT-R: the episodes to learn, by question."""

    @classmethod
    def of(cls, recipe: Recipe, launch: Launch) -> "Case":
        """Open what the recipe names; CloseupError where something is not there or of no use."""
        shape = shape_of(recipe.model)
        bench = data.opened(recipe.data)
        pool, episodes = data.learned(recipe.data, bench)
        return cls(recipe, launch, shape, bench, pool, episodes)

    @cached_property
    def counter(self) -> Counter:
        """Counts tokens as the model will see them."""
        return Counter(self.shape, self.recipe.look)

    @cached_property
    def scorer(self) -> Shape | None:
        """The shape of the frozen model that judges crops, or None where a folder holds something
        of a shape that is not known here; CloseupError where it cannot be found."""
        place = self.recipe.rewards.scorer if self.recipe.rewards else None
        try:
            return shape_of(place) if place else None
        except CloseupError as error:
            if place and Path(shipped.place(place)).is_dir():
                return None
            raise CloseupError(f"rewards.scorer: {str(error).removeprefix('model: ')}") from None

    @cached_property
    def sample(self) -> dict[str, list[Question]]:
        """Questions of each task, evenly spread over those that can be learned."""
        return {
            name: self.bench.questions_at(
                entries[i * len(entries) // min(SAMPLE, len(entries))].offset
                for i in range(min(SAMPLE, len(entries)))
            )
            for name, entries in self.pool.items()
        }

    @cached_property
    def hidden(self) -> dict[str, float]:
        """By task, the share of questions that looking closer is paid for: what is sought is known,
        and small."""
        return {
            name: sum(map(hidden, questions)) / len(questions)
            for name, questions in self.sample.items()
        }

    def task(self, name: str) -> Task:
        """The task of that name in the bench."""
        return task_of(self.bench, name)
