"""What a model was asked, put together again from the bench and the run's settings.

A run keeps of its prompts only hashes. They are written anew here by the code that wrote them then;
whether they are the same to the letter, an episode's hash tells.
"""

from functools import cache
from hashlib import sha256

from closeup import ask, tools
from closeup.bench import Bench
from closeup.episode import Episode
from closeup.geometry import Grid
from closeup.images import Resolution
from closeup.message import Reply, Request
from closeup.models.model import ModelError
from closeup.pictures import Pictures
from closeup.question import Question
from closeup.records import CloseupError
from closeup.run_info import RunInfo
from closeup.tasks import task_of
from closeup.tasks.task import Task
from closeup.tools import TOOLS


class Opening:
    """How the questions of a bench were put to a model."""

    def __init__(self, info: RunInfo, bench: Bench) -> None:
        self._bench = bench
        self._model = _AsDeclared(info)
        self._setting = _setting(info)
        self._pictures = Pictures.at(bench.image_path)
        self._task = cache(self._find)

    @property
    def system(self) -> str:
        """What it was told first; empty where the run had tools that are not built in."""
        return ask.system_text(self._setting, self._model.grid) if self._setting else ""

    def template(self, task: str) -> str:
        """The prompt of a task with its slots open; empty where it is code of its own."""
        found = self._task(task)
        return found.prompt if found else ""

    def asked(self, question: Question) -> str:
        """The question in words, in the model's grid; empty where it cannot be told."""
        messages = self._messages(question)
        return messages[-1].text if messages else ""

    def agrees(self, question: Question, episode: Episode) -> bool:
        """Whether the episode was opened by these very words, pixels and rules."""
        task = self._task(question.task)
        if not (task and self._setting):
            return False
        try:
            found = ask.opened(
                question, self._model, task, self._setting, self._pictures, episode.epoch
            )
        except (CloseupError, ValueError):
            return False
        return found.prompt == episode.prompt

    def _messages(self, question: Question) -> tuple:
        task = self._task(question.task)
        if not (task and self._setting):
            return ()
        try:
            return ask.opening(question, self._model, task, self._setting)
        except ValueError:  # a prompt that has changed since, and no longer fits
            return ()

    def _find(self, name: str) -> Task | None:
        try:
            return task_of(self._bench, name)
        except CloseupError:
            return None


class _AsDeclared:
    """A model as far as its prompts depend on it. It is never asked."""

    def __init__(self, info: RunInfo) -> None:
        self.name = info.model
        self.grid: Grid = info.grid
        self.resolution: Resolution = info.resolution

    async def reply(self, request: Request) -> Reply:
        raise ModelError("only its prompts are told")


def _setting(info: RunInfo) -> ask.Setting | None:
    """A run's settings; None where it had tools that are not built in: a report runs no code that
    a run names."""
    if not set(info.tools) <= set(TOOLS):
        return None
    try:
        found = tools.find(info.tools)
    except CloseupError:  # one that needs what is not installed
        return None
    return ask.Setting(
        tools=found,
        budget=info.budget,
        sampling=info.sampling,
        native=info.native_tools,
        oracle_crop=info.oracle_crop,
        crops=info.crops,
    )


def digest(text: str) -> str:
    """SHA-256 of a prompt's text."""
    return sha256(text.encode("utf-8", "replace")).hexdigest()
