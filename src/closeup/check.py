"""What a dataset holds: its pages counted field by field, and what could not be read.

Images are not looked at. A count says for how many things a field is known, which is what decides
the questions that can be asked of them.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from rich.console import Group
from rich.table import Table
from rich.text import Text

from closeup.page import Balloon, Character, Page, Panel
from closeup.readers.reader import BadPage, Reader
from closeup.sources import Source

CHARACTER_FIELDS: dict[str, Callable[[Character], object]] = {
    "in a panel": lambda c: c.panel,
    "named": lambda c: c.who,
    "with a face": lambda c: c.face,
    "with actions": lambda c: c.actions or None,
    "with depth": lambda c: c.depth,
    "with keypoints": lambda c: c.keypoints,
    "with a polygon": lambda c: c.polygon,
}
BALLOON_FIELDS: dict[str, Callable[[Balloon], object]] = {
    "in a panel": lambda b: b.panel,
    "with text": lambda b: b.text,
    "of known kind": lambda b: b.kind,
    "with a speaker": lambda b: b.speaker,
    "with a polygon": lambda b: b.polygon,
}
PANEL_FIELDS: dict[str, Callable[[Panel], object]] = {
    "with a polygon": lambda p: p.polygon,
    "with a crowd": lambda p: p.crowd or None,
}
PAGE_FIELDS: dict[str, Callable[[Page], object]] = {
    "of known series": lambda p: p.series,
    "of known issue": lambda p: p.issue,
    "of known direction": lambda p: p.reading_direction,
    "with panels": lambda p: p.panels or None,
    "with known cast": lambda p: p.characters,
    "with known lettering": lambda p: p.balloons,
    "described": lambda p: p.descriptions or None,
}


MAX_BAD = 100
"""Bad pages that are kept; the others are only counted."""


@dataclass
class CheckResult:
    """Counts of what was read, and what was not."""

    counts: dict[str, Counter[str]] = field(
        default_factory=lambda: {
            kind: Counter() for kind in ("pages", "panels", "characters", "balloons", "facts")
        }
    )
    """By kind of thing: "all", and each field that is known of some of them."""
    inferred: Counter[str] = field(default_factory=Counter)
    """Pages by the field that a program filled in."""
    issues: set[str] = field(default_factory=set)
    bad: list[BadPage] = field(default_factory=list)
    """The first of the bad pages."""
    bad_count: int = 0


def check(reader: Reader, source: Source) -> CheckResult:
    """Read every page of a source and count what is known. Needs no images."""
    result = CheckResult()
    for item in reader(source):
        if isinstance(item, BadPage):
            result.bad_count += 1
            if len(result.bad) < MAX_BAD:
                result.bad.append(item)
            continue
        _count(result.counts["pages"], [item], PAGE_FIELDS)
        _count(result.counts["panels"], item.panels or (), PANEL_FIELDS)
        _count(result.counts["characters"], item.characters or (), CHARACTER_FIELDS)
        _count(result.counts["balloons"], item.balloons or (), BALLOON_FIELDS)
        _count(result.counts["facts"], [f for d in item.descriptions or () for f in d.facts], {})
        result.inferred.update(item.inferred)
        result.issues.add(item.group)
    return result


def _count(counter: Counter[str], things: Iterable, fields: dict[str, Callable]) -> None:
    for thing in things:
        counter["all"] += 1
        counter.update(name for name, known in fields.items() if known(thing) is not None)


def table(result: CheckResult) -> Group:
    """The counts as a table, and below it what was inferred."""
    grid = Table("", "number", "known of them", title_justify="left")
    known = {
        "pages": PAGE_FIELDS,
        "panels": PANEL_FIELDS,
        "characters": CHARACTER_FIELDS,
        "balloons": BALLOON_FIELDS,
        "facts": {},
    }
    for kind, fields in known.items():
        counter = result.counts[kind]
        parts = [f"{counter[name]} {name}" for name in fields if counter[name]]
        grid.add_row(kind, str(counter["all"]), ", ".join(parts))
    grid.add_row("issues", str(len(result.issues)), "")
    grid.add_row("bad pages", str(result.bad_count), "")
    lines = [f"inferred on {n} pages: {name}" for name, n in sorted(result.inferred.items())]
    return Group(grid, *map(Text, lines))
