"""A model in this process, by transformers: Qwen2.5-VL, Qwen3-VL, and what loads like them.

On a GPU in bfloat16, spread over several where one is too small; else on the CPU in float32.
Needs the extra `hf`.
"""

import asyncio
import gc
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
import transformers
from PIL import Image
from torch import Tensor
from transformers import (
    AutoConfig,
    AutoModelForImageTextToText,
    LogitsProcessor,
    LogitsProcessorList,
    PreTrainedConfig,
    StoppingCriteria,
    StoppingCriteriaList,
)
from transformers.generation import logits_process as warp
from transformers.utils import logging

from closeup.geometry import Grid, View
from closeup.images import Resolution
from closeup.message import Reply, Request, Usage
from closeup.models import processor as processors
from closeup.models.declared import declared
from closeup.models.fingerprint import fingerprint
from closeup.models.micro_batches import Batches, Job
from closeup.models.model import Given, ModelError
from closeup.models.throttle import Gate
from closeup.records import CloseupError, one_line, shorten

BATCH = 8
"""Conversations that are continued together, unless `ModelOptions.connections` says otherwise."""
SMALL = 50_000_000
"""Parameters; the threads of a smaller model cost more than they do."""
CUTS: dict[str, tuple[Any, float]] = {
    "top_h": (warp.TopHLogitsWarper, 1),
    "top_k": (warp.TopKLogitsWarper, 0),
    "top_p": (warp.TopPLogitsWarper, 1),
    "min_p": (warp.MinPLogitsWarper, 0),
    "typical_p": (warp.TypicalLogitsWarper, 1),
    "epsilon_cutoff": (warp.EpsilonLogitsWarper, 0),
    "eta_cutoff": (warp.EtaLogitsWarper, 0),
}
"""How a generation config narrows a draw, in transformers' own order; the value that does not."""


class Asked(NamedTuple):
    """A request with its images drawn."""

    request: Request
    images: dict[View, Image.Image]
    seed: int


class Local:
    """A model whose replies do not depend on what else is asked at the time, but for rounding.

    What a request leaves open (None) is as the model's own generation config has it, and so is
    what no request can say, such as its repetition penalty.
    """

    def __init__(self, place: str, given: Given) -> None:
        logging.set_verbosity_error()
        logging.disable_progress_bar()
        if (place.startswith((".", "/", "~")) or place.count("/") > 1) and not Path(place).is_dir():
            raise CloseupError(f"model {shorten(f'hf:{place}')}: no such folder")
        config = _loaded(place, AutoConfig.from_pretrained, place)
        self._processor = _loaded(place, processors.load, place, config)
        self._template = str(getattr(self._processor, "chat_template", None) or "")
        if not self._template:
            raise CloseupError(f"model {shorten(f'hf:{place}')}: has no chat template")
        self._model = _weights(place)
        self._special = processors.special_tokens(self._processor)
        self._silent = _never_said(config, self._processor)
        self._pictures = given.pictures
        options = given.options
        self.name = _name(place, config)
        kind = str(self._model.dtype).removeprefix("torch.")
        build = f"transformers {transformers.__version__}, torch {torch.__version__}"
        self._served_by = f"{self.name} ({build}, {self._model.device.type} {kind})"
        self.grid: Grid = options.grid or declared(config.model_type).grid
        self.resolution = _resolution(self.name, options.pixels, options.multiple, self._processor)
        size = options.connections or BATCH
        self._batches: Batches[Asked, Reply] = Batches(self._replies, _alike, size)
        self.gate = Gate(2 * size)
        """The next batch is drawn while one is continued; more would only wait in memory."""

    async def reply(self, request: Request) -> Reply:
        if request.tools and "tools" not in self._template:
            raise CloseupError(f"model {self.name}: its chat template takes no native tools")
        return await self._batches.do(await asyncio.to_thread(self._asked, request))

    async def close(self) -> None:
        """Give the memory back."""
        self.__dict__.pop("_model", None)
        _collect()

    def _asked(self, request: Request) -> Asked:
        shown = [part for message in request.messages for part in message.parts]
        images = {part: self._pictures.pixels(part) for part in shown if isinstance(part, View)}
        key = request.key("", self._pictures.page_hash)  # holds the epoch and the sampling's seed
        return Asked(request, images, int(key[:15], 16))

    def _replies(self, jobs: Sequence[Job[Asked, Reply]]) -> list[Reply | Exception]:
        """The replies of a batch, in halves where it is too much at once."""
        try:
            return list(self._generate(jobs))
        except torch.OutOfMemoryError:
            problem = "out of memory with a single conversation: show smaller images"
            self._batches.size = max(1, len(jobs) // 2)
        except _TooLongError as error:
            problem = str(error)
        if len(jobs) == 1:
            return [ModelError(f"{self.name}: {problem}")]
        _collect()
        middle = len(jobs) // 2
        return self._replies(jobs[:middle]) + self._replies(jobs[middle:])

    @torch.inference_mode()
    def _generate(self, jobs: Sequence[Job[Asked, Reply]]) -> list[Reply]:
        start = time.monotonic()
        inputs = self._inputs([job.what for job in jobs])
        lengths = inputs["attention_mask"].sum(dim=1).tolist()
        width = inputs["input_ids"].shape[1]
        sampling = jobs[0].what.request.sampling
        context = self._model.config.get_text_config().max_position_embeddings
        if width >= context:
            raise _TooLongError(f"a prompt of {width} tokens; the model's context has {context}")
        # Each reply ends where it would end alone, however long the prompts beside it are.
        rooms = [min(sampling.max_tokens or context, context - length) for length in lengths]
        tokens = self._model.generate(
            **inputs,
            do_sample=False,  # a draw is made of the scores, see `Draw`
            num_beams=1,
            max_new_tokens=max(rooms),
            suppress_tokens=self._silent,
            logits_processor=self._draw([job.what for job in jobs]),
            stopping_criteria=StoppingCriteriaList([_GivenUp(jobs)]),
        )
        seconds = time.monotonic() - start
        replies = []
        for prompt, length, said, room in zip(
            inputs["input_ids"], lengths, tokens[:, width:].tolist(), rooms, strict=True
        ):
            text, finished, count = self._text(prompt, said[:room])
            usage = Usage(input=length, output=count)
            finish = "stop" if finished else "length"
            replies.append(
                Reply(
                    text=text,
                    finish=finish,
                    usage=usage,
                    seconds=seconds,
                    served_by=self._served_by,
                )
            )
        return replies

    def _inputs(self, asked: Sequence[Asked]) -> Any:
        special = tuple(self._special.values())
        turns = [processors.conversation(a.request.messages, a.images, special) for a in asked]
        encoded = processors.encode(self._processor, turns, asked[0].request.tools)
        return encoded.to(self._model.device, self._model.dtype)

    def _draw(self, asked: Sequence[Asked]) -> LogitsProcessorList:
        """How the next token is chosen: the likeliest, or a draw with a seed for each request."""
        sampling, own = asked[0].request.sampling, self._model.generation_config
        warmth = sampling.temperature
        if warmth is None:
            warmth = (own.temperature or 1.0) if own.do_sample else 0.0
        if not warmth:
            return LogitsProcessorList()
        warpers: list[Any] = [warp.TemperatureLogitsWarper(warmth)]
        for name, (cut, whole) in CUTS.items():
            value = getattr(sampling, name, None) or getattr(own, name)
            if value not in (None, whole):
                warpers.append(cut(value))
        return LogitsProcessorList([*warpers, Draw([a.seed for a in asked], self._model.device)])

    def _text(self, prompt: Tensor, said: list[int]) -> tuple[str, bool, int]:
        """What was said, whether it came to its end, and its tokens with the one that ends it."""
        tokenizer = self._processor.tokenizer
        ends = self._model.generation_config.eos_token_id
        ends = ends if isinstance(ends, list) else [ends]
        end = next((i for i, token in enumerate(said) if token in ends), None)
        words = [token for token in said[:end] if token not in self._special]
        text = tokenizer.decode(words, skip_special_tokens=False)
        if tokenizer.decode(prompt[-4:]).rstrip().endswith("<think>"):
            text = f"<think>{text}"  # some templates open the model's reasoning for it
        return text, end is not None, len(said) if end is None else end + 1


class Draw(LogitsProcessor):
    """Makes the largest score a draw from the softmax, by adding Gumbel noise to each score.

    Every row has a generator of its own, so a reply does not depend on its neighbours in a batch.
    """

    def __init__(self, seeds: Sequence[int], device: torch.device) -> None:
        self._dice = [torch.Generator(device).manual_seed(seed) for seed in seeds]

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        blank = torch.empty_like(scores[0], dtype=torch.float32)
        waits = torch.stack([blank.exponential_(generator=dice).clone() for dice in self._dice])
        return scores.float() - waits.clamp_min(1e-30).log()


class _GivenUp(StoppingCriteria):
    """Ends the rows that nobody waits for."""

    def __init__(self, jobs: Sequence[Job[Asked, Reply]]) -> None:
        self._jobs = jobs

    def __call__(self, input_ids: Tensor, scores: Any, **_: Any) -> Any:
        return torch.tensor([job.given_up for job in self._jobs], device=input_ids.device)


class _TooLongError(Exception):
    """A prompt that the model has no room for."""


def _alike(asked: Asked) -> Any:
    """What may share a batch: the same sampling and the same tools."""
    return (asked.request.sampling.to_json(), repr(asked.request.tools))


def _loaded(place: str, load: Any, *arguments: Any) -> Any:
    try:
        return load(*arguments)
    except Exception as error:  # what transformers raises for a bad folder has no common type
        raise CloseupError(
            f"model {shorten(f'hf:{place}')}: cannot be loaded: {one_line(str(error), 300)}"
        ) from None


def _weights(place: str) -> Any:
    """The model with all its weights; CloseupError where some are missing, and so are random."""
    cuda = torch.cuda.is_available()

    def load() -> Any:
        return AutoModelForImageTextToText.from_pretrained(
            place,
            dtype=torch.bfloat16 if cuda else torch.float32,
            device_map="auto" if cuda else None,
            output_loading_info=True,
        )

    model, told = _loaded(place, load)
    if missing := sorted(told["missing_keys"]):
        raise CloseupError(
            f"model {shorten(f'hf:{place}')}: lacks {len(missing)} weights, such as {missing[0]}"
        )
    if not cuda and model.num_parameters() < SMALL:
        torch.set_num_threads(1)
    return model.eval()


def _resolution(name: str, pixels: int | None, multiple: int | None, processor: Any) -> Resolution:
    step = processors.step(processor)
    if multiple is not None and multiple % step:
        raise CloseupError(f"model {name}: multiple: {multiple}: need a multiple of {step}")
    budget = Resolution().pixels if pixels is None else pixels or None
    return Resolution(pixels=budget, multiple=multiple or step)


def _never_said(config: PreTrainedConfig, processor: Any) -> list[int]:
    """Tokens that stand for pixels: said by a model, they would be taken for an image."""
    names = ("image_token", "video_token", "vision_start_token", "vision_end_token")
    told = [
        getattr(owner, f"{name}_{kind}", None)
        for owner in (config, processor)
        for name in names
        for kind in ("id", "index")
    ]
    return sorted({token for token in told if isinstance(token, int)})


def _name(place: str, config: PreTrainedConfig) -> str:
    """Name and version. Where a folder lies is no part of it: this stands in what is published."""
    if Path(place).is_dir():
        return f"hf:{Path(place).resolve().name}@{fingerprint(Path(place))}"
    return f"hf:{place}@{str(getattr(config, '_commit_hash', None) or 'unknown')[:8]}"


def _collect() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
