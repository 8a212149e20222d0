"""Boxes in hundredths, each of whose numbers is a token."""

from typing import Any

import pytest
import tiny
import torch
from trainable import build_bench
from transformers import AutoConfig, AutoModelForImageTextToText

from closeup.models.hf import processor as processors
from closeup.models.told import Told
from closeup.records import CloseupError
from closeup.tiny.new import TOLD, new
from closeup.tiny.numbers import numbers
from closeup.tiny.words import grid_lines
from closeup.training.recipe import Data


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    bench = build_bench(tmp_path_factory.mktemp("tiny") / "bench", tasks=("action_recognition",))
    folder = tmp_path_factory.mktemp("tiny") / "new"
    new(folder, Data(bench=str(bench.path)))
    return folder


@pytest.fixture(scope="module")
def after(before):
    numbers(before, before.parent / "numbers")
    return before.parent / "numbers"


def opened(folder) -> tuple[Any, Any]:
    tokenizer = processors.load(str(folder), AutoConfig.from_pretrained(folder)).tokenizer
    return AutoModelForImageTextToText.from_pretrained(folder), tokenizer


def pieces(tokenizer, text):
    return [tokenizer.decode([piece]) for piece in tokenizer(text)["input_ids"]]


def test_it_says_that_it_speaks_in_hundredths_and_is_small_enough_to_be_shipped(after):
    model, _ = opened(after)
    assert Told.read(str(after)) == TOLD.model_copy(update={"grid": "rel100"})
    assert 2 * model.num_parameters() < 9_900_000


def test_a_box_is_four_tokens_and_a_list_of_letters_is_what_it_was(before, after):
    _, plain = opened(before)
    _, tokenizer = opened(after)
    call = '{"name": "zoom_in", "arguments": {"bbox_2d": ['
    told = [call, "5", ", 40", ", 100", ", 7", '], "image": ', "1"]
    assert pieces(tokenizer, "".join(told)) == told
    for text in ("C, A, B", "12 cats of 1024"):
        assert tokenizer.decode(tokenizer(text)["input_ids"]) == text
    assert pieces(tokenizer, "C, A, B") == pieces(plain, "C, A, B")


def test_the_lines_that_tell_the_grid_are_a_token_each_that_means_what_the_old_one_meant(after):
    model, tokenizer = opened(after)
    rows = model.get_input_embeddings().weight
    for old, line in zip(grid_lines("rel1000"), grid_lines("rel100"), strict=True):
        assert pieces(tokenizer, line) == [line]
        first, second = (rows[tokenizer.convert_tokens_to_ids(one)] for one in (old, line))
        assert torch.equal(first, second)


def test_near_numbers_are_alike_and_none_is_another(after):
    model, tokenizer = opened(after)
    ids = tokenizer.convert_tokens_to_ids([f", {number}" for number in range(101)])
    rows = torch.nn.functional.normalize(model.get_input_embeddings().weight[ids], dim=1)
    alike = rows @ rows.T
    near, far = alike.diagonal(1).mean(), alike.diagonal(50).mean()
    assert near > far + 0.1
    assert alike.tril(-1).max() < 0.97


def test_what_was_learned_before_stays(before, after):
    first, second = opened(before)[0].state_dict(), opened(after)[0].state_dict()
    for name, weight in first.items():
        rows = len(weight) if "embed" not in name and "lm_head" not in name else 256
        assert torch.equal(weight[:rows], second[name][:rows])


def test_what_has_the_numbers_already_or_is_no_closeup_tiny_is_refused(after, tmp_path):
    for folder in (after, tmp_path):
        with pytest.raises(CloseupError, match=r"whose closeup\.json names another grid"):
            numbers(folder, tmp_path / "out")
    other = tiny.qwen25(tmp_path / "other")
    Told(grid="pixel").write(other)
    with pytest.raises(CloseupError, match=r"no token for 'A box is .*: need a closeup-tiny"):
        numbers(other, tmp_path / "out")
