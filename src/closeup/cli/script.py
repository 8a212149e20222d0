"""closeup script: pages as a script for those who cannot see them."""

import sys
from pathlib import Path
from typing import Literal

from tyro.conf import Positional

from closeup.cli.app import Flag, MaybePath, app
from closeup.records import CloseupError


@app.command
def script(
    path: Positional[Path],
    format: Literal["markdown", "json", "html", "epub"] = "markdown",
    out: MaybePath = None,
    run: MaybePath = None,
    reader: str = "closeup_json",
    no_pictures: Flag[bool] = False,
) -> None:
    """Write a script of comic pages, panel by panel, from annotations or a model's answers.

    Args:
        path: A bench, a folder or archive of annotated pages, or one file of them.
        format: HTML and EPUB carry the pages' images with alternative text.
        out: The file to write; left out: standard output, which EPUB does not take.
        run: Tell what a model answered in this run of the bench at PATH, and no annotation.
        reader: The annotations' format, or package.module:function.
        no_pictures: Leave the images out.
    """
    from closeup import script as scripts
    from closeup.bench import Bench
    from closeup.records import writable, write_atomically
    from closeup.script import files
    from closeup.script.material import of_bench
    from closeup.script.pictures import pictures
    from closeup.store import Store

    if format == "epub" and out is None:
        raise CloseupError("script --format epub: a book is no text: need --out FILE")
    if out is not None:
        writable(out)
    if run is not None:
        bench = Bench.open(path)
        material = of_bench(bench)
        with Store.open(run) as store:
            told = scripts.from_run(bench, store)
    else:
        material = scripts.open_pages(path, reader)
        told = scripts.of(*material.pages)
    shown = {}
    if format in files.PICTURED and not no_pictures:
        wanted = {page.id for page in told.pages}
        shown = pictures((p for p in material.pages if p.id in wanted), material.image)
        if missing := len(wanted) - len(shown):
            print(f"closeup: {missing} of {len(wanted)} pages have no image", file=sys.stderr)
    data = files.FORMATS[format](told, shown)
    if out is not None:
        write_atomically(out, data)
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
