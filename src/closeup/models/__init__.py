"""Models: whatever answers a conversation.

A model is found by its name: one of `MODELS`, `replay:PATH` for the replies of an earlier run or of
a JSON Lines file, or `package.module:Name`, called like the entries of `MODELS`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import cast

from closeup import plugins
from closeup.bench import Bench
from closeup.models import scripted
from closeup.models.model import Message, Model, ModelError
from closeup.records import CloseupError, shorten

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
    if kind == "replay" and rest:
        return scripted.Replay.of(Path(rest))
    make = plugins.find("model", name, MODELS, "replay:PATH")
    if not callable(make):
        raise CloseupError(f"model {shorten(name)}: cannot be called with a bench and a seed")
    return cast(Model, make(bench, seed))


__all__ = ["MODELS", "Message", "Model", "ModelError", "find"]
