"""A script as the bytes of a file, in each format."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from closeup.records import CloseupError
from closeup.script.epub import epub
from closeup.script.html import html
from closeup.script.markdown import markdown
from closeup.script.script import Script

FORMATS: dict[str, Callable[[Script, Mapping[str, bytes]], bytes]] = {
    "markdown": lambda script, _: markdown(script).encode(),
    "json": lambda script, _: f"{script.model_dump_json(indent=2)}\n".encode(),
    "html": lambda script, pictures: html(script, pictures).encode(),
    "epub": epub,
}
PICTURED = ("html", "epub")
"""The formats that carry the pages' pictures."""


def save(path: Path, data: bytes) -> None:
    """Write a file, or replace it in one step; CloseupError where that cannot be done."""
    partial = path.with_name(path.name + ".partial")
    try:
        with partial.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise CloseupError(f"{path}: {error.strerror or error}") from None
