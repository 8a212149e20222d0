"""Going on from a checkpoint with its very weights.

A checkpoint of Qwen2.5-VL or Qwen3-VL names its weights as earlier versions of transformers did,
and `from_pretrained` alone knows them again. The trainer reads the file as it is, finds hardly a
name of its own, and says nothing: it would go on from the weights that the run began with.
"""

from pathlib import Path
from typing import Any

ADAPTERS = "adapter_config.json"
"""A file that tells a checkpoint of adapters alone."""


class Resuming:
    """To be mixed into a trainer of transformers, before it."""

    accelerator: Any
    model: Any
    is_deepspeed_enabled: bool
    is_fsdp_enabled: bool

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        stock: Any = super()
        place = Path(resume_from_checkpoint)
        if self.is_deepspeed_enabled or self.is_fsdp_enabled or (place / ADAPTERS).exists():
            stock._load_from_checkpoint(resume_from_checkpoint, model)
            return
        own = self.accelerator.unwrap_model(model or self.model)
        kept = type(own).from_pretrained(place, dtype=own.dtype)
        own.load_state_dict(kept.state_dict())
