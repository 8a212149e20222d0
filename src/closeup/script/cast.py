"""What everybody is called: by name where there is one, else by a number, the same on every page.

An identity without a name becomes "Character 1", "Character 2" … in the order of first appearance.
A figure of which nobody has said who it is gets no name that could be taken for one: it is an
"Unknown figure" of its panel, counted from the left, and may be the same person as another.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from closeup.page import Character, Page
from closeup.script.plain import plain
from closeup.script.script import Person

UNKNOWN = "Unknown figure"
NAMELESS = "Character"
LABELS = ("caption", "lettering", "narrator", "off-panel voice", "sign", "sound", "unknown speaker")
"""What begins other lines of a script: nobody may be called so without a word more."""

Key = tuple[str, str]
"""A series, within which identities mean the same person, and an identity."""


class Cast:
    """The names of everybody on some pages, which are in reading order."""

    def __init__(self, pages: Sequence[Page], headings: Sequence[str]) -> None:
        self._figures: dict[Key, list[Character]] = defaultdict(list)
        self._first: dict[Key, str] = {}
        self._panels: dict[Key, set[tuple[str, str | None]]] = defaultdict(set)
        self._unknown = {(page.id, c): name for page in pages for c, name in _counted(page)}
        for page, heading in zip(pages, headings, strict=True):
            for character in _in_reading_order(page):
                if (who := key(page, character)) is None:
                    continue
                self._figures[who].append(character)
                self._panels[who].add((page.id, character.panel))
                self._first.setdefault(who, f"{heading}, {_place(page, character)}")
        self._names = dict(zip(self._figures, _names(self._figures), strict=True))
        notes = Counter(
            note for figures in self._figures.values() for note in {_note(c) for c in figures}
        )
        self._looks = {who: _looks(figures, notes) for who, figures in self._figures.items()}

    def people(self) -> tuple[Person, ...]:
        """Everybody who is known to be somebody, in the order of appearance."""
        return tuple(
            Person(
                name=self._names[who],
                identity=who[1],
                looks=self._looks[who],
                panels=sum(panel is not None for _, panel in self._panels[who]),
                first=self._first[who],
            )
            for who in self._figures
        )

    def note(self, page: Page, character: Character) -> str:
        """What the labeller remarked of a figure, unless it says how the person always looks."""
        note, who = _note(character), key(page, character)
        return "" if who and note == self._looks[who] else note

    def name(self, page: Page, character: Character, from_panel: str | None) -> str:
        """What a character is called in a panel, from its own or as the voice in another one."""
        if who := key(page, character):
            return self._names[who]
        name = self._unknown[page.id, character.id]
        return name if character.panel == from_panel else f"{name}, {_place(page, character)}"


def key(page: Page, character: Character) -> Key | None:
    """What tells a person from all others; None where nobody has said who it is."""
    who = character.who or ""
    return (page.series or page.group, who) if plain(who) else None


def _counted(page: Page) -> Iterator[tuple[str, str]]:
    """The ids of the unknown figures, each with its name: counted within the panel."""
    homes: dict[str | None, list[Character]] = defaultdict(list)
    for character in page.characters or ():
        if key(page, character) is None:
            homes[character.panel].append(character)
    for alike in homes.values():
        alike.sort(key=lambda c: (c.box.x0, c.box.y0, c.id))
        for number, character in enumerate(alike, 1):
            yield character.id, UNKNOWN if len(alike) == 1 else f"{UNKNOWN} {number}"


def _in_reading_order(page: Page) -> Iterator[Character]:
    for panel in page.panels or ():
        yield from page.characters_in(panel)
    yield from (c for c in page.characters or () if c.panel is None)


def _place(page: Page, character: Character) -> str:
    for number, panel in enumerate(page.panels or (), 1):
        if panel.id == character.panel:
            return f"panel {number}"
    return "outside the panels"


def _names(figures: dict[Key, list[Character]]) -> Iterator[str]:
    """A name for each, none of them twice: two guards are Guard 1 and Guard 2."""
    wanted: list[str] = []
    for own in figures.values():
        name = next((text for c in own if (text := plain(c.name or ""))), NAMELESS)
        wanted.append(f"{name} (a character)" if name.casefold() in LABELS else name)
    shared = Counter(name.casefold() for name in (*wanted, NAMELESS, NAMELESS))
    taken = {name for name, count in shared.items() if count == 1}
    numbers: Counter[str] = Counter()
    for name in wanted:
        short = name.casefold()
        while shared[short] > 1:
            numbers[short] += 1
            numbered = f"{name} {numbers[short]}"
            if numbered.casefold() not in taken:
                taken.add(numbered.casefold())
                name = numbered
                break
        yield name


def _note(character: Character) -> str:
    return plain(character.note)


def _looks(figures: Sequence[Character], notes: Counter[str]) -> str:
    """What a labeller noted at every figure of a person, several times, and at nobody else's."""
    own = [note for c in figures if (note := _note(c))]
    return own[0] if len(own) > 1 and len(set(own)) == 1 and notes[own[0]] == 1 else ""
