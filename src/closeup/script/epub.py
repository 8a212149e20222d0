"""A script as an EPUB 3 book: a chapter a page, with the page's picture where it is at hand.

    mimetype                        first, and stored as it is
    META-INF/container.xml          where the package is
    EPUB/package.opf                metadata, manifest, order of reading (`package`)
    EPUB/nav.xhtml                  the contents: pages, and their panels
    EPUB/style.css
    EPUB/start.xhtml                what the script is, and the cast
    EPUB/page-1.xhtml               …
    EPUB/images/page-1.jpg          …

The same script gives the same bytes: every date is fixed, and the book's identifier is made from
what it holds.
"""

import hashlib
import io
import uuid
import zipfile
from collections.abc import Mapping

from closeup.script import package, words
from closeup.script.markup import STYLE, escape, page_body, paragraphs
from closeup.script.script import Script

DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip can tell."""
CONTAINER = """\
<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles>
<rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/>
</rootfiles>
</container>
"""


def epub(script: Script, pictures: Mapping[str, bytes] | None = None) -> bytes:
    """The book; `pictures` are JPEGs by the pages' ids, as `pictures.pictures` gives."""
    shown = {
        number: pictures[page.id]
        for number, page in enumerate(script.pages, 1)
        if pictures and page.id in pictures
    }
    texts = {"style.css": STYLE, "nav.xhtml": package.navigation(script)}
    texts["start.xhtml"] = _start(script)
    for number, page in enumerate(script.pages, 1):
        image = f"images/page-{number}.jpg" if number in shown else ""
        body = page_body(script, page, number, image)
        texts[f"page-{number}.xhtml"] = package.document(page.heading, body)
    images = {f"images/page-{number}.jpg": data for number, data in shown.items()}
    texts["package.opf"] = package.package(script, _name(texts, images), sorted(shown))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        _add(book, "mimetype", b"application/epub+zip", zipfile.ZIP_STORED)
        _add(book, "META-INF/container.xml", CONTAINER.encode())
        for name, text in texts.items():
            _add(book, f"EPUB/{name}", text.encode())
        for name, data in images.items():
            _add(book, f"EPUB/{name}", data, zipfile.ZIP_STORED)
    return out.getvalue()


def _start(script: Script) -> str:
    body = [f"<h1>{escape(script.title)}</h1>", paragraphs(words.about(script))]
    if script.cast:
        body += ["<h2>Characters</h2>", paragraphs(words.cast(script))]
    return package.document(script.title, "\n".join(body))


def _name(texts: Mapping[str, str], images: Mapping[str, bytes]) -> str:
    """An identifier of the content: a UUID of version 5 over all files."""
    digest = hashlib.sha256()
    for name, data in [*((n, t.encode()) for n, t in texts.items()), *images.items()]:
        digest.update(f"{name} {len(data)}\n".encode() + data)
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, digest.hexdigest())}"


def _add(book: zipfile.ZipFile, name: str, data: bytes, how: int = zipfile.ZIP_DEFLATED) -> None:
    entry = zipfile.ZipInfo(name, DATE)
    entry.compress_type = how
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    book.writestr(entry, data)
