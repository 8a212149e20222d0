"""The records of a script: what it says of each page and panel, and what of that is uncertain.

Everything stands in reading order. A name is the same wherever it means the same person. What
nobody knows is null or absent; what a program worked out is named in `guessed`.
"""

from typing import Literal

from pydantic import Field

from closeup.page import BalloonKind
from closeup.records import Record

Plane = Literal["front", "middle", "back"]


class Line(Record):
    """One piece of lettering."""

    kind: BalloonKind | None
    """Null: nobody has said whether it is spoken."""
    speaker: str | None
    """A name of the cast or of a figure; null where nobody speaks or it is unknown."""
    off_panel: bool = False
    """Spoken by somebody who is not drawn in the panel."""
    text: str | None
    """Null: nobody has typed it out."""
    guessed: tuple[str, ...] = ()
    """Of `kind`, `speaker` and `text`, those that a program filled in."""


class Figure(Record):
    """One character in one panel."""

    name: str
    known: bool
    """Whether anybody said who it is. If not, the name only counts figures of this panel."""
    actions: tuple[str, ...] = ()
    plane: Plane | None = None
    """Where it stands, nearest the viewer first; null where that is unknown, or all stand alike."""
    note: str = ""
    """What else the labeller remarked."""
    guessed: tuple[str, ...] = ()
    """Of `name`, `actions` and `plane`, those that a program filled in."""


class Scene(Record):
    """A description of a panel, in a sentence or two."""

    text: str
    source: str = ""
    """How it came about, where not by a person: "described by a program", for example."""


class ScriptPanel(Record):
    """One panel, or what stands outside of all panels."""

    id: str | None
    """The panel's id in the annotations; null for what is outside of all panels."""
    number: int | None = Field(ge=1)
    """Its place in the order of reading, from 1."""
    scenes: tuple[Scene, ...] = ()
    details: tuple[str, ...] = ()
    """Facts that the description and the lines do not tell."""
    figures: tuple[Figure, ...] | None = ()
    """Nearest first, else from the left; null where nobody has labelled characters."""
    crowd: bool = False
    """More characters are drawn than are told."""
    lines: tuple[Line, ...] = ()
    remarks: tuple[str, ...] = ()
    """Whole sentences with their source in them, such as what a model counted."""


class ScriptPage(Record):
    """One page."""

    id: str
    heading: str
    """How the page is called: by its number, and by its comic where there are several."""
    language: str | None
    """Of the lines, as a BCP 47 tag."""
    ordered: bool
    """Whether anybody, a program included, has put the panels into order."""
    guessed: tuple[str, ...] = ()
    """What a program worked out of the page, in words."""
    panels: tuple[ScriptPanel, ...]

    @property
    def count(self) -> int:
        """The number of panels, without what is outside of them."""
        return sum(panel.number is not None for panel in self.panels)


class Person(Record):
    """Somebody of the cast: known to be the same wherever the name stands."""

    name: str
    identity: str
    """As the annotations have it."""
    looks: str = ""
    panels: int
    """In how many panels."""
    first: str
    """Where first, in words."""


class Script(Record):
    """A script of some pages."""

    format: Literal["closeup-script/1"] = "closeup-script/1"
    title: str
    told_by: str | None = None
    """The model whose answers it tells; null where it follows annotations."""
    languages: tuple[str, ...] = ()
    """Of the comic, the commonest first; the script's own words are English."""
    licenses: tuple[str, ...] = ()
    attributions: tuple[str, ...] = ()
    cast: tuple[Person, ...] = ()
    pages: tuple[ScriptPage, ...]
    remarks: tuple[str, ...] = ()
    """Whole sentences about the script as a whole."""
