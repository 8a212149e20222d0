"""An image processor that remembers: the same pixels are normalised and cut into patches once.

A page is shown to every episode of its group, in every turn. Needs the extra `hf`.
"""

import copy
import hashlib
from collections import OrderedDict
from typing import Any, NamedTuple

import torch
from PIL import Image
from torch import Tensor
from transformers import BatchFeature
from transformers.image_utils import make_flat_list_of_images

MAX_BYTES = 1 << 30


class Patches(NamedTuple):
    """What an image processor makes of one image."""

    key: bytes
    """Same for the same pixels."""
    pixels: Tensor
    """[patches, numbers a patch]"""
    grid: Tensor
    """[1, 3]: frames, rows and columns of patches."""

    @property
    def size(self) -> int:
        """Bytes."""
        return self.pixels.numel() * self.pixels.element_size()


class ImageMemo:
    """Stands in the place of `processor.image_processor`, one of the Qwen-VL family.

    Everything but the call itself is that of the processor it wraps, settings included; a copy of
    it is a copy of that processor, so that one is what is saved. Images are known by their pixels,
    not by what hangs on them: PIL hands `info` on to a crop. Always gives tensors.
    """

    _OWN = frozenset({"light", "_inner", "_max_bytes", "_bytes", "_known"})

    def __init__(self, inner: Any, max_bytes: int = MAX_BYTES) -> None:
        self._inner = inner
        self._max_bytes = max_bytes
        self._bytes = 0
        self._known: OrderedDict[tuple[bytes, str], Patches] = OrderedDict()
        self.light = False
        """Give the grids and no pixels: enough to count a prompt's tokens."""

    def __call__(self, images: Any, *, return_tensors: Any = None, **settings: Any) -> BatchFeature:
        flat: Any = make_flat_list_of_images(images)
        if not all(isinstance(image, Image.Image) for image in flat):
            return self._inner(images=images, return_tensors="pt", **settings)
        every = [self.one(image, **settings) for image in flat]
        made = {"image_grid_thw": torch.cat([one.grid for one in every])}
        if not self.light:
            made["pixel_values"] = torch.cat([one.pixels for one in every])
        return BatchFeature(data=made)

    def one(self, image: Image.Image, **settings: Any) -> Patches:
        """The patches of one image, from memory where it was seen before."""
        key = content(image)
        known = (key, repr(sorted(settings.items())))
        if known in self._known:
            self._known.move_to_end(known)
            return self._known[known]
        made = self._inner(images=[image], return_tensors="pt", **settings)
        patches = Patches(key, made["pixel_values"], made["image_grid_thw"])
        if patches.size <= self._max_bytes:
            self._known[known] = patches
            self._bytes += patches.size
            while self._bytes > self._max_bytes:
                _, oldest = self._known.popitem(last=False)
                self._bytes -= oldest.size
        return patches

    def forget(self) -> None:
        """Give the memory back."""
        self._known.clear()
        self._bytes = 0

    def __getattr__(self, name: str) -> Any:
        if name in self._OWN:
            raise AttributeError(name)
        return getattr(self._inner, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._OWN:
            super().__setattr__(name, value)
        else:
            setattr(self._inner, name, value)
            self.forget()  # what was made with the old setting

    def __reduce__(self) -> Any:
        return copy.copy, (self._inner,)


def content(image: Image.Image) -> bytes:
    """A hash of what an image shows."""
    if image.palette is not None or "transparency" in image.info:
        image = image.convert("RGBA")
    digest = hashlib.blake2b(f"{image.mode} {image.size} ".encode(), digest_size=20)
    digest.update(image.tobytes())
    return digest.digest()
