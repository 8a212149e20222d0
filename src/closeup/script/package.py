"""The parts of an EPUB that say what is in it: package document, contents, and a chapter's frame.

The accessibility metadata are of EPUB Accessibility 1.1 and say what this very book has: that text
suffices is claimed only where every panel is described and every line typed out by people. No
conformance is claimed, for that takes somebody who reads the book.
"""

from collections.abc import Iterator, Sequence

from closeup.script.markup import escape, page_id, panel_links
from closeup.script.plain import language
from closeup.script.script import Script

MODIFIED = "2000-01-01T00:00:00Z"
"""EPUB wants a date; ours is no day, so that the same script is the same book."""
_XML = '<?xml version="1.0" encoding="utf-8"?>'
_OPS = 'xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"'


def document(title: str, body: str) -> str:
    """An XHTML document of the book."""
    return f"""{_XML}
<!DOCTYPE html>
<html {_OPS} lang="en" xml:lang="en">
<head>
<title>{escape(title)}</title>
<link rel="stylesheet" type="text/css" href="style.css"/>
</head>
<body>
{body}
</body>
</html>
"""


def navigation(script: Script) -> str:
    """The contents: the start, each page, and within it each panel."""
    return document(script.title, "\n".join(_contents(script)))


def _contents(script: Script) -> Iterator[str]:
    yield '<nav epub:type="toc" role="doc-toc" aria-labelledby="contents">'
    yield '<h1 id="contents">Contents</h1>'
    yield "<ol>"
    yield '<li><a href="start.xhtml">About this script</a></li>'
    for number, page in enumerate(script.pages, 1):
        file = f"page-{number}.xhtml"
        yield f'<li><a href="{file}#{page_id(number)}">{escape(page.heading)}</a>'
        if panels := list(panel_links(script, page, number)):
            yield "<ol>"
            for name, text in panels:
                yield f'<li><a href="{file}#{name}">{escape(text)}</a></li>'
            yield "</ol>"
        yield "</li>"
    yield "</ol>"
    yield "</nav>"


def package(script: Script, identifier: str, pictured: Sequence[int]) -> str:
    """The package document; `pictured` are the numbers of the pages with a picture, from 1."""
    pages = range(1, len(script.pages) + 1)
    files = [
        '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>',
        '<item id="style" href="style.css" media-type="text/css"/>',
        *(_item(name) for name in ("start", *(f"page-{number}" for number in pages))),
        *(
            f'<item id="image-{n}" href="images/page-{n}.jpg" media-type="image/jpeg"/>'
            for n in pictured
        ),
    ]
    spine = [f'<itemref idref="{name}"/>' for name in ("start", *(f"page-{n}" for n in pages))]
    return "\n".join(
        (
            _XML,
            '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"'
            ' unique-identifier="id" xml:lang="en">',
            '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">',
            *_metadata(script, identifier, bool(pictured)),
            "</metadata>",
            "<manifest>",
            *files,
            "</manifest>",
            "<spine>",
            *spine,
            "</spine>",
            "</package>\n",
        )
    )


def _item(name: str) -> str:
    return f'<item id="{name}" href="{name}.xhtml" media-type="application/xhtml+xml"/>'


def _metadata(script: Script, identifier: str, pictures: bool) -> Iterator[str]:
    yield f'<dc:identifier id="id">{identifier}</dc:identifier>'
    yield f"<dc:title>{escape(script.title)}</dc:title>"
    tongues = (tag for tag in map(language, script.languages) if tag)
    for tag in dict.fromkeys(("en", *tongues)):
        yield f"<dc:language>{tag}</dc:language>"
    for text in (*script.licenses, *script.attributions):
        yield f"<dc:rights>{escape(text)}</dc:rights>"
    yield f'<meta property="dcterms:modified">{MODIFIED}</meta>'
    for name, value in _accessibility(script, pictures):
        yield f'<meta property="schema:{name}">{escape(value)}</meta>'


def _accessibility(script: Script, pictures: bool) -> Iterator[tuple[str, str]]:
    sufficient = _suffices(script)
    yield "accessMode", "textual"
    if pictures:
        yield "accessMode", "visual"
        yield "accessModeSufficient", "textual,visual"
    if sufficient or not pictures:
        yield "accessModeSufficient", "textual"
    for feature in ("structuralNavigation", "tableOfContents", "readingOrder"):
        yield "accessibilityFeature", feature
    if pictures:
        yield "accessibilityFeature", "alternativeText"
        yield "accessibilityFeature", "longDescription"
    yield "accessibilityHazard", "none"
    yield "accessibilitySummary", _summary(script, pictures, sufficient)


def _suffices(script: Script) -> bool:
    """Whether people described every panel and typed out every line."""
    if script.told_by:
        return False
    panels = [panel for page in script.pages for panel in page.panels]
    return all(
        (any(not scene.source for scene in panel.scenes) or not panel.number)
        and all(line.text and "text" not in line.guessed for line in panel.lines)
        for panel in panels
    )


def _summary(script: Script, pictures: bool, sufficient: bool) -> str:
    """What a reader should know before opening the book."""
    shown = "its pages as pictures, and " if pictures else ""
    parts = [
        f"A comic as text: {shown}a script of every page, panel by panel in the order of reading, "
        "with a heading for each."
    ]
    if script.told_by:
        parts.append(f"The script was told by {script.told_by}, a model, and checked by nobody.")
    elif sufficient:
        parts.append("People described every panel and typed out every line.")
    else:
        parts.append("Not every panel is described and typed out by people.")
    parts.append("What is uncertain is marked where it stands.")
    return " ".join(parts)
