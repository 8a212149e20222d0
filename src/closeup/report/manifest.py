"""A bench's manifest as a table for the terminal."""

from rich.console import Group
from rich.table import Table

from closeup.bench import Manifest

MOST_REASONS = 3


def manifest_table(manifest: Manifest) -> Group:
    """What was kept and what was not, a task a row, the commonest reasons first."""
    pages = ", ".join(f"{count} {split}" for split, count in manifest.pages.items())
    issues = ", ".join(f"{count} {split}" for split, count in manifest.issues.items())
    grid = Table(title=f"{pages} pages of {issues} issues", title_justify="left")
    grid.add_column("task")
    for name in ("kept", "rejected", "chance"):
        grid.add_column(name, justify="right")
    grid.add_column("most often because")
    for task, count in manifest.tasks.items():
        reasons = sorted(count.rejected.items(), key=lambda item: (-item[1], item[0]))
        text = ", ".join(f"{reason} ({number})" for reason, number in reasons[:MOST_REASONS])
        grid.add_row(
            task,
            str(count.kept),
            str(sum(count.rejected.values())),
            "–" if count.chance is None else f"{100 * count.chance:.1f} %",
            text + (", …" if len(reasons) > MOST_REASONS else ""),
        )
    notes = [f"{len(manifest.left_out)} pages left out"] if manifest.left_out else []
    if (overlay := manifest.overlay) is not None:
        notes.append(
            f"overlay {overlay.name}: {overlay.pages} pages, {sum(overlay.filled.values())} fields "
            f"filled, {sum(overlay.conflicts.values())} conflicts, "
            f"{sum(overlay.unmatched.values())} unmatched"
        )
    return Group(grid, *notes)
