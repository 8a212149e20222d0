"""Runs as one HTML file: figures, curves and episodes, to be opened from a disk without a server.

Tables stand in the HTML itself and can be read without scripts. Episodes are data that the scripts
of `closeup.show` make a page of. Nothing is asked of any host.
"""

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from math import inf
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from closeup.bench import Bench
from closeup.question import Split
from closeup.records import CloseupError, read_bytes, writable, write_atomically
from closeup.report import html_chart, html_curves, html_pages, html_pairs, html_tables
from closeup.report.html_blocks import blocks
from closeup.report.html_data import Data
from closeup.report.html_head import head
from closeup.report.html_pages import Images
from closeup.report.html_runs import Shown, opened
from closeup.report.summary import summary
from closeup.run_info import Result
from closeup.show import assets
from closeup.stats import Cluster
from closeup.training.chart_style import style as chart_style

MOST_EPISODES = 10_000
FROM: dict[Images, str] = {"embed": "data:", "link": "file: 'self'"}
"""Where images may come from: linked ones from a disk, or from beside the report on a server."""
_JINJA = Environment(
    loader=PackageLoader("closeup.report"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def write(
    folders: Sequence[Path],
    out: Path,
    *,
    split: Split | None = None,
    by: Cluster = "page",
    images: Images = "embed",
    images_mb: float = 40.0,
    episodes: int = MOST_EPISODES,
    hard_core: Path | None = None,
    bench: Path | None = None,
) -> str:
    """Write the report of some run folders; what became of their pages, in a sentence.

    `episodes` bounds those of one run: of more, evenly spaced ones are shown. `hard_core` is the
    file of `closeup audit --hard-core`, `bench` where the runs' bench is now, should it have moved.
    """
    writable(out)
    if not 0 <= images_mb < inf:
        raise CloseupError(f"images-mb {images_mb:g}: need 0 or more")
    if episodes < 1:
        raise CloseupError(f"episodes {episodes}: need at least 1")
    with opened(folders, bench) as runs:
        results = [run.results(split, episodes) for run in runs]
        hard = _hard_core(hard_core, results) if hard_core else None
        benches = list({id(run.bench): run.bench for run in runs if run.bench}.values())
        pages = html_pages.in_order(_wanted(runs, benches, results))
        if images == "link":
            album = html_pages.linked(benches, pages, out)
        else:
            album = html_pages.embedded(benches, pages, images_mb)
        data = Data(runs, benches, split, results, hard)
        page = _JINJA.get_template("report.html").generate(
            **_static(runs, results, split, by),
            policy=assets.policy(_styles(), _scripts(), FROM[images]),
            style=Markup(_styles()[0]),
            scripts=map(Markup, _scripts()),
            album=album,
            blocks=blocks(data, album),
        )
        write_atomically(out, (part.encode("utf-8", "replace") for part in page))
    return album.told


def _static(
    runs: Sequence[Shown],
    results: Sequence[Sequence[Result]],
    split: Split | None,
    by: Cluster,
) -> dict[str, Any]:
    """What stands in the page without any script."""
    asked = [run for run in runs if run.store is not None and run.training is None]
    summaries = [summary(run.store, split, by) for run in asked if run.store]
    kept = [run for run in runs if run.store]
    trained = [run for run in runs if run.training]
    compared = html_pairs.pairs(asked, split, by)
    keys = [run.key for run in asked]
    marks = {key: Markup(html_chart.mark(number)) for number, key in enumerate(keys)}
    return {
        "heads": [(head(run), marks.get(run.key, "")) for run in runs],
        "title": _title(runs),
        "version": version("closeup"),
        "split": split,
        "cluster": by,
        "scores": Markup(html_chart.chart(keys, summaries)) if any(summaries) else None,
        "results": [html_tables.results(run, split, by) for run in asked],
        "judged": [t for run in asked if (t := html_tables.judges(run, split, by))],
        "pairs": html_pairs.overview(compared),
        "compared": [html_pairs.table(pair) for pair in compared],
        "zooms": [table for run in asked for table in html_tables.zooms(run, split)],
        "spent": html_tables.spending(kept, split) if kept else None,
        "together": html_curves.together(trained),
        "curves": [html_curves.curves(run) for run in trained],
        "missing": [(run.key, run.no_bench) for run in runs if run.no_bench],
        "shown": sum(map(len, results)),
        "left": _left(runs, results, split),
    }


def _scripts() -> list[str]:
    return [*map(assets.static, assets.SCRIPTS), assets.static("report.js")]


def _styles() -> list[str]:
    """The page's own, and that which stands in every chart."""
    return [assets.static(assets.STYLE), chart_style()]


def _title(runs: Sequence[Shown]) -> str:
    names = list(dict.fromkeys(run.model for run in runs))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _left(
    runs: Sequence[Shown], results: Sequence[Sequence[Result]], split: Split | None
) -> list[str]:
    """Of which runs not all episodes are shown."""
    told = []
    for run, shown in zip(runs, results, strict=True):
        every = sum(1 for _ in run.store.results(split)) if run.store else 0
        if every > len(shown):
            told.append(f"{run.key}: {len(shown):,} of {every:,} episodes, evenly spaced")
    return told


def _hard_core(file: Path, results: Sequence[Sequence[Result]]) -> frozenset[str]:
    """The ids in a file, one a line; CloseupError where it names none of the questions shown."""
    lines = read_bytes(file).decode("utf-8", "replace").split("\n")
    named = frozenset(line.removesuffix("\r") for line in lines)
    if not any(result.question in named for found in results for result in found):
        raise CloseupError(f"{file}: names no question of these runs: need one id a line")
    return named


def _wanted(
    runs: Sequence[Shown], benches: Sequence[Bench], results: Sequence[Sequence[Result]]
) -> Iterator[html_pages.Wanted]:
    for number, bench in enumerate(benches):
        own = [(run, found) for run, found in zip(runs, results, strict=True) if run.bench is bench]
        asked = {result.question for _, found in own for result in found}
        pages = {q.id: q.pages for q in bench.questions() if q.id in asked}
        for _, found in own:
            yield from html_pages.each_wanted(number, pages, found)
