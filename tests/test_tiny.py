"""closeup-tiny before it has learned anything, and what its vision tower is taught."""

from itertools import islice

import numpy as np
import pytest
import torch
from trainable import build_bench
from transformers import AutoConfig, AutoModelForImageTextToText

from closeup import prompts
from closeup.geometry import Box
from closeup.models import Given, find
from closeup.models.hf import processor as processors
from closeup.models.told import Told
from closeup.tiny import eyes
from closeup.tiny.new import TOLD, new
from closeup.training.recipe import Data

STEP = 28


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    tasks = ("action_recognition", "panel_understanding")
    return build_bench(tmp_path_factory.mktemp("tiny") / "bench", tasks=tasks)


@pytest.fixture(scope="module")
def folder(bench, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny") / "new"
    new(folder, bench)
    return folder


@pytest.fixture(scope="module")
def tokenizer(folder):
    return processors.load(str(folder), AutoConfig.from_pretrained(folder)).tokenizer


def ids(tokenizer, text):
    return tokenizer(text, add_special_tokens=False)["input_ids"]


def test_it_is_small_and_asked_as_it_says(folder, bench):
    model = AutoModelForImageTextToText.from_pretrained(folder)
    assert model.num_parameters() < 5_000_000
    asked = find(f"hf:{folder}", Given.of(bench))
    assert (asked.grid, asked.resolution.pixels) == (TOLD.grid, TOLD.pixels)


def test_every_line_of_a_prompt_is_one_token(tokenizer):
    for name in ("system", "action_recognition", "depth_comparison"):
        for line in prompts.load(name).splitlines():
            if len(line) > 20 and "{" not in line:
                assert len(ids(tokenizer, line)) == 1, line


def test_any_text_survives_being_tokenised(tokenizer):
    text = 'Ünusual {"x": [1, 20, 300]} <answer>A</answer>\n☃'
    assert tokenizer.decode(ids(tokenizer, text)) == text


def test_a_number_is_written_digit_by_digit(tokenizer):
    assert len(ids(tokenizer, "471")) == 3


@pytest.fixture(scope="module")
def sights(bench, tokenizer, folder):
    pages = [page.id for page in bench.pages()]
    words, _ = eyes.words_of(bench, pages, tokenizer)
    made = eyes.Sights(bench, pages, words, Told.read(str(folder)), STEP, 0)
    return words, list(islice(made, 30))


def test_a_token_is_told_what_lies_in_its_cell(sights):
    words, made = sights
    for sight in made:
        columns, rows = (side // STEP for side in sight.image.size)
        assert sight.words.shape == (rows * columns, len(words))
        assert sight.marks.shape == (rows * columns, len(eyes.JOINTS) + len(eyes.KINDS))
    figure = len(eyes.JOINTS) + eyes.KINDS.index("figure")
    assert any(sight.marks[:, figure].any() for sight in made)
    told = np.concatenate([sight.words.any(1) for sight in made])
    seen = np.concatenate([sight.marks[:, figure] for sight in made])
    assert seen[told].mean() > 0.9  # words are said only where figures are


def test_views_are_drawn_anew_from_the_same_seed(bench, sights, folder):
    words, made = sights
    pages = [page.id for page in bench.pages()]
    again = eyes.Sights(bench, pages, words, Told.read(str(folder)), STEP, 0)
    other = eyes.Sights(bench, pages, words, Told.read(str(folder)), STEP, 1)
    assert [s.image.tobytes() for s in islice(again, 30)] == [s.image.tobytes() for s in made]
    assert [s.image.tobytes() for s in islice(other, 30)] != [s.image.tobytes() for s in made]


def test_the_tower_learns_and_the_rest_of_the_model_stays(bench, folder, tmp_path):
    before = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).state_dict()
    settings = {"minutes": 0.05, "batch": 2, "rate": 1e-3, "seed": 0}
    eyes.teach(folder, tmp_path / "out", Data(bench=str(bench.path)), **settings)
    after = AutoModelForImageTextToText.from_pretrained(tmp_path / "out", dtype=torch.float32)
    changed = {name for name, w in after.state_dict().items() if not torch.equal(w, before[name])}
    assert any("visual" in name for name in changed)
    assert not any("layers" in name for name in changed)
    assert Told.read(str(tmp_path / "out")) == TOLD


def test_a_cell_is_a_box_middle_where_the_box_is_smaller():
    assert eyes._middles(2.3, 2.4, 10) == slice(2, 3)
    assert eyes._middles(-3, 1.6, 10) == slice(0, 2)
    assert eyes._middles(8.6, 30, 10) == slice(9, 10)
    assert Box(0, 0, 1, 1).area == 1
