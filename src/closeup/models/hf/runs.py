"""Rows that are gone on with, token by token.

Needs the extra `hf`. Axes: `n` rows, `V` tokens known.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from closeup.models.hf.choose import Decoding
from closeup.models.hf.feeding import Prompt, next_place

Force = Sequence[Sequence[int]] | None
"""What each row is to say, instead of choosing."""


@dataclass(eq=False)
class Run:
    """A row that goes on, in the slot of its place in the list of them all."""

    request: int
    prompt: Prompt
    said: list[int] = field(default_factory=list)
    logps: list[float] = field(default_factory=list)

    @property
    def fed(self) -> int:
        """Tokens in the cache: all but the last one said."""
        return len(self.prompt.line.ids) + max(0, len(self.said) - 1)

    @property
    def place(self) -> int:
        """Where its last token stands."""
        return next_place(self.prompt.positions) + len(self.said) - 1

    def ended(self, decoding: Decoding, force: Force) -> bool:
        if force is not None:
            return len(self.said) >= len(force[self.request])
        return (
            self.said[-1] in decoding.ends
            or len(self.said) >= decoding.most[self.request]
            or decoding.given_up(self.request)
        )


def say(runs: Sequence[Run], scores: Tensor, decoding: Decoding, force: Force) -> None:
    """One more token for each row, by its scores [n, V]."""
    if force is not None:
        tokens = [force[run.request][len(run.said)] for run in runs]
    else:
        allowed = scores
        if decoding.silent:
            allowed = scores.clone()
            allowed[:, list(decoding.silent)] = -torch.inf
        tokens = list(decoding.choose([run.request for run in runs], allowed))
    at = torch.tensor(tokens, device=scores.device)[:, None]
    warm = scores / decoding.temperature
    logps = warm.gather(1, at)[:, 0] - warm.logsumexp(dim=-1)
    for run, token, logp in zip(runs, tokens, logps.tolist(), strict=True):
        run.said.append(token)
        run.logps.append(logp)
