"""Pages of the test split that look like pages of the train split."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import numpy as np
from PIL import Image

from closeup.bench import Bench
from closeup.images import decode
from closeup.question import Split
from closeup.records import Record, read_bytes

SIDE = 16
LIMIT = 16
"""Bits of 256: two pages that differ in no more are near-duplicates."""
_MOST_BYTES = 256 * 1024 * 1024


class Duplicate(Record):
    """Two pages that look alike and lie in different splits."""

    train: str
    test: str
    distance: int
    """Bits of 256 in which their hashes differ."""


def dhash(image: Image.Image) -> np.ndarray:
    """256 bits: in a grid of 16 × 16, whether each cell is darker than the one to its right."""
    small = np.asarray(image.convert("L").resize((SIDE + 1, SIDE), Image.Resampling.BOX))
    return (small[:, :-1] < small[:, 1:]).ravel()


def near_duplicates(bench: Bench, split_of: Mapping[str, Split]) -> list[Duplicate]:
    """All pairs across splits, the closest first; pages without a split are not looked at.

    Of `LIMIT` + 1 bands of bits, two hashes within the limit share at least one whole, so that
    only pages with a band in common need comparing, and none is missed.
    """
    hashes = {
        page.id: dhash(decode(read_bytes(bench.path / page.image, _MOST_BYTES), page.image))
        for page in bench.pages()
        if page.id in split_of
    }
    pairs = set(_sharing_a_band(hashes, split_of))
    found = [
        Duplicate(train=a, test=b, distance=int((hashes[a] ^ hashes[b]).sum())) for a, b in pairs
    ]
    near = [pair for pair in found if pair.distance <= LIMIT]
    return sorted(near, key=lambda pair: (pair.distance, pair.train, pair.test))


def _sharing_a_band(
    hashes: Mapping[str, np.ndarray], split_of: Mapping[str, Split]
) -> Iterator[tuple[str, str]]:
    for band in np.array_split(np.arange(SIDE * SIDE), LIMIT + 1):
        alike: dict[bytes, dict[Split, list[str]]] = defaultdict(lambda: {"train": [], "test": []})
        for page, bits in hashes.items():
            alike[bits[band].tobytes()][split_of[page]].append(page)
        for group in alike.values():
            yield from ((a, b) for a in group["train"] for b in group["test"])
