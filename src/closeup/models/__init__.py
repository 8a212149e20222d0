"""Models: whatever answers a conversation.

A model is found by its name: one of `MODELS`, `replay:PATH` for the replies of an earlier run or of
a JSON Lines file, or `package.module:Name`, called like the entries of `MODELS`.
"""

import importlib
from collections.abc import Callable
from pathlib import Path

from closeup.bench import Bench
from closeup.models import scripted
from closeup.models.model import Message, Model, ModelError
from closeup.records import CloseupError

MODELS: dict[str, Callable[[Bench, int], Model]] = {
    "oracle": scripted.Oracle,
    "random": scripted.guess,
    "majority": scripted.majority,
    "geometry": scripted.geometry,
}
"""Each makes a model from the bench it will be asked about and a seed."""


def find(name: str, bench: Bench, seed: int = 0) -> Model:
    """The model of that name; CloseupError when there is none."""
    kind, _, rest = name.partition(":")
    if name in MODELS:
        return MODELS[name](bench, seed)
    if kind == "replay" and rest:
        return scripted.Replay.of(Path(rest))
    if not rest:
        known = ", ".join([*MODELS, "replay:PATH", "package.module:Name"])
        raise CloseupError(f"model {name!r}: not known; there are {known}")
    try:
        make = getattr(importlib.import_module(kind), rest)
    except (ImportError, AttributeError) as error:
        raise CloseupError(f"model {name!r}: {error}") from None
    return make(bench, seed)


__all__ = ["MODELS", "Message", "Model", "ModelError", "find"]
