"""`/pages`, `/page` and `/image`: the pages of a shelf, and one page with its annotations."""

import asyncio
from typing import NamedTuple

from aiohttp import web

from closeup.page import Page
from closeup.show import cards
from closeup.view import frame
from closeup.view.corrections import KINDS, Corrections
from closeup.view.gallery import Gallery
from closeup.view.layers import items, page_fields
from closeup.view.opened import Opened
from closeup.view.shelf import LAYERS, Shelf

SHEET = 48
"""Pages on one sheet of the overview."""


class PageTold(NamedTuple):
    """A page in the overview."""

    id: str
    counts: str


class Around(NamedTuple):
    """Where a page stands among those of its shelf."""

    number: int
    """From 1."""
    first: int
    """Where the sheet of the overview begins that it is on."""
    before: str | None
    after: str | None


def routes(opened: Opened, corrections: Corrections) -> list[web.RouteDef]:
    """The pages of what is open."""
    gallery = Gallery()

    async def overview(request: web.Request) -> web.Response:
        shelf = opened.shelf(frame.number(request, "in"))
        first = frame.number(request, "from")
        shown = await asyncio.to_thread(_sheet, shelf, first)
        return frame.page(
            "pages.html", shelf=shelf, pages=shown, first=first, sheet=SHEET, total=len(shelf.ids)
        )

    async def single(request: web.Request) -> web.Response:
        shelf = opened.shelf(frame.number(request, "in"))
        name = frame.text(request, "id")
        page = await asyncio.to_thread(shelf.page, name)
        shown = await asyncio.to_thread(_told, shelf, page, corrections)
        asked = sum(page.id in one.pages for one in shelf.asked.values())
        return frame.page(
            "page.html", shelf=shelf, page=page, around=around(shelf, name), told=shown, asked=asked
        )

    async def image(request: web.Request) -> web.Response:
        shelf = opened.shelf(frame.number(request, "in"))
        page = await asyncio.to_thread(shelf.page, frame.text(request, "id"))
        made = gallery.small if frame.number(request, "small") else gallery.whole
        picture = await asyncio.to_thread(made, shelf, page)
        headers = {"Cache-Control": "private, max-age=600"}
        return web.Response(body=picture.data, content_type=picture.mime, headers=headers)

    return [web.get("/pages", overview), web.get("/page", single), web.get("/image", image)]


def page_card(shelf: Shelf, page: Page) -> cards.PageCard:
    """A page as scripts draw it."""
    address = frame.link("/image", in_=shelf.number, id=page.id)
    return cards.PageCard(width=page.width, height=page.height, image=address)


def around(shelf: Shelf, name: str) -> Around:
    """A page's place and its neighbours."""
    ids, at = shelf.ids, shelf.places[name]
    return Around(
        at + 1,
        at - at % SHEET,
        ids[at - 1] if at else None,
        ids[at + 1] if at + 1 < len(ids) else None,
    )


def _sheet(shelf: Shelf, first: int) -> list[PageTold]:
    pages = (shelf.page(name) for name in shelf.ids[first : first + SHEET])
    return [PageTold(page.id, _counts(page)) for page in pages]


def _counts(page: Page) -> str:
    told = []
    for layer in LAYERS:
        things = getattr(page, layer)
        if things is not None:
            told.append(f"{len(things)} {layer if len(things) != 1 else layer[:-1]}")
    return ", ".join(told) or "no annotations"


def _told(shelf: Shelf, page: Page, corrections: Corrections) -> dict[str, object]:
    """What the scripts draw of a page."""
    return {
        "shelf": shelf.number,
        "id": page.id,
        "page": page_card(shelf, page).model_dump(mode="json"),
        "fields": [field.model_dump() for field in page_fields(page)],
        "items": [item.model_dump(mode="json") for item in items(page)],
        "kinds": KINDS,
        "corrections": [one.model_dump() for one in corrections.of(page.id)],
    }
