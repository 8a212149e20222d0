"""Images that came over HTTP: each kept once, named by the SHA-256 of its bytes.

An image that was seen before costs the hash of its text and nothing else: no base64, no header.
Pixels are decoded only when a model asks for them.
"""

import binascii
import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from closeup.geometry import Box, View
from closeup.images import peek
from closeup.pictures import Pictures
from closeup.records import CloseupError, shorten

ROOM = 256 * 1024 * 1024
"""Bytes of images that are kept; those used longest ago go first."""
MAX_UUID = 200


@dataclass
class _Held:
    data: bytes
    view: View
    names: set[str] = field(default_factory=set)
    """What else it is found by: hashes of its data URLs, and a client's own ids."""


class Album:
    """What the requests have shown. A page's id is the hash of its image; a view is all of it."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._size = 0
        self._lock = Lock()
        self._images: OrderedDict[str, _Held] = OrderedDict()
        self._pages: dict[str, str] = {}
        self.pictures = Pictures(self._load)

    def take(self, url: str, uuid: str | None, place: str) -> View:
        """The image of a data URL, which `uuid` stands for from now on.

        Raises CloseupError, naming `place`, for anything but an image in base64.
        """
        name = "url:" + hashlib.sha256(url.encode()).hexdigest()
        with self._lock:
            held = self._find(name)
            if held is None:
                held = self._add(_bytes(url, place), name, place)
            if uuid is not None:
                self._name(held, "uuid:" + uuid)
            return held.view

    def recall(self, uuid: str) -> View | None:
        """The image that came with this id, if it is still held."""
        with self._lock:
            held = self._find("uuid:" + uuid)
            return held.view if held else None

    def _find(self, name: str) -> _Held | None:
        page = self._pages.get(name)
        if page is None:
            return None
        self._images.move_to_end(page)
        return self._images[page]

    def _add(self, data: bytes, name: str, place: str) -> _Held:
        page = hashlib.sha256(data).hexdigest()
        if page not in self._images:
            _, size = peek(data, place)
            view = View(page, Box(0, 0, *size), size)
            self._images[page] = _Held(data, view)
            self._size += len(data)
        self._images.move_to_end(page)
        self._name(self._images[page], name)
        while self._size > self._room and len(self._images) > 1:
            _, gone = self._images.popitem(last=False)
            self._size -= len(gone.data)
            for old in gone.names:
                del self._pages[old]
        return self._images[page]

    def _name(self, held: _Held, name: str) -> None:
        """A name given a second time stands for the later image."""
        if name in self._pages:
            self._images[self._pages[name]].names.discard(name)
        self._pages[name] = held.view.page
        held.names.add(name)

    def _load(self, page: str) -> bytes:
        with self._lock:
            if page not in self._images:
                raise CloseupError(f"image {page[:16]}: no longer held: send it again")
            return self._images[page].data


def _bytes(url: str, place: str) -> bytes:
    """What a data URL holds."""
    head, comma, text = url.partition(",")
    if not (comma and head.startswith("data:") and head.endswith(";base64")):
        raise CloseupError(
            f"{place}: {shorten(url[:100], 60)}: need a data URL in base64; nothing is fetched"
        )
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError as error:
        raise CloseupError(f"{place}: not base64: {error}") from None
