"""A model in this process, by transformers: Qwen2.5-VL, Qwen3-VL, and what loads like them.

On a GPU in bfloat16, spread over several where one is too small; else on the CPU in float32.
Qwen's are fed nothing twice, see `engine`; others generate as transformers has it. Needs the extra
`hf`.
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
    LogitsProcessorList,
    PreTrainedConfig,
    StoppingCriteria,
    StoppingCriteriaList,
)

from closeup.geometry import Grid, View
from closeup.images import Resolution
from closeup.message import Reply, Request, Usage
from closeup.models.declared import declared
from closeup.models.fingerprint import fingerprint
from closeup.models.hf import checkpoint
from closeup.models.hf import processor as processors
from closeup.models.hf.choose import (
    CUTS,
    Chooser,
    Decoding,
    Draw,
    never_said,
    repetition,
    warpers,
)
from closeup.models.hf.engine import Engine, supports
from closeup.models.hf.image_memo import ImageMemo
from closeup.models.hf.micro_batches import Batches, Job
from closeup.models.hf.spoken import Spoken
from closeup.models.model import Given, ModelError
from closeup.models.throttle import Gate
from closeup.models.told import Told
from closeup.records import CloseupError, shorten

BATCH = 8
"""Conversations that are continued together, unless `ModelOptions.connections` says otherwise."""
PLAIN = frozenset(
    {"bos_token_id", "eos_token_id", "pad_token_id", "do_sample", "temperature", *CUTS}
    | {"repetition_penalty", "suppress_tokens", "num_beams", "max_length", "max_new_tokens"}
    | {"use_cache", "transformers_version", "_from_model_config"}
)
"""What a generation config may say for the engine to do as it says."""
MEMO_BYTES = 256 << 20


class Asked(NamedTuple):
    """A request with its images drawn."""

    request: Request
    images: dict[View, Image.Image]
    seed: int


Tokens = tuple[list[list[int]], list[list[int]]]
"""Of each prompt, and of what was said to it."""


class Local:
    """A model whose replies do not depend on what else is asked at the time, but for rounding.

    What a request leaves open (None) is as the model's own generation config has it, and so is
    what no request can say, such as its repetition penalty.
    """

    def __init__(self, place: str, given: Given) -> None:
        if (place.startswith((".", "/", "~")) or place.count("/") > 1) and not Path(place).is_dir():
            raise CloseupError(f"model {shorten(f'hf:{place}')}: no such folder")
        told = Told.read(place)
        config, processor = checkpoint.opened(place, f"hf:{place}")
        self._processor: Any = processor
        self._template = str(self._processor.chat_template)
        self._model = checkpoint.to_ask(place, f"hf:{place}")
        self._special = processors.special_tokens(self._processor)
        self._silent = never_said(config, self._processor)
        self._pictures = given.pictures
        options = given.options
        self.name = _name(place, config)
        kind = str(self._model.dtype).removeprefix("torch.")
        build = f"transformers {transformers.__version__}, torch {torch.__version__}"
        self._served_by = f"{self.name} ({build}, {self._model.device.type} {kind})"
        self.grid: Grid = options.grid or told.grid or declared(config.model_type).grid
        pixels = told.pixels if options.pixels is None else options.pixels
        self.resolution = _resolution(self.name, pixels, options.multiple, self._processor)
        self.crops: Resolution | None = told.crops
        """How large a crop it was trained to see; None: not known."""
        self._engine = self._made_engine()
        if self._engine:
            special = tuple(self._special.values())
            self._spoken = Spoken(self._processor, special, given.pictures.page_hash)
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
        self.__dict__.pop("_engine", None)
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
            if self._engine:
                self._engine.reset()
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
        prompts, said = self._by_engine(jobs) if self._engine else self._by_transformers(jobs)
        seconds = time.monotonic() - start
        return [
            self._reply(job.what, prompt, own, seconds)
            for job, prompt, own in zip(jobs, prompts, said, strict=True)
        ]

    def _by_engine(self, jobs: Sequence[Job[Asked, Reply]]) -> Tokens:
        assert self._engine
        asked = [job.what for job in jobs]
        prompts = [self._spoken.prompt(one.request, one.images) for one in asked]
        ids = [prompt.ids for prompt in prompts]
        going_on = self._decoding(jobs, ids)
        said, _ = self._engine.generate(ids, [prompt.images for prompt in prompts], going_on)
        return ids, said

    def _by_transformers(self, jobs: Sequence[Job[Asked, Reply]]) -> Tokens:
        asked = [job.what for job in jobs]
        inputs = self._inputs(asked)
        mask = inputs["attention_mask"].bool()
        ids = [row[on].tolist() for row, on in zip(inputs["input_ids"], mask, strict=True)]
        rooms = self._rooms(asked, list(map(len, ids)))
        tokens = self._model.generate(
            **inputs,
            do_sample=False,  # a draw is made of the scores, see `Draw`
            num_beams=1,
            max_new_tokens=max(rooms),
            suppress_tokens=self._silent,
            logits_processor=self._draw(asked),
            stopping_criteria=StoppingCriteriaList([_GivenUp(jobs)]),
        )
        said = tokens[:, mask.shape[1] :].tolist()
        return ids, [row[:room] for row, room in zip(said, rooms, strict=True)]

    def _rooms(self, asked: Sequence[Asked], lengths: Sequence[int]) -> list[int]:
        """Tokens that each reply has room for: as many as it would have alone."""
        context = self._model.config.get_text_config().max_position_embeddings
        if max(lengths) >= context:
            raise _TooLongError(
                f"a prompt of {max(lengths)} tokens; the model's context has {context}"
            )
        most = asked[0].request.sampling.max_tokens or context
        return [min(most, context - length) for length in lengths]

    def _reply(self, asked: Asked, prompt: list[int], said: list[int], seconds: float) -> Reply:
        text, finished, count = self._text(prompt, said)
        reply = Reply(
            text=text,
            finish="stop" if finished else "length",
            usage=Usage(input=len(prompt), output=count),
            seconds=seconds,
            served_by=self._served_by,
        )
        if self._engine:
            end = [] if finished else [self._processor.tokenizer.eos_token_id]
            self._spoken.keep(asked.request, reply.text, [*prompt, *said[:count], *end])
        return reply

    def _inputs(self, asked: Sequence[Asked]) -> Any:
        special = tuple(self._special.values())
        turns = [processors.conversation(a.request.messages, a.images, special) for a in asked]
        encoded = processors.encode(self._processor, turns, asked[0].request.tools)
        return encoded.to(self._model.device, self._model.dtype)

    def _decoding(self, jobs: Sequence[Job[Asked, Reply]], ids: list[list[int]]) -> Decoding:
        asked = [job.what for job in jobs]
        config = self._model.generation_config
        pad = config.pad_token_id
        width = max(map(len, ids))
        # Filled up with what a row has said anyway: no filler is to be held against it.
        prompts = torch.tensor([row[:1] * (width - len(row)) + row for row in ids])
        return Decoding(
            most=self._rooms(asked, list(map(len, ids))),
            choose=Chooser([*repetition(config), *self._draw(asked)], prompts, pad or 0),
            ends=tuple(checkpoint.ends(self._model)),
            silent=tuple(self._silent),
            given_up=lambda row: jobs[row].given_up,
        )

    def _made_engine(self) -> Engine | None:
        """None where transformers has to generate itself."""
        config = self._model.generation_config.to_diff_dict()
        told = {name for name, value in config.items() if value not in (None, False)}
        if supports(self._model) or not told <= PLAIN:
            return None
        memo = ImageMemo(self._processor.image_processor, MEMO_BYTES)
        memo.do_resize = False  # as `encode` has it: we do
        self._processor.image_processor = memo
        return Engine(self._model, memo, self._model.config.image_token_id)

    def _draw(self, asked: Sequence[Asked]) -> LogitsProcessorList:
        """How the next token is chosen: the likeliest, or a draw with a seed for each request."""
        cuts = warpers(asked[0].request.sampling, self._model.generation_config)
        draw = [Draw([one.seed for one in asked], self._model.device)] if cuts else []
        return LogitsProcessorList([*cuts, *draw])

    def _text(self, prompt: list[int], said: list[int]) -> tuple[str, bool, int]:
        """What was said, whether it came to its end, and its tokens with the one that ends it."""
        tokenizer = self._processor.tokenizer
        ends = checkpoint.ends(self._model)
        end = next((i for i, token in enumerate(said) if token in ends), None)
        words = [token for token in said[:end] if token not in self._special]
        text = tokenizer.decode(words, skip_special_tokens=False)
        if tokenizer.decode(prompt[-4:]).rstrip().endswith("<think>"):
            text = f"<think>{text}"  # some templates open the model's reasoning for it
        return text, end is not None, len(said) if end is None else end + 1


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


def _resolution(name: str, pixels: int | None, multiple: int | None, processor: Any) -> Resolution:
    step = processors.step(processor)
    if multiple is not None and multiple % step:
        raise CloseupError(f"model {name}: multiple: {multiple}: need a multiple of {step}")
    budget = Resolution().pixels if pixels is None else pixels or None
    return Resolution(pixels=budget, multiple=multiple or step)


def _name(place: str, config: PreTrainedConfig) -> str:
    """Name and version. Where a folder lies is no part of it: this stands in what is published."""
    if Path(place).is_dir():
        return f"hf:{Path(place).resolve().name}@{fingerprint(Path(place))}"
    return f"hf:{place}@{str(getattr(config, '_commit_hash', None) or 'unknown')[:8]}"


def _collect() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
