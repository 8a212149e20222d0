"""Teaching closeup-tiny's vision tower to see: `python -m closeup.tiny.eyes FROM OUT --bench B`.

A vision tower that learns from the answers of a language model alone needs a hundred times the
images that a laptop can show it. Here each of its tokens is told, before there is any question,
what lies in its own cell of the image: the joints of figures, and words for what they look like
and do. A word is taught as the language model's own embedding of it, so that what the tower says of
an image is in a tongue that the model can read from its first question on.

Small views of figures come first, thousands of them a minute; then figures, panels and whole pages
as they are shown. `torchrun --nproc-per-node 2 -m closeup.tiny.eyes …` uses two cores.
"""

import argparse
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoConfig, AutoModelForImageTextToText

from closeup.bench import Bench
from closeup.images import Resolution
from closeup.models.hf import processor as processors
from closeup.models.told import Told
from closeup.records import CloseupError
from closeup.tiny.sights import ACTIONS, MARKS, Album, Cut, Sight, words_for
from closeup.tiny.team import Team
from closeup.tiny.tower import TOKEN, patches, see, turns, whole
from closeup.training import data
from closeup.training.recipe import Data

APART = 16
"""Steps that processes go before they agree on their weights: small ones would else wait for each
other most of the time."""
UNLIKELY = -3.0
"""Where the logit of everything starts: hardly anything is anywhere."""
LOOKS, DOES = 0.3, 2.0
"""Weights of all words and marks, one by one, and of telling one action from the others."""
HEADS = "heads.safetensors"


class Eyes(nn.Module):
    """A model's vision tower, and what is asked of it while it learns to see."""

    def __init__(
        self, model: Any, words: Sequence[str], tokens: Sequence[int], rough: bool = False
    ) -> None:
        super().__init__()
        self.rough = rough
        """Compute in bfloat16: four times quicker on processors that are made for it."""
        self.tower = model.model.visual
        if not whole(self.tower.config):
            raise CloseupError("eyes: need a tower of closeup-tiny's kind, see closeup.tiny.tower")
        self.embedding = model.get_input_embeddings()
        self.scale = nn.Parameter(torch.tensor(0.3))
        self.bias = nn.Parameter(torch.full((len(tokens),), UNLIKELY))
        self.marks = nn.Linear(self.embedding.embedding_dim, len(MARKS))
        nn.init.constant_(self.marks.bias, UNLIKELY)
        self.tokens = torch.tensor(tokens)
        self.actions = torch.tensor([i for i, word in enumerate(words) if word in ACTIONS])

    def heads(self) -> dict[str, Tensor]:
        """What is of no use but to go on with these lessons."""
        own = ("scale", "bias", "marks.weight", "marks.bias")
        return {name: weight for name, weight in self.state_dict().items() if name in own}

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Of images (B, 3, height, width): logits of the words and of the marks, (B, tokens, …)."""
        rows, columns = (side // TOKEN for side in images.shape[2:])
        with torch.autocast("cpu", torch.bfloat16, enabled=self.rough):
            seen = see(self.tower, patches(images), turns(self.tower, rows, columns))
        seen = functional.layer_norm(seen.float(), seen.shape[-1:])
        words = self.scale * seen @ self.embedding.weight[self.tokens].T + self.bias
        return words, self.marks(seen)

    def lost(self, images: Tensor, words: Tensor, marks: Tensor) -> "Lost":
        """How wrong it is of images, given what is there: (B, tokens, …) of 0 and 1."""
        said, marked = self(images)
        each = said.shape[0] * said.shape[1]
        looks = functional.binary_cross_entropy_with_logits(said, words, reduction="sum")
        places = functional.binary_cross_entropy_with_logits(marked, marks, reduction="sum")
        doing = words[..., self.actions]
        one = doing.sum(-1) == 1
        does = functional.cross_entropy(
            said[..., self.actions][one], doing[one].argmax(-1), reduction="sum"
        )
        return Lost(looks / each, places / each, does / one.sum().clamp(min=1))


@dataclass
class Lost:
    """Nats a token: of all words, of all marks, and of the action where one figure stands."""

    looks: Tensor
    places: Tensor
    does: Tensor

    @property
    def total(self) -> Tensor:
        return LOOKS * (self.looks + self.places) + DOES * self.does


@dataclass(frozen=True)
class Show:
    """Sights as tensors, by the colours that the processor takes for middle and spread."""

    middle: float
    spread: float
    words: int

    def __call__(
        self, sights: Sequence[Sight], dice: np.random.Generator | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Images, words and marks; with `dice` also mirrored, paler, darker, grey."""
        images = torch.from_numpy(np.stack([s.pixels for s in sights])).permute(0, 3, 1, 2)
        images = images.float() / 255
        words = self._bits(np.stack([s.words for s in sights]), self.words)
        marks = self._bits(np.stack([s.marks for s in sights]), len(MARKS))
        if dice is not None:
            count = len(sights)
            grey = torch.from_numpy(dice.random((count, 1, 1, 1)) < 0.25)
            images = torch.where(grey, images.mean(1, keepdim=True), images)
            contrast = torch.from_numpy(dice.uniform(0.7, 1.3, (count, 1, 1, 1)).astype("f4"))
            shift = torch.from_numpy(dice.uniform(-0.1, 0.1, (count, 1, 1, 1)).astype("f4"))
            images = (images - 0.5) * contrast + 0.5 + shift
            if dice.random() < 0.5:
                columns = images.shape[3] // TOKEN
                images = images.flip(3)
                words, marks = (
                    told.unflatten(1, (-1, columns)).flip(2).flatten(1, 2)
                    for told in (words, marks)
                )
        return (images - self.middle) / self.spread, words, marks

    @staticmethod
    def _bits(packed: np.ndarray, count: int) -> Tensor:
        return torch.from_numpy(np.unpackbits(packed, axis=-1, count=count)).float()


def words_of(bench: Bench, pages: Sequence[str], tokenizer: Any) -> tuple[list[str], list[int]]:
    """The words for figures that are one token, and their tokens."""
    found: dict[str, int] = {}
    for name in pages[:200]:
        for figure in bench.page(name).characters or ():
            for word in words_for(figure):
                ids = tokenizer(f" {word}", add_special_tokens=False)["input_ids"]
                if len(ids) == 1:
                    found[word] = ids[0]
    return sorted(found), [found[word] for word in sorted(found)]


def teach(
    place: Path,
    out: Path,
    recipe: Data,
    cut: Cut,
    *,
    minutes: float,
    batch: int,
    rate: float,
    seed: int,
    rough: bool = False,
) -> None:
    """Teach the tower of the model at `place` for some minutes, and write the model to `out`.

    The embeddings of words are learned in its first lesson, and are left alone in later ones.
    """
    torch.manual_seed(seed)
    team = Team()
    processor: Any = processors.load(str(place), AutoConfig.from_pretrained(place))
    model = AutoModelForImageTextToText.from_pretrained(place, dtype=torch.float32)
    bench = Bench.open(Path(recipe.bench))
    pool = data.pool(recipe, bench)
    pages = sorted({entry.page for entries in pool.values() for entry in entries})
    words, tokens = words_of(bench, pages, processor.tokenizer)
    album = Album(bench, pages[team.rank :: team.size], words, f"{seed}/{team.rank}")
    images = processor.image_processor
    show = Show(images.image_mean[0], images.image_std[0], len(words))
    eyes = Eyes(model, words, tokens, rough)
    if (place / HEADS).exists():
        with safe_open(place / HEADS, "pt") as file:
            if (file.metadata() or {}).get("words") != " ".join(words):
                raise CloseupError(f"{place / HEADS}: was taught other words than this bench has")
        eyes.load_state_dict(load_file(place / HEADS), strict=False)
        eyes.embedding.requires_grad_(False)
    weights = [weight for weight in eyes.parameters() if weight.requires_grad]
    # Nothing pulls at the embedding of a word that is not taught: decay would wear it away.
    kept = [w for w in weights if w.dim() < 2 or w is eyes.embedding.weight]
    kept_ids = {id(weight) for weight in kept}
    worn = [weight for weight in weights if id(weight) not in kept_ids]
    optimiser = torch.optim.AdamW(
        [{"params": worn, "weight_decay": 0.05}, {"params": kept, "weight_decay": 0.0}],
        lr=rate,
        betas=(0.9, 0.98),
    )
    while album.count < batch and album.grow(cut):
        pass
    if not album.count:
        raise CloseupError(f"{bench.path}: too few pages with figures to look at")
    dice = np.random.default_rng((seed, team.rank))
    print(f"{len(pages)} pages, {len(words)} words", flush=True)
    began = told = time.monotonic()
    seen: list[tuple[float, ...]] = []
    step, spent = 0, 0.0
    while not (step % APART == 0 and team.anyone(spent >= 1)):
        step += 1
        spent = (time.monotonic() - began) / (60 * minutes)
        falling = 0.5 + 0.5 * math.cos(math.pi * min(spent, 1.0))
        for group in optimiser.param_groups:
            group["lr"] = rate * falling * min(1.0, step / 150)
        album.grow(cut)
        lost = eyes.lost(*show(album.draw(batch), dice))
        lost.total.backward()
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        optimiser.zero_grad()
        if step % APART == 0:
            team.agree(weights)
        seen.append((lost.looks.item(), lost.places.item(), lost.does.item()))
        if time.monotonic() - told > 20 and team.rank == 0:
            told = time.monotonic()
            parts = zip(("looks", "places", "does"), np.mean(seen, axis=0), strict=True)
            text = "  ".join(f"{name} {value:.3f}" for name, value in parts)
            print(f"{spent:.0%}  step {step}  {text}", flush=True)
            seen.clear()
    if team.rank == 0:
        model.save_pretrained(out)
        processors.save(processor, out)
        Told.read(str(place)).write(out)
        save_file(eyes.heads(), out / HEADS, {"words": " ".join(words)})


def _tokens(count: int) -> Resolution:
    size = count * TOKEN * TOKEN
    return Resolution(pixels=size, least=size, multiple=TOKEN)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--without-styles", nargs="*", default=["wash"])
    parser.add_argument("--tokens", type=int, nargs="+", default=[16], help="of a view of a figure")
    parser.add_argument("--panels", type=float, default=0.0, help="views of panels, a figure")
    parser.add_argument("--page", type=int, help="tokens of a whole page")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rough", action="store_true", help="compute in bfloat16")
    given = parser.parse_args()
    torch.set_num_threads(1)
    try:
        teach(
            given.model,
            given.out,
            Data(bench=given.bench, without_styles=tuple(given.without_styles)),
            Cut(
                tuple(_tokens(count) for count in given.tokens),
                given.panels,
                _tokens(given.page) if given.page else None,
            ),
            minutes=given.minutes,
            batch=given.batch,
            rate=given.rate,
            seed=given.seed,
            rough=given.rough,
        )
    except CloseupError as error:
        parser.exit(2, f"closeup: {error}\n")
