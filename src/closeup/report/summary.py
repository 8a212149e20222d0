"""A run in numbers, a task a row."""

from collections import defaultdict
from typing import NamedTuple

from closeup.question import Split
from closeup.stats import chance_corrected, cluster_keys, clustered_mean, macro_f1
from closeup.store import Result, Store


class TaskSummary(NamedTuple):
    """One task of a run. All but the counts are None where they cannot be had."""

    n: int
    """Questions asked."""
    unscored: int
    """Of these, those without a score: left out of everything below, never taken for 0."""
    score: float | None
    chance: float | None
    corrected: float | None
    """(score − chance) / (1 − chance)."""
    low: float | None
    """The 95 % interval of the score, clustered by page or, for questions over several pages, by
    issue."""
    high: float | None
    macro_f1: float | None
    clusters: int
    effective_n: float | None

    def public(self) -> dict[str, int | float | None]:
        """What `report --json` says of a task: these keys in this order, and no others."""
        return {
            "n": self.n,
            "unscored": self.unscored,
            "score": self.score,
            "chance": self.chance,
            "corrected": self.corrected,
            "low": self.low,
            "high": self.high,
        }


def summary(run: Store, split: Split | None = None) -> dict[str, TaskSummary]:
    """Every task of a run, or of one split of it, by name in alphabetical order."""
    by_task: dict[str, list[Result]] = defaultdict(list)
    for result in run.results(split):
        by_task[result.task].append(result)
    return {task: summarize(by_task[task]) for task in sorted(by_task)}


def summarize(results: list[Result]) -> TaskSummary:
    """The results of one task as one row."""
    keys = cluster_keys((result.cluster, result.issue) for result in results)
    scored = [(r, key) for r, key in zip(results, keys, strict=True) if r.value is not None]
    values = [result.value for result, _ in scored if result.value is not None]
    estimate = clustered_mean(values, [key for _, key in scored])
    chances = [result.chance for result, _ in scored]
    known = [chance for chance in chances if chance is not None]
    chance = sum(known) / len(known) if known and len(known) == len(chances) else None
    return TaskSummary(
        n=len(results),
        unscored=len(results) - len(scored),
        score=estimate.mean,
        chance=chance,
        corrected=chance_corrected(estimate.mean, chance),
        low=estimate.low,
        high=estimate.high,
        macro_f1=_macro_f1([result for result, _ in scored]),
        clusters=estimate.clusters,
        effective_n=estimate.effective_n,
    )


def _macro_f1(results: list[Result]) -> float | None:
    """None for answers without classes, and for texts that hardly ever recur."""
    gold = [result.gold for result in results if result.gold is not None]
    if len(gold) != len(results) or 2 * len(set(gold)) > len(gold):
        return None
    return macro_f1(gold, [result.answer for result in results])
