"""Teaching closeup-tiny's vision tower to see: `python -m closeup.tiny.eyes FOLDER --bench BENCH`.

A vision tower that learns from the answers of a language model alone needs a hundred times the
images that a laptop can show it. Here each of its tokens is told, before there is any question,
what lies in its own cell of the image: the joints of figures, and words for what they look like
and do. A word is taught as the language model's own embedding of it, which stays as it is, so that
what the tower says of an image is in a tongue that the model can read from its first question on.

Views are cut from training pages at all scales: figures, panels, whole pages. `torchrun
--nproc-per-node 2 -m closeup.tiny.eyes …` uses two cores.
"""

import argparse
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, distributed, nn
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset
from transformers import AutoConfig, AutoModelForImageTextToText

from closeup.bench import Bench
from closeup.geometry import Box, View
from closeup.images import Resolution, draw
from closeup.models.hf import processor as processors
from closeup.models.told import Told
from closeup.page import Character, Page
from closeup.pictures import Pictures
from closeup.training import data
from closeup.training.recipe import Data

JOINTS = ("head", "shoulder", "elbow", "hand", "hip", "knee", "foot")
_COCO = (0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6)
"""Which of them each of COCO's seventeen keypoints is."""
KINDS = ("figure", "face", "speech", "thought", "caption", "sfx", "sign", "panel")
PLAIN = frozenset(("the", "a", "an", "in", "and", "over", "with", "of"))
FIGURES, PANELS = 8, 2
"""Views of figures and of panels, a page; and every other page whole."""
SHARES = (0.25, 0.5, 1.0)
"""Of a crop's budget of pixels: what is small is seen as well, and sooner."""
APART = 16
"""Steps that processes go before they agree on their weights: small ones would else wait for each
other most of the time."""
LIKELY = -4.0
"""Where the logit of everything starts: hardly anything is anywhere."""


class Sight(NamedTuple):
    """A view with what its tokens are to say: `words` and `marks` are (tokens, words) and
    (tokens, JOINTS + KINDS) of 0 and 1."""

    image: Any
    words: np.ndarray
    marks: np.ndarray


class Sights(IterableDataset[Sight]):
    """Views of training pages, without end."""

    def __init__(
        self, bench: Bench, pages: list[str], words: list[str], told: Told, step: int, seed: int
    ) -> None:
        self._bench, self._pages, self._seed = bench, pages, seed
        self._place = {word: i for i, word in enumerate(words)}
        self._step = step
        most = told.crop_pixels or 0
        self._crops = [
            Resolution(pixels=round(s * most), least=round(s * most), multiple=step) for s in SHARES
        ]
        self._whole = Resolution(pixels=told.pixels, multiple=step)

    def __iter__(self) -> Iterator[Sight]:
        dice = random.Random(f"closeup/eyes/{self._seed}")
        pictures = Pictures.at(self._bench.image_path)
        waiting: list[Sight] = []
        while True:
            name = dice.choice(self._pages)
            page, image = self._bench.page(name), pictures.page(name)
            for view in self._views(page, dice):
                waiting.append(self._sight(page, view, draw(image, view)))
            dice.shuffle(waiting)
            while len(waiting) > 200:
                yield waiting.pop()

    def _views(self, page: Page, dice: random.Random) -> Iterator[View]:
        figures = list(page.characters or ())
        boxes = [f.box for f in dice.sample(figures, min(FIGURES, len(figures)))]
        panels = list(page.panels or ())
        boxes += [p.box for p in dice.sample(panels, min(PANELS, len(panels)))]
        for box in boxes:
            around = _around(box, page, dice)
            size = dice.choice(self._crops).size(around.width, around.height)
            yield View(page.id, around, size)
        if dice.random() < 0.5:
            yield View(page.id, page.box, self._whole.size(page.width, page.height))

    def _sight(self, page: Page, view: View, image: Any) -> Sight:
        columns, rows = (side // self._step for side in view.size)
        words = np.zeros((rows, columns, len(self._place)), np.uint8)
        marks = np.zeros((rows, columns, len(JOINTS) + len(KINDS)), np.uint8)

        def cells(box: Box) -> tuple[slice, slice] | None:
            """The cells whose middle lies in a box, or the one cell that its middle lies in."""
            x0, x1 = ((x - view.box.x0) / view.box.width * columns for x in (box.x0, box.x1))
            y0, y1 = ((y - view.box.y0) / view.box.height * rows for y in (box.y0, box.y1))
            if x1 <= 0 or y1 <= 0 or x0 >= columns or y0 >= rows:
                return None
            return (_middles(y0, y1, rows), _middles(x0, x1, columns))

        def mark(box: Box, kind: str) -> None:
            if where := cells(box):
                marks[*where, len(JOINTS) + KINDS.index(kind)] = 1

        def say(box: Box, texts: list[str]) -> None:
            known = [self._place[text] for text in texts if text in self._place]
            if (where := cells(box)) and known:
                words[where][..., known] = 1

        for panel in page.panels or ():
            mark(panel.box, "panel")
        for balloon in page.balloons or ():
            if balloon.kind:
                mark(balloon.box, balloon.kind)
        for figure in page.characters or ():
            mark(figure.box, "figure")
            if figure.face:
                mark(figure.face, "face")
            for place, (x, y, visible) in enumerate(figure.keypoints or ()):
                if visible and (where := cells(Box(x - 1, y - 1, x + 1, y + 1))):
                    marks[*where, _COCO[place]] = 1
            say(_body(figure), _looks(figure) + _actions(figure))
        shape = rows * columns
        return Sight(image, words.reshape(shape, -1), marks.reshape(shape, -1))


def _around(box: Box, page: Page, dice: random.Random) -> Box:
    left, top, right, bottom = (dice.uniform(-0.05, 0.4) for _ in range(4))
    return Box(
        max(0, box.x0 - left * box.width),
        max(0, box.y0 - top * box.height),
        min(page.width, box.x1 + right * box.width),
        min(page.height, box.y1 + bottom * box.height),
    )


def _middles(low: float, high: float, count: int) -> slice:
    first, last = round(max(low, 0)), round(min(high, count))
    if first < last:
        return slice(first, last)
    middle = min(max(int((low + high) / 2), 0), count - 1)
    return slice(middle, middle + 1)


def _body(figure: Character) -> Box:
    """The middle of a figure: its box without the rims, which are mostly not it."""
    box = figure.box
    dx, dy = 0.2 * box.width, 0.1 * box.height
    return Box(box.x0 + dx, box.y0 + dy, box.x1 - dx, box.y1 - dy)


def _looks(figure: Character) -> list[str]:
    return [word for word in figure.note.lower().split() if word not in PLAIN]


def _actions(figure: Character) -> list[str]:
    return [action.split("_")[0] for action in figure.actions or ()]


class Eyes(nn.Module):
    """A model's vision tower, and what is asked of it while it learns to see."""

    def __init__(self, model: Any, tokens: list[int]) -> None:
        super().__init__()
        self.visual = model.model.visual
        self.embedding = model.get_input_embeddings().requires_grad_(False)
        self.scale = nn.Parameter(torch.tensor(1.0))
        self.bias = nn.Parameter(torch.full((len(tokens),), LIKELY))
        self.marks = nn.Linear(self.embedding.embedding_dim, len(JOINTS) + len(KINDS))
        nn.init.constant_(self.marks.bias, LIKELY)
        self.register_buffer("tokens", torch.tensor(tokens))

    def forward(self, pixels: Tensor, grid: Tensor, words: Tensor, marks: Tensor) -> Tensor:
        """The mean loss a token: (patches, values), (images, 3), (tokens, …), (tokens, …)."""
        seen = self.visual(pixels, grid).pooler_output
        seen = functional.layer_norm(seen, seen.shape[-1:])
        said = self.scale * seen @ self.embedding.weight[self.tokens].T + self.bias
        lost = functional.binary_cross_entropy_with_logits(said, words, reduction="sum")
        lost += functional.binary_cross_entropy_with_logits(
            self.marks(seen), marks, reduction="sum"
        )
        return lost / len(seen)


def _agree(eyes: Eyes) -> None:
    """Give all processes the mean of their weights."""
    weights = [weight.data for weight in eyes.parameters() if weight.requires_grad]
    mean = torch.cat([weight.flatten() for weight in weights])
    distributed.all_reduce(mean)
    mean /= distributed.get_world_size()
    for weight, own in zip(weights, mean.split([w.numel() for w in weights]), strict=True):
        weight.copy_(own.view_as(weight))


def _anyone(here: bool, several: bool) -> bool:
    """Whether it is so in any process."""
    told = torch.tensor(float(here))
    if several:
        distributed.all_reduce(told, distributed.ReduceOp.MAX)
    return bool(told)


def words_of(bench: Bench, pages: list[str], tokenizer: Any) -> tuple[list[str], list[int]]:
    """The words for figures that are one token, and their tokens."""
    found: dict[str, int] = {}
    for name in pages[:200]:
        for figure in bench.page(name).characters or ():
            for word in _looks(figure) + _actions(figure):
                ids = tokenizer(f" {word}", add_special_tokens=False)["input_ids"]
                if len(ids) == 1:
                    found[word] = ids[0]
    return sorted(found), [found[word] for word in sorted(found)]


def teach(
    place: Path, out: Path, recipe: Data, *, minutes: float, batch: int, rate: float, seed: int
) -> None:
    """Teach the tower of the model at `place` for some minutes, and write the model to `out`."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    several = int(os.environ.get("WORLD_SIZE", "1")) > 1
    if several:
        distributed.init_process_group("gloo")
    rank = distributed.get_rank() if several else 0
    processor = processors.load(str(place), AutoConfig.from_pretrained(place))
    model = AutoModelForImageTextToText.from_pretrained(place, dtype=torch.float32)
    bench = Bench.open(Path(recipe.bench))
    pool = data.pool(recipe, bench)
    pages = sorted({entry.page for entries in pool.values() for entry in entries})
    words, tokens = words_of(bench, pages, processor.tokenizer)  # pyright: ignore
    told = Told.read(str(place))
    sights = Sights(bench, pages, words, told, processors.step(processor), 2 * seed + rank)
    eyes = Eyes(model, tokens)
    optimiser = torch.optim.AdamW(
        [w for w in eyes.parameters() if w.requires_grad], lr=rate, weight_decay=0.01
    )
    print(f"{len(pages)} pages, {len(words)} words", flush=True)

    def collate(sights: list[Sight]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        images = processor.image_processor(  # pyright: ignore
            images=[s.image for s in sights], do_resize=False, return_tensors="pt"
        )
        words = torch.from_numpy(np.concatenate([s.words for s in sights]))
        marks = torch.from_numpy(np.concatenate([s.marks for s in sights]))
        return images["pixel_values"], images["image_grid_thw"], words, marks

    began = told_at = time.monotonic()
    losses: list[float] = []
    loader = DataLoader(sights, batch, collate_fn=collate, num_workers=1, prefetch_factor=4)
    for step, (pixels, grid, said, marks) in enumerate(loader, 1):
        spent = (time.monotonic() - began) / (60 * minutes)
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1.0, step / 100) * min(1.0, 4 * (1 - min(spent, 1.0)) + 0.02)
        loss = eyes(pixels, grid, said.float(), marks.float())
        loss.backward()
        nn.utils.clip_grad_norm_(eyes.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        if several and step % APART == 0:
            _agree(eyes)
        losses.append(loss.item())
        if time.monotonic() - told_at > 15 and rank == 0:
            told_at = time.monotonic()
            print(f"{spent:.0%} step {step} loss {np.mean(losses):.4f}", flush=True)
            losses.clear()
        if step % APART == 0 and _anyone(spent >= 1, several):
            break
    if rank:
        return
    model.save_pretrained(out)
    processors.save(processor, out)
    told.write(out)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--without-styles", nargs="*", default=["wash"])
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    teach(
        given.model,
        given.out,
        Data(bench=given.bench, without_styles=tuple(given.without_styles)),
        minutes=given.minutes,
        batch=given.batch,
        rate=given.rate,
        seed=given.seed,
    )
