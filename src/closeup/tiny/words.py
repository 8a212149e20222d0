"""The tokenizer of closeup-tiny: bytes, common words, and every line of our prompts as one token.

A model of this size has no words to spare for instructions that never change, and a step costs by
the token. A prompt that is reworded still reads, in more and untaught tokens: then teach it anew.
"""

import json
import re
from collections.abc import Iterable, Iterator

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AddedToken, PreTrainedTokenizerFast

from closeup import prompts
from closeup.conversation import ANSWER_NOW
from closeup.geometry import Grid
from closeup.prompts.question_text import GRIDS
from closeup.tasks import TASKS
from closeup.tools.zoom_in import ZoomIn

SPECIAL = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|image_pad|>",
    "<|video_pad|>",
)
TAGS = tuple(
    f"<{slash}{name}>"
    for name in ("think", "tool_call", "tool_response", "answer", "tools")
    for slash in ("", "/")
)
CALL = ('{"name": "zoom_in", "arguments": {"bbox_2d": [', '], "image": ', "]}}", "}}")
AROUND = ("user", "assistant", "Image ", " is [", "] of image ", ", enlarged.", ", ")
"""What stands around boxes and turns."""
SHORTEST = 12
"""Characters of a piece of a prompt that is worth a token of its own."""
SIZE = 1536
"""Tokens before the whole lines: 256 bytes and common words."""


def tokenizer(texts: Iterable[str], grid: Grid) -> PreTrainedTokenizerFast:
    """A tokenizer whose words are those of `texts`: what is asked, answered and thought.

    Digits stand alone, so that a number is read and written place by place; `numbers` gives those
    of boxes tokens of their own later on.
    """
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"\d|\n"), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=SIZE,
        min_frequency=10,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    bpe.train_from_iterator(texts, trainer)
    bpe.add_special_tokens(list(SPECIAL))
    whole = [*TAGS, *CALL, *AROUND, *dict.fromkeys(_lines(grid))]
    bpe.add_tokens([AddedToken(text, normalized=False) for text in whole])
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        padding_side="right",
    )


def _lines(grid: Grid) -> Iterator[str]:
    """The pieces of our prompts between line ends and slots."""
    yield from grid_lines(grid)
    for name in ("system", "tools", *TASKS):
        for piece in re.split(r"\n|\{[a-z_]+\}", prompts.load(name)):
            if len(piece) >= SHORTEST:
                yield piece
    yield ANSWER_NOW


def grid_lines(grid: Grid) -> list[str]:
    """The lines of our prompts in which the grid is told."""
    told = (GRIDS[grid].format(image=image) for image in ("the image", "its image"))
    return [json.dumps(ZoomIn().schema(grid)), *told]
