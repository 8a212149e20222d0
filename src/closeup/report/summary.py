"""A run in numbers, a task a row, and the mean of its tasks."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from closeup.question import Split
from closeup.run_info import Result
from closeup.stats import Cluster, chance_corrected, cluster_keys, clustered_mean, macro_f1
from closeup.store import Store


class Scored(NamedTuple):
    """A question of a run; several epochs of it are one.

    Its score is the mean of the epochs that have one. So every question weighs the same, however
    often it was answered, and the draws of one question, which are anything but independent, never
    count as more questions; how much they differ shows in the spread over pages. A question without
    a score in any epoch is unscored.
    """

    task: str
    split: str
    issue: str
    cluster: str
    chance: float | None
    value: float | None


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
    replies: int
    """Replies that came back, of all epochs."""
    unparsed: int
    """Of these, those in which no answer could be read. They score 0."""

    @property
    def unparsed_rate(self) -> float | None:
        """The share of replies in which no answer could be read."""
        return self.unparsed / self.replies if self.replies else None

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


class Macro(NamedTuple):
    """The mean of a run's task scores, each task weighing the same."""

    tasks: int
    """Those with a score."""
    score: float | None
    low: float | None
    """The 95 % interval, clustered by page over all tasks at once; by issue where a question shows
    several pages."""
    high: float | None
    with_chance: int
    """Tasks that have a chance level; the two means below are over them."""
    chance: float | None
    corrected: float | None
    n: int
    unscored: int
    replies: int
    unparsed: int

    @property
    def unparsed_rate(self) -> float | None:
        """The share of replies in which no answer could be read, of all tasks together."""
        return self.unparsed / self.replies if self.replies else None


def summary(run: Store, split: Split | None = None, by: Cluster = "page") -> dict[str, TaskSummary]:
    """Every task of a run, or of one split of it, by name in alphabetical order."""
    by_task: dict[str, list[Result]] = defaultdict(list)
    for result in run.results(split):
        by_task[result.task].append(result)
    return {task: summarize(by_task[task], by) for task in sorted(by_task)}


def summarize(results: Sequence[Result], by: Cluster = "page") -> TaskSummary:
    """The results of one task as one row."""
    questions = questions_of(results)
    scored, keys = scored_with_keys(questions.values(), by)
    estimate = clustered_mean([value for _, value in scored], keys)
    chances = [question.chance for question, _ in scored]
    known = [chance for chance in chances if chance is not None]
    chance = sum(known) / len(known) if known and len(known) == len(chances) else None
    replies = [result.parsed for result in results if result.parsed is not None]
    return TaskSummary(
        n=len(questions),
        unscored=len(questions) - len(scored),
        score=estimate.mean,
        chance=chance,
        corrected=chance_corrected(estimate.mean, chance),
        low=estimate.low,
        high=estimate.high,
        macro_f1=_macro_f1([result for result in results if result.value is not None]),
        clusters=estimate.clusters,
        effective_n=estimate.effective_n,
        replies=len(replies),
        unparsed=replies.count(0),
    )


def macro(run: Store, split: Split | None = None, by: Cluster = "page") -> Macro:
    """The mean over the tasks of a run that have a score."""
    questions = questions_of(run.results(split))
    scored, keys = scored_with_keys(questions.values(), by)
    tasks = [question.task for question, _ in scored]
    estimate = clustered_mean([value for _, value in scored], keys, tasks)
    every = summary(run, split, by).values()
    rows = [row for row in every if row.score is not None]
    chances = [row.chance for row in rows if row.chance is not None]
    corrected = [row.corrected for row in rows if row.corrected is not None]
    return Macro(
        tasks=len(rows),
        score=estimate.mean,
        low=estimate.low,
        high=estimate.high,
        with_chance=len(corrected),
        chance=sum(chances) / len(chances) if chances else None,
        corrected=sum(corrected) / len(corrected) if corrected else None,
        n=len(questions),
        unscored=len(questions) - len(scored),
        replies=sum(row.replies for row in every),
        unparsed=sum(row.unparsed for row in every),
    )


def questions_of(results: Iterable[Result]) -> dict[str, Scored]:
    """The results of a run as questions, by id, in the order in which they come."""
    epochs: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        epochs[result.question].append(result)
    return {name: _scored(own) for name, own in epochs.items()}


def _scored(epochs: list[Result]) -> Scored:
    first = epochs[0]
    values = [result.value for result in epochs if result.value is not None]
    value = sum(values) / len(values) if values else None
    return Scored(first.task, first.split, first.issue, first.cluster, first.chance, value)


def scored_with_keys(
    questions: Iterable[Scored], by: Cluster
) -> tuple[list[tuple[Scored, float]], list[str]]:
    """The questions that have a score, with it, and what each is clustered by."""
    every = list(questions)
    keys = cluster_keys(((question.cluster, question.issue) for question in every), by)
    scored = [(q, q.value, key) for q, key in zip(every, keys, strict=True) if q.value is not None]
    return [(question, value) for question, value, _ in scored], [key for *_, key in scored]


def _macro_f1(results: list[Result]) -> float | None:
    """None for answers without classes, and for texts that hardly ever recur."""
    gold = [result.gold for result in results if result.gold is not None]
    if len(gold) != len(results) or 2 * len(set(gold)) > len({r.question for r in results}):
        return None
    return macro_f1(gold, [result.answer for result in results])
