"""Annotations in someone else's JSON: decoded strictly, then checked record by record.

A `Loose` record takes the fields it names and leaves the rest of a foreign format alone; what it
takes must have the right type and be finite, or it is a `SourceError` with place, field, value
and rule.
"""

import json
import re
from collections import Counter
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from closeup.records import explain, shorten
from closeup.sources import Source, SourceError

MAX_BYTES = 64 * 1024 * 1024
"""A file of annotations, which may hold a whole dataset."""
MAX_VALUES = 1_000_000
"""Objects and lists in one file."""
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F])|.)", re.S
)
"""An escape in JSON; the group is half of a character that stands alone."""


class Loose(BaseModel):
    """A part of a foreign record: strict in what it names, blind to the rest."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, allow_inf_nan=False)

    @classmethod
    def take(cls, value: Any, place: str, field: str) -> Self:
        """Check decoded JSON; `field` says where in the file at `place` it stands."""
        if not isinstance(value, dict):
            raise SourceError(place, f"{field}: {shorten(value)}: need an object")
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            raise SourceError(place, f"{field}.{explain(error)}") from None
        except OverflowError:
            raise SourceError(place, f"{field}: a number too large to use") from None


def decode(data: bytes, place: str) -> str:
    """Text of a file that must be UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = data[error.start]
        message = f"not UTF-8: byte {byte:#04x} at offset {error.start}"
        raise SourceError(place, message) from None


def check_keys(text: str, place: str) -> None:
    """Refuse JSON in which a key stands twice in one object: a reader would take the last and say
    nothing. Text that is not JSON passes, for its reader to tell what is wrong."""
    try:
        json.loads(text, object_pairs_hook=_each_key_once)
    except _TwiceError as error:
        raise SourceError(place, f"{shorten(error.key)}: this key stands twice") from None
    except (ValueError, RecursionError):
        return


class _TwiceError(Exception):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        raise _TwiceError(next(key for key, count in counts.items() if count > 1))
    return found


def load(source: Source, name: str) -> Any:
    """The decoded JSON of a file; numbers may still be NaN or infinite."""
    place = source.place(name)
    data = source.read(name, limit=MAX_BYTES)
    if data.count(b"{") + data.count(b"[") > MAX_VALUES:
        raise SourceError(place, f"more than {MAX_VALUES} objects and lists in it")
    text = decode(data, place)
    if half := next((escape for escape in _ESCAPE.finditer(text) if escape[1]), None):
        line = text.count("\n", 0, half.start()) + 1
        rule = "need whole characters, not one surrogate of two"
        raise SourceError(f"{place}:{line}", f"{text[half.start() : half.start() + 6]}: {rule}")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        message = f"not valid JSON: {error.msg} at column {error.colno}"
        raise SourceError(f"{place}:{error.lineno}", message) from None
    except RecursionError:
        raise SourceError(place, "not readable as JSON: nested too deep") from None
    except ValueError as error:
        raise SourceError(place, f"not readable as JSON: {shorten(str(error))}") from None


def items(document: Any, key: str, place: str) -> list[Any]:
    """A list that must stand under a key of a JSON object."""
    if not isinstance(document, dict) or not isinstance(document.get(key), list):
        raise SourceError(place, f"{key}: need a list under this key")
    return document[key]
