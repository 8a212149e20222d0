"""The episodes that were sampled in training, kept as those of an evaluation are.

Each is found by its question and an epoch: a question's episodes are counted through, group after
group. Beside them stands what they were paid, in a table `paid` of the same file.
"""

from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, Self

import orjson

from closeup.bench import Bench
from closeup.run_info import RunInfo
from closeup.store import Store
from closeup.training.environment import Stage
from closeup.training.recipe import Recipe
from closeup.training.telemetry import Rollout

_TABLE = """
CREATE TABLE IF NOT EXISTS paid (
    question TEXT NOT NULL, epoch INTEGER NOT NULL, step INTEGER NOT NULL,
    total REAL NOT NULL, terms TEXT NOT NULL, PRIMARY KEY (question, epoch)
) WITHOUT ROWID
"""


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
        store.write(_TABLE, ())
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
            terms = orjson.dumps(dict(rollout.parts.terms)).decode()
            values = (rollout.question.id, epoch, step, rollout.parts.total, terms)
            self.store.write("INSERT OR REPLACE INTO paid VALUES (?, ?, ?, ?, ?)", values)
        self.store.flush()

    def close(self) -> None:
        """Leave one plain file behind."""
        self.store.close()


def paid(store: Store) -> list[dict[str, Any]]:
    """What every sampled episode was paid, by question and epoch; nothing in an evaluation."""
    if store.row("SELECT 1 FROM sqlite_schema WHERE name = 'paid'", ()) is None:
        return []
    rows = store.rows("SELECT question, epoch, step, total, terms FROM paid ORDER BY 1, 2", ())
    names = ("question", "epoch", "step", "total")
    return [dict(zip(names, row, strict=False)) | {"terms": orjson.loads(row[4])} for row in rows]


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
