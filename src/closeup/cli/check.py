"""closeup check: what annotations hold, and whether they are sound."""

import sys

from closeup.cli.app import From, app

MOST_BAD = 20
"""Bad pages that `check` names before it only counts them."""


@app.command
def check(reader: str, source: From) -> None:
    """Validate annotations, without needing their images, and print what they hold.

    Args:
        reader: A format's name, or package.module:function.
        source: The dataset: a folder, or a .zip or .cbz.
    """
    from rich.console import Console

    from closeup.check import check as check_pages
    from closeup.check import table
    from closeup.readers import find
    from closeup.sources import Source

    result = check_pages(find(reader), Source.open(source))
    Console().print(table(result))
    for bad in result.bad[:MOST_BAD]:
        print(f"closeup: {bad}", file=sys.stderr)
    if result.bad_count > MOST_BAD:
        print(f"closeup: and {result.bad_count - MOST_BAD} more", file=sys.stderr)
    sys.exit(2 if result.bad else 0)
