"""A bench as tasks of lmms-eval: a folder for its `--include_path`.

    closeup_<hash>.yaml                 the group: all tasks
    closeup_<hash>_<task>.yaml          one task
    utils.py                            what the YAML calls; it needs closeup to be installed
    data/ images/                       the questions; the images, each once
    credits.jsonl README.md

Scoring is closeup's own code and not a copy of it, so the scores are the same by construction.
lmms-eval cuts replies at a blank line unless a task says otherwise; these do.
"""

from collections import Counter
from pathlib import Path
from typing import Any

from closeup.bench import Bench
from closeup.export.parquet import Pieces
from closeup.export.shared import (
    Asked,
    Look,
    Shelf,
    asked,
    fresh,
    gold,
    name_of,
    need,
    question_clusters,
    system,
    version,
    write_credits,
)
from closeup.pictures import Pictures
from closeup.question import Split

MAX_TOKENS = 2048


def export_bench(bench: Bench, out: Path, look: Look, split: Split | None = None) -> None:
    """Write the folder; CloseupError where that cannot be done."""
    need("pyarrow", "pyarrow", "export")
    name = name_of(bench)
    with fresh(out):
        shelf = Shelf(out / "images", Pictures.at(bench.image_path))
        pages: set[str] = set()
        counts: Counter[tuple[str, Split]] = Counter()
        files: dict[tuple[str, Split], Pieces] = {}
        schema = _schema()
        clusters = question_clusters(bench, split)
        try:
            for item in asked(bench, look, split):
                question = item.question
                key = (question.task, question.split)
                if key not in files:
                    files[key] = Pieces(out / "data", "-".join(key), schema).__enter__()
                files[key].put(_row(item, shelf, clusters[question.id]), len(item.text) + 2_000)
                pages.update(question.pages)
                counts[key] += 1
        finally:
            for file in files.values():
                file.__exit__(None, None, None)
        tasks = sorted({task for task, _ in counts})
        for task in tasks:
            splits = [part for part in ("test", "train") if counts[task, part]]
            named = {
                part: [file.name for file in sorted(out.glob(f"data/{task}-{part}-*.parquet"))]
                for part in splits
            }
            text = _task(bench, look, name, task, named)
            (out / f"{name}_{task}.yaml").write_text(text, "utf-8")
        (out / f"{name}.yaml").write_text(_group(name, tasks), "utf-8")
        trusted = tuple(sorted(bench.trusted))
        (out / "utils.py").write_text(_UTILS.format(trusted=trusted), "utf-8")
        write_credits(bench, pages, out / "credits.jsonl")
        (out / "README.md").write_text(_README.format(name=name, look=look.told()), "utf-8")


def _row(item: Asked, shelf: Shelf, cluster: str) -> dict[str, Any]:
    question = item.question
    return {
        "id": question.id,
        "task": question.task,
        "source": item.source,
        "cluster": cluster,
        "images": [shelf.name(view) for view in item.views],
        "system": system(),
        "prompt": item.text,
        "answer": gold(question),
        "record": question.to_json(),
    }


def _schema() -> Any:
    import pyarrow as pa

    names = ("id", "task", "source", "cluster", "system", "prompt", "answer", "record")
    return pa.schema({name: pa.string() for name in names} | {"images": pa.list_(pa.string())})


def _task(bench: Bench, look: Look, name: str, task: str, files: dict[str, list[str]]) -> str:
    """All values are ours: what a bench is called and says stands in the data and nowhere here.

    lmms-eval finds files beside the YAML where each is named, and takes no pattern.
    """
    splits = list(files)
    named = "".join(
        f"    {split}:\n" + "".join(f"    - data/{file}\n" for file in files[split])
        for split in splits
    )
    training = "training_split: train\n" if splits == ["test", "train"] else ""
    return f"""\
task: {name}_{task}
dataset_path: parquet
dataset_kwargs:
  data_files:
{named}{training}test_split: {splits[0]}
output_type: generate_until
doc_to_messages: !function utils.doc_to_messages
doc_to_visual: !function utils.doc_to_visual
doc_to_text: !function utils.doc_to_text
doc_to_target: answer
process_results: !function utils.process_results
generation_kwargs:
  until: []
  max_new_tokens: {MAX_TOKENS}
  temperature: 0
  do_sample: false
metric_list:
- metric: score
  aggregation: !function utils.mean
  higher_is_better: true
cluster_key: cluster
score_key: score
metadata:
  version: "{version(bench, look)}"
  bench: "{bench.content_hash}"
  grid: {look.grid}
  pixels: {look.pixels}
  multiple: {look.multiple}
"""


def _group(name: str, tasks: list[str]) -> str:
    return f"group: {name}\ntask:\n" + "".join(f"- {name}_{task}\n" for task in tasks)


_UTILS = '''\
"""What the tasks in this folder call: closeup, which scores here as it does at home."""

from pathlib import Path

try:
    from closeup.export.lmms_functions import Functions
except ImportError:
    raise ImportError("these tasks are scored by closeup: pip install closeup") from None

_bench = Functions(Path(__file__).parent, trusted={trusted!r})
doc_to_messages = _bench.doc_to_messages
doc_to_visual = _bench.doc_to_visual
doc_to_text = _bench.doc_to_text
process_results = _bench.process_results
mean = _bench.mean
'''

_README = """\
# A closeup bench for lmms-eval

    pip install closeup lmms_eval
    python -m lmms_eval --include_path THIS_FOLDER --tasks {name} --model … --batch_size 1

Written for a model that reads {look}. The images in `images/` are that size already: leave the
model's own resizing off where it has any, or the boxes in the prompts do not fit.
Evaluated is the test split where there is one. Chat models get the system message, the images and
the question; others get all text after the images. `score_stderr_clustered` is clustered by page,
or by issue in a task of which any question shows several pages.

`credits.jsonl` holds each page's licence and attribution.
"""
