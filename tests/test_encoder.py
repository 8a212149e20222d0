import asyncio
import io
import threading
import time

import pytest
from PIL import Image

from closeup.geometry import Box, View
from closeup.models.encoder import Encoder
from closeup.pictures import Pictures
from closeup.records import CloseupError


def jpeg(width: int = 60, height: int = 80) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((width, height), 40).convert("RGB").save(file, "JPEG")
    return file.getvalue()


def whole(page: str) -> View:
    return View(page, Box(0, 0, 60, 80), (60, 80))


class Loads:
    """Image files in memory, and which thread read which when."""

    def __init__(self) -> None:
        self.data = jpeg()
        self.read: list[str] = []
        self.threads: list[str] = []

    def __call__(self, page: str) -> bytes:
        self.read.append(page)
        self.threads.append(threading.current_thread().name)
        time.sleep(0.01)
        return self.data if page != "broken" else b"no image"


def encode(*pages: list[str]) -> tuple[Loads, list[str]]:
    """Ask for these pages, each list at once."""
    loads = Loads()

    async def scene() -> list[str]:
        one = Encoder(Pictures(loads))
        hashes = []
        for together in pages:
            found = await asyncio.gather(*(one.encoded([whole(page)]) for page in together))
            hashes += [each.sha256 for got in found for each in got.values()]
        one.close()
        return hashes

    return loads, asyncio.run(scene())


def test_ten_questions_about_a_page_encode_it_once():
    loads, hashes = encode(["p1"] * 10, ["p1"])
    assert len(hashes) == 11
    assert len(set(hashes)) == 1
    once, _ = encode(["p1"])
    assert loads.read == once.read


def test_encoding_is_not_done_in_the_event_loop():
    loads, _ = encode(["p1", "p2"])
    assert loads.threads
    assert all(name.startswith("closeup-encode") for name in loads.threads)


def test_what_the_pictures_still_have_is_had_without_a_thread():
    pictures = Pictures(Loads())
    had = pictures.encoded(whole("p1"))
    one = Encoder(pictures)
    assert asyncio.run(one.encoded([whole("p1")])) == {whole("p1"): had}
    assert one._pool is None


def test_only_two_images_are_in_the_making_at_a_time():
    loads = Loads()
    making: set[str] = set()
    most = 0

    def load(page: str) -> bytes:
        nonlocal most
        making.add(page)
        most = max(most, len(making))
        data = loads(page)
        making.remove(page)
        return data

    async def scene() -> None:
        one = Encoder(Pictures(load))
        await asyncio.gather(*(one.encoded([whole(str(number))]) for number in range(6)))
        one.close()

    asyncio.run(scene())
    assert most == 2


def test_nothing_is_kept_beside_the_pictures():
    one = Encoder(Pictures(Loads()))

    async def scene() -> None:
        await one.encoded([whole("p1"), whole("p2")])
        one.close()

    asyncio.run(scene())
    assert not one._under_way


def test_a_broken_image_is_an_error_for_each_who_asks_and_stays_with_none():
    one = Encoder(Pictures(Loads()))

    async def scene() -> None:
        asked = [one.encoded([whole("broken")]) for _ in range(3)]
        told = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(each) for each in told] == [CloseupError] * 3
        with pytest.raises(CloseupError):
            await one.encoded([whole("broken")])
        one.close()

    asyncio.run(scene())


def test_one_who_gives_up_does_not_stop_the_others():
    one = Encoder(Pictures(Loads()))

    async def scene() -> None:
        first = asyncio.create_task(one.encoded([whole("p1")]))
        second = asyncio.create_task(one.encoded([whole("p1")]))
        await asyncio.sleep(0)
        first.cancel()
        assert len(await second) == 1
        one.close()

    asyncio.run(scene())
