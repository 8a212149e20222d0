"""The folder of one training run, and taking it up again after it was killed.

recipe.json          the recipe, with every default written out
metrics.jsonl        one row a logged step, "step" first; null is a number that was not finite
checkpoints/step-N/  what training goes on from; whole once the mark in it is written, the last of
                     its files
final/               the finished model, there at once or not at all; it goes when the run is taken
                     up with more steps
"""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import orjson

from closeup.records import CloseupError, one_line, read_bytes, shorten, write_atomically
from closeup.training.recipe import Recipe

RECIPE, METRICS, CHECKPOINTS, FINAL = "recipe.json", "metrics.jsonl", "checkpoints", "final"
MARK = "whole"
"""The file that a checkpoint gets last."""
MAY_CHANGE = ("report_to", "alarm", "train.checkpoint_minutes", "train.keep", "train.loaders")
"""Fields of a recipe that may be others when a run is taken up again, with all below them;
`train.steps` may grow."""
MAX_METRICS = 1024**3
"""Bytes; a larger file of metrics is none of ours."""
_STEP = re.compile(r"step-(0|[1-9][0-9]{0,11})")
Row = dict[str, float | None]
"""What was measured at a step, by name; None: it was not finite."""


class RunFolder:
    """A training run's folder. `begin` opens it for writing; a bare one only reads.

    Of several processes one begins, and the others read after it has.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._metrics: int | None = None

    @classmethod
    def begin(cls, path: Path, recipe: Recipe) -> Self:
        """Begin a run, or take up the one that stands there from its last whole checkpoint.

        What a killed run left beyond that is removed: the rows of later steps, and checkpoints
        that are not whole. Raises CloseupError where the folder is in use, holds a run of another
        recipe, or anything else.
        """
        folder = cls(path)
        with _tellable(path):
            path.mkdir(parents=True, exist_ok=True)
            held = {entry.name for entry in path.iterdir()}
            if RECIPE not in held and held - {METRICS}:
                other = shorten(min(held - {METRICS}))
                raise CloseupError(f"{path}: holds {other} and no {RECIPE}: choose another folder")
            folder._metrics = os.open(path / METRICS, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            folder._take_up(recipe)
        except BaseException:
            folder.close()
            raise
        return folder

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let others write here."""
        if self._metrics is not None:
            os.close(self._metrics)
            self._metrics = None

    @property
    def recipe(self) -> Recipe:
        """The recipe of the run; CloseupError where the folder holds none."""
        file = self.path / RECIPE
        return Recipe.parse(read_bytes(file), str(file))

    @property
    def final(self) -> Path:
        """Where the finished model is, once it is finished."""
        return self.path / FINAL

    @property
    def partial(self) -> Path:
        """Where the finished model is written, until it is whole."""
        return self.path / f"{FINAL}.partial"

    def checkpoint(self, step: int) -> Path:
        """The folder of a step's checkpoint, there or not."""
        return self.path / CHECKPOINTS / f"step-{step}"

    def checkpoints(self) -> dict[int, Path]:
        """The checkpoints that are whole, by their steps, in order."""
        return {step: path for step, path in self._steps().items() if (path / MARK).is_file()}

    def last(self) -> int | None:
        """The step of the last whole checkpoint, or None where there is none."""
        return max(self.checkpoints(), default=None)

    @property
    def bare(self) -> bool:
        """Whether the finished model is all that is left: its checkpoints were removed."""
        return self.final.is_dir() and self.last() is None

    def withdraw(self) -> None:
        """Take away the finished model, which the last checkpoint still has, at once."""
        with _tellable(self.path):
            shutil.rmtree(self.partial, ignore_errors=True)
            if self.final.is_dir():
                self.final.rename(self.partial)
                shutil.rmtree(self.partial)

    def mark(self, step: int, keep: int) -> None:
        """Say that a checkpoint is whole, and remove all but the `keep` last ones before it."""
        with _tellable(self.path):
            (self.checkpoint(step) / MARK).write_text(f"{step}\n")
            earlier = [path for other, path in self.checkpoints().items() if other < step]
            for path in earlier[: max(len(earlier) - keep, 0)]:
                (path / MARK).unlink()  # first: half removed, it must not pass for whole
                shutil.rmtree(path)

    @contextmanager
    def finishing(self) -> Iterator[Path]:
        """A folder to write the finished model into; it becomes `final` when that is done."""
        with _tellable(self.path):
            shutil.rmtree(self.partial, ignore_errors=True)
            self.partial.mkdir()
        yield self.partial
        with _tellable(self.path):
            shutil.rmtree(self.final, ignore_errors=True)
            self.partial.rename(self.final)

    def append(self, row: Mapping[str, float | None]) -> None:
        """Add a row to the metrics; it is on its way to the disk when this returns."""
        if self._metrics is None:
            raise ValueError(f"{self.path}: not begun")
        with _tellable(self.path / METRICS):
            os.write(self._metrics, orjson.dumps(dict(row), option=orjson.OPT_APPEND_NEWLINE))

    def metrics(self, until: int | None = None) -> list[Row]:
        """The rows so far, or those of no later step than `until`. A last row that is still being
        written is left out.

        Raises CloseupError with the file, the line and the rule.
        """
        file = self.path / METRICS
        if not file.exists():
            return []
        lines = read_bytes(file, MAX_METRICS).split(b"\n")[:-1]
        rows = [_row(line, f"{file}:{number}") for number, line in enumerate(lines, 1)]
        return rows if until is None else [row for row in rows if (row["step"] or 0) <= until]

    def _take_up(self, recipe: Recipe) -> None:
        assert self._metrics is not None
        file = self.path / RECIPE
        try:
            fcntl.flock(self._metrics, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CloseupError(f"{self.path}: another closeup is training here") from None
        except OSError as error:
            raise CloseupError(f"{self.path}: cannot be locked: {error.strerror}") from None
        if file.exists():
            _check_same(self.recipe, recipe, file)
            if self.bare:
                if self.recipe.train.steps == recipe.train.steps:
                    return
                rule = "its checkpoints are gone, nothing is left to go on from"
                raise CloseupError(f"{self.final}: {rule}: choose another folder")
        write_atomically(file, recipe.model_dump_json(indent=2) + "\n")
        with _tellable(self.path):
            (self.path / CHECKPOINTS).mkdir(exist_ok=True)
            for path in self._steps().values():
                if not (path / MARK).is_file():
                    shutil.rmtree(path)
            self._cut(self.last() or 0)

    def _cut(self, step: int) -> None:
        """Drop the rows of later steps, and one that was only half written."""
        assert self._metrics is not None
        kept = 0
        file = self.path / METRICS
        for number, line in enumerate(read_bytes(file, MAX_METRICS).split(b"\n")[:-1], 1):
            if (_row(line, f"{file}:{number}")["step"] or 0) > step:
                break
            kept += len(line) + 1
        # Nothing is written anew, so nothing can be lost by being killed in the middle of it.
        os.ftruncate(self._metrics, kept)

    def _steps(self) -> dict[int, Path]:
        """All that is named as a checkpoint, by step, in order."""
        home = self.path / CHECKPOINTS
        found = {
            int(match[1]): entry
            for entry in (home.iterdir() if home.is_dir() else ())
            if (match := _STEP.fullmatch(entry.name)) and entry.is_dir()
        }
        return dict(sorted(found.items()))


def _row(line: bytes, place: str) -> Row:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise CloseupError(f"{place}: not readable as JSON: {error}") from None
    if not isinstance(row, dict) or type(row.get("step")) is not int:
        raise CloseupError(f'{place}: {shorten(row)}: need an object with "step", a whole number')
    for name, value in row.items():
        if type(value) not in (int, float, type(None)):
            raise CloseupError(f"{place}: {shorten(name)}: {shorten(value)}: need a number or null")
    return row


def _check_same(old: Recipe, new: Recipe, file: Path) -> None:
    """CloseupError with the first field that must not be another one."""
    for name, before, now in differences(old, new):
        if any(name == field or name.startswith(f"{field}.") for field in MAY_CHANGE):
            continue
        rule = "choose another folder"
        if name == "train.steps":
            if now > before:
                continue
            rule = "the steps of a run may only grow"
        raise CloseupError(f"{file}: {name}: a run with {_said(before)}, not {_said(now)}: {rule}")


def differences(old: Recipe, new: Recipe) -> Iterator[tuple[str, Any, Any]]:
    """The fields in which two recipes differ: dotted name, value in the one, in the other."""
    yield from _differences("", old.model_dump(mode="json"), new.model_dump(mode="json"))


def _differences(name: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            yield from _differences(f"{name}.{key}" if name else key, old.get(key), new.get(key))
    elif old != new:
        yield name, old, new


def _said(value: Any) -> str:
    return "nothing" if value is None else one_line(json.dumps(value, ensure_ascii=False), 80)


@contextmanager
def _tellable(path: Path) -> Iterator[None]:
    """Says in one line what the file system refuses to do."""
    try:
        yield
    except OSError as error:
        raise CloseupError(f"{error.filename or path}: {error.strerror or error}") from None
