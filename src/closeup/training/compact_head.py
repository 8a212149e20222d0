"""On a CPU, too, only positions whose token is scored are projected onto the vocabulary.

TRL's fused head does so on GPUs. Elsewhere it projects all of them, those of the prompt included,
for the sake of compilers that want one shape; nothing is compiled here, and a page is many times as
long as a reply. Log-probabilities and gradients are the same but for rounding.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from trl import trainer

utils: Any = trainer.utils


@contextmanager
def compact_head() -> Iterator[None]:
    """While this is held, have TRL leave out on CPUs what it leaves out on GPUs."""
    stock = utils._use_triton

    def compact(device: torch.device) -> bool:
        return device.type == "cpu" or stock(device)

    utils._use_triton = compact
    try:
        yield
    finally:
        utils._use_triton = stock
