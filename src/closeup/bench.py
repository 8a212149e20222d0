"""A benchmark on disk: what `build` writes and everything after it reads.

manifest.json     what it was made from, counts kept and rejected, content hashes
pages.jsonl       the annotated pages, `image` relative to this folder
questions.jsonl   the questions
rejected.jsonl    the questions not asked, each with its reason
images/           the pages' images, as they were given
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

from closeup.page import Page
from closeup.question import Question, Rejection, Split
from closeup.records import CloseupError, Record, read_bytes, read_jsonl

MANIFEST = "manifest.json"
IMAGES = "images"
BUILDING = ".building"
"""A file that stands in a bench while it is built: its folder is not whole."""


class TaskCount(Record):
    """What became of one task's candidate questions."""

    source: str
    """Where the task is defined: a built-in name, or package.module:Name."""

    kept: int
    kept_by_split: dict[str, int]
    rejected: dict[str, int]
    """Number of candidates by the reason they were not asked."""
    chance: float | None
    """Mean chance level of the kept questions."""
    answers: dict[str, int]
    """How often each answer is right, for choices and numbers: the label balance."""


class LeftOut(Record):
    """A page that could not be read and was left out on request."""

    place: str
    message: str


class OverlayCount(Record):
    """What an overlay of extra annotations did."""

    name: str
    pages: int
    """Pages of the bench that the overlay has something about."""
    filled: dict[str, int]
    conflicts: dict[str, int]
    """Fields known to both and different; the dataset's own value was kept."""
    unmatched: dict[str, int]
    """Things of the overlay that match nothing of the dataset."""


class Manifest(Record):
    """What a bench is, and where it came from. No dates and no paths of a machine, so two builds
    of the same thing are the same bytes."""

    format: Literal["closeup-bench/1"] = "closeup-bench/1"
    closeup: str
    versions: dict[str, str]
    reader: str
    source: str
    seed: int
    page_seeds: tuple[int, int] | None = None
    """First and last page seed of a synthetic bench, both included."""
    seed_range: Literal["train", "test"] | None = None
    """Whether those seeds are for training (below 1,000,000) or for tests."""
    pages: dict[str, int]
    """Number of pages by split."""
    issues: dict[str, int]
    """Number of issues by split."""
    left_out: tuple[LeftOut, ...]
    overlay: OverlayCount | None = None
    tasks: dict[str, TaskCount]
    files: dict[str, str]
    """SHA-256 of each file; of images/, the hash over its `name hash` lines in the pages' order."""


class Bench:
    """A whole bench, opened for reading; nothing is held in memory but an index of pages."""

    def __init__(self, path: Path, manifest: Manifest, trusted: Sequence[str]) -> None:
        self.path = path
        self.manifest = manifest
        self.trusted = frozenset(trusted)
        """Tasks of the user's own, as package.module:Name, that may be imported for this bench."""

    @classmethod
    def open(cls, path: Path, trusted: Sequence[str] = ()) -> "Bench":
        """Open a bench; CloseupError when the folder is not one, not whole, or was edited."""
        if (path / BUILDING).exists():
            raise CloseupError(f"{path}: half-built: build it again")
        if not (path / MANIFEST).is_file():
            raise CloseupError(f"{path}: no {MANIFEST}: not a bench")
        manifest = Manifest.parse(read_bytes(path / MANIFEST), str(path / MANIFEST))
        for name in ("pages.jsonl", "questions.jsonl"):
            if not (path / name).is_file():
                raise CloseupError(f"{path / name}: no such file")
            if sha256(path / name) != manifest.files.get(name):
                raise CloseupError(f"{path / name}: changed since the bench was built")
        return cls(path, manifest, trusted)

    def verify(self) -> None:
        """Raises CloseupError where anything was changed since the bench was built, images too."""
        for name, digest in self.manifest.files.items():
            found = _images_hash(self) if name == IMAGES else sha256(self.path / name)
            if found != digest:
                raise CloseupError(f"{self.path / name}: changed since the bench was built")

    @property
    def content_hash(self) -> str:
        """Names the questions, pages and images by their content."""
        files = sorted(self.manifest.files.items())
        return hashlib.sha256(json.dumps(files).encode()).hexdigest()[:16]

    def questions(self) -> Iterator[Question]:
        """The questions, in the file's order."""
        return read_jsonl(self.path / "questions.jsonl", Question)

    def entries(self) -> list["Entry"]:
        """Where every question stands, in the file's order."""
        return list(self._entries.values())

    def questions_at(self, offsets: Iterable[int]) -> list[Question]:
        """The questions that stand at some entries' offsets."""
        found: list[Question] = []
        file = self.path / "questions.jsonl"
        with file.open("rb") as lines:
            for offset in offsets:
                lines.seek(offset)
                found.append(Question.parse(lines.readline(), f"{file}: at {offset}"))
        return found

    def rejected(self) -> Iterator[Rejection]:
        """The questions not asked."""
        return read_jsonl(self.path / "rejected.jsonl", Rejection)

    def pages(self) -> Iterator[Page]:
        """The annotated pages, in the file's order."""
        return read_jsonl(self.path / "pages.jsonl", Page)

    def page(self, page_id: str) -> Page:
        """One page by its id; CloseupError when the bench has none of that id."""
        place = f"{self.path / 'pages.jsonl'}: {page_id}"
        if page_id not in self._pages:
            raise CloseupError(f"{place}: no such id")
        with (self.path / "pages.jsonl").open("rb") as lines:
            lines.seek(self._pages[page_id])
            return Page.parse(lines.readline(), place)

    def question(self, question_id: str) -> Question:
        """One question by its id; CloseupError when the bench has none of that id."""
        if question_id not in self._entries:
            raise CloseupError(f"{self.path / 'questions.jsonl'}: {question_id}: no such id")
        return self.questions_at([self._entries[question_id].offset])[0]

    def image_path(self, page_id: str) -> Path:
        """Where the image of a page is."""
        return self.path / self.page(page_id).image

    @cached_property
    def _pages(self) -> dict[str, int]:
        return {page["id"]: start for start, page in _lines(self.path / "pages.jsonl")}

    @cached_property
    def _entries(self) -> dict[str, "Entry"]:
        return {
            q["id"]: Entry(q["id"], q["task"], q["split"], q["views"][0]["page"], start)
            for start, q in _lines(self.path / "questions.jsonl")
        }


class Entry(NamedTuple):
    """A question in the index of a bench."""

    id: str
    task: str
    split: Split
    page: str
    """The first page that it shows."""
    offset: int
    """Where its line begins, in bytes."""


def _lines(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each record of a JSON Lines file with the place where it begins."""
    with file.open("rb") as lines:
        start = 0
        for line in lines:
            yield start, json.loads(line)
            start += len(line)


def _images_hash(bench: Bench) -> str:
    """The hash that the manifest has for all images: over `name hash` lines, page by page."""
    images = hashlib.sha256()
    for page in bench.pages():
        images.update(f"{Path(page.image).name} {sha256(bench.path / page.image)}\n".encode())
    return images.hexdigest()


def sha256(file: Path) -> str:
    """The hash of a file's bytes, in hexadecimal."""
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()
