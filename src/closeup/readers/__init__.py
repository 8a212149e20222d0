"""Readers: one small file a format, each turning a dataset's own layout into pages.

A reader is a function `read(source) -> Iterator[Page | BadPage]`. It needs no images. To add one,
write the function and give it a line in `READERS`, or name it `package.module:function`.
"""

import importlib
import os
import sys
from typing import cast

from closeup.readers import acbf, ai4va, closeup_json, comix, ebdtheque, manga109, openmantra
from closeup.readers.reader import Reader
from closeup.records import CloseupError

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

    A module may lie in the working folder.
    """
    if name in READERS:
        return READERS[name]
    module, colon, function = name.partition(":")
    if not colon:
        raise CloseupError(
            f"reader {name!r}: need one of {', '.join(READERS)}, or package.module:function"
        )
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
    try:
        reader = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise CloseupError(f"reader {name!r}: cannot be imported: {error}") from None
    if not callable(reader):
        raise CloseupError(f"reader {name!r}: {function} is not a function")
    return cast(Reader, reader)
