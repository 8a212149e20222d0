"""What the viewer was told to open: which paths are benches, which are runs, which are pages."""

from collections.abc import Sequence
from pathlib import Path
from string import ascii_uppercase
from typing import NamedTuple

from closeup.bench import Bench
from closeup.records import CloseupError, one_line, read_bytes
from closeup.store import FILE, Store
from closeup.training.run_folder import RECIPE
from closeup.view.runs import Run
from closeup.view.shelf import Shelf, is_bench


class Opened(NamedTuple):
    """All that is open."""

    shelves: tuple[Shelf, ...]
    """Benches and folders of pages; the benches of the runs too, where they are at hand."""
    runs: tuple[Run, ...]

    def shelf(self, number: int) -> Shelf:
        """A shelf by its number; CloseupError where there is none."""
        if not 0 <= number < len(self.shelves):
            raise CloseupError(f"in {number}: need one of the {len(self.shelves)} that are open")
        return self.shelves[number]

    def run(self, number: int) -> Run:
        """A run by its number; CloseupError where there is none."""
        if not 0 <= number < len(self.runs):
            raise CloseupError(f"run {number}: need one of the {len(self.runs)} that are open")
        return self.runs[number]


def open_all(
    paths: Sequence[Path],
    *,
    reader: str = "closeup_json",
    bench: Path | None = None,
    hard_core: Path | None = None,
) -> Opened:
    """Open benches, runs and pages; `reader` reads the pages, `bench` is where the runs' bench is
    now, should it have moved, `hard_core` a list of `closeup audit --hard-core`.

    Raises CloseupError for a path that is none of them, and for one that is named twice.
    """
    places = [path.resolve() for path in paths]
    for place, path in zip(places, paths, strict=True):
        if places.count(place) > 1:
            raise CloseupError(f"{path}: named twice")
    hard = _lines(hard_core) if hard_core else None
    shelves: dict[Path, Shelf] = {}
    runs: list[Path] = []
    for path in [*paths, *([bench] if bench else [])]:
        if (path / FILE).is_file() or (path / RECIPE).is_file():
            runs.append(path)
        elif path.resolve() not in shelves:
            found = Bench.open(path) if is_bench(path) else None
            shelves[path.resolve()] = Shelf(len(shelves), path, found, reader)
    opened = [_run(number, path, shelves, bench, hard) for number, path in enumerate(runs)]
    return Opened(tuple(shelves.values()), tuple(opened))


def _run(
    number: int,
    folder: Path,
    shelves: dict[Path, Shelf],
    moved: Path | None,
    hard: frozenset[str] | None,
) -> Run:
    key = ascii_uppercase[number % 26] + str(number // 26 + 1) * (number >= 26)
    shelf, why = None, ""
    if (folder / FILE).is_file():
        with Store.open(folder) as store:
            info = store.info
        place = moved or Path(info.bench)
        try:
            shelf = shelves.get(place.resolve())
            if shelf is None:
                shelf = Shelf(len(shelves), place, Bench.open(place), "")
            if shelf.bench is None or shelf.bench.content_hash != info.bench_hash:
                raise CloseupError(f"{place}: another bench than {folder} was run on")
            shelves.setdefault(place.resolve(), shelf)
        except (CloseupError, OSError) as error:
            if moved:
                raise
            shelf, why = None, one_line(str(error))
    return Run(key, folder, shelf, why, hard)


def _lines(file: Path) -> frozenset[str]:
    return frozenset(read_bytes(file).decode("utf-8", "replace").split("\n"))
