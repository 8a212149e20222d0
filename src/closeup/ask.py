"""Question + model + tools → episode: the one loop in which a model is asked something."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from closeup import prompts
from closeup.conversation import Budget, Conversation
from closeup.episode import Episode, StopReason
from closeup.geometry import Box, Grid, View
from closeup.images import Resolution
from closeup.message import Message, Reply, Request, Sampling
from closeup.models.model import Model
from closeup.pictures import Pictures
from closeup.prompts.question_text import question_text
from closeup.question import Mark, Question, Score
from closeup.tasks.task import Task
from closeup.tools.tool import Scene, Tool

CROP_PIXELS = 600_000
CROP_LEAST = 100_000
"""A crop is enlarged to about as many pixels: a small detail would else be shown as small again."""
CROPS = Resolution(pixels=CROP_PIXELS, least=CROP_LEAST)


@dataclass(frozen=True)
class Setting:
    """How questions are asked: all that decides an episode besides question and model."""

    tools: Mapping[str, Tool] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    sampling: Sampling = field(default_factory=Sampling)
    native: bool = False
    """Whether tools go over the provider's own tool calling instead of the text."""
    oracle_crop: bool = False
    """Show what the question is about from the start, enlarged: what finding the region is worth at
    most."""
    crops: Resolution = CROPS


Answer = Callable[[Request], Awaitable[Reply]]
"""Whatever gives the next reply: a model, or a store that asks it only what it does not know."""
Watch = Callable[[Conversation], Awaitable[object]]
"""Told of a conversation after each of the model's turns, the last one too."""


def opening(question: Question, model: Model, task: Task, setting: Setting) -> tuple[Message, ...]:
    """The messages that open an episode: the images, then the question in the model's grid.

    Images come first, so that the questions of a page share their prefix in a server's cache.
    """
    views = shown(question, model)
    crops = oracle_crops(question, views, _crops(setting, model)) if setting.oracle_crop else ()
    named = [view for view, _ in crops]
    told = [
        f"Image {number} is {views[mark.view].from_page(view.box, model.grid)} of image "
        f"{mark.view + 1}, enlarged."
        for number, (view, mark) in enumerate(crops, len(views) + 1)
    ]
    text = "\n".join([*told, question_text(question, views, model.grid, task.prompt)])
    return (
        Message(role="system", parts=(system_text(setting, model.grid),)),
        Message(role="user", parts=(*views, *named, text), question=question.id),
    )


def shown(question: Question, model: Model) -> tuple[View, ...]:
    """How the question's images are shown to this model."""
    return tuple(model.resolution.view(crop) for crop in question.views)


def oracle_crops(
    question: Question, views: Sequence[View], crops: Resolution
) -> list[tuple[View, Mark]]:
    """The regions that a question is about, as views, each with its mark.

    What the question names, and one box around the evidence that lies outside of that: as many
    crops, and in the same order, whatever the answer is. One crop for each piece of evidence would
    tell how many there are, and in which order they stand.
    """
    named = list(question.refs.values())
    marks = {(mark.view, mark.box): mark for mark in named}
    for view in range(len(views)):
        inside = [mark.box for mark in named if mark.view == view]
        outside = [
            mark.box
            for mark in question.evidence
            if mark.view == view and not any(box.coverage(mark.box) > 0.5 for box in inside)
        ]
        if outside:
            around = Mark(view=view, box=Box.around(outside))
            marks[view, around.box] = around
    found: list[tuple[View, Mark]] = []
    for mark in sorted(marks.values(), key=lambda m: (m.view, m.box.y0, m.box.corners)):
        source = views[mark.view]
        shown = Box(*mark.box.pixels()).intersection(source.box)
        if shown is None or shown == source.box:
            continue
        size = crops.size(shown.width, shown.height)
        found.append((View(source.page, shown, size), mark))
    return found


def _crops(setting: Setting, model: Model) -> Resolution:
    """The size of crops, in the multiples that the model's pages come in."""
    return setting.crops.model_copy(update={"multiple": model.resolution.multiple})


def system_text(setting: Setting, grid: Grid) -> str:
    """What a model is told before any question; in the text protocol, its tools as well."""
    text = prompts.render("system")
    if not setting.tools or setting.native:
        return text
    schemas = "\n".join(json.dumps(tool.schema(grid)) for tool in setting.tools.values())
    example = {"name": next(iter(setting.tools)), "arguments": {"bbox_2d": [0, 0, 500, 250]}}
    told = prompts.render(
        "tools", calls=str(setting.budget.calls), schemas=schemas, example=json.dumps(example)
    )
    return f"{text}\n\n{told}"


def request(
    messages: tuple[Message, ...], model: Model, setting: Setting, epoch: int = 0
) -> Request:
    """What is sent for the next turn."""
    native = setting.native and setting.tools
    schemas = tuple(tool.schema(model.grid) for tool in setting.tools.values()) if native else ()
    return Request(messages=messages, sampling=setting.sampling, tools=schemas, epoch=epoch)


@dataclass(frozen=True, eq=False)
class Opened:
    """A question about to be asked in a certain way, and what that way is called."""

    question: Question
    task: Task
    epoch: int
    first: Request
    """What is sent first."""
    key: str
    """What the reply to it is kept under."""
    prompt: str
    """SHA-256 over all that decides the episode but chance: the first request, the rules, and the
    question with its answer."""


def opened(
    question: Question,
    model: Model,
    task: Task,
    setting: Setting,
    pictures: Pictures,
    epoch: int = 0,
) -> Opened:
    """Make the first request; ValueError where question and prompt do not fit each other."""
    messages = opening(question, model, task, setting)
    first = request(messages, model, setting, epoch)
    key = first.key(model.name, pictures.page_hash)
    rules = (list(setting.tools), setting.budget.to_json(), setting.crops.to_json())
    decided = f"{key} {rules} {question.to_json()} {getattr(model, 'version', '')}"
    prompt = hashlib.sha256(decided.encode()).hexdigest()
    return Opened(question, task, epoch, first, key, prompt)


@dataclass(frozen=True)
class Talk:
    """A conversation that has ended, and the replies that it was made of."""

    conversation: Conversation
    replies: tuple[Reply, ...]

    @property
    def seconds(self) -> float:
        """Waited for the model in all its turns."""
        return sum(reply.seconds for reply in self.replies)


async def converse(
    messages: tuple[Message, ...],
    model: Model,
    setting: Setting,
    pictures: Pictures,
    *,
    answer: Answer | None = None,
    epoch: int = 0,
    watch: Watch | None = None,
) -> Talk:
    """Let a model speak, and carry out what it calls, until it ends.

    The images of the last message are those that tools may be called on. Raises ModelError when
    the provider fails.
    """
    answer = answer or model.reply
    views = tuple(part for part in messages[-1].parts if isinstance(part, View))
    scene = Scene(views, model.grid, _crops(setting, model), pictures.pixels)
    talk = Conversation(messages, setting.tools, scene, setting.budget)
    said: list[Reply] = []
    while talk.stop is None:
        said.append(await answer(request(tuple(talk.messages), model, setting, epoch)))
        if talk.reads_pixels:
            await asyncio.to_thread(talk.hear, said[-1])
        else:
            talk.hear(said[-1])
        if watch:
            await watch(talk)
    return Talk(talk, tuple(said))


async def ask(
    opened: Opened,
    model: Model,
    setting: Setting,
    pictures: Pictures,
    answer: Answer | None = None,
) -> Episode:
    """Ask a question of a bench, and score the model's last reply.

    Raises ModelError when the provider fails: there is no episode then, and no score.
    """
    question = opened.question
    talk = await converse(
        opened.first.messages, model, setting, pictures, answer=answer, epoch=opened.epoch
    )
    ended = talk.conversation
    assert ended.stop is not None
    return Episode(
        question=question.id,
        task=question.task,
        model=model.name,
        epoch=opened.epoch,
        grid=model.grid,
        views=tuple(ended.views),
        prompt=opened.prompt,
        turns=ended.turns,
        calls=tuple(ended.calls),
        stop=ended.stop,
        usage=ended.usage,
        seconds=talk.seconds,
        served_by=talk.replies[-1].served_by,
        score=score(question, opened.task, ended.stop, ended.messages[-1].text),
    )


def score(question: Question, task: Task, stop: StopReason, reply: str) -> Score:
    """What the last turn of an episode is worth. A call where the answer should be holds words and
    numbers that are none."""
    return task.score(question, "" if stop == "out of budget" else reply)
