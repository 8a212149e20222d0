"""The questions of the test, and what of them the statistics need once the bench is gone."""

import hashlib
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from statistics import fmean

from closeup.bench import Bench, Entry
from closeup.question import Question
from closeup.records import CloseupError, Record, read_bytes, write_atomically
from closeup.synthetic.artist import SERIES, style_of

_ISSUE = re.compile(rf"{SERIES}/([0-9]+)")


class Few(Bench):
    """A bench of which only some questions are asked."""

    def __init__(self, whole: Bench, questions: Sequence[Question]) -> None:
        super().__init__(whole.path, whole.manifest, sorted(whole.trusted))
        self._wanted = frozenset(question.id for question in questions)

    def entries(self) -> list[Entry]:
        """Where every question that is asked stands, in the file's order."""
        return [entry for entry in super().entries() if entry.id in self._wanted]


class Asked(Record):
    """The questions of one task, in an order that goes with the bench."""

    chance: float | None
    """Mean chance level; None where it has none."""
    clusters: tuple[tuple[str, str, int], ...]
    """Page (or issue, for questions over several pages), its issue, and how many in a row."""

    @cached_property
    def pages(self) -> list[str]:
        """(N,): what each question clusters with."""
        return [cluster for cluster, _, count in self.clusters for _ in range(count)]

    @cached_property
    def issues(self) -> list[str]:
        """(N,): the issue of each question."""
        return [issue for _, issue, count in self.clusters for _ in range(count)]


class Questions(Record):
    """All questions of a test."""

    format: str = "closeup-study-questions/1"
    bench: str
    """Content hash of the bench."""
    limit: int | None
    styles: dict[str, str]
    """The style of each synthetic issue."""
    tasks: dict[str, Asked]

    @property
    def key(self) -> str:
        """Names them: scores go together where it is the same."""
        return key(self.bench, self.limit)

    @classmethod
    def read(cls, folder: Path, key: str) -> "Questions":
        """The ones of that key, as `write` left them beside the results."""
        file = folder / f"questions-{key}.json"
        return cls.parse(read_bytes(file), str(file))

    def write(self, folder: Path) -> None:
        """Keep them beside the results, unless they are there."""
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"questions-{self.key}.json"
        if not file.exists():
            write_atomically(file, self.to_json() + "\n")


def key(bench: str, limit: int | None) -> str:
    """What names the questions of a bench, by its content hash."""
    return hashlib.sha256(f"{bench}/{limit}".encode()).hexdigest()[:12]


def chosen(bench: Bench, limit: int | None) -> dict[str, list[Question]]:
    """The test questions of each task, page by page.

    Pages come in an order drawn from their names alone, whole, as long as they fit within the
    limit; the first one whatever its size.
    """
    if bench.manifest.seed_range == "train":
        raise CloseupError(f"{bench.path}: a bench to train on, no test")
    found: dict[str, dict[str, list[Question]]] = {}
    for question in bench.questions():
        if question.split == "test":
            pages = found.setdefault(question.task, {})
            pages.setdefault(question.cluster, []).append(question)
    if not found:
        raise CloseupError(f"{bench.path}: has no test questions")
    return {task: _whole(found[task], limit) for task in sorted(found)}


def _whole(pages: dict[str, list[Question]], limit: int | None) -> list[Question]:
    taken: list[Question] = []
    for page in sorted(pages, key=lambda name: hashlib.sha256(name.encode()).digest()):
        if limit is not None and taken and len(taken) + len(pages[page]) > limit:
            break
        taken += pages[page]
    return taken


def told(bench: Bench, limit: int | None, questions: dict[str, list[Question]]) -> Questions:
    """What the statistics need of these questions."""
    issues = sorted({question.issue for own in questions.values() for question in own})
    return Questions(
        bench=bench.content_hash,
        limit=limit,
        styles={issue: style for issue in issues if (style := _style(issue))},
        tasks={task: _asked(own) for task, own in questions.items()},
    )


def _asked(questions: Sequence[Question]) -> Asked:
    counts: dict[tuple[str, str], int] = {}
    for question in questions:
        place = (question.cluster, question.issue)
        counts[place] = counts.get(place, 0) + 1
    chances = [question.chance for question in questions if question.chance is not None]
    return Asked(
        chance=fmean(chances) if chances else None,
        clusters=tuple((page, issue, count) for (page, issue), count in counts.items()),
    )


def _style(issue: str) -> str | None:
    match = _ISSUE.fullmatch(issue)
    return style_of(int(match[1])).name if match else None
