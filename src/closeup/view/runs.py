"""A run that is open: its rows, cards and words, read anew whenever its file has changed.

A run may still be written while it is looked at, and a store is for one thread: every look opens it
anew, which costs milliseconds. What lists and searches need of all episodes is kept until the file
changes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from closeup.episode import Episode
from closeup.judge.judgement import Judgement
from closeup.question import Question
from closeup.records import CloseupError
from closeup.report.html_runs import Shown, Training
from closeup.run_info import Result, RunInfo
from closeup.show import cards
from closeup.show.opening import Opening
from closeup.show.verdicts import Verdicts, verdicts
from closeup.store import FILE, Store
from closeup.training import paid
from closeup.training.run_folder import RECIPE, RunFolder
from closeup.view.shelf import Shelf


class Snapshot(NamedTuple):
    """All episodes of a run as they were at some moment, by question and epoch."""

    version: tuple
    rows: list[cards.EpisodeRow]
    words: dict[tuple[str, int], str]
    """What was asked, said and answered, in small letters, once somebody has searched."""


class Run:
    """A run's folder. `key` is the letter that it goes by; `shelf` has its bench, or is None."""

    def __init__(
        self,
        key: str,
        folder: Path,
        shelf: Shelf | None,
        why: str,
        hard_core: frozenset[str] | None,
    ) -> None:
        self.key = key
        self.folder = folder
        self.shelf = shelf
        self.no_bench = why
        """Why there is no bench, so that neither pages nor evidence can be shown."""
        self.hard_core = hard_core
        self.trained = (folder / RECIPE).is_file()
        self._lock = Lock()
        self._snapshot: Snapshot | None = None
        self._opened: tuple[RunInfo, Opening] | None = None

    @property
    def kept(self) -> bool:
        """Whether there are episodes: some trainings keep none, and some have not begun."""
        return (self.folder / FILE).is_file()

    def store(self) -> Store:
        """The run, opened for reading in this thread."""
        return Store.open(self.folder)

    @contextmanager
    def shown(self) -> Iterator[Shown]:
        """The run as reports have it."""
        training = None
        if self.trained:
            folder = RunFolder(self.folder)
            training = Training(folder.recipe, folder.metrics())
        bench = self.shelf.bench if self.shelf else None
        if not self.kept:
            yield Shown(self.key, self.folder, None, bench, "", None, training)
            return
        with self.store() as store:
            opening = self._opening(store.info)
            yield Shown(self.key, self.folder, store, bench, self.no_bench, opening, training)

    def rows(self) -> list[cards.EpisodeRow]:
        """All episodes as lines of a list, by question and epoch; their `run` is 0."""
        return self._now().rows if self.kept else []

    def card(self, name: str, epoch: int) -> cards.EpisodeCard:
        """An episode in full; CloseupError where there is none."""
        with self.store() as store:
            try:
                episode = store.episode(name, epoch)
            except CloseupError as error:
                return _unread(name, epoch, str(error))
            if episode is None:
                query = "SELECT failure FROM asked WHERE question = ? AND epoch = ?"
                row = store.row(query, (name, epoch))
                if row is None:
                    raise CloseupError(f"{self.folder}: {name}, epoch {epoch}: no such episode")
                return _unread(name, epoch, row[0] or "no reply")
            asked = self._asked(store.info, name)
            judged = _judged(store, name, epoch)
            return cards.episode_card(episode, asked, _paid(store, name, epoch), judged)

    def question(self, name: str) -> cards.QuestionCard | None:
        """A question of the run; None where its bench is not at hand or does not have it."""
        found = self._question(name)
        hard = None if self.hard_core is None else name in self.hard_core
        return cards.question_card(found, hard) if found else None

    def search(self, words: str) -> list[tuple[str, int]]:
        """The episodes in which all the words stand, in whatever was asked, said or answered."""
        if not self.kept:
            return []
        wanted = words.lower().split()
        return [key for key, text in self._words().items() if all(w in text for w in wanted)]

    def gold(self, name: str) -> str:
        """The right answer to a question as text; empty where it is not known."""
        found = self.shelf.asked.get(name) if self.shelf else None
        return found.gold if found else ""

    def _now(self) -> Snapshot:
        with self._lock:
            version = self._version()
            if self._snapshot is None or self._snapshot.version != version:
                with self.store() as store:
                    rows = [self._row(*told) for told in _each(store)]
                self._snapshot = Snapshot(version, rows, {})
            return self._snapshot

    def _words(self) -> dict[tuple[str, int], str]:
        now = self._now()
        with self._lock:
            if not now.words:
                with self.store() as store:
                    asked = lru_cache(1)(lambda name: self._asked(store.info, name))
                    for result, episode in _each(store):
                        name, gold = result.question, self.gold(result.question)
                        text = _said(result, episode, gold, asked(name))
                        now.words[name, result.epoch] = text.lower()
        return now.words

    def _row(self, result: Result, episode: Episode | None) -> cards.EpisodeRow:
        row = cards.episode_row(0, result, episode, self.gold(result.question))
        hard = self.hard_core is not None and result.question in self.hard_core
        return row.model_copy(update={"hard": True}) if hard else row

    def _question(self, name: str) -> Question | None:
        if self.shelf is None or self.shelf.bench is None or name not in self.shelf.asked:
            return None
        return self.shelf.bench.question(name)

    def _asked(self, info: RunInfo, name: str) -> str:
        """The question in words, as this run's model read it."""
        question, opening = self._question(name), self._opening(info)
        return opening.asked(question) if question and opening else ""

    def _opening(self, info: RunInfo) -> Opening | None:
        if self.shelf is None or self.shelf.bench is None:
            return None
        if self._opened is None or self._opened[0] != info:
            self._opened = info, Opening(info, self.shelf.bench)
        return self._opened[1]

    def _version(self) -> tuple:
        """Another one after every change: SQLite writes beside the file first."""
        files = (self.folder / FILE, self.folder / f"{FILE}-wal")
        stats = (file.stat() for file in files if file.exists())
        return tuple((stat.st_ino, stat.st_size, stat.st_mtime_ns) for stat in stats)


def _each(store: Store) -> Iterator[tuple[Result, Episode | None]]:
    """Every question asked so far with its episode, as of one moment, by id and epoch; one that
    cannot be read is none, without a score, and why is told as its failure."""
    columns = ", ".join(Result._fields)
    for *told, text in store.rows(f"SELECT {columns}, episode FROM asked ORDER BY 1, 2", ()):
        result, episode = Result(*told), None
        if text is not None:
            try:
                episode = Episode.parse(text, f"{store.folder / FILE}: {result.question}")
            except CloseupError as error:
                result = result._replace(value=None, failure=str(error))
        yield result, episode


def _unread(name: str, epoch: int, why: str) -> cards.EpisodeCard:
    """The card of a question to which there is no episode to show."""
    return cards.EpisodeCard(question=name, epoch=epoch, failure=cards.cut(why))


def _said(result: Result, episode: Episode | None, gold: str, asked: str) -> str:
    turns = [turn.text for turn in episode.turns] if episode else []
    answer = cards.said(episode.score.answer) if episode else ""
    return "\n".join([result.question, answer, gold, asked, result.failure or "", *turns])


def _paid(store: Store, name: str, epoch: int) -> dict[str, float | None]:
    """In training, what an episode was paid, term by term."""
    found = paid.of(store, name, epoch)
    return {"step": float(found.step), **found.terms, "total": found.total} if found else {}


def _judged(store: Store, name: str, epoch: int) -> list[Verdicts]:
    """What judges said of an episode."""
    query = "SELECT judgement FROM judged WHERE question = ? AND epoch = ? ORDER BY judge"
    place = f"{store.folder}: judgement of {name}"
    return [verdicts(Judgement.parse(text, place)) for (text,) in store.rows(query, (name, epoch))]
