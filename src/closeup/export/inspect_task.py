"""A bench as a task of inspect_ai: `inspect eval closeup/bench -T path=BENCH --model …`.

inspect_ai finds it by closeup's entry point. The prompts, the images, the zoom conversation and the
scoring are closeup's own. Each sample carries its images as data URLs, since that is what inspect
sends; questions of one page share them in memory. `version` names the bench's content and how it is
shown, without which `eval_set` would take old results for those of an edited bench.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import (
    ChatMessage,
    ChatMessageSystem,
    ChatMessageUser,
    Content,
    ContentImage,
    ContentText,
)
from inspect_ai.scorer import Score, Scorer, Target, grouped, mean, scorer, stderr
from inspect_ai.solver import Generate, Solver, TaskState, solver

from closeup import tools as known_tools
from closeup.ask import Setting, system_text
from closeup.bench import Bench
from closeup.conversation import Budget, Conversation
from closeup.export.shared import (
    Look,
    asked,
    credit_list,
    gold,
    question_clusters,
    said,
    score,
    version,
)
from closeup.geometry import Grid, View
from closeup.message import Message, Reply
from closeup.pictures import Pictures
from closeup.question import Question, Split
from closeup.question import Score as Worth
from closeup.records import CloseupError
from closeup.tools.tool import Scene

ALL = "all questions"
"""What the mean over all tasks is called; no task can have this name."""


@task
def bench(
    path: str,
    split: Split | None = None,
    grid: Grid = "rel1000",
    pixels: int = 1_000_000,
    multiple: int = 1,
    zoom: bool = False,
    calls: int = 3,
    tasks: str | Sequence[str] = (),
) -> Task:
    """The questions of a closeup bench.

    Args:
        path: The bench folder.
        split: Ask only the questions of this split.
        grid: How boxes are written: pixel, rel1000, rel1000_yx or rel100.
        pixels: Page budget in pixels; 0: pages as they are.
        multiple: Both sides of an image become multiples of this.
        zoom: Let the model zoom in, in closeup's text protocol.
        calls: Most calls of a tool.
        tasks: Tasks of your own, as package.module:Name, that may be run.
    """
    trusted = (tasks,) if isinstance(tasks, str) else tuple(tasks)
    look = Look(grid, pixels, multiple)
    opened = Bench.open(Path(path), trusted)
    pictures = Pictures.at(opened.image_path)
    names = ["zoom_in"] if zoom else []
    setting = Setting(tools=known_tools.find(names), budget=Budget(calls=calls))
    samples = list(_samples(opened, look, setting, pictures, split))
    shown = {page for q in opened.questions() if split in (None, q.split) for page in q.pages}
    return Task(
        dataset=MemoryDataset(samples, name="bench"),
        solver=converse(path, grid, pixels, multiple, names, calls),
        scorer=closeup_score(trusted),
        version=version(opened, look) + ("-zoom" if zoom else ""),
        metadata={
            "bench": opened.content_hash,
            "grid": grid,
            "pixels": pixels,
            "credits": credit_list(opened, shown),
        },
    )


def _samples(
    bench: Bench, look: Look, setting: Setting, pictures: Pictures, split: Split | None
) -> Iterator[Sample]:
    system = system_text(setting, look.grid)
    clusters = question_clusters(bench, split)
    urls: dict[View, str] = {}
    for item in asked(bench, look, split):
        question = item.question
        for view in item.views:
            urls.setdefault(view, pictures.encoded(view).url.decode())
        shown: list[Content] = [
            ContentImage(image=urls[view], detail="high") for view in item.views
        ]
        yield Sample(
            id=question.id,
            input=[
                ChatMessageSystem(content=system),
                ChatMessageUser(content=[*shown, ContentText(text=item.text)]),
            ],
            target=gold(question),
            metadata=metadata(question, item.source, clusters[question.id]),
        )


def metadata(question: Question, source: str, cluster: str) -> dict[str, str | float | None]:
    """What a sample's scores are grouped and clustered by, and the question itself."""
    return {
        "task": question.task,
        "split": question.split,
        "cluster": cluster,
        "chance": question.chance,
        "source": source,
        "record": question.to_json(),
    }


@solver
def converse(
    path: str, grid: Grid, pixels: int, multiple: int, tools: list[str], calls: int
) -> Solver:
    """closeup's conversation: one reply, or several with the views that the model calls for."""
    look = Look(grid, pixels, multiple)
    pictures = Pictures.at(Bench.open(Path(path)).image_path)
    known = known_tools.find(tools)
    crops = Setting().crops.model_copy(update={"multiple": multiple})

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        question = Question.parse(str(state.metadata["record"]), "sample")
        views = tuple(look.resolution.view(crop) for crop in question.views)
        scene = Scene(views, grid, crops, pictures.pixels)
        opened = (Message(role="user", parts=views),)
        talk = Conversation(opened, known, scene, Budget(calls=calls))
        while True:
            state = await generate(state)
            stopped = talk.hear(Reply(text=state.output.completion, finish=_finish(state)))
            if stopped is not None or state.completed:
                return state
            state.messages.append(_tool_response(talk.messages[-1], pictures))

    return solve


def _finish(state: TaskState):
    match state.output.stop_reason:
        case "max_tokens" | "model_length":
            return "length"
        case "content_filter":
            return "filter"
    return "stop"


def _tool_response(message: Message, pictures: Pictures) -> ChatMessage:
    """What a tool gave, as the text protocol sends it."""
    parts: list[Content] = [ContentText(text="<tool_response>\n")]
    for part in message.parts:
        if isinstance(part, View):
            parts.append(ContentImage(image=pictures.encoded(part).url.decode(), detail="high"))
        else:
            parts.append(ContentText(text=part))
    return ChatMessageUser(content=[*parts, ContentText(text="\n</tool_response>")])


@scorer(
    metrics=[
        grouped(mean(), "task", all_label=ALL),
        grouped(
            stderr(cluster="cluster"),
            "task",
            all_label=f"{ALL} stderr",
            name_template="{group_name} stderr",
        ),
    ]
)
def closeup_score(trusted: Sequence[str] = ()) -> Scorer:
    """closeup's score of the last reply; what it leaves unscored is left out of the means."""

    async def judge(state: TaskState, target: Target) -> Score:
        given = state.metadata
        try:
            worth = score(
                str(given["record"]), str(given["source"]), state.output.completion, trusted
            )
        except CloseupError as error:
            raise RuntimeError(str(error)) from None
        return as_inspect(worth)

    return judge


def as_inspect(worth: Worth) -> Score:
    """A closeup score as inspect's."""
    told, why = said(worth.answer), worth.reason or None
    details = dict(worth.details)
    if worth.value is None:
        return Score.unscored(answer=told, explanation=why, metadata=details)
    return Score(value=worth.value, answer=told, explanation=why, metadata=details)
