"""Tiny random models of the real classes, with a tokenizer and a chat template of their own.

They say junk, but through the same code as the real ones: a few hundred thousand parameters, real
special tokens, and a page as real image tokens.
"""

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    AddedToken,
    CLIPVisionConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2_5_VLProcessor,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
    Qwen3VLProcessor,
)
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

from closeup import prompts
from closeup.models.hf import processor

SPECIAL = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|image_pad|>",
    "<|video_pad|>",
)
TAGS = ("<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>", "<think>", "</think>")
TEMPLATE = """\
{%- macro show(content) -%}
{%- if content is string %}{{ content }}{% else -%}
{%- for part in content -%}
{%- if part.type == "image" %}<|vision_start|><|image_pad|><|vision_end|>
{%- else %}{{ part.text }}{% endif -%}
{%- endfor -%}
{%- endif -%}
{%- endmacro -%}
{%- if tools %}{{ "<|im_start|>system\\n<tools>" }}
{%- for tool in tools %}{{ "\\n" + tool | tojson }}{% endfor %}{{ "\\n</tools><|im_end|>\\n" }}
{%- endif -%}
{%- for message in messages -%}
{%- if message.role == "tool" -%}
{{ "<|im_start|>user\\n<tool_response>\\n" + show(message.content) + "\\n</tool_response>" }}
{%- else -%}
{{ "<|im_start|>" + message.role + "\\n" + show(message.content) }}
{%- endif -%}
{{ "<|im_end|>\\n" }}
{%- endfor -%}
{%- if add_generation_prompt %}{{ "<|im_start|>assistant\\n" }}{% endif -%}
"""


def tokenizer() -> PreTrainedTokenizerFast:
    """Byte-level BPE over our own prompts; `<think>` is a special token, the other tags are not."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=500,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    texts = [prompts.render("system"), prompts.render("zoom_in"), "[0, 100, 200, 1000]"] * 5
    bpe.train_from_iterator(texts, trainer)
    bpe.add_special_tokens(list(SPECIAL))
    bpe.add_tokens([AddedToken(tag, special="think" in tag, normalized=False) for tag in TAGS])
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        padding_side="right",
    )


def _config(words: PreTrainedTokenizerFast) -> dict[str, Any]:
    """What the configs of both classes have in common."""
    number = words.convert_tokens_to_ids
    text = {
        "vocab_size": len(words),
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,  # of 32 numbers, the least that vLLM takes on a CPU
        "num_key_value_heads": 1,
        "max_position_embeddings": 4096,
        "rope_parameters": {"rope_type": "default", "mrope_section": [4, 6, 6]},
        "bos_token_id": None,
        "eos_token_id": number("<|im_end|>"),
        "pad_token_id": number("<|endoftext|>"),
        "initializer_range": 0.3,
    }
    vision = {
        "depth": 2,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_heads": 2,
        "out_hidden_size": 64,
    }
    return {
        "text_config": text,
        "vision_config": vision,
        "image_token_id": number("<|image_pad|>"),
        "video_token_id": number("<|video_pad|>"),
        "vision_start_token_id": number("<|vision_start|>"),
        "vision_end_token_id": number("<|vision_end|>"),
        "tie_word_embeddings": False,
    }


def qwen25(folder: Path, seed: int = 0) -> Path:
    """A Qwen2.5-VL: patches of 14 pixels, boxes in pixels. Returns the folder."""
    words = tokenizer()
    raw = _config(words)
    raw["vision_config"] |= {"fullatt_block_indexes": [1]}
    torch.manual_seed(seed)
    model = Qwen2_5_VLForConditionalGeneration(Qwen2_5_VLConfig(**raw))
    return _save(folder, model, Qwen2_5_VLProcessor, Qwen2VLImageProcessorPil(), words)


def qwen3(folder: Path, seed: int = 0) -> Path:
    """A Qwen3-VL: patches of 16 pixels, boxes in thousandths. Returns the folder."""
    words = tokenizer()
    raw = _config(words)
    raw["text_config"] |= {"head_dim": 32}
    raw["text_config"]["rope_parameters"] |= {"mrope_interleaved": True}
    raw["vision_config"] |= {"deepstack_visual_indexes": [0], "num_position_embeddings": 64}
    torch.manual_seed(seed)
    model = Qwen3VLForConditionalGeneration(Qwen3VLConfig(**raw))
    images = Qwen2VLImageProcessorPil(patch_size=16)
    return _save(folder, model, Qwen3VLProcessor, images, words)


def llava(folder: Path, seed: int = 0) -> Path:
    """A LLaVA, as one of the others: an image is always 4 tokens. Returns the folder."""
    words = tokenizer()
    common = _config(words)
    text = {k: v for k, v in common["text_config"].items() if k != "rope_parameters"}
    vision: dict[str, Any] = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
    vision |= {"num_attention_heads": 2, "image_size": 28, "patch_size": 14}
    image = common["image_token_id"]
    torch.manual_seed(seed)
    settings: dict[str, Any] = {"image_token_id": image, "vision_feature_layer": -1}
    settings |= {"text_config": LlamaConfig(**text), "vision_config": CLIPVisionConfig(**vision)}
    model = LlavaForConditionalGeneration(LlavaConfig(**settings))
    images = CLIPImageProcessorPil(size={"shortest_edge": 28}, crop_size=28)
    made = LlavaProcessor(
        images,
        words,
        patch_size=14,
        vision_feature_select_strategy="default",
        chat_template=TEMPLATE,
        image_token="<|image_pad|>",
        num_additional_image_tokens=1,
    )
    _told(model, words).save_pretrained(folder)
    made.save_pretrained(folder)
    return folder


def _told(model: Any, words: Any) -> Any:
    """The model, told how a reply ends."""
    model.generation_config.eos_token_id = words.eos_token_id
    model.generation_config.pad_token_id = words.pad_token_id
    return model


def _save(folder: Path, model: Any, kind: type, images: Any, words: Any) -> Path:
    _told(model, words).save_pretrained(folder)
    made = processor.image_only(kind)(images, words, chat_template=TEMPLATE)
    processor.save(made, folder)
    return folder
