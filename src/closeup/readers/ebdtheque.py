"""eBDtheque: one SVG file a page.

    <annotations>/<page>.svg (or .xml)
    Pages/<page>.jpg                     as the file's <image> says, relative to the file

Nested <svg class="…"> elements hold polygons with <metadata>: Panel and Balloon with a `rank` in
reading order, Line with its text and perhaps `idBalloon`, Character, and linkSBSC from a balloon
to its speaker. The page's metadata give language and reading direction. Where ranks are missing or
stand twice, the order is inferred, or the file's where the direction is unknown too. The lines of
a balloon are joined in their order on the page, and things are put into panels by geometry; a line
outside of any balloon is a balloon of its own.
"""

import posixpath
from collections.abc import Iterator
from typing import TypeVar

from closeup.page import Balloon, BalloonKind, Character, Direction, Page, Panel
from closeup.readers.assemble import (
    Sheet,
    at_home,
    attempt,
    balloons_in_order,
    check_count,
    each_file,
    in_order,
)
from closeup.readers.reader import BadPage
from closeup.readers.xml_input import Node, load
from closeup.records import shorten
from closeup.sources import Source

DIRECTIONS: dict[str, Direction] = {"leftToRight": "ltr", "rightToLeft": "rtl"}
LANGUAGES = {"french": "fr", "english": "en", "japanese": "ja"}
KINDS: dict[str, BalloonKind] = {
    "speech": "speech",
    "thought": "thought",
    "narrative": "caption",
    "onomatopoeia": "sfx",
}
"""By the lines' textType; of other types the kind is unknown."""

T = TypeVar("T")


def read(source: Source) -> Iterator[Page | BadPage]:
    """The pages of the database, one a file."""
    yield from each_file(source, source.names(".svg", ".xml"), _pages)


def _pages(source: Source, name: str) -> Iterator[Page | BadPage]:
    root = load(source, name, "svg")
    yield attempt(source.place(name), _page, root, name)


def _page(root: Node, name: str) -> Page:
    check_count(root.place, sum(len(layer.children) for layer in root.all("svg")))
    layers = {layer.get("class"): layer for layer in root.all("svg")}
    head = layers.get("Page")
    if head is None:
        raise root.error('need an <svg class="Page"> in it')
    image, meta = head.one("image"), head.one("metadata")
    sheet = Sheet(image.integer("width"), image.integer("height"))
    direction = DIRECTIONS.get(meta.get("readingDirection") or "")
    language = meta.get("language")
    inferred = ["characters.panel", "balloons.panel", "balloons.text"]
    panels, sure = _panels(sheet, _polygons(layers, "Panel"))
    if not sure:
        panels = in_order(panels, direction) if direction else panels
        inferred.append("panels.order")
    characters = []
    for part in _polygons(layers, "Character"):
        box, polygon = sheet.outline(part.place, "<polygon> points", part.points())
        characters.append(Character(id=part.need("id"), box=box, polygon=polygon))
    balloons, sure = _balloons(sheet, layers, {c.id for c in characters})
    balloons = at_home(balloons, panels)
    if not sure:
        balloons = balloons_in_order(balloons, panels, direction) if direction else balloons
        inferred.append("balloons.order")
    number = meta.get("pageNumber")
    return Page(
        format="closeup-page/1",
        id=f"ebdtheque/{posixpath.splitext(posixpath.basename(name))[0]}",
        image=posixpath.normpath(posixpath.join(posixpath.dirname(name), image.need("href"))),
        width=sheet.width,
        height=sheet.height,
        series=meta.get("collectionTitle"),
        issue=meta.get("albumTitle"),
        number=meta.integer("pageNumber") if number and number.isdigit() else None,
        language=LANGUAGES.get(language, language) if language else None,
        reading_direction=direction,
        license="eBDtheque: research use, on registration",
        attribution=meta.get("drawerName"),
        inferred=tuple(inferred),
        panels=tuple(panels),
        characters=at_home(characters, panels),
        balloons=balloons,
    )


def _polygons(layers: dict[str | None, Node], name: str) -> list[Node]:
    layer = layers.get(name)
    return layer.all("polygon") if layer else []


def _metadata(part: Node) -> Node:
    return part.first("metadata") or Node("metadata", {}, part.file, part.line)


def _by_rank(things: list[tuple[str | None, T]]) -> tuple[list[T], bool]:
    """Things by their rank, and whether every one has a rank of its own."""
    ranks = [int(rank) if rank and rank.isdigit() and len(rank) < 9 else None for rank, _ in things]
    if None in ranks or len(set(ranks)) < len(ranks):
        return [thing for _, thing in things], False
    ranked = sorted(range(len(things)), key=lambda i: ranks[i] or 0)
    return [things[i][1] for i in ranked], True


def _panels(sheet: Sheet, parts: list[Node]) -> tuple[list[Panel], bool]:
    panels: list[tuple[str | None, Panel]] = []
    for part in parts:
        box, polygon = sheet.outline(part.place, "<polygon> points", part.points())
        panel = Panel(id=part.need("id"), box=box, polygon=polygon)
        panels.append((_metadata(part).get("rank"), panel))
    return _by_rank(panels)


def _balloons(
    sheet: Sheet, layers: dict[str | None, Node], cast: set[str]
) -> tuple[list[Balloon], bool]:
    """Balloons with text and speaker, by rank; then the lines outside of any balloon."""
    parts = _polygons(layers, "Balloon")
    known = {part.need("id") for part in parts}
    lines: dict[str, list[Node]] = {name: [] for name in known}
    loose: list[Node] = []
    for line in _polygons(layers, "Line"):
        balloon = _metadata(line).get("idBalloon")
        if balloon is None:
            loose.append(line)
        elif balloon in known:
            lines[balloon].append(line)
        else:
            raise line.error(f"idBalloon: {shorten(balloon)}: no balloon of the page has this id")
    speakers = _speakers(layers, known, cast)
    ranked = []
    for part in parts:
        name = part.need("id")
        box, polygon = sheet.outline(part.place, "<polygon> points", part.points())
        said = speakers.get(name, set())
        balloon = Balloon(
            id=name,
            box=box,
            polygon=polygon,
            text=_joined(lines[name]),
            kind=_kind(lines[name]),
            speaker=next(iter(said)) if len(said) == 1 else None,
        )
        ranked.append((_metadata(part).get("rank"), balloon))
    balloons, sure = _by_rank(ranked)
    for line in loose:
        box, polygon = sheet.outline(line.place, "<polygon> points", line.points())
        text, kind = _joined([line]), _kind([line])
        balloons.append(Balloon(id=line.need("id"), box=box, polygon=polygon, text=text, kind=kind))
    return balloons, sure and not loose


def _speakers(
    layers: dict[str | None, Node], balloons: set[str], cast: set[str]
) -> dict[str, set[str]]:
    speakers: dict[str, set[str]] = {}
    for link in _polygons(layers, "linkSBSC"):
        balloon, character = link.need("idBalloon"), link.need("idCharacter")
        if balloon not in balloons:
            raise link.error(f"idBalloon: {shorten(balloon)}: no balloon of the page has this id")
        if character not in cast:
            raise link.error(
                f"idCharacter: {shorten(character)}: no character of the page has this id"
            )
        speakers.setdefault(balloon, set()).add(character)
    return speakers


def _joined(lines: list[Node]) -> str | None:
    """The text of a balloon's lines: rows from the top, or upright columns from the right."""
    placed = []
    for line in lines:
        xs, ys = zip(*line.points(), strict=True)
        placed.append((min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys), line))
    upright = sum(height > 1.5 * width for _, _, width, height, _ in placed)
    columns = len(placed) > 1 and 2 * upright > len(placed)
    placed.sort(key=lambda p: -p[0] if columns else p[1])
    texts = [_metadata(p[4]).text for p in placed]
    return ("" if columns else " ").join(filter(None, texts)) or None


def _kind(lines: list[Node]) -> BalloonKind | None:
    kinds = {_metadata(line).get("textType") for line in lines}
    return KINDS.get(kinds.pop() or "") if len(kinds) == 1 else None
