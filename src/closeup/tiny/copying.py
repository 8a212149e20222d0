"""How the language model begins: with heads that copy.

An option's letter is found by what was said, a box by the question that names it. Both are copying:
look where a word stood before, and say what stood beside it. A transformer of this size finds the
two layers of heads that do so (induction heads, Olsson et al., 2022) only after a great many
answers, so they are built in, as a start that training is free to change.

    layer 0, head 0    looks one token back, and notes what stands there in a place of its own
    layer 0, head 1    looks two tokens back, likewise: the letter before "B: running"
    layer 1, heads 0, 1    find a word like the one before this, and say what stood two before it
    layer 1, heads 2, 3    find a word that had one like this before it, and say it

Where a head looks back is told by the phases of its biases under rotary positions; what it notes
and compares, by orthogonal subspaces of the hidden numbers, a head's width each.
"""

from typing import Any

import torch
from torch import Tensor

SHARP = 6.0
"""Of the biases that look back: one token beside its aim is seen a hundredth as well."""
FAST = 8
"""Rotary frequencies that look back, the fastest; slow ones cannot tell neighbours apart."""
LOUD = 0.1
"""Of what a head writes: about as much as a word's own embedding."""
KEEN = 2.0
"""How sharply words are compared."""


@torch.no_grad()
def build_in(layers: Any, theta: float) -> None:
    """Give the first two layers heads that copy; `theta` is the base of their rotary positions.

    Layers as transformers' Qwen2.5-VL has them, of two heads for keys and values and twice as many
    for queries, and hidden numbers for three subspaces at least.
    """
    first, second = layers[0].self_attn, layers[1].self_attn
    width = first.head_dim
    hidden = first.q_proj.weight.shape[1]
    spaces = torch.linalg.qr(torch.randn(hidden, 3 * width))[0].T
    word, before, letter = spaces.split(width)
    # A head's queries, keys and values are rows of its projections; what it writes are columns.
    zero, one, two, three = (slice(i * width, (i + 1) * width) for i in range(4))

    first.k_proj.weight[zero] *= LOUD
    first.k_proj.bias[:FAST] = SHARP
    first.v_proj.weight[zero] = word
    for head, back, place in ((zero, 1, before), (one, 2, letter)):
        first.q_proj.weight[head] *= LOUD
        _look_back(first.q_proj.bias[head], back, theta)
        first.o_proj.weight[:, head] = LOUD * place.T

    for keys, heads, key, query, value in (
        (zero, (zero, one), word, before, letter),
        (one, (two, three), before, word, word),
    ):
        second.k_proj.weight[keys] = key
        second.v_proj.weight[keys] = value
        for head in heads:
            second.q_proj.weight[head] = KEEN * query
            second.o_proj.weight[:, head] = LOUD * word.T


def _look_back(bias: Tensor, back: int, theta: float) -> None:
    """Turn a query's bias so that a key's constant one fits it best `back` tokens earlier.

    Numbers i and i + half of a head are the two sides of one angle, which a position turns by
    theta^(-i / half).
    """
    half = len(bias) // 2
    angles = back * theta ** (-torch.arange(FAST) / half)
    bias[:FAST] = SHARP * angles.cos()
    bias[half : half + FAST] = -SHARP * angles.sin()
