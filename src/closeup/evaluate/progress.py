"""What a run shows while it goes on."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from closeup.evaluate.tally import Tally


class Display:
    """A live line on a terminal: how far, how long yet, what it cost. Nothing elsewhere."""

    def __init__(self, name: str, total: int, console: Console) -> None:
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[told]}", markup=False),
        )
        self._progress = Progress(*columns, console=console, disable=not console.is_terminal)
        self._bar = self._progress.add_task(name, total=total, told="")

    def __enter__(self) -> "Display":
        self._progress.__enter__()
        return self

    def __exit__(self, *trouble: object) -> None:
        self._progress.stop()

    def say(self, text: str) -> None:
        """A line of its own."""
        self._progress.console.print(f"closeup: {text}", markup=False, highlight=False)

    def show(self, tally: Tally) -> None:
        """Where the run stands."""
        self._progress.update(self._bar, completed=tally.seen, told=tally.told())
