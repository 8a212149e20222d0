"""The model that learns: its weights and processor, and how it is asked while it learns.

It is asked as an evaluation would ask it, so a `Learner` passes for a model wherever messages are
made.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import GenerationConfig

from closeup.ask import Setting
from closeup.geometry import Grid
from closeup.images import Resolution
from closeup.models import shipped
from closeup.models.declared import declared
from closeup.models.fingerprint import fingerprint
from closeup.models.hf import checkpoint
from closeup.models.hf import processor as processors
from closeup.models.told import Told
from closeup.training.asking import setting, taught
from closeup.training.recipe import Recipe


@dataclass(frozen=True)
class Learner:
    """A checkpoint about to be trained."""

    name: str
    model: Any
    processor: Any
    grid: Grid
    resolution: Resolution
    setting: Setting
    told: Told
    """What its checkpoints will say of how they were taught to be asked."""

    def save(self, folder: Path) -> None:
        """Write what a checkpoint needs besides its weights."""
        processors.save(self.processor, folder)
        self.told.write(folder)


def load(recipe: Recipe) -> Learner:
    """The model that a recipe starts from.

    Raises CloseupError where it cannot be loaded, lacks weights, or has no chat template.
    """
    place, train = shipped.place(recipe.model), recipe.train
    config, processor = checkpoint.opened(place, place)
    kept = torch.bfloat16 if train.dtype == "bfloat16" else torch.float32
    model = checkpoint.weights(place, place, dtype=kept)
    model.generation_config = generation(model, processor)
    if "vision" in train.freeze:
        model.model.visual.requires_grad_(False)
    if "embeddings" in train.freeze:  # and with them the head, where it is tied to them
        model.get_input_embeddings().requires_grad_(False)
    told = taught(recipe.look, Told.read(place))
    return Learner(
        name=_name(place),
        model=model,
        processor=processor,
        grid=told.grid or declared(config.model_type).grid,
        resolution=Resolution(pixels=told.pixels, multiple=processors.step(processor)),
        setting=setting(recipe.look, told),
        told=told,
    )


def generation(model: Any, processor: Any) -> GenerationConfig:
    """Where what it says ends, and nothing else: it learns without the penalties and cuts that its
    checkpoint may have come with, so the finished model is not to be asked with them."""
    words = processor.tokenizer
    own = [] if words.eos_token_id is None else [words.eos_token_id]
    return GenerationConfig(
        bos_token_id=model.generation_config.bos_token_id,
        eos_token_id=list(dict.fromkeys([*own, *checkpoint.ends(model)])),
        pad_token_id=words.pad_token_id,
    )


def _name(place: str) -> str:
    """As an evaluation calls the same weights; where a folder lies is no part of it."""
    folder = Path(place)
    return f"hf:{folder.resolve().name}@{fingerprint(folder)}" if folder.is_dir() else f"hf:{place}"
