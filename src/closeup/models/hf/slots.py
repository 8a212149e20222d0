"""Keys and values of several rows of unlike lengths, written in place.

Needs the extra `hf`. Axes: `B` slots, `H` key-value heads, `C` capacity in tokens, `D` a head's
numbers, `T` new tokens.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from transformers import Cache


class Slots(Cache):
    """A cache whose rows start at 0 and have no holes; what lies behind a row's end is never seen.

    Before a forward pass, `aim` says which slots it is about and where each goes on.
    """

    def __init__(self, slots: int, capacity: int) -> None:
        super().__init__(layers=[])
        self.keys: list[Tensor] = []  # a layer: [B, H, C, D]
        self.values: list[Tensor] = []
        self.capacity = capacity
        self._slots = slots
        self._first, self._starts = 0, [0]

    def aim(self, first: int, starts: Sequence[int]) -> None:
        """The next pass is about `len(starts)` slots from `first` on, of so many tokens each."""
        self._first, self._starts = first, list(starts)

    def reserve(self, capacity: int) -> None:
        """Make room for rows of so many tokens."""
        if capacity <= self.capacity:
            return
        for tensors in (self.keys, self.values):
            for layer, old in enumerate(tensors):
                tensors[layer] = _room(old, len(old), capacity)
                tensors[layer][:, :, : self.capacity] = old
        self.capacity = capacity

    def load(self, slot: int, layers: Sequence[tuple[Tensor, Tensor]], length: int) -> None:
        """Fill a slot with a row's first `length` tokens: keys and values [H, T, D] a layer."""
        for layer, (keys, values) in enumerate(layers):
            self._allocate(layer, keys, values)
            self.keys[layer][slot, :, :length] = keys[:, :length]
            self.values[layer][slot, :, :length] = values[:, :length]

    def row(self, slot: int) -> list[tuple[Tensor, Tensor]]:
        """Keys and values [H, C, D] of a slot, a layer: what `load` takes. Not a copy."""
        return [
            (keys[slot], values[slot]) for keys, values in zip(self.keys, self.values, strict=True)
        ]

    def update(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, key_states: Tensor, value_states: Tensor, layer_idx: int, *_: object, **__: object
    ) -> tuple[Tensor, Tensor]:
        self._allocate(layer_idx, key_states[0], value_states[0])
        count, _heads, new, _dim = key_states.shape
        here = slice(self._first, self._first + count)
        keys, values = self.keys[layer_idx][here], self.values[layer_idx][here]
        if len(set(self._starts)) == 1:
            start = self._starts[0]
            keys[:, :, start : start + new] = key_states
            values[:, :, start : start + new] = value_states
        else:
            starts = torch.tensor(self._starts, device=keys.device)
            rows = torch.arange(count, device=keys.device)[:, None]
            at = starts[:, None] + torch.arange(new, device=keys.device)
            keys[rows, :, at] = key_states.transpose(1, 2)
            values[rows, :, at] = value_states.transpose(1, 2)
        end = max(self._starts) + new
        return keys[:, :, :end], values[:, :, :end]

    def _allocate(self, layer: int, keys: Tensor, values: Tensor) -> None:
        if layer == len(self.keys):
            self.keys.append(_room(keys[None], self._slots, self.capacity))
            self.values.append(_room(values[None], self._slots, self.capacity))

    # Asked for only where a row is begun: every other pass brings a mask of its own.
    def get_seq_length(self, layer_idx: int = 0) -> int:
        return 0

    def get_mask_sizes(self, query_length: int, layer_idx: int) -> tuple[int, int]:
        return query_length, 0


def _room(like: Tensor, slots: int, capacity: int) -> Tensor:
    """Zeros, not junk: a masked NaN would still be one."""
    _, heads, _, dim = like.shape
    return like.new_zeros((slots, heads, capacity, dim))
