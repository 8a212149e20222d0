"""A path -> the pages of a script, in the order in which they are read, and their images."""

from dataclasses import dataclass
from pathlib import Path

from closeup.bench import MANIFEST, Bench
from closeup.groups import file_groups
from closeup.images import MAX_BYTES
from closeup.page import Page
from closeup.readers import read
from closeup.records import CloseupError
from closeup.sources import ARCHIVES, Folder, Source


@dataclass(frozen=True)
class Material:
    """Pages, issue by issue, and where their images are."""

    pages: tuple[Page, ...]
    source: Source

    def image(self, page: Page) -> bytes | None:
        """The bytes of a page's image; None where there is no such file."""
        if not self.source.exists(page.image):
            return None
        return self.source.read(page.image, limit=MAX_BYTES)


def open_pages(path: Path, reader: str = "closeup_json") -> Material:
    """The pages of a bench, of a dataset in a folder or an archive, or of one file of it.

    Raises CloseupError for the first page that cannot be read, and where there is none.
    """
    if (path / MANIFEST).is_file():
        return of_bench(Bench.open(path))
    single = path.is_file() and path.suffix.lower() not in ARCHIVES
    source = _File(path) if single else Source.open(path)
    pages: list[Page] = []
    for item in read(reader, source):
        if not isinstance(item, Page):
            raise CloseupError(str(item))
        pages.append(item)
    return _ordered(pages, source)


def of_bench(bench: Bench) -> Material:
    """The pages of a bench."""
    return _ordered(list(bench.pages()), Source.open(bench.path))


def _ordered(pages: list[Page], source: Source) -> Material:
    if not pages:
        raise CloseupError(f"{source.path}: no pages in it")
    groups = file_groups(pages, source, seed=0)
    return Material(tuple(page for group in groups for page in group.pages), source)


class _File(Folder):
    """One file of annotations and the images beside it; the other files there are not looked at."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.parent)
        self._name = path.name

    def _all_names(self) -> tuple[list[str], list[str]]:
        return [self._name], []
