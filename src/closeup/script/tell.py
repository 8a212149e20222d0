"""Annotated pages, or what a model says of them -> a script."""

from collections import Counter
from collections.abc import Iterable, Sequence

from closeup.page import OFF_PANEL, Balloon, Character, Page, Panel
from closeup.script.cast import Cast, key
from closeup.script.claims import Claims
from closeup.script.guesses import Guesses
from closeup.script.plain import language, plain
from closeup.script.scene import details, scene
from closeup.script.script import Figure, Line, Plane, Scene, Script, ScriptPage, ScriptPanel
from closeup.tasks.actions import ACTIONS


def of(*pages: Page) -> Script:
    """The script of annotated pages, which stand in the order in which they are read."""
    return tell(pages)


def tell(pages: Sequence[Page], claims: Claims | None = None) -> Script:
    """The script of pages; with claims, of what their model says, and these are its pages."""
    headings = _headings(pages)
    teller = _Teller(Cast(pages, headings), claims)
    told = tuple(map(teller.page, pages, headings))
    return Script(
        title=_title(pages),
        told_by=plain(claims.model) if claims else None,
        languages=_each(page.language for page in told),
        licenses=_each(plain(page.license or "") for page in pages),
        attributions=_each(plain(page.attribution or "") for page in pages),
        cast=teller.cast.people(),
        pages=told,
        remarks=claims.remarks if claims else (),
    )


class _Teller:
    def __init__(self, cast: Cast, claims: Claims | None) -> None:
        self.cast, self.claims = cast, claims

    def page(self, page: Page, heading: str) -> ScriptPage:
        guesses = Guesses(page.inferred)
        panels = [self._panel(page, panel, i, guesses) for i, panel in enumerate(page.panels or ())]
        rest = self._panel(page, None, None, guesses)
        if rest.lines or rest.figures or not panels:
            panels.append(rest)
        return ScriptPage(
            id=page.id,
            heading=heading,
            language=language(page.language),
            ordered=page.reading_direction is not None or len(page.panels or ()) < 2,
            guessed=guesses.told,
            panels=tuple(panels),
        )

    def _panel(
        self, page: Page, panel: Panel | None, index: int | None, guesses: Guesses
    ) -> ScriptPanel:
        """A panel, or without one what is outside of all."""
        name = panel.id if panel else None
        balloons = [b for b in page.balloons or () if b.panel == name]
        scenes, facts = self._scenes(page, name, balloons, guesses)
        return ScriptPanel(
            id=plain(name) if name else None,
            number=None if index is None else index + 1,
            scenes=scenes,
            details=facts,
            figures=self._figures(page, name, guesses),
            crowd=bool(panel and panel.crowd),
            lines=tuple(self._line(page, balloon, guesses) for balloon in balloons),
            remarks=self._remarks(page, name),
        )

    def _scenes(
        self, page: Page, panel: str | None, balloons: Sequence[Balloon], guesses: Guesses
    ) -> tuple[tuple[Scene, ...], tuple[str, ...]]:
        """The descriptions of a panel, and the facts beside them."""
        if self.claims:
            return tuple(self.claims.scenes.get((page.id, panel or ""), ())), ()
        found = next((d for d in page.descriptions or () if d.panel == panel), None)
        if found is None:
            return (), ()
        source = f"described by {plain(found.author)}" if found.author else ""
        if guesses.of("descriptions"):
            source = source or "described by a program"
        text = scene(found, balloons)
        return (Scene(text=text, source=source),) * bool(text), details(found, balloons)

    def _figures(
        self, page: Page, panel: str | None, guesses: Guesses
    ) -> tuple[Figure, ...] | None:
        if page.characters is None:
            return None
        here = [c for c in page.characters if c.panel == panel]
        planes = _planes(here)
        here.sort(key=lambda c: (c.depth is None, c.depth or 0, c.box.x0, c.box.y0, c.id))
        return tuple(
            Figure(
                name=self.cast.name(page, c, panel),
                known=key(page, c) is not None,
                actions=tuple(dict.fromkeys(filter(None, map(_action, c.actions or ())))),
                plane=planes.get(c.depth),
                note=self.cast.note(page, c),
                guessed=guesses.among(
                    name=("characters.identity", "characters.name") if key(page, c) else (),
                    actions=("characters.actions",) if c.actions else (),
                    plane=("characters.depth",) if planes.get(c.depth) else (),
                ),
            )
            for c in here
        )

    def _line(self, page: Page, balloon: Balloon, guesses: Guesses) -> Line:
        by = next((c for c in page.characters or () if c.id == balloon.speaker), None)
        named = by is not None and key(page, by) is not None
        who = ("characters.identity", "characters.name") if named else ()
        return Line(
            kind=balloon.kind,
            speaker=self.cast.name(page, by, balloon.panel) if by else None,
            off_panel=balloon.speaker == OFF_PANEL,
            text=plain(balloon.text or "") or None,
            guessed=guesses.among(
                kind=("balloons.kind",) if balloon.kind else (),
                speaker=("balloons.speaker", *who) if balloon.speaker else (),
                text=("balloons.text",) if balloon.text else (),
            ),
        )

    def _remarks(self, page: Page, panel: str | None) -> tuple[str, ...]:
        """What a model says beside the descriptions, as sentences with its name in them."""
        if self.claims is None or panel is None:
            return ()
        model, place = plain(self.claims.model), (page.id, panel)
        remarks: list[str] = []
        if place in self.claims.counts:
            count = self.claims.counts[place]
            remarks.append(f"{model} counts {count} character{'s' * (count != 1)}.")
        called = {c.id: self.cast.name(page, c, panel) for c in page.characters or ()}
        for near, far in self.claims.nearer.get(place, ()):
            remarks.append(f"{model} sees {called[near]} in front of {called[far]}.")
        return tuple(remarks)


def _planes(characters: Sequence[Character]) -> dict[int | None, Plane]:
    """Where each rank of depth stands, if the known ones differ."""
    ranks = sorted({c.depth for c in characters if c.depth is not None})
    if len(ranks) < 2:
        return {}
    planes: dict[int | None, Plane] = dict.fromkeys(ranks, "middle")
    planes.update({ranks[0]: "front", ranks[-1]: "back"})
    return planes


def _action(word: str) -> str:
    """An annotation's action as it is said: `casting_spell` is "casting a spell"."""
    words = " ".join(plain(word).lower().replace("-", " ").replace("_", " ").split())
    return ACTIONS.get(words.replace(" ", "_"), words)


def _headings(pages: Sequence[Page]) -> list[str]:
    """What each page is called: its number, and its comic where there are several."""
    comics = {page.group for page in pages}
    numbers: Counter[str] = Counter()
    headings: list[str] = []
    for page in pages:
        numbers[page.group] += 1
        number = page.number if page.number is not None else numbers[page.group]
        comic = plain(_comic(page) or page.id)
        headings.append(f"{comic}, page {number}" if len(comics) > 1 else f"Page {number}")
    return headings


def _comic(page: Page) -> str:
    """Series and issue; either alone where the other is unknown or the same."""
    return ", ".join(dict.fromkeys(part for part in (page.series, page.issue) if part))


def _title(pages: Sequence[Page]) -> str:
    comics = _each(plain(_comic(page)) for page in pages)
    series = _each(plain(page.series or "") for page in pages)
    if len(comics) == 1:
        return comics[0]
    if len(series) == 1 and all(page.series for page in pages):
        return series[0]
    return plain(pages[0].id) if len(pages) == 1 else f"{max(1, len(comics))} comics"


def _each(values: Iterable[str | None]) -> tuple[str, ...]:
    """Every value once, the commonest first."""
    return tuple(value for value, _ in Counter(filter(None, values)).most_common())
