"""What a score is worth next to chance and class by class, and what it is clustered by."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

Cluster = Literal["page", "issue"]
"""What scores are taken to depend on each other within."""


def cluster_keys(places: Iterable[tuple[str, str]], by: Cluster = "page") -> list[str]:
    """What to cluster by, from each question's (cluster, issue).

    A question over several pages is clustered by its issue. Where a task has such questions, pages
    of the issue are tied together through them, so that all of the task goes by issue.
    """
    pairs = list(places)
    by_issue = by == "issue" or any(cluster == issue for cluster, issue in pairs)
    return [issue if by_issue else cluster for cluster, issue in pairs]


def chance_corrected(score: float | None, chance: float | None) -> float | None:
    """(mean score − mean chance) / (1 − mean chance): 0 is guessing, 1 is perfect.

    None where there is no chance level, or nothing above it.
    """
    if score is None or chance is None or chance >= 1:
        return None
    return (score - chance) / (1 - chance)


def macro_f1(gold: Sequence[str], given: Sequence[str | None]) -> float | None:
    """The mean over the gold classes of the harmonic mean of precision and recall.

    `given` None is a reply without a class: missed by its gold class, claimed by none.
    """
    if not gold:
        return None
    wanted, claimed = Counter(gold), Counter(given)
    right = Counter(g for g, a in zip(gold, given, strict=True) if g == a)
    return sum(2 * right[name] / (wanted[name] + claimed[name]) for name in wanted) / len(wanted)
