"""Boxes in hundredths, and every number of one a token: `python -m closeup.tiny.numbers FROM TO`.

Digit by digit a box is a dozen tokens, most of which stand in the prompt many times, so that
copying one is more than a model of four layers finds out. A token a number (Pix2Seq, Chen et al.,
2022) is found again by the one before it, as the heads of `copying` do from the start. A comma goes
with the number behind it, or every number would stand between two commas.
"""

import argparse
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import normalize
from transformers import AddedToken

from closeup.geometry import STEPS, Grid
from closeup.models.hf import checkpoint
from closeup.models.hf import processor as processors
from closeup.models.told import Told
from closeup.records import CloseupError
from closeup.tiny.words import grid_lines

GRID: Grid = "rel100"
"""How a box is told from here on."""
COMMA = ", "
"""What stands before each number of a box but the first."""
WAVES = 12
"""Cosines that tell where a number lies between the least and the largest, so that near ones are
alike."""
OWN = 0.7
"""Of a number's embedding, what it shares with no other, by which it is copied and not mistaken."""


@torch.no_grad()
def numbers(source: Path, folder: Path, seed: int = 0) -> None:
    """Give a closeup-tiny the tokens, and write it into the folder.

    What it has learned stays; how the new tokens are used is to be taught. `seed` draws their
    embeddings. Raises CloseupError where the source is no closeup-tiny, or has been given them.
    """
    place, told = str(source), Told.read(str(source))
    if told.grid in (None, GRID):
        rule = "need a closeup-tiny whose closeup.json names another grid"
        raise CloseupError(f"numbers: {source}: grid {told.grid}: {rule}")
    assert told.grid
    _, processor = checkpoint.opened(place, place)
    model: Any = checkpoint.weights(place, place, dtype=torch.float32)
    words: Any = processor.tokenizer
    before, after = grid_lines(told.grid), grid_lines(GRID)
    if any(words.convert_tokens_to_ids(line) is None for line in before):
        raise CloseupError(f"numbers: {source}: no token for {before[-1]!r}: need a closeup-tiny")
    torch.manual_seed(seed)
    words.add_tokens([AddedToken(text, normalized=False) for text in (*after, *_names())])
    model.resize_token_embeddings(len(words), pad_to_multiple_of=64)
    rows = model.get_input_embeddings().weight
    where = words.convert_tokens_to_ids
    for old, text in zip(before, after, strict=True):
        rows[where(text)] = rows[where(old)]  # they say the same but for how fine the grid is
    digits = rows[[where(str(digit)) for digit in range(10)]]
    size = digits.norm(dim=1).mean()
    places = _places(STEPS[GRID] + 1, rows.shape[1])
    for text in _names():
        common = digits.mean(0) + (rows[where(COMMA)] if text.startswith(COMMA) else 0)
        own = OWN * normalize(torch.randn_like(common), dim=0)
        made = normalize(common, dim=0) + places[int(text.removeprefix(COMMA))] + own
        rows[where(text)] = size * normalize(made, dim=0)
    model.save_pretrained(folder)
    processors.save(processor, folder)
    told.model_copy(update={"grid": GRID}).write(folder)
    print(f"{model.num_parameters():,} parameters, {len(words)} tokens: {folder}")


def _names() -> Iterator[str]:
    """The numbers of a box, as they stand in one; digits alone are tokens already."""
    for number in range(STEPS[GRID] + 1):
        if number > 9:
            yield str(number)
        yield f"{COMMA}{number}"


def _places(count: int, width: int) -> Tensor:
    """Where numbers lie, as directions of hidden numbers: (count, width), of length 1."""
    shares = torch.linspace(0, math.pi, count)
    waves = torch.cos(shares[:, None] * torch.arange(1, WAVES + 1))
    directions = torch.linalg.qr(torch.randn(width, WAVES))[0].T
    return normalize(waves @ directions, dim=1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", metavar="FROM", type=Path)
    parser.add_argument("folder", metavar="TO", type=Path)
    given = parser.parse_args()
    try:
        numbers(given.source, given.folder)
    except CloseupError as error:
        parser.exit(2, f"closeup: {error}\n")
