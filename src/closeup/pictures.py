"""Pages as pixels and as bytes to send: one decode a page, one encode a view.

Shared by everything that shows a model an image. Safe to use from several threads.
"""

import base64
import hashlib
import io
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from threading import Lock
from typing import Generic, NamedTuple, TypeVar

from PIL import Image

from closeup.geometry import View
from closeup.images import MAX_BYTES, decode, draw, peek
from closeup.records import read_bytes

PIXELS_KEPT = 10_000_000
"""Decoded pixels that are kept for the next crop: four pages of 2.5 megapixels, in 40 MB. Pages are
asked one after another."""
BYTES_KEPT = 32 * 1024 * 1024
QUALITY = 92
MIMES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
"""Formats that every provider takes; the others are encoded anew."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Encoded(NamedTuple):
    """An image as it is sent."""

    mime: str
    base64: bytes
    sha256: str
    """Of the bytes before base64: the same image has the same name in any cache."""
    size: tuple[int, int]

    @property
    def url(self) -> bytes:
        """A data URL."""
        return b"data:" + self.mime.encode() + b";base64," + self.base64


class Pictures:
    """The images of pages, found by the page's id.

    `load` gives the bytes of a page's image file, and raises CloseupError where there is none.
    """

    def __init__(self, load: Callable[[str], bytes], pixels_kept: int = PIXELS_KEPT) -> None:
        self._load = load
        self._lock = Lock()
        self._hashes: dict[str, str] = {}
        self._pages: _Kept[str, Image.Image] = _Kept(pixels_kept)
        self._encoded: _Kept[View, Encoded] = _Kept(BYTES_KEPT)

    @classmethod
    def at(cls, path: Callable[[str], Path], pixels_kept: int = PIXELS_KEPT) -> "Pictures":
        """Images in files, such as a bench's: `Pictures.at(bench.image_path)`."""
        return cls(lambda page: read_bytes(path(page), MAX_BYTES), pixels_kept)

    def page_hash(self, page: str) -> str:
        """SHA-256 of the page's image file."""
        with self._lock:
            known = self._hashes.get(page)
        if known is None:
            known = hashlib.sha256(self._load(page)).hexdigest()
            with self._lock:
                self._hashes[page] = known
        return known

    def page(self, page: str) -> Image.Image:
        """A whole page; not to be changed. CloseupError where it cannot be decoded."""
        with self._lock:
            known = self._pages.get(page)
        if known is None:
            known = decode(self._load(page), _place(page))
            with self._lock:
                self._pages.put(page, known, known.width * known.height)
        return known

    def pixels(self, view: View) -> Image.Image:
        """What a view shows."""
        return draw(self.page(view.page), view)

    def cached(self, view: View) -> Encoded | None:
        """A view as bytes, where that costs nothing."""
        with self._lock:
            return self._encoded.get(view)

    def encoded(self, view: View) -> Encoded:
        """A view as bytes: the file's own where it is shown whole and unscaled, else a JPEG."""
        known = self.cached(view)
        if known is None:
            known = self._encode(view)
            with self._lock:
                self._encoded.put(view, known, len(known.base64))
        return known

    def forget(self, page: str) -> None:
        """Let go of all that is kept of a page."""
        with self._lock:
            self._hashes.pop(page, None)
            self._pages.drop(lambda known: known == page)
            self._encoded.drop(lambda view: view.page == page)

    def _encode(self, view: View) -> Encoded:
        if view.box.corners == (0, 0, *view.size) and not view.contrast:
            data = self._load(view.page)
            form, size = peek(data, _place(view.page))
            if size == view.size and form in MIMES:
                return _encoded(data, MIMES[form], size)
        file = io.BytesIO()
        self.pixels(view).save(file, "JPEG", quality=QUALITY, subsampling=0)
        return _encoded(file.getvalue(), MIMES["JPEG"], view.size)


def _place(page: str) -> str:
    return f"image of page {page!r}"


def _encoded(data: bytes, mime: str, size: tuple[int, int]) -> Encoded:
    return Encoded(mime, base64.b64encode(data), hashlib.sha256(data).hexdigest(), size)


class _Kept(Generic[K, V]):
    """The values used last, up to a total weight."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._held = 0
        self._values: OrderedDict[K, tuple[V, int]] = OrderedDict()

    def get(self, key: K) -> V | None:
        if key not in self._values:
            return None
        self._values.move_to_end(key)
        return self._values[key][0]

    def put(self, key: K, value: V, weight: int) -> None:
        self._held -= self._values.pop(key, (value, 0))[1]
        self._values[key] = (value, weight)
        self._held += weight
        while self._held > self._room and len(self._values) > 1:
            self._held -= self._values.popitem(last=False)[1][1]

    def drop(self, which: Callable[[K], bool]) -> None:
        for key in [key for key in self._values if which(key)]:
            self._held -= self._values.pop(key)[1]
