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


def task_of(bench: Bench, name: str) -> Task:
    """The task of a bench's questions, by the name that stands in them.

    A bench comes from anywhere, so the code that its manifest names is run only where the user has
    named it too: raises CloseupError for any other task that is not built in.
    """
    count = bench.manifest.tasks.get(name)
    if count is None:
        raise CloseupError(f"{bench.path}: task {shorten(name)}: not in its manifest")
    if count.source not in TASKS and count.source not in bench.trusted:
        raise CloseupError(
            f"{bench.path}: task {shorten(name)} is code of its own: name it yourself, "
            f"--tasks {count.source}, to let it run"
        )
    return find(count.source)


__all__ = ["TASKS", "Issue", "Task", "find", "task_of"]
