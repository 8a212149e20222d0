"""The pages' images as a book may carry them: JPEGs within a budget of bytes."""

import io
import math
from collections.abc import Callable, Iterable

from PIL import Image

from closeup.images import decode
from closeup.page import Page

PIXELS = 1_500_000
"""Of one picture at most: enough for lettering to be read when it is enlarged."""
BYTES = 500_000
"""Of one picture at most …"""
BUDGET = 50_000_000
"""… and of all pictures of a script together: mail and reading devices take no more."""
QUALITY = 80
LEAST = 100
"""Pixels of a side below which nothing is worth making smaller."""


def pictures(pages: Iterable[Page], load: Callable[[Page], bytes | None]) -> dict[str, bytes]:
    """JPEGs by the pages' ids; pages whose image is missing have none.

    Raises CloseupError for an image that is there and cannot be decoded.
    """
    pages = list(pages)
    budget = min(BYTES, BUDGET // max(1, len(pages)))
    found: dict[str, bytes] = {}
    for page in pages:
        if (data := load(page)) is not None:
            found[page.id] = shrink(decode(data, page.image), budget)
    return found


def shrink(image: Image.Image, budget: int) -> bytes:
    """A JPEG of at most PIXELS pixels, made smaller until it has at most `budget` bytes.

    Where even a tiny picture has more, it is that tiny one.
    """
    scale = min(1.0, math.sqrt(PIXELS / (image.width * image.height)))
    while True:
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        out = io.BytesIO()
        image.resize(size, Image.Resampling.LANCZOS).save(out, "JPEG", quality=QUALITY)
        data = out.getvalue()
        if len(data) <= budget or min(size) <= LEAST:
            return data
        scale *= min(0.9, math.sqrt(budget / len(data)))
