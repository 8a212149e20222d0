"""Generation that feeds nothing twice: for Qwen2.5-VL and Qwen3-VL, many rows at a time.

A group's prompt is fed once and its keys and values copied to every row; a row that goes on where
an earlier one ended, or that begins as one did, is fed only what is new: a crop, not the page.
Needs the extra `hf`. Axes: `n` rows that still go on, `T` new tokens, `V` tokens known.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from inspect import signature
from typing import Any

import torch
from PIL import Image
from torch import Tensor
from transformers import Qwen2_5_VLForConditionalGeneration, Qwen3VLForConditionalGeneration

from closeup.models.hf.choose import Decoding
from closeup.models.hf.feeding import Prompt, batches, next_place, waves
from closeup.models.hf.image_memo import ImageMemo, Patches
from closeup.models.hf.rows import Line, Row, Rows
from closeup.models.hf.runs import Force, Run, say
from closeup.models.hf.slots import Slots

KEEP_BYTES = 2 << 30
"""Of keys and values, kept from one call to the next."""
APPEND_TOKENS = 16_384
"""New tokens, padding included, that one pass is fed."""
GROWTH = 256
"""Tokens that a row gets room for at a time."""
TAKES = signature(Qwen3VLForConditionalGeneration.forward).parameters
CACHE = "cache" if "cache" in TAKES else "past_key_values"
"""What a forward pass calls keys and values: since transformers 5.24 `cache`."""


def supports(model: Any) -> str:
    """Why the engine cannot run a model; empty where it can."""
    core = _core(model)
    if not isinstance(core, Qwen2_5_VLForConditionalGeneration | Qwen3VLForConditionalGeneration):
        return f"{type(core).__name__} is neither a Qwen2.5-VL nor a Qwen3-VL"
    text = core.config.get_text_config()
    if text._attn_implementation != "sdpa":
        return f"attention is {text._attn_implementation!r}; need 'sdpa'"
    if "sliding_attention" in (getattr(text, "layer_types", None) or ()):
        return "it has layers with sliding attention"
    return ""


class Engine:
    """Generates with one model, and keeps what it fed it until `reset`.

    Its memory is bounded by `keep_bytes` between calls; within a call every row has its own keys
    and values. ValueError for a model that it cannot run.
    """

    def __init__(
        self,
        model: Any,
        image_memo: ImageMemo,
        image_token_id: int,
        *,
        keep_bytes: int = KEEP_BYTES,
        append_tokens: int = APPEND_TOKENS,
    ) -> None:
        self._memo = image_memo
        self._image = image_token_id
        self._rows = Rows(keep_bytes)
        self._append_tokens = append_tokens
        self._merge = image_memo.merge_size**2
        self.fed = 0
        """Tokens that were fed in prompts so far."""
        self.bind(model)

    def bind(self, model: Any) -> None:
        """Run another model, or the same one wrapped otherwise."""
        if problem := supports(model):
            raise ValueError(f"no prefix sharing: {problem}")
        self._model, self._core = model, _core(model)
        self._device = self._core.get_input_embeddings().weight.device
        self.reset()

    def reset(self) -> None:
        """Forget all rows: after every change of the weights."""
        self._rows.clear()

    @property
    def kept(self) -> int:
        """Bytes kept for the next call."""
        return self._rows.size

    @torch.no_grad()
    def generate(
        self,
        prompt_ids: Sequence[Sequence[int]],
        images: Sequence[Sequence[Image.Image] | None] | None,
        sampling: Decoding,
        force: Force = None,
    ) -> tuple[list[list[int]], list[list[float]]]:
        """What is said after each prompt, the token that ends it included, and its log-probability.

        That is of the model's own distribution at `sampling.temperature`, before any cut: what a
        forward pass over the whole row gives. `force` says what each row is to say instead of
        choosing. An image's tokens stand in the ids already, as many as its patches need.
        """
        images = images or [None] * len(prompt_ids)
        prompts = self._prompts(prompt_ids, images)
        longest = max((len(prompt.line.ids) for prompt in prompts), default=0)
        slots = Slots(len(prompt_ids), longest + GROWTH)
        with _evaluating(self._core):
            self._feed(prompts, slots)
            runs = self._fork(prompts, slots)
            return self._say(runs, slots, sampling, force)

    def _prompts(
        self, prompt_ids: Sequence[Sequence[int]], images: Sequence[Sequence[Image.Image] | None]
    ) -> list[Prompt]:
        """The distinct prompts, and which rows have them."""
        found: dict[Any, Prompt] = {}
        for number, (ids, shown) in enumerate(zip(prompt_ids, images, strict=True)):
            patches = [self._memo.one(image) for image in shown or ()]
            line = Line.of(ids, [one.key for one in patches], self._image)
            for (start, end), one in zip(line.spans, patches, strict=True):
                if end - start != int(one.grid.prod()) // self._merge:
                    raise ValueError(
                        f"row {number}: {end - start} image tokens for a grid of "
                        f"{one.grid[0].tolist()} patches"
                    )
            prompt = found.setdefault(line.name, Prompt(line, patches, []))
            prompt.requests.append(number)
        return list(found.values())

    def _feed(self, prompts: Sequence[Prompt], slots: Slots) -> None:
        """Feed what is new of each prompt, in slots of their own from 0 on."""
        free = 0
        for wave in waves(prompts, self._rows):
            for batch in batches(wave, self._append_tokens):
                for prompt in batch:
                    prompt.slot, free = free, free + 1
                self._append(batch, slots)

    def _append(self, prompts: Sequence[Prompt], slots: Slots) -> None:
        """One pass over the tails of some prompts, padded on the right."""
        starts = [prompt.shared for prompt in prompts]
        width = max(prompt.tail for prompt in prompts)
        slots.reserve(max(starts) + width)
        for prompt in prompts:
            if base := prompt.base:
                layers = slots.row(base.slot) if isinstance(base, Prompt) else base.layers
                slots.load(prompt.slot, layers, prompt.shared)
        filler = 0 if self._image else 1  # any token but that of an image
        ids = torch.full((len(prompts), width), filler)
        places = torch.zeros((3, len(prompts), width), dtype=torch.long)
        new: list[Patches] = []
        for row, prompt in enumerate(prompts):
            tail = torch.from_numpy(prompt.line.ids[prompt.shared :])
            seen = sum(end <= prompt.shared for _, end in prompt.line.spans)
            patches = prompt.patches[seen:]
            new += patches
            ids[row, : len(tail)] = tail
            before = prompt.base.positions[:, : prompt.shared] if prompt.base else prompt.positions
            own = self._positions(tail, patches) + next_place(before)
            places[:, row, : len(tail)] = own
            prompt.positions = torch.cat([before, own], dim=1)
        seen_mask = None  # a row from its start: plainly causal, the fast way
        if any(starts) or len(prompts) > 1:
            keys = torch.arange(max(starts) + width)
            queries = torch.tensor(starts)[:, None, None] + torch.arange(width)[:, None]
            seen_mask = (keys <= queries)[:, None].to(self._device)
        ends = sorted({prompt.tail - 1 for prompt in prompts})
        slots.aim(prompts[0].slot, starts)
        scores = self._forward(ids, places, seen_mask, slots, torch.tensor(ends), new)
        self.fed += sum(prompt.tail for prompt in prompts)
        for row, prompt in enumerate(prompts):
            prompt.scores = scores[row, ends.index(prompt.tail - 1)]

    def _positions(self, ids: Tensor, patches: Sequence[Patches]) -> Tensor:
        """[3, T]: the places of a stretch of a line, as if it stood at its start."""
        if not patches:
            return torch.arange(len(ids)).expand(3, -1)
        grids = torch.cat([one.grid for one in patches]).cpu()
        kinds = (ids == self._image).int()
        return self._core.model.get_rope_index(ids[None], kinds[None], image_grid_thw=grids)[0][
            :, 0
        ]

    def _fork(self, prompts: Sequence[Prompt], slots: Slots) -> list[Run]:
        """A row for every request: the first of a prompt in its slot, the others in copies."""
        every = sorted(prompts, key=lambda prompt: prompt.slot)
        runs = [Run(prompt.requests[0], prompt) for prompt in every]
        for prompt in every:
            for request in prompt.requests[1:]:
                slots.load(len(runs), slots.row(prompt.slot), len(prompt.line.ids))
                runs.append(Run(request, prompt))
        return runs

    def _say(
        self,
        runs: list[Run],
        slots: Slots,
        sampling: Decoding,
        force: Force,
    ) -> tuple[list[list[int]], list[list[float]]]:
        """Go on token by token; a row that ends gives its slot to the last of those that do not."""
        said: list[list[int]] = [[] for _ in runs]
        logps: list[list[float]] = [[] for _ in runs]
        scores = torch.stack([run.prompt.scores for run in runs]) if runs else torch.empty(0)
        while runs:
            say(runs, scores, sampling, force)
            for slot in reversed(range(len(runs))):
                run = runs[slot]
                if not run.ended(sampling, force):
                    continue
                said[run.request], logps[run.request] = run.said, run.logps
                self._keep(run, slot, slots)
                last = runs.pop()
                if last is not run:
                    slots.load(slot, slots.row(len(runs)), last.fed)
                    runs[slot] = last
            if runs:
                scores = self._step(runs, slots)
        return said, logps

    def _step(self, runs: Sequence[Run], slots: Slots) -> Tensor:
        """Feed each row its last token: scores [n, V] of the next."""
        lengths = [run.fed for run in runs]
        width = max(lengths) + 1
        if width > slots.capacity:
            slots.reserve(width + max(GROWTH, width // 4))
        ids = torch.tensor([[run.said[-1]] for run in runs])
        places = torch.tensor([run.place for run in runs])[None, :, None].expand(3, -1, -1)
        mask = torch.arange(width) <= torch.tensor(lengths)[:, None, None, None]
        slots.aim(0, lengths)
        return self._forward(ids, places, mask.to(self._device), slots, torch.tensor([0]), [])[:, 0]

    def _forward(
        self,
        ids: Tensor,
        places: Tensor,
        mask: Tensor | None,
        slots: Slots,
        wanted: Tensor,
        new: Sequence[Patches],
    ) -> Tensor:
        """Scores in float32 [rows, wanted, V] of one pass."""
        shown = {}
        if new:
            shown["pixel_values"] = torch.cat([one.pixels for one in new]).to(self._device)
            shown["image_grid_thw"] = torch.cat([one.grid for one in new]).to(self._device)
        made = self._model(
            input_ids=ids.to(self._device),
            attention_mask=mask,
            position_ids=places.to(self._device),
            use_cache=True,
            logits_to_keep=wanted.to(self._device),
            **{CACHE: slots},
            **shown,
        )
        return made.logits.to(self._device, torch.float32)

    def _keep(self, run: Run, slot: int, slots: Slots) -> None:
        """Keep a row's keys and values for its next turn; what it went on from is part of it."""
        base = run.prompt.base
        if isinstance(base, Row) and len(base.line.ids) == run.prompt.shared:
            self._rows.drop(base)
        layers = [
            (keys[:, : run.fed].clone(), values[:, : run.fed].clone())
            for keys, values in slots.row(slot)
        ]
        fed = run.said[:-1]
        positions = run.prompt.positions
        behind = torch.arange(len(fed)).expand(3, -1) + next_place(positions)
        line = run.prompt.line.plus(fed)
        self._rows.keep(Row(line, torch.cat([positions, behind], dim=1), layers))


def _core(model: Any) -> Any:
    """The model itself, without the adapters around it."""
    return model.get_base_model() if hasattr(model, "get_base_model") else model


@contextmanager
def _evaluating(model: Any) -> Iterator[None]:
    """No dropout, and no gradient checkpointing, which would drop the cache."""
    training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(training)
