import pytest
import tiny
import torch
from peft import LoraConfig, get_peft_model
from PIL import Image
from transformers import AutoModelForImageTextToText

from closeup.models.hf import processor as processors
from closeup.training.shared_vision import distinct, shared_vision

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*is deprecated and will be removed:FutureWarning"),
]


def batch(folder, config):
    """Two groups of three rows: page, and for some a crop of their own or one of another's."""
    processor = processors.load(str(folder), config)
    step = processors.step(processor)
    pages = [Image.effect_noise((4 * step, 3 * step), 90).convert("RGB") for _ in range(2)]
    turns = []
    for row in range(6):
        shown = [pages[row // 3]]
        if row % 3:
            shown.append(pages[0].crop((0, 0, step * (row % 3), step)))
        parts = [{"type": "image", "image": image} for image in shown]
        turns.append([{"role": "user", "content": [*parts, {"type": "text", "text": "?" * row}]}])
    made = processors.encode(processor, turns)
    labels = made["input_ids"].masked_fill(made["attention_mask"] == 0, -100)
    return {**made, "labels": labels}


def learned(model, inputs):
    model.zero_grad()
    loss = model(**inputs).loss
    loss.backward()
    return loss.item(), {
        n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None
    }


@pytest.fixture(scope="module", params=["qwen25", "qwen3"])
def folder(request, tmp_path_factory):
    return getattr(tiny, request.param)(tmp_path_factory.mktemp("tiny") / "model")


@pytest.mark.parametrize(("adapters", "checkpointing"), [(False, False), (True, True)])
def test_loss_and_gradients_are_those_of_encoding_every_image(folder, adapters, checkpointing):
    model = AutoModelForImageTextToText.from_pretrained(folder).train()
    inputs = batch(folder, model.config)
    tower = model.model.visual
    if adapters:
        torch.manual_seed(0)
        names = r".*(q_proj|v_proj|visual\.blocks.*\.qkv)"
        config = LoraConfig(r=4, target_modules=names, init_lora_weights=False)
        model = get_peft_model(model, config)
    if checkpointing:
        model.gradient_checkpointing_enable({"use_reentrant": False})
    loss, gradients = learned(model, inputs)
    fed = []
    tower.patch_embed.register_forward_pre_hook(lambda _, given: fed.append(len(given[0])))
    shared_vision(model)
    shared_vision(model)  # once is enough
    ours, others = learned(model, inputs)
    assert sum(fed) == (2 * 12 + 1 + 2) * 4 < len(inputs["pixel_values"])
    assert ours == pytest.approx(loss, abs=1e-5)
    assert any("visual" in name for name in gradients)
    assert others.keys() == gradients.keys()
    for name, gradient in gradients.items():
        assert torch.allclose(others[name], gradient, rtol=1e-3, atol=1e-5), name


def test_images_are_the_same_only_where_all_of_them_is():
    one = torch.arange(4 * 100.0).reshape(4, 100)
    other = one.clone()
    other[3, 99] = 0  # between the numbers of the key
    grids = [[1, 2, 2]] * 4 + [[1, 4, 1]]
    assert distinct([one, other, one.clone(), other, one], grids) == ([0, 1, 4], [0, 1, 0, 1, 2])
