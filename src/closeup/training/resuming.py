"""Going on from a checkpoint with its very weights, and at the rate of the schedule as it is now.

A checkpoint of Qwen2.5-VL or Qwen3-VL names its weights as earlier versions of transformers did,
and `from_pretrained` alone knows them again. The trainer reads the file as it is, finds hardly a
name of its own, and says nothing: it would go on from the weights that the run began with.
"""

from pathlib import Path
from typing import Any

from closeup.models.hf.checkpoint import ADAPTERS, weights


class Resuming:
    """To be mixed into a trainer of transformers, before it."""

    accelerator: Any
    model: Any
    optimizer: Any
    lr_scheduler: Any
    is_deepspeed_enabled: bool
    is_fsdp_enabled: bool

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        stock: Any = super()
        place = Path(resume_from_checkpoint)
        alone = (place / ADAPTERS).exists()
        if self.is_deepspeed_enabled or self.is_fsdp_enabled or alone:
            stock._load_from_checkpoint(resume_from_checkpoint, model)
            return
        own = self.accelerator.unwrap_model(model or self.model)
        kept = weights(str(place), str(place), dtype=own.dtype)
        own.load_state_dict(kept.state_dict())

    def _load_optimizer_and_scheduler(self, checkpoint: str | None) -> None:
        stock: Any = super()
        stock._load_optimizer_and_scheduler(checkpoint)
        if checkpoint is None or self.is_deepspeed_enabled:
            return
        # The file has the rate of the schedule as it was: of a run that was to be shorter, perhaps.
        rates = self.lr_scheduler
        now = [
            most * share(rates.last_epoch)
            for most, share in zip(rates.base_lrs, rates.lr_lambdas, strict=True)
        ]
        for group, rate in zip(self.optimizer.param_groups, now, strict=True):
            group["lr"] = rate
        rates._last_lr = now
