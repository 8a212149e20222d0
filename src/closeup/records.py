"""Records: frozen, strict, and the same in memory as in a line of JSON.

Everything that closeup writes and reads again is a `Record`. Misspelt keys, wrong types and
non-finite numbers are errors, and an error is one line: the place, the value, the rule.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

MAX_LINE = 32 * 1024 * 1024
"""Bytes; a longer line of JSON Lines, or a longer annotation of one page, is refused."""


MAX_MESSAGE = 400
"""Characters of a place or of a message; what is hostile must not fill the screen."""


class CloseupError(Exception):
    """A mistake in what closeup was given: one line, no traceback, exit code 2."""


class Record(BaseModel):
    """A frozen, strict value that reads from and writes to JSON."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )

    @classmethod
    def parse(cls, text: str | bytes, place: str) -> Self:
        """Read one record from JSON text; `place` names it in the error.

        Raises CloseupError with the place, the field, the value and the rule.
        """
        if len(text) > MAX_LINE:
            raise CloseupError(f"{place}: {len(text)} bytes; the limit is {MAX_LINE}")
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise CloseupError(f"{place}: {explain(error)}") from None
        except (RecursionError, UnicodeError) as error:
            raise CloseupError(f"{place}: not readable as JSON: {error}") from None

    def to_json(self) -> str:
        """One line of canonical JSON: fields in the order of the class, nothing unset dropped."""
        return self.model_dump_json()


RecordT = TypeVar("RecordT", bound=Record)


def checked(kind: type[RecordT], **values: Any) -> RecordT:
    """A record made from a user's own settings; CloseupError with the value and the rule."""
    try:
        return kind(**values)
    except ValidationError as error:
        raise CloseupError(explain(error)) from None


def explain(error: ValidationError) -> str:
    """The first of pydantic's complaints as `field: value: rule`, and how many more there are."""
    first, *more = error.errors(include_url=False)
    field = ".".join(one_line(str(part), 60) for part in first["loc"])
    rule = first["msg"].removeprefix("Value error, ")
    parts = [field] if field else []
    if first["type"] not in ("missing", "json_invalid") and field:
        parts.append(shorten(first["input"]))
    text = ": ".join([*parts, rule])
    return text + (f" (and {len(more)} more)" if more else "")


def shorten(value: Any, limit: int = 80) -> str:
    """A value as it may stand in an error: its repr on one line, cut to `limit` characters."""
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def one_line(text: str, limit: int = MAX_MESSAGE) -> str:
    """Text as it may stand in an error: on one line, printable and not too long."""
    text = text if text.isprintable() else repr(text)[1:-1]
    return text if len(text) <= limit else text[: limit - 1] + "…"


def read_bytes(path: Path, limit: int = MAX_LINE) -> bytes:
    """A whole file, refused when it is missing, no plain file, or larger than `limit` bytes."""
    try:
        if not path.is_file():
            why = "not a regular file" if os.path.exists(path) else "no such file"
            raise CloseupError(f"{path}: {why}")
        if (size := path.stat().st_size) > limit:
            raise CloseupError(f"{path}: {size} bytes; the limit is {limit}")
        return path.read_bytes()
    except OSError as error:
        raise CloseupError(f"{path}: {error.strerror or error}") from None


def read_jsonl(path: Path, kind: type[RecordT]) -> Iterator[RecordT]:
    """The records of a JSON Lines file, one at a time; blank lines are skipped.

    Raises CloseupError with the file and the line's number.
    """
    try:
        with path.open("rb") as lines:
            number = 0
            while line := lines.readline(MAX_LINE + 1):
                number += 1
                if line.strip():
                    yield kind.parse(line, f"{path}:{number}")
    except OSError as error:
        raise CloseupError(f"{path}: {error.strerror or error}") from None


def write_jsonl(path: Path, records: Iterable[Record]) -> None:
    """Write records, one a line."""
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for record in records:
            out.write(record.to_json() + "\n")


def write_atomically(path: Path, data: str | bytes | Iterable[bytes]) -> None:
    """Replace a file in one step, so that a reader sees the old bytes or the new, never half.

    Text is written as UTF-8; pieces are written as they come. Raises CloseupError where the file
    cannot be written.
    """
    writable(path)
    partial = path.with_name(path.name + ".partial")
    whole = data.encode() if isinstance(data, str) else data
    try:
        with partial.open("wb") as out:
            out.writelines([whole] if isinstance(whole, bytes) else whole)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(path)
    except OSError as error:
        raise CloseupError(f"{path}: {error.strerror or error}") from None
    finally:
        partial.unlink(missing_ok=True)


def writable(path: Path) -> None:
    """Raises CloseupError where no file can be written at this path, before any work is lost."""
    if path.is_dir():
        raise CloseupError(f"{path}: a folder: need the name of a file")
    if not path.parent.is_dir():
        raise CloseupError(f"{path}: no folder {path.parent}")
