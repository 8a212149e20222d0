"""Conversations as token ids; a model's own turn is never taken apart and put together again.

A text has many tokenisations, and a model that samples does not always choose the tokenizer's. In
training a later turn goes on from the very tokens that were said; so it does here, while they are
remembered. Needs the extra `hf`.
"""

from array import array
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from PIL import Image

from closeup.geometry import View
from closeup.message import Request
from closeup.models.hf import processor as processors
from closeup.models.hf.image_memo import ImageMemo

MOST = 1024
"""Conversations that are remembered."""


class Prompt(NamedTuple):
    """A request as tokens, with the images that stand among them."""

    ids: list[int]
    images: list[Image.Image]


class Spoken:
    """Makes prompts, and remembers what was said to those of late.

    `processor` is one with an ImageMemo; `special` are the texts of tokens that no message may
    smuggle in.
    """

    def __init__(
        self,
        processor: Any,
        special: Sequence[str],
        page_hash: Callable[[str], str],
        most: int = MOST,
    ) -> None:
        self._processor = processor
        self._memo: ImageMemo = processor.image_processor
        self._special = special
        self._page_hash = page_hash
        self._most = most
        self._known: OrderedDict[str, tuple[str, array[int]]] = OrderedDict()

    def prompt(self, request: Request, images: Mapping[View, Image.Image]) -> Prompt:
        """The tokens of a conversation, those of the model's own turns as they were said."""
        turns = processors.conversation(request.messages, images, self._special)
        turns = processors.stretched(turns, processors.step(self._processor))
        shown = [part["image"] for turn in turns for part in turn["content"] if "image" in part]
        known, ids = self._said(request)
        behind = self._behind(turns[known:], request.tools) if known else None
        if behind is None:
            return Prompt(self._ids(turns, request.tools), shown)
        return Prompt(ids + behind, shown)

    def keep(self, request: Request, text: str, ids: Sequence[int]) -> None:
        """The reply to a request, and the tokens of both."""
        key = request.key("", self._page_hash)
        self._known[key] = (text, array("q", ids))
        self._known.move_to_end(key)
        while len(self._known) > self._most:
            self._known.popitem(last=False)

    def _said(self, request: Request) -> tuple[int, list[int]]:
        """How many of the messages are known by their tokens, and these."""
        for at in reversed(range(len(request.messages))):
            message = request.messages[at]
            if message.role != "assistant":
                continue
            asked = request.model_copy(update={"messages": request.messages[:at]})
            text, ids = self._known.get(asked.key("", self._page_hash), ("", None))
            if ids is not None and text == message.text:
                return at + 1, list(ids)
        return 0, []

    def _behind(
        self, turns: list[dict[str, Any]], tools: Sequence[dict[str, Any]]
    ) -> list[int] | None:
        """The tokens of turns that follow one of the model's own, from behind the token that ends
        it; None where no token does. What was said before makes no difference to them."""
        before = [
            {"role": role, "content": [{"type": "text", "text": "."}]}
            for role in ("user", "assistant")
        ]
        start, whole = self._ids(before, tools), self._ids([*before, *turns], tools)
        end = self._processor.tokenizer.eos_token_id
        behind = next((at for at in range(len(start), 0, -1) if start[at - 1] == end), 0)
        return whole[behind:] if behind and whole[:behind] == start[:behind] else None

    def _ids(self, turns: list[dict[str, Any]], tools: Sequence[dict[str, Any]]) -> list[int]:
        self._memo.light = True
        try:
            encoded: Any = processors.encode(self._processor, [turns], tools)
            return encoded["input_ids"][0].tolist()
        finally:
            self._memo.light = False
