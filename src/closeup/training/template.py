"""A checkpoint's processor as TRL's tool loop needs it, and the tokens stay those of evaluation.

TRL knows tools by their schemas and calls by their templates. Here the system text names the tools
and `turn` reads the calls, so that a model hears and says in training what it does in evaluation:

- A reply after which the conversation goes on is one call of the private tool `HEAR`, which takes
  the reply itself; a reply that ends it is none.
- A tool's message comes as a user's turn in tags, as `processor.conversation` has written it.
- No image is resized again.

Qwen2.5-VL's own template knows no tools, and need not.
"""

import copy
import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from closeup.conversation import ANSWER_NOW
from closeup.message import Reply, Usage
from closeup.models.hf import processor as processors
from closeup.turn import turn

HEAR = "hear"
"""The environment's one tool."""
TAIL = 200
"""Tokens at the end of a prompt that surely hold the words which tell the model to answer now."""


def talking(processor: Any, ends: Collection[int], tools: bool) -> Any:
    """A copy of a processor for TRL's trainer; it is saved as the one it was made from.

    `ends` are the tokens that end a reply; with `tools` a reply may call some. The messages that it
    parses hold the `Reply` itself beside what TRL wants.
    """
    plain, processor = processor, copy.deepcopy(processor)
    processor.__class__ = type("Talking", (_Talking, type(processor)), {})
    processor.plain = plain
    words = processor.tokenizer
    words.__class__ = type("TalkingTokenizer", (_TalkingTokenizer, type(words)), {})
    words.ends, words.calls_tools = frozenset(ends), tools
    words.dropped = frozenset(processors.special_tokens(processor))
    words.response_template = {}  # that there is one makes TRL ask us
    words.padding_side = "left"
    processor.image_processor.do_resize = False
    return processor


class _TalkingTokenizer:
    """Reads what the model said."""

    ends: frozenset[int]
    calls_tools: bool
    dropped: frozenset[int]
    """Special tokens; they are no part of what is said."""
    decode: Any

    def parse_response(
        self, response: Sequence[int], schema: Any = None, *, prefix: Sequence[int], tools: Any = ()
    ) -> dict[str, Any]:
        """The message that a reply is, after the tokens of `prefix`."""
        reply = self.reply(response, prefix)
        message: dict[str, Any] = {"role": "assistant", "content": reply.text, "reply": reply}
        if self._goes_on(reply, prefix):
            function = {"name": HEAR, "arguments": {"reply": reply}}
            message["tool_calls"] = [{"type": "function", "function": function}]
        return message

    def reply(self, said: Sequence[int], prefix: Sequence[int]) -> Reply:
        """What was said, as a model of this process replies: see `models.hf.local`."""
        end = next((i for i, token in enumerate(said) if token in self.ends), None)
        words = [token for token in said[:end] if token not in self.dropped]
        text = self.decode(words, skip_special_tokens=False)
        if self.decode(prefix[-4:]).rstrip().endswith("<think>"):
            text = f"<think>{text}"  # some templates open the model's reasoning for it
        usage = Usage(input=len(prefix), output=len(said) if end is None else end + 1)
        return Reply(text=text, finish="length" if end is None else "stop", usage=usage)

    def _goes_on(self, reply: Reply, prefix: Sequence[int]) -> bool:
        """As `Conversation` decides; the environment sees to it that the two agree."""
        said = turn(reply.text)
        if not self.calls_tools or said.answered or not said.calls:
            return False
        # What it was told last: before that the model may have said the words itself.
        told = self.decode(prefix[-TAIL:]).rpartition("<tool_response>")[2]
        return ANSWER_NOW not in told  # no tool can say so: it has a `<`


class _Talking:
    """Writes what the model is told."""

    tokenizer: Any
    plain: Any
    """The processor that it is a copy of."""

    def save_pretrained(self, folder: str, **_: Any) -> None:
        """Write the plain processor."""
        processors.save(self.plain, Path(folder))

    def apply_chat_template(
        self, conversation: Any, tools: Any = None, tokenize: bool = False, **options: Any
    ) -> Any:
        """Text, or token ids and images; the schemas of `tools` are left out."""
        single = bool(conversation) and isinstance(conversation[0], Mapping)
        turns = [conversation] if single else conversation
        step = processors.step(self)  # pyright: ignore[reportArgumentType]
        plain = [[_plain(message, step) for message in own] for own in turns]
        stock: Any = super()
        made = stock.apply_chat_template(
            plain[0] if single else plain, tokenize=tokenize, **options
        )
        if options.get("return_dict"):
            for name in ("pixel_values", "image_grid_thw"):
                if name in made:
                    made[name] = torch.as_tensor(made[name])  # TRL calls methods of tensors
        return made


def _plain(message: Mapping[str, Any], step: int) -> dict[str, Any]:
    """A message with no more to it than a template of no tools knows."""
    content = message.get("content") or ""
    if isinstance(content, str):
        content = [{"type": "text", "text": content}]
    if (calls := message.get("tool_calls")) and not any(part.get("text") for part in content):
        told = json.dumps([call["function"] for call in calls])  # only TRL's own trials have it so
        content = [{"type": "text", "text": told}]
    role = "user" if message["role"] == "tool" else message["role"]
    return {"role": role, "content": [_seen(part, step) for part in content]}


def _seen(part: dict[str, Any], step: int) -> dict[str, Any]:
    """A part of a message; an image of less than a token, as TRL tries templates with, made one."""
    image = part.get("image")
    if image is None or min(image.size) >= step:
        return part
    return part | {"image": image.resize((step, step))}
