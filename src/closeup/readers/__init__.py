"""Readers: one small file a format, each turning a dataset's own layout into pages.

A reader is a function `read(source) -> Iterator[Page | BadPage]`. It needs no images. To add one,
write the function and give it a line in `READERS`, or name it `package.module:function`.
"""

import inspect
from typing import cast

from closeup import plugins
from closeup.readers import acbf, ai4va, closeup_json, comix, ebdtheque, manga109, openmantra
from closeup.readers.reader import Reader
from closeup.records import CloseupError, shorten

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
