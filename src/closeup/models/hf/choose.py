"""How the next token is chosen: the likeliest, or a draw with a seed for each row.

Needs the extra `hf`. Axes: `B` rows of a batch, `n` of them that still go on, `V` tokens known.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import LogitsProcessor
from transformers.generation import logits_process as warp

from closeup.message import Sampling

CUTS: dict[str, tuple[Any, float]] = {
    "top_h": (warp.TopHLogitsWarper, 1),
    "top_k": (warp.TopKLogitsWarper, 0),
    "top_p": (warp.TopPLogitsWarper, 1),
    "min_p": (warp.MinPLogitsWarper, 0),
    "typical_p": (warp.TypicalLogitsWarper, 1),
    "epsilon_cutoff": (warp.EpsilonLogitsWarper, 0),
    "eta_cutoff": (warp.EtaLogitsWarper, 0),
}
"""How a generation config narrows a draw, in transformers' own order; the value that does not."""


class Draw(LogitsProcessor):
    """Makes the largest score a draw from the softmax, by adding Gumbel noise to each score.

    Every row has a generator of its own, so a reply does not depend on its neighbours in a batch.
    """

    def __init__(self, seeds: Sequence[int], device: torch.device) -> None:
        self._dice = [torch.Generator(device).manual_seed(seed) for seed in seeds]

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        blank = torch.empty_like(scores[0], dtype=torch.float32)
        waits = torch.stack([blank.exponential_(generator=dice).clone() for dice in self._dice])
        return scores.float() - waits.clamp_min(1e-30).log()


class Chooser:
    """The largest of the scores after transformers' own processors, which see a whole batch.

    `prompts` [B, tokens] are padded on the left. Rows that have ended stay in what the processors
    see, with `pad` as their token, as in transformers' `generate`.
    """

    def __init__(self, processors: Sequence[Any], prompts: Tensor, pad: int) -> None:
        self._processors = processors
        self._ids = prompts  # [B, tokens], longer with each token chosen
        self._pad = pad

    def __call__(self, rows: Sequence[int], scores: Tensor) -> list[int]:
        """One token for each of `rows`, given their scores [n, V]."""
        if not self._processors:
            return scores.argmax(dim=-1).tolist()
        at = torch.tensor(rows, device=scores.device)
        every = scores.new_zeros((len(self._ids), scores.shape[1]))
        every[at] = scores
        ids = self._ids.to(scores.device)
        for processor in self._processors:
            every = processor(ids, every)
        chosen = every[at].argmax(dim=-1)
        column = torch.full((len(ids), 1), self._pad, device=ids.device)
        column[at, 0] = chosen
        self._ids = torch.cat([ids, column], dim=1)
        return chosen.tolist()


@dataclass(frozen=True)
class Decoding:
    """How rows are gone on with."""

    most: Sequence[int]
    """Tokens, at most, of each row."""
    choose: Callable[[Sequence[int], Tensor], Sequence[int]]
    """The next token of some rows, by their numbers and scores [n, V]; see `Chooser`."""
    ends: tuple[int, ...]
    """Tokens that end a row."""
    silent: tuple[int, ...] = ()
    """Tokens that are never said."""
    temperature: float = 1.0
    """What the scores are divided by for the log-probabilities."""
    given_up: Callable[[int], bool] = lambda row: False
    """Whether a row, by its number, is to end now."""


def sampled(
    seeds: Sequence[int],
    *,
    most: int,
    ends: Sequence[int],
    silent: Sequence[int] = (),
    temperature: float = 1.0,
    top_p: float = 1.0,
    device: torch.device | None = None,
) -> Decoding:
    """A draw for each row, with a seed each; temperature 0: the likeliest tokens."""
    processors: list[Any] = []
    device = device or torch.device("cpu")
    if temperature:
        processors.append(warp.TemperatureLogitsWarper(float(temperature)))
        if top_p < 1:
            processors.append(warp.TopPLogitsWarper(top_p))
        processors.append(Draw(seeds, device))
    none = torch.zeros((len(seeds), 0), dtype=torch.long, device=device)
    return Decoding(
        most=[most] * len(seeds),
        choose=Chooser(processors, none, pad=0),
        ends=tuple(ends),
        silent=tuple(silent),
        temperature=temperature or 1.0,
    )


def warpers(sampling: Sampling, config: Any) -> list[Any]:
    """How the scores of a draw are warmed and cut; nothing where the likeliest token is taken.

    What the request leaves open is as the model's generation config has it.
    """
    warmth = sampling.temperature
    if warmth is None:
        warmth = (config.temperature or 1.0) if config.do_sample else 0.0
    if not warmth:
        return []
    made: list[Any] = [warp.TemperatureLogitsWarper(float(warmth))]
    for name, (cut, whole) in CUTS.items():
        value = getattr(sampling, name, None) or getattr(config, name)
        if value not in (None, whole):
            made.append(cut(value))
    return made


def repetition(config: Any) -> list[Any]:
    """The generation config's penalty on what was said before, where it has one."""
    if config.repetition_penalty in (None, 1.0):
        return []
    return [warp.RepetitionPenaltyLogitsProcessor(config.repetition_penalty)]


def never_said(config: Any, processor: Any) -> list[int]:
    """Tokens that stand for pixels: said by a model, they would be taken for an image."""
    names = ("image_token", "video_token", "vision_start_token", "vision_end_token")
    told = [
        getattr(owner, f"{name}_{kind}", None)
        for owner in (config, processor)
        for name in names
        for kind in ("id", "index")
    ]
    return sorted({token for token in told if isinstance(token, int)})
