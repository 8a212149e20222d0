"""`/episodes`, `/run` and what the scripts ask for: the episodes of runs, side by side.

Episodes are asked for by run, question and epoch, and not by their place in a list: a run that is
still being written has another list at every look.
"""

import asyncio
import heapq
from collections.abc import Iterator, Sequence
from typing import Any

from aiohttp import web

from closeup.records import CloseupError
from closeup.report import html_curves
from closeup.report.html_head import head
from closeup.show import assets, cards
from closeup.training.chart_style import style as chart_style
from closeup.view import frame
from closeup.view.guard import POLICY
from closeup.view.opened import Opened
from closeup.view.pages import page_card
from closeup.view.runs import Run


def routes(opened: Opened) -> list[web.RouteDef]:
    """The episodes of the runs that are open."""

    async def page(request: web.Request) -> web.Response:
        numbers = _numbers(opened, request)
        return frame.page(
            "episodes.html",
            runs=[(number, opened.runs[number]) for number in numbers],
            others=[i for i in range(len(opened.runs)) if i not in numbers],
            asked={"runs": numbers},
        )

    async def index(request: web.Request) -> web.Response:
        numbers = _numbers(opened, request)
        told = await asyncio.to_thread(_index, opened, numbers)
        answer = frame.data(told)
        answer.enable_compression()
        return answer

    async def episode(request: web.Request) -> web.Response:
        run, name = opened.run(frame.number(request, "run")), frame.text(request, "id")
        card = await asyncio.to_thread(run.card, name, frame.number(request, "epoch"))
        question = await asyncio.to_thread(run.question, name)
        return frame.data(
            {
                "episode": cards.compact(card),
                "question": cards.compact(question) if question else None,
                "pages": await asyncio.to_thread(_pages, run, card, question),
            }
        )

    async def search(request: web.Request) -> web.Response:
        words = frame.text(request, "text")
        found = [
            (number, name, epoch)
            for number in _numbers(opened, request)
            for name, epoch in await asyncio.to_thread(opened.runs[number].search, words)
        ]
        return frame.data({"found": found})

    async def single(request: web.Request) -> web.Response:
        number = frame.number(request, "run")
        told = await asyncio.to_thread(_told, opened.run(number))
        answer = frame.page("run.html", number=number, run=opened.runs[number], **told)
        styles = assets.hashes([chart_style()])
        policy = POLICY.replace("style-src 'self'", f"style-src 'self' {styles}")
        answer.headers["Content-Security-Policy"] = policy
        return answer

    return [
        web.get("/episodes", page),
        web.get("/run", single),
        web.get("/api/episodes", index),
        web.get("/api/episode", episode),
        web.get("/api/search", search),
    ]


def _numbers(opened: Opened, request: web.Request) -> list[int]:
    """The runs that an address names, each once; all where it names none."""
    told = request.query.getall("run", [])
    if not opened.runs:
        raise CloseupError("no run is open: name its folder on the command line")
    if not told:
        return list(range(len(opened.runs)))
    plain = [one.isascii() and one.isdecimal() and len(one) < 6 for one in told]
    numbers = sorted({int(one) if ok else -1 for one, ok in zip(told, plain, strict=True)})
    for number in numbers:
        opened.run(number)
    return numbers


def _index(opened: Opened, numbers: Sequence[int]) -> dict[str, Any]:
    """What lists and filters need: question by question, the runs beside each other."""
    runs = [opened.runs[number] for number in numbers]
    streams = [_placed(place, run) for place, run in enumerate(runs)]
    merged = heapq.merge(*streams, key=lambda row: (row.question, row.run, row.epoch))
    return {
        "defaults": cards.defaults(),
        "runs": [
            {"key": run.key, "model": _model(run), "number": number}
            for number, run in zip(numbers, runs, strict=True)
        ],
        "rows": [cards.compact(row) for row in merged],
        "audited": any(run.hard_core is not None for run in runs),
    }


def _placed(place: int, run: Run) -> Iterator[cards.EpisodeRow]:
    """A run's rows, with its place among those shown."""
    return (row.model_copy(update={"run": place}) for row in run.rows())


def _model(run: Run) -> str:
    with run.shown() as shown:
        return shown.model


def _pages(
    run: Run, card: cards.EpisodeCard, question: cards.QuestionCard | None
) -> dict[str, Any]:
    """The pages that an episode shows, as far as they are at hand."""
    if run.shelf is None:
        return {}
    views = (*(question.views if question else ()), *card.views)
    names = dict.fromkeys(view.page for view in views if view.page in run.shelf.places)
    return {name: cards.compact(page_card(run.shelf, run.shelf.page(name))) for name in names}


def _told(run: Run) -> dict[str, Any]:
    """A run's manifest, and the curves of a training."""
    with run.shown() as shown:
        curves = html_curves.curves(shown) if shown.training else None
        return {"head": head(shown), "curves": curves, "missing": run.no_bench}
