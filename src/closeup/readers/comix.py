"""CoMix and the Comics Datasets Framework: one XML file a book.

    <dataset>/annotations/<book>.xml
    <dataset>/images/<book>/000.jpg

<dataset> is CoMix's own folder name (comics, DCM, eBDtheque, popmanga, Manga109). A page lists
`panel`, `character`, `face`, `balloon`, `text`, `onomatopoeia` and `link_sbsc` elements with
`points`; `character_id` names a person of the book, but in a link a character of the page.
The format states neither order nor reading direction: the direction is known for the datasets
that have one, and there the order is inferred; elsewhere the direction stays unknown and the
order, marked as inferred all the same, is the file's. Texts in a balloon
are joined from top to bottom, texts outside of balloons are balloons of their own, and things are
put into panels by geometry.
"""

import posixpath
from collections.abc import Iterator

from closeup.geometry import Box
from closeup.page import Balloon, Character, Direction, Page, Panel
from closeup.readers.assemble import (
    Polygon,
    Sheet,
    at_home,
    attempt,
    balloons_in_order,
    check_count,
    each_file,
    in_order,
    join,
    owner,
)
from closeup.readers.reader import BadPage
from closeup.readers.xml_input import Node, load
from closeup.records import shorten
from closeup.sources import Source

DIRECTIONS: dict[str, Direction] = {
    "comics": "ltr",
    "dcm": "ltr",
    "popmanga": "rtl",
    "manga109": "rtl",
}
"""By the dataset's folder; eBDtheque mixes both directions."""


def read(source: Source) -> Iterator[Page | BadPage]:
    """The pages of every book's XML file."""
    yield from each_file(source, source.names(".xml"), _pages)


def _pages(source: Source, name: str) -> Iterator[Page | BadPage]:
    root = load(source, name, "annotations")
    folder, file = posixpath.split(name)
    dataset = posixpath.dirname(folder)
    label = posixpath.basename(dataset) or source.path.stem
    images = join(dataset, f"images/{file.removesuffix('.xml')}")
    for book in root.all("book"):
        people = book.first("characters")
        cast = {c.need("id"): c.get("name") for c in people.all("character")} if people else {}
        title = book.need("title")
        for node in book.one("pages").all("page"):
            yield attempt(node.place, _page, node, title, cast, images, label)


def _page(node: Node, title: str, cast: dict[str, str | None], images: str, label: str) -> Page:
    check_count(node.place, len(node.children))
    number = node.integer("id")
    sheet = Sheet(node.integer("width"), node.integer("height"))
    direction = DIRECTIONS.get(label.lower())
    panels = [
        Panel(id=part.need("id"), box=box, polygon=polygon)
        for part, box, polygon in _parts(sheet, node, "panel")
    ]
    characters = _with_faces(
        [
            _character(part, box, polygon, cast)
            for part, box, polygon in _parts(sheet, node, "character")
        ],
        _parts(sheet, node, "face"),
    )
    balloons = _balloons(sheet, node, {character.id for character in characters})
    if direction:
        panels = in_order(panels, direction, None)
        balloons = balloons_in_order(at_home(balloons, panels), panels, direction)
    return Page(
        format="closeup-page/1",
        id=f"comix/{label}/{title}/{number:03}",
        image=f"{images}/{number:03}.jpg",
        width=sheet.width,
        height=sheet.height,
        series=title,
        number=number,
        reading_direction=direction,
        inferred=(
            *("panels.order", "characters.panel", "characters.face"),
            *("balloons.panel", "balloons.order", "balloons.text"),
        ),
        panels=tuple(panels),
        characters=at_home(characters, panels),
        balloons=at_home(balloons, panels),
    )


def _parts(sheet: Sheet, node: Node, tag: str) -> list[tuple[Node, Box, Polygon]]:
    parts = []
    for part in node.all(tag):
        part.need("id")
        box, polygon = sheet.outline(part.place, f"<{tag}> points", part.points())
        parts.append((part, box, polygon))
    return parts


def _character(part: Node, box: Box, polygon: Polygon, cast: dict[str, str | None]) -> Character:
    person = part.get("character_id")
    if person is not None and person not in cast:
        raise part.error(f"character_id: {shorten(person)}: no character of the book has this id")
    name = cast[person] if person else None
    return Character(id=part.need("id"), box=box, polygon=polygon, name=name, identity=person)


def _with_faces(
    characters: list[Character], faces: list[tuple[Node, Box, Polygon]]
) -> list[Character]:
    """Faces given to the one character whose box holds them, of the same person where known."""
    found: dict[str, Box] = {}
    for part, box, _ in faces:
        person = part.get("character_id")
        bodies = {c.id: c.box for c in characters if person in (None, c.identity)}
        if (body := owner(box, bodies)) is not None:
            found.setdefault(body, box)
    return [c.model_copy(update={"face": found.get(c.id)}) for c in characters]


def _balloons(sheet: Sheet, node: Node, bodies: set[str]) -> list[Balloon]:
    """Balloons with their texts and speakers, then texts without a balloon, then drawn sounds."""
    texts = _parts(sheet, node, "text")
    shapes = _parts(sheet, node, "balloon")
    known = {part.need("id") for part, _, _ in shapes}
    inside: dict[str, list[tuple[float, Node]]] = {name: [] for name in known}
    loose: list[tuple[Node, Box, Polygon]] = []
    for part, box, polygon in texts:
        balloon = part.get("balloon_id")
        if balloon is None:
            loose.append((part, box, polygon))
        elif balloon in known:
            inside[balloon].append((box.y0, part))
        else:
            raise part.error(f"balloon_id: {shorten(balloon)}: no balloon of the page has this id")
    speakers = _speakers(node, {part.need("id") for part, _, _ in texts}, bodies)
    result: list[Balloon] = []
    for part, box, polygon in shapes:
        held = [text for _, text in sorted(inside[part.need("id")], key=lambda pair: pair[0])]
        result.append(_balloon(part, held, box, polygon, speakers))
    result += [_balloon(part, [part], box, polygon, speakers) for part, box, polygon in loose]
    for part, box, polygon in _parts(sheet, node, "onomatopoeia"):
        result.append(
            Balloon(
                id=part.need("id"), box=box, polygon=polygon, text=part.text or None, kind="sfx"
            )
        )
    return result


def _balloon(
    part: Node,
    texts: list[Node],
    box: Box,
    polygon: Polygon,
    speakers: dict[str, set[str]],
) -> Balloon:
    said = sorted({who for text in texts for who in speakers.get(text.need("id"), ())})
    return Balloon(
        id=part.need("id"),
        box=box,
        polygon=polygon,
        text=" ".join(text.text for text in texts if text.text) or None,
        kind="speech" if said else None,
        speaker=said[0] if len(said) == 1 else None,
    )


def _speakers(node: Node, texts: set[str], bodies: set[str]) -> dict[str, set[str]]:
    """Who says each text, by the links; several where a text has several."""
    speakers: dict[str, set[str]] = {}
    for link in node.all("link_sbsc"):
        text, body = link.get("text_id"), link.get("character_id")
        if text is None or body is None:
            continue
        if text not in texts:
            raise link.error(f"text_id: {shorten(text)}: no text of the page has this id")
        if body not in bodies:
            raise link.error(f"character_id: {shorten(body)}: no character of the page has this id")
        speakers.setdefault(text, set()).add(body)
    return speakers
