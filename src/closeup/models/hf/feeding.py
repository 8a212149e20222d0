"""Which prompts are fed together, and from where on: nothing that was fed before, or twice.

Needs the extra `hf`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from closeup.models.hf.image_memo import Patches
from closeup.models.hf.rows import Line, Row, Rows

WORTH = 0.25
"""A prompt waits for another that begins as it does where that saves such a share of it."""


@dataclass(eq=False)
class Prompt:
    """A distinct prompt, its base, and once it is fed: its slot, positions and last scores."""

    line: Line
    patches: list[Patches]
    requests: list[int]
    base: "Row | Prompt | None" = None
    shared: int = 0
    """Tokens that need not be fed."""
    slot: int = -1
    positions: Tensor = field(default_factory=lambda: torch.zeros((3, 0), dtype=torch.long))
    scores: Tensor = field(default_factory=lambda: torch.empty(0))

    @property
    def tail(self) -> int:
        """Tokens to be fed."""
        return len(self.line.ids) - self.shared

    def begin(self, base: "Row | Prompt | None", shared: int) -> None:
        """Go on from another's first tokens. The last of its own is fed again, for its scores."""
        shared = min(shared, len(self.line.ids) - 1)
        for start, end in self.line.spans:
            if start < shared < end:
                shared = start
        self.base, self.shared = (base, shared) if shared else (None, 0)


def next_place(positions: Tensor) -> int:
    """The place of what comes next: one behind all others, which is not how many there are."""
    return int(positions.max()) + 1 if positions.shape[1] else 0


def waves(prompts: Sequence[Prompt], rows: Rows) -> Iterator[list[Prompt]]:
    """Prompts with their bases, in turns: what one begins with may be fed in an earlier turn.

    A turn must be fed before the next is asked for.
    """
    fed: list[Prompt] = []
    waiting = list(prompts)
    while waiting:
        now: list[Prompt] = []
        for prompt in waiting:
            prompt.begin(*max([rows.best(prompt.line), *_likes(prompt, fed)], key=_by_length))
            _, later = max([(None, 0), *_likes(prompt, now)], key=_by_length)
            if later <= prompt.shared + WORTH * prompt.tail:
                now.append(prompt)
        for prompt in now:
            waiting.remove(prompt)
        yield now
        fed += now


def batches(prompts: Sequence[Prompt], tokens: int) -> Iterator[list[Prompt]]:
    """Those without a base one by one; the others together, as many as `tokens` has room for."""
    batch: list[Prompt] = []
    for prompt in sorted(prompts, key=lambda prompt: prompt.base is not None):
        width = max(one.tail for one in [*batch, prompt])
        if batch and (batch[0].base is None or width * (len(batch) + 1) > tokens):
            yield batch
            batch = []
        batch.append(prompt)
    if batch:
        yield batch


def _likes(prompt: Prompt, others: Sequence[Prompt]) -> list[tuple[Prompt, int]]:
    return [(other, prompt.line.common(other.line)) for other in others]


def _by_length(found: tuple[Any, int]) -> int:
    return found[1]
