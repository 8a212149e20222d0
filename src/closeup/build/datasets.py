"""A reader's name and a path -> the issues that a build works through, and what to say of them."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from closeup.bench import OverlayCount
from closeup.build.overlay import Provenance, merge
from closeup.groups import Group, file_groups
from closeup.page import Page
from closeup.readers import read
from closeup.readers.reader import BadPage
from closeup.records import CloseupError
from closeup.sources import Source

SYNTHETIC = "synthetic"


@dataclass(frozen=True)
class Dataset:
    """Issues to build from, and where they come from, as the manifest will tell it."""

    groups: tuple[Group, ...]
    pages: int
    reader: str
    name: str
    """Name of the file or folder, without the way to it."""
    paths: tuple[Path, ...] = ()
    """What is read: the dataset, and its overlay."""
    page_seeds: tuple[int, int] | None = None
    overlay: OverlayCount | None = None
    provenance: tuple[Provenance, ...] = ()
    bad: tuple[BadPage, ...] = ()
    """Pages that could not be read and were left out."""

    def shown(self, place: str) -> str:
        """A place as it may be written: from the dataset's name on, without the way to it."""
        for path in self.paths:
            if place.startswith(str(path)):
                return path.resolve().name + place.removeprefix(str(path))
        return place


def open_dataset(
    reader: str,
    path: Path | None,
    pages: int | None,
    seed: int,
    overlay: Path | None = None,
    skip_bad: bool = False,
) -> Dataset:
    """What `closeup build` names: a dataset on disk, or a number of synthetic pages.

    Raises CloseupError where the one is asked for in the way of the other.
    """
    if reader == SYNTHETIC:
        if path or overlay or pages is None:
            raise CloseupError(
                "the synthetic reader takes --pages, and neither --from nor --overlay"
            )
        return synthetic(pages, seed)
    if path is None or pages is not None:
        raise CloseupError(f"reader {reader}: needs --from PATH, and takes no --pages")
    return annotated(reader, path, seed, overlay, skip_bad)


def synthetic(pages: int, seed: int) -> Dataset:
    """Drawn pages, from the page seed `seed` on."""
    from closeup.synthetic.issues import synthetic_issues

    groups = tuple(synthetic_issues(seed, pages))
    return Dataset(groups, pages, SYNTHETIC, SYNTHETIC, page_seeds=(seed, seed + pages - 1))


def annotated(
    reader: str, path: Path, seed: int, overlay: Path | None = None, skip_bad: bool = False
) -> Dataset:
    """The pages of an annotated dataset, with an overlay laid over them.

    Raises CloseupError for the first page that cannot be read, unless `skip_bad`.
    """
    source = Source.open(path)
    pages, bad = _read(reader, path, skip_bad)
    provenance: tuple[Provenance, ...] = ()
    counts = None
    if overlay is not None:
        extras, bad_extras = _read("closeup_json", overlay, skip_bad)
        bad += bad_extras
        pages, provenance, misfits = _overlaid(pages, extras, skip_bad)
        bad += misfits
        counts = _count(overlay.resolve().name, provenance)
        if not provenance:
            raise CloseupError(f"{overlay}: fits none of the {len(pages)} pages, by id and size")
    groups = tuple(file_groups(pages, source, seed))
    return Dataset(
        groups,
        len(pages),
        reader,
        path.resolve().name,
        tuple(filter(None, (path, overlay))),
        None,
        counts,
        provenance,
        tuple(bad),
    )


def _read(reader: str, path: Path, skip_bad: bool) -> tuple[list[Page], list[BadPage]]:
    """The pages, and what is left out, named without the way to it."""
    pages: list[Page] = []
    bad: list[BadPage] = []
    for item in read(reader, Source.open(path)):
        if isinstance(item, Page):
            pages.append(item)
        elif skip_bad:
            bad.append(item)
        else:
            raise CloseupError(str(item))
    return pages, bad


def _overlaid(
    pages: list[Page], extras: list[Page], skip_bad: bool
) -> tuple[list[Page], tuple[Provenance, ...], list[BadPage]]:
    """The pages with the overlay laid over them, and which of it does not fit."""
    by_id = {extra.id: extra for extra in extras}
    merged: list[Page] = []
    notes: list[Provenance] = []
    bad: list[BadPage] = []
    for page in pages:
        if page.id in by_id:
            try:
                page, note = merge(page, by_id[page.id])
                notes.append(note)
            except CloseupError as error:
                if not skip_bad:
                    raise
                bad.append(BadPage(f"overlay of page {page.id}", str(error)))
        merged.append(page)
    return merged, tuple(notes), bad


def _count(name: str, notes: tuple[Provenance, ...]) -> OverlayCount:
    filled, conflicts, unmatched = Counter[str](), Counter[str](), Counter[str]()
    for note in notes:
        filled += Provenance.kinds(note.filled)
        conflicts += Provenance.kinds(note.conflicts)
        unmatched += Provenance.kinds(thing.partition(".")[0] for thing in note.unmatched)
    return OverlayCount(
        name=name,
        pages=len(notes),
        filled=dict(sorted(filled.items())),
        conflicts=dict(sorted(conflicts.items())),
        unmatched=dict(sorted(unmatched.items())),
    )
