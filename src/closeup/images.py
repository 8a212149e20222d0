"""Image bytes in, pixels out: safe decoding, and how large a view is shown.

Bytes are hostile until decoded: the format, the size and the pixel count are checked before any
pixel is, and a truncated or corrupt image is a `CloseupError`, never half a picture.
"""

import io
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import ExifTags, Image, ImageOps
from pydantic import Field

from closeup.geometry import Box, View
from closeup.question import Crop
from closeup.records import CloseupError, Record

SUFFIXES = {
    "JPEG": ".jpg",
    "PNG": ".png",
    "WEBP": ".webp",
    "GIF": ".gif",
    "TIFF": ".tif",
    "BMP": ".bmp",
}
"""The formats that are read, and how a file of each is named."""
MAX_PIXELS = 80_000_000
MAX_BYTES = 256 * 1024 * 1024


class Resolution(Record):
    """How a view is sized before a model sees it. Recorded in every run."""

    pixels: int | None = Field(default=1_000_000, ge=1)
    """Most pixels an image may have; None: as it is."""
    least: int | None = Field(default=None, ge=1)
    """Fewer pixels than this are enlarged to about as many; None: nothing is enlarged."""
    multiple: int = Field(default=1, ge=1)
    """Both sides become multiples of this: 28 for Qwen2.5-VL, 32 for Qwen3-VL."""

    def size(self, width: float, height: float) -> tuple[int, int]:
        """The size in pixels at which an image of this width and height is shown."""
        scale = 1.0
        if self.least is not None:
            scale = max(1.0, math.sqrt(self.least / (width * height)))
        if self.pixels is not None:
            scale = min(scale, math.sqrt(self.pixels / (width * height)))
        return (self._side(width * scale), self._side(height * scale))

    def _side(self, length: float) -> int:
        return max(1, round(length / self.multiple)) * self.multiple

    def view(self, crop: Crop) -> View:
        """The view that shows a crop of a page: whole pixels, at the size this policy gives."""
        box = Box(*crop.box.pixels())
        return View(crop.page, box, self.size(box.width, box.height))


def decode(data: bytes, place: str) -> Image.Image:
    """Decode an image to RGB; its `format` is that of the bytes, one of SUFFIXES.

    Raises CloseupError naming `place` when that cannot be done.
    """
    with _opened(data, place) as image:
        decoded = image.convert("RGB")
        decoded.format = image.format
        return decoded


def peek(data: bytes, place: str) -> tuple[str, tuple[int, int]]:
    """The format and the size that an image's header tells, without decoding it.

    Raises CloseupError naming `place` where there is no such header, or the size is over the limit.
    """
    with _opened(data, place) as image:
        return image.format or "", image.size


def upright(data: bytes, place: str) -> bytes:
    """The same bytes; or, where a camera only noted which side of an image is up, the image turned
    so and written again, without the note: not everybody who is shown it would heed that.

    Raises CloseupError as `decode` does.
    """
    with _opened(data, place) as image:
        if _noted(image) in (None, 1):
            return data
        kind, turned = image.format, ImageOps.exif_transpose(image)
        file = io.BytesIO()
        turned.save(file, kind, quality=95)
        return file.getvalue()


def _noted(image: Image.Image) -> int | None:
    """What EXIF says of an image's orientation, 1 for none; None where it cannot be read."""
    try:
        return image.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # whatever Pillow meets in a broken block
        return None


@contextmanager
def _opened(data: bytes, place: str) -> Iterator[Image.Image]:
    if len(data) > MAX_BYTES:
        raise CloseupError(f"{place}: {len(data)} bytes; the limit for an image is {MAX_BYTES}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=tuple(SUFFIXES)) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise CloseupError(
                        f"{place}: {image.width}x{image.height} pixels; the limit is {MAX_PIXELS}"
                    )
                yield image
    except Image.DecompressionBombError:
        raise CloseupError(f"{place}: more pixels than the limit of {MAX_PIXELS}") from None
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
        reason = str(error).partition("<_io")[0].strip() or type(error).__name__
        raise CloseupError(f"{place}: not a readable image: {reason}") from None


def draw(image: Image.Image, view: View) -> Image.Image:
    """The pixels of a view of a decoded page; cut first, so a small view of a large page is
    cheap."""
    x0, y0, x1, y1 = view.box.pixels()
    crop = image.crop((x0, y0, x1, y1))
    if crop.size != view.size:
        crop = crop.resize(view.size, Image.Resampling.LANCZOS)
    return _stretched(crop) if view.contrast else crop


def _stretched(image: Image.Image) -> Image.Image:
    """More contrast, the same colours: half-way to a brightness that is spread evenly.

    Stretching each colour to its ends would do nothing for a night scene beside a white gutter.
    """
    brightness, blue, red = image.convert("YCbCr").split()
    brightness = Image.blend(brightness, ImageOps.equalize(brightness), 0.5)
    return Image.merge("YCbCr", (brightness, blue, red)).convert("RGB")
