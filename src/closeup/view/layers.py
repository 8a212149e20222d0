"""A page's annotations as items to be drawn and read out: each with its box, and all its fields in
words.

What is unknown says so, and what a program filled in is marked: missing is not zero, and a guess is
no annotation. Texts are as they came; the scripts make text nodes of them.
"""

from collections.abc import Iterator
from typing import Any

from closeup.geometry import Box
from closeup.page import Balloon, Character, Page, Panel
from closeup.records import Record
from closeup.show.cards import cut

LINE = 300
"""Characters of a summary."""
UNKNOWN = ""
"""What a field holds that the annotation does not tell."""


class FieldCard(Record):
    """A field of an item in words."""

    name: str
    value: str = UNKNOWN
    inferred: bool = False
    """A program filled it in."""


class ItemCard(Record):
    """Something that is annotated."""

    id: str
    """As corrections name it: `panels/p1`."""
    layer: str
    """panels, characters, balloons, or captions (captions, sounds and signs)."""
    box: Box
    polygon: tuple[tuple[float, float], ...] | None = None
    mark: str
    """What stands at its box: a number of the order, or a name."""
    title: str
    """What it is in a few words."""
    summary: str = ""
    """What matters most of it, in a line."""
    panel: str | None = None
    """The item of the panel that it lies in."""
    who: str | None = None
    """Of a character: who it is. The same person has the same colour."""
    face: Box | None = None
    keypoints: tuple[tuple[float, float], ...] = ()
    """Those that are labelled, in page pixels."""
    speaker: str | None = None
    """Of a balloon: the item of who speaks."""
    fields: tuple[FieldCard, ...]


def items(page: Page) -> list[ItemCard]:
    """The items of a page, panel by panel: the panel, its characters, its lettering; those outside
    of all panels last."""
    own = _Items(page)
    found = [own.panel(number, panel) for number, panel in enumerate(page.panels or (), 1)]
    rest = [
        *(own.character(character) for character in page.characters or ()),
        *(own.balloon(number, balloon) for number, balloon in enumerate(page.balloons or (), 1)),
    ]
    places: dict[str | None, list[ItemCard]] = {panel.id: [panel] for panel in found}
    places[None] = []
    for item in rest:
        places[item.panel].append(item)
    return [item for group in places.values() for item in group]


def page_fields(page: Page) -> list[FieldCard]:
    """What is known of the page as a whole."""
    fields = ("series", "issue", "number", "language", "reading_direction", "license")
    told = [_field(page, name, getattr(page, name)) for name in (*fields, "attribution")]
    size = FieldCard(name="size", value=f"{page.width} × {page.height} pixels")
    guessed = FieldCard(name="inferred", value=", ".join(page.inferred) or "nothing")
    return [size, *told, guessed]


def said(page: Page, item: str, field: str) -> str | None:
    """What a page's annotation says in a field of an item; None where there is no such item or
    field. An item that is empty is the page, a field that is empty the item as a whole."""
    if not item:
        fields = page_fields(page)
    else:
        found = next((one for one in items(page) if one.id == item), None)
        if found is None:
            return None
        fields = found.fields
    if not field:
        return ""
    return next((one.value for one in fields if one.name == field), None)


class _Items:
    """The items of one page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._descriptions = {told.panel: told for told in page.descriptions or ()}
        self._panels = {panel.id: i for i, panel in enumerate(page.panels or (), 1)}
        self._characters = {c.id: c for c in page.characters or ()}

    def panel(self, number: int, panel: Panel) -> ItemCard:
        told = self._descriptions.get(panel.id)
        return ItemCard(
            id=f"panels/{panel.id}",
            layer="panels",
            box=panel.box,
            polygon=panel.polygon,
            mark=str(number),
            title=f"Panel {number}",
            summary=cut(told.text, LINE) if told else "",
            fields=(
                *self._common("panels", panel),
                self._field("panels", "order", number),
                self._field("panels", "crowd", panel.crowd),
                self._field("descriptions", "description", told.text if told else None),
                self._field("descriptions", "facts", "\n".join(told.facts) if told else None),
            ),
        )

    def character(self, one: Character) -> ItemCard:
        points = [(x, y) for x, y, seen in one.keypoints or () if seen]
        depth = None if one.depth is None else f"depth {one.depth}"
        names = ("name", "identity", "actions", "depth", "intradepth", "truncated", "note")
        return ItemCard(
            id=f"characters/{one.id}",
            layer="characters",
            box=one.box,
            polygon=one.polygon,
            mark=one.name or one.who or one.id,
            title=f"Character {one.name or one.who or one.id}",
            summary=", ".join([*(one.actions or ()), *([depth] if depth else [])]),
            panel=self._inside(one),
            who=one.who,
            face=one.face,
            keypoints=tuple(points),
            fields=(
                *self._common("characters", one),
                self._field("characters", "panel", one.panel),
                *(self._field("characters", name, getattr(one, name)) for name in names),
                self._field("characters", "face", one.face),
                self._field("characters", "keypoints", f"{len(points)} of 17" if points else None),
            ),
        )

    def balloon(self, number: int, one: Balloon) -> ItemCard:
        speaker = self._characters.get(one.speaker or "")
        spoken = one.speaker
        if speaker is not None and speaker.who:
            spoken = f"{one.speaker} ({speaker.name or speaker.who})"
        aside = one.kind in ("caption", "sfx", "sign")
        kind = "sound" if one.kind == "sfx" else one.kind or "balloon"
        return ItemCard(
            id=f"balloons/{one.id}",
            layer="captions" if aside else "balloons",
            box=one.box,
            polygon=one.polygon,
            mark=str(number),
            title=f"{kind.capitalize()} {number}",
            summary=cut(one.text or "", LINE),
            panel=self._inside(one),
            speaker=f"characters/{one.speaker}" if speaker else None,
            fields=(
                *self._common("balloons", one),
                self._field("balloons", "panel", one.panel),
                self._field("balloons", "order", number),
                self._field("balloons", "kind", one.kind),
                self._field("balloons", "text", one.text),
                self._field("balloons", "speaker", spoken),
                self._field("balloons", "text_height", one.text_height),
            ),
        )

    def _common(self, layer: str, one: Panel | Character | Balloon) -> Iterator[FieldCard]:
        yield FieldCard(name="id", value=one.id)
        yield self._field(layer, "box", one.box)

    def _inside(self, one: Character | Balloon) -> str | None:
        return f"panels/{one.panel}" if one.panel in self._panels else None

    def _field(self, layer: str, name: str, value: Any) -> FieldCard:
        return _field(self._page, name, value, layer)


def _field(page: Page, name: str, value: Any, layer: str = "") -> FieldCard:
    guessed = {layer, f"{layer}.{name}"} if layer else {name}
    inferred = not guessed.isdisjoint(page.inferred) and value is not None
    return FieldCard(name=name, value=_words(value), inferred=inferred)


def _words(value: Any) -> str:
    match value:
        case None | ():
            return UNKNOWN
        case bool():
            return "yes" if value else "no"
        case Box():
            return ", ".join(f"{v:g}" for v in value.corners)
        case tuple():
            return cut(", ".join(map(str, value)))
    return cut(str(value))
