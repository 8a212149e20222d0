"""A script as the bytes of a file, in each format."""

from collections.abc import Callable, Mapping

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
