"""API keys: from the environment or a file, and never again out of here but into a header."""

import os
import re
import stat
from pathlib import Path

from closeup.records import CloseupError, read_bytes

MAX_KEY = 4096
_PREFIX = 6
"""Characters of a key that a provider may quote back with the rest blotted out."""
_LONG = 12
"""Characters from which a key, or its start, is no word of a message by chance."""


class Key:
    """A secret. It has no repr, and does not pickle or copy into anything that is written."""

    __slots__ = ("_value", "source")

    def __init__(self, value: str, source: str) -> None:
        self._value = _checked(value, source)
        self.source = source
        """Where it was found, for an error to name."""

    def __repr__(self) -> str:
        return f"Key(from {self.source})"

    def __reduce__(self) -> str:
        raise TypeError("a key is not written anywhere")

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._value}"}

    def redacted(self, text: str) -> str:
        """A provider's text without this key, whole or half blotted out."""
        if len(self._value) < _LONG:
            return re.sub(rf"(?<!\w){re.escape(self._value)}(?!\w)", "[key]", text)
        start = re.escape(self._value[:_PREFIX])
        whole = text.replace(self._value, "[key]")
        return re.sub(rf"(?<![\w-]){start}[^\s\"'<>,]*", "[key]", whole)


def find(variable: str, file: str | None) -> Key | None:
    """The key in `file`, else in the environment variable; None where there is neither.

    Raises CloseupError where the file is no key, or where everyone on the machine can read it.
    """
    if file is not None:
        return _in_file(Path(file).expanduser())
    value = os.environ.get(variable, "").strip()
    return Key(value, variable) if value else None


def _in_file(path: Path) -> Key:
    data = read_bytes(path, MAX_KEY)
    if os.name == "posix" and path.stat().st_mode & stat.S_IROTH:
        raise CloseupError(f"{path}: everyone can read this key file: chmod o-r it")
    return Key(data.decode("utf-8", "replace").strip(), str(path))


def _checked(value: str, source: str) -> str:
    if not value:
        raise CloseupError(f"{source}: empty: need an API key")
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise CloseupError(f"{source}: not an API key: need one line of ASCII without spaces")
    return value
