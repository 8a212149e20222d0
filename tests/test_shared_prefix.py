"""Common beginnings are fed once, and nobody could tell from what comes out."""

import copy

import pytest
import tiny
import torch
from peft import LoraConfig, get_peft_model
from PIL import Image
from transformers import AutoModelForImageTextToText, DynamicCache

from closeup.models.hf import processor as processors
from closeup.models.hf.engine import CACHE
from closeup.training.shared_prefix import groups, shared_prefix
from closeup.training.shared_vision import shared_vision

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*is deprecated and will be removed:FutureWarning"),
]


def batch(folder, config, order=(0, 3, 1, 5, 4, 2)):
    """Two groups of three rows, mixed: questions padded at the left, replies at the right."""
    processor = processors.load(str(folder), config)
    processor.tokenizer.padding_side = "left"
    step = processors.step(processor)
    pages = [Image.effect_noise((4 * step, 3 * step), 90).convert("RGB") for _ in range(2)]
    turns = []
    for row in order:
        page, words = pages[row // 3], ("Who?", "Who is nearer?")[row // 3]
        parts = [{"type": "image", "image": page}, {"type": "text", "text": words}]
        crop = {"type": "image", "image": page.crop((0, 0, step, step))}
        reply = [{"type": "text", "text": "I look. "}, *([crop] if row % 3 else [])]
        turns.append(
            [
                {"role": "user", "content": parts},
                {"role": "assistant", "content": [*reply, {"type": "text", "text": "A" * row}]},
            ]
        )
    asked = processors.encode(processor, [turn[:1] for turn in turns])
    whole = processors.encode(processor, turns)
    replies = [
        ids[mask.bool()][int(before.sum()) :]
        for ids, mask, before in zip(
            whole["input_ids"], whole["attention_mask"], asked["attention_mask"], strict=True
        )
    ]
    behind = torch.nn.utils.rnn.pad_sequence(replies, batch_first=True)
    real = torch.nn.utils.rnn.pad_sequence([torch.ones_like(ids) for ids in replies], True)
    ids = torch.cat([asked["input_ids"], behind], 1)
    kinds = (ids == config.image_token_id).long()
    mask = torch.cat([asked["attention_mask"], real], 1)
    labels = ids.masked_fill(mask == 0, -100)
    labels[:, : asked["input_ids"].shape[1]] = -100
    made = {**whole, "input_ids": ids, "attention_mask": mask, "labels": labels}
    return {**made, "mm_token_type_ids": kinds}


def learned(model, inputs):
    model.zero_grad()
    made = model(**inputs)
    made.loss.backward()
    told = {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}
    return made.logits[inputs["labels"] != -100].detach(), made.loss.item(), told


@pytest.fixture(scope="module", params=["qwen25", "qwen3"])
def folder(request, tmp_path_factory):
    return getattr(tiny, request.param)(tmp_path_factory.mktemp("tiny") / "model")


def fed(model):
    """How many tokens the first layer is given, padding included, in each pass from now on."""
    core = model.get_base_model() if hasattr(model, "get_base_model") else model
    tokens = []
    core.model.language_model.layers[0].register_forward_pre_hook(
        lambda _, given: tokens.append(given[0].shape[0] * given[0].shape[1])
    )
    return tokens


@pytest.mark.parametrize("adapters", [False, True])
def test_scores_loss_and_gradients_are_those_of_feeding_every_row(folder, adapters):
    model = AutoModelForImageTextToText.from_pretrained(folder).train()
    inputs = batch(folder, model.config)
    if adapters:
        torch.manual_seed(0)
        names = r".*(q_proj|v_proj|visual\.blocks.*\.qkv)"
        config = LoraConfig(r=4, target_modules=names, init_lora_weights=False)
        model = get_peft_model(model, config)
    scores, loss, gradients = learned(model, inputs)
    tokens = fed(model)
    shared_vision(model)
    shared_prefix(model)
    shared_prefix(model)  # once is enough
    ours, lost, others = learned(model, inputs)
    rows, width = inputs["input_ids"].shape
    assert len(tokens) == 2
    common = tokens[0] // 2
    assert tokens == [2 * common, rows * (width - common)]
    assert common > (inputs["labels"] == -100).all(0).sum()  # what all say first is common, too
    assert torch.allclose(ours, scores, atol=1e-4)
    assert lost == pytest.approx(loss, abs=1e-5)
    assert others.keys() == gradients.keys()
    assert any("visual" in name for name in gradients)
    for name, gradient in gradients.items():
        assert torch.allclose(others[name], gradient, rtol=1e-3, atol=1e-5), name


def test_a_copy_of_a_model_computes_with_its_own_weights(folder):
    model = AutoModelForImageTextToText.from_pretrained(folder).train()
    inputs = batch(folder, model.config)
    plain = copy.deepcopy(model)
    shared_vision(model)
    shared_prefix(model)
    other = copy.deepcopy(model)
    for weight in other.state_dict().values():
        weight.mul_(1.25)
    plain.load_state_dict(other.state_dict())
    assert other(**inputs).loss.item() == pytest.approx(plain(**inputs).loss.item(), abs=1e-5)
    assert other(**inputs).loss.item() != pytest.approx(model(**inputs).loss.item(), abs=1e-3)


def test_rows_that_are_unlike_a_cache_or_recomputed_layers_are_left_as_they_are(folder):
    model = AutoModelForImageTextToText.from_pretrained(folder).train()
    inputs = batch(folder, model.config)
    lone = {name: inputs[name][:1] for name in ("input_ids", "attention_mask")}
    lone["input_ids"] = torch.randint(10, 60, lone["input_ids"].shape)
    shared_prefix(model)
    tokens = fed(model)
    model(**lone)
    model(**{name: torch.cat([value, value.flip(1)]) for name, value in lone.items()})
    kept = model(**lone, use_cache=True, **{CACHE: DynamicCache(config=model.config.text_config)})
    assert getattr(kept, CACHE).get_seq_length() == lone["input_ids"].shape[1]
    assert len(tokens) == 3
    tokens.clear()
    whole = inputs["input_ids"].numel()
    model(**inputs, output_hidden_states=True)
    model.eval()(**inputs)
    model.train().gradient_checkpointing_enable({"use_reentrant": False})
    model(**inputs)
    assert tokens == [whole] * 3


def test_what_is_dropped_at_random_is_drawn_for_every_row(folder):
    model = AutoModelForImageTextToText.from_pretrained(folder)
    inputs = batch(folder, model.config)
    config = LoraConfig(r=4, target_modules=r".*(q_proj|v_proj)", lora_dropout=0.5)
    model = get_peft_model(model, config).train()
    shared_prefix(model)
    tokens = fed(model)
    model(**inputs)
    assert tokens == [inputs["input_ids"].numel()]


def rows(*texts, width=12):
    """Rows of letters as embeddings."""
    table = torch.randn(128, 8, generator=torch.manual_seed(0))
    return {"inputs_embeds": table[torch.tensor([[*text.ljust(width).encode()] for text in texts])]}


def test_the_beginning_that_saves_most_is_shared():
    assert groups(rows("page one: a", "page one: b", "page one: c")) == ([0, 0, 0], 10)
    # "page " is common to all five; the longer beginnings of two groups save more.
    mixed = rows("page one: a", "page two: a", "page one: b", "page two: b", "page two: c")
    assert groups(mixed) == ([0, 1, 0, 1, 1], 10)
    # One token fewer is shared by all, where one row is cut short.
    assert groups(rows("page one: a", "page one", "page one: c", "page one:")) == ([0, 0, 0, 0], 8)


def test_rows_that_are_all_alike_keep_a_token_of_their_own():
    assert groups(rows("the same", "the same")) == ([0, 0], 11)


def test_a_beginning_that_is_padded_otherwise_is_another():
    given = rows("page one: a", "page one: b")
    mask = torch.ones(2, 12)
    mask[1, 0] = 0
    assert groups({**given, "attention_mask": mask}) == ([], 0)
    places = torch.arange(12).expand(3, 2, 12).clone()
    places[2, 1] += 1
    assert groups({**given, "position_ids": places}) == ([], 0)


def test_hardly_anything_in_common_is_not_shared():
    assert groups(rows("page one: a", "panel 2: b", width=40)) == ([], 0)
