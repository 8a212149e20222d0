"""Conversations as a model learns them: token ids, which of them it is taught, and the images.

A model's turn is tokenised by itself, from the token after the prompt to the one that ends it: the
same tokens it would have sampled, and the only ones that the loss counts.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from closeup.geometry import View
from closeup.message import Message
from closeup.models.hf import processor as processors
from closeup.pictures import Pictures
from closeup.records import CloseupError, shorten

IGNORED = -100
"""The label of a token that is not taught."""
BYTES_KEPT = 1 << 30
"""Of images as they are fed, in each process that draws some: decoding a page takes longer than a
small model does."""


@dataclass(frozen=True)
class Example:
    """A conversation: its tokens, for each whether it is taught, and its images."""

    ids: list[int]
    taught: list[bool]
    views: tuple[View, ...]


class Encoder:
    """Makes examples and batches for one processor.

    Raises CloseupError for a chat template that changes earlier turns when later ones follow: what
    was learned would not be what is asked; and for one that ends a turn by no token of its own: the
    model would learn to say nothing.
    """

    def __init__(self, processor: Any, pictures: Pictures) -> None:
        self._processor = processor
        self._pictures = pictures
        self._special = tuple(processors.special_tokens(processor).values())
        images = processor.image_processor
        self._step = processors.step(processor)
        self._patch, self._merge = images.patch_size, images.merge_size
        self._image = processor.image_token
        self._image_id = processor.tokenizer.convert_tokens_to_ids(self._image)
        self._kept = _Kept(BYTES_KEPT)

    def example(self, messages: Sequence[Message]) -> Example:
        """A whole conversation; every turn of the assistant's is taught."""
        views = tuple(p for message in messages for p in message.parts if isinstance(p, View))
        room = iter(views)
        found: list[int] = []
        marks: list[bool] = []
        for text, taught in self._pieces(messages):
            first, *rest = text.split(self._image)
            spread = first + "".join(self._image * self._tokens(next(room)) + r for r in rest)
            ids = self._processor.tokenizer(spread, add_special_tokens=False)["input_ids"]
            found += ids
            marks += [taught] * len(ids)
        return Example(found, marks, views)

    def _pieces(self, messages: Sequence[Message]) -> list[tuple[str, bool]]:
        """The conversation's text in pieces that are taught or not, in turn."""
        end = self._processor.tokenizer.eos_token
        turns = processors.conversation(messages, _Same(), self._special)
        pieces: list[tuple[str, bool]] = []
        done = ""
        for i, turn in enumerate(turns):
            if turn["role"] != "assistant":
                continue
            before, after = self._text(turns[:i], True), self._text(turns[: i + 1], False)
            if not before.startswith(done) or not after.startswith(before):
                raise CloseupError(
                    "the model's chat template changes earlier turns when later ones follow: "
                    "it cannot be taught conversations of several turns"
                )
            said, found, _ = after.removeprefix(before).rpartition(end)
            if not found:
                raise CloseupError(
                    f"the model's chat template does not end a turn with {shorten(end)}, as its "
                    "tokenizer says: it cannot be taught where to stop"
                )
            said += end
            pieces += [(before[len(done) :], False), (said, True)]
            done = before + said
        return pieces

    def _text(self, turns: list[dict[str, Any]], more: bool) -> str:
        return self._processor.apply_chat_template(
            turns, tokenize=False, add_generation_prompt=more
        )

    def _size(self, view: View) -> tuple[int, int]:
        """What a view is stretched to: whole tokens."""
        width, height = (max(1, round(side / self._step)) * self._step for side in view.size)
        return width, height

    def _tokens(self, view: View) -> int:
        width, height = self._size(view)
        return (width // self._step) * (height // self._step)

    def batch(self, examples: Sequence[Example]) -> dict[str, Tensor]:
        """Tensors of B examples, padded on the right to T: ids, attention, labels and image types
        (B, T); patches of all images (patches, values) and their grids (images, 3)."""
        width = max(len(e.ids) for e in examples)
        pad = self._processor.tokenizer.pad_token_id
        ids = torch.full((len(examples), width), pad)
        labels = torch.full((len(examples), width), IGNORED)
        attention = torch.zeros((len(examples), width), dtype=torch.long)
        for i, example in enumerate(examples):
            length = len(example.ids)
            ids[i, :length] = torch.tensor(example.ids)
            taught = torch.tensor(example.taught)
            labels[i, :length] = torch.where(taught, ids[i, :length], IGNORED)
            attention[i, :length] = 1
        made = {"input_ids": ids, "attention_mask": attention, "labels": labels}
        views = [view for example in examples for view in example.views]
        if views:
            made |= self._patches(views)
            made["mm_token_type_ids"] = (ids == self._image_id).long()
        return made

    def _patches(self, views: Sequence[View]) -> dict[str, Tensor]:
        made = self._processor.image_processor(
            images=[self._image_of(view) for view in views], do_resize=False, return_tensors="pt"
        )
        return {name: made[name] for name in ("pixel_values", "image_grid_thw")}

    def _image_of(self, view: View) -> Image.Image:
        """A view's pixels, at the size it is fed in."""
        kept = self._kept.get(view)
        if kept is None:
            kept = self._pictures.pixels(view)
            if kept.size != self._size(view):
                kept = kept.resize(self._size(view), Image.Resampling.BICUBIC)
            self._kept.put(view, kept)
        return kept


class _Same(dict[View, Any]):
    """In place of drawn images, where only the text is made."""

    def __missing__(self, view: View) -> View:
        return view


class _Kept:
    """The images used last, up to a total of bytes."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._images: OrderedDict[View, Image.Image] = OrderedDict()

    def get(self, view: View) -> Image.Image | None:
        if view in self._images:
            self._images.move_to_end(view)
        return self._images.get(view)

    def put(self, view: View, image: Image.Image) -> None:
        self._images[view] = image
        self._room -= _bytes(image)
        while self._room < 0 and len(self._images) > 1:
            self._room += _bytes(self._images.popitem(last=False)[1])


def _bytes(image: Image.Image) -> int:
    return 3 * image.width * image.height
