"""`/questions` and `/rejected`: what a bench asks, and what it does not ask and why."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from aiohttp import web

from closeup.bench import Bench
from closeup.images import Resolution
from closeup.question import Rejection
from closeup.records import CloseupError
from closeup.run_info import RunInfo
from closeup.show import cards
from closeup.show.opening import Opening
from closeup.view import frame
from closeup.view.asked import Asked, words
from closeup.view.opened import Opened
from closeup.view.pages import page_card
from closeup.view.shelf import Shelf

SHEET = 50
"""Questions on one sheet of the list."""
REJECTED = 100
FILTERS = ("task", "split", "tag", "page", "text")


class Sheet(NamedTuple):
    """A part of a long list."""

    rows: list
    first: int
    total: int


class Choice(NamedTuple):
    """A filter: its name, what it says now, and what it may say with how many there are."""

    name: str
    now: str
    options: list[tuple[str, int]]


def routes(opened: Opened) -> list[web.RouteDef]:
    """The questions of the benches that are open."""

    async def questions(request: web.Request) -> web.Response:
        shelf, _ = _bench(opened, request)
        wanted = {name: frame.text(request, name) for name in FILTERS}
        found = await asyncio.to_thread(_matching, shelf, wanted)
        name = frame.text(request, "id") or (found[0].id if found else "")
        at = next((i for i, one in enumerate(found) if one.id == name), None)
        first = frame.number(request, "from") if at is None else at - at % SHEET
        shown = await asyncio.to_thread(_card, shelf, name) if name else None
        return frame.page(
            "questions.html",
            shelf=shelf,
            wanted={name: value for name, value in wanted.items() if value},
            choices=_choices(shelf, wanted),
            sheet=Sheet(found[first : first + SHEET], first, len(found)),
            before=found[at - 1].id if at else None,
            after=found[at + 1].id if at is not None and at + 1 < len(found) else None,
            name=name,
            shown=shown,
        )

    async def rejected(request: web.Request) -> web.Response:
        shelf, bench = _bench(opened, request)
        task, reason = frame.text(request, "task"), frame.text(request, "reason")
        first = frame.number(request, "from")
        every = await asyncio.to_thread(_rejected, bench)
        found = [one for one in every if task in ("", one.task) and reason in ("", one.reason)]
        return frame.page(
            "rejected.html",
            shelf=shelf,
            task=task,
            reason=reason,
            tasks=sorted({one.task for one in every}),
            reasons=[reason for reason, _ in Counter(one.reason for one in every).most_common()],
            counts=Counter((one.reason, one.task) for one in every),
            kept={name: count.kept for name, count in bench.manifest.tasks.items()},
            sheet=Sheet(found[first : first + REJECTED], first, len(found)),
            size=REJECTED,
        )

    return [web.get("/questions", questions), web.get("/rejected", rejected)]


def _bench(opened: Opened, request: web.Request) -> tuple[Shelf, Bench]:
    shelf = opened.shelf(frame.number(request, "in"))
    if shelf.bench is None:
        raise CloseupError(f"{shelf.path}: pages without questions: build a bench of them")
    return shelf, shelf.bench


def _matching(shelf: Shelf, wanted: dict[str, str]) -> list[Asked]:
    """The questions that pass all filters, in the bench's order."""
    found = [
        one
        for one in shelf.asked.values()
        if wanted["task"] in ("", one.task)
        and wanted["split"] in ("", one.split)
        and (not wanted["tag"] or wanted["tag"] in one.tags)
        and (not wanted["page"] or wanted["page"] in one.pages)
    ]
    looked_for = wanted["text"].lower().split()
    if not looked_for or shelf.bench is None:
        return found
    texts = _words(shelf.bench)
    return [one for one in found if all(word in texts[one.id] for word in looked_for)]


def _choices(shelf: Shelf, wanted: dict[str, str]) -> list[Choice]:
    every = shelf.asked.values()
    counts = {
        "task": Counter(one.task for one in every),
        "split": Counter(one.split for one in every),
        "tag": Counter(tag for one in every for tag in one.tags),
    }
    return [
        Choice(name, wanted[name], sorted(count.items()))
        for name, count in counts.items()
        if len(count) > 1 or wanted[name]
    ]


def _card(shelf: Shelf, name: str) -> dict[str, object]:
    """What the scripts draw of a question."""
    bench = shelf.bench
    assert bench is not None
    question = bench.question(name)
    names = [one for one in question.pages if one in shelf.places]
    pages = {one: page_card(shelf, bench.page(one)) for one in names}
    return {
        "shelf": shelf.number,
        "card": cards.question_card(question).model_dump(mode="json"),
        "pages": {one: card.model_dump(mode="json") for one, card in pages.items()},
        "asked": _opening(bench).asked(question),
        "difficulty": question.difficulty.model_dump(),
        "issue": question.issue,
    }


@lru_cache(16)
def _opening(bench: Bench) -> Opening:
    """How a model that speaks in thousandths and has no tools is asked."""
    info = RunInfo(
        model="",
        seed=0,
        grid="rel1000",
        resolution=Resolution(),
        crops=Resolution(),
        bench_hash=bench.content_hash,
        bench=str(bench.path),
        closeup="",
    )
    return Opening(info, bench)


@lru_cache(4)
def _words(bench: Bench) -> dict[str, str]:
    """What a search looks through, once somebody has searched."""
    return words(bench, _opening(bench))


@lru_cache(4)
def _rejected(bench: Bench) -> list[Rejection]:
    """The questions that are not asked; none where the bench has no list of them."""
    return list(_each_rejected(bench))


def _each_rejected(bench: Bench) -> Iterator[Rejection]:
    if (bench.path / "rejected.jsonl").is_file():
        yield from bench.rejected()
