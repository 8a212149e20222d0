"""The runs of a report: what their folders hold, and the benches that they were asked from."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from string import ascii_uppercase
from typing import NamedTuple

from closeup.bench import Bench
from closeup.question import Split
from closeup.records import CloseupError
from closeup.run_info import Result
from closeup.show.opening import Opening
from closeup.store import FILE, Store
from closeup.training.recipe import Recipe
from closeup.training.run_folder import RECIPE, Row, RunFolder


class Training(NamedTuple):
    """What a training run measured."""

    recipe: Recipe
    rows: list[Row]


class Shown(NamedTuple):
    """A run in a report."""

    key: str
    """The letter that it goes by: A, B, …"""
    folder: Path
    store: Store | None
    """Its episodes: of an evaluation, or sampled in training; None where none were kept."""
    bench: Bench | None
    no_bench: str
    """Why there is no bench, so that neither pages nor evidence can be shown."""
    opening: Opening | None
    training: Training | None

    @property
    def model(self) -> str:
        if self.store is not None:
            return self.store.info.model
        return self.training.recipe.model if self.training else ""

    @property
    def written(self) -> str:
        """When something was last written of it."""
        file = self.folder / (FILE if self.store else RECIPE)
        when = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        return f"{when:%Y-%m-%d %H:%M} UTC"

    def results(self, split: Split | None, most: int) -> list[Result]:
        """Its questions, at most so many: of more, evenly spaced ones."""
        found = list(self.store.results(split)) if self.store else []
        if len(found) <= most:
            return found
        return [found[i * len(found) // most] for i in range(most)]


@contextmanager
def opened(folders: Sequence[Path], bench: Path | None = None) -> Iterator[list[Shown]]:
    """Runs, opened for reading; `bench` is where their bench is now, should it have moved.

    Raises CloseupError for a folder that is no run, and for one that is named twice.
    """
    places = [folder.resolve() for folder in folders]
    for place, folder in zip(places, folders, strict=True):
        if places.count(place) > 1:
            raise CloseupError(f"{folder}: this run is named twice")
    benches: dict[Path, Bench | str] = {}
    with ExitStack() as stack:
        shown = []
        for number, folder in enumerate(folders):
            training = _training(folder)
            store = None
            if training is None or (folder / FILE).is_file():
                store = stack.enter_context(Store.open(folder))
            found, why = _bench(store, bench, benches)
            opening = Opening(store.info, found) if store and found else None
            shown.append(Shown(_key(number), folder, store, found, why, opening, training))
        yield shown


def _key(number: int) -> str:
    return ascii_uppercase[number % 26] + str(number // 26 + 1) * (number >= 26)


def _training(folder: Path) -> Training | None:
    if not (folder / RECIPE).is_file():
        return None
    run = RunFolder(folder)
    return Training(run.recipe, run.metrics())


def _bench(
    store: Store | None, moved: Path | None, known: dict[Path, Bench | str]
) -> tuple[Bench | None, str]:
    if store is None:
        return None, ""
    place = moved or Path(store.info.bench)
    if place not in known:
        try:
            known[place] = Bench.open(place)
        except CloseupError as error:
            if moved:
                raise
            known[place] = str(error)
    found = known[place]
    if isinstance(found, str):
        return None, found
    if found.content_hash != store.info.bench_hash:
        why = f"{place}: another bench than {store.folder} was run on"
        if moved:
            raise CloseupError(why)
        return None, why
    return found, ""
