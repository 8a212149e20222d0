"""A bench as a Hugging Face dataset, or a run as one of answers: Parquet and a card.

A page is asked about ten times and more, so pages and questions are two tables. `pages` holds each
page's image once, in its own bytes; a row of `questions` says which box of which page is shown at
which size, and the card has the five lines that cut it out. What is cut out is, pixel for pixel,
what closeup shows at the stated resolution, and the page is there at full resolution to zoom into.
"""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from closeup.bench import Bench
from closeup.export.parquet import Pieces
from closeup.export.shared import (
    Asked,
    Look,
    asked,
    credits,
    fresh,
    gold,
    markdown,
    need,
    quoted,
    said,
    system,
)
from closeup.images import MAX_BYTES
from closeup.page import Page
from closeup.question import Split
from closeup.records import read_bytes
from closeup.store import Store

LICENSES = re.compile("cc0-1.0|cc-by(-nc)?(-sa|-nd)?-[34].0")
"""What the Hub calls the licences that pages come under; any other is "other" there."""


def export_bench(bench: Bench, out: Path, look: Look, split: Split | None = None) -> None:
    """Write the dataset; CloseupError where that cannot be done."""
    need("pyarrow", "pyarrow", "export")
    with fresh(out):
        shown: dict[Split, set[str]] = {}
        counts: Counter[tuple[str, str]] = Counter()
        for part in ("test", "train"):
            if split in (None, part):
                _write_questions(bench, out, look, part, shown, counts)
        weights = _write_pages(bench, out, shown)
        (out / "README.md").write_text(_card(bench, look, shown, counts, weights), "utf-8")


def _write_questions(
    bench: Bench,
    out: Path,
    look: Look,
    split: Split,
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
            row = _question_row(first)
            file.put(row, len(row["record"]) + len(row["prompt"]))
            pages.update(first.question.pages)
            counts[first.question.task, split] += 1
            first = next(rows, None)


def _question_row(item: Asked) -> dict[str, Any]:
    question = item.question
    return {
        "id": question.id,
        "task": question.task,
        "issue": question.issue,
        "cluster": question.cluster,
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


def _card(
    bench: Bench,
    look: Look,
    shown: dict[Split, set[str]],
    counts: Counter[tuple[str, str]],
    weights: dict[Split, int],
) -> str:
    owed = credits(bench, (page for pages in shown.values() for page in pages))
    configs = [
        f"- config_name: {name}\n"
        + ("  default: true\n" if name == "questions" else "")
        + "  data_files:\n"
        + "".join(f"  - split: {split}\n    path: {name}/{split}-*.parquet\n" for split in shown)
        for name in ("questions", "pages")
    ]
    tasks = "".join(
        f"| {task} | {split} | {count} |\n" for (task, split), count in sorted(counts.items())
    )
    pages = "".join(
        f"| {split} | {len(names)} | {weights.get(split, 0) / 1e6:.1f} |\n"
        for split, names in shown.items()
    )
    licences = "".join(
        f"| {markdown(licence) or 'not stated'} | {markdown(by) or 'not stated'} | {count} |\n"
        for (licence, by), count in sorted(owed.items())
    )
    manifest = bench.manifest
    return _CARD.format(
        license=_license(owed),
        name=quoted(f"closeup: {manifest.reader}"),
        configs="".join(configs),
        reader=markdown(manifest.reader),
        source=markdown(manifest.source),
        hash=bench.content_hash,
        look=look.told(),
        tasks=tasks,
        pages=pages,
        licences=licences,
        split=next(iter(shown), "test"),
    )


def _license(owed: Counter[tuple[str, str]]) -> str:
    names = sorted({licence for licence, _ in owed})
    known = "-".join(names[0].lower().split()) if len(names) == 1 else ""
    if LICENSES.fullmatch(known):
        return f"license: {known}"
    told = "; ".join(name or "not stated" for name in names) or "not stated"
    return f"license: other\nlicense_name: {quoted('see the table of licences')}\n" + (
        f"license_details: {quoted(told[:500])}"
    )


_CARD = """\
---
{license}
pretty_name: {name}
task_categories:
- visual-question-answering
- image-text-to-text
tags:
- comics
- manga
- closeup
configs:
{configs}---
# A closeup bench

Questions about comic pages, made by closeup from `{reader}` ({source}); the bench's content hash is
{hash}. Written for a model that reads {look}.

| task | split | questions |
|---|---|---|
{tasks}
| split | pages | MB |
|---|---|---|
{pages}
## To show a question

Each page is stored once, however many questions ask about it. These lines give a question's images
as they are meant to be shown; the page in `pages` is at full resolution, to zoom into.

```python
from datasets import load_dataset
from PIL import Image

questions = load_dataset(folder, "questions", split="{split}")
pages = load_dataset(folder, "pages", split="{split}")
place = {{page: i for i, page in enumerate(pages["id"])}}

def images(question):
    shown = ((pages[place[v["page"]]]["image"].convert("RGB"), v) for v in question["views"])
    return [page.crop(v["box"]).resize(v["size"], Image.Resampling.LANCZOS) for page, v in shown]
```

Send `system` as the system message, then the images, then `prompt`.

## Columns of `questions`

- `id`, `task`, `issue`; `cluster`: what to cluster error bars by, the page or, where a question
  shows several pages, the issue
- `system`, `prompt`: the texts; boxes in them are written for the images at the sizes in `views`
- `views`: the images in order: `box` [x0, y0, x1, y1] of page `page` in pixels of the page, half
  open, scaled to `size` = [width, height]
- `options`: texts lettered A, B, C … in the prompt; empty where boxes are lettered or the answer is
  free
- `answer`: a letter, a number, letters in order ("B, A, C"), or the facts to be told;
  `answer_format`: `choice`, `integer`, `order` or `text`
- `chance`: expected score of the best uninformed reply, or null
- `evidence`: where the answer is to be seen, in page pixels; never for the model's eyes
- `tags`; `record`: the whole question as closeup's JSON

To score a reply as closeup does: `closeup.export.shared.score(row["record"], row["task"], reply)`.

## Columns of `pages`

- `id`, `image` (the file's own bytes), `width`, `height`, `series`, `issue`, `number`, `language`,
  `reading_direction`
- `license`, `attribution`: of this page, as its dataset states them
- `annotations`: everything known about the page, as `closeup-page/1` JSON

Pages that no question shows are not in here.

## Licences

The pages belong to their authors. Keep the attributions when you pass them on.

| licence | attribution | pages |
|---|---|---|
{licences}"""


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
    info = run.info
    with fresh(out), Pieces(out / "answers", "answers", schema) as file:
        for result in run.results(split):
            episode = run.episode(result.question, result.epoch)
            row = {name: value for name, value in result._asdict().items() if name in schema.names}
            row |= {
                "answer": said(episode.score.answer) if episode else None,
                "reason": episode.score.reason if episode else None,
                "reply": episode.reply if episode else None,
                "stop": episode.stop if episode else None,
                "episode": episode.to_json() if episode else None,
            }
            file.put(row, len(row["episode"] or ""))
        (out / "README.md").write_text(
            _ANSWERS.format(
                name=quoted(f"closeup: answers of {info.model}"[:200]),
                model=markdown(info.model),
                hash=info.bench_hash,
                info=json.dumps(info.model_dump(mode="json"), indent=2).replace("`", "'"),
            ),
            "utf-8",
        )


_ANSWERS = """\
---
pretty_name: {name}
tags:
- closeup
configs:
- config_name: answers
  data_files:
  - split: answers
    path: answers/answers-*.parquet
---
# Answers of {model}

A closeup run on the bench with content hash {hash}: a row a question and epoch. `value` is the
score, null where the provider failed (`failure` says why; never take it for 0); `answer` what was
read from `reply`, null where nothing could be; `episode` everything that was said and seen, as
JSON. Cluster error bars by `cluster`.

```json
{info}
```
"""
