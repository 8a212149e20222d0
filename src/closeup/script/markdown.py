"""A script as Markdown: quiet when read as it stands, and no markup in it but ours."""

import re
from collections.abc import Iterable, Iterator

from closeup.script import words
from closeup.script.plain import plain
from closeup.script.script import Script
from closeup.script.words import Block

_SPECIAL = re.compile(r"[\\`*\[\]<~$]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w{1,40};)")
_OPENING = re.compile(r"(?:#{1,6}|[-+]|\d{1,9}[.)])(?=\s|$)|[-=]+$|>")
"""What would make a heading, a list or a rule of a line that begins with it."""


def markdown(script: Script) -> str:
    """The whole script, CommonMark; headings of level 2 are pages, those of level 3 panels."""
    parts = [f"# {_plain(script.title)}", *_blocks(words.about(script))]
    if script.cast:
        parts += ["## Characters", *_blocks(words.cast(script))]
    for page in script.pages:
        parts += _blocks(words.page(script, page))
    return _joined(parts)


def _blocks(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        text = f"{block.label}: {block.text}" if block.label else block.text
        match block.kind:
            case "page":
                yield f"## {_plain(text)}"
            case "panel":
                yield f"### {_plain(text)}"
            case "item":
                yield f"- {_plain(text)}"
            case "text":
                yield _plain(text)


def _joined(parts: Iterable[str]) -> str:
    """Paragraphs with empty lines between, but for the items of one list."""
    text, before = "", ""
    for part in parts:
        tight = part.startswith("- ") and before.startswith("- ")
        text += part if not before else f"\n{part}" if tight else f"\n\n{part}"
        before = part
    return text + "\n"


def _plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    text = _SPECIAL.sub(r"\\\g<0>", plain(text))
    if not (opening := _OPENING.match(text)):
        return text
    at = opening.end() - 1 if text[0].isdigit() else 0
    return f"{text[:at]}\\{text[at:]}"
