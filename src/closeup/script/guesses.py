"""What a page's `inferred` means for its script, in fields and in words."""

from collections.abc import Sequence

from closeup.script.plain import plain

WORDS = {
    "panels": "where the panels are",
    "panels.order": "the order of the panels",
    "characters": "where the characters are",
    "characters.panel": "which panel each character is in",
    "characters.identity": "who the characters are",
    "characters.name": "who the characters are",
    "characters.actions": "what the characters do",
    "characters.depth": "who is in front of whom",
    "balloons": "where the lettering is",
    "balloons.panel": "which panel each line belongs to",
    "balloons.order": "the order of the lines",
    "balloons.text": "the words of the lines",
    "balloons.kind": "what is spoken, and what is caption, sound or sign",
    "balloons.speaker": "who speaks",
    "descriptions": "the descriptions",
    "reading_direction": "the direction of reading",
}
UNHEARD = ("width", "height")
"""What a script does not tell, and beside it most of the geometry."""
_OUTLINES = ("polygon", "face", "keypoints", "truncated", "intradepth", "text_height")


class Guesses:
    """The fields of one page that a program filled in."""

    def __init__(self, inferred: Sequence[str]) -> None:
        self._fields = frozenset(inferred)
        heard = (f.removesuffix(".box") for f in inferred if f.rpartition(".")[2] not in _OUTLINES)
        known = (WORDS.get(f, f"the field {plain(f)}") for f in heard if f not in UNHEARD)
        self.told = tuple(dict.fromkeys(known))
        """What was guessed, in words."""

    def of(self, field: str) -> bool:
        """Whether a program filled in this field, such as "balloons.speaker", or what holds it."""
        return field in self._fields or field.partition(".")[0] in self._fields

    def among(self, **fields: Sequence[str]) -> tuple[str, ...]:
        """The names of those arguments of which a program filled in any of the fields."""
        return tuple(name for name, paths in fields.items() if any(map(self.of, paths)))
