"""What the scripted teacher says: short sentences, a few for each situation, drawn by the question.

A thought has twelve words at most: a student of a few million parameters learns every one of them.
Before a look it names what is looked for; after the last one it says what was seen, in words that
leave one answer, and then which letter that is: a small student finds an option's letter far sooner
where it follows the option's words than where it stands behind them in a tag of its own.
"""

import random
import re
from collections.abc import Sequence

from closeup.question import Question
from closeup.replies import NUMBER_WORDS

MOST_WORDS = 12
_OPTION = 7
"""Words of an option that a thought repeats."""
_TELLING = 3
"""Words that tell a description from the others."""

LOOK = {
    "figure": ("What is this figure doing?", "I look at this figure.", "I need to see the pose."),
    "panel": ("I look at this panel.", "What is in this panel?"),
    "count": ("I look at who is in this panel.", "How many are in this panel?"),
    "both": ("Who of the two is in front?", "I look at both figures."),
    "first": ("I look at {letters} first.", "First {letters}."),
    "next": ("Now {letters}.", "Next I look at {letters}."),
    "reference": ("First the reference.", "I look at the reference figure."),
    "candidate": ("Is {letters} the same?", "Could it be {letters}?"),
    "other": ("{before} is someone else; is it {letters}?", "Not {before}. Now {letters}."),
    "read": ("Where does the talk begin?", "I read these balloons first."),
    "read on": ("Here is {before}; I read on.", "{before} stood there. What comes next?"),
    "lettering": ("The words of {letters} are small.", "I read the words of {letters}."),
    "anything": ("I look more closely.", "What is drawn here?"),
}
"""By what is looked for. `{letters}` are looked at, `{before}` were seen by the last look."""

_SEEN = {
    "action_recognition": ("The figure is {told}: {letter}.", "This one is {told}: {letter}."),
    "character_identification": ("{told} is the same one.", "The same figure is {told}."),
    "depth_comparison": ("{told} is in front.", "{told} is nearer."),
    "dialogue_reordering": ("The order is {told}.", "They are read {told}."),
    "panel_reordering": ("The story goes {told}.", "The order is {told}."),
    "panel_understanding": ("I say what is drawn there.", "This is what I see there."),
    "panel_understanding_choice": ("I see {told}: {letter}.", "It shows {told}: {letter}."),
}
_ANY = ("I see: {told}.",)


def look(kind: str, dice: random.Random, letters: str = "", before: str = "") -> str:
    """What is thought before a look of that kind."""
    return dice.choice(LOOK[kind]).format(letters=letters, before=before)


def seen(question: Question, dice: random.Random) -> str:
    """What is thought before the answer: what a reader sees there."""
    if question.answer_format == "integer":
        return dice.choice(_counted(question))
    said = dice.choice(_SEEN.get(question.task, _ANY))
    return said.format(told=_told(question), letter=question.answer)


def joined(letters: Sequence[str]) -> str:
    """Some letters in words: `A`, `A and B`, `A, B and C`."""
    *most, last = letters
    return f"{', '.join(most)} and {last}" if most else last


def _counted(question: Question) -> tuple[str, ...]:
    assert isinstance(question.answer, int)
    words = {number: word for word, number in NUMBER_WORDS.items()}
    number = words.get(question.answer, str(question.answer))
    if question.task != "character_counting":
        return (f"I count {number}.",)
    noun = "figure" if question.answer == 1 else "figures"
    return (f"{number.capitalize()} {noun}.", f"I count {number} {noun}.")


def _told(question: Question) -> str:
    """The answer in the words of the question: its option, its letters; of open text, one fact."""
    match question.answer:
        case tuple(letters) if question.answer_format == "order":
            return ", ".join(letters)
        case tuple(facts):
            return _short(facts[0]) if facts else "nothing more"
        case answer if question.options:
            number = question.labels.index(str(answer))
            told = question.options[number]
            others = question.options[:number] + question.options[number + 1 :]
            long = len(told.split()) > _OPTION
            return (_telling(told, others) if long else "") or _short(told)
        case answer:
            return str(answer)


def _telling(told: str, others: Sequence[str]) -> str:
    """The first words, but for short ones, that a description has and no other one has."""
    known = set(_words(" ".join(others)))
    own = [word for word in dict.fromkeys(_words(told)) if len(word) > 3 and word not in known]
    return ", ".join(own[:_TELLING])


def _words(text: str) -> list[str]:
    return [word.casefold() for word in re.findall(r"\w+(?:['’]\w+)*", text)]


def _short(text: str) -> str:
    """The first words of a text, without what could close a tag."""
    words = text.replace("<", "‹").split()
    cut = " ".join(words[:_OPTION]) + (" …" if len(words) > _OPTION else "")
    return cut.rstrip(".")
