"""What tells a folder of weights from others of the same name.

A training run overwrites its folder, and a stored reply must not pass for its new model's.
"""

import hashlib
from pathlib import Path

SUFFIXES = (".json", ".jinja", ".safetensors", ".bin", ".txt")
"""Of the files that a reply depends on."""
PIECES, PIECE = 64, 65_536
"""How much of a large file is read to tell it from another."""


def fingerprint(folder: Path) -> str:
    """Eight hexadecimal digits, the same wherever the folder lies."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.suffix not in SUFFIXES:
            continue
        size = path.stat().st_size
        digest.update(f"{path.name} {size} ".encode())
        with path.open("rb") as file:
            for start in range(0, size, max(PIECE, size // PIECES)):
                file.seek(start)
                digest.update(file.read(PIECE))
    return digest.hexdigest()[:8]
