"""The episodes that were sampled in training, kept as those of an evaluation are.

Each is found by its question and an epoch: a question's episodes are counted through, group after
group. Beside them stands what they were paid (`training.paid`).
"""

from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple, Self

from closeup.bench import Bench
from closeup.run_info import RunInfo
from closeup.store import Store
from closeup.training import paid
from closeup.training.environment import Stage
from closeup.training.recipe import Recipe
from closeup.training.telemetry import Rollout


class Take(NamedTuple):
    """A rollout, and the row of the question that it was asked."""

    row: int
    rollout: Rollout


class Sampled:
    """The store of a training run, opened for writing by one process."""

    def __init__(self, store: Store, stage: Stage, group: int) -> None:
        self.store = store
        self._stage = stage
        self._group = group

    @classmethod
    def begin(cls, out: Path, recipe: Recipe, bench: Bench, stage: Stage, done: int) -> Self:
        """Open a run's store; what it holds of steps after the first `done` is dropped."""
        assert recipe.rollouts is not None
        store = Store.create(out, _info(recipe, bench, stage))
        store.write(paid.TABLE, ())
        gone = list(store.rows("SELECT question, epoch FROM paid WHERE step > ?", (done,)))
        for key in gone:
            store.write("DELETE FROM asked WHERE question = ? AND epoch = ?", key)
            store.write("DELETE FROM paid WHERE question = ? AND epoch = ?", key)
        store.flush()
        return cls(store, stage, recipe.rollouts.group)

    def keep(self, step: int, takes: Sequence[Take]) -> None:
        """Keep the episodes of a step: of all processes, those of a group in their order."""
        members: Counter[int] = Counter()
        for row, rollout in takes:
            epoch = self._stage.turn(row) * self._group + members[row]
            members[row] += 1
            episode = rollout.episode.model_copy(update={"epoch": epoch})
            self.store.put(rollout.question, episode)
            paid.put(self.store, rollout.question.id, epoch, step, rollout.parts)
        self.store.flush()

    def close(self) -> None:
        """Leave one plain file behind."""
        self.store.close()


def _info(recipe: Recipe, bench: Bench, stage: Stage) -> RunInfo:
    assert recipe.rollouts is not None
    learner, setting, rollouts = stage.learner, stage.learner.setting, recipe.rollouts
    drawn = {"temperature": rollouts.temperature, "top_p": rollouts.top_p, "seed": recipe.seed}
    return RunInfo(
        model=learner.name,
        seed=recipe.seed,
        grid=learner.grid,
        resolution=learner.resolution,
        tools=tuple(setting.tools),
        oracle_crop=setting.oracle_crop,
        budget=setting.budget,
        crops=setting.crops,
        sampling=setting.sampling.model_copy(update=drawn),
        epochs=rollouts.group * (1 + stage.most_turns),
        bench_hash=bench.content_hash,
        bench=str(bench.path),
        closeup=version("closeup"),
    )
