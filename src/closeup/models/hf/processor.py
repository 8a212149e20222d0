"""Processors of transformers: conversations with views in them to the tensors that a model takes.

The processors of Qwen's models want torchvision for videos, which we never show; without it they
are made of their other two parts. Needs the extra `hf`.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image
from transformers import AutoProcessor, BatchFeature, PreTrainedConfig, ProcessorMixin
from transformers.models.auto.processing_auto import PROCESSOR_MAPPING
from transformers.utils.import_utils import is_torchvision_available

from closeup.geometry import View
from closeup.message import Message

TAGS = frozenset(
    f"<{slash}{name}>"
    for name in ("think", "tool_call", "tool_response", "answer")
    for slash in ("", "/")
)
"""What a conversation is written with: text, even where a tokenizer calls it special."""
VIDEOS = "video_preprocessor_config.json"


def load(place: str, config: PreTrainedConfig) -> ProcessorMixin:
    """The processor of a model, from a folder or by its name on the hub.

    Raises what transformers raises where there is none.
    """
    stock: Any = PROCESSOR_MAPPING.get(type(config), None)
    kind = AutoProcessor
    if stock and "video_processor" in stock.get_attributes() and not is_torchvision_available():
        kind = image_only(stock)
    return kind.from_pretrained(place, revision=getattr(config, "_commit_hash", None) or "main")


def image_only(stock: Any) -> type[ProcessorMixin]:
    """A class of processors that takes no videos; otherwise, in name as well, the stock one."""

    class ImageOnly(stock):
        def __init__(
            self, image_processor: Any = None, tokenizer: Any = None, chat_template: Any = None
        ) -> None:
            super().__init__(image_processor, tokenizer, chat_template=chat_template)

    ImageOnly.__name__ = stock.__name__  # goes into the files it saves, which the stock one loads
    return ImageOnly


def save(processor: ProcessorMixin, folder: Path) -> None:
    """Write a processor so that stock transformers and vLLM load it, video part included."""
    processor.save_pretrained(folder)
    if (folder / VIDEOS).exists():
        return
    newer = processor.image_processor.patch_size == 16
    kind = "Qwen3VLVideoProcessor" if newer else "Qwen2VLVideoProcessor"
    sizes = ("patch_size", "temporal_patch_size", "merge_size", "image_mean", "image_std")
    raw = {name: getattr(processor.image_processor, name) for name in sizes}
    (folder / VIDEOS).write_text(json.dumps({"video_processor_type": kind, **raw}, indent=2))


def step(processor: ProcessorMixin) -> int:
    """Pixels that a side of an image is a multiple of when the model sees it; 1: not known."""
    images = getattr(processor, "image_processor", None)
    return getattr(images, "patch_size", 1) * getattr(images, "merge_size", 1) if images else 1


def conversation(
    messages: Sequence[Message], images: Mapping[View, Image.Image], special: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Messages as chat templates take them, images in their place.

    A tool's answer is a user's turn in tags: for Qwen's own templates the same tokens as their
    role "tool", and it may show images in any. A text cannot smuggle in one of the `special`
    tokens: it is broken by a space.
    """
    return [
        {
            "role": "user" if message.role == "tool" else message.role,
            "content": [
                {"type": "image", "image": images[part]}
                if isinstance(part, View)
                else {"type": "text", "text": _plain(part, special)}
                for part in _parts(message)
            ],
        }
        for message in messages
    ]


def _parts(message: Message) -> tuple[str | View, ...]:
    if message.role != "tool":
        return message.parts
    return ("<tool_response>\n", *message.parts, "\n</tool_response>")


def _plain(text: str, special: Sequence[str]) -> str:
    for token in special:
        text = text.replace(token, f"{token[:1]} {token[1:]}")
    return text


def special_tokens(processor: ProcessorMixin) -> dict[int, str]:
    """The tokens that are no text, by their id."""
    added = processor.tokenizer.added_tokens_decoder
    return {i: t.content for i, t in added.items() if t.special and t.content not in TAGS}


def encode(
    processor: ProcessorMixin,
    conversations: Sequence[list[dict[str, Any]]],
    tools: Sequence[dict[str, Any]] = (),
) -> BatchFeature:
    """Tensors of several conversations, each up to where the model goes on; padded on the left.

    Images whose sides are multiples of `step` reach the model pixel by pixel; others are stretched
    to the next such size, and no processor resizes them again.
    """
    multiple = step(processor)
    options: dict[str, Any] = {"padding": True, "padding_side": "left"}
    if multiple > 1:
        conversations = [stretched(turns, multiple) for turns in conversations]
        options["images_kwargs"] = {"do_resize": False}
    return processor.apply_chat_template(  # pyright: ignore[reportReturnType]
        list(conversations),
        tools=list(tools) or None,
        add_generation_prompt=True,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
        processor_kwargs=options,
    )


def stretched(turns: list[dict[str, Any]], multiple: int) -> list[dict[str, Any]]:
    def part(given: dict[str, Any]) -> dict[str, Any]:
        if given["type"] != "image":
            return given
        image: Image.Image = given["image"]
        width, height = (max(1, round(side / multiple)) * multiple for side in image.size)
        if (width, height) == image.size:
            return given
        return {"type": "image", "image": image.resize((width, height), Image.Resampling.BICUBIC)}

    return [turn | {"content": [part(given) for given in turn["content"]]} for turn in turns]
