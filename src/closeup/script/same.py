"""Who is who, from pairs of figures that a model took for the same character.

A figure joins those it was paired with, and so do the others that were paired with it. A pair that
would put two figures of one panel together is passed over: nobody is drawn twice in a panel, so a
model that says so has contradicted itself.
"""

from collections.abc import Iterable, Mapping

from closeup.page import Page
from closeup.script.claims import Place


def people(pairs: Iterable[tuple[Place, Place]], pages: Mapping[str, Page]) -> dict[Place, str]:
    """An identity for every figure that is in a pair; the same one for the same character."""
    homes = {
        (page.id, c.id): (page.id, c.panel)
        for page in pages.values()
        for c in page.characters or ()
        if c.panel is not None
    }
    groups: dict[Place, list[Place]] = {}
    for first, second in pairs:
        a, b = groups.setdefault(first, [first]), groups.setdefault(second, [second])
        if a is b or _homes(a, homes) & _homes(b, homes):
            continue
        a += b
        groups.update((place, a) for place in b)
    together = (own for own in groups.values() if len(own) > 1)
    return {place: "/".join(own[0]) for own in together for place in own}


def _homes(places: Iterable[Place], homes: Mapping[Place, Place]) -> set[Place]:
    """The panels that figures stand in, as far as they are known."""
    return {homes[place] for place in places if place in homes}
