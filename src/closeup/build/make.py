"""What one issue gives: its images written, its pages and candidate questions as lines.

This is the part of a build that runs in worker processes. Records cross the process border as the
lines of JSON that will be written.
"""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from closeup.build.candidates import Candidate, candidate
from closeup.groups import Group
from closeup.page import Page
from closeup.question import Rejection, Split
from closeup.readers.reader import BadPage
from closeup.tasks import find
from closeup.tasks.task import Issue


@dataclass
class Made:
    """One issue's share of a bench."""

    split: Split
    page_ids: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    images: list[tuple[str, str]] = field(default_factory=list)
    """File name and SHA-256 of each image; the files stand in the bench already."""
    questions: list[str] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    """What the balance needs to know of each question."""
    rejections: list[str] = field(default_factory=list)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Number of rejections by task and reason."""
    bad: list[BadPage] = field(default_factory=list)


def make(group: Group, *, tasks: tuple[str, ...], seed: int, images: Path) -> Made:
    """Load one issue, write its images into the folder, and ask every task for questions."""
    made = Made(group.split)
    pages: list[Page] = []
    for loaded in group.load():
        if isinstance(loaded, BadPage):
            made.bad.append(loaded)
            continue
        name = file_name(loaded.page.id, loaded.suffix)
        with (images / name).open("xb") as file:
            file.write(loaded.image)
        made.images.append((name, hashlib.sha256(loaded.image).hexdigest()))
        pages.append(loaded.page.model_copy(update={"image": f"{images.name}/{name}"}))
    made.page_ids = [page.id for page in pages]
    made.pages = [page.to_json() + "\n" for page in pages]
    issue = Issue(group.key, group.split, tuple(pages), seed)
    for task in tasks:
        for item in find(task).questions(issue):
            if isinstance(item, Rejection):
                made.rejections.append(item.to_json() + "\n")
                made.reasons[item.task, item.reason] += 1
            else:
                made.questions.append(item.to_json() + "\n")
                made.candidates.append(candidate(item))
    return made


def file_name(page_id: str, suffix: str) -> str:
    """A file name that is safe, readable, and another for another page."""
    readable = re.sub(r"[^A-Za-z0-9.]+", "-", page_id).strip("-.")[:80]
    return f"{readable}-{hashlib.sha256(page_id.encode()).hexdigest()[:16]}{suffix}"
