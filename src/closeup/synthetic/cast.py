"""Invented people who stay recognisable from panel to panel, with or without colour.

Identity is carried by traits that survive a black-and-white press and a small panel: species,
build, hair or hat, the cut of the clothes, their pattern and how dark they are. Any two of a cast
differ in at least three of these; some share a species, so that telling them apart takes a look.
"""

import random
from dataclasses import dataclass
from functools import cached_property

from closeup.synthetic.canvas import Tint, tint

NAMES = (
    "Ada", "Alba", "Aldo", "Alma", "Amir", "Anouk", "Anton", "Arlo", "Asa", "Astrid", "Baz",
    "Bea", "Benno", "Bibi", "Birk", "Bo", "Bruno", "Cato", "Celia", "Chidi", "Cleo", "Cora",
    "Dag", "Dario", "Dina", "Dora", "Edda", "Edo", "Elia", "Elke", "Emil", "Enzo", "Esme", "Etta",
    "Ezra", "Faye", "Femi", "Finn", "Flor", "Fritz", "Gaia", "Gil", "Greta", "Gus", "Hana",
    "Hedy", "Hugo", "Ida", "Ilse", "Imre", "Ines", "Iris", "Ivo", "Jana", "Jasper", "Joss",
    "Juno", "Kai", "Kasia", "Kira", "Kofi", "Lars", "Leda", "Leo", "Lila", "Lotte", "Luca",
    "Mads", "Mara", "Marlo", "Mei", "Milo", "Mina", "Moss", "Nadia", "Nell", "Nico", "Nils",
    "Noor", "Nora", "Odd", "Olga", "Omar", "Oona", "Otto", "Pax", "Pia", "Pim", "Quin", "Rafi",
    "Remy", "Rhea", "Rolf", "Romy", "Rosa", "Rufus", "Sami", "Saul", "Senna", "Silas", "Siri",
    "Stella", "Suri", "Sven", "Tam", "Tess", "Theo", "Tilda", "Timo", "Toby", "Tuva", "Ugo",
    "Uma", "Vera", "Vito", "Wanda", "Wes", "Willa", "Xena", "Yael", "Yara", "Yuki", "Zara",
    "Zeno", "Zoe",
)  # fmt: skip

SPECIES = (
    "human",
    "cat",
    "dog",
    "rabbit",
    "bear",
    "mouse",
    "fox",
    "frog",
    "robot",
    "duck",
)
STATURE = {"child": 0.66, "short": 0.82, "slim": 1.0, "average": 1.0, "broad": 1.02, "tall": 1.16}
"""A build's standing height, as a share of an average adult's."""

HAIR = ("short", "bob", "ponytail", "curly", "spiky", "bun", "long", "braids", "bald")
HATS = ("cap", "beanie", "top hat", "straw hat", "beret", "bow", "headband")
TOPS = ("jersey", "tee", "coat", "dress", "dungarees", "hoodie")
PATTERNS = ("plain", "stripes", "dots", "checks", "band", "star")
EXTRAS = ("glasses", "scarf", "beard", "satchel", "cape", "tie")

_DARK = ((52, 66, 112), (118, 44, 58), (38, 88, 78), (86, 58, 108), (76, 68, 74))
_MID = (
    (206, 70, 60),
    (62, 122, 180),
    (74, 146, 92),
    (214, 126, 46),
    (142, 98, 170),
    (36, 138, 144),
)
_LIGHT = ((250, 214, 96), (244, 240, 230), (158, 210, 232), (250, 186, 186), (186, 222, 160))
_SKIN = (
    ((255, 222, 196), 252),
    ((246, 204, 168), 244),
    ((222, 168, 122), 234),
    ((168, 114, 78), 204),
    ((120, 80, 58), 168),
)
_HAIR = (
    ((40, 34, 38), 20),
    ((92, 56, 38), 60),
    ((178, 76, 40), 124),
    ((240, 200, 104), 238),
    ((208, 206, 206), 226),
)
_FUR = {
    "cat": (((242, 160, 70), 200), ((96, 96, 108), 96), ((250, 246, 238), 252), ((52, 48, 56), 60)),
    "dog": (((214, 170, 116), 218), ((138, 92, 60), 120), ((248, 240, 226), 250)),
    "rabbit": (((250, 248, 244), 253), ((198, 190, 186), 204), ((170, 132, 100), 150)),
    "bear": (((150, 100, 62), 130), ((96, 66, 48), 84), ((246, 246, 248), 253)),
    "mouse": (((176, 172, 178), 212), ((224, 208, 192), 232)),
    "fox": (((232, 120, 50), 182), ((190, 84, 46), 112)),
    "frog": (((122, 186, 84), 200), ((74, 140, 84), 150)),
    "robot": (((180, 194, 206), 216), ((226, 186, 92), 236), ((112, 132, 150), 128)),
    "duck": (((255, 232, 120), 250), ((250, 250, 246), 254)),
}
_SHADE = {"dark": 40, "mid": 136, "light": 248}


@dataclass(frozen=True)
class Person:
    """One member of a cast, as drawn on every page."""

    name: str
    species: str
    build: str
    hair: str
    """The hair style of a human; "none" for everyone else."""
    hat: str
    top: str
    pattern: str
    shade: str
    """How dark the top is: dark, mid or light."""
    extra: str
    skin: Tint
    """Skin, fur or metal."""
    hair_tint: Tint
    """The hair; for animals a second tone of fur."""
    hat_tint: Tint
    top_tint: Tint
    pattern_tint: Tint
    bottom_tint: Tint
    shoe_tint: Tint
    skirted: bool
    shorts: bool

    @property
    def stature(self) -> float:
        """Standing height, as a share of an average adult's."""
        return STATURE[self.build]

    @property
    def traits(self) -> tuple[str, ...]:
        """What tells people apart without colour."""
        head = self.hat if self.hat != "none" else self.hair
        fur = str((self.skin if self.species != "human" else self.hair_tint).tone // 64)
        return (self.species, self.build, head, fur, self.top, self.pattern, self.shade, self.extra)

    @cached_property
    def looks(self) -> str:
        """A short phrase for them: "the tall rabbit in a striped jersey"."""
        build = {"average": "", "slim": "slim ", "child": "small "}.get(
            self.build, self.build + " "
        )
        kind = "child" if (self.species, self.build) == ("human", "child") else None
        noun = f"{build if kind is None else ''}{kind or self._noun}"
        pattern = {
            "plain": self.shade if self.shade != "mid" else "plain",
            "stripes": "striped",
            "dots": "dotted",
            "checks": "checked",
            "band": "banded",
            "star": "starred",
        }[self.pattern]
        garment = "dungarees" if self.top == "dungarees" else f"a {pattern} {self.top}"
        if self.top == "dungarees" and self.pattern != "plain":
            garment = f"dungarees over a {pattern} shirt"
        return f"the {noun} in {garment}{self._detail}"

    @property
    def _noun(self) -> str:
        return "person" if self.species == "human" else self.species

    @property
    def _detail(self) -> str:
        if self.hat != "none":
            return f" and a {self.hat}"
        if self.extra != "none":
            return " and glasses" if self.extra == "glasses" else f" and a {self.extra}"
        if self.species == "human":
            tone = self.hair_tint.tone
            shade = "dark" if tone < 90 else "light" if tone > 200 else "red"
            styles = {"bald": "no hair", "bun": f"a {shade} bun", "bob": f"a {shade} bob"}
            styles |= {"ponytail": f"a {shade} ponytail", "braids": f"{shade} braids"}
            return f", with {styles.get(self.hair, f'{self.hair} {shade} hair')}"
        return ""


def cast(rng: random.Random, n: int) -> list[Person]:
    """`n` people of different names, any two of whom differ in at least three traits that show
    in black and white."""
    names = rng.sample(NAMES, n)
    people: list[Person] = []
    favourite = rng.choice(SPECIES)
    while len(people) < n:
        species = favourite if rng.random() < 0.3 else _pick(rng, SPECIES, "human", 0.35)
        person = _invent(rng, names[len(people)], species)
        if all(distance(person, other) >= 3 for other in people):
            people.append(person)
    return people


def distance(a: Person, b: Person) -> int:
    """In how many traits that show in black and white two people differ."""
    return sum(x != y for x, y in zip(a.traits, b.traits, strict=True))


def _pick(rng: random.Random, choices: tuple[str, ...], usual: str, share: float) -> str:
    return usual if rng.random() < share else rng.choice(choices)


def _invent(rng: random.Random, name: str, species: str) -> Person:
    human = species == "human"
    shade = rng.choice(("dark", "mid", "light"))
    top = rng.choice(TOPS)
    pattern = _pick(rng, PATTERNS, "plain", 0.3)
    skin = tint(*rng.choice(_SKIN if human else _FUR[species]))
    if human:
        second = tint(*rng.choice(_HAIR))
    elif species == "dog":
        second = tint((92, 60, 44), 66) if skin.tone > 130 else tint((240, 222, 190), 246)
    else:
        second = tint((252, 246, 236), 254) if skin.tone < 225 else tint((206, 196, 190), 206)
    build = rng.choice(tuple(STATURE))
    bottom = rng.choice([s for s in _SHADE if s != shade])
    hat = _pick(rng, HATS, "none", 0.55)
    extra = _pick(rng, EXTRAS, "none", 0.4)
    return Person(
        name=name,
        species=species,
        build=build,
        hair=rng.choice(HAIR) if human else "none",
        hat=hat,
        top=top,
        pattern=pattern,
        shade=shade,
        extra="none" if extra == "beard" and (not human or build == "child") else extra,
        skin=skin,
        hair_tint=second,
        hat_tint=_cloth(rng, rng.choice(tuple(_SHADE))),
        top_tint=_cloth(rng, shade),
        pattern_tint=_cloth(rng, "light" if shade == "dark" else "dark"),
        bottom_tint=_cloth(rng, bottom),
        shoe_tint=_cloth(rng, rng.choice(("dark", "mid"))),
        skirted=top == "dress" or (top in ("jersey", "tee") and rng.random() < 0.25),
        shorts=top in ("tee", "dungarees", "hoodie") and rng.random() < 0.35,
    )


def _cloth(rng: random.Random, shade: str) -> Tint:
    return tint(rng.choice({"dark": _DARK, "mid": _MID, "light": _LIGHT}[shade]), _SHADE[shade])
