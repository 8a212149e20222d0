"""Sequences of tokens and images, and the keys and values of those that were fed before.

Needs the extra `hf`.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Line:
    """Token ids and what the images among them show."""

    ids: np.ndarray
    images: tuple[bytes, ...]
    """A hash of each image."""
    spans: tuple[tuple[int, int], ...]
    """Where each image's tokens lie, half-open."""

    @classmethod
    def of(cls, ids: Sequence[int], images: Sequence[bytes], image_token: int) -> "Line":
        """ValueError where there are not as many runs of image tokens as images."""
        every = np.asarray(ids, dtype=np.int64)
        is_image = np.concatenate([[False], every == image_token, [False]])
        edges = np.flatnonzero(is_image[1:] != is_image[:-1]).reshape(-1, 2)
        if len(edges) != len(images):
            raise ValueError(f"{len(images)} images, but {len(edges)} runs of image tokens")
        return cls(every, tuple(images), tuple((int(a), int(b)) for a, b in edges))

    @property
    def name(self) -> tuple[bytes, tuple[bytes, ...]]:
        """Equal where all tokens and images are."""
        return self.ids.tobytes(), self.images

    def common(self, other: "Line") -> int:
        """Tokens at the start of both that stand for the same; an image counts whole or not."""
        length = min(len(self.ids), len(other.ids))
        unlike = np.flatnonzero(self.ids[:length] != other.ids[:length])
        same = int(unlike[0]) if len(unlike) else length
        for number, (start, end) in enumerate(self.spans):
            if start >= same:
                break
            if self.images[number] != other.images[number] or end > same:
                return start
        return same

    def plus(self, said: Sequence[int]) -> "Line":
        """The same with some tokens of text behind it."""
        ids = np.concatenate([self.ids, np.asarray(said, dtype=np.int64)])
        return Line(ids, self.images, self.spans)


@dataclass(frozen=True, eq=False)
class Row:
    """A line that was fed."""

    line: Line
    positions: Tensor
    """[3, tokens], on the CPU: the places of each token in time, height and width."""
    layers: list[tuple[Tensor, Tensor]]
    """Keys and values [heads, tokens, numbers] of each layer."""

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(t.numel() * t.element_size() for pair in self.layers for t in pair)


class Rows:
    """The rows used last, as many as fit."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._rows: OrderedDict[tuple[bytes, tuple[bytes, ...]], Row] = OrderedDict()

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def size(self) -> int:
        """Bytes."""
        return self._bytes

    def best(self, line: Line) -> tuple[Row | None, int]:
        """The row that begins with most of a line, and how many of its tokens."""
        best, most = None, 0
        for row in self._rows.values():
            if (same := line.common(row.line)) > most:
                best, most = row, same
        if best:
            self._rows.move_to_end(best.line.name)
        return best, most

    def keep(self, row: Row) -> None:
        """Add a row; the ones not used for longest go."""
        self.drop(row)
        if row.size > self._max_bytes:
            return
        self._rows[row.line.name] = row
        self._bytes += row.size
        while self._bytes > self._max_bytes:
            _, oldest = self._rows.popitem(last=False)
            self._bytes -= oldest.size

    def drop(self, row: Row) -> None:
        """Forget a row, where it is known."""
        if old := self._rows.pop(row.line.name, None):
            self._bytes -= old.size

    def clear(self) -> None:
        self._rows.clear()
        self._bytes = 0
