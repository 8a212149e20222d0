"""Rewards: what an episode is paid in training, one file a term.

A term is found by its name, one of `TERMS`, or as `package.module:Name`.

    reward = rewards.make({"answer": 1.0, "format": 1.0, "region_iou": 1.0})
    reward.of(question, episode)    # Parts: every term by itself, and the total
"""

from collections.abc import Mapping
from pathlib import Path
from typing import cast

from closeup import plugins
from closeup.records import CloseupError, shorten
from closeup.rewards.answer import Answer
from closeup.rewards.crop_sufficiency import CropSufficiency
from closeup.rewards.format import Format
from closeup.rewards.redundancy import Redundancy
from closeup.rewards.region_f import RegionF
from closeup.rewards.region_iou import RegionIoU
from closeup.rewards.reward import Parts, Reward
from closeup.rewards.term import Means, Scorer, Term
from closeup.rewards.tool_benefit import ToolBenefit, baseline
from closeup.rewards.tool_count import ToolCount

TERMS: dict[str, type[Term]] = {
    "answer": Answer,
    "format": Format,
    "tool_count": ToolCount,
    "region_iou": RegionIoU,
    "region_f": RegionF,
    "redundancy": Redundancy,
    "tool_benefit": ToolBenefit,
    "crop_sufficiency": CropSufficiency,
}
PAPER = {"answer": 1.0, "format": 1.0, "tool_count": 1.0, "region_iou": 1.0}
"""R = answer + format + 1[correct] · (count + region), all weights 1."""


def find(name: str) -> type[Term]:
    """The term of that name; CloseupError where there is none."""
    term = plugins.find("reward", name, TERMS)
    if not (isinstance(term, type) and issubclass(term, Term)):
        raise CloseupError(f"reward {shorten(name)}: not a closeup.rewards.Term")
    return cast(type[Term], term)


def make(
    weights: Mapping[str, float],
    *,
    gate: bool = True,
    tools: bool = True,
    without_tools: Path | None = None,
    scorer: Scorer | None = None,
) -> Reward:
    """A reward from what a recipe says: weights by the names of terms, and what they are made from.

    Raises CloseupError for an unknown term, and for one that lacks its means.
    """
    means = Means(without_tools, scorer)
    terms = [(find(name).make(means), weight) for name, weight in weights.items()]
    return Reward(terms, gate=gate, tools=tools)


__all__ = [
    "PAPER",
    "TERMS",
    "Means",
    "Parts",
    "Reward",
    "Scorer",
    "Term",
    "baseline",
    "find",
    "make",
]
