"""The page format, version 1: what every reader produces and every task reads.

All boxes are page pixels, half-open. What a dataset does not say is null, never zero and never a
guess: an unknown depth, an unknown reading order or an unknown cast yields no question. A field
that a program filled in is named in `inferred`.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from closeup.geometry import Box
from closeup.records import Record, shorten

FORMAT = "closeup-page/1"
MAX_SIDE = 30_000
"""Pixels; no page is wider or higher."""
MAX_THINGS = 2000
"""Panels, characters or balloons on one page; many more than any page has, and few enough to
compare in pairs."""

BalloonKind = Literal["speech", "thought", "caption", "sfx", "sign"]
Direction = Literal["ltr", "rtl", "ttb"]
OFF_PANEL = "off-panel"
"""The speaker of a balloon who is not drawn in its panel."""


def _plain(text: str) -> str:
    if not text.strip() or len(text) > 200 or not text.isprintable():
        raise ValueError("need 1 to 200 printable characters")
    return text


Id = Annotated[str, AfterValidator(_plain)]
Polygon = Annotated[tuple[tuple[float, float], ...], Field(min_length=3)]
Keypoint = tuple[float, float, Literal[0, 1, 2]]
"""x, y and COCO's visibility: 0 not labelled, 1 hidden, 2 visible."""
_FEW = Field(max_length=MAX_THINGS, fail_fast=True)


class Panel(Record):
    """One panel; a page lists its panels in reading order, unless their order is unknown."""

    id: Id
    box: Box
    polygon: Polygon | None = None
    crowd: bool = False
    """More figures are drawn here than are labelled, so they cannot be counted."""


class Character(Record):
    """One drawn figure: the box covers visible hair, hats and clothes, not held things."""

    id: Id
    panel: Id | None = None
    name: str | None = None
    identity: str | None = None
    """The same string for the same person throughout a series; the name where it is absent."""
    box: Box
    polygon: Polygon | None = None
    face: Box | None = None
    actions: tuple[str, ...] | None = None
    """What the character does; several may be true at once. Null or empty: unknown."""
    keypoints: Annotated[tuple[Keypoint, ...], Field(min_length=17, max_length=17)] | None = None
    """COCO's order: nose, eyes, ears, shoulders, elbows, wrists, hips, knees, ankles."""
    depth: int | None = Field(default=None, ge=0)
    """Rank within the panel: 0 is nearest the viewer, equal ranks are one plane."""
    intradepth: int | None = Field(default=None, ge=0)
    truncated: bool | None = None
    """Cut by the panel's border."""
    note: str = ""

    @property
    def who(self) -> str | None:
        """The identity, or the name where there is none."""
        return self.identity or self.name


class Balloon(Record):
    """One piece of lettering: the box covers the balloon's body without its tail."""

    id: Id
    panel: Id | None = None
    box: Box
    polygon: Polygon | None = None
    text: str | None = None
    kind: BalloonKind | None = None
    speaker: str | None = None
    """A character's id, "off-panel", or null where nobody speaks or it is unknown."""
    text_height: float | None = Field(default=None, gt=0)
    """Height of a capital letter in page pixels, where the lettering is known."""


class Description(Record):
    """What a panel shows: a sentence or two, and facts that can be checked one by one."""

    panel: Id
    text: str
    facts: tuple[str, ...] = ()
    author: Id | None = None
    """The model or the people that wrote it, where that is known: none should judge by its own."""


class Page(Record):
    """One comic page with its dense annotations. A two-page spread is one page."""

    format: Literal["closeup-page/1"]
    id: Id
    image: str
    """Path of the image, relative to the file that holds this page."""
    width: int = Field(ge=1, le=MAX_SIDE)
    height: int = Field(ge=1, le=MAX_SIDE)
    series: str | None = None
    issue: str | None = None
    number: int | None = None
    language: str | None = None
    reading_direction: Direction | None = None
    license: str | None = None
    attribution: str | None = None
    inferred: tuple[str, ...] = ()
    """Fields that a program filled in, such as "panels.order"."""
    panels: Annotated[tuple[Panel, ...], _FEW] | None
    characters: Annotated[tuple[Character, ...], _FEW] | None
    """Null where the dataset has no characters at all; empty where the page has none."""
    balloons: Annotated[tuple[Balloon, ...], _FEW] | None
    descriptions: Annotated[tuple[Description, ...], _FEW] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        path = PurePosixPath(self.image.replace("\\", "/"))
        if not self.image or path.is_absolute() or ".." in path.parts or "\0" in self.image:
            raise ValueError(f"image: {shorten(self.image)}: need a relative path without '..'")
        panels, characters = self.panels or (), self.characters or ()
        balloons, descriptions = self.balloons or (), self.descriptions or ()
        for what, things in (
            ("panels", panels),
            ("characters", characters),
            ("balloons", balloons),
        ):
            _unique(what, (thing.id for thing in things))
            for i, thing in enumerate(things):
                _inside(f"{what}.{i}.box", thing.box, self.width, self.height)
                _on_page(f"{what}.{i}.polygon", thing.polygon or (), self.width, self.height)
        known = {panel.id for panel in panels}
        for what, things in (("characters", characters), ("balloons", balloons)):
            for i, thing in enumerate(things):
                if thing.panel is not None and thing.panel not in known:
                    raise ValueError(f"{what}.{i}.panel: {thing.panel!r}: no panel has this id")
        for i, character in enumerate(characters):
            if character.face:
                _inside(f"characters.{i}.face", character.face, self.width, self.height)
            points = [(x, y) for x, y, _ in character.keypoints or ()]
            _on_page(f"characters.{i}.keypoints", points, self.width, self.height)
        cast = {character.id for character in characters} | {OFF_PANEL, None}
        for i, balloon in enumerate(balloons):
            if balloon.speaker not in cast:
                raise ValueError(
                    f"balloons.{i}.speaker: {shorten(balloon.speaker)}: no character has this id"
                )
        _unique("descriptions", (description.panel for description in descriptions))
        for i, description in enumerate(descriptions):
            if description.panel not in known:
                raise ValueError(f"descriptions.{i}.panel: {description.panel!r}: no such panel")
        return self

    @property
    def box(self) -> Box:
        return Box(0, 0, self.width, self.height)

    @property
    def group(self) -> str:
        """What must not be split: the series and issue; the page alone where both are unknown."""
        parts = [part for part in (self.series, self.issue) if part]
        return "/".join(parts) if parts else self.id

    def panel(self, panel_id: str) -> Panel:
        """The panel with this id; KeyError when there is none."""
        for panel in self.panels or ():
            if panel.id == panel_id:
                return panel
        raise KeyError(panel_id)

    def characters_in(self, panel: Panel) -> tuple[Character, ...]:
        """The characters labelled as drawn in a panel, in the file's order."""
        return tuple(c for c in self.characters or () if c.panel == panel.id)

    def balloons_in(self, panel: Panel) -> tuple[Balloon, ...]:
        """The balloons of a panel, in the file's order."""
        return tuple(b for b in self.balloons or () if b.panel == panel.id)


def _unique(what: str, ids: Iterable[str]) -> None:
    twice = [name for name, count in Counter(ids).items() if count > 1]
    if twice:
        raise ValueError(f"{what}: {twice[0]!r}: this id stands twice")


def _inside(field: str, box: Box, width: int, height: int) -> None:
    if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height:
        raise ValueError(f"{field}: {list(box.corners)}: outside the page of {width}x{height}")


def _on_page(field: str, points: Iterable[tuple[float, float]], width: int, height: int) -> None:
    for i, (x, y) in enumerate(points):
        if not (0 <= x <= width and 0 <= y <= height):
            raise ValueError(f"{field}.{i}: {[x, y]}: outside the page of {width}x{height}")
