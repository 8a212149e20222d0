"""A checkpoint's config, processor and weights, from its folder or by its name on the hub.

Needs the extra `hf`.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForImageTextToText, ProcessorMixin
from transformers.utils import logging

from closeup.models.hf import processor as processors
from closeup.records import CloseupError, one_line, shorten

ADAPTERS = "adapter_config.json"
"""A file that tells a checkpoint of adapters alone."""
SMALL = 50_000_000
"""Parameters; the threads of a smaller model cost more than they do."""


def opened(place: str, name: str) -> tuple[Any, ProcessorMixin]:
    """Config and processor; `name` is what errors call the model.

    Raises CloseupError where there is no model at `place`, or one without a chat template.
    """
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    config = _loaded(name, lambda: AutoConfig.from_pretrained(_base(place)))
    processor = _loaded(name, lambda: processors.load(place, config))
    if not getattr(processor, "chat_template", None):
        raise CloseupError(f"model {shorten(name)}: has no chat template")
    return config, processor


def weights(place: str, name: str, **options: Any) -> Any:
    """The model with all its weights; CloseupError where some are missing, and so would be random.

    `options` are those of transformers' `from_pretrained`.
    """
    model, told = _loaded(
        name,
        lambda: AutoModelForImageTextToText.from_pretrained(
            place, output_loading_info=True, **options
        ),
    )
    if missing := sorted(told["missing_keys"]):
        raise CloseupError(
            f"model {shorten(name)}: lacks {len(missing)} weights, such as {missing[0]}"
        )
    if not torch.cuda.is_available() and model.num_parameters() < SMALL:
        torch.set_num_threads(1)
    return model


def to_ask(place: str, name: str) -> Any:
    """The weights as they are asked and never trained: on GPUs in bfloat16, spread over several
    where one is too small, but each of several processes has them on its own; else on the CPU in
    float32."""
    if not torch.cuda.is_available():
        return weights(place, name, dtype=torch.float32).eval()
    spread: Any = "auto"
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        own = os.environ.get("LOCAL_RANK")
        if own is None:
            rule = "one of several processes, and no LOCAL_RANK says which GPU is its own"
            raise CloseupError(f"model {shorten(name)}: {rule}: use torchrun or accelerate launch")
        spread = {"": int(own)}
    return weights(place, name, dtype=torch.bfloat16, device_map=spread).eval()


def ends(model: Any) -> list[int]:
    """The tokens that end what a model says, by its generation config; none where it has none."""
    told = model.generation_config.eos_token_id
    if told is None:
        return []
    return list(told) if isinstance(told, list) else [told]


def _base(place: str) -> str:
    """Where the config is: adapters alone, such as a checkpoint in training, name their model."""
    folder = Path(place)
    if not (folder / ADAPTERS).is_file() or (folder / "config.json").is_file():
        return place
    return str(json.loads((folder / ADAPTERS).read_bytes())["base_model_name_or_path"])


def _loaded(name: str, load: Callable[[], Any]) -> Any:
    try:
        return load()
    except Exception as error:  # what transformers raises for a bad folder has no common type
        raise CloseupError(
            f"model {shorten(name)}: cannot be loaded: {one_line(str(error), 300)}"
        ) from None
