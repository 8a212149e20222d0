"""Where annotations and images are read from: a folder, or a .zip or .cbz as if it were one.

Names inside a source are relative and use "/". They are hostile until checked: a name that
climbs out, a link that leaves the folder and an archive that swells are refused. Members of an
archive are read from it directly; nothing is ever unpacked to disk.
"""

import errno
import lzma
import os
import re
import stat
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from closeup.records import MAX_LINE, CloseupError, one_line, shorten

MAX_ENTRIES = 200_000
"""Files in one source."""
MAX_RATIO = 200
"""How many times larger than its packed size a member of an archive may be, once it is larger
than a mebibyte. Annotations pack about tenfold, images hardly at all."""
ARCHIVES = (".zip", ".cbz")
READ_ERRORS = (
    *(OSError, EOFError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
)
"""What a file or a member of an archive may raise while it is read."""


class SourceError(CloseupError):
    """Something in a source that breaks a rule, with its place kept apart from the message."""

    def __init__(self, place: str, message: str) -> None:
        self.place = one_line(place)
        self.message = one_line(message)
        super().__init__(f"{self.place}: {self.message}")

    def __reduce__(self) -> tuple[Any, ...]:
        return (SourceError, (self.place, self.message))


class Source(ABC):
    """A folder or an archive of files. It pickles, and a worker that gets it opens it anew."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @staticmethod
    def open(path: Path | str) -> "Source":
        """The source at a path; CloseupError when there is none, or it cannot be trusted."""
        path = Path(path)
        if not str(path).isprintable():
            raise CloseupError(f"{shorten(str(path), 400)}: need a path of printable characters")
        try:
            if path.is_dir():
                return Folder(path)
            if path.suffix.lower() in ARCHIVES and path.is_file():
                return Archive(path)
            there = path.exists()
        except OSError as error:
            raise CloseupError(f"{one_line(str(path))}: {_reason(error)}") from None
        raise CloseupError(
            f"{path}: need a folder, a .zip or a .cbz"
            if there
            else f"{path}: no such file or folder"
        )

    def names(self, *suffixes: str) -> list[str]:
        """The files with these suffixes (any, when none is given), page2 before page10.

        Hidden files and what macOS leaves in archives are not seen. A folder that is a link
        elsewhere stands among them, whatever its suffix: it is not entered, and to read it is an
        error. Raises CloseupError when no file matches.
        """
        files, links = self._all_names()
        found = [name for name in files if not suffixes or name.lower().endswith(suffixes)]
        if not found and not links:
            what = " or ".join(suffixes) or "visible"
            raise CloseupError(f"{self.path}: no {what} file in it ({len(files)} others)")
        return sorted(found + links, key=natural)

    def place(self, name: str) -> str:
        """A file of this source as an error names it."""
        return f"{self.path / name}"

    def exists(self, name: str) -> bool:
        """Whether there is such a file; CloseupError when the name climbs out."""
        check_name(name, str(self.path))
        return self._has(name)

    def read(self, name: str, limit: int = MAX_LINE) -> bytes:
        """A whole file; SourceError when it is missing, unreadable or larger than `limit` bytes."""
        try:
            with self._stream(name) as file:
                data = file.read(limit + 1)
        except READ_ERRORS as error:
            raise SourceError(self.place(name), f"cannot be read: {_reason(error)}") from None
        if len(data) > limit:
            raise SourceError(self.place(name), f"more than {limit} bytes, which is the limit")
        return data

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a file one at a time; SourceError as for `read`, or for a line too long."""
        try:
            with self._stream(name) as file:
                while line := file.readline(MAX_LINE + 1):
                    if len(line) > MAX_LINE:
                        raise SourceError(self.place(name), f"a line of more than {MAX_LINE} bytes")
                    yield line
        except READ_ERRORS as error:
            raise SourceError(self.place(name), f"cannot be read: {_reason(error)}") from None

    def _stream(self, name: str) -> IO[bytes]:
        if not self.exists(name):
            raise SourceError(self.place(name), self._missing(name))
        return self._open_file(name)

    def _missing(self, name: str) -> str:
        """Why there is no file of a safe name."""
        return "no such file"

    @abstractmethod
    def _all_names(self) -> tuple[list[str], list[str]]:
        """Every visible file, and the folders that are links to somewhere else."""

    @abstractmethod
    def _has(self, name: str) -> bool:
        """Whether there is such a file; the name is safe."""

    @abstractmethod
    def _open_file(self, name: str) -> IO[bytes]:
        """A file that exists, opened."""


class Folder(Source):
    """A folder on disk, with everything below it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._root = path.resolve()

    def _all_names(self) -> tuple[list[str], list[str]]:
        names: list[str] = []
        links: list[str] = []
        for folder, folders, files in os.walk(self._root, onerror=self._unlisted):
            folders[:] = sorted(name for name in folders if _visible(name))
            here = Path(folder)
            outer = [n for n in folders if (here / n).is_symlink() and not self._holds(here / n)]
            for found, into in ((outer, links), (sorted(filter(_visible, files)), names)):
                into += [(here / name).relative_to(self._root).as_posix() for name in found]
            if len(names) + len(links) > MAX_ENTRIES:
                raise CloseupError(f"{self.path}: more than {MAX_ENTRIES} files")
        return names, links

    def _unlisted(self, error: OSError) -> None:
        name = os.path.relpath(error.filename, self._root)
        raise SourceError(self.place(name), f"cannot be listed: {_reason(error)}")

    def _has(self, name: str) -> bool:
        path = self._root / name
        try:
            if not self._holds(path):
                message = "a link that leaves the folder; copy the files instead"
                raise SourceError(self.place(name), message)
            return path.is_file()
        except RuntimeError:  # how Python 3.11 and 3.12 tell of a link that goes in circles
            raise SourceError(self.place(name), "a link that goes in circles") from None
        except OSError as error:
            if error.errno in (errno.ENAMETOOLONG, errno.ELOOP):
                return False
            raise SourceError(self.place(name), f"cannot be read: {_reason(error)}") from None

    def _missing(self, name: str) -> str:
        there = os.path.exists(self._root / name)
        return "not a regular file" if there else super()._missing(name)

    def _open_file(self, name: str) -> IO[bytes]:
        return (self._root / name).open("rb")

    def _holds(self, path: Path) -> bool:
        """Whether the real path lies in the folder."""
        return path.resolve().is_relative_to(self._root)


class Archive(Source):
    """A .zip or .cbz, checked as a whole before any member is read."""

    def __init__(self, path: Path, data: bytes | None = None) -> None:
        """Where `data` is given it is read instead of a file, and `path` only names it."""
        super().__init__(path)
        self._data = data
        self._open()

    def __getstate__(self) -> tuple[Path, bytes | None]:
        return self.path, self._data

    def __setstate__(self, state: tuple[Path, bytes | None]) -> None:
        self.path, self._data = state
        self._open()

    def _open(self) -> None:
        try:
            self._zip = zipfile.ZipFile(self.path if self._data is None else BytesIO(self._data))
            entries = self._zip.infolist()
        except (OSError, ValueError, RuntimeError, zipfile.BadZipFile) as error:
            raise CloseupError(f"{self.path}: not a readable archive: {_reason(error)}") from None
        if len(entries) > MAX_ENTRIES:
            raise CloseupError(f"{self.path}: {len(entries)} members; the limit is {MAX_ENTRIES}")
        self._members: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            self._check(entry)
            if not entry.is_dir():
                self._members[entry.filename] = entry

    def _check(self, entry: zipfile.ZipInfo) -> None:
        name = entry.orig_filename
        check_name(name.rstrip("/"), str(self.path))
        place = self.place(name)
        if entry.filename in self._members:
            raise SourceError(place, "two members of the archive have this name")
        if entry.flag_bits & 0x1:
            raise SourceError(place, "encrypted; need an archive without a password")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise SourceError(place, "a link; need an archive of plain files")
        if entry.file_size > max(1 << 20, MAX_RATIO * entry.compress_size):
            raise SourceError(
                place,
                f"{entry.file_size} bytes packed into {entry.compress_size}; "
                f"the limit is {MAX_RATIO} times",
            )

    def _all_names(self) -> tuple[list[str], list[str]]:
        return [name for name in self._members if all(map(_visible, name.split("/")))], []

    def _has(self, name: str) -> bool:
        return name in self._members

    def _open_file(self, name: str) -> IO[bytes]:
        return self._zip.open(self._members[name])


def check_name(name: str, place: str) -> None:
    """Refuse a name that could point outside of its source; SourceError with the rule."""
    parts = name.split("/")
    if (
        not name.isprintable()
        or "\\" in name
        or re.match(r"[A-Za-z]:", name)
        or any(part in ("", ".", "..") for part in parts)
    ):
        raise SourceError(
            place, f"{shorten(name)}: need a relative name without '..' or backslashes"
        )


def natural(name: str) -> tuple[list[list[tuple[int, str]]], str]:
    """A sorting key that counts: "page2" comes before "page10", whatever the letters' case, and
    folders one by one, "part/" before "part2/".

    Numbers compare by their length and then their digits, so that no number is too long.
    """
    return [_counted(part) for part in name.casefold().split("/")], name


def _counted(part: str) -> list[tuple[int, str]]:
    pieces = re.split(r"([0-9]+)", part)
    digits = [piece.lstrip("0") if i % 2 else piece for i, piece in enumerate(pieces)]
    return [(len(piece) if i % 2 else 0, piece) for i, piece in enumerate(digits)]


def _visible(part: str) -> bool:
    return not part.startswith(".") and part != "__MACOSX"


def _reason(error: Exception) -> str:
    """What went wrong, without the path that an OSError adds."""
    told = error.strerror if isinstance(error, OSError) else None
    return one_line(told or str(error) or type(error).__name__, 120)
