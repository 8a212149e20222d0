"""Processes that learn together, as `torchrun` starts them; one by itself is a team, too."""

import atexit
import os
from collections.abc import Sequence

import torch
from torch import Tensor, distributed


class Team:
    """The processes that learn together: each for itself, and now and then all agree."""

    def __init__(self) -> None:
        self.size = int(os.environ.get("WORLD_SIZE", "1"))
        if self.size > 1:
            distributed.init_process_group("gloo")
            atexit.register(distributed.destroy_process_group)
        self.rank = distributed.get_rank() if self.size > 1 else 0

    def agree(self, weights: Sequence[Tensor]) -> None:
        """Give all processes the mean of their weights."""
        if self.size > 1:
            mean = torch.cat([weight.data.flatten() for weight in weights])
            distributed.all_reduce(mean)
            mean /= self.size
            parts = mean.split([weight.numel() for weight in weights])
            for weight, own in zip(weights, parts, strict=True):
                weight.data.copy_(own.view_as(weight))

    def anyone(self, here: bool) -> bool:
        """Whether it is so in any process."""
        told = torch.tensor(float(here))
        if self.size > 1:
            distributed.all_reduce(told, distributed.ReduceOp.MAX)
        return bool(told)
