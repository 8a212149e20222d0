"""Tasks: one small file a task, each turning pages into questions and replies into scores.

Seven tasks; panel understanding stands here twice, open and as multiple choice. To add one, write a
`Task` and give it a line in `TASKS`, or name it `package.module:Name`.
"""

from closeup import plugins
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
    found = plugins.find("task", name, TASKS)
    if isinstance(found, type) and issubclass(found, Task):
        found = found()
    if not isinstance(found, Task):
        raise CloseupError(f"task {shorten(name)}: is no closeup.tasks.Task")
    return found


def tasks_of(bench: Bench) -> dict[str, Task]:
    """The tasks of a bench's questions, by the name that stands in the question."""
    return {name: find(count.source) for name, count in bench.manifest.tasks.items()}


__all__ = ["TASKS", "Issue", "Task", "find", "tasks_of"]
