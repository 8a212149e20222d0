"""Doing the runs: so many at once, each of its steps a process of its own.

A training is `closeup train`, which takes itself up again; a measurement is `closeup run`'s runner,
which asks only what is missing. So a study that was killed goes on where it stopped.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Protocol

import orjson

from closeup.records import CloseupError, one_line, write_atomically
from closeup.study.made import OF_THE_TEST, begun, changes, remembered
from closeup.study.result import Result
from closeup.study.run import Run, Stage
from closeup.training.run_folder import CHECKPOINTS

LOCK = "lock"
LOOK_SECONDS = 0.2
"""How often it is looked whether a process has ended."""
Command = list[str]


class Process(Protocol):
    """A command that was started."""

    def poll(self) -> int | None:
        """Its exit code, or None while it runs."""
        ...

    def terminate(self) -> None: ...

    def wait(self) -> int: ...


Start = Callable[[Command, IO[bytes], dict[str, str], int], Process]
"""Starts a command: what it says goes into a file, with an environment, and a descriptor that it
holds open as long as it runs."""


def start(command: Command, log: IO[bytes], env: dict[str, str], held: int) -> Process:
    """Start it as a process."""
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        env=env,
        pass_fds=[held],
    )


def carry_out(
    runs: Sequence[Run],
    file: Path,
    *,
    workers: int = 1,
    force: bool = False,
    say: Callable[[str], None],
    start: Start = start,
) -> int:
    """Do the runs, each after the one that it starts from; how many could not be done.

    `file` is the study's. A run that fails takes those with it that start from it, and no others.
    Interrupted, it ends its processes, which keep what they have.
    """
    env = dict(os.environ) | ({"OMP_NUM_THREADS": "1"} if workers > 1 else {})
    waiting, going, failed = list(runs), list[_Going](), set[str]()
    try:
        while waiting or going:
            for run in list(waiting):
                before = str(run.before)
                if before in failed:
                    say(f"{run}: not done: {before} failed")
                    waiting.remove(run)
                    failed.add(str(run))
                elif len(going) < workers and before not in map(
                    str, [*waiting, *(one.run for one in going)]
                ):
                    waiting.remove(run)
                    going.append(_Going(run, file, force, env, say, start))
            for one in list(going):
                if one.done():
                    going.remove(one)
                    if one.error:
                        failed.add(str(one.run))
                        say(f"{one.run}: failed: {one.error}")
            if going:
                time.sleep(LOOK_SECONDS)
    finally:
        for one in going:
            one.end()
    return len(failed)


class _Going:
    """A run that is being done."""

    def __init__(
        self,
        run: Run,
        file: Path,
        force: bool,
        env: dict[str, str],
        say: Callable[[str], None],
        start: Start,
    ) -> None:
        self.run = run
        self.error = ""
        self._env, self._say, self._start = env, say, start
        self._process: Process | None = None
        self._lock: int | None = None
        self._begun = time.monotonic()
        try:
            self._lock = _locked(run)
            _begin(run, force)
        except CloseupError as error:
            self.error = str(error)
        self._commands = commands(run, file)

    def done(self) -> bool:
        """Whether it has ended; goes on with its next command once one has."""
        if self.error:
            return self._ended()
        code = self._process.poll() if self._process else 0
        if code is None:
            return False
        if code:
            self.error = _last_words(self.run.log, code)
            return self._ended()
        command = next(self._commands, None)
        if command is None:
            self._tell()
            return self._ended()
        with self.run.log.open("ab") as log:
            log.write(f"$ {' '.join(command[1:])}\n".encode())
            log.flush()
            assert self._lock is not None
            self._process = self._start(command, log, self._env, self._lock)
        trains = command[3] == "train"
        what = f"training {Path(command[4]).stem}" if trains else "measuring"
        self._say(f"{self.run}: {what}")
        return False

    def end(self) -> None:
        """Stop it, in a way in which it can be taken up again."""
        if self._process:
            self._process.terminate()
            self._process.wait()
        self._ended()

    def _tell(self) -> None:
        for stage in self.run.stages:
            shutil.rmtree(stage.out / CHECKPOINTS, ignore_errors=True)
        result = Result.read(self.run.file)
        scores = [task.score for task in result.tasks.values() if task.score is not None]
        mean = f"{sum(scores) / len(scores):.3f}" if scores else "–"
        minutes = (time.monotonic() - self._begun) / 60
        self._say(f"{self.run}: done in {minutes:.1f} minutes, mean score {mean}")

    def _ended(self) -> bool:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        return True


def commands(run: Run, file: Path) -> Iterator[Command]:
    """What is left to do of a run, one after the other."""
    for number, stage in enumerate(run.stages, 1):
        if not stage.final.is_dir():
            for old in (*(later.out for later in run.stages[number:]), run.measured):
                shutil.rmtree(old, ignore_errors=True)  # it was of another model
            yield train(stage)
    yield [sys.executable, "-m", "closeup.study", str(file), run.arm.name, str(run.seed)]


def train(stage: Stage) -> Command:
    """The command that trains a stage, or goes on with it."""
    command = [sys.executable, "-m", "closeup.cli", "train", str(stage.file)]
    command += ["--out", str(stage.out)]
    changes = [f"{name}={json.dumps(value)}" for name, value in stage.changes().items()]
    return command + (["--set", *changes] if changes else [])


def _locked(run: Run) -> int:
    """A lock on the run's folder, which its processes hold as well: one that outlives a killed
    study must not meet another at the same work."""
    run.folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(run.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise CloseupError(f"{run.folder}: another process is at work here") from None
    return lock


def _begin(run: Run, force: bool) -> None:
    """Make sure that what stands in the run's folder is of the same things as today."""
    was, now = begun(run), remembered(run)
    if was:
        if not (changed := changes(was, now)):
            return
        tested = OF_THE_TEST.issuperset(changed)
        if not force:
            anew = "keeps its training and measures anew" if tested else "begins anew"
            rule = f"begun with another {', '.join(changed)}: --force {anew}"
            raise CloseupError(f"{run.folder}: {rule}")
        if not tested:
            for stage in run.stages:
                shutil.rmtree(stage.out, ignore_errors=True)
        shutil.rmtree(run.measured, ignore_errors=True)
    write_atomically(run.begun, orjson.dumps(now).decode() + "\n")


def _last_words(log: Path, code: int) -> str:
    """Why a process failed: the last line it said that says anything."""
    lines = log.read_bytes()[-4000:].decode("utf-8", "replace").splitlines()
    said = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return f"{one_line(said.removeprefix('closeup: '), 300)} (exit code {code}; all in {log})"
