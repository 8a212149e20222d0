"""Any model behind an OpenAI-compatible port: the local default, and the tests' real server.

incoming    HTTP's JSON → a Request            album   the images that requests show
outgoing    a Reply → HTTP's JSON, and errors  asked   which question of a bench is asked
faults      what goes wrong on purpose         stats   what was asked, answered and asked twice
server      the routes; `serving`              constant   a model that reads nothing
"""

from closeup.models import Given, Model
from closeup.models import find as find_model
from closeup.serve.album import Album
from closeup.serve.constant import Constant
from closeup.serve.server import Server, Serving, serving, serving_in_thread
from closeup.serve.stats import Stats


def find(name: str, given: Given) -> Model:
    """A model as `models.find` has them, or `constant`, or `constant:TEXT`."""
    kind, colon, text = name.partition(":")
    if kind == "constant":
        return Constant(text) if colon else Constant()
    return find_model(name, given)


__all__ = [
    "Album",
    "Constant",
    "Server",
    "Serving",
    "Stats",
    "find",
    "serving",
    "serving_in_thread",
]
