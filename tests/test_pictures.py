"""Pages as pixels and bytes: decoded once, encoded once, named by their content."""

import base64
import hashlib
import io
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from closeup.geometry import Box, View
from closeup.pictures import Pictures
from closeup.records import CloseupError


def page(side: int = 200, form: str = "PNG") -> bytes:
    image = Image.new("RGB", (side, side))
    image.putdata([(x % 256, y % 256, 7) for y in range(side) for x in range(side)])
    file = io.BytesIO()
    image.save(file, form)
    return file.getvalue()


DATA = page()
WHOLE = View("p", Box(0, 0, 200, 200), (200, 200))
SMALL = View("p", Box(0, 0, 200, 200), (100, 100))
CROP = View("p", Box(20, 40, 60, 90), (40, 50))


class Shelf:
    """Bytes by name, counting how often each is taken."""

    def __init__(self, **files: bytes) -> None:
        self.files = files
        self.taken: Counter[str] = Counter()

    def __call__(self, name: str) -> bytes:
        self.taken[name] += 1
        return self.files[name]


def test_a_crop_shows_exactly_its_pixels():
    crop = Pictures(Shelf(p=DATA)).pixels(CROP)
    assert crop.size == (40, 50)
    assert crop.getpixel((0, 0)) == (20, 40, 7)
    assert crop.getpixel((39, 49)) == (59, 89, 7)


def test_a_page_shown_as_it_is_goes_out_in_its_own_bytes():
    sent = Pictures(Shelf(p=DATA)).encoded(WHOLE)
    assert base64.b64decode(sent.base64) == DATA
    assert (sent.mime, sent.sha256) == ("image/png", hashlib.sha256(DATA).hexdigest())
    assert sent.url.startswith(b"data:image/png;base64,")


@pytest.mark.parametrize("view", [SMALL, CROP, View("p", WHOLE.box, (200, 200), contrast=True)])
def test_anything_else_is_encoded_at_the_size_it_is_shown(view):
    sent = Pictures(Shelf(p=DATA)).encoded(view)
    with Image.open(io.BytesIO(base64.b64decode(sent.base64))) as image:
        assert (image.format, image.size) == ("JPEG", view.size)


def test_a_format_that_providers_do_not_take_is_encoded_anew():
    assert Pictures(Shelf(p=page(form="BMP"))).encoded(WHOLE).mime == "image/jpeg"


def test_contrast_is_stretched_where_it_is_asked_for():
    flat = Image.new("RGB", (200, 200), (100, 100, 100))
    flat.paste((120, 120, 120), (0, 0, 100, 200))
    file = io.BytesIO()
    flat.save(file, "PNG")
    shown = Pictures(Shelf(p=file.getvalue()))
    stretched = shown.pixels(View("p", WHOLE.box, WHOLE.size, contrast=True))
    light, dark = np.asarray(stretched)[0, 0], np.asarray(stretched)[0, 199]
    assert (light - dark.astype(int) > 100).all()
    assert len(set(light.tolist())) == len(set(dark.tolist())) == 1


def test_ten_questions_about_a_page_read_it_once_and_encode_it_once():
    shelf = Shelf(p=DATA)
    pictures = Pictures(shelf)
    assert len({id(pictures.encoded(SMALL)) for _ in range(10)}) == 1
    pictures.pixels(CROP)
    assert shelf.taken["p"] == 1
    assert {pictures.page_hash("p") for _ in range(10)} == {hashlib.sha256(DATA).hexdigest()}
    assert shelf.taken["p"] == 2


def test_many_threads_get_the_same_bytes():
    pictures = Pictures(Shelf(p=DATA))
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda i: pictures.encoded((SMALL, CROP)[i % 2]), range(40)))
    assert len({one.sha256 for one in sent}) == 2


def test_what_is_kept_has_a_bound():
    shelf = Shelf(a=DATA, b=DATA, c=DATA)
    pictures = Pictures(shelf, pixels_kept=100_000)
    for name in "abca":
        pictures.page(name)
    assert shelf.taken == {"a": 2, "b": 1, "c": 1}


def test_a_page_that_is_no_image_is_one_clear_line():
    with pytest.raises(CloseupError, match="image of page 'p': not a readable image"):
        Pictures(Shelf(p=b"junk")).encoded(SMALL)
