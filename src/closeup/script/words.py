"""A script in plain sentences, block by block: what every format shows, in the same words.

Who listens jumps by headings, one a page and one a panel. Every line begins with what it is: a
name, or Caption, Sound, Sign. What is uncertain says so in words, never by colour or shape alone.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from closeup.script.script import Figure, Line, Scene, Script, ScriptPage, ScriptPanel

PLANES = {"front": "in front", "middle": "in the middle", "back": "behind"}
LOST = "(nobody has typed out the words)"


class Block(NamedTuple):
    """One heading, paragraph or item of a list."""

    kind: Literal["page", "panel", "text", "item"]
    text: str
    label: str = ""
    """What stands before the text and a colon."""
    language: str | None = None
    """Of the text; None: English, as all else is."""
    spoken: bool = False
    """Whether the label is a voice."""


def about(script: Script) -> Iterator[Block]:
    """What the script is of, where it comes from and how far it can be trusted."""
    if script.told_by:
        yield Block(
            "text",
            f"What this script tells was answered by {script.told_by}, a model, to questions about "
            "the pictures. Nobody has checked it.",
        )
    else:
        yield Block("text", "This script tells what is in the annotations of the pages.")
    yield from (Block("text", remark) for remark in script.remarks)
    panels = [panel for page in script.pages for panel in page.panels]
    numbered = [panel for panel in panels if panel.number]
    bare = sum(not panel.scenes for panel in numbered)
    if bare:
        yield Block("text", f"{bare} of {len(numbered)}.", "Panels without a description")
    if any(not figure.known for panel in panels for figure in panel.figures or ()):
        yield Block(
            "text",
            "Unknown figures are counted from the left of their panel. "
            "Two of them may be the same character.",
        )
    if any(line.kind is None for panel in panels for line in panel.lines):
        yield Block(
            "text",
            "Lettering is what stands on the page while nobody has said whether it is spoken.",
        )
    if script.attributions:
        yield Block("text", ". ".join(script.attributions), "Credit")
    if script.licenses:
        yield Block("text", ", ".join(script.licenses), "Licence of the comic")


def cast(script: Script) -> Iterator[Block]:
    """Everybody who is known to be somebody, and how to recognize them."""
    for person in script.cast:
        first = f"p{person.first[1:]}" if person.first.startswith("Page ") else person.first
        there = f"first on {first}."
        if person.panels:
            there = f"in {person.panels} panel{'s' * (person.panels != 1)}, {there}"
        told = f"{_sentence(_capital(person.looks))} {_capital(there)}" if person.looks else there
        yield Block("item", told, person.name)


def page(script: Script, page: ScriptPage) -> Iterator[Block]:
    """A page, from its heading on."""
    yield Block("page", page.heading)
    if not page.ordered:
        yield Block("text", "The order of the panels is unknown; they stand as in the annotations.")
    if page.guessed:
        yield Block("text", f"{_listed(page.guessed)}.", "Guessed by a program")
    if script.told_by is None and all(panel.figures is None for panel in page.panels):
        yield Block("text", "Who is in the panels is unknown.")
    for panel in page.panels:
        yield from _panel(script, page, panel)


def _panel(script: Script, page: ScriptPage, panel: ScriptPanel) -> Iterator[Block]:
    if panel.number:
        yield Block("panel", f"Panel {panel.number}")
    elif page.count:
        yield Block("panel", "Outside the panels")
    yield from map(_scene, panel.scenes)
    if panel.details:
        yield Block("text", " ".join(map(_sentence, panel.details)), "More")
    yield from _figures(script, panel)
    yield from (Block("text", remark) for remark in panel.remarks)
    yield from (line_block(line, page.language) for line in panel.lines)
    known = panel.scenes or panel.details or panel.figures or panel.remarks or panel.lines
    this = "panel" if panel.number else "page"
    if not known and script.told_by:
        yield Block("text", f"Nothing was answered about this {this}.")
    elif not known and panel.figures is None:
        yield Block("text", f"Nothing is known of this {this}.")


def _scene(scene: Scene) -> Block:
    return Block("text", _sentence(scene.text), _capital(scene.source))


def _figures(script: Script, panel: ScriptPanel) -> Iterator[Block]:
    by = f", according to {script.told_by}" if script.told_by else ""
    beside = panel.number is None and panel.lines
    told_otherwise = script.told_by or panel.scenes or panel.crowd or beside
    if panel.figures:
        yield Block("text", f"Characters{by}:")
        yield from map(_figure, panel.figures)
    elif panel.figures is not None and not told_otherwise:
        yield Block("text", "No character is labelled here.")
    if panel.crowd:
        yield Block("text", "More characters are drawn than are told of here.")


def _figure(figure: Figure) -> Block:
    parts: list[str] = []
    if figure.plane:
        parts.append(_marked(PLANES[figure.plane], "plane" in figure.guessed))
    if figure.actions:
        parts.append(_marked(_listed(figure.actions), "actions" in figure.guessed))
    text = "; ".join(parts)
    name = _marked(figure.name, "name" in figure.guessed)
    told = f"{_sentence(text)} {_capital(figure.note)}" if text and figure.note else text
    told = told or figure.note
    return Block("item", _sentence(told), name) if told else Block("item", f"{name}.")


def line_block(line: Line, language: str | None) -> Block:
    """A piece of lettering, with who says it or what it is before it."""
    guessed = "speaker" in line.guessed or "kind" in line.guessed
    voice = line.speaker or ("Off-panel voice" if line.off_panel else "")
    match line.kind:
        case "speech":
            label = voice or "Unknown speaker"
        case "thought":
            label = f"{voice or 'Unknown speaker'}, thinking"
        case "caption":
            label = ", ".join(filter(None, ("Caption", voice)))
        case "sfx":
            label = ", ".join(filter(None, ("Sound", voice)))
        case "sign":
            label = "Sign"
        case None:
            label = ", ".join(filter(None, ("Lettering", voice)))
    spoken = line.kind in ("speech", "thought")
    label = _marked(label, guessed)
    if line.text is None:
        return Block("text", LOST, label, spoken=spoken)
    return Block("text", line.text, label, language, spoken)


def alternative(script: Script, page: ScriptPage) -> str:
    """The alternative text of a page's picture: what it is, in one breath; the panels tell it."""
    figures = (f for panel in page.panels for f in panel.figures or () if f.known)
    names = list(dict.fromkeys(figure.name for figure in figures))
    who = f" with {_listed(names[:4])}{' and others' * (len(names) > 4)}" if names else ""
    if page.count == 0:
        return f"{page.heading}{who}."
    return f"{page.heading}: {page.count} panel{'s' * (page.count != 1)}{who}."


def _marked(text: str, guessed: bool) -> str:
    return f"{text} (guessed)" if guessed else text


def _listed(parts: Sequence[str]) -> str:
    """Words as one says them: a, b and c."""
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…", '"', "”")) else f"{text}."
