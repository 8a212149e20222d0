import copy
import pickle
from typing import Any

import numpy as np
import pytest
import tiny
import torch
from PIL import Image
from transformers import Qwen2_5_VLProcessor
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

from closeup.models.hf import processor
from closeup.models.hf.image_memo import ImageMemo, content


class Counting(Qwen2VLImageProcessorPil):
    """Keeps the sizes of the images it worked on."""

    def __call__(self, images, *_, **settings):
        worked.extend(image.size for image in images)
        return super().__call__(images, **settings)


worked: list[tuple[int, int]] = []


@pytest.fixture
def memo():
    worked.clear()
    return ImageMemo(Counting())


def noise(width=56, height=84, seed=0) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def test_it_gives_what_the_processor_gives_and_works_once(memo):
    page, crop = noise(), noise(112, 56, 1)
    stock = Qwen2VLImageProcessorPil()(images=[page, crop, page], return_tensors="pt")
    for _ in range(2):
        ours = memo(images=[page, crop, page.copy()])
        assert torch.equal(ours["pixel_values"], stock["pixel_values"])
        assert torch.equal(ours["image_grid_thw"], stock["image_grid_thw"])
    assert worked == [(56, 84), (112, 56)]


def test_images_may_come_in_lists_of_lists(memo):
    page, crop = noise(), noise(112, 56, 1)
    nested = memo([[page], [crop, page]])
    assert torch.equal(nested["pixel_values"], memo([page, crop, page])["pixel_values"])


def test_a_crop_that_inherits_what_hangs_on_its_page_is_another_image(memo):
    page = noise()
    page.info["key"] = content(page)
    half = page.crop((0, 0, 56, 56))
    assert half.info == page.info
    assert memo.one(half).grid.tolist() == [[1, 4, 4]]
    assert memo.one(page).grid.tolist() == [[1, 6, 4]]
    whole = page.crop((0, 0, 56, 84))
    assert memo.one(whole) is memo.one(page)


def test_an_image_that_was_drawn_on_is_another(memo):
    page = noise()
    before = memo.one(page).pixels
    page.paste((0, 0, 0), (0, 0, 28, 28))
    assert not torch.equal(memo.one(page).pixels, before)


def test_the_same_bytes_in_another_shape_or_mode_are_another_image():
    shapes = [("L", (6, 4)), ("L", (4, 6)), ("RGB", (4, 2))]
    assert len({content(Image.frombytes(mode, size, bytes(24))) for mode, size in shapes}) == 3


def test_a_palette_is_part_of_what_an_image_shows():
    red = Image.new("P", (4, 4))
    red.putpalette([255, 0, 0])
    blue = Image.new("P", (4, 4))
    blue.putpalette([0, 0, 255])
    assert content(red) != content(blue)


def test_memory_is_bounded_in_bytes_and_the_oldest_goes():
    worked.clear()
    size = ImageMemo(Counting()).one(noise()).size
    memo = ImageMemo(Counting(), max_bytes=2 * size)
    worked.clear()
    first, second, third = (noise(seed=seed) for seed in range(3))
    for image in (first, second, first, third):  # the second was used longest ago
        memo.one(image)
    assert (len(worked), memo._bytes) == (3, 2 * size)
    memo.one(first)
    assert len(worked) == 3
    memo.one(second)
    assert len(worked) == 4
    memo.one(noise(560, 560))  # more than it may hold at all
    assert memo._bytes == 2 * size


def test_a_light_memo_gives_grids_and_no_pixels(memo):
    memo.light = True
    made = memo(images=[noise()], return_tensors="pt")
    assert dict(made).keys() == {"image_grid_thw"}
    memo.light = False
    assert "pixel_values" in memo(images=[noise()])
    assert len(worked) == 1


def test_settings_are_those_of_the_processor_and_a_new_one_counts(memo):
    odd = noise(61, 83)
    assert memo.patch_size * memo.merge_size == 28
    assert memo.one(odd).grid.tolist() == [[1, 6, 4]]
    memo.size = {"shortest_edge": 28 * 28, "longest_edge": 28 * 28 * 2}
    assert memo._inner.size == memo.size
    assert memo.one(odd).grid.tolist() == [[1, 2, 2]]
    assert memo.one(noise(), do_resize=False).grid.tolist() == [[1, 6, 4]]


def test_what_is_no_pil_image_goes_to_the_processor(memo):
    array = np.asarray(noise())
    assert torch.equal(memo([array])["pixel_values"], memo([noise()])["pixel_values"])


def test_a_processor_with_a_memo_is_saved_copied_and_used_as_one_without(tmp_path):
    words = tiny.tokenizer()
    kind = processor.image_only(Qwen2_5_VLProcessor)
    plain = kind(Qwen2VLImageProcessorPil(), words, chat_template=tiny.TEMPLATE)
    processor.save(plain, tmp_path / "plain")
    plain.image_processor = ImageMemo(plain.image_processor)
    processor.save(plain, tmp_path / "memo")
    names = sorted(path.name for path in (tmp_path / "plain").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "memo").iterdir())
    for name in names:
        assert (tmp_path / "plain" / name).read_bytes() == (tmp_path / "memo" / name).read_bytes()
    for copied in (
        copy.deepcopy(plain.image_processor),
        pickle.loads(pickle.dumps(plain.image_processor)),
    ):
        assert type(copied) is Qwen2VLImageProcessorPil
    turns = [{"role": "user", "content": [{"type": "image", "image": noise()}]}]
    for tensors in (None, "pt"):
        told: Any = plain.apply_chat_template(
            [turns], tokenize=True, return_dict=True, return_tensors=tensors
        )
        assert list(told["input_ids"][0]).count(plain.image_token_id) == 6  # pyright: ignore
