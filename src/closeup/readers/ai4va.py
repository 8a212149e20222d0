"""AI4VA: pages of the weekly Vaillant in COCO JSON, with depth.

    train-annotations.json, val-annotations.json, …    every .json but categories.json
    Vaillant_<issue>_<year>_<month>_<day>-<page>.png   anywhere in the source, found by name
    categories.json                                    optional: {"category name": "what it is"}

A category's name says what its boxes are, by the table of `ai4va_categories` and by
categories.json, which adds to it and overrules it: panel, character, face, balloon, text, or
ignore. A name in neither is an error.

`attributes.Interdepth` is a character's depth; a larger one looks farther away, which is our
reading of one published page, for the files do not say. Where it is missing depth is null, never 0.
A character with `iscrowd` is a group: its panel has `crowd` set. A segmentation may be empty or
run-length coded; the box alone is kept then, as it is for a figure of several polygons.

Read left to right, as the magazine is. The order of panels is inferred; characters, faces and
balloons are put into panels by geometry. There are no actions, names or transcripts.
"""

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from closeup.geometry import Box
from closeup.page import Balloon, Character, Page, Panel
from closeup.readers.ai4va_categories import OVERRIDE, What, categories
from closeup.readers.assemble import (
    IMAGES,
    Polygon,
    Sheet,
    at_home,
    attempt,
    balloons_in_order,
    check_count,
    each_file,
    home,
    in_order,
    join,
    owner,
)
from closeup.readers.coco import Annotation, Depth, Image, whole
from closeup.readers.json_input import items, load
from closeup.readers.reader import BadPage
from closeup.records import CloseupError, one_line, shorten
from closeup.sources import Source, SourceError

LICENSE = "AI4VA: personal, non-commercial research"
_NAME = re.compile(r"Vaillant_(\d+)_\d{4}_\d\d_\d\d-(\d+)", re.ASCII)


@dataclass(frozen=True)
class _Thing:
    """One annotation, checked against its page."""

    name: str
    what: What
    box: Box
    polygon: Polygon | None
    crowd: bool
    depth: int | None
    intradepth: int | None


def read(source: Source) -> Iterator[Page | BadPage]:
    """The pages of every annotation file."""
    names = [n for n in source.names(".json") if posixpath.basename(n) != OVERRIDE]
    try:
        images = source.names(*IMAGES)
    except CloseupError:
        images = []
    by_name: dict[str, list[str]] = defaultdict(list)
    for image in images:
        by_name[posixpath.basename(image)].append(image)

    def pages(source: Source, name: str) -> Iterator[Page | BadPage]:
        yield from _pages(source, name, by_name)

    yield from each_file(source, names, pages)


def _pages(source: Source, name: str, by_name: dict[str, list[str]]) -> Iterator[Page | BadPage]:
    place = source.place(name)
    document = load(source, name)
    images, listed = (items(document, key, place) for key in ("images", "annotations"))
    table = categories(source, name, document)
    annotations: dict[int | None, list[int]] = defaultdict(list)
    for i, value in enumerate(listed):
        annotations[_id(value, "image_id")].append(i)
    known: set[int | None] = set()
    nameless = False
    for i, value in enumerate(images):
        try:
            image = Image.take(value, place, f"images.{i}")
        except SourceError as error:
            yield BadPage(error.place, error.message)
            known.add(_id(value, "id"))
            nameless |= _id(value, "id") is None
            continue
        spot = f"{place}: {one_line(image.file_name, 200)}"
        if image.id in known:
            yield BadPage(spot, f"images.{i}.id: {image.id}: this id stands twice")
            continue
        known.add(image.id)
        mine = {k: listed[k] for k in annotations[image.id]}
        path = _path(image.file_name, posixpath.dirname(name), by_name)
        yield attempt(spot, _page, spot, image, path, mine, table)
    for image_id, indices in annotations.items():
        if image_id not in known and not nameless:
            first = listed[indices[0]]
            given = first.get("image_id") if isinstance(first, dict) else None
            message = f"annotations.{indices[0]}.image_id: {shorten(given)}: no image has this id"
            yield BadPage(place, message + f" ({len(indices)} such)" * (len(indices) > 1))


def _id(value: Any, key: str) -> int | None:
    found = whole(value.get(key)) if isinstance(value, dict) else None
    return found if type(found) is int else None


def _path(file_name: str, folder: str, by_name: dict[str, list[str]]) -> str:
    """Where an image is: as the file says, or else the one file of that name."""
    named = join(folder, file_name)
    found = by_name.get(posixpath.basename(file_name), [])
    return found[0] if len(found) == 1 and named not in found else named


def _page(
    place: str,
    image: Image,
    path: str,
    annotations: dict[int, Any],
    table: dict[int, What],
) -> Page:
    check_count(place, len(annotations))
    sheet = Sheet(image.width, image.height)
    things = [_thing(sheet, place, k, v, table) for k, v in annotations.items()]

    def of(what: What) -> list[_Thing]:
        return [thing for thing in things if thing.what == what]

    shapes = of("balloon")
    texts = [t for t in of("text") if not any(b.box.coverage(t.box) >= 0.7 for b in shapes)]
    panels = _panels(of("panel"), [c.box for c in of("character") if c.crowd])
    figures = [c for c in of("character") if not c.crowd]
    faces: dict[str, Box] = {}
    for face in of("face"):
        if body := owner(face.box, {f.name: f.box for f in figures}):
            faces.setdefault(body, face.box)
    characters = [
        Character(
            id=f.name,
            box=f.box,
            polygon=f.polygon,
            face=faces.get(f.name),
            depth=f.depth,
            intradepth=f.intradepth,
        )
        for f in figures
    ]
    balloons = [Balloon(id=b.name, box=b.box, polygon=b.polygon) for b in (*shapes, *texts)]
    match = _NAME.match(posixpath.basename(image.file_name))
    return Page(
        format="closeup-page/1",
        id=f"ai4va/{posixpath.splitext(posixpath.basename(image.file_name))[0]}",
        image=path,
        width=image.width,
        height=image.height,
        series="Vaillant" if match else None,
        issue=match[1] if match else None,
        number=int(match[2][-9:]) if match else None,
        language="fr",
        reading_direction="ltr",
        license=LICENSE,
        inferred=(
            *("panels.order", "characters.panel", "characters.face"),
            *("balloons.panel", "balloons.order"),
        ),
        panels=panels,
        characters=at_home(characters, panels),
        balloons=balloons_in_order(at_home(balloons, panels), panels, "ltr"),
    )


def _panels(things: list[_Thing], crowds: list[Box]) -> tuple[Panel, ...]:
    """Panels in order; a group whose panel is unclear makes every panel it touches a crowd's."""
    panels = in_order([Panel(id=t.name, box=t.box, polygon=t.polygon) for t in things], "ltr")
    crowded: set[str] = set()
    for box in crowds:
        one = home(box, panels)
        crowded |= {one} if one else {p.id for p in panels if p.box.overlap(box)}
    return tuple(p.model_copy(update={"crowd": p.id in crowded}) for p in panels)


def _thing(sheet: Sheet, place: str, index: int, value: Any, table: dict[int, What]) -> _Thing:
    field = f"annotations.{index}"
    record = Annotation.take(value, place, field)
    if record.category_id not in table:
        message = f"{field}.category_id: {record.category_id}: no category has this id"
        raise SourceError(place, message)
    if len(record.bbox) != 4:
        raise SourceError(place, f"{field}.bbox: {shorten(record.bbox)}: need x, y, width, height")
    x, y, width, height = record.bbox
    depths = record.attributes or Depth()
    return _Thing(
        name=f"a{record.id}",
        what=table[record.category_id],
        box=sheet.box(place, f"{field}.bbox", (x, y, x + width, y + height)),
        polygon=_polygon(sheet, place, f"{field}.segmentation", record.segmentation),
        crowd=record.iscrowd != 0,
        depth=_rank(place, f"{field}.attributes.Interdepth", depths.Interdepth),
        intradepth=_rank(place, f"{field}.attributes.Intradepth", depths.Intradepth),
    )


def _polygon(
    sheet: Sheet, place: str, field: str, value: list[list[float]] | None
) -> Polygon | None:
    """The outline of a figure of one piece; None where there is none, or several."""
    pieces = [flat for flat in value or () if flat]
    for flat in pieces:
        if len(flat) < 6 or len(flat) % 2:
            raise SourceError(place, f"{field}: {shorten(flat)}: need x, y of 3 points or more")
    outlines = [
        sheet.outline(place, field, tuple(zip(flat[::2], flat[1::2], strict=True)))[1]
        for flat in pieces
    ]
    return outlines[0] if len(outlines) == 1 else None


def _rank(place: str, field: str, value: float | None) -> int | None:
    if value is None:
        return None
    if value < 0 or value != int(value):
        raise SourceError(place, f"{field}: {value}: need a whole number from 0")
    return int(value)
