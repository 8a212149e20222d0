"""A story that runs over the pages of an issue, as data: who is where, does what and says what.

A plot gives the exchanges; places, hours and companions change from scene to scene and an object
changes hands, so that panels have an order which a reader can find again. How many figures a panel
shows is drawn without regard to its size.
"""

import random
import re
from collections.abc import Container, Iterable
from dataclasses import dataclass, replace

from closeup.page import BalloonKind
from closeup.synthetic.plots import (
    CAPTIONS,
    COMMON,
    PLOTS,
    SHOUTS,
    SIGNS,
    SLOTS,
    SOUNDS,
    THOUGHTS,
)
from closeup.synthetic.poses import ACTIONS
from closeup.synthetic.scenery import ROOMS, TIMES

CAST = 8
LEADS = 4
"""The first of the cast carry the plot; the others pass through."""

CROWD = ((0, 5), (1, 22), (2, 23), (3, 17), (4, 12), (5, 8), (6, 6), (7, 5))
"""How often a panel shows so many figures; a large one is never without."""

THINGS = {
    "guitar": "playing",
    "broom": "sweeping",
    "spade": "digging",
    "book": "reading",
    "ball": "throwing",
    "fishing rod": "fishing",
    "jug": "pouring",
    "rope": "pulling",
    "crate": "pushing",
    "cup": "drinking",
    "notebook": "writing",
    "bicycle": "riding",
}
"""What a story can be about, and what whoever has it does with it."""

PLURALS = (("ooses", "eese"), ("alruss", "alruses"), ("ynxs", "ynxes"))
"""Of the beasts that do not just add an s."""

MOODS = ("neutral", "happy", "sad", "angry", "surprised")


@dataclass(frozen=True)
class Line:
    """One piece of lettering; `speaker` is an index into the cast, None where nobody speaks."""

    kind: BalloonKind
    text: str
    speaker: int | None = None
    voice: str = "plain"
    """How it is said: plain, shout, whisper or thought."""
    exchange: int | None = None
    """Numbers the talk that it is a link of."""


@dataclass(frozen=True)
class Part:
    """What one of the cast does in a panel."""

    who: int
    action: str
    mood: str


@dataclass(frozen=True)
class Beat:
    """What one panel tells; its lines are in the order they are read."""

    place: str
    time: str
    parts: tuple[Part, ...]
    lines: tuple[Line, ...]

    @property
    def speakers(self) -> set[int]:
        return {line.speaker for line in self.lines if line.speaker is not None}

    @property
    def talkers(self) -> set[int | None]:
        """Who opens his mouth; a thought needs none."""
        return {line.speaker for line in self.lines if line.kind == "speech"}

    def missing(self, placed: Iterable[Line]) -> list[Line]:
        """The lines that tell the story and were not placed; signs and sounds can be spared."""
        there = list(placed)
        return [
            line for line in self.lines if line.kind not in ("sign", "sfx") and line not in there
        ]

    def cut(self, lost: Line) -> "Beat":
        """Without a line, and without what follows it in its exchange."""
        at = self.lines.index(lost)
        rest = [
            line
            for line in self.lines[at + 1 :]
            if line.exchange is None or line.exchange != lost.exchange
        ]
        return replace(self, lines=(*self.lines[:at], *rest))

    def without(self, exchanges: Container[int | None]) -> "Beat":
        """Without the links of these exchanges."""
        kept = [line for line in self.lines if line.exchange not in exchanges]
        return replace(self, lines=tuple(kept))


@dataclass(frozen=True)
class Story:
    plot: str
    thing: str
    pages: tuple[tuple[Beat, ...], ...]


def tell(rng: random.Random, names: list[str], room: list[list[int]]) -> Story:
    """A story for a cast of CAST names; `room[page][panel]` is how many balloons fit a panel."""
    return _Teller(rng, names).story(room)


class _Teller:
    def __init__(self, rng: random.Random, names: list[str]) -> None:
        self.rng, self.names = rng, names
        self.plot = rng.choice(sorted(PLOTS))
        self.thing = rng.choice(sorted(THINGS))
        self.places = rng.sample(sorted(ROOMS), 5)
        self.scene = -1
        self.left = 0
        self.place, self.time = self.places[0], rng.randrange(4)
        self.group: list[int] = []
        self.holder = rng.randrange(LEADS)
        self.waiting: list[Line] = []
        self.talks = 0
        self.exchanges = self._programme()
        self.used: set[str] = set()

    def story(self, room: list[list[int]]) -> Story:
        pages = []
        for panels in room:
            self.used = set()
            self.waiting = []
            pages.append(tuple(self._beat(space, i == 0) for i, space in enumerate(panels)))
        return Story(self.plot, self.thing, tuple(pages))

    def _programme(self) -> list[str]:
        """The plot's exchanges in their order, with everyday ones between them."""
        common = self.rng.sample(COMMON, len(COMMON))
        others = [e for name in sorted(PLOTS) if name != self.plot for e in PLOTS[name]]
        programme = []
        for exchange in PLOTS[self.plot]:
            programme.append(exchange)
            if self.rng.random() < 0.6:
                programme.append(common.pop())
        return programme + common + self.rng.sample(others, len(others))

    def _beat(self, space: int, opens: bool) -> Beat:
        rng = self.rng
        new_scene = self.left == 0
        if new_scene:
            self._next_scene()
        self.left -= 1
        crowd = CROWD[1:] if space > 2 or opens else CROWD
        count = rng.choices([n for n, _ in crowd], [w for _, w in crowd])[0]
        talk = rng.choices((0, 1, 2, 3, 4), (14, 30, 32, 18, 6))[0]
        lines = self._dialogue(talk if count else min(talk, 1), space)
        people = self._present(count, [line.speaker for line in lines if line.speaker is not None])
        lines = self._asides(lines, people, space)
        if space and (new_scene and rng.random() < 0.45):
            caption = self._fresh(CAPTIONS)
            lines = [Line("caption", caption), *lines[: max(0, space - 1)]]
        speakers = {line.speaker for line in lines}
        parts = tuple(
            Part(who, self._action(who, who in speakers), rng.choice(MOODS)) for who in people
        )
        if len(people) > 1 and self.holder in people and rng.random() < 0.35:
            self.holder = rng.choice([who for who in people if who != self.holder])
        extras = self._extras(space)
        return Beat(self.place, TIMES[self.time], parts, (*lines, *extras))

    def _next_scene(self) -> None:
        rng = self.rng
        self.scene += 1
        self.left = rng.choices((1, 2, 3, 4), (2, 4, 3, 2))[0]
        self.place = self.places[self.scene % len(self.places)]
        self.time = (self.time + rng.choice((0, 1, 1))) % 4
        self.group = rng.sample(range(LEADS), rng.randint(2, 3))

    def _present(self, count: int, speakers: list[int]) -> list[int]:
        """Who is drawn: mostly who speaks, then the scene's group, then passers-by."""
        rng = self.rng
        wanted = list(dict.fromkeys(who for who in speakers if rng.random() < 0.93))
        group = rng.sample(self.group, len(self.group))
        others = rng.sample(range(CAST), CAST)
        people = list(dict.fromkeys([*wanted, *group, *others]))[:count]
        rng.shuffle(people)
        return people

    def _action(self, who: int, speaks: bool) -> str:
        """Nobody talks in his sleep."""
        rng = self.rng
        if who == self.holder and rng.random() < 0.3:
            return THINGS[self.thing]
        action = rng.choice(ACTIONS) if rng.random() < 0.68 else "standing"
        return "sitting" if speaks and action == "sleeping" else action

    def _dialogue(self, count: int, space: int) -> list[Line]:
        """The next lines of the talk under way; an exchange may run on into the next panel."""
        lines: list[Line] = []
        while len(lines) < min(count, space):
            if not self.waiting:
                if lines and self.rng.random() < 0.7:
                    break
                self._next_exchange()
            lines.append(self.waiting.pop(0))
        return lines

    def _next_exchange(self) -> None:
        """Take up an exchange of which no line stands on this page yet."""
        rng, turns = self.rng, []
        while not turns or any(text in self.used for _, text in turns):
            exchange = self.exchanges.pop(0)
            self.exchanges.append(exchange)
            roles = dict(zip("ABC", rng.sample(range(LEADS), 3), strict=True))
            slots = self._slots({role: self.names[who] for role, who in roles.items()})
            parts = [turn.split(": ", 1) for turn in exchange.split(" | ")]
            turns = [(roles[role], _filled(text, slots)) for role, text in parts]
        self.talks += 1
        for speaker, text in turns:
            self.used.add(text)
            voice = "shout" if text.endswith("!") and rng.random() < 0.5 else "plain"
            if voice == "plain" and rng.random() < 0.06:
                voice = "whisper"
            self.waiting.append(Line("speech", text, speaker, voice, self.talks))

    def _asides(self, lines: list[Line], people: list[int], space: int) -> list[Line]:
        """Shouts and thoughts, where someone is there to have them and the panel has room."""
        rng = self.rng
        if not people or len(lines) >= space or rng.random() > 0.22:
            return lines
        who = rng.choice(people)
        if rng.random() < 0.6:
            return [*lines, Line("speech", self._fresh(SHOUTS, who), who, "shout")]
        return [*lines, Line("thought", self._fresh(THOUGHTS, who), who, "thought")]

    def _extras(self, space: int) -> list[Line]:
        """Signs and sound effects."""
        extras = []
        if self.rng.random() < 0.26:
            extras.append(Line("sign", self._fresh(SIGNS[self.place])))
        if space and self.rng.random() < 0.14:
            extras.append(Line("sfx", self._fresh(SOUNDS)))
        return extras

    def _fresh(self, templates: tuple[str, ...], but: int | None = None) -> str:
        """A filled template that does not stand on this page yet; nobody addresses himself."""
        text = ""
        for _ in range(30):
            names = self.rng.sample([i for i in range(LEADS) if i != but], 3)
            slots = self._slots({r: self.names[i] for r, i in zip("ABC", names, strict=True)})
            text = _filled(self.rng.choice(templates), slots)
            if text not in self.used:
                break
        self.used.add(text)
        return text

    def _slots(self, names: dict[str, str]) -> dict[str, str]:
        rng = self.rng
        slots = {key: rng.choice(values) for key, values in SLOTS.items()}
        slots |= names
        slots |= {"thing": self.thing, "place": _the(self.place)}
        following = self.places[(self.scene + 1) % len(self.places)]
        slots["next"] = _the(following)
        return slots


def _the(place: str) -> str:
    return {"space": "Moon Base", "street": "Mill Street"}.get(place, f"the {place}")


def _filled(template: str, slots: dict[str, str]) -> str:
    """Fill the slots; `{slot_cap}` begins with a capital, and "a" becomes "an" before a vowel."""

    def value(match: re.Match[str]) -> str:
        key = match.group(1)
        text = slots[key.removesuffix("_cap")]
        return text[0].upper() + text[1:] if key.endswith("_cap") else text

    text = re.sub(r"\{(\w+)\}", value, template)
    for regular, plural in PLURALS:
        text = text.replace(regular, plural)
    text = re.sub(r"\b([Aa]) (?=[aeiouAEIOU](?!ne\b))", r"\1n ", text)
    text = text.replace("the the ", "the ").replace("the Mill", "Mill").replace("the Moon", "Moon")
    return re.sub(r"\bin (?=the (beach|farm|train)\b)", "on ", text)
