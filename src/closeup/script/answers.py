"""A model's answers in a run -> a script of what it said, and of nothing else.

From the bench come only what the questions showed: where panels and figures are, and the words of
the dialogue. Names, descriptions, actions, speakers and depth that annotators know stay out, even
where the model was right about them. Who is who follows from what it took for the same character.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from closeup.bench import Bench
from closeup.geometry import Box
from closeup.page import Balloon, Character, Page, Panel
from closeup.question import Question
from closeup.records import CloseupError
from closeup.script.claims import Claims, Place
from closeup.script.material import of_bench
from closeup.script.plain import plain
from closeup.script.same import people
from closeup.script.script import Scene, Script
from closeup.script.tell import tell
from closeup.store import Store

SHOWN = (
    *("panels", "panels.order", "characters.panel", "reading_direction"),
    *("balloons", "balloons.panel", "balloons.order", "balloons.text"),
)
"""What a page's `inferred` may name of the things that questions show."""

Answer = str | int | tuple[str, ...]
ThingT = TypeVar("ThingT", Panel, Character, Balloon)


def from_run(bench: Bench, store: Store) -> Script:
    """The script of the pages that a run asked something about, by its first epoch.

    Raises CloseupError where the run is of another bench, or has no answer that a script can tell.
    """
    if store.info.bench_hash != bench.content_hash:
        raise CloseupError(f"{store.folder}: a run of another bench than {bench.path}")
    answers = {
        episode.question: episode.score.answer
        for episode in store.episodes()
        if episode.epoch == 0 and episode.score.answer is not None
    }
    pages = of_bench(bench).pages
    listener = _Listener(store.info.model, pages)
    for question in bench.questions():
        if (answer := answers.get(question.id)) is not None:
            listener.hear(question, answer)
    claims = listener.claims()
    if not claims.pages:
        raise CloseupError(f"{store.folder}: no answer in it that a script could tell")
    return tell(claims.pages, claims)


class _Listener:
    """Takes answers one by one, then says what they come to."""

    def __init__(self, model: str, pages: Sequence[Page]) -> None:
        self._claims = Claims(model)
        self._pages = {page.id: page for page in pages}
        self._actions: dict[Place, str] = {}
        self._shown: set[Place] = set()
        """Characters of whom something was answered."""
        self._same: list[tuple[Place, Place]] = []
        self._panels: dict[str, list[list[str]]] = defaultdict(list)
        self._lines: dict[str, list[list[str]]] = defaultdict(list)
        self._asked: set[str] = set()

    def hear(self, question: Question, answer: Answer) -> None:
        """Take the answer to one question of the bench."""
        page = self._pages.get(question.pages[0])
        if page is None:
            return
        refs = question.refs
        box = next((refs[name].box for name in ("panel", "character") if name in refs), page.box)
        match question.task, answer:
            case "panel_understanding", str(text):
                self._scene(page, box, text, "described")
            case "panel_understanding_choice", str() if text := question.class_of(answer):
                count = len(question.options)
                self._scene(page, box, text, f"chosen from {count} descriptions")
            case "action_recognition", str() if text := question.class_of(answer):
                if character := _at(page.characters, box):
                    self._actions[page.id, character.id] = text
                    self._see(page, character)
            case "character_counting", int(count):
                if panel := _at(page.panels, box):
                    self._claims.counts[page.id, panel.id] = count
                    self._asked.add(page.id)
            case "depth_comparison", str(letter) if letter in refs:
                self._nearer(page, question, letter)
            case "character_identification", str(letter) if {letter, "reference"} <= refs.keys():
                self._alike(question, letter)
            case "dialogue_reordering", tuple(letters) if _whole(question, letters):
                self._dialogue(page, question, letters)
            case "panel_reordering", tuple(letters) if _whole(question, letters):
                panels = [_at(page.panels, refs[letter].box) for letter in letters]
                self._panels[page.id].append([panel.id for panel in panels if panel])
                self._asked.add(page.id)

    def claims(self) -> Claims:
        """Everything that was heard, on pages as the model has them."""
        who = people(self._same, self._pages)
        asked = [page for page in self._pages.values() if page.id in self._asked]
        heard = [self._as_heard(page, who) for page in asked]
        self._claims.pages = tuple(heard)
        self._claims.remarks = self._remarks(len(self._pages) - len(heard))
        return self._claims

    def _see(self, page: Page, *characters: Character) -> None:
        self._asked.add(page.id)
        self._shown.update((page.id, character.id) for character in characters)

    def _scene(self, page: Page, box: Box, text: str, how: str) -> None:
        panel, text = _at(page.panels, box), plain(text)
        if panel and text:
            source = f"{how} by {plain(self._claims.model)}"
            self._claims.scenes[page.id, panel.id].append(Scene(text=text, source=source))
            self._asked.add(page.id)

    def _nearer(self, page: Page, question: Question, letter: str) -> None:
        near = _at(page.characters, question.refs[letter].box)
        far = [_at(page.characters, m.box) for name, m in question.refs.items() if name != letter]
        for other in far:
            if near and other and near.panel is not None:
                self._claims.nearer[page.id, near.panel].append((near.id, other.id))
                self._see(page, near, other)

    def _alike(self, question: Question, letter: str) -> None:
        """The reference and the chosen candidate, which may stand on different pages."""
        found: list[Place] = []
        for mark in (question.refs["reference"], question.refs[letter]):
            page = self._pages.get(question.views[mark.view].page)
            if page and (character := _at(page.characters, mark.box)):
                found.append((page.id, character.id))
                self._see(page, character)
        if len(found) == 2:
            self._same.append((found[0], found[1]))

    def _dialogue(self, page: Page, question: Question, letters: Sequence[str]) -> None:
        assert isinstance(question.answer, tuple)
        marks = dict(zip(question.answer, question.evidence, strict=False))
        lines = [_at(page.balloons, marks[letter].box) for letter in letters if letter in marks]
        self._lines[page.id].append([line.id for line in lines if line])
        self._asked.add(page.id)

    def _as_heard(self, page: Page, who: Mapping[Place, str]) -> Page:
        """A page with nothing on it but what questions showed and the model answered."""
        shown = [c for c in page.characters or () if (page.id, c.id) in self._shown]
        asked = {name for run in self._lines[page.id] for name in run}
        lines = [balloon for balloon in page.balloons or () if balloon.id in asked]
        bare = [Panel(id=panel.id, box=panel.box) for panel in page.panels or ()]
        return page.model_copy(
            update={
                "inferred": tuple(field for field in page.inferred if field in SHOWN),
                "descriptions": None,
                "panels": _reordered(bare, self._panels[page.id]),
                "characters": tuple(
                    Character(
                        id=c.id,
                        panel=c.panel,
                        box=c.box,
                        identity=who.get((page.id, c.id)),
                        actions=(self._actions[page.id, c.id],)
                        if (page.id, c.id) in self._actions
                        else None,
                    )
                    for c in shown
                ),
                "balloons": tuple(
                    Balloon(id=b.id, panel=b.panel, box=b.box, text=b.text, kind="speech")
                    for b in _reordered(lines, self._lines[page.id])
                ),
            }
        )

    def _remarks(self, left_out: int) -> tuple[str, ...]:
        model = plain(self._claims.model)
        remarks = [
            f"{model} was shown where panels and characters are, and the words of the lines; "
            "who speaks them was not asked."
        ]
        if any(self._panels.values()) or any(self._lines.values()):
            remarks.append(f"Panels and lines stand in {model}'s order where it was asked for one.")
        if self._same:
            remarks.append(
                f"Figures with the same number are those that {model} took for the same character."
            )
        if left_out:
            be = "is" if left_out == 1 else "are"
            pages = f"{left_out} page{'s' * (left_out != 1)}"
            remarks.append(f"{pages} without an answer {be} left out.")
        return tuple(remarks)


def _at(things: Iterable[ThingT] | None, box: Box) -> ThingT | None:
    """The thing whose box a question named."""
    return next((thing for thing in things or () if thing.box == box), None)


def _whole(question: Question, letters: Sequence[str]) -> bool:
    return sorted(letters) == list(question.labels)


def _reordered(things: Sequence[ThingT], runs: Iterable[Sequence[str]]) -> tuple[ThingT, ...]:
    """The things, those of each run of ids put into its order at the places that they hold."""
    order = list(things)
    for run in runs:
        wanted = {thing.id: thing for thing in order if thing.id in run}
        places = [i for i, thing in enumerate(order) if thing.id in wanted]
        for place, name in zip(places, dict.fromkeys(run), strict=True):
            order[place] = wanted[name]
    return tuple(order)
