"""An image, a folder or an archive of page images -> a folder of pages in the native format.

    PAGES/pages.jsonl     one page a line, in the natural order of the images' names
    PAGES/images/         the images, byte for byte; archives are read in place

An image that cannot be read is told of and left out.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from closeup.annotate.sheets import FOLDER, PAGES, Sheet, sheets
from closeup.images import MAX_BYTES
from closeup.page import Direction, Page
from closeup.readers.assemble import IMAGES
from closeup.readers.reader import BadPage
from closeup.records import CloseupError, read_bytes, write_jsonl
from closeup.sources import Source
from closeup.tools.read_text import Reader


@dataclass
class Tally:
    """What was found, and what could not be read."""

    pages: int = 0
    panels: int = 0
    balloons: int | None = None
    """None where no text was looked for."""
    bad: list[BadPage] = field(default_factory=list)


def annotate(
    path: Path,
    out: Path,
    direction: Direction = "ltr",
    read: Reader | None = None,
    progress: Callable[[int, int], object] = lambda done, total: None,
) -> Tally:
    """Annotate the images at `path` and write them to the folder `out`, missing or empty.

    `progress` is told how many of how many images are done. Raises CloseupError where there is no
    image to read, or none that can be, or `out` cannot be written; then `out` is as it was.
    """
    found = _sheets(path)
    tally = Tally(balloons=None if read is None else 0)
    pages: list[Page] = []
    with _fresh(out):
        (out / FOLDER).mkdir()
        for sheet in found:
            told = sheet.annotated(direction, read)
            progress(sheet.number, len(found))
            if isinstance(told, BadPage):
                tally.bad.append(told)
                continue
            page, data = told
            (out / page.image).write_bytes(data)
            pages.append(page)
            tally.panels += len(page.panels or ())
            if tally.balloons is not None:
                tally.balloons += len(page.balloons or ())
        if not pages:
            more = len(tally.bad) - 1
            raise CloseupError(f"{tally.bad[0]}" + (f" (and {more} more)" if more else ""))
        write_jsonl(out / PAGES, pages)
    tally.pages = len(pages)
    return tally


def _sheets(path: Path) -> list[Sheet]:
    """The images at a path: of a folder or an archive, or the one that it is."""
    if path.suffix.lower() in IMAGES and not path.is_dir():
        return [Sheet(path.stem, path.name, str(path), lambda: read_bytes(path, MAX_BYTES))]
    title = path.resolve().name if path.is_dir() else path.stem
    return sheets(Source.open(path), title)


@contextmanager
def _fresh(out: Path) -> Iterator[None]:
    """A missing or empty folder to write in; where that fails, it is missing or empty again."""
    if out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir()))):
        raise CloseupError(f"{out}: need a missing or an empty folder")
    made = [folder for folder in (out, *out.parents) if not folder.exists()]
    out.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        shutil.rmtree(out / FOLDER, ignore_errors=True)
        (out / PAGES).unlink(missing_ok=True)
        for folder in made:
            folder.rmdir()
        raise
