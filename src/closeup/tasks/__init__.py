"""Tasks: one small file a task, each turning pages into questions and replies into scores.

Seven tasks; panel understanding stands here twice, open and as multiple choice. To add one, write a
`Task` and give it a line in `TASKS`, or name it `package.module:Name`.
"""

from importlib import import_module

from closeup.bench import Bench
from closeup.records import CloseupError, shorten
from closeup.tasks.action_recognition import ActionRecognition
from closeup.tasks.character_counting import CharacterCounting
from closeup.tasks.character_identification import CharacterIdentification
from closeup.tasks.depth_comparison import DepthComparison
from closeup.tasks.dialogue_reordering import DialogueReordering
from closeup.tasks.panel_reordering import PanelReordering
from closeup.tasks.panel_understanding import PanelUnderstanding
from closeup.tasks.panel_understanding_choice import PanelUnderstandingChoice
from closeup.tasks.task import Issue, Task

TASKS: dict[str, Task] = {
    task.name: task
    for task in (
        PanelUnderstanding(),
        PanelUnderstandingChoice(),
        DepthComparison(),
        ActionRecognition(),
        CharacterCounting(),
        DialogueReordering(),
        CharacterIdentification(),
        PanelReordering(),
    )
}


def find(name: str) -> Task:
    """The task of that name, or the one that `package.module:Name` defines.

    Raises CloseupError where there is none, or where what stands there is no task.
    """
    if name in TASKS:
        return TASKS[name]
    module, colon, attribute = name.partition(":")
    if not colon:
        known = ", ".join(TASKS)
        raise CloseupError(f"task {shorten(name)}: need one of {known}, or package.module:Name")
    try:
        found = getattr(import_module(module), attribute)
        task = found() if isinstance(found, type) else found
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise CloseupError(f"task {shorten(name)}: cannot be loaded: {error}") from None
    if not isinstance(task, Task):
        raise CloseupError(f"task {shorten(name)}: is no closeup.tasks.Task")
    return task


def tasks_of(bench: Bench) -> dict[str, Task]:
    """The tasks of a bench's questions, by the name that stands in the question."""
    return {name: find(count.source) for name, count in bench.manifest.tasks.items()}


__all__ = ["TASKS", "Issue", "Task", "find", "tasks_of"]
