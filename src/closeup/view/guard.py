"""Who may ask the viewer, and what its pages may do.

The viewer listens on this machine, and so every page that a browser has open could try to talk to
it. A name that leads here is refused unless it is an address or was given on purpose, against DNS
rebinding; what another site begins is refused, but for a link that is followed; what writes must
come from the viewer's own pages. Pages load scripts, styles and images from here alone.
"""

import ipaddress
import logging
import re
from collections.abc import Collection

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from closeup.records import CloseupError, one_line
from closeup.view import frame

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
"""Of every answer that does not say otherwise."""
HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([^:\[\]@/]+))(?::[0-9]+)?", re.IGNORECASE)
"""A name or an address, in brackets where it has colons, and a port."""
log = logging.getLogger("closeup.view")


def guard(names: Collection[str] = ()) -> Middleware:
    """The middleware around all routes; `names` are hosts that the viewer may be called by besides
    addresses and localhost.

    Mistakes become a page, or under `/api/` and `/comic/` an object `{"error": …}`, of one line.
    """
    allowed = {"localhost", *(name.lower().rstrip(".") for name in names)}

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        why = _refusal(request, allowed)
        response = frame.failed(request, 403, why) if why else await _answer(request, handler)
        if not response.prepared:  # a stream has sent its own
            add_headers(response)
        return response

    return middleware


def add_headers(response: web.StreamResponse) -> None:
    """Give an answer the headers that it does not have. A stream does so before it is prepared."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPRedirection as redirection:
        return web.Response(status=redirection.status, headers=redirection.headers)
    except web.HTTPException as error:
        told = error.text if error.text and not error.text.startswith(f"{error.status}:") else ""
        return frame.failed(request, error.status, told or error.reason)
    except CloseupError as error:
        return frame.failed(request, 400, str(error))
    except Exception as error:
        log.exception("a request failed")
        return frame.failed(request, 500, f"internal error: {type(error).__name__}")


def _refusal(request: web.Request, allowed: Collection[str]) -> str:
    """Why a request is not answered; empty where it is."""
    host = request.headers.get("Host", "")
    if not _known(host, allowed):
        return f"{one_line(host, 100)!r}: not a name of this viewer: use an address or localhost"
    site = request.headers.get("Sec-Fetch-Site", "none")
    if request.method in ("GET", "HEAD"):
        followed = request.headers.get("Sec-Fetch-Mode") == "navigate"
        inner = request.headers.get("Sec-Fetch-Dest", "document") != "document"
        if site not in ("same-origin", "none") and (not followed or inner):
            return "asked for by another site"
    else:
        own = request.headers.get("Origin") == f"http://{host}"
        if not own or site not in ("same-origin", "none"):
            return "only the viewer's own pages may write"
    return ""


def _known(host: str, allowed: Collection[str]) -> bool:
    told = HOST.fullmatch(host)
    if told is None:
        return False
    name = told[1] or told[2]
    if name.lower().rstrip(".") in allowed:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
