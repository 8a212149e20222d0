"""Manga109: one XML file a book, and the annotations published beside it.

    annotations/<book>.xml             frame, text, face and body, with corners in pixels
    images/<book>/003.jpg              by the page's index; an image is a spread of two pages
    Manga109Dialog…/<book>.xml         optional: which body speaks which text
    COO…/<book>.xml                    optional: drawn sounds, as polygons with text

Read right to left, a spread page by page; the order of frames and texts is inferred, and things
are put into panels by geometry. A text that a link gives a speaker is speech; of any other the
kind is unknown, as is the speaker of a text with several. A face belongs to the body of the same
character that holds it. Characters called "Other…" or "その他" are no one person.
"""

import posixpath
from collections.abc import Iterator

from closeup.geometry import Box
from closeup.page import Balloon, Character, Page, Panel
from closeup.readers.assemble import (
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

EXTRAS = ("manga109dialog", "coo")
"""How the folders of published extra annotations begin, in lower case."""
LICENSE = "Manga109: academic use on application; images may not be redistributed"


def read(source: Source) -> Iterator[Page | BadPage]:
    """The pages of every book, with speakers and drawn sounds where their files are present."""
    names = source.names(".xml")
    extra = {name for name in names if any(map(_is_extra, name.split("/")[:-1]))}
    beside: dict[str, list[str]] = {}
    for name in sorted(extra):
        beside.setdefault(posixpath.basename(name), []).append(name)

    def pages(source: Source, name: str) -> Iterator[Page | BadPage]:
        yield from _pages(source, name, beside.get(posixpath.basename(name), []))

    yield from each_file(source, (name for name in names if name not in extra), pages)


def _is_extra(folder: str) -> bool:
    return folder.lower().startswith(EXTRAS)


def _pages(source: Source, name: str, extras: list[str]) -> Iterator[Page | BadPage]:
    book = load(source, name, "book")
    title = book.need("title")
    people = book.first("characters")
    cast = {c.need("id"): c.need("name") for c in people.all("character")} if people else {}
    more: dict[int, list[Node]] = {}
    for extra in extras:
        root = load(source, extra, "book")
        for page in root.one("pages").all("page"):
            more.setdefault(page.integer("index"), []).extend(page.children)
    images = join(posixpath.dirname(posixpath.dirname(name)), f"images/{title}")
    for page in book.one("pages").all("page"):
        yield attempt(page.place, _page, page, more, title, cast, images)


def _page(
    node: Node, more: dict[int, list[Node]], title: str, cast: dict[str, str], images: str
) -> Page:
    index = node.integer("index")
    sheet = Sheet(node.integer("width"), node.integer("height"))
    extra = more.get(index, [])
    check_count(node.place, len(node.children) + len(extra))
    spread = sheet.width / 2 if sheet.width > sheet.height else None
    frames = [Panel(id=p.need("id"), box=_corners(sheet, p)) for p in node.all("frame")]
    panels = in_order(frames, "rtl", spread)
    bodies = [_body(sheet, part, cast) for part in node.all("body")]
    people = {part.need("id"): part.get("character") for part in node.all("body", "face")}
    homes = _face_owners(sheet, node, people, {body.id: body.box for body in bodies})
    faces: dict[str, Box] = {}
    for face in node.all("face"):
        if body := homes[face.need("id")]:
            faces.setdefault(body, _corners(sheet, face))
    characters = [body.model_copy(update={"face": faces.get(body.id)}) for body in bodies]
    speakers = _speakers(node, extra, {**{body.id: body.id for body in bodies}, **homes})
    balloons = [_text(sheet, part, speakers) for part in node.all("text")]
    balloons += [_sound(sheet, part) for part in extra if part.tag == "onomatopoeia"]
    return Page(
        format="closeup-page/1",
        id=f"manga109/{title}/{index:03}",
        image=f"{images}/{index:03}.jpg",
        width=sheet.width,
        height=sheet.height,
        series=title,
        number=index,
        language="ja",
        reading_direction="rtl",
        license=LICENSE,
        inferred=(
            *("panels.order", "characters.panel", "characters.face"),
            *("balloons.panel", "balloons.order"),
        ),
        panels=panels,
        characters=at_home(characters, panels),
        balloons=balloons_in_order(at_home(balloons, panels), panels, "rtl"),
    )


def _corners(sheet: Sheet, node: Node) -> Box:
    corners = [node.number(side) for side in ("xmin", "ymin", "xmax", "ymax")]
    return sheet.box(node.place, f"<{node.tag}> box", corners)


def _body(sheet: Sheet, part: Node, cast: dict[str, str]) -> Character:
    person = part.need("character")
    if person not in cast:
        raise part.error(f"character: {shorten(person)}: no character of the book has this id")
    name, box = cast[person], _corners(sheet, part)
    if name.lower().startswith(("other", "その他")):
        return Character(id=part.need("id"), box=box, note=name)
    return Character(id=part.need("id"), box=box, name=name, identity=person)


def _face_owners(
    sheet: Sheet, node: Node, people: dict[str, str | None], bodies: dict[str, Box]
) -> dict[str, str | None]:
    """The body of the same character that each face lies in, by the face's id."""
    owners: dict[str, str | None] = {}
    for face in node.all("face"):
        person = people[face.need("id")]
        same = {body: box for body, box in bodies.items() if people[body] == person}
        owners[face.need("id")] = owner(_corners(sheet, face), same)
    return owners


def _speakers(
    node: Node, extra: list[Node], bodies: dict[str, str | None]
) -> dict[str, set[str | None]]:
    """The bodies that the links give each text; a speaker may be named by a face."""
    texts = {part.need("id") for part in node.all("text")}
    speakers: dict[str, set[str | None]] = {}
    for link in extra:
        if link.tag != "speaker_to_text":
            continue
        text, speaker = link.need("text_id"), link.need("speaker_id")
        if text not in texts:
            raise link.error(f"text_id: {shorten(text)}: no text of the page has this id")
        if speaker not in bodies:
            raise link.error(
                f"speaker_id: {shorten(speaker)}: no body or face of the page has this id"
            )
        speakers.setdefault(text, set()).add(bodies[speaker])
    return speakers


def _text(sheet: Sheet, part: Node, speakers: dict[str, set[str | None]]) -> Balloon:
    name = part.need("id")
    said = speakers.get(name, set())
    return Balloon(
        id=name,
        box=_corners(sheet, part),
        text=part.text or None,
        kind="speech" if said else None,
        speaker=next(iter(said)) if len(said) == 1 else None,
    )


def _sound(sheet: Sheet, part: Node) -> Balloon:
    count = sum(1 for name in part.attributes if name[:1] == "x" and name[1:].isdigit())
    points = tuple((part.number(f"x{i}"), part.number(f"y{i}")) for i in range(count))
    if count < 3:
        raise part.error(f"{count} points: need at least 3")
    box, polygon = sheet.outline(part.place, "<onomatopoeia> points", points)
    return Balloon(id=part.need("id"), box=box, polygon=polygon, text=part.text or None, kind="sfx")
