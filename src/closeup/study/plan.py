"""Which runs are to be done, and what is to be said of those that are done already."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from closeup.bench import MANIFEST, Bench
from closeup.records import CloseupError
from closeup.study.made import outdated, weights
from closeup.study.run import Run, runs
from closeup.study.study import Study


@dataclass(frozen=True)
class Plan:
    """What is to be done."""

    pending: list[Run]
    """In an order in which each comes after the one it starts from."""
    notes: list[str]
    """Results that are kept although what they were made from has changed."""


def plan(study: Study, only: Collection[str] = (), force: bool = False) -> Plan:
    """The runs without a result; with `force` also those whose result is of something else, and
    those that start from one that is done again.

    `only` names arms; what they start from comes with them. Raises CloseupError for recipes and
    means that cannot be, and where a run needs a model that is lost.
    """
    if (Path(study.test) / MANIFEST).is_file():
        study.check_means(Bench.open(Path(study.test)).manifest.tasks)
    every = _wanted(study, only)
    pending: dict[str, Run] = {}
    notes: list[str] = []
    for run in every:
        run.check()
        if run.result() is None:
            pending[str(run)] = run
        elif changed := outdated(run):
            if force:
                pending[str(run)] = run
            else:
                what = ", ".join(changed)
                notes.append(f"{run}: {what}: not what its result was made from: --force")
    for run in reversed(every):
        before = run.before
        if str(run) not in pending or before is None or str(before) in pending:
            continue
        if _lost(before):
            if not force:
                raise CloseupError(
                    f"{run}: starts from {before}, and the model that its result is of is not in "
                    f"{before.folder}: --force trains and measures it again"
                )
            pending[str(before)] = before
    for run in every if force else ():
        if str(run.before) in pending:
            pending[str(run)] = run
    return Plan([run for run in every if str(run) in pending], notes)


def _lost(run: Run) -> bool:
    """Whether the model that a run's result is of is gone, or another stands in its place."""
    result = run.result()
    return bool(run.stages) and result is not None and weights(run.model) != result.model


def _wanted(study: Study, only: Collection[str]) -> list[Run]:
    """The runs of the arms that are named, and those they start from."""
    names = {study.arm(name).name for name in only} or {arm.name for arm in study.arms}
    every = runs(study)
    found: set[str] = set()
    for run in reversed(every):
        if run.arm.name in names or str(run) in found:
            found |= {str(run), str(run.before)}
    return [run for run in every if str(run) in found]
