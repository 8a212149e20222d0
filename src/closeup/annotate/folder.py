"""An image, a folder or an archive of page images -> a folder of pages in the native format.

    PAGES/pages.jsonl     one page a line, in the natural order of the images' names
    PAGES/images/         the images, byte for byte; archives are read in place

An image that cannot be read is told of and left out.
"""

import posixpath
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from closeup.annotate.page import annotate_page
from closeup.images import MAX_BYTES, SUFFIXES, decode
from closeup.page import Direction, Page
from closeup.readers.assemble import IMAGES
from closeup.readers.reader import BadPage
from closeup.records import CloseupError, explain, read_bytes, write_jsonl
from closeup.sources import Source
from closeup.tools.read_text import Reader

PAGES = "pages.jsonl"
FOLDER = "images"


@dataclass
class Tally:
    """What was found, and what could not be read."""

    pages: int = 0
    panels: int = 0
    balloons: int | None = None
    """None where no text was looked for."""
    bad: list[BadPage] = field(default_factory=list)


@dataclass(frozen=True)
class _Picture:
    """An image file that may be a page."""

    name: str
    issue: str
    place: str
    load: Callable[[], bytes]


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
    title, pictures = _pictures(path)
    tally = Tally(balloons=None if read is None else 0)
    pages: list[Page] = []
    with _fresh(out):
        (out / FOLDER).mkdir()
        for number, picture in enumerate(pictures, 1):
            found = _page(picture, title, number, out, direction, read)
            progress(number, len(pictures))
            if isinstance(found, BadPage):
                tally.bad.append(found)
                continue
            pages.append(found)
            tally.panels += len(found.panels or ())
            if tally.balloons is not None:
                tally.balloons += len(found.balloons or ())
        if not pages:
            more = len(tally.bad) - 1
            raise CloseupError(f"{tally.bad[0]}" + (f" (and {more} more)" if more else ""))
        write_jsonl(out / PAGES, pages)
    tally.pages = len(pages)
    return tally


def _pictures(path: Path) -> tuple[str, list[_Picture]]:
    """A name for the whole, and its images in the natural order of their names."""
    if path.suffix.lower() in IMAGES and not path.is_dir():
        return path.stem, [
            _Picture(path.name, path.stem, str(path), lambda: read_bytes(path, MAX_BYTES))
        ]
    source = Source.open(path)
    title = path.resolve().name if path.is_dir() else path.stem
    return title, [
        _Picture(
            name,
            posixpath.dirname(name) or title,
            source.place(name),
            lambda name=name: source.read(name, limit=MAX_BYTES),
        )
        for name in source.names(*IMAGES)
    ]


def _page(
    picture: _Picture,
    title: str,
    number: int,
    out: Path,
    direction: Direction,
    read: Reader | None,
) -> Page | BadPage:
    try:
        data = picture.load()
        image = decode(data, picture.place)
        file = f"{FOLDER}/{number:04}{SUFFIXES[str(image.format)]}"
        page = annotate_page(
            image,
            id=f"{title}/{picture.name}",
            file=file,
            direction=direction,
            read=read,
            issue=picture.issue,
            number=number,
        )
    except CloseupError as error:
        return BadPage(picture.place, str(error).removeprefix(f"{picture.place}: "))
    except ValidationError as error:
        return BadPage(picture.place, explain(error))
    (out / file).write_bytes(data)
    return page


@contextmanager
def _fresh(out: Path) -> Iterator[None]:
    """A missing or empty folder to write in; where that fails, it is missing or empty again."""
    if out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir()))):
        raise CloseupError(f"{out}: need a missing or an empty folder")
    existed = out.exists()
    out.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        shutil.rmtree(out / FOLDER, ignore_errors=True)
        (out / PAGES).unlink(missing_ok=True)
        if not existed:
            out.rmdir()
        raise
