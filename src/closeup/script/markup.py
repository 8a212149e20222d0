"""A script's blocks as markup that is both HTML and XHTML, with everything from outside escaped.

Headings carry ids by position ("page-2", "page-2-panel-3"), never by a name from the annotations.
The style and what a page's markup may hold are the same for the web page and the book.
"""

import html
from collections.abc import Iterable, Iterator
from itertools import groupby

from closeup.script import words
from closeup.script.plain import language, plain
from closeup.script.script import Script, ScriptPage
from closeup.script.words import Block

STYLE = """\
:root { color-scheme: light dark; }
body { font: 1.1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 0 auto; padding: 1rem;
  overflow-wrap: break-word; }
h1, h2, h3 { line-height: 1.25; margin: 2rem 0 0.5rem; }
h2 { border-top: 1px solid; padding-top: 1.5rem; margin-top: 3rem; }
h3 { font-size: 1.1rem; }
p, ul { margin: 0.5rem 0; }
ul { padding-left: 1.5rem; }
figure { margin: 1rem 0; }
img { max-width: 100%; height: auto; }
.voice { font-weight: bold; }
"""


def escape(text: str) -> str:
    """Text as an element or an attribute in quotes may hold it, in HTML and in XML."""
    return html.escape(plain(text))


def paragraphs(blocks: Iterable[Block], page: int = 0) -> str:
    """Blocks as elements, a line each; `page` is the page's place in the script, from 1."""
    return "\n".join(_elements(blocks, page))


def page_body(script: Script, page: ScriptPage, number: int, image: str = "") -> str:
    """One page: heading, picture where there is one, and its panels.

    `image` is the picture's address, our own or a data URI, never one from outside.
    """
    heading, *rest = words.page(script, page)
    parts = [paragraphs([heading], number)]
    if image:
        alternative = escape(words.alternative(script, page))
        parts.append(
            f'<figure><img src="{image}" alt="{alternative}" aria-details="page-{number}-script"/>'
            "</figure>"
        )
    parts += [f'<div id="page-{number}-script">', paragraphs(rest, number), "</div>"]
    return "\n".join(parts)


def panel_links(script: Script, page: ScriptPage, number: int) -> Iterator[tuple[str, str]]:
    """The ids and the texts of the headings below a page's own."""
    texts = [block.text for block in words.page(script, page) if block.kind == "panel"]
    return ((panel_id(number, i), text) for i, text in enumerate(texts, 1))


def page_id(number: int) -> str:
    """The id of a page's heading."""
    return f"page-{number}"


def panel_id(page: int, number: int) -> str:
    """The id of the heading of what stands at this place on a page."""
    return f"page-{page}-panel-{number}"


def _elements(blocks: Iterable[Block], page: int) -> Iterator[str]:
    panels = 0
    for kind, group in groupby(blocks, key=lambda block: block.kind):
        if kind == "item":
            yield "<ul>"
            yield from (f"<li>{_text(block)}</li>" for block in group)
            yield "</ul>"
            continue
        for block in group:
            if kind == "page":
                yield f'<h2 id="{page_id(page)}">{_text(block)}</h2>'
            elif kind == "panel":
                panels += 1
                yield f'<h3 id="{panel_id(page, panels)}">{_text(block)}</h3>'
            else:
                yield f"<p>{_text(block)}</p>"


def _text(block: Block) -> str:
    text = escape(block.text)
    if tag := language(block.language):
        text = f'<span lang="{tag}" xml:lang="{tag}" dir="auto">{text}</span>'
    if not block.label:
        return text
    label = f"{escape(block.label)}:"
    return f'<span class="voice">{label}</span> {text}' if block.spoken else f"{label} {text}"
