"""Synthetic issues as groups that a build can work through: drawn when they are loaded."""

from collections.abc import Iterator
from dataclasses import dataclass

from closeup.groups import Loaded
from closeup.question import Split
from closeup.records import CloseupError
from closeup.synthetic.artist import (
    PAGES_PER_ISSUE,
    SUFFIX,
    TEST_SEEDS_FROM,
    draw_page,
    encode,
)

MOST = 1_000_000
"""Pages of one bench."""


@dataclass(frozen=True)
class SyntheticIssue:
    """Pages of one issue, by their seeds."""

    key: str
    split: Split
    seeds: range

    def load(self) -> Iterator[Loaded]:
        """Draw the pages."""
        for seed in self.seeds:
            page, image = draw_page(seed)
            yield Loaded(page, encode(image), SUFFIX)


def synthetic_issues(first: int, pages: int) -> list[SyntheticIssue]:
    """The issues that hold the page seeds from `first` on.

    Raises CloseupError for more than MOST pages, and where the seeds would run from training into
    tests: seeds below TEST_SEEDS_FROM are for training, the others for tests, and no bench mixes
    them.
    """
    if first < 0 or pages < 1:
        raise CloseupError(f"seed {first}, {pages} pages: need a seed from 0 and at least 1 page")
    if pages > MOST:
        raise CloseupError(f"{pages} pages: the limit is {MOST}")
    last = first + pages - 1
    if first < TEST_SEEDS_FROM <= last:
        raise CloseupError(
            f"page seeds {first} to {last}: seeds below {TEST_SEEDS_FROM} are for training, the "
            "others for tests; one bench cannot hold both"
        )
    split: Split = "test" if first >= TEST_SEEDS_FROM else "train"
    issues = []
    for number in range(first // PAGES_PER_ISSUE, last // PAGES_PER_ISSUE + 1):
        start = max(first, number * PAGES_PER_ISSUE)
        seeds = range(start, min(last + 1, (number + 1) * PAGES_PER_ISSUE))
        issues.append(SyntheticIssue(f"synthetic/{number:07d}", split, seeds))
    return issues
