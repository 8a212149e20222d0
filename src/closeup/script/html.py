"""A script as one HTML file: no scripts, nothing loaded from anywhere, good in light and dark."""

import base64
import hashlib
from collections.abc import Iterator, Mapping

from closeup.script import words
from closeup.script.markup import STYLE, escape, page_body, page_id, paragraphs
from closeup.script.script import Script


def html(script: Script, pictures: Mapping[str, bytes] | None = None) -> str:
    """The whole script; `pictures` are JPEGs by the pages' ids, as `pictures.pictures` gives."""
    return "".join(f"{line}\n" for line in _lines(script, pictures or {}))


def _lines(script: Script, pictures: Mapping[str, bytes]) -> Iterator[str]:
    style = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'sha256-{style}'; form-action 'none'"
    yield "<!DOCTYPE html>"
    yield '<html lang="en">'
    yield "<head>"
    yield '<meta charset="utf-8"/>'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}; base-uri \'none\'"/>'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1"/>'
    yield f"<title>{escape(script.title)}: the script</title>"
    yield f"<style>{STYLE}</style>"
    yield "</head>"
    yield "<body>"
    yield "<main>"
    yield f"<h1>{escape(script.title)}</h1>"
    yield paragraphs(words.about(script))
    if len(script.pages) > 1:
        yield '<nav aria-label="Pages">'
        yield "<ul>"
        for number, page in enumerate(script.pages, 1):
            yield f'<li><a href="#{page_id(number)}">{escape(page.heading)}</a></li>'
        yield "</ul>"
        yield "</nav>"
    if script.cast:
        yield "<h2>Characters</h2>"
        yield paragraphs(words.cast(script))
    for number, page in enumerate(script.pages, 1):
        yield page_body(script, page, number, _address(pictures.get(page.id)))
    yield "</main>"
    yield "</body>"
    yield "</html>"


def _address(picture: bytes | None) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(picture).decode()}" if picture else ""
