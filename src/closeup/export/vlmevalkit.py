"""A bench as tables for VLMEvalKit, to be put into its `$LMUData` folder.

    closeup_<hash>.tsv        all questions, for the dataset class in `vlmeval_run.py`, which scores
                              with closeup's own code; the images are in images/closeup_<hash>/
    closeup_<hash>_MCQ.tsv    the multiple-choice ones once more, for VLMEvalKit as it is: its own
                              prompt around the options, its own reading of the reply
    credits.jsonl README.md

VLMEvalKit evaluates as Python what stands in `index`, `image` and `image_path` between square
brackets, and its reader takes texts such as "NA" and "1.0" for something else. So these columns
hold numbers, base64 and names of ours only, and a text that could be taken for a number, a formula
or nothing stands in quotation marks.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from closeup.bench import Bench
from closeup.export.shared import (
    Asked,
    Look,
    Shelf,
    asked,
    fresh,
    gold,
    name_of,
    system,
    write_credits,
)
from closeup.geometry import View
from closeup.pictures import Pictures
from closeup.question import LETTERS, Split
from closeup.tasks import task_of

_MARK = "\x1e"
"""Set around the options in a prompt, to find them again. No option has it: it is white space."""
_ANSWER_TAGS = re.compile("</?answer>")
_NOTHING = re.compile(r"#?n/?a|-?1\.#(ind|qnan)|<na>|none|null|true|false", re.I)
"""What pandas reads as a missing value or a truth; "nan" is a number to it."""


def export_bench(bench: Bench, out: Path, look: Look, split: Split | None = None) -> None:
    """Write the tables; CloseupError where that cannot be done."""
    name = name_of(bench)
    with fresh(out), ExitStack() as stack:
        pictures = Pictures.at(bench.image_path)
        (out / "images").mkdir()
        shelf = Shelf(out / "images" / name, pictures)
        pages: set[str] = set()
        tasks: set[str] = set()
        rows = _table(stack, out / f"{name}.tsv", (*_COLUMNS, "record"))
        for index, item in enumerate(asked(bench, look, split)):
            names = repr([shelf.name(view) for view in item.views])
            rows.writerow(_row(index, item) | {"image_path": names})
            pages.update(item.question.pages)
            tasks.add(item.question.task)
        choices = list(_choices(bench, look, split, sorted(tasks)))
        if choices:
            letters = LETTERS[: max(len(options) for _, _, options in choices)]
            rows = _table(stack, out / f"{name}_MCQ.tsv", ("image", *_COLUMNS, *letters))
            images = _Images(pictures)
            for index, (item, text, options) in enumerate(choices):
                lettered = dict(zip(letters, map(cell, options), strict=False))
                row = _row(index, item) | images.columns(index, item.views) | lettered
                rows.writerow(row | {"question": cell(text)})
        write_credits(bench, pages, out / "credits.jsonl")
        (out / "README.md").write_text(_README.format(name=name, look=look.told()), "utf-8")


_TEXTS = ("question", "answer", "category", "l2-category", "split", "id", "source")
_COLUMNS = ("index", "image_path", *_TEXTS)


def _table(stack: ExitStack, file: Path, columns: Sequence[str]) -> "csv.DictWriter[str]":
    out = stack.enter_context(file.open("w", encoding="utf-8", newline=""))
    rows = csv.DictWriter(out, columns, extrasaction="ignore", delimiter="\t", lineterminator="\n")
    rows.writeheader()
    return rows


def _row(index: int, item: Asked) -> dict[str, Any]:
    question = item.question
    return {
        "index": index,
        "question": cell(f"{system()}\n\n{item.text}"),
        "answer": gold(question) if question.answer_format == "integer" else cell(gold(question)),
        "category": question.task,
        "l2-category": question.answer_format,
        "split": question.split,
        "id": cell(question.id),
        "source": cell(item.source),
        "record": question.model_dump_json(ensure_ascii=True),
    }


class _Images:
    """The images of rows, in base64. What an earlier row shows is not repeated: its index stands
    for it."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._shown: dict[tuple[View, ...], int] = {}

    def columns(self, index: int, views: tuple[View, ...]) -> dict[str, str]:
        """`image`, and in `image_path` the files it is to be unpacked to: as PNG, without loss."""
        encoded = [self._pictures.encoded(view) for view in views]
        names = [f"{image.sha256[:32]}.png" for image in encoded]
        texts = [image.base64.decode() for image in encoded]
        path = names[0] if len(names) == 1 else repr(names)
        if (first := self._shown.setdefault(views, index)) != index:
            return {"image": str(first), "image_path": path}
        return {"image": texts[0] if len(texts) == 1 else repr(texts), "image_path": path}


def _choices(
    bench: Bench, look: Look, split: Split | None, tasks: Sequence[str]
) -> Iterator[tuple[Asked, str, list[str]]]:
    """The multiple-choice questions, their text without the options, and the options.

    VLMEvalKit does not look inside tags, so a letter is asked for without them.
    """
    prompts = {}
    for name in tasks:
        prompt = task_of(bench, name).prompt
        for slot in ("{options}", "{regions}"):
            prompt = prompt.replace(slot, _MARK + slot + _MARK)
        prompts[name] = _ANSWER_TAGS.sub("", prompt)
    for item in asked(bench, look, split, prompts):
        if item.question.answer_format == "choice" and item.text.count(_MARK) == 2:
            before, options, after = item.text.split(_MARK)
            texts = [line.partition(": ")[2] for line in options.split("\n")]
            yield item, f"{before}(the options below){after}", texts


def cell(text: str) -> str:
    """A text that stays a text in every table program, control characters made spaces.

    What could be taken for a number, a formula or nothing stands in quotation marks.
    """
    plain = "".join(
        " " if c != "\n" and unicodedata.category(c) in ("Cc", "Cs") else c for c in text
    )
    bare = plain.strip()
    if not bare or bare[0] in "=+-@" or _NOTHING.fullmatch(bare) or _number(bare):
        return f"“{bare}”"
    return plain


def _number(text: str) -> bool:
    try:
        float(text.replace(",", ""))
    except ValueError:
        return False
    return True


_README = """\
# A closeup bench for VLMEvalKit

Copy the tables and `images/` into `$LMUData`. They are written for a model that reads {look};
the images are that size already. Set the model's own `min_pixels` and `max_pixels` so that it
leaves them alone, or the boxes in the prompts do not fit.

All questions, scored by closeup (same prompts, same scores as `closeup run`):

    python -m closeup.export.vlmeval_run --data {name} --model … --verbose

Multiple choice only, by VLMEvalKit as it is:

    python run.py --data {name}_MCQ --model … --judge exact_matching

That table asks for a bare letter, because VLMEvalKit's matching does not look inside `<answer>`
tags, and stands in VLMEvalKit's own prompt, without a system message. Its scores are those of
another prompt: do not mix them with the others.

An `image` that is a number is the index of the row that holds the image. `credits.jsonl` holds each
page's licence and attribution.
"""
