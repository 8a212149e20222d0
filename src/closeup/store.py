"""A run on disk: `run.sqlite` in a folder of its own.

calls    one row a reply of a model, by the hash of the whole request: what was paid for
asked    one row a question and epoch: its episode and score, or what went wrong and no answer
judged   what judges said of an episode (`judge.judgements`)
sent     requests that are out in a batch (`evaluate.outbox`)

A reply is never asked for twice: a question whose prompt, page or rules changed runs again, and
finds the replies to all requests that did not change. What the statistics need stands in columns,
so that a report reads neither the episodes nor the bench. Rows are committed by the clock; a killed
run loses what came in since, and the same command asks only what is missing.
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Self

from closeup.episode import Episode
from closeup.message import Reply
from closeup.question import Question, Split
from closeup.records import CloseupError, Record
from closeup.run_info import MAY_CHANGE, Result, RunInfo

FILE = "run.sqlite"
BATCH_SECONDS = 0.5
_SCHEMA = """
CREATE TABLE run (info TEXT NOT NULL);
CREATE TABLE calls (key TEXT PRIMARY KEY, purpose TEXT NOT NULL, reply TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE asked (
    question TEXT NOT NULL, epoch INTEGER NOT NULL, task TEXT NOT NULL, split TEXT NOT NULL,
    issue TEXT NOT NULL, cluster TEXT NOT NULL, chance REAL, gold TEXT,
    prompt TEXT NOT NULL, answer TEXT, value REAL, parsed INTEGER, failure TEXT,
    calls INTEGER, input_tokens INTEGER, output_tokens INTEGER, cached_tokens INTEGER,
    seconds REAL, episode TEXT, PRIMARY KEY (question, epoch)
) WITHOUT ROWID;
CREATE TABLE judged (
    question TEXT NOT NULL, epoch INTEGER NOT NULL, judge TEXT NOT NULL,
    prompt TEXT NOT NULL, judgement TEXT NOT NULL, PRIMARY KEY (question, epoch, judge)
) WITHOUT ROWID;
CREATE TABLE sent (key TEXT PRIMARY KEY, file TEXT NOT NULL, batch TEXT) WITHOUT ROWID;
"""


class Store:
    """A run, opened for writing by `create`, or only for reading by `open`.

    For one thread; what is written is seen by other readers after `flush`.
    """

    def __init__(
        self,
        folder: Path,
        connection: sqlite3.Connection,
        info: RunInfo,
        lock: int | None = None,
        before: RunInfo | None = None,
    ) -> None:
        self.folder = folder
        self.info = info
        self.before = before or info
        """What the run said of itself before it was taken up."""
        self._lock = lock
        self._file = folder / FILE
        self._connection = connection
        self._committed = time.monotonic()

    @classmethod
    def create(cls, folder: Path, info: RunInfo) -> Self:
        """Begin a run, or take up the one that stands there.

        Raises CloseupError when that one is of another model or setting.
        """
        file = folder / FILE
        with _readable(file):
            folder.mkdir(parents=True, exist_ok=True)
            # Held until the connection is closed. SQLite locks by other means.
            lock = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise CloseupError(f"{file}: another closeup is writing here") from None
        try:
            return cls._begun(file, info, lock)
        except BaseException:
            os.close(lock)
            raise

    @classmethod
    def _begun(cls, file: Path, info: RunInfo, lock: int) -> Self:
        with _readable(file):
            connection = sqlite3.connect(file)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("BEGIN IMMEDIATE")
            if not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                for statement in filter(str.strip, _SCHEMA.split(";")):
                    connection.execute(statement)
                connection.execute("INSERT INTO run VALUES (?)", (info.to_json(),))
            connection.commit()
            found = _info(connection, file)
        for field in RunInfo.model_fields:
            old, new = getattr(found, field), getattr(info, field)
            if old != new and field not in MAY_CHANGE:
                connection.close()
                raise CloseupError(
                    f"{file}: {field}: a run with {_said(old)}, not {_said(new)}: "
                    "choose another folder"
                )
        if found != info:
            with _readable(file), connection:
                connection.execute("UPDATE run SET info = ?", (info.to_json(),))
        return cls(file.parent, connection, info, lock, found)

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

    def known(self, key: str) -> Reply | None:
        """The reply to a request, by the request's key, or None where it was never had."""
        if key not in self._keys:
            return None
        row = self.row("SELECT reply FROM calls WHERE key = ?", (key,))
        return Reply.parse(row[0], f"{self._file}: call {key}") if row else None

    def keep(self, key: str, purpose: str, reply: Reply) -> None:
        """Keep a reply; `purpose` tells what it was asked for, such as "question"."""
        values = (key, purpose, reply.to_json())
        self.write("INSERT OR REPLACE INTO calls VALUES (?, ?, ?)", values)
        self._keys.add(key)

    def has(self, question: str, epoch: int, prompt: str) -> bool:
        """Whether this question, asked in this very way, has its episode."""
        return self._prompts.get((question, epoch)) == prompt

    def put(self, question: Question, episode: Episode) -> None:
        """Keep an episode, in place of whatever was there for its question and epoch; what judges
        said of another one there goes with it."""
        key = (question.id, episode.epoch)
        if key in self._prompts:
            self.write("DELETE FROM judged WHERE question = ? AND epoch = ?", key)
        self._prompts[key] = episode.prompt
        usage = episode.usage
        self._write_asked(
            question,
            episode.epoch,
            episode.prompt,
            question.class_of(episode.score.answer),
            episode.score.value,
            int(episode.score.answer is not None),
            None,
            len(episode.calls),
            usage.input,
            usage.output,
            usage.cached,
            episode.seconds,
            episode.to_json(),
        )

    def rescore(self, question: Question, episode: Episode) -> None:
        """Keep another score of the episode that is there."""
        score = episode.score
        values = (question.class_of(score.answer), score.value, int(score.answer is not None))
        self.write(
            "UPDATE asked SET answer = ?, value = ?, parsed = ?, episode = ? "
            "WHERE question = ? AND epoch = ?",
            (*values, episode.to_json(), question.id, episode.epoch),
        )

    def fail(self, question: Question, epoch: int, prompt: str, failure: str) -> None:
        """Keep why a question has no answer; the next run asks it again."""
        self._prompts.pop((question.id, epoch), None)
        nothing = [None] * 6
        self._write_asked(question, epoch, prompt, None, None, None, failure, *nothing)

    def _write_asked(
        self, question: Question, epoch: int, prompt: str, *outcome: str | float | None
    ) -> None:
        row = (
            question.id,
            epoch,
            question.task,
            question.split,
            question.issue,
            question.cluster,
            question.chance,
            question.class_of(question.answer),
            prompt,
            *outcome,
        )
        marks = ", ".join("?" * len(row))
        self.write(f"INSERT OR REPLACE INTO asked VALUES ({marks})", row)

    def forget(self, wanted: frozenset[str], epochs: int) -> int:
        """Drop the results of questions that are not `wanted`, and of further epochs; how many.

        The replies stay, should the questions come back.
        """
        rows = self.rows("SELECT question, epoch FROM asked", ())
        gone = [row for row in rows if row[0] not in wanted or row[1] >= epochs]
        for row in gone:
            self.write("DELETE FROM asked WHERE question = ? AND epoch = ?", row)
            self._prompts.pop(row, None)
        return len(gone)

    def flush(self) -> None:
        """Make everything that was put so far survive a crash."""
        with _readable(self._file):
            self._connection.commit()
        self._committed = time.monotonic()

    def close(self) -> None:
        """Commit, and leave one plain file behind."""
        if self._connection.in_transaction:
            self.flush()
        with suppress(sqlite3.OperationalError):  # someone else reads it, or it is read-only
            self._connection.execute("PRAGMA journal_mode = DELETE")
        self._connection.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def results(self, split: Split | None = None) -> Iterator[Result]:
        """Every question asked so far, or those of one split, by id and epoch."""
        columns = ", ".join(Result._fields)
        query = f"SELECT {columns} FROM asked WHERE ? IN (split, '') ORDER BY question, epoch"
        for row in self.rows(query, (split or "",)):
            yield Result(*row)

    def episodes(self) -> Iterator[Episode]:
        """Every episode so far, by the question's id and epoch."""
        query = (
            "SELECT question, episode FROM asked WHERE episode NOT NULL ORDER BY question, epoch"
        )
        for question, text in self.rows(query, ()):
            yield Episode.parse(text, f"{self._file}: {question}")

    def episode(self, question: str, epoch: int = 0) -> Episode | None:
        """The episode of a question, or None where there is none."""
        query = "SELECT episode FROM asked WHERE question = ? AND epoch = ? AND episode NOT NULL"
        row = self.row(query, (question, epoch))
        return Episode.parse(row[0], f"{self._file}: {question}") if row else None

    def turns(self, question: str, epoch: int = 0) -> Sequence[str]:
        """What the model said to a question, turn by turn; nothing where there is no episode."""
        episode = self.episode(question, epoch)
        said = episode.turns if episode else ()
        return [turn.text for turn in said if turn.role == "assistant"]

    @cached_property
    def _keys(self) -> set[str]:
        """Of all replies that are there: most requests of a run are new, which this tells."""
        return {key for (key,) in self.rows("SELECT key FROM calls", ())}

    @cached_property
    def _prompts(self) -> dict[tuple[str, int], str]:
        """By question and epoch, in which way each episode that is there was asked."""
        query = "SELECT question, epoch, prompt FROM asked WHERE episode NOT NULL"
        return {(name, epoch): prompt for name, epoch, prompt in self.rows(query, ())}

    def write(self, statement: str, values: Sequence[object]) -> None:
        """Change something, by SQL; it survives a crash from the next `flush` on."""
        with _readable(self._file):
            self._connection.execute(statement, values)
        if time.monotonic() - self._committed >= BATCH_SECONDS:
            self.flush()

    def row(self, query: str, values: Sequence[object]) -> tuple | None:
        """The first row of a query's answer."""
        with _readable(self._file):
            return self._connection.execute(query, values).fetchone()

    def rows(self, query: str, values: Sequence[object]) -> Iterator[tuple]:
        """The rows of a query's answer."""
        with _readable(self._file):
            yield from self._connection.execute(query, values)


def _said(value: object) -> str:
    return value.to_json() if isinstance(value, Record) else repr(value)


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
