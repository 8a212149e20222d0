"""What the episodes of a step show: rewards term by term, looking, endings, lengths.

Names are grouped by slashes, as trackers group them. A number that cannot be had, such as the mean
of a term that never applied, is left out: absent is not zero. Coverage, precision and IoU are of
the questions in which looking is to be paid (`looking.hidden`), and of all their episodes:
one without a call covers nothing. A report counts only those with a call.

reward/TERM, reward_std/TERM     mean and spread of a term where it applies, before weight and gate
reward_applied/TERM              share of the episodes it applies to
reward_paid/TERM                 mean over all episodes after the gate, before the weight
reward/total, reward_std/total   mean and spread
reward/even_groups               share of the questions whose episodes were all paid the same
accuracy/all, accuracy/TASK      mean score
look/calls, look/called          calls an episode; share of the episodes with a call
look/failed                      share of the calls
look/crop_area                   share of its image that a crop shows
look/coverage, look/precision    share of the evidence in its crops; of its crops on the evidence
look/iou                         best IoU of each evidence box, mean of all
end/REASON, end/unparsed         share of the episodes
length/mean, length/max          tokens that the model wrote in an episode
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev
from typing import get_args

from closeup.episode import Episode, StopReason
from closeup.looking import Look, common, hidden, looks, sought
from closeup.question import Question
from closeup.rewards import Parts

EVEN = 1e-6
"""Rewards of a group that differ by no more than this are the same: they teach nothing."""


@dataclass(frozen=True)
class Rollout:
    """One sampled episode of a training step."""

    question: Question
    episode: Episode
    parts: Parts
    tokens: int
    """Written by the model in all its turns."""


def summary(rollouts: Sequence[Rollout], group: int) -> dict[str, float]:
    """The means of a step, or of several; each `group` rollouts in a row are of one question."""
    if not rollouts or len(rollouts) % group:
        raise ValueError(f"{len(rollouts)} rollouts: need a multiple of {group}, and some")
    return {
        **_rewards(rollouts, group),
        **_accuracy(rollouts),
        **_looking(rollouts),
        **_endings(rollouts),
        "length/mean": fmean(rollout.tokens for rollout in rollouts),
        "length/max": float(max(rollout.tokens for rollout in rollouts)),
    }


def _rewards(rollouts: Sequence[Rollout], group: int) -> dict[str, float]:
    found: dict[str, float] = {}
    for term in rollouts[0].parts.terms:  # a recipe's, the same for all
        values = [value for r in rollouts if (value := r.parts.terms[term]) is not None]
        if values:
            found[f"reward/{term}"], found[f"reward_std/{term}"] = fmean(values), pstdev(values)
        found[f"reward_applied/{term}"] = len(values) / len(rollouts)
        found[f"reward_paid/{term}"] = fmean(rollout.parts.paid(term) for rollout in rollouts)
    totals = [rollout.parts.total for rollout in rollouts]
    groups = [totals[i : i + group] for i in range(0, len(totals), group)]
    found["reward/total"], found["reward_std/total"] = fmean(totals), pstdev(totals)
    found["reward/even_groups"] = fmean(max(own) - min(own) <= EVEN for own in groups)
    return found


def _accuracy(rollouts: Sequence[Rollout]) -> dict[str, float]:
    """Unscored episodes are left out, never taken for 0."""
    scores: dict[str, list[float]] = defaultdict(list)
    for rollout in rollouts:
        if (value := rollout.episode.score.value) is not None:
            scores["all"].append(value)
            scores[rollout.question.task].append(value)
    return {f"accuracy/{name}": fmean(own) for name, own in scores.items()}


def _looking(rollouts: Sequence[Rollout]) -> dict[str, float]:
    calls = [call for rollout in rollouts for call in rollout.episode.calls]
    found = {
        "look/calls": len(calls) / len(rollouts),
        "look/called": fmean(bool(rollout.episode.calls) for rollout in rollouts),
    }
    if calls:
        found["look/failed"] = fmean(bool(call.error) for call in calls)
    looks = [look(rollout.question, rollout.episode) for rollout in rollouts]
    for name in ("crop_area", "coverage", "precision", "iou"):
        known = [value for own in looks if (value := own.get(name)) is not None]
        if known:
            found[f"look/{name}"] = fmean(known)
    return found


def _endings(rollouts: Sequence[Rollout]) -> dict[str, float]:
    stops = [rollout.episode.stop for rollout in rollouts]
    found = {
        f"end/{reason.replace(' ', '_')}": stops.count(reason) / len(stops)
        for reason in get_args(StopReason)
    }
    found["end/unparsed"] = fmean(rollout.episode.score.answer is None for rollout in rollouts)
    return found


def look(question: Question, episode: Episode) -> dict[str, float]:
    """Where an episode looked: `crop_area`, `coverage`, `precision` and `iou`, as far as they are
    to be had. Who looked nowhere has covered nothing."""
    seen = looks(episode)
    found: dict[str, float] = {}
    if seen:
        found["crop_area"] = fmean(_share(question, one) for one in seen)
    if hidden(question):
        aims = sought(question)
        both = common(aims, seen)
        found["coverage"] = both / common(aims, aims)
        if seen:
            found["precision"] = both / common(seen, seen)
        found["iou"] = fmean(
            max((one.box.iou(aim.box) for one in seen if one.page == aim.page), default=0.0)
            for aim in aims
        )
    return found


def _share(question: Question, seen: Look) -> float:
    """The share of the image that the question shows of a page which was looked at."""
    shown = (view.box for view in question.views if view.page == seen.page)
    return seen.box.area / max(shown, key=seen.box.overlap).area
