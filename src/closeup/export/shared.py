"""What every export starts from: the questions as a model would be asked them, and their pages."""

import base64
import hashlib
import importlib.util
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from closeup import prompts
from closeup.bench import Bench
from closeup.geometry import Grid, View
from closeup.images import Resolution
from closeup.pictures import Pictures
from closeup.prompts.question_text import question_text
from closeup.question import Question, Score, Split
from closeup.records import CloseupError, shorten
from closeup.run_info import Result, RunInfo
from closeup.stats import cluster_keys
from closeup.store import Store
from closeup.tasks import TASKS, find, task_of
from closeup.tasks.task import Task

_FILE_NAME = re.compile(r"[A-Za-z0-9_]{1,80}")
LEAST_PIXELS = 10_000
"""A budget below this, 100 by 100, leaves nothing of a page to see."""
SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif"}


@dataclass(frozen=True)
class Look:
    """How a model of the other harness is shown a page and told a box. Recorded in the export."""

    grid: Grid = "rel1000"
    """How boxes are written."""
    pixels: int = 1_000_000
    """Page budget in pixels; 0: pages as they are."""
    multiple: int = 1
    """Both sides of an image become multiples of this."""

    def __post_init__(self) -> None:
        if self.pixels != 0 and self.pixels < LEAST_PIXELS:
            raise CloseupError(
                f"pixels {self.pixels}: need at least {LEAST_PIXELS}, or 0 for pages as they are"
            )
        if self.multiple < 1:
            raise CloseupError(f"multiple {self.multiple}: need at least 1")

    @property
    def resolution(self) -> Resolution:
        return Resolution(pixels=self.pixels or None, multiple=self.multiple)

    def told(self) -> str:
        """The same in words."""
        budget = f"at most {self.pixels:,} pixels an image" if self.pixels else "pages as they are"
        return f"boxes in `{self.grid}`, {budget}, sides in multiples of {self.multiple}"


@dataclass(frozen=True)
class Asked:
    """A question as it is put to a model."""

    question: Question
    source: str
    """Where its task is defined."""
    views: tuple[View, ...]
    """The images, in order."""
    text: str
    """What stands after them."""


def asked(
    bench: Bench, look: Look, split: Split | None = None, template: dict[str, str] | None = None
) -> Iterator[Asked]:
    """The questions of a bench, or of one split of it, in the bench's order.

    `template` has other prompts by the name of the task. Raises CloseupError for a task that is
    code of its own and was not named by the user, or whose name can be no file's.
    """
    tasks: dict[str, Task] = {}
    for question in bench.questions():
        name = question.task
        if split not in (None, question.split):
            continue
        if name not in tasks:
            if not _FILE_NAME.fullmatch(name):
                raise CloseupError(f"{bench.path}: task {shorten(name)}: need letters, digits, _")
            tasks[name] = task_of(bench, name)
        views = tuple(look.resolution.view(crop) for crop in question.views)
        prompt = (template or {}).get(name, tasks[name].prompt)
        try:
            text = question_text(question, views, look.grid, prompt)
        except ValueError as error:
            raise CloseupError(f"{bench.path}: question {shorten(question.id)}: {error}") from None
        yield Asked(question, bench.manifest.tasks[name].source, views, text)


def system() -> str:
    """What a model without tools is told before any question."""
    return prompts.render("system")


def gold(question: Question) -> str:
    """The right answer as one text: a letter, a number, "B, A, C", or the facts."""
    answer = question.answer
    if isinstance(answer, tuple):
        return (", " if question.answer_format == "order" else " ").join(answer)
    return str(answer)


def said(answer: str | int | tuple[str, ...] | None) -> str | None:
    """An answer that was read from a reply, as one text."""
    if answer is None:
        return None
    return ", ".join(answer) if isinstance(answer, tuple) else str(answer)


def score(record: str, source: str, reply: str, trusted: Sequence[str] = ()) -> Score:
    """The worth of a reply to a question that comes back from another harness as its JSON.

    Raises CloseupError where that is no question, or its task is code that was not `trusted`.
    """
    if source not in TASKS and source not in trusted:
        raise CloseupError(
            f"task {shorten(source)} is code of its own: export with --tasks naming it"
        )
    return find(source).score(Question.parse(record, "question"), reply)


def name_of(bench: Bench) -> str:
    """A name for the bench in other harnesses, made of nothing that could mean something there."""
    return f"closeup_{bench.content_hash[:8]}"


class Shelf:
    """Images as a model is shown them, each written once, named by the hash of its bytes."""

    def __init__(self, folder: Path, pictures: Pictures) -> None:
        folder.mkdir()
        self._folder = folder
        self._pictures = pictures
        self._names: dict[View, str] = {}

    def name(self, view: View) -> str:
        """The file that shows a view; written when it is asked for first."""
        if view not in self._names:
            image = self._pictures.encoded(view)
            name = image.sha256[:32] + SUFFIXES[image.mime]
            (self._folder / name).write_bytes(base64.b64decode(image.base64))
            self._names[view] = name
        return self._names[view]


@contextmanager
def fresh(out: Path) -> Iterator[Path]:
    """A missing or empty folder to write in, taken away again where the writing fails."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CloseupError(f"{out}: need a missing or an empty folder")
    out.mkdir(parents=True, exist_ok=True)
    try:
        yield out
    except BaseException:
        shutil.rmtree(out, ignore_errors=True)
        raise


def need(module: str, package: str, extra: str) -> None:
    """Raises CloseupError, saying what to install, where a module is not there."""
    if importlib.util.find_spec(module) is None:
        raise CloseupError(f"{package} is not installed: pip install 'closeup[{extra}]'")


def question_clusters(bench: Bench, split: Split | None = None) -> dict[str, str]:
    """What the score of each question is clustered by, by its id, as in closeup's own reports: the
    page, or the issue in a task of which any question shows several pages."""
    return _clusters((q.id, q) for q in bench.questions() if split in (None, q.split))


def result_clusters(run: Store, split: Split | None = None) -> dict[str, str]:
    """The same of the questions of a run."""
    return _clusters((result.question, result) for result in run.results(split))


def _clusters(rows: Iterable[tuple[str, Question | Result]]) -> dict[str, str]:
    tasks: dict[str, dict[str, tuple[str, str]]] = {}
    for name, row in rows:
        tasks.setdefault(row.task, {})[name] = (row.cluster, row.issue)
    found: dict[str, str] = {}
    for places in tasks.values():
        found |= zip(places, cluster_keys(places.values()), strict=True)
    return found


def public(info: RunInfo) -> dict[str, Any]:
    """What a run is of, without where its bench lay and its model was served: that is nobody's
    business, and of no use elsewhere."""
    return info.model_dump(mode="json", exclude={"bench", "endpoint"})


def credits(bench: Bench, pages: Iterable[str]) -> Counter[tuple[str, str]]:
    """Pages by their licence and attribution, empty where the annotations have none."""
    wanted = set(pages)
    return Counter(
        (page.license or "", page.attribution or "") for page in bench.pages() if page.id in wanted
    )


def credit_list(bench: Bench, pages: Iterable[str]) -> list[dict[str, str | int]]:
    """The same for a log's metadata."""
    return [
        {"license": licence, "attribution": by, "pages": count}
        for (licence, by), count in sorted(credits(bench, pages).items())
    ]


def write_credits(bench: Bench, pages: Iterable[str], file: Path) -> None:
    """Licence and attribution of each page, a line of JSON each."""
    wanted = set(pages)
    with file.open("w", encoding="utf-8", newline="\n") as out:
        for page in bench.pages():
            if page.id in wanted:
                told = {"page": page.id, "license": page.license, "attribution": page.attribution}
                out.write(json.dumps(told, ensure_ascii=False) + "\n")


def quoted(text: str) -> str:
    """A text as a double-quoted scalar of YAML: nothing in it can mean anything."""
    plain = (c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in text)
    return f'"{"".join(plain)}"'


def markdown(text: str, limit: int = 300) -> str:
    """A text as plain words in a cell of a Markdown table."""
    words = " ".join(text.split())
    words = words if len(words) <= limit else words[: limit - 1] + "…"
    return re.sub(r"[^\w\s.,:;/()'©-]", lambda mark: f"&#{ord(mark[0])};", words)


def version(bench: Bench, look: Look) -> str:
    """A hash of the questions, their pages and how they are asked."""
    told = json.dumps([bench.content_hash, look.grid, look.pixels, look.multiple])
    return hashlib.sha256(told.encode()).hexdigest()[:12]
