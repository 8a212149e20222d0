"""Overlay: extra annotations, in the native format, laid over a dataset's own.

AI4VA has boxes and depths but no actions, transcripts or order; an overlay adds what is unknown
without touching the originals. Pages match by id; panels, characters and balloons by boxes that
overlap with IoU >= 0.8, best first.

A value is known, guessed (its kind is named in its page's `inferred`) or missing. A known one is
never replaced: where the overlay knows something else, that is a conflict, and it is counted. A
known value of the overlay replaces a guess; a guess of the overlay fills only what is missing, and
brings its mark. A mark of the dataset goes once every value of its kind on the page is known from
the overlay; while one guess is left it stays. Where the overlay gives the reading direction, orders
that are still guesses are guessed anew. That a panel has a crowd is known to whoever says so.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from closeup.page import OFF_PANEL, Balloon, Character, Description, Page, Panel
from closeup.readers.assemble import balloons_in_order, in_order
from closeup.records import CloseupError, Record

MATCH_IOU = 0.8
MISSING = (None, (), "")
PAGE_FIELDS = (
    "series", "issue", "number", "language", "reading_direction", "license", "attribution",
)  # fmt: skip
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
    """Taken from the overlay, where the dataset had nothing or a guess."""
    conflicts: tuple[str, ...] = ()
    """Known to both and different; the dataset's own value was kept."""
    unmatched: tuple[str, ...] = ()
    """Things of the overlay that match nothing of the dataset."""

    @staticmethod
    def kinds(names: Iterable[str]) -> Counter[str]:
        """How often each kind of field occurs, ids left out: "characters.actions"."""
        return Counter(map(_kind, names))


def _kind(name: str) -> str:
    """The name without its id; a description is a whole, and has no fields."""
    what, *rest = name.split(".")
    return f"{what}.{rest[-1]}" if rest and what != "descriptions" else what


class _Notes(NamedTuple):
    filled: list[str]
    conflicts: list[str]
    unmatched: list[str]
    known: set[str]
    """Names of the values that the overlay knows, taken or confirmed."""
    guessed: tuple[frozenset[str], frozenset[str]]
    """The marks of the dataset and of the overlay."""


def merge(base: Page, extra: Page) -> tuple[Page, Provenance]:
    """Fill in what `base` does not know from `extra`, a page of the same id.

    Raises CloseupError where the two pages differ in size: their boxes cannot be compared.
    """
    if (base.width, base.height) != (extra.width, extra.height):
        raise CloseupError(
            f"overlay of page {base.id}: {extra.width}x{extra.height}: "
            f"the page is {base.width}x{base.height}"
        )
    notes = _Notes([], [], [], set(), (frozenset(base.inferred), frozenset(extra.inferred)))
    extra = _translated(base, extra, notes)
    page = _filled(base, extra, PAGE_FIELDS, "page", notes)

    def panel(ours: Panel, theirs: Panel, place: str) -> Panel:
        if theirs.crowd and not ours.crowd:
            notes.filled.append(f"{place}.crowd")
            return ours.model_copy(update={"crowd": True})
        return ours

    def character(ours: Character, theirs: Character, place: str) -> Character:
        return _filled(ours, theirs, CHARACTER_FIELDS, place, notes)

    def balloon(ours: Balloon, theirs: Balloon, place: str) -> Balloon:
        return _filled(ours, theirs, BALLOON_FIELDS, place, notes)

    things = {
        "panels": _merged("panels", base.panels, extra, notes, panel),
        "characters": _merged("characters", base.characters, extra, notes, character),
        "balloons": _merged("balloons", base.balloons, extra, notes, balloon),
    }
    things["characters"] = _ranked(things["characters"], extra, notes)
    descriptions = _descriptions(base, extra, notes)
    page = page.model_copy(update={**things, "descriptions": descriptions})
    page = page.model_copy(update={"inferred": _marks(page, notes)})
    if "page.reading_direction" in notes.filled:
        page = _in_its_direction(page)
    merged = Page.parse(page.to_json(), f"overlay of page {base.id}")
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
        mine, yours, name = getattr(ours, field), getattr(theirs, field), f"{place}.{field}"
        if yours in MISSING:
            continue
        my_guess, your_guess = (_mark(name) in marks for marks in notes.guessed)
        if mine in MISSING or (mine != yours and my_guess and not your_guess):
            update[field] = mine = yours
            notes.filled.append(name)
        if mine == yours and not your_guess:
            notes.known.add(name)
        elif mine != yours and not my_guess and not your_guess:
            notes.conflicts.append(name)
    return ours.model_copy(update=update)


def _mark(name: str) -> str:
    """How `Page.inferred` names the kind of a value: those of the page itself without a prefix."""
    return _kind(name).removeprefix("page.")


def _marks(page: Page, notes: _Notes) -> tuple[str, ...]:
    """What is guessed on the merged page: see the rule at the top of the module."""
    base, extra = notes.guessed
    kinds = {_mark(name) for name in notes.filled}
    brought = {mark for mark in extra if mark in kinds or mark.split(".")[0] in kinds}
    return tuple(sorted({mark for mark in base if not _settled(mark, page, notes)} | brought))


def _settled(mark: str, page: Page, notes: _Notes) -> bool:
    """Whether the overlay knows every value of a kind that the dataset guessed."""
    what, _, field = mark.partition(".")
    if not field:
        return f"page.{what}" in notes.known
    if field == "order":
        return mark in notes.known
    names = [
        f"{what}.{thing.id}.{field}"
        for thing in getattr(page, what, None) or ()
        if getattr(thing, field, None) not in MISSING
    ]
    return bool(names) and notes.known.issuperset(names)


def _in_its_direction(page: Page) -> Page:
    """With the orders that are still guesses guessed anew, for a direction that is now known."""
    direction, panels, balloons = page.reading_direction, page.panels, page.balloons
    if direction is None:
        return page
    if panels and "panels.order" in page.inferred:
        panels = in_order(panels, direction)
    if balloons and "balloons.order" in page.inferred:
        balloons = balloons_in_order(balloons, panels or (), direction)
    return page.model_copy(update={"panels": panels, "balloons": balloons})


def _ranked(characters, extra: Page, notes: _Notes):
    """With the overlay's depths in the panels where the dataset has none.

    Ranks of two sources do not compare, so a panel's depths all come from one of them.
    """
    theirs = {character.id: character for character in extra.characters or ()}
    ranked = {character.panel for character in characters or () if character.depth is not None}
    return characters and tuple(
        _filled(c, theirs[c.id], ("depth", "intradepth"), f"characters.{c.id}", notes)
        if c.id in theirs and c.panel not in ranked
        else c
        for c in characters
    )


def _merged(what, ours, extra, notes, fill):
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
    mine, yours = (order in marks for marks in notes.guessed)
    if mine and not yours and by_id.keys() == merged.keys():
        notes.known.add(order)
        notes.filled.append(order)
        return tuple(merged[name] for name in by_id)
    return tuple(merged.values())


def _descriptions(base: Page, extra: Page, notes: _Notes) -> tuple[Description, ...] | None:
    described = {description.panel for description in base.descriptions or ()}
    new = tuple(d for d in extra.descriptions or () if d.panel not in described)
    notes.filled.extend(f"descriptions.{d.panel}" for d in new)
    return (*(base.descriptions or ()), *new) or base.descriptions
