"""The cards of datasets on the Hub: what is in them, how to show it, and whose it is.

Texts of a bench stand in a card as plain words only: a card is markup that a stranger reads.
"""

import json
import re
from collections import Counter
from collections.abc import Collection, Mapping

from closeup.bench import Bench
from closeup.export.shared import Look, credits, markdown, public, quoted
from closeup.question import Split
from closeup.run_info import RunInfo

LICENSES = re.compile("cc0-1.0|cc-by(-nc)?(-sa|-nd)?-[34].0")
"""What the Hub calls the licences that pages come under; any other is "other" there."""


def of_bench(
    bench: Bench,
    look: Look,
    shown: Mapping[Split, Collection[str]],
    counts: Mapping[tuple[str, str], int],
    weights: Mapping[Split, int],
) -> str:
    """The card of a bench: the pages shown in each split, the questions of each task and split, and
    the bytes of each split's pages."""
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
    return _BENCH.format(
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


def of_run(info: RunInfo) -> str:
    """The card of a run's answers."""
    return _ANSWERS.format(
        name=quoted(f"closeup: answers of {info.model}"[:200]),
        model=markdown(info.model),
        hash=info.bench_hash,
        info=json.dumps(public(info), indent=2).replace("`", "'"),
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


_BENCH = """\
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

- `id`, `task`, `issue`; `cluster`: what to cluster error bars by, the page or, for all questions of
  a task of which any shows several pages, the issue
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
