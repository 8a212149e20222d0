"""One run of a study: an arm and a seed, where its files are, and the trainings it consists of."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from closeup.records import CloseupError
from closeup.study.result import Result
from closeup.study.study import Arm, Study
from closeup.training.recipe import Recipe
from closeup.training.run_folder import FINAL


@dataclass(frozen=True)
class Stage:
    """One training of a run."""

    file: Path
    """Its recipe."""
    out: Path
    """Its run folder."""
    model: str
    """What it starts from."""
    seed: int
    bench: str
    trajectories: str | None
    """In place of the recipe's own, where it has the regime for it."""
    given: Mapping[str, Any]
    """Other fields in place of the recipe's own, by their dotted names."""

    def recipe(self) -> Recipe:
        """The recipe, with what the study says in place of its own."""
        return Recipe.load(self.file, **self.changes())

    def changes(self) -> dict[str, Any]:
        """What the study says, by the dotted names of a recipe's fields."""
        own = {"model": self.model, "seed": self.seed, "data.bench": self.bench}
        found = {**self.given, **own}
        if self.trajectories and Recipe.load(self.file, **found).regime == "sft":
            found["data.trajectories"] = self.trajectories
        return found

    @property
    def final(self) -> Path:
        """Where its finished model is, once it is finished."""
        return self.out / FINAL


@dataclass(frozen=True)
class Run:
    """An arm and a seed."""

    study: Study
    arm: Arm
    seed: int

    def __str__(self) -> str:
        return f"{self.arm.name}, seed {self.seed}"

    @property
    def file(self) -> Path:
        """Its result."""
        return Path(self.study.results) / self.arm.name / f"{self.seed}.json"

    @property
    def folder(self) -> Path:
        """Where it is trained and measured."""
        return Path(self.study.work) / self.arm.name / str(self.seed)

    @property
    def log(self) -> Path:
        """What its processes say."""
        return self.folder / "log.txt"

    @property
    def measured(self) -> Path:
        """The run folder of its evaluation."""
        return self.folder / "measured"

    @property
    def begun(self) -> Path:
        """What it was made from when it was begun."""
        return self.folder / "begun.json"

    def result(self) -> Result | None:
        """Its result, or None where there is none yet."""
        return Result.read(self.file) if self.file.exists() else None

    @cached_property
    def before(self) -> "Run | None":
        """The run whose model it starts from."""
        if self.arm.after is None:
            return None
        arm = self.study.arm(self.arm.after)
        return Run(self.study, arm, self.seed if not self.study.seedless(arm) else _only(arm, self))

    @property
    def start(self) -> str:
        """The model that it starts from: a folder or a name."""
        if self.before is not None:
            return self.before.model
        assert self.arm.model
        return self.arm.model

    @property
    def model(self) -> str:
        """The model that it ends with, and that is measured: a folder or a name."""
        return str(self.stages[-1].final) if self.stages else self.start

    @cached_property
    def stages(self) -> list[Stage]:
        """Its trainings, in order."""
        found: list[Stage] = []
        for number, file in enumerate(self.arm.recipes, 1):
            stage = Stage(
                file=Path(file),
                out=self.folder / f"{number}_{Path(file).stem}",
                model=str(found[-1].final) if found else self.start,
                seed=self.seed,
                bench=self.study.train,
                trajectories=self.arm.trajectories,
                given=self.arm.changes,
            )
            found.append(stage)
        return found

    def check(self) -> None:
        """Raises CloseupError for a recipe that cannot be read, or that shows in training what is
        kept for the test."""
        for stage in self.stages:
            shown = set(self.study.unseen_styles) - set(stage.recipe().data.without_styles)
            if shown:
                style = min(shown)
                rule = f"need {style!r} in it: the study's unseen_styles has it"
                raise CloseupError(f"{stage.file}: data.without_styles: {rule}")


def _only(arm: Arm, run: Run) -> int:
    return run.study.seeds_of(arm)[0]


def runs(study: Study) -> list[Run]:
    """All runs, in the order in which they are best done: one seed of all arms first, and what is
    exploratory last, but each after the one it starts from."""
    wished = [
        (arm.exploratory, place, number, Run(study, arm, seed))
        for number, arm in enumerate(study.arms)
        for place, seed in enumerate(study.seeds_of(arm))
    ]
    found: dict[str, Run] = {}
    for *_, run in sorted(wished, key=lambda row: row[:3]):
        line = [run]
        while line[0].before is not None:
            line.insert(0, line[0].before)
        found |= {str(one): one for one in line if str(one) not in found}
    return list(found.values())
