"""`/`: what is open, and what of it can be looked at."""

import asyncio
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from aiohttp import web

from closeup.records import CloseupError, one_line
from closeup.store import Store
from closeup.view import frame
from closeup.view.opened import Opened
from closeup.view.runs import Run
from closeup.view.shelf import Shelf

COVERS = 6
BAD = 5
"""Pages that could not be read that are named before they are only counted."""


class ShelfTold(NamedTuple):
    """A bench or a folder of pages."""

    shelf: Shelf
    pages: int
    counts: list[tuple[str, int]]
    """What else there is, and how many."""
    covers: tuple[str, ...]
    bad: list[str]
    more_bad: int


class RunTold(NamedTuple):
    """A run."""

    number: int
    run: Run
    facts: list[tuple[str, str]]


def routes(opened: Opened, file: Path) -> list[web.RouteDef]:
    """The page of what is open; `file` is where corrections are kept."""

    async def home(_: web.Request) -> web.Response:
        shelves, runs = await asyncio.to_thread(_told, opened)
        together = defaultdict(list)
        for told in runs:
            if told.run.kept and told.run.shelf:
                together[told.run.shelf.number].append(told)
        return frame.page(
            "home.html",
            shelves=shelves,
            runs=runs,
            together=[group for group in together.values() if len(group) > 1],
            file=file,
        )

    return [web.get("/", home)]


def _told(opened: Opened) -> tuple[list[ShelfTold], list[RunTold]]:
    shelves = [_shelf(shelf) for shelf in opened.shelves]
    return shelves, [RunTold(i, run, _run(run)) for i, run in enumerate(opened.runs)]


def _shelf(shelf: Shelf) -> ShelfTold:
    counts = list(shelf.counts.items())
    if shelf.bench:
        tasks = shelf.bench.manifest.tasks.values()
        counts = [
            ("questions", sum(task.kept for task in tasks)),
            ("rejected", sum(sum(task.rejected.values()) for task in tasks)),
        ]
    bad = [str(one) for one in shelf.bad[:BAD]]
    more = len(shelf.bad) - len(bad)
    return ShelfTold(shelf, len(shelf.ids), counts, shelf.ids[:COVERS], bad, more)


def _run(run: Run) -> list[tuple[str, str]]:
    """What a run is, in a few facts; why it cannot be read, where it cannot."""
    try:
        with run.shown() as shown:
            facts = [("model", shown.model)]
            if shown.training:
                rows = shown.training.rows
                steps = int(rows[-1]["step"] or 0) if rows else 0
                facts.append(("training", f"{shown.training.recipe.regime}, {steps:,} steps"))
            if shown.store:
                facts += _episodes(shown.store)
            return [*facts, ("last written", shown.written)]
    except CloseupError as error:
        return [("not readable", one_line(str(error)))]


def _episodes(store: Store) -> list[tuple[str, str]]:
    query = "SELECT count(*), count(failure), avg(value) FROM asked"
    count, failed, mean = store.row(query, ()) or (0, 0, None)
    facts = [("episodes", f"{count:,}" + (f", {failed:,} without a reply" if failed else ""))]
    if mean is not None:
        facts.append(("mean score", f"{100 * mean:.1f} %"))
    return [*facts, ("tools", ", ".join(store.info.tools) or "none")]
