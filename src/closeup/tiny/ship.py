"""Round a trained closeup-tiny and put it into the package: `python -m closeup.tiny.ship FROM TO`.

Its weights are rounded to bfloat16, a third of a digit more than two, and what loading does not
need is left behind. It is asked and trained as float32 all the same, see `models.shipped`.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

import torch

from closeup.models import shipped, told
from closeup.models.hf import checkpoint
from closeup.models.hf import processor as processors
from closeup.records import CloseupError

MOST = 10_000_000
"""Bytes of one model: two of them go into every wheel and stay in the history for good."""
SUFFIXES = {".json", ".safetensors", ".jinja"}
"""Of the files of a checkpoint."""
WHOLE = ("config.json", told.FILE)
"""Files that a checkpoint of closeup's has, and one of adapters alone has not."""


def ship(source: Path, to: str) -> Path:
    """Write the model of a finished run, `RUN/final`, into the package's folder of the name `to`,
    or into any folder, which is written with a slash.

    Returns the folder. Raises CloseupError where the source is no whole checkpoint or is too large;
    what was shipped before then stays.
    """
    if to not in shipped.NAMES and "/" not in to:
        names = ", ".join(shipped.NAMES)
        raise CloseupError(f"ship: {to}: need one of {names}, or a folder, written with a slash")
    for file in WHOLE:
        if not (source / file).is_file():
            raise CloseupError(f"ship: {source}: no {file}: need a finished model, such as final/")
    folder = shipped.WEIGHTS / to if to in shipped.NAMES else Path(to).resolve()
    if folder.exists() and not (folder.is_dir() and _ours(folder)):
        raise CloseupError(f"ship: {to}: need a folder that is new, empty or of a shipped model")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as beside:
        made = Path(beside) / folder.name
        count = _write(source, made)
        size = sum(file.stat().st_size for file in made.iterdir())
        if size > MOST:
            raise CloseupError(f"ship: {source}: {size:,} bytes in bfloat16: need {MOST:,} at most")
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
    print(f"{to}: {count:,} weights, {size:,} bytes: {folder}")
    return folder


def _ours(folder: Path) -> bool:
    """Whether a folder is empty, or holds a checkpoint and nothing that it would not."""
    names = {file.name for file in folder.iterdir() if file.is_file()}
    whole = names >= set(WHOLE) and all(file.is_file() for file in folder.iterdir())
    return not any(folder.iterdir()) or (whole and all(Path(n).suffix in SUFFIXES for n in names))


def _write(source: Path, folder: Path) -> int:
    """The checkpoint anew, in bfloat16; returns how many weights it has."""
    place = str(source)
    _, processor = checkpoint.opened(place, place)
    model = checkpoint.weights(place, place, dtype=torch.bfloat16)
    model.save_pretrained(folder)
    processors.save(processor, folder)
    told.Told.read(place).write(folder)
    return model.num_parameters()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", metavar="FROM", type=Path)
    parser.add_argument("to", metavar="TO", help=f"{', '.join(shipped.NAMES)}, or some/folder")
    given = parser.parse_args()
    try:
        ship(given.source, given.to)
    except CloseupError as error:
        parser.exit(2, f"closeup: {error}\n")
