"""Overlay: extra annotations, in the native format, laid over a dataset's own.

AI4VA has boxes and depths but no actions, transcripts or order; an overlay adds what is unknown
without touching the originals. Pages match by id; panels, characters and balloons by boxes that
overlap with IoU >= 0.8, best first. A known value is never replaced: where the overlay says
something else, that is a conflict, and it is counted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from closeup.page import OFF_PANEL, Balloon, Character, Description, Page, Panel
from closeup.records import CloseupError, Record

MATCH_IOU = 0.8
PAGE_FIELDS = ("series", "issue", "number", "language", "reading_direction", "attribution")
CHARACTER_FIELDS = (
    "panel", "name", "identity", "face", "actions", "keypoints", "truncated", "polygon",
)  # fmt: skip
BALLOON_FIELDS = ("panel", "text", "kind", "speaker", "text_height", "polygon")

Thing = TypeVar("Thing", Panel, Character, Balloon)
AnyRecord = TypeVar("AnyRecord", bound=Record)


class Provenance(Record):
    """What an overlay did to one page. Fields are named like "characters.c3.actions"."""

    page: str
    filled: tuple[str, ...] = ()
    """Taken from the overlay."""
    conflicts: tuple[str, ...] = ()
    """Known to both and different; the dataset's own value was kept."""
    unmatched: tuple[str, ...] = ()
    """Things of the overlay that match nothing of the dataset."""

    @staticmethod
    def kinds(names: Iterable[str]) -> Counter[str]:
        """How often each kind of field occurs, ids left out: "characters.actions"."""
        parts = (name.split(".") for name in names)
        return Counter(part[0] if len(part) == 1 else f"{part[0]}.{part[-1]}" for part in parts)


class _Notes(NamedTuple):
    filled: list[str]
    conflicts: list[str]
    unmatched: list[str]


def merge(base: Page, extra: Page) -> tuple[Page, Provenance]:
    """Fill in what `base` does not know from `extra`, a page of the same id.

    Raises CloseupError where the two pages differ in size: their boxes cannot be compared.
    """
    if (base.width, base.height) != (extra.width, extra.height):
        raise CloseupError(
            f"overlay of page {base.id}: {extra.width}x{extra.height}: "
            f"the page is {base.width}x{base.height}"
        )
    notes = _Notes([], [], [])
    extra = _translated(base, extra, notes)
    page = _filled(base, extra, PAGE_FIELDS, "page", notes)
    ranked = {c.panel for c in base.characters or () if c.depth is not None}

    def character(ours: Character, theirs: Character, place: str) -> Character:
        # Ranks of two sources do not compare, so a panel's depths all come from one of them.
        depth = () if (ours.panel or theirs.panel) in ranked else ("depth", "intradepth")
        return _filled(ours, theirs, (*CHARACTER_FIELDS, *depth), place, notes)

    def balloon(ours: Balloon, theirs: Balloon, place: str) -> Balloon:
        return _filled(ours, theirs, BALLOON_FIELDS, place, notes)

    inferred = set(base.inferred)
    update = {
        "panels": _merged("panels", base.panels, extra, inferred, notes, lambda a, b, _: a),
        "characters": _merged("characters", base.characters, extra, inferred, notes, character),
        "balloons": _merged("balloons", base.balloons, extra, inferred, notes, balloon),
        "descriptions": _descriptions(base, extra, notes),
    }
    for mark in extra.inferred:
        if any(mark == name or mark.startswith(f"{name}.") for name in notes.filled):
            inferred.add(mark)
    update["inferred"] = tuple(sorted(inferred))
    merged = Page.parse(page.model_copy(update=update).to_json(), f"overlay of page {base.id}")
    return merged, Provenance(
        page=base.id,
        filled=tuple(notes.filled),
        conflicts=tuple(notes.conflicts),
        unmatched=tuple(notes.unmatched),
    )


def matches(base: Sequence[Thing], extra: Sequence[Thing]) -> dict[str, str]:
    """Id in `extra` -> id in `base`, one to one, best IoU first, none below MATCH_IOU."""
    pairs = sorted(
        (-ours.box.iou(theirs.box), theirs.id, ours.id) for theirs in extra for ours in base
    )
    found: dict[str, str] = {}
    for minus_iou, theirs, ours in pairs:
        if -minus_iou >= MATCH_IOU and theirs not in found and ours not in found.values():
            found[theirs] = ours
    return found


def _translated(base: Page, extra: Page, notes: _Notes) -> Page:
    """The overlay in the dataset's ids, without what matches nothing there."""
    names: dict[str, dict[str, str]] = {}
    things: dict[str, tuple[Record, ...] | None] = {}
    for what in ("panels", "characters", "balloons"):
        ours, theirs = getattr(base, what), getattr(extra, what)
        if theirs is None:
            names[what], things[what] = {}, None
            continue
        found = {t.id: t.id for t in theirs} if ours is None else matches(ours, theirs)
        notes.unmatched.extend(f"{what}.{t.id}" for t in theirs if t.id not in found)
        names[what] = found
        things[what] = tuple(
            t.model_copy(update=_renamed(t, found[t.id], names)) for t in theirs if t.id in found
        )
    panels = names["panels"]
    notes.unmatched.extend(
        f"descriptions.{d.panel}" for d in extra.descriptions or () if d.panel not in panels
    )
    descriptions = tuple(
        d.model_copy(update={"panel": panels[d.panel]})
        for d in extra.descriptions or ()
        if d.panel in panels
    )
    return extra.model_copy(update={**things, "descriptions": descriptions})


def _renamed(thing: Record, name: str, names: Mapping[str, Mapping[str, str]]) -> dict[str, object]:
    """The id and references of a thing, translated; a reference to what is not there is unknown."""
    update: dict[str, object] = {"id": name}
    if isinstance(thing, Character | Balloon) and thing.panel is not None:
        update["panel"] = names["panels"].get(thing.panel)
    if isinstance(thing, Balloon) and thing.speaker not in (None, OFF_PANEL):
        update["speaker"] = names["characters"].get(thing.speaker)
    return update


def _filled(
    ours: AnyRecord, theirs: Record, fields: Sequence[str], place: str, notes: _Notes
) -> AnyRecord:
    """`ours` with those fields taken from `theirs` that it does not know."""
    update: dict[str, object] = {}
    for field in fields:
        mine, yours = getattr(ours, field), getattr(theirs, field)
        if yours in (None, (), "") or mine == yours:
            continue
        if mine in (None, (), ""):
            update[field] = yours
            notes.filled.append(f"{place}.{field}")
        else:
            notes.conflicts.append(f"{place}.{field}")
    return ours.model_copy(update=update)


def _merged(what, ours, extra, inferred, notes, fill):
    """The dataset's things, filled in; the overlay's own where the dataset has none at all."""
    theirs = getattr(extra, what)
    if theirs is None:
        return ours
    if ours is None:
        notes.filled.append(what)
        return theirs
    by_id = {thing.id: thing for thing in theirs}
    merged = {t.id: fill(t, by_id[t.id], f"{what}.{t.id}") if t.id in by_id else t for t in ours}
    order = f"{what}.order"
    if order in inferred and order not in extra.inferred and by_id.keys() == merged.keys():
        inferred.discard(order)
        notes.filled.append(order)
        return tuple(merged[name] for name in by_id)
    return tuple(merged.values())


def _descriptions(base: Page, extra: Page, notes: _Notes) -> tuple[Description, ...] | None:
    described = {description.panel for description in base.descriptions or ()}
    new = tuple(d for d in extra.descriptions or () if d.panel not in described)
    notes.filled.extend(f"descriptions.{d.panel}" for d in new)
    return (*(base.descriptions or ()), *new) or base.descriptions
