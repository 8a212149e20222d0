"""What a model's name tells: whether it names one model for good, and whether two are the same."""

import re
from urllib.parse import urlsplit

from closeup.records import CloseupError, shorten

_DATED = re.compile(r"-(\d{4}-\d\d-\d\d|\d{4})(?=$|:)")
"""How OpenAI pins a snapshot; a fine-tuned model has more behind it."""
_VERSION = re.compile(
    r"[-@](\d{4}-\d\d-\d\d|\d{8}|\d{3,4}|latest|(preview|exp)(-\d\d-\d\d(\d\d|-\d{4})?)?)$"
)
_DOMAINS = {"openai": "openai.com", "gemini": "googleapis.com"}
_KIND = re.compile(r"(openai|gemini|hf|replay):")


def check_pinned(name: str) -> None:
    """Raises CloseupError for a name behind which the provider puts another model at will.

    Such a judge is not the same judge next month, and no one can tell. Servers of one's own and
    files are taken at their word.
    """
    kind, model = _provider(name)
    if kind == "openai" and not _DATED.search(model):
        rule, example = "no date", "as in openai:gpt-4o-2024-11-20"
    elif kind == "gemini" and not re.search(r"\d", model):
        rule, example = "no version", "as in gemini:gemini-2.5-pro"
    elif re.search(r"(^|[-:])latest$", name):
        rule, example = "the newest of its kind", "name one version"
    else:
        return
    raise CloseupError(
        f"judge {shorten(name)}: {rule}: the provider may put another model behind it: "
        f"pin it, {example}, or say --allow-floating"
    )


def _provider(name: str) -> tuple[str, str]:
    """Whose rules a name goes by, and the model: also where the provider's address is spelt out."""
    address, _, model = name.partition("#")
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        host = ""
    for kind, domain in _DOMAINS.items():
        if f".{host}".endswith(f".{domain}"):
            return kind, model
    kind, _, model = name.partition(":")
    return kind, model


def alike(one: str, other: str) -> bool:
    """Whether two names are of one model, whoever serves it and whichever version it is.

    `openai:gpt-4o-2024-11-20` and `gpt-4o` are; `gpt-4o` and `gpt-4o-mini` are not.
    """
    return _bare(one) == _bare(other)


def _bare(name: str) -> str:
    name = _KIND.sub("", name.strip().lower(), count=1).rpartition("#")[2].rpartition("/")[2]
    return _VERSION.sub("", name)
