"""An untrained closeup-tiny: `python -m closeup.tiny.new FOLDER --bench BENCH`.

The architecture is Qwen2.5-VL's and so is every line of code that runs it; only the sizes are ours.
"""

import argparse
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import (
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2_5_VLProcessor,
)
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

from closeup.bench import Bench, Entry
from closeup.images import Resolution
from closeup.models.hf import processor
from closeup.models.told import Told
from closeup.records import CloseupError
from closeup.tiny import copying
from closeup.tiny.sights import Album, Cut
from closeup.tiny.tower import PATCH, TOKEN, patches
from closeup.tiny.words import tokenizer
from closeup.training import data
from closeup.training.recipe import Data

TOLD = Told(grid="rel1000", pixels=150_528, crop_pixels=28_224, crop_least=28_224)
"""A page of 192 tokens, a crop of 36. Boxes in parts of the sides, so that a number means the same
place on a page of any size; `numbers` makes the parts coarser later on."""
TEXTS = 20_000
"""Questions that the words are learned from."""
HIDDEN = 256
LAYERS = 4
THETA = 10_000.0
"""Of the rotary positions."""
VISION_HIDDEN = 144
VISION_LAYERS = 6
MEAN, SPREAD = 0.75, 0.3
"""Of the pixels of comics, which are paler than photographs."""
PAGES, FIGURE = 100, 112
"""Pages whose figures the first filters are made from, at so many pixels a side."""
FAINT = 0.02
"""Strength of what is not made any stronger: noise."""
TEMPLATE = """\
{%- for message in messages -%}
{{ "<|im_start|>" + message.role + "\\n" }}
{%- if message.content is string %}{{ message.content }}{% else -%}
{%- for part in message.content -%}
{%- if part.type == "image" %}<|vision_start|><|image_pad|><|vision_end|>
{%- else %}{{ part.text }}{% endif -%}
{%- endfor -%}
{%- endif -%}
{{ "<|im_end|>\\n" }}
{%- endfor -%}
{%- if add_generation_prompt %}{{ "<|im_start|>assistant\\n" }}{% endif -%}
"""


def new(folder: Path, recipe: Data, seed: int = 0) -> None:
    """Write a model with random weights, and a tokenizer with the words of training questions.

    Raises CloseupError where the bench has no pages to train on.
    """
    assert TOLD.grid
    bench = Bench.open(Path(recipe.bench))
    entries = sorted(chain(*data.pool(recipe, bench).values()), key=lambda entry: entry.offset)
    words = tokenizer(_texts(bench, entries), TOLD.grid)
    number: Any = words.convert_tokens_to_ids
    config = Qwen2_5_VLConfig(
        text_config={
            "vocab_size": -(-len(words) // 64) * 64,
            "hidden_size": HIDDEN,
            "intermediate_size": 480,
            "num_hidden_layers": LAYERS,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "max_position_embeddings": 4096,
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": THETA,
                "mrope_section": [8, 12, 12],
            },
            "bos_token_id": None,
            "eos_token_id": number("<|im_end|>"),
            "pad_token_id": number("<|endoftext|>"),
            "tie_word_embeddings": True,
        },
        vision_config={
            "depth": VISION_LAYERS,
            "hidden_size": VISION_HIDDEN,
            "intermediate_size": 384,
            "num_heads": 3,
            "out_hidden_size": HIDDEN,
            "fullatt_block_indexes": list(range(VISION_LAYERS)),  # an image is small enough
        },
        image_token_id=number("<|image_pad|>"),
        video_token_id=number("<|video_pad|>"),
        vision_start_token_id=number("<|vision_start|>"),
        vision_end_token_id=number("<|vision_end|>"),
        tie_word_embeddings=True,
    )
    torch.manual_seed(seed)
    model = Qwen2_5_VLForConditionalGeneration(config)
    for weight in model.model.visual.parameters():
        if weight.dim() > 1:  # transformers' own start is for towers that were trained elsewhere
            torch.nn.init.normal_(weight, std=weight[0].numel() ** -0.5)
    words_in: Any = model.get_input_embeddings()
    torch.nn.init.normal_(words_in.weight, std=HIDDEN**-0.5)
    copying.build_in(model.model.language_model.layers, THETA)
    kernel = model.model.visual.patch_embed.proj.weight.data
    kernel.copy_(_whitening(_patches(bench, entries)).view(VISION_HIDDEN, 3, 1, PATCH, PATCH) / 2)
    model.generation_config.eos_token_id = words.eos_token_id
    model.generation_config.pad_token_id = words.pad_token_id
    model.save_pretrained(folder)
    kind = processor.image_only(Qwen2_5_VLProcessor)
    images = Qwen2VLImageProcessorPil(image_mean=[MEAN] * 3, image_std=[SPREAD] * 3)
    processor.save(kind(images, words, chat_template=TEMPLATE), folder)
    TOLD.write(folder)
    print(f"{model.num_parameters():,} parameters, {len(words)} tokens: {folder}")


def _patches(bench: Bench, entries: Sequence[Entry]) -> Tensor:
    """Patches of figures in training pages, as the tower is shown them: (N, 3 · 14 · 14)."""
    pages = list(dict.fromkeys(entry.page for entry in entries))[:PAGES]
    album = Album(bench, pages, (), "new")
    square = Resolution(pixels=FIGURE**2, least=FIGURE**2, multiple=TOKEN)
    while album.grow(Cut((square,))):
        pass
    seen = [
        patches((torch.from_numpy(sight.pixels).permute(2, 0, 1)[None] / 255 - MEAN) / SPREAD)
        for sights in album.kept.values()
        for sight in sights
    ]
    return torch.cat([image[0] for image in seen])


def _whitening(seen: Tensor) -> Tensor:
    """The strongest directions in patches, each made as strong as the others: (width, values).

    Neighbouring pixels are nearly alike, so that from random filters a tower learns little but how
    light a patch is for a long time.
    """
    strength, directions = torch.linalg.eigh(seen.T @ seen / len(seen))
    top = slice(-VISION_HIDDEN, None)
    return (directions[:, top] / (strength[top] + FAINT).sqrt()).T


def _texts(bench: Bench, entries: Sequence[Entry]) -> Iterator[str]:
    """What is asked and answered."""
    for question in bench.questions_at(entry.offset for entry in entries[:TEXTS]):
        yield from question.options
        yield from map(str, question.answer if isinstance(question.answer, tuple) else ())
        yield "system user assistant image 1 of image 2 is enlarged"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--without-styles", nargs="*", default=["wash"])
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    try:
        new(
            given.folder,
            Data(bench=given.bench, without_styles=tuple(given.without_styles)),
            given.seed,
        )
    except CloseupError as error:
        parser.exit(2, f"closeup: {error}\n")
