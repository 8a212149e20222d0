"""What the rows of a batch begin with alike goes through the language model once, in training too.

The episodes of a group share system text, page and question, and often the first words of their
replies. Attention is causal, so what stands for these is the same in every row: it is computed once
a group, its keys and values are handed to each row, and the rows go on alone from there. The
gradients that come back are summed, which is what the chain rule says.
"""

from types import MethodType
from typing import Any

import torch
from torch import Tensor
from transformers import DynamicCache

from closeup.models.hf.engine import CACHE

OTHERS = frozenset({"output_hidden_states", "output_attentions", "return_dict"})
"""What is asked for besides the last hidden numbers: one plain pass gives it."""
WORTH = 0.1
"""Of a batch's tokens, padding included; where less is saved, one pass is quicker than two."""


def shared_prefix(model: Any) -> None:
    """Make a Qwen2.5-VL or Qwen3-VL, adapters around it or not, feed common beginnings once.

    Only in training, and where nothing is dropped at random and nothing computed again in the
    backward pass. Hidden numbers, loss and gradients are the same but for rounding.
    """
    core = model.get_base_model() if hasattr(model, "get_base_model") else model
    layers = core.model.language_model
    if not hasattr(layers, "_feeds_all"):
        layers._feeds_all = layers.forward
        layers.forward = MethodType(_forward, layers)  # a copy of the model is given its own


def _forward(layers: Any, **given: Any) -> Any:
    # Looked through each time: adapters may have come in since.
    if layers.training and given.keys().isdisjoint(OTHERS) and not any(map(_own, layers.modules())):
        which, common = groups(given)
        if common:
            return _twice(layers._feeds_all, layers.config, given, which, common)
    return layers._feeds_all(**given)


def _own(part: Any) -> bool:
    """Whether a layer computes each row by chance, or again in the backward pass."""
    dropped = isinstance(part, torch.nn.Dropout) and part.p > 0
    return dropped or getattr(part, "gradient_checkpointing", False)


def groups(given: Any) -> tuple[list[int], int]:
    """For each row the first one that begins alike, itself or an earlier one, and for how many
    tokens, padding included: so many as save the most. 0 where hardly anything is saved.
    """
    embeddings, mask = given.get("inputs_embeds"), given.get("attention_mask")
    positions = given.get("position_ids")
    if embeddings is None or given.get(CACHE) is not None:
        return [], 0
    rows, width = embeddings.shape[:2]
    if mask is not None and mask.shape != (rows, width):
        return [], 0
    if rows < 2 or (positions is not None and positions.shape[-2:] != (rows, width)):
        return [], 0
    marks = [embeddings.detach().float().sum(-1)]
    if mask is not None:
        marks.append(mask.float())
    if positions is not None:
        marks.extend(positions.reshape(-1, rows, width).float())
    marks = torch.stack(marks, -1)
    alike = (marks[:, None] == marks[None]).all(-1).long().cumprod(-1).sum(-1).tril(-1)
    alike = alike.clamp(max=width - 1).tolist()  # the last token is always a row's own
    longest = [max(row) for row in alike]
    saved, common = max((sum(m >= most for m in longest) * most, most) for most in longest)
    if saved < WORTH * rows * width:
        return [], 0
    which = [
        next((other for other in range(row) if alike[row][other] >= common), row)
        for row in range(rows)
    ]
    if not torch.equal(embeddings[:, :common], embeddings[which][:, :common]):
        return [], 0  # the sums are alike and not the numbers
    return which, common


def _twice(plain: Any, config: Any, given: Any, which: list[int], common: int) -> Any:
    """One pass over the beginnings, of a row a group, and one over what each row goes on with."""
    embeddings = given["inputs_embeds"]
    first, follow = torch.tensor(which, device=embeddings.device).unique(return_inverse=True)
    everyone = torch.arange(len(which), device=embeddings.device)
    begun, going = slice(0, common), slice(common, None)
    kept = DynamicCache(config=config)
    mask, seen = given.get("attention_mask"), given.get("visual_pos_masks")

    def part(rows: Tensor, columns: slice) -> dict[str, Any]:
        chosen = dict(given)
        chosen["inputs_embeds"] = embeddings[rows][:, columns]
        if given.get("position_ids") is not None:
            chosen["position_ids"] = given["position_ids"][..., rows, columns]
        if mask is not None:
            chosen["attention_mask"] = mask[rows][:, : columns.stop]
        if seen is not None:
            chosen["visual_pos_masks"] = seen[rows][:, columns]
            order = (seen.flatten().cumsum(0) - 1).view_as(seen)
            wanted = order[rows][:, columns][chosen["visual_pos_masks"]]
            deep = given["deepstack_visual_embeds"]
            chosen["deepstack_visual_embeds"] = [level[wanted] for level in deep]
        return {**chosen, CACHE: kept, "use_cache": True}

    start = plain(**part(first, begun)).last_hidden_state
    kept.batch_select_indices(follow)
    made = plain(**part(everyone, going))
    made.last_hidden_state = torch.cat([start[follow], made.last_hidden_state], dim=1)
    made[CACHE] = None
    return made
