"""Each distinct image of a batch goes through the vision tower once, in training as well.

The episodes of a group show the same page. Its features are the same whoever asks, so they are
made once and repeated; the gradients that come back are summed, which is what the chain rule says.
"""

from types import MethodType
from typing import Any

import torch
from torch import Tensor

SAMPLE = 61
"""One of so many numbers of an image is in the key it is looked for by; then all are compared."""


def shared_vision(model: Any) -> None:
    """Make a Qwen2.5-VL or Qwen3-VL, adapters around it or not, encode equal images once.

    Loss and gradients are the same but for rounding.
    """
    core = model.get_base_model() if hasattr(model, "get_base_model") else model
    tower = core.model.visual
    if not hasattr(tower, "_encodes_all"):
        tower._encodes_all = tower.forward
        tower.forward = MethodType(_forward, tower)  # a copy of the model is given its own


def _forward(tower: Any, hidden_states: Tensor, grid_thw: Tensor, **settings: Any) -> Any:
    plain = tower._encodes_all
    if any(isinstance(value, Tensor) for value in settings.values()):  # made for all the images
        return plain(hidden_states, grid_thw=grid_thw, **settings)
    images = hidden_states.split(grid_thw.prod(dim=-1).tolist())
    firsts, which = distinct(images, grid_thw.tolist())
    if len(firsts) == len(images):
        return plain(hidden_states, grid_thw=grid_thw, **settings)
    pixels = torch.cat([images[first] for first in firsts])
    made = plain(pixels, grid_thw=grid_thw[firsts], **settings)
    patches = [len(images[first]) for first in firsts]
    tokens = [count // tower.spatial_merge_size**2 for count in patches]
    spread = {"last_hidden_state": (patches, made.last_hidden_state)}
    spread["pooler_output"] = (tokens, made.pooler_output)
    for name, (sizes, features) in spread.items():
        setattr(made, name, _repeated(features, sizes, which))
    if deep := getattr(made, "deepstack_features", None):
        made.deepstack_features = [_repeated(one, tokens, which) for one in deep]
    return made


def distinct(images: Any, grids: list[list[int]]) -> tuple[list[int], list[int]]:
    """Where each distinct image stands first, and for every image which of those it is."""
    firsts: list[int] = []
    which: list[int] = []
    alike: dict[Any, list[int]] = {}
    for number, image in enumerate(images):
        sample = image.reshape(-1)[::SAMPLE].float().cpu().numpy().tobytes()
        known = alike.setdefault((tuple(grids[number]), sample), [])
        same = next((kind for kind in known if torch.equal(images[firsts[kind]], image)), None)
        if same is None:
            same = len(firsts)
            firsts.append(number)
            known.append(same)
        which.append(same)
    return firsts, which


def _repeated(features: Tensor, sizes: list[int], which: list[int]) -> Tensor:
    """The features [rows, numbers] of some images, in the order of those that show them."""
    starts = [sum(sizes[:kind]) for kind in range(len(sizes))]
    rows = [torch.arange(starts[kind], starts[kind] + sizes[kind]) for kind in which]
    return features.index_select(0, torch.cat(rows).to(features.device))
