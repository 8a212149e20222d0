"""Readers: one small file a format, each turning a dataset's own layout into pages.

A reader is a function `read(source) -> Iterator[Page | BadPage]`. It needs no images. To add one,
write the function and give it a line in `READERS`, or name it `package.module:function`.
"""

import inspect
from collections.abc import Iterator
from typing import cast

from closeup import plugins
from closeup.page import Page
from closeup.readers import acbf, ai4va, closeup_json, comix, ebdtheque, manga109, openmantra
from closeup.readers.reader import BadPage, Reader
from closeup.records import CloseupError, shorten
from closeup.sources import Source

READERS: dict[str, Reader] = {
    "acbf": acbf.read,
    "ai4va": ai4va.read,
    "closeup_json": closeup_json.read,
    "comix": comix.read,
    "ebdtheque": ebdtheque.read,
    "manga109": manga109.read,
    "openmantra": openmantra.read,
}


def find(name: str) -> Reader:
    """The reader of this name, or the function that `package.module:function` names.

    Raises CloseupError where there is none, or where it does not take one source.
    """
    reader = plugins.find("reader", name, READERS)
    try:
        inspect.signature(cast(Reader, reader)).bind(None)
    except (TypeError, ValueError) as error:
        raise CloseupError(f"reader {shorten(name)}: no function of a source: {error}") from None
    return cast(Reader, reader)


def read(name: str, source: Source) -> Iterator[Page | BadPage]:
    """The pages of a source, by the reader of this name.

    Raises CloseupError where the reader gives nothing that could be pages.
    """
    try:
        return iter(find(name)(source))
    except TypeError as error:
        raise CloseupError(f"reader {shorten(name)}: gives no pages: {error}") from None
