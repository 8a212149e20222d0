"""A frozen model that judges crops: how likely it finds the right answer when shown one.

The log-probability of the question's solution, token by token as a model would write it, right
after the question. Needs the extra `hf`.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from closeup import prompts
from closeup.geometry import Grid, View
from closeup.images import Resolution
from closeup.message import Message
from closeup.models.declared import declared
from closeup.models.hf import checkpoint
from closeup.models.hf import processor as processors
from closeup.models.model import Given
from closeup.models.scripted import bench_of
from closeup.models.told import Told
from closeup.prompts.question_text import question_text
from closeup.question import Question
from closeup.tasks import task_of

MOST_KEPT = 100_000
"""Scores that are remembered; then all are forgotten, and made again."""


class LogProb:
    """A checkpoint as `closeup.rewards.Scorer`; in evaluation mode, and never trained."""

    def __init__(self, place: str, given: Given) -> None:
        """CloseupError where there is no model at `place`, a folder or a name on the hub."""
        config, processor = checkpoint.opened(place, place)
        self._processor: Any = processor
        self._model = checkpoint.to_ask(place, place).requires_grad_(False)
        self._special = tuple(processors.special_tokens(self._processor).values())
        self._bench = bench_of(given, place)
        self._pictures = given.pictures
        told, options = Told.read(place), given.options
        self.grid: Grid = options.grid or told.grid or declared(config.model_type).grid
        self.resolution = Resolution(
            pixels=options.pixels or told.pixels or Resolution().pixels,
            multiple=processors.step(self._processor),
        )
        self._known: dict[tuple[str, View], float] = {}

    def log_prob(self, question: Question, view: View) -> float:
        """In nats, summed over the tokens of the solution; `view` stands in for the image that it
        was cut from, and the question's boxes are written in it."""
        key = (question.id, view)
        if key not in self._known:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            self._known[key] = self._score(question, view)
        return self._known[key]

    @torch.inference_mode()
    def _score(self, question: Question, view: View) -> float:
        task = task_of(self._bench, question.task)
        gold = self._tokens(task.solution(question))
        inputs = _continued(self._asked(question, view, task.prompt), gold)
        logits = self._model(**inputs, logits_to_keep=len(gold) + 1, use_cache=False).logits
        told = logits[0, -len(gold) - 1 : -1].float().log_softmax(dim=-1)  # (T, vocabulary)
        return float(told.gather(1, gold.to(told.device)[:, None]).sum())

    def _tokens(self, text: str) -> Tensor:
        ids = self._processor.tokenizer(text, add_special_tokens=False)["input_ids"]
        return torch.tensor(ids)

    def _asked(self, question: Question, view: View, template: str) -> dict[str, Tensor]:
        """The question up to where the model goes on."""
        views = in_place(question, view, self.resolution)
        text = question_text(question, views, self.grid, template)
        messages = [
            Message(role="system", parts=(prompts.render("system"),)),
            Message(role="user", parts=(*views, text)),
        ]
        images = {shown: self._pictures.pixels(shown) for shown in views}
        turns = processors.conversation(messages, images, self._special)
        encoded = processors.encode(self._processor, [turns])
        return dict(encoded.to(self._model.device, self._model.dtype))


def in_place(question: Question, view: View, resolution: Resolution) -> Sequence[View]:
    """The question's images, the first that holds `view` replaced by it.

    Raises ValueError where none does.
    """
    views = [resolution.view(crop) for crop in question.views]
    for number, whole in enumerate(views):
        if whole.page == view.page and whole.box.intersection(view.box) == view.box:
            return [*views[:number], view, *views[number + 1 :]]
    raise ValueError(f"{question.id}: no image holds {view}")


def _continued(inputs: dict[str, Tensor], gold: Tensor) -> dict[str, Tensor]:
    """The inputs with the solution's tokens after them: text, and attended to."""
    more = {"input_ids": gold, "attention_mask": torch.ones_like(gold)}
    length = inputs["input_ids"].shape[1]
    for name, tensor in inputs.items():
        if name in more or tensor.shape == (1, length):  # token types: 0 is text
            tail = more.get(name, torch.zeros_like(gold)).to(tensor)
            inputs[name] = torch.cat([tensor, tail[None]], dim=1)
    return inputs
