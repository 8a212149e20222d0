"""closeup annotate: page images of one's own → pages in the native format."""

import sys
from pathlib import Path

from tyro.conf import Positional

from closeup.cli.app import Flag, app

MOST_BAD = 20
"""Images that could not be read that are named before they are only counted."""


@app.command
def annotate(
    path: Positional[Path], out: Path, rtl: Flag[bool] = False, no_text: Flag[bool] = False
) -> None:
    """Find the panels of one's own comics, their order and, where the extra `ocr` is installed,
    their text, and write pages in the native format in which all of this is marked as inferred.

    Args:
        path: An image, a folder of images, or a .zip or .cbz; read in place.
        out: The folder to write; missing or empty.
        rtl: Read from right to left, as manga is.
        no_text: Do not look for text, which takes seconds a page.
    """
    from rich.console import Console
    from rich.progress import Progress

    from closeup.annotate import annotate as annotate_images
    from closeup.annotate import reader_of_text

    read = None if no_text else reader_of_text()
    if read is None and not no_text:
        print("closeup: no text is read: pip install 'closeup[ocr]'", file=sys.stderr)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("pages", total=None)
        tally = annotate_images(
            path,
            out,
            "rtl" if rtl else "ltr",
            read,
            lambda done, total: progress.update(bar, completed=done, total=total),
        )
    for bad in tally.bad[:MOST_BAD]:
        print(f"closeup: left out: {bad}", file=sys.stderr)
    if len(tally.bad) > MOST_BAD:
        print(f"closeup: and {len(tally.bad) - MOST_BAD} more", file=sys.stderr)
    told = [f"{tally.pages} pages", f"{tally.panels} panels"]
    if tally.balloons is not None:
        told.append(f"{tally.balloons} texts")
    if tally.bad:
        told.append(f"{len(tally.bad)} left out")
    print(f"{out}: {', '.join(told)}")
