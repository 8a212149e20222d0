"""A study as a TOML file, strict: arms, what they start from, and what is compared.

Paths are as from the working folder, but for recipes, which lie beside the study's file.
"""

import json
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from closeup.models import MODELS
from closeup.records import CloseupError, Record, read_bytes

NAME = r"^[A-Za-z0-9][A-Za-z0-9+_. -]{0,39}$"
"""Of a study, of an arm, which names folders, and of a mean."""
MACRO = "mean"
"""The name of the mean of all tasks."""


OWN = frozenset({"model", "seed", "data.bench", "data.trajectories"})
"""Fields of a recipe that no arm changes, for the study says what they are."""


class Arm(Record):
    """One way to train, or none, over seeds."""

    name: str = Field(pattern=NAME)
    note: str = ""
    """What sets it apart, in a few words, for the tables."""
    recipes: tuple[str, ...] = ()
    """Trained one after the other, each from the last one's finished model; none: what it starts
    from is measured."""
    model: str | None = None
    """What it starts from: a folder or a name on the hub; without recipes also any other model of
    `closeup run`, such as random."""
    after: str | None = None
    """In place of `model`: an arm further up, whose model of the same seed it starts from."""
    trajectories: str | None = None
    """A run of `closeup teach` in place of the one its SFT recipes name."""
    changes: dict[str, Any] = Field(default_factory=dict)
    """Fields by their dotted names, in place of what each of its recipes says."""
    tools: tuple[str, ...] = ()
    """What it may call when it is measured."""
    seeds: tuple[int, ...] = ()
    """Other seeds than the study's."""
    exploratory: bool = False
    """Not one of the arms that the study is about: it stands in tables of its own."""


class Compare(Record):
    """Two arms, on the same questions: what `a` scores more than `b`."""

    a: str
    b: str


class Study(Record):
    """What is trained, measured and compared."""

    name: str = Field(pattern=NAME)
    train: str
    """A bench to train on."""
    test: str
    """A bench of held-out issues."""
    results: str
    """Where one small file a run is kept: it belongs into the repository."""
    work: str
    """Where runs are trained; may be lost once all is measured."""
    report: str | None = None
    """A Markdown file that the tables are written into."""
    seeds: tuple[int, ...] = Field(min_length=1)
    limit: int | None = Field(default=None, ge=1)
    """Most test questions a task; pages are taken whole, in an order drawn once and for all."""
    unseen_styles: tuple[str, ...] = ()
    """Styles of synthetic pages that no training may show; every recipe must leave them out."""
    pixels: int | None = Field(default=None, ge=1)
    """Page budget of the test, the same for all arms; None: as each checkpoint was taught."""
    calls: int = Field(default=3, ge=1)
    """Most tool calls an episode of the test."""
    max_tokens: int = Field(default=512, ge=1)
    """Most tokens of one reply in the test."""
    means: dict[Annotated[str, Field(pattern=NAME)], tuple[str, ...]] = Field(default_factory=dict)
    """Tasks whose mean stands beside that of all of them, by its name."""
    arms: tuple[Arm, ...] = Field(min_length=1)
    compare: tuple[Compare, ...] = ()

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a study; CloseupError with the file, the field, the value and the rule."""
        try:
            raw = tomllib.loads(read_bytes(path).decode("utf-8"))
            text = json.dumps(raw)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
            raise CloseupError(f"{path}: not readable as TOML: {error}") from None
        except (TypeError, ValueError) as error:
            raise CloseupError(f"{path}: {error}") from None
        found = cls.parse(text, str(path))
        arms = [
            arm.model_copy(update={"recipes": tuple(str(path.parent / r) for r in arm.recipes)})
            for arm in found.arms
        ]
        return found.model_copy(update={"arms": tuple(arms)})

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for name, tasks in self.means.items():
            if len(set(tasks)) < max(2, len(tasks)):
                raise ValueError(f"means.{name}: {list(tasks)}: need different tasks, two or more")
            if name == MACRO:
                raise ValueError(f"means.{name}: need another name: it is that of all tasks")
        known: dict[str, Arm] = {}
        for arm in self.arms:
            self._check(arm, known)
            known[arm.name] = arm
        for pair in self.compare:
            for name in (pair.a, pair.b):
                if name not in known:
                    raise ValueError(f"compare: {name!r}: no such arm")
            if not self.shared_seeds(known[pair.a], known[pair.b]):
                raise ValueError(f"compare: {pair.a!r} and {pair.b!r} have no seed in common")
        return self

    def _check(self, arm: Arm, above: dict[str, Arm]) -> None:
        place = f"arm {arm.name!r}"
        if arm.name in above:
            raise ValueError(f"{place}: there are two")
        if (arm.model is None) == (arm.after is None):
            raise ValueError(f"{place}: need model or after, and not both")
        for name in ("trajectories", "changes"):
            if getattr(arm, name) and not arm.recipes:
                raise ValueError(f"{place}: {name} without a recipe")
        if own := sorted(OWN & arm.changes.keys()):
            raise ValueError(f"{place}: changes: {own[0]!r}: the study says it itself")
        for seeds in (arm.seeds, self.seeds):
            if len(set(seeds)) < len(seeds) or any(seed < 0 for seed in seeds):
                raise ValueError(f"{place}: seeds {list(seeds)}: need different ones from 0 on")
        if arm.recipes and arm.model and (":" in arm.model or arm.model in MODELS):
            raise ValueError(f"{place}: model {arm.model!r}: cannot be trained: need a folder")
        if arm.after is None:
            return
        if arm.after not in above:
            raise ValueError(f"{place}: after {arm.after!r}: need an arm above it")
        start = above[arm.after]
        if start.after is None and not start.recipes and (start.model or "") in MODELS:
            raise ValueError(f"{place}: after {arm.after!r}: a scripted model cannot be trained")
        lacking = set(self.seeds_of(arm)) - set(self.seeds_of(start))
        if lacking and not self.seedless(start):
            raise ValueError(f"{place}: after {arm.after!r}, which has no seed {min(lacking)}")

    def check_means(self, known: Collection[str]) -> None:
        """CloseupError where a mean is of a task that the test has not, or has a task's name."""
        for name, tasks in self.means.items():
            if unknown := [task for task in tasks if task not in known]:
                raise CloseupError(
                    f"study {self.name}: means.{name}: {unknown[0]!r}: the test has no such task: "
                    f"it has {', '.join(known)}"
                )
            if name.replace(" ", "_") in known:
                raise CloseupError(
                    f"study {self.name}: means.{name}: need another name: it is that of a task"
                )

    def arm(self, name: str) -> Arm:
        """The arm of that name; CloseupError where there is none."""
        for arm in self.arms:
            if arm.name == name:
                return arm
        raise CloseupError(f"study {self.name}: no arm {name!r}: {self.names}")

    @property
    def names(self) -> str:
        """Of its arms, for an error."""
        return "it has " + ", ".join(arm.name for arm in self.arms)

    def seedless(self, arm: Arm) -> bool:
        """Whether an arm is the same for every seed, because nothing is trained for it."""
        if arm.recipes:
            return False
        return arm.after is None or self.seedless(self.arm(arm.after))

    def seeds_of(self, arm: Arm) -> tuple[int, ...]:
        """The seeds of an arm: one alone where nothing is trained."""
        seeds = arm.seeds or self.seeds
        return seeds[:1] if self.seedless(arm) else seeds

    def shared_seeds(self, one: Arm, other: Arm) -> tuple[int, ...]:
        """The seeds that both have; an arm without training goes with every seed."""
        if self.seedless(one):
            return self.seeds_of(other)
        if self.seedless(other):
            return self.seeds_of(one)
        return tuple(seed for seed in self.seeds_of(one) if seed in self.seeds_of(other))
