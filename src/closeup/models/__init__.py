"""Models: whatever answers a conversation.

A model is found by its name:

    oracle random majority geometry zoomer    scripted: they see nothing
    teacher teacher_exact                     scripted: an honest episode from the annotations
    replay:PATH                               the replies of an earlier run, or of a JSON Lines file
    openai:NAME gemini:NAME                   a provider's API
    http://HOST:PORT/v1#NAME                  any server that speaks OpenAI's protocol
    hf:NAME-or-folder                         transformers, in this process
    closeup-tiny closeup-tiny-start           the same, where their weights came with the package
    package.module:Name                       one's own, called like the entries of `MODELS`
"""

from collections.abc import Callable
from pathlib import Path
from typing import cast

from closeup import plugins
from closeup.models import scripted, shipped
from closeup.models.model import Given, Model, ModelError, ModelOptions
from closeup.models.teacher import Exact, Teacher
from closeup.models.zoomer import Zoomer
from closeup.records import CloseupError, one_line, shorten

MODELS: dict[str, Callable[[Given], Model]] = {
    "oracle": scripted.Oracle,
    "random": scripted.guess,
    "majority": scripted.majority,
    "geometry": scripted.geometry,
    "zoomer": Zoomer,
    "teacher": Teacher,
    "teacher_exact": Exact,
}
"""Each makes a model from what it is given."""


def _replay(name: str, given: Given) -> Model:
    return scripted.Replay.of(Path(name))


def _openai(name: str, given: Given) -> Model:
    from closeup.models import api  # aiohttp takes a third of a second

    return api.openai(name, given)


def _gemini(name: str, given: Given) -> Model:
    from closeup.models import api

    return api.gemini(name, given)


def _server(scheme: str) -> Callable[[str, Given], Model]:
    def make(rest: str, given: Given) -> Model:
        from closeup.models import api

        return api.server(f"{scheme}:{rest}", given)

    return make


def _hf(name: str, given: Given) -> Model:
    place = shipped.place(name)
    try:
        from closeup.models.hf.local import Local
    except ModuleNotFoundError as error:
        asked = name if name in shipped.NAMES else f"hf:{name}"
        raise CloseupError(
            f"model {shorten(asked)}: needs {error.name}: pip install 'closeup[hf]'"
        ) from None
    return Local(place, given)


KINDS: dict[str, Callable[[str, Given], Model]] = {
    "hf": _hf,
    "openai": _openai,
    "gemini": _gemini,
    "http": _server("http"),
    "https": _server("https"),
    "replay": _replay,
}
"""What stands before a colon; each makes a model from what stands behind it."""


PARTS = ("name", "grid", "resolution", "reply")
"""What a model must have."""


def find(name: str, given: Given) -> Model:
    """The model of that name; CloseupError when there is none."""
    kind, _, rest = name.partition(":")
    if kind in KINDS and rest:
        return KINDS[kind](rest, given)
    if name in MODELS:
        return MODELS[name](given)
    if name in shipped.NAMES:
        return _hf(name, given)
    others = ", ".join([*shipped.NAMES, *(f"{kind}:…" for kind in KINDS)])
    make = plugins.find("model", name, MODELS, others)
    if not callable(make):
        raise CloseupError(f"model {shorten(name)}: cannot be called with what it is given")
    try:
        model = make(given)
    except TypeError as error:  # a callable, but of something else
        raise CloseupError(f"model {shorten(name)}: {one_line(str(error))}") from error
    if lacks := [part for part in PARTS if not hasattr(model, part)]:
        raise CloseupError(f"model {shorten(name)}: no model: it lacks {', '.join(lacks)}")
    return cast(Model, model)


__all__ = ["KINDS", "MODELS", "Given", "Model", "ModelError", "ModelOptions", "find"]
