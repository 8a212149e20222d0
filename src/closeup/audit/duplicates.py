"""Pages of the test split that look like pages of the train split."""

from collections.abc import Iterator, Mapping, Sequence

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
_BLOCK = 256
"""Pages compared at once with all of the other split: 10,000 pages take some tens of megabytes."""


class Duplicate(Record):
    """Two pages that look alike and lie in different splits."""

    train: str
    test: str
    distance: int
    """Bits of 256 in which their hashes differ."""


def dhash(image: Image.Image) -> np.ndarray:
    """256 bits, (32,) of bytes: in a grid of 16 × 16, whether each cell is darker than the one to
    its right."""
    small = np.asarray(image.convert("L").resize((SIDE + 1, SIDE), Image.Resampling.BOX))
    return np.packbits(small[:, :-1] < small[:, 1:])


def near_duplicates(bench: Bench, split_of: Mapping[str, Split]) -> list[Duplicate]:
    """All pairs across splits, the closest first; pages without a split are not looked at."""
    names: dict[Split, list[str]] = {"train": [], "test": []}
    hashes: dict[Split, list[np.ndarray]] = {"train": [], "test": []}
    for page in bench.pages():
        if split := split_of.get(page.id):
            image = decode(read_bytes(bench.path / page.image, _MOST_BYTES), page.image)
            names[split].append(page.id)
            hashes[split].append(dhash(image))
    found = [
        Duplicate(train=names["train"][a], test=names["test"][b], distance=distance)
        for a, b, distance in near_pairs(hashes["train"], hashes["test"])
    ]
    return sorted(found, key=lambda pair: (pair.distance, pair.train, pair.test))


def near_pairs(
    first: Sequence[np.ndarray], second: Sequence[np.ndarray]
) -> Iterator[tuple[int, int, int]]:
    """(index in first, index in second, distance) of all hashes within `LIMIT` of each other."""
    if not first or not second:
        return
    a, b = (np.stack(hashes).view(np.uint64) for hashes in (first, second))
    for start in range(0, len(a), _BLOCK):
        block = a[start : start + _BLOCK]
        distances = np.zeros((len(block), len(b)), dtype=np.uint16)
        for word in range(a.shape[1]):
            distances += np.bitwise_count(block[:, None, word] ^ b[None, :, word])
        for i, j in np.argwhere(distances <= LIMIT):
            yield start + int(i), int(j), int(distances[i, j])
