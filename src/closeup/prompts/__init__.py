"""Prompts are files: one .md a task, and `system.md`.

A slot is `{name}` in lower-case letters; any other brace is text. Rendering is strict: a slot that
is not filled, or a value that the prompt has no slot for, is an error and not an odd prompt.
"""

import re
from functools import cache
from importlib.resources import files

_SLOT = re.compile(r"\{([a-z_]+)\}")


def render(name: str, **slots: str) -> str:
    """The prompt of that name with its slots filled; ValueError unless they match exactly."""
    return fill(load(name), name, **slots)


@cache
def load(name: str) -> str:
    """The text of a prompt as it stands in its file; ValueError where there is none."""
    file = files("closeup.prompts").joinpath(f"{name}.md")
    if not re.fullmatch("[a-z0-9_]+", name) or not file.is_file():
        raise ValueError(f"no prompt named {name!r}")
    return file.read_text(encoding="utf-8")


def fill(template: str, name: str, **slots: str) -> str:
    """A prompt's text with its slots filled, each once: a slot within a value stays as it is.

    Raises ValueError with the `name` of the prompt unless slots and values match exactly.
    """
    wanted = set(_SLOT.findall(template))
    if missing := sorted(wanted - slots.keys()):
        raise ValueError(f"prompt {name!r}: slot {missing[0]!r} is not filled")
    if unused := sorted(slots.keys() - wanted):
        raise ValueError(f"prompt {name!r}: there is no slot {unused[0]!r}")
    return _SLOT.sub(lambda slot: slots[slot[1]], template).strip()
