"""What a panel shows, in words: facts that can be checked one by one, and a sentence or two.

Figures are called by their looks, for their names stand nowhere in the picture. Only what was drawn
and left visible is told.
"""

from collections.abc import Sequence

from closeup.page import Description
from closeup.synthetic.cast import Person
from closeup.synthetic.panel import PanelArt
from closeup.synthetic.poses import WITH_LEGS
from closeup.synthetic.sight import ARMS, LEGS, Seen
from closeup.synthetic.story import Beat

DOING = {
    "lying": "lying down",
    "playing": "playing the guitar",
    "reaching": "reaching for something",
    "pulling": "pulling something",
    "pushing": "pushing something",
    "carrying": "carrying something",
    "throwing": "throwing something",
    "pouring": "pouring something",
    "riding": "riding a bicycle",
    "cheering": "cheering with raised arms",
}

HELD_NAMES = {
    "rod": "fishing rod", "pad": "notebook", "rope behind": "rope",
    "easel": "paintbrush", "pot": "ladle",
}  # fmt: skip
MARKS = frozenset(("", "snore", "tears", "notes", "streaks", "wave", "far wave"))
"""Props that are mere marks in the air."""
UNHELD = MARKS | {"apple", "football", "desk", "bicycle", "ladder", "crate", "thrown ball"}
"""Props that nobody holds."""
SHOWN = 0.35
"""Share of a prop that must be seen for it to tell what somebody does."""
KNOWN_LEGS = 2
"""Knees and ankles that must be seen for what the legs do to be known."""
ONE_HAND = ("pointing", "reaching", "waving")
"""What one hand does, the near one but in some waving: that hand must be seen."""

PLACES = {"space": "the moon", "street": "a street", "attic": "an attic", "train": "a train"}
PATTERN_NAMES = {
    "plain": "plain",
    "bands": "shaded in bands",
    "focus": "full of focus lines",
    "speed": "full of speed lines",
    "dots": "dotted",
    "rays": "full of rays",
}
COUNTED = (
    "Nobody is",
    "One figure is",
    "Two figures are",
    "Three figures are",
    "Four figures are",
    "Five figures are",
    "Six figures are",
    "Seven figures are",
)
OUTDOORS = ("street", "forest", "harbour", "desert", "farm", "beach")
LEAST = 4


VOICES = (
    ("shout", "shouting"), ("plain", "talking"), ("whisper", "talking"), ("thought", "thinking"),
)  # fmt: skip


def actions(seen: Seen) -> tuple[str, ...]:
    """All that is true of what a figure does, as far as a reader can see it; the chief one first.

    What the legs do counts where they show, what the hands do where an arm does, and what takes a
    thing where that shows. Nothing is told of a figure whose chief action cannot be made out: what
    is left would pass for all it does. Of a posture that goes untold the legs are hidden.
    """
    pose, true = seen.pose, []
    if _plain(seen):
        true.append(pose.action)
    elif pose.action != "standing":
        return ()
    if pose.posture and seen.shows(LEGS, KNOWN_LEGS):
        true.append(pose.posture)
    true += [action for voice, action in VOICES if voice in seen.saying]
    return tuple(dict.fromkeys(true))


def _plain(seen: Seen) -> bool:
    """Whether a reader can make out a figure's chief action."""
    pose, (near, far) = seen.pose, seen.wrists
    if pose.prop not in MARKS and seen.view.held <= SHOWN:
        return False
    if pose.action in WITH_LEGS:
        return seen.shows(LEGS, KNOWN_LEGS)
    if pose.action == "cheering":
        return seen.shows((near, far), 2)
    if pose.action in ONE_HAND:
        return seen.shows((far if pose.prop == "far wave" else near,))
    return seen.shows(ARMS)


def describe(art: PanelArt, beat: Beat, people: Sequence[Person], panel: str) -> Description:
    """The facts of a panel, at least four, and the description that strings them together."""
    facts: list[str] = []
    if art.in_place:
        facts.append(f"The place is {PLACES.get(art.backdrop, 'a ' + art.backdrop)}.")
        if art.backdrop in OUTDOORS:
            facts.append(f"It is {beat.time}.")
    facts.append(f"{COUNTED[len(art.seen)]} in the panel.")
    doing = [fact for seen in art.seen if (fact := _doing(seen, people[seen.who]))]
    facts += doing
    for figure in art.seen:
        if held := _held(figure):
            facts.append(f"{_cap(people[figure.who].looks)} holds {_a(held)}.")
    spoken = [_spoken(art, people, i) for i in range(len(art.texts))]
    facts += spoken
    facts += [f"{_a(thing).capitalize()} lies on the ground." for thing in art.lying]
    facts += [f"There is {_a(thing)} in the background." for thing in dict.fromkeys(art.things)][:2]
    for figure in art.seen:
        if len(facts) < LEAST and figure.mood not in ("neutral", "talking"):
            facts.append(f"{_cap(people[figure.who].looks)} looks {figure.mood}.")
    if len(facts) < LEAST and not art.in_place:
        facts.append(f"The background is {PATTERN_NAMES[art.backdrop]}.")
    for figure in art.seen:
        if len(facts) < LEAST:
            side = "right" if figure.facing > 0 else "left"
            facts.append(f"{_cap(people[figure.who].looks)} faces {side}.")
    if len(facts) < LEAST:
        facts.append(f"It is a {art.shot} shot.")
    if len(facts) < LEAST:
        facts.append("Nobody speaks." if not art.texts else "The panel holds lettering.")
    opening = facts[0] if art.in_place else f"{COUNTED[len(art.seen)]} in the panel."
    rest = [*doing[:3], *spoken[:2]]
    return Description(panel=panel, text=" ".join([opening, *rest]), facts=tuple(facts))


def _doing(figure: Seen, person: Person) -> str | None:
    """What a figure does with its body; its words are told apart."""
    told = [action for action in actions(figure) if action not in dict(VOICES).values()]
    said = " and ".join(DOING.get(action, action) for action in told)
    return f"{_cap(person.looks)} is {said}." if said else None


def _held(seen: Seen) -> str | None:
    prop = seen.pose.prop
    plain = prop not in UNHELD and seen.view.held > SHOWN and seen.shows(ARMS)
    return HELD_NAMES.get(prop, prop) if plain else None


def _spoken(art: PanelArt, people: Sequence[Person], index: int) -> str:
    text = art.texts[index]
    words, kind = text.line.text, text.line.kind
    if kind == "sign":
        return f'A sign reads "{words}".'
    if kind == "sfx":
        return f'The sound "{words}" is drawn.'
    if kind == "caption":
        return f'A caption reads "{words}".'
    verb = "thinks" if kind == "thought" else "says"
    if text.off_panel or text.line.speaker is None:
        return f'Somebody off the panel {verb} "{words}".'
    return f'{_cap(people[text.line.speaker].looks)} {verb} "{words}".'


def _a(thing: str) -> str:
    return f"{'an' if thing[0] in 'aeiou' else 'a'} {thing}"


def _cap(text: str) -> str:
    return text[0].upper() + text[1:]
