"""What a recipe starts from."""

import json
import shutil
from pathlib import Path

import pupils
import pytest
from transformers import GenerationConfig

from closeup.records import CloseupError
from closeup.training import learner


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(pupils.bare("qwen25"), tmp_path / "model")


def test_the_finished_model_is_asked_without_penalties_that_it_did_not_learn_under(folder):
    words = learner.load(pupils.recipe("qwen25", folder)).processor.tokenizer
    end, pad = words.eos_token_id, words.pad_token_id
    told = {"do_sample": True, "temperature": 0.1, "top_k": 1, "repetition_penalty": 1.05}
    GenerationConfig(eos_token_id=pad, **told).save_pretrained(folder)
    pupil = learner.load(pupils.recipe("qwen25", folder))
    left = pupil.model.generation_config.to_diff_dict()
    left.pop("transformers_version")
    assert left == {"eos_token_id": [end, pad], "pad_token_id": pad}


def test_weights_that_are_not_there_are_not_made_up(folder):
    config = json.loads((folder / "config.json").read_text())
    config["text_config"]["num_hidden_layers"] = 3
    config["text_config"].pop("layer_types", None)
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(CloseupError, match=r"lacks \d+ weights, such as .*layers\.2\."):
        learner.load(pupils.recipe("qwen25", folder))


def test_a_frozen_tower_is_not_trained(folder):
    recipe = pupils.recipe("qwen25", folder, train={"freeze": ("vision",)})
    model = learner.load(recipe).model
    trained = {name for name, weight in model.named_parameters() if weight.requires_grad}
    assert trained
    assert not any("visual" in name for name in trained)


def test_frozen_embeddings_are_not_trained_while_the_rest_is(folder):
    recipe = pupils.recipe("qwen25", folder, train={"freeze": ("embeddings",)})
    model = learner.load(recipe).model
    frozen = {name for name, weight in model.named_parameters() if not weight.requires_grad}
    assert frozen == {"model.language_model.embed_tokens.weight"}
