"""A run on disk: `run.sqlite` in a folder of its own, one row a question.

A row holds the episode, or what went wrong and no answer. What the statistics need stands in
columns, so that a report reads neither the episodes nor the bench. Rows are committed in batches;
a killed run loses its last batch at most, and the same command asks only what is missing.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, Self

from closeup.episode import Episode
from closeup.geometry import Grid
from closeup.images import Resolution
from closeup.question import Question, Split
from closeup.records import CloseupError, Record

FILE = "run.sqlite"
BATCH_ROWS, BATCH_SECONDS = 500, 1.0
_SCHEMA = """
CREATE TABLE run (info TEXT NOT NULL);
CREATE TABLE asked (
    question TEXT PRIMARY KEY, task TEXT NOT NULL, split TEXT NOT NULL,
    issue TEXT NOT NULL, cluster TEXT NOT NULL, chance REAL, gold TEXT,
    prompt TEXT NOT NULL, answer TEXT, value REAL, failure TEXT, episode TEXT
) WITHOUT ROWID;
"""


class RunInfo(Record):
    """What a run is of. All but the last two must agree for a run to be taken up again."""

    model: str
    seed: int
    grid: Grid
    resolution: Resolution
    bench_hash: str
    bench: str
    """The bench's folder, as it was given."""
    closeup: str
    """The version that began the run."""


class Result(NamedTuple):
    """One question of a run, as the statistics see it."""

    question: str
    task: str
    split: str
    issue: str
    cluster: str
    chance: float | None
    gold: str | None
    """The class of the right answer: an option's text, a letter or a number; or None."""
    answer: str | None
    """The class that was answered."""
    value: float | None
    """The score; None: unscored."""
    failure: str | None
    """Why there is no answer, where the provider failed."""


class Store:
    """A run, opened for writing by `create`, or only for reading by `open`."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, info: RunInfo) -> None:
        self.folder = folder
        self.info = info
        self._connection = connection
        self._rows = 0
        self._committed = time.monotonic()

    @classmethod
    def create(cls, folder: Path, info: RunInfo) -> Self:
        """Begin a run, or take up the one that stands there.

        Raises CloseupError when that one is of another bench, model or setting.
        """
        file = folder / FILE
        with _readable(file):
            folder.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(file)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            if not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                connection.executescript(f"BEGIN; {_SCHEMA}")
                connection.execute("INSERT INTO run VALUES (?)", (info.to_json(),))
                connection.commit()
            found = _info(connection, file)
        for field in ("bench_hash", "model", "seed", "grid", "resolution"):
            old, new = getattr(found, field), getattr(info, field)
            if old != new:
                connection.close()
                raise CloseupError(
                    f"{file}: {field}: a run with {old!r}, not {new!r}: choose another folder"
                )
        return cls(folder, connection, found)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open a run for reading; CloseupError when the folder holds none."""
        file = folder / FILE
        with _readable(file):
            if not file.is_file():
                raise CloseupError(f"{folder}: no {FILE}: not a run")
            connection = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
            return cls(folder, connection, _info(connection, file))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def has(self, question: str, prompt: str) -> bool:
        """Whether a reply to this question, asked in these very messages, is there."""
        row = self._connection.execute(
            "SELECT 1 FROM asked WHERE question = ? AND prompt = ? AND episode IS NOT NULL",
            (question, prompt),
        ).fetchone()
        return row is not None

    def put(self, question: Question, episode: Episode) -> None:
        """Keep an episode, in place of whatever was there for its question."""
        answer = answer_class(question, episode.score.answer)
        self._write(question, episode.prompt, answer, episode.score.value, None, episode.to_json())

    def fail(self, question: Question, prompt: str, failure: str) -> None:
        """Keep why a question has no answer; the next run asks it again."""
        self._write(question, prompt, None, None, failure, None)

    def _write(self, question: Question, prompt: str, *outcome: str | float | None) -> None:
        row = (
            question.id,
            question.task,
            question.split,
            question.issue,
            question.cluster,
            question.chance,
            answer_class(question, question.answer),
            prompt,
            *outcome,
        )
        marks = ", ".join("?" * len(row))
        with _readable(self.folder / FILE):
            self._connection.execute(f"INSERT OR REPLACE INTO asked VALUES ({marks})", row)
        self._rows += 1
        if self._rows >= BATCH_ROWS or time.monotonic() - self._committed >= BATCH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Make everything that was put so far survive a crash."""
        with _readable(self.folder / FILE):
            self._connection.commit()
        self._rows = 0
        self._committed = time.monotonic()

    def close(self) -> None:
        """Commit, and leave one plain file behind."""
        if self._connection.in_transaction:
            self.flush()
        with suppress(sqlite3.OperationalError):  # someone else reads it, or it is read-only
            self._connection.execute("PRAGMA journal_mode = DELETE")
        self._connection.close()

    def results(self, split: Split | None = None) -> Iterator[Result]:
        """Every question asked so far, or those of one split, by id."""
        columns = ", ".join(Result._fields)
        with _readable(self.folder / FILE):
            query = f"SELECT {columns} FROM asked WHERE ? IN (split, '') ORDER BY question"
            for row in self._connection.execute(query, (split or "",)):
                yield Result(*row)

    def episodes(self) -> Iterator[Episode]:
        """Every episode so far, by the question's id."""
        query = "SELECT question, episode FROM asked WHERE episode NOT NULL ORDER BY question"
        with _readable(self.folder / FILE):
            for question, text in self._connection.execute(query):
                yield Episode.parse(text, f"{self.folder / FILE}: {question}")

    def reply(self, question: str) -> str | None:
        """The reply to a question, or None where none was had."""
        query = "SELECT episode FROM asked WHERE question = ? AND episode NOT NULL"
        with _readable(self.folder / FILE):
            row = self._connection.execute(query, (question,)).fetchone()
        return Episode.parse(row[0], f"{self.folder / FILE}: {question}").reply if row else None


def answer_class(question: Question, answer: str | int | tuple[str, ...] | None) -> str | None:
    """The class of an answer: the text of the option, the letter of a region, or the number.

    None for orders and open texts, which have no classes, and for letters that were not offered.
    """
    match question.answer_format, answer:
        case "choice", str(letter) if letter in question.labels:
            return question.options[question.labels.index(letter)] if question.options else letter
        case "integer", int(number):
            return str(number)
    return None


def _info(connection: sqlite3.Connection, file: Path) -> RunInfo:
    row = connection.execute("SELECT info FROM run").fetchone()
    if row is None:
        raise CloseupError(f"{file}: an empty run: delete it")
    return RunInfo.parse(row[0], str(file))


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    """Says in one line what SQLite and the file system refuse to do."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise CloseupError(f"{file}: {error}") from None
