"""What a model says of some pages: in the page format where that has a place for it, else beside.

A script by a model is written from these alone, so that no annotation can slip into it.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from closeup.page import Page
from closeup.script.script import Scene

Place = tuple[str, str]
"""The ids of a page and of a panel or a character of it."""


@dataclass
class Claims:
    """The answers of one model."""

    model: str
    pages: tuple[Page, ...] = ()
    """The pages as far as the questions showed them, and as the model understood them."""
    scenes: dict[Place, list[Scene]] = field(default_factory=lambda: defaultdict(list))
    counts: dict[Place, int] = field(default_factory=dict)
    nearer: dict[Place, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    """By panel, pairs of characters' ids, the nearer one first."""
    remarks: tuple[str, ...] = ()
