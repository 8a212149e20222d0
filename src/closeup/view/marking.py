"""`/corrections` and `/api/corrections`: mistakes of annotations, marked, listed and exported."""

import asyncio
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from closeup.records import CloseupError, Record, explain
from closeup.view import frame
from closeup.view.corrections import Correction, Corrections, Kind, new_id
from closeup.view.layers import said
from closeup.view.opened import Opened


class Marked(Record):
    """What a page sends to mark a mistake: what the annotation says is looked up here."""

    shelf: int
    page: str
    item: str = ""
    field: str = ""
    kind: Kind
    should: str = ""
    note: str = ""


class Removed(Record):
    """What a page sends to take a mark back."""

    id: str


def routes(opened: Opened, corrections: Corrections) -> list[web.RouteDef]:
    """Marking, the list of all marks, and its exports."""

    async def listed(_: web.Request) -> web.Response:
        found = await asyncio.to_thread(corrections.all)
        homes = {one.page: _home(opened, one.page) for one in found}
        return frame.page("corrections.html", found=found, homes=homes, file=corrections.file)

    async def exported(request: web.Request) -> web.Response:
        kind = request.match_info["kind"]
        made = corrections.csv if kind == "csv" else corrections.jsonl
        text = await asyncio.to_thread(made)
        mime = "text/csv" if kind == "csv" else "application/jsonl"
        headers = {"Content-Disposition": f'attachment; filename="corrections.{kind}"'}
        return web.Response(text=text, content_type=mime, charset="utf-8", headers=headers)

    async def of_page(request: web.Request) -> web.Response:
        return await _answer(corrections, frame.text(request, "page"))

    async def add(request: web.Request) -> web.Response:
        marked = Marked.parse(await request.read(), "what was sent")
        page = await asyncio.to_thread(opened.shelf(marked.shelf).page, marked.page)
        now = said(page, marked.item, marked.field)
        if now is None:
            raise CloseupError(f"{page.id}: {marked.item} {marked.field}: no such item or field")
        told = marked.model_dump(exclude={"shelf"})
        await asyncio.to_thread(corrections.add, _made(told | {"id": new_id(), "said": now}))
        return await _answer(corrections, page.id)

    async def remove(request: web.Request) -> web.Response:
        removed = Removed.parse(await request.read(), "what was sent")
        await asyncio.to_thread(corrections.remove, removed.id)
        return await _answer(corrections, frame.text(request, "page"))

    return [
        web.get("/corrections", listed),
        web.get("/corrections.{kind:csv|jsonl}", exported),
        web.get("/api/corrections", of_page),
        web.post("/api/corrections", add),
        web.post("/api/corrections/remove", remove),
    ]


def _made(values: dict[str, Any]) -> Correction:
    try:
        return Correction(**values)
    except ValidationError as error:
        raise CloseupError(explain(error)) from None


async def _answer(corrections: Corrections, page: str) -> web.Response:
    """The corrections of a page, as they now are."""
    found = await asyncio.to_thread(corrections.of, page)
    return frame.data({"corrections": [one.model_dump() for one in found]})


def _home(opened: Opened, page: str) -> int | None:
    """The first shelf that has a page."""
    return next((shelf.number for shelf in opened.shelves if page in shelf.places), None)
