"""What pages are made of: templates around text that is escaped, JSON, and a fixed set of files.

A template extends `base.html`, which has the blocks `title`, `head` (styles beside the common
one), `heading`, `main` and `scripts`; `scripts` of `assets.SCRIPTS` come with
`{% set shared = true %}` before them. Slots that a template names and nobody fills are errors.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import PurePath
from typing import Any
from urllib.parse import urlencode

import orjson
from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from closeup.records import CloseupError, one_line, shorten
from closeup.show import assets

TYPES = {".js": "text/javascript", ".css": "text/css"}


def link(path: str, **slots: object) -> str:
    """An address of the viewer; slots that are empty are left out."""
    told = {name.rstrip("_"): value for name, value in slots.items() if value not in ("", None)}
    return f"{path}?{urlencode(told)}" if told else path


_JINJA = Environment(
    loader=PackageLoader("closeup.view"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_JINJA.globals.update(SCRIPTS=assets.SCRIPTS, link=link)
_JINJA.filters["json_block"] = lambda value: Markup(assets.json_block(value))


def page(template: str, status: int = 200, **slots: Any) -> web.Response:
    """A page out of a template of `view/templates`."""
    text = _JINJA.get_template(template).render(slots)
    data = text.encode("utf-8", "replace")
    return web.Response(status=status, body=data, content_type="text/html", charset="utf-8")


def data(value: object, status: int = 200) -> web.Response:
    """A value as JSON; records go through `cards.compact` or `model_dump` before."""
    return web.Response(status=status, body=orjson.dumps(value), content_type="application/json")


def text(request: web.Request, name: str) -> str:
    """What the address says of `name`; empty where it does not."""
    return request.query.get(name, "")


def number(request: web.Request, name: str) -> int:
    """The whole number that the address says of `name`, 0 where it does not.

    Raises CloseupError where it says anything else.
    """
    told = request.query.get(name, "0")
    if not re.fullmatch(r"[0-9]{1,9}", told):
        raise CloseupError(f"{name} {shorten(told)}: need a whole number")
    return int(told)


def failed(request: web.Request, status: int, why: str) -> web.Response:
    """A mistake in one line: as an object where a script asked, else as a page."""
    told = one_line(why)
    if request.path.startswith(("/api/", "/comic/")):
        return data({"error": told}, status)
    return page("error.html", status, code=status, told=told)


async def static(request: web.Request) -> web.Response:
    """`/static/NAME`: a style or a script. Names are looked up and never become paths."""
    found = statics().get(request.match_info["name"])
    if found is None:
        raise web.HTTPNotFound(text="no such file")
    body, kind = found
    return web.Response(body=body, content_type=kind, charset="utf-8")


@cache
def statics() -> Mapping[str, tuple[bytes, str]]:
    """The files of `show/static` and `view/static` with their types, by name."""
    found = {}
    for package in ("closeup.show", "closeup.view"):
        for file in files(package).joinpath("static").iterdir():
            suffix = PurePath(file.name).suffix
            if suffix in TYPES:
                found[file.name] = (file.read_bytes(), TYPES[suffix])
    return found
