"""closeup-tiny before it has learned anything, and what its vision tower is taught."""

import os
import subprocess
import sys
from itertools import chain, pairwise

import numpy as np
import pytest
import torch
from trainable import build_bench
from transformers import AutoConfig, AutoModelForImageTextToText

from closeup import prompts
from closeup.images import Resolution
from closeup.models import Given, find
from closeup.models.hf import processor as processors
from closeup.models.told import Told
from closeup.records import CloseupError
from closeup.tiny import eyes, sights
from closeup.tiny import new as new_of
from closeup.tiny import tower as tower_of
from closeup.tiny.new import TOLD, new
from closeup.tiny.sights import Cut
from closeup.training.recipe import Data

STEP = 28


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    tasks = ("action_recognition", "panel_understanding")
    return build_bench(tmp_path_factory.mktemp("tiny") / "bench", tasks=tasks)


@pytest.fixture(scope="module")
def folder(bench, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny") / "new"
    new(folder, Data(bench=str(bench.path)))
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


SMALL = Resolution(pixels=112 * 112, least=112 * 112, multiple=STEP)
CUT = Cut((SMALL,), panels=0.5, page=SMALL)


def album(bench, words, seed="0"):
    made = sights.Album(bench, [page.id for page in bench.pages()][:2], words, seed)
    while made.grow(CUT):
        pass
    return made


def packed(found):
    return [sight.pixels.tobytes() for sights in found.kept.values() for sight in sights]


def test_a_token_is_told_what_lies_in_its_cell(bench, tokenizer):
    words, _ = eyes.words_of(bench, [page.id for page in bench.pages()], tokenizer)
    told, seen = [], []
    for size, found in album(bench, words).kept.items():
        columns, rows = (side // STEP for side in size)
        for sight in found:
            assert sight.pixels.shape == (size[1], size[0], 3)
            said = np.unpackbits(sight.words, axis=-1, count=len(words))
            marks = np.unpackbits(sight.marks, axis=-1, count=len(sights.MARKS))
            assert len(said) == len(marks) == rows * columns
            told.append(said.any(1))
            seen.append(marks[:, sights.MARKS.index("figure")])
    assert np.concatenate(seen)[np.concatenate(told)].mean() > 0.9  # words only where figures are


def test_a_garment_before_a_comma_is_a_word_too(bench):
    figure = next(f for page in bench.pages() for f in page.characters or ())
    noted = figure.model_copy(update={"note": "A fox in the hoodie, with hat", "actions": ("run",)})
    assert sights.words_for(noted) == ["fox", "hoodie", "hat", "run"]


def test_views_are_cut_alike_from_the_same_seed(bench):
    assert packed(album(bench, ())) == packed(album(bench, ()))
    assert packed(album(bench, ())) != packed(album(bench, (), "1"))


def test_mirrored_cells_go_with_mirrored_pixels():
    show = eyes.Show(0.0, 1.0, 1)
    pixels = np.zeros((56, 84, 3), np.uint8)
    pixels[:28, :28] = 255  # the first of two rows of three cells
    marks = np.zeros((6, len(sights.MARKS)), np.uint8)
    marks[0] = 1
    words = np.zeros((6, 1), np.uint8)
    one = sights.Sight(pixels, np.packbits(words, -1), np.packbits(marks, -1))
    places = set()
    for seed in range(8):
        images, _, told = show([one], np.random.default_rng(seed))
        rows = images[0, 0].unflatten(0, (2, 28)).unflatten(2, (3, 28)).mean((1, 3))
        assert rows.flatten().argmax() == told[0, :, 0].argmax()
        places.add(int(rows.flatten().argmax()))
    assert places == {0, 2}


def test_the_tower_sees_the_same_in_a_batch_as_in_a_sequence(folder):
    tower = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).model.visual
    images = torch.randn(2, 3, 3 * STEP, 5 * STEP)
    batch = tower_of.see(tower, tower_of.patches(images), tower_of.turns(tower, 3, 5))
    frames = tower_of.patches(images).unflatten(2, (3, 1, -1)).expand(-1, -1, -1, 2, -1)
    grids = torch.tensor([[1, 6, 10]] * 2)
    sequence = tower(frames.reshape(2 * 60, -1), grids).pooler_output
    torch.testing.assert_close(batch.flatten(0, 1), sequence, atol=1e-5, rtol=1e-4)


def test_first_filters_make_patches_of_comics_unlike_each_other(folder, bench):
    tower = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).model.visual
    kernel = tower.patch_embed.proj.weight.sum(2).flatten(1)
    made = new_of._patches(bench, list(bench.entries())) @ kernel.T
    spread = torch.linalg.eigvalsh(made.T @ made / len(made))
    assert spread.min() > 0.1
    assert spread.max() < 1.1


def test_an_untrained_model_looks_where_a_word_stood_before(folder, tokenizer):
    """At the colon: for the word before it among the options, and, at a word, for what followed."""
    model = AutoModelForImageTextToText.from_pretrained(folder, attn_implementation="eager")
    colon, line = ids(tokenizer, ":\n")
    words = range(300, 303)
    options = [[*ids(tokenizer, a), colon, b, line] for a, b in zip("ABC", words, strict=True)]
    text = [*chain(*options), words[1], colon]
    with torch.no_grad():
        found = model.model.language_model(torch.tensor([text]), output_attentions=True)
    option = text.index(words[1])
    back_one, back_two, *_ = found.attentions[0][0]
    like, _, after, _ = found.attentions[1][0]
    last = len(text) - 1
    assert back_one[last].argmax() == last - 1
    assert back_two[option].argmax() == option - 2  # its letter
    assert like[last, :-2].argmax() == option
    assert after[last - 1, :-2].argmax() == option + 1


def test_pages_to_test_on_teach_it_nothing(tmp_path):
    held_out = build_bench(tmp_path / "bench", tasks=("action_recognition",), seed=1_000_000)
    with pytest.raises(CloseupError, match="no pages to train on"):
        new(tmp_path / "new", Data(bench=str(held_out.path)))


def test_the_tower_learns_and_the_layers_stay(bench, folder, tmp_path):
    before = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).state_dict()
    settings = {"minutes": 0.05, "batch": 2, "rate": 1e-3, "seed": 0}
    first, second = tmp_path / "first", tmp_path / "second"
    eyes.teach(folder, first, Data(bench=str(bench.path)), CUT, **settings)
    eyes.teach(first, second, Data(bench=str(bench.path)), CUT, **settings)
    states = [before]
    for place in (first, second):
        model = AutoModelForImageTextToText.from_pretrained(place, dtype=torch.float32)
        states.append(model.state_dict())
        assert Told.read(str(place)) == TOLD
    changed = [
        {name for name, weight in after.items() if not torch.equal(weight, earlier[name])}
        for earlier, after in pairwise(states)
    ]
    assert all(any("visual" in name for name in names) for names in changed)
    assert not any("layers" in name for names in changed for name in names)
    assert any("embed_tokens" in name for name in changed[0])
    assert not any("embed_tokens" in name for name in changed[1])
    moved = [(state["model.language_model.embed_tokens.weight"]) for state in states[:2]]
    assert 0 < (moved[0] != moved[1]).any(1).sum() < 200  # only words that were taught


PAIR = """
from pathlib import Path
import torch
from closeup.tiny import eyes
from closeup.tiny.sights import Cut
from closeup.training.recipe import Data
place, out, bench = map(Path, __import__("sys").argv[1:])
cut = Cut((eyes._tokens(16),))
eyes.teach(place, out, Data(bench=str(bench)), cut, minutes=0.05, batch=2, rate=1e-3, seed=0)
team = object.__new__(eyes.Team)  # the processes meet once
team.size, team.rank = 2, torch.distributed.get_rank()
weights = [torch.full((2,), float(team.rank)), torch.full((1, 3), 10.0 * team.rank)]
team.agree(weights)
assert weights[0].tolist() == [0.5, 0.5] and weights[1].tolist() == [[5.0] * 3]
assert team.anyone(team.rank == 1) and not team.anyone(False)
"""


def test_two_processes_agree_and_write_one_model(bench, folder, tmp_path):
    (tmp_path / "pair.py").write_text(PAIR)
    launcher = ("-m", "torch.distributed.run", "--nproc-per-node", "2")
    process = subprocess.run(
        [sys.executable, *launcher, tmp_path / "pair.py", folder, tmp_path / "out", bench.path],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    before, after = (
        AutoModelForImageTextToText.from_pretrained(place, dtype=torch.float32).state_dict()
        for place in (folder, tmp_path / "out")
    )
    assert any(not torch.equal(before[name], after[name]) for name in before)
    assert (tmp_path / "out" / eyes.HEADS).is_file()


def test_a_cell_is_a_box_middle_where_the_box_is_smaller():
    assert sights._middles(2.3, 2.4, 10) == slice(2, 3)
    assert sights._middles(-3, 1.6, 10) == slice(0, 2)
    assert sights._middles(8.6, 30, 10) == slice(9, 10)
