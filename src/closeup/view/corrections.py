"""Marked mistakes of annotations: a list by stable ids, in a file of its own. Originals stay as
they are.

The file is JSON Lines. Every change reads it, changes it and replaces it in one step, under a lock
of its folder, so that neither two tabs nor two viewers lose each other's marks.
"""

import csv
import fcntl
import io
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field

from closeup.records import CloseupError, Record, read_jsonl, writable, write_atomically

Kind = Literal["wrong", "missing", "not there", "doubtful"]
"""The value is wrong; something that is on the page is not annotated; the item is not on the page;
or somebody should look again."""
KINDS: tuple[Kind, ...] = get_args(Kind)
MOST = 100_000
"""Corrections in one file."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that spreadsheets take for a formula."""


def _code(text: str) -> str:
    if not (text.isalnum() and text.isascii() and len(text) <= 32):
        raise ValueError("need up to 32 letters and digits")
    return text


class Correction(Record):
    """One mistake."""

    id: Annotated[str, AfterValidator(_code)]
    page: str = Field(max_length=400)
    item: str = Field(default="", max_length=400)
    """The panel, character or balloon, as `panels/p1`; empty: the page itself."""
    field: str = Field(default="", max_length=100)
    """Which of its fields; empty: the item as a whole."""
    kind: Kind
    said: str = Field(default="", max_length=20_000)
    """What the annotation says."""
    should: str = Field(default="", max_length=4000)
    """What it should say, as far as that is known."""
    note: str = Field(default="", max_length=4000)


class Corrections:
    """The corrections in a file, which need not be there yet. It is not touched before it is asked
    for."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lock = Lock()

    def check(self) -> None:
        """Raises CloseupError where no marks can be kept in the file."""
        writable(self.file)
        self.all()

    def all(self) -> list[Correction]:
        """All of them, in the order in which they were made.

        Raises CloseupError where the file holds anything else.
        """
        if not self.file.exists():
            return []
        found = {one.id: one for one in read_jsonl(self.file, Correction)}
        return list(found.values())

    def of(self, page: str) -> list[Correction]:
        """Those of one page."""
        return [one for one in self.all() if one.page == page]

    def add(self, made: Correction) -> None:
        """Keep one more, or another one under the same id."""
        with self._changing():
            kept = {one.id: one for one in self.all()} | {made.id: made}
            if len(kept) > MOST:
                raise CloseupError(f"{self.file}: {MOST} corrections, which is the limit")
            self._write(kept.values())

    def remove(self, code: str) -> None:
        """Drop one; nothing happens where there is none of this id."""
        with self._changing():
            self._write(one for one in self.all() if one.id != code)

    def csv(self) -> str:
        """All of them for a spreadsheet. A cell that it would take for a formula begins with an
        apostrophe; the JSON Lines have it as it is."""
        out = io.StringIO()
        table = csv.writer(out)
        table.writerow(Correction.model_fields)
        for one in self.all():
            cells = map(str, one.model_dump().values())
            table.writerow("'" + cell if cell.startswith(FORMULA) else cell for cell in cells)
        return out.getvalue()

    def jsonl(self) -> str:
        """All of them, one a line."""
        return "".join(f"{one.to_json()}\n" for one in self.all())

    @contextmanager
    def _changing(self) -> Iterator[None]:
        # The folder: the file itself is replaced, and a lock would stay on the one that is gone.
        with self._lock:
            writable(self.file)
            folder = os.open(self.file.resolve().parent, os.O_RDONLY)
            try:
                fcntl.flock(folder, fcntl.LOCK_EX)
                yield
            finally:
                os.close(folder)

    def _write(self, corrections: Iterable[Correction]) -> None:
        write_atomically(self.file, "".join(f"{one.to_json()}\n" for one in corrections))


def new_id() -> str:
    """An id that no other correction has."""
    return secrets.token_hex(6)
