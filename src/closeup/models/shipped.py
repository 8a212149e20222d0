"""The models that come with the package: closeup-tiny, and what its last training started from.

Each is a checkpoint in a folder of its own name, as `python -m closeup.tiny.ship` wrote it: in
bfloat16, for half the bytes. On a CPU it is asked and trained as a float32 copy of those numbers,
so what is measured of it is measured of the rounded weights.
"""

from pathlib import Path

from closeup.records import CloseupError

NAMES = {
    "closeup-tiny": "taught to zoom by region-aware RL",
    "closeup-tiny-start": "what that began with: taught by episodes of a scripted teacher",
}
WEIGHTS = Path(__file__).parent.parent / "tiny" / "weights"


def place(name: str) -> str:
    """Where a model lies: a shipped one in its folder, any other where its name says.

    A folder that happens to have such a name is written ./closeup-tiny. Raises CloseupError where
    the weights did not come with this copy of the package.
    """
    if name not in NAMES:
        return name
    folder = WEIGHTS / name
    if not (folder / "config.json").is_file():
        raise CloseupError(f"model {name}: its weights did not come with this copy of closeup")
    return str(folder)
