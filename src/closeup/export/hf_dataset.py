"""A bench as a Hugging Face dataset, or a run as one of answers: Parquet and a card.

A page is asked about ten times and more, so pages and questions are two tables. `pages` holds each
page's image once, in its own bytes; a row of `questions` says which box of which page is shown at
which size, and the card has the five lines that cut it out. What is cut out is, pixel for pixel,
what closeup shows at the stated resolution, and the page is there at full resolution to zoom into.
"""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from closeup.bench import Bench
from closeup.export import hf_card
from closeup.export.parquet import Pieces
from closeup.export.shared import (
    Asked,
    Look,
    asked,
    fresh,
    gold,
    need,
    question_clusters,
    result_clusters,
    said,
    system,
)
from closeup.images import MAX_BYTES
from closeup.page import Page
from closeup.question import Split
from closeup.records import read_bytes
from closeup.store import Store


def export_bench(bench: Bench, out: Path, look: Look, split: Split | None = None) -> None:
    """Write the dataset; CloseupError where that cannot be done."""
    need("pyarrow", "pyarrow", "export")
    with fresh(out):
        shown: dict[Split, set[str]] = {}
        counts: Counter[tuple[str, str]] = Counter()
        clusters = question_clusters(bench, split)
        for part in ("test", "train"):
            if split in (None, part):
                _write_questions(bench, out, look, part, clusters, shown, counts)
        weights = _write_pages(bench, out, shown)
        card = hf_card.of_bench(bench, look, shown, counts, weights)
        (out / "README.md").write_text(card, "utf-8")


def _write_questions(
    bench: Bench,
    out: Path,
    look: Look,
    split: Split,
    clusters: Mapping[str, str],
    shown: dict[Split, set[str]],
    counts: Counter[tuple[str, str]],
) -> None:
    """The questions of one split; no file where there are none."""
    rows = asked(bench, look, split)
    first = next(rows, None)
    if first is None:
        return
    pages = shown.setdefault(split, set())
    with Pieces(out / "questions", split, _question_schema()) as file:
        while first is not None:
            row = _question_row(first, clusters[first.question.id])
            file.put(row, len(row["record"]) + len(row["prompt"]))
            pages.update(first.question.pages)
            counts[first.question.task, split] += 1
            first = next(rows, None)


def _question_row(item: Asked, cluster: str) -> dict[str, Any]:
    question = item.question
    return {
        "id": question.id,
        "task": question.task,
        "issue": question.issue,
        "cluster": cluster,
        "system": system(),
        "prompt": item.text,
        "views": [
            {"page": view.page, "box": list(view.box.pixels()), "size": list(view.size)}
            for view in item.views
        ],
        "options": list(question.options),
        "answer": gold(question),
        "answer_format": question.answer_format,
        "chance": question.chance,
        "evidence": [{"view": m.view, "box": list(m.box.corners)} for m in question.evidence],
        "tags": list(question.tags),
        "record": question.to_json(),
    }


def _question_schema() -> Any:
    import pyarrow as pa

    text, number = pa.string(), pa.int32()
    view = pa.struct({"page": text, "box": pa.list_(number), "size": pa.list_(number)})
    mark = pa.struct({"view": number, "box": pa.list_(pa.float64())})
    return pa.schema(
        {
            "id": text,
            "task": text,
            "issue": text,
            "cluster": text,
            "system": text,
            "prompt": text,
            "views": pa.list_(view),
            "options": pa.list_(text),
            "answer": text,
            "answer_format": text,
            "chance": pa.float64(),
            "evidence": pa.list_(mark),
            "tags": pa.list_(text),
            "record": text,
        }
    )


def _write_pages(bench: Bench, out: Path, shown: dict[Split, set[str]]) -> dict[Split, int]:
    """Every page that a question shows, in the splits of its questions; bytes of each split."""
    weights: dict[Split, int] = {}
    for split, wanted in shown.items():
        with Pieces(out / "pages", split, _page_schema()) as file:
            for page in bench.pages():
                if page.id in wanted:
                    data = read_bytes(bench.path / page.image, MAX_BYTES)
                    file.put(_page_row(page, data), len(data))
                    weights[split] = weights.get(split, 0) + len(data)
    return weights


def _page_row(page: Page, data: bytes) -> dict[str, Any]:
    return {
        "id": page.id,
        "image": {"bytes": data, "path": Path(page.image).name},
        "width": page.width,
        "height": page.height,
        "series": page.series,
        "issue": page.issue,
        "number": page.number,
        "language": page.language,
        "reading_direction": page.reading_direction,
        "license": page.license,
        "attribution": page.attribution,
        "annotations": page.to_json(),
    }


def _page_schema() -> Any:
    """With the note by which `datasets` knows that `image` is one."""
    import pyarrow as pa

    text, number = pa.string(), pa.int32()
    types = {
        "id": text,
        "image": pa.struct({"bytes": pa.binary(), "path": text}),
        "width": number,
        "height": number,
        "series": text,
        "issue": text,
        "number": pa.int64(),
        "language": text,
        "reading_direction": text,
        "license": text,
        "attribution": text,
        "annotations": text,
    }
    kinds = {text: "string", number: "int32", pa.int64(): "int64"}
    features = {
        name: {"dtype": kinds[kind], "_type": "Value"} if kind in kinds else {"_type": "Image"}
        for name, kind in types.items()
    }
    note = json.dumps({"info": {"features": features}})
    return pa.schema(types, metadata={"huggingface": note})


def export_run(run: Store, out: Path, split: Split | None = None) -> None:
    """Write a run's answers, a row a question and epoch, those without a reply as well."""
    need("pyarrow", "pyarrow", "export")
    import pyarrow as pa

    text, real = pa.string(), pa.float64()
    schema = pa.schema(
        {
            "question": text,
            "epoch": pa.int32(),
            "task": text,
            "split": text,
            "issue": text,
            "cluster": text,
            "chance": real,
            "value": real,
            "answer": text,
            "reason": text,
            "reply": text,
            "stop": text,
            "failure": text,
            "calls": pa.int32(),
            "input_tokens": pa.int64(),
            "output_tokens": pa.int64(),
            "seconds": real,
            "episode": text,
        }
    )
    clusters = result_clusters(run, split)
    with fresh(out), Pieces(out / "answers", "answers", schema) as file:
        for result in run.results(split):
            episode = run.episode(result.question, result.epoch)
            row = {name: value for name, value in result._asdict().items() if name in schema.names}
            row |= {
                "cluster": clusters[result.question],
                "answer": said(episode.score.answer) if episode else None,
                "reason": episode.score.reason if episode else None,
                "reply": episode.reply if episode else None,
                "stop": episode.stop if episode else None,
                "episode": episode.to_json() if episode else None,
            }
            file.put(row, len(row["episode"] or ""))
        (out / "README.md").write_text(hf_card.of_run(run.info), "utf-8")
