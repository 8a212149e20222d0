"""Images of pages as a browser takes them: in their own bytes, or small to choose from."""

import io
from collections import OrderedDict
from threading import Lock, Semaphore
from typing import NamedTuple

from PIL import Image

from closeup.images import decode, peek
from closeup.page import Page
from closeup.pictures import MIMES
from closeup.view.shelf import Shelf

SMALL = (300, 400)
"""Pixels that a small image fills at most."""
KEPT = 2000
"""Small images that are kept: some 20 MB."""
AT_ONCE = 2
"""Pages that are decoded at the same time: the largest takes 240 MB."""


class Picture(NamedTuple):
    """An image file as it is sent."""

    mime: str
    data: bytes


class Gallery:
    """Safe to use from several threads."""

    def __init__(self) -> None:
        self._decoding = Semaphore(AT_ONCE)
        self._lock = Lock()
        self._small: OrderedDict[tuple[int, str], Picture] = OrderedDict()

    def whole(self, shelf: Shelf, page: Page) -> Picture:
        """The page's own file, or the same as PNG where browsers do not know its format.

        Raises CloseupError where it is no image.
        """
        data, place = shelf.image(page), f"image of page {page.id!r}"
        form, _ = peek(data, place)
        if form in MIMES:
            return Picture(MIMES[form], data)
        with self._decoding:
            return _encoded(decode(data, place), "PNG")

    def small(self, shelf: Shelf, page: Page) -> Picture:
        """The page made small."""
        key = shelf.number, page.id
        with self._lock:
            if key in self._small:
                self._small.move_to_end(key)
                return self._small[key]
        with self._decoding:
            image = decode(shelf.image(page), f"image of page {page.id!r}")
            image.thumbnail(SMALL, Image.Resampling.LANCZOS, reducing_gap=2.0)
            made = _encoded(image, "WEBP")
        with self._lock:
            self._small[key] = made
            while len(self._small) > KEPT:
                self._small.popitem(last=False)
        return made


def _encoded(image: Image.Image, form: str) -> Picture:
    file = io.BytesIO()
    image.save(file, form)
    return Picture(f"image/{form.lower()}", file.getvalue())
