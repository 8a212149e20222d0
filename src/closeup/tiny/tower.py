"""Qwen2.5-VL's vision tower over images that are all of one size: the same numbers, in less time.

transformers packs images of any sizes into one sequence and attends to each in turn. Where all have
one size they are a batch like any other, and a patch that stands for two equal frames is looked at
once. Only for towers that attend to whole images in every block, as closeup-tiny's does.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

PATCH, MERGED = 14, 2
TOKEN = PATCH * MERGED
"""Pixels of a token's side."""
Turns = tuple[Tensor, Tensor]
"""Cosines and sines of where a patch lies, (P, head) each."""


def whole(config: Any) -> bool:
    """Whether a tower of this config attends to whole images in every block, by such patches."""
    blocks = list(range(config.depth))
    return (
        list(config.fullatt_block_indexes) == blocks
        and config.patch_size == PATCH
        and config.spatial_merge_size == MERGED
    )


def patches(images: Tensor) -> Tensor:
    """(B, 3, height, width) → (B, P, 3 · 14 · 14): four patches a token, token by token."""
    count, colours, height, width = images.shape
    rows, columns = height // TOKEN, width // TOKEN
    split = images.reshape(count, colours, rows, MERGED, PATCH, columns, MERGED, PATCH)
    return split.permute(0, 2, 5, 3, 6, 1, 4, 7).reshape(count, -1, colours * PATCH * PATCH)


def turns(tower: Any, rows: int, columns: int) -> Turns:
    """The tower's own rotary embedding of an image of so many tokens."""
    places = torch.stack(
        torch.meshgrid(torch.arange(rows * MERGED), torch.arange(columns * MERGED), indexing="ij")
    )
    blocks = places.reshape(2, rows, MERGED, columns, MERGED).transpose(2, 3).flatten(1)
    cosines, sines = tower.rotary_pos_emb(torch.zeros(1), blocks.T)
    return cosines, sines


def see(tower: Any, seen: Tensor, where: Turns) -> Tensor:
    """What the tower makes of patches (B, P, values): (B, P / 4, hidden)."""
    count, length, _ = seen.shape
    cosines, sines = (turn[:, None] for turn in where)  # alike for all heads
    kernel = tower.patch_embed.proj.weight  # (width, colours, frames, 14, 14)
    hidden = functional.linear(seen, kernel.sum(2).flatten(1))
    for block in tower.blocks:
        attention, mlp = block.attn, block.mlp
        mixed = attention.qkv(_normed(block.norm1, hidden))
        split = mixed.reshape(count, length, 3, attention.num_heads, attention.head_dim)
        query, key, value = split.unbind(2)
        query, key = (x * cosines + _quarter(x) * sines for x in (query, key))
        found = functional.scaled_dot_product_attention(
            query.transpose(1, 2), key.transpose(1, 2), value.transpose(1, 2)
        )
        hidden = hidden + attention.proj(found.transpose(1, 2).reshape(count, length, -1))
        own = _normed(block.norm2, hidden)
        hidden = hidden + mlp.down_proj(mlp.act_fn(mlp.gate_proj(own)) * mlp.up_proj(own))
    merger = tower.merger
    return merger.mlp(_normed(merger.ln_q, hidden).reshape(count, length // MERGED**2, -1))


def _normed(norm: Any, hidden: Tensor) -> Tensor:
    weight = norm.weight.to(hidden.dtype)
    return functional.rms_norm(hidden, hidden.shape[-1:], weight, norm.variance_epsilon)


def _quarter(turned: Tensor) -> Tensor:
    """Turned by a quarter: what the sines of a rotation go with."""
    first, second = turned.chunk(2, -1)
    return torch.cat((-second, first), -1)
