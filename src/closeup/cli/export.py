"""closeup export: a bench or a run for other harnesses."""

from pathlib import Path
from typing import Annotated, Literal

import tyro
from tyro.conf import Positional

from closeup.cli.app import MaybePath, SplitName, app
from closeup.geometry import Grid
from closeup.records import CloseupError

Target = Literal["lmms_eval", "vlmevalkit", "inspect", "hf"]


@app.command
def export(
    source: Annotated[Positional[Path], tyro.conf.arg(metavar="BENCH|RUN")],
    to: Target,
    out: Path,
    split: SplitName | None = None,
    grid: Grid = "rel1000",
    pixels: int = 1_000_000,
    multiple: int = 1,
    tasks: tuple[str, ...] = (),
    bench: MaybePath = None,
    image_mb: int = 200,
) -> None:
    """Write a bench, or a run, for another harness.

    Args:
        source: A bench folder (lmms_eval, vlmevalkit, hf) or a run folder (inspect, hf).
        to: The harness. inspect takes a bench as it is: inspect eval closeup/bench -T path=BENCH.
        out: The folder to write; missing or empty.
        split: Only the questions of this split.
        grid: Of a bench: how boxes are written for the model that will be asked.
        pixels: Of a bench: page budget in pixels, 10,000 or more; 0: pages as they are.
        multiple: Of a bench: both sides of an image become multiples of this.
        tasks: Tasks of your own, as package.module:Name, whose code may run.
        bench: The bench of a run, where it has moved.
        image_mb: Of a run: most megabytes of images that an inspect log embeds.
    """
    from closeup.bench import Bench
    from closeup.export import hf_dataset, inspect_log, lmms_eval, vlmevalkit
    from closeup.export.shared import Look
    from closeup.store import FILE, Store

    if (source / FILE).is_file():
        with Store.open(source) as run:
            if to == "hf":
                hf_dataset.export_run(run, out, split)
            elif to == "inspect":
                asked = Bench.open(bench or Path(run.info.bench), trusted=tasks)
                inspect_log.export_run(run, asked, out, split, image_mb)
            else:
                raise CloseupError(f"{source}: a run: {to} takes a bench")
        return
    opened = Bench.open(source, trusted=tasks)
    if to == "inspect":
        raise CloseupError(
            f"{source}: a bench: inspect takes it as it is: inspect eval closeup/bench "
            f"-T path={source}"
        )
    write = {"hf": hf_dataset, "lmms_eval": lmms_eval, "vlmevalkit": vlmevalkit}[to]
    write.export_bench(opened, out, Look(grid, pixels, multiple), split)
