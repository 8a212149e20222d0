"""Build a benchmark: issues x tasks -> candidates -> balance -> a bench folder.

Issues are worked through one at a time, in any number of processes, and written in their own
order: memory stays flat and the bytes do not depend on the number of workers. Only what the
balance needs, a few numbers a question, is kept in memory. `manifest.json` is written last; a
folder without it is not a bench, whatever happened.
"""

import fcntl
import hashlib
import os
import platform
import shutil
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from multiprocessing import active_children, get_context, parent_process
from pathlib import Path

from closeup.bench import BUILDING, IMAGES, MANIFEST, LeftOut, Manifest, TaskCount, sha256
from closeup.build.balance import balance
from closeup.build.candidates import Candidate
from closeup.build.choose import count_tasks, write_questions
from closeup.build.datasets import Dataset
from closeup.build.make import Made, make
from closeup.groups import Group
from closeup.records import CloseupError, write_atomically, write_jsonl
from closeup.tasks import find

AHEAD = 4
"""Issues a worker that may be done before they are written."""
VERSIONS_OF = ("aggdraw", "numpy", "pillow")
"""Packages on which the bytes of a bench depend."""


def build(
    dataset: Dataset,
    out: Path,
    *,
    tasks: Sequence[str],
    seed: int = 0,
    workers: int = 1,
    skip_bad: bool = False,
    progress: Callable[[int], None] = lambda pages: None,
) -> Manifest:
    """Write a bench into `out`, which must be missing, empty or left by a build that was killed.

    `progress` is told the number of pages of each finished issue. Raises CloseupError for the
    first page that cannot be used, unless `skip_bad`: then it is left out and counted.
    """
    if workers < 1:
        raise CloseupError(f"{workers} workers: need at least 1")
    sources = {find(name).name: name for name in tasks}
    for path in dataset.paths:
        if out.resolve().is_relative_to(path.resolve()):
            raise CloseupError(f"{out}: lies in {path}, which is read: name another folder")
    with _folder(out):
        totals = _Totals(dataset, skip_bad)
        work = partial(make, tasks=tuple(sources.values()), seed=seed, images=out / IMAGES)
        with (
            _writer(out / "pages.jsonl") as pages,
            _writer(out / DRAFTS) as drafts,
            _writer(out / "rejected.jsonl") as rejected,
        ):
            for made in _map(work, dataset.groups, workers):
                totals.add(made)
                pages.writelines(made.pages)
                drafts.writelines(made.questions)
                rejected.writelines(made.rejections)
                progress(len(made.pages) + len(made.bad))
            if not totals.seen:
                raise CloseupError(f"{dataset.name}: no usable pages")
            chosen = balance(totals.candidates, seed)
            for rejection in chosen.rejections:
                rejected.write(rejection.to_json() + "\n")
                totals.reasons[rejection.task, rejection.reason] += 1
        dropped = {rejection.id for rejection in chosen.rejections}
        kept = [candidate for candidate in totals.candidates if candidate.id not in dropped]
        write_questions(out / DRAFTS, out / "questions.jsonl", chosen, kept)
        (out / DRAFTS).unlink()
        if dataset.overlay:
            write_jsonl(out / "provenance.jsonl", dataset.provenance)
        counts = count_tasks(sources, chosen, kept, totals.reasons)
        manifest = _manifest(dataset, out, seed, totals, counts)
        write_atomically(out / MANIFEST, manifest.model_dump_json(indent=1) + "\n")
    return manifest


DRAFTS = "candidates.jsonl"
PARTS = (MANIFEST, "pages.jsonl", "questions.jsonl", "rejected.jsonl", "provenance.jsonl", DRAFTS)


class _Totals:
    """What is counted over all issues."""

    def __init__(self, dataset: Dataset, skip_bad: bool) -> None:
        self.name = dataset.name
        self.skip_bad = skip_bad
        self.bad = list(dataset.bad)
        self.seen: set[str] = set()
        self.pages: Counter[str] = Counter()
        self.issues: Counter[str] = Counter()
        self.reasons: Counter[tuple[str, str]] = Counter()
        self.candidates: list[Candidate] = []
        self.images = hashlib.sha256()

    def add(self, made: Made) -> None:
        if made.bad and not self.skip_bad:
            raise CloseupError(str(made.bad[0]))
        for page_id in made.page_ids:
            if page_id in self.seen:
                raise CloseupError(f"{self.name}: page {page_id!r}: this id stands twice")
            self.seen.add(page_id)
        self.bad += made.bad
        self.pages[made.split] += len(made.pages)
        self.issues[made.split] += bool(made.pages)
        self.reasons += made.reasons
        self.candidates += made.candidates
        for name, digest in made.images:
            self.images.update(f"{name} {digest}\n".encode())


@contextmanager
def _folder(out: Path) -> Iterator[None]:
    """A folder that is marked as half-built until the work in it has succeeded.

    Where it fails nothing is left; only a process that is killed leaves its mark.
    """
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise CloseupError(f"{out}: not a folder")
    if out.is_dir() and any(out.iterdir()) and not (out / BUILDING).exists():
        raise CloseupError(f"{out}: not empty: name a new folder")
    existed = out.exists()
    out.mkdir(parents=True, exist_ok=True)
    with (out / BUILDING).open("w") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CloseupError(f"{out}: another build is writing here") from None
        try:
            _clear(out)
            (out / IMAGES).mkdir()
            yield
        except BaseException:
            _clear(out)
            (out / BUILDING).unlink()
            if not existed:
                out.rmdir()
            raise
        (out / BUILDING).unlink()


def _clear(out: Path) -> None:
    """Take away all that a build writes but its mark."""
    shutil.rmtree(out / IMAGES, ignore_errors=True)
    for name in PARTS:
        (out / name).unlink(missing_ok=True)


def _writer(path: Path):
    return path.open("w", encoding="utf-8", newline="\n")


def _map(work: Callable[[Group], Made], groups: Sequence[Group], workers: int) -> Iterator[Made]:
    """The issues' results in the issues' order."""
    if workers == 1:
        yield from map(work, groups)
        return
    pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_as_worker)
    ahead: deque[Future[Made]] = deque()
    try:
        for group in groups:
            ahead.append(pool.submit(work, group))
            if len(ahead) >= AHEAD * workers:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    except BrokenProcessPool:
        raise CloseupError("a worker process died (out of memory?): try fewer --workers") from None
    except BaseException:
        for worker in active_children():
            worker.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _as_worker() -> None:
    """Leave Ctrl-C to the parent, and do not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _manifest(
    dataset: Dataset, out: Path, seed: int, totals: _Totals, tasks: dict[str, TaskCount]
) -> Manifest:
    files = {name: sha256(out / name) for name in PARTS if (out / name).exists()}
    return Manifest(
        closeup=version("closeup"),
        versions={"python": platform.python_version()} | {n: version(n) for n in VERSIONS_OF},
        reader=dataset.reader,
        source=dataset.name,
        seed=seed,
        page_seeds=dataset.page_seeds,
        seed_range=dataset.groups[0].split if dataset.page_seeds else None,
        pages=dict(sorted(totals.pages.items())),
        issues=dict(sorted(totals.issues.items())),
        left_out=tuple(
            LeftOut(place=dataset.shown(place), message=message) for place, message in totals.bad
        ),
        overlay=dataset.overlay,
        tasks=tasks,
        files=files | {IMAGES: totals.images.hexdigest()},
    )
