"""Trajectories to learn from: a model samples episodes of training pages, and those that score are
kept.

They stand in a run like any other, `run.sqlite`; beside it `kept.json` says which are kept, and by
which rule, so that who learns from the folder needs neither the model nor the bench to know.
"""

import os
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from closeup.ask import Setting
from closeup.bench import Bench
from closeup.episode import Episode
from closeup.evaluate import run
from closeup.evaluate.tally import Tally
from closeup.looking import covered, looks, sought
from closeup.message import Message
from closeup.models.model import Model
from closeup.pictures import Pictures
from closeup.question import Question
from closeup.records import CloseupError, Record, read_bytes, write_atomically
from closeup.store import Store

FILE = "kept.json"


class Kept(Record):
    """Which episodes of a run are learned from."""

    format: Literal["closeup-kept/1"] = "closeup-kept/1"
    least_coverage: float = Field(default=0.0, ge=0, le=1)
    """Episodes that zoomed and showed a smaller share of the evidence than this were left out."""
    bench_hash: str
    """Of the bench that knew the evidence."""
    episodes: tuple[tuple[str, int], ...]
    """Question and epoch of each."""


@dataclass
class Counts:
    """What became of one task's episodes."""

    sampled: int = 0
    right: int = 0
    """They scored exactly 1."""
    untagged: int = 0
    """Of the right ones: they ended without an answer in its tag."""
    repeated: int = 0
    """… said, to the same question, what another one said."""
    missed: int = 0
    """… zoomed, and not at the evidence."""
    kept: int = 0


def teach(
    bench: Bench,
    model: Model,
    out: Path,
    *,
    pictures: Pictures | None = None,
    setting: Setting | None = None,
    seed: int = 0,
    only: Collection[str] = (),
    limit: int | None = None,
    epochs: int = 1,
    least_coverage: float = 0.0,
    console: Console | None = None,
) -> tuple[Tally, dict[str, Counts]]:
    """Sample episodes of a bench's training split into the folder `out`, and choose what is kept.

    As `closeup.evaluate.run`, which does the work; taken up again like any run. Raises CloseupError
    where the bench has no training split, and where all epochs would be the same.
    """
    if not any("train" in task.kept_by_split for task in bench.manifest.tasks.values()):
        raise CloseupError(f"{bench.path}: no training pages: test pages are never taught from")
    if not 0 <= least_coverage <= 1:
        raise CloseupError(f"least_coverage: {least_coverage}: need a share from 0 to 1")
    setting = setting or Setting()
    drawn = setting.sampling.temperature != 0 or getattr(model, "by_question", False)
    if epochs > 1 and not drawn:
        raise CloseupError(f"epochs {epochs}: all the same at temperature 0: need a higher one")
    tally = run(
        bench,
        model,
        out,
        pictures=pictures,
        setting=setting,
        seed=seed,
        only=only,
        split="train",
        limit=limit,
        epochs=epochs,
        console=console,
    )
    return tally, choose(bench, out, least_coverage)


def choose(bench: Bench, folder: Path, least_coverage: float = 0.0) -> dict[str, Counts]:
    """Decide which episodes of a run are kept, and write it down; the counts, by task.

    Kept is what was asked of a training page, scored 1 with an answer in its tag, was not said
    before to the same question, and missed no evidence where it zoomed.
    """
    counts: dict[str, Counts] = defaultdict(Counts)
    chosen: list[tuple[str, int]] = []
    said: set[tuple[str, ...]] = set()
    with Store.open(folder) as store:
        for episode in store.episodes():
            question = bench.question(episode.question)
            if question.split != "train":
                continue
            count = counts[episode.task]
            count.sampled += 1
            if episode.score.value != 1:
                continue
            count.right += 1
            texts = (episode.question, *(t.text for t in episode.turns if t.role == "assistant"))
            share = coverage(episode, question)
            if episode.stop != "answered":
                count.untagged += 1
            elif texts in said:
                count.repeated += 1
            elif share is not None and share < least_coverage:
                count.missed += 1
            else:
                count.kept += 1
                chosen.append((episode.question, episode.epoch))
                said.add(texts)
    rule = Kept(
        least_coverage=least_coverage, bench_hash=bench.content_hash, episodes=tuple(chosen)
    )
    write_atomically(folder / FILE, rule.to_json() + "\n")
    return {task: counts[task] for task in sorted(counts)}


def coverage(episode: Episode, question: Question) -> float | None:
    """How much of what is sought its calls show, see `looking.covered`; None without a call or
    where nothing is known to be sought."""
    aims = sought(question)
    return covered(aims, looks(episode)) if episode.calls and aims else None


class Trajectories:
    """The episodes of a run that `closeup teach` kept, by question; each is read when it is asked
    for, in whichever process.

    Raises CloseupError where the folder holds no such run, or no longer the run that was chosen
    from.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._file = folder, folder / FILE
        if not self._file.is_file():
            rule = "need a run that `closeup teach` has finished"
            raise CloseupError(f"{self._file}: no such file: {rule}")
        chosen = Kept.parse(read_bytes(self._file), str(self._file))
        self._epochs: dict[str, list[int]] = {}
        for question, epoch in chosen.episodes:
            self._epochs.setdefault(question, []).append(epoch)
        self._stores: dict[int, Store] = {os.getpid(): Store.open(folder)}

    def __contains__(self, question: str) -> bool:
        return question in self._epochs

    def __iter__(self) -> Iterator[Episode]:
        """All of them, question by question."""
        for question, epochs in self._epochs.items():
            for turn in range(len(epochs)):
                yield self.episode(question, turn)

    def episode(self, question: str, turn: int = 0) -> Episode:
        """One episode of a question, each in its turn."""
        epochs = self._epochs[question]
        epoch = epochs[turn % len(epochs)]
        process = os.getpid()
        if process not in self._stores:  # a connection must not be carried into a fork
            self._stores = {process: Store.open(self._folder)}
        episode = self._stores[process].episode(question, epoch)
        if episode is None or episode.score.value != 1 or episode.stop != "answered":
            raise CloseupError(
                f"{self._file}: {question}, epoch {epoch}: no longer an episode that scored 1: "
                "run `closeup teach` again"
            )
        return episode

    def close(self) -> None:
        """Close what this process has open."""
        for store in self._stores.values():
            store.close()
        self._stores = {}


def kept(folder: Path) -> Iterator[Episode]:
    """The kept episodes of a run, question by question; CloseupError as `Trajectories` raises."""
    found = Trajectories(folder)
    try:
        yield from found
    finally:
        found.close()


def check_alike(folder: Path, student: Model, setting: Setting) -> None:
    """Raises CloseupError where a run was asked otherwise than a student will be, with the flag of
    `closeup teach` that makes it alike.

    The turns of its episodes hold boxes and crops: in another grid, or of pages or crops of another
    size, they would be of what the student is not shown.
    """
    with Store.open(folder) as store:
        info = store.info
    pairs = [
        ("tools", " ".join(info.tools), " ".join(setting.tools)),
        ("grid", info.grid, student.grid),
        ("multiple", info.resolution.multiple, student.resolution.multiple),
        ("max-calls", info.budget.calls, setting.budget.calls),
        ("oracle-crop", info.oracle_crop, setting.oracle_crop),
        ("crop-pixels", info.crops.pixels, setting.crops.pixels),
        ("crop-least", info.crops.least, setting.crops.least),
    ]
    if student.grid == "pixel":
        pairs.append(("pixels", info.resolution.pixels, student.resolution.pixels))
    unlike = [(flag, taught, own) for flag, taught, own in pairs if taught != own]
    if unlike:
        told = "; ".join(
            f"{flag}: taught with {taught!r}, and the student is asked with {own!r}"
            for flag, taught, own in unlike
        )
        raise CloseupError(f"{folder}: {told}: teach anew{_flags(unlike)}")


def _flags(unlike: Sequence[tuple[str, Any, Any]]) -> str:
    """What `closeup teach` is to be told, as it is typed."""
    told = [f"--{flag}" if own is True else f"--{flag} {own}" for flag, _, own in unlike if own]
    return f" with {' '.join(told)}" if told else ""


def replayed(opening: Sequence[Message], episode: Episode) -> tuple[Message, ...]:
    """The whole conversation: the messages that opened it, made anew from the question by
    `closeup.ask.opening`, and all that was said since."""
    return (*opening, *episode.turns)


def table(counts: dict[str, Counts]) -> Table:
    """The counts for the terminal, a task a row."""
    grid = Table(box=SIMPLE_HEAD, padding=0, show_edge=False)
    grid.add_column("task", no_wrap=True)
    columns = ("sampled", "right", "untagged", "repeated", "missed", "kept")
    for name in columns:
        grid.add_column(name, justify="right", no_wrap=True)
    rows = {name: [getattr(count, column) for column in columns] for name, count in counts.items()}
    for name, row in rows.items():
        grid.add_row(name, *map(str, row))
    if len(rows) > 1:
        grid.add_section()
        grid.add_row("all", *(str(sum(column)) for column in zip(*rows.values(), strict=True)))
    return grid
