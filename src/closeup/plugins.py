"""Names that a user gives: a built-in thing, or `package.module:Name` of their own.

The working folder counts as a place where modules lie.
"""

import importlib
import os
import sys
from collections.abc import Mapping

from closeup.records import CloseupError, shorten


def find(kind: str, name: str, known: Mapping[str, object], others: str = "") -> object:
    """The thing of this name; `others` names further forms that the error should offer.

    Raises CloseupError where it is not known, or its module cannot be imported.
    """
    if name in known:
        return known[name]
    module, colon, attribute = name.partition(":")
    if not colon:
        forms = ", ".join([*known, *([others] if others else []), "or package.module:Name"])
        raise CloseupError(f"{kind} {shorten(name)}: need one of {forms}")
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError, SyntaxError) as error:
        raise CloseupError(f"{kind} {shorten(name)}: cannot be imported: {error}") from None
