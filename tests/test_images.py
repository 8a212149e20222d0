import io
import struct
import zlib

import pytest
from PIL import Image

from closeup.geometry import Box, View
from closeup.images import Resolution, decode, draw
from closeup.question import Crop
from closeup.records import CloseupError


def encoded(image: Image.Image, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def bomb(side: int) -> bytes:
    """A PNG that claims side x side pixels in a few bytes."""
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0"))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP"])
def test_every_common_format_decodes_to_rgb(kind: str):
    image = decode(encoded(Image.new("L", (7, 5), 128), kind), "x")
    assert (image.mode, image.size) == ("RGB", (7, 5))


NOISE = encoded(Image.effect_noise((200, 200), 90))


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", NOISE[: len(NOISE) // 2], NOISE[:30], bomb(12_000), bomb(60_000), b"<svg/>",
     NOISE[:100] + b"\0" * 500 + NOISE[600:]],
)  # fmt: skip
def test_what_is_no_whole_image_is_one_clear_line(data: bytes):
    with pytest.raises(CloseupError) as caught:
        decode(data, "pages/1.png")
    assert str(caught.value).startswith("pages/1.png: ")
    assert "\n" not in str(caught.value)


def test_a_page_is_shown_within_its_budget_and_never_enlarged():
    width, height = Resolution(pixels=300_000).size(1400, 2000)
    assert 0.98 < width * height / 300_000 < 1.02
    assert Resolution(pixels=300_000).size(100, 50) == (100, 50)
    assert Resolution(pixels=None).size(1400, 2000) == (1400, 2000)


def test_sides_are_multiples_where_a_model_needs_them():
    width, height = Resolution(pixels=1_000_000, multiple=28).size(1400, 2000)
    assert width % 28 == height % 28 == 0
    assert Resolution(multiple=28).size(3, 3) == (28, 28)


def test_a_view_shows_exactly_the_pixels_of_its_box():
    image = Image.new("RGB", (100, 80), "white")
    image.paste("red", (20, 10, 40, 50))
    view = Resolution(pixels=None).view(Crop(page="p", box=Box(20.4, 10.9, 39.2, 49.1)))
    assert view == View("p", Box(20, 10, 40, 50), (20, 40))
    assert draw(image, view).getcolors() == [(800, (255, 0, 0))]
