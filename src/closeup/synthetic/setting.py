"""Where a panel plays: a place and the small things left lying there, or a mere pattern."""

import random
from dataclasses import dataclass

from closeup.geometry import Box
from closeup.synthetic.canvas import Canvas
from closeup.synthetic.framing import clip
from closeup.synthetic.hues import Rgb
from closeup.synthetic.patterns import PATTERNS, draw_pattern
from closeup.synthetic.scenery import ROOMS, draw_place
from closeup.synthetic.site import Lens
from closeup.synthetic.staging import Stage
from closeup.synthetic.story import Beat
from closeup.synthetic.things import THINGS, draw_prop

FIRST_SMALL = 150
"""Owner number of the first small thing."""
HUES: tuple[Rgb, ...] = (
    (250, 226, 196), (206, 226, 236), (226, 214, 236), (214, 232, 206), (248, 236, 190),
    (244, 208, 204), (228, 228, 226),
)  # fmt: skip


@dataclass(frozen=True)
class Setting:
    """What is behind the figures of a panel."""

    name: str
    """The place, or the pattern that stands for none."""
    in_place: bool
    floor: Rgb
    things: dict[int, str]
    """What the backdrop shows, by its number on the owner plane."""
    small: dict[int, str]
    """What lies on the ground."""

    @property
    def indoors(self) -> bool:
        return not self.in_place or ROOMS[self.name].indoors

    def plain(self, canvas: Canvas) -> tuple[str, ...]:
        """The things of the backdrop that can still be made out."""
        width, height = canvas.width, canvas.height
        return tuple(
            name
            for key, name in self.things.items()
            if (drawn := canvas.drawn_box(key))
            and (part := clip(drawn, width, height))
            and part.width > max(0.07 * width, 0.5 * drawn.width)
            and canvas.visible(key) > 0.6
        )

    def lying(self, canvas: Canvas) -> tuple[str, ...]:
        """The small things that nothing hides."""
        return tuple(name for key, name in self.small.items() if canvas.visible(key) > 0.85)


def set_scene(
    canvas: Canvas,
    beat: Beat,
    plan: Stage,
    inner: Box,
    speed_lines: bool,
    issue: str,
    rng: random.Random,
) -> Setting:
    """Draw what is behind the figures; a place looks the same throughout its issue."""
    closer = plan.shot != "long"
    if beat.parts and rng.random() < (0.4 if closer else 0.12):
        kinds = [k for k in PATTERNS if speed_lines or k not in ("focus", "speed")]
        kinds = [k for k in kinds if closer or k != "plain"]
        kind, hue = rng.choice(kinds), rng.choice(HUES)
        draw_pattern(canvas, kind, hue, rng)
        return Setting(kind, False, hue, {}, {})
    lens = Lens(inner.y0 + plan.floor, plan.unit, rng.uniform(-2.0, 1.0))
    place_rng = random.Random(f"{issue}/{beat.place}")
    things = draw_place(canvas, beat.place, beat.time, lens, place_rng)
    small = _scatter(canvas, plan, inner, rng)
    return Setting(beat.place, True, ROOMS[beat.place].floor, things, small)


def _scatter(canvas: Canvas, plan: Stage, inner: Box, rng: random.Random) -> dict[int, str]:
    """Now and then, small things on the ground: what they are stands in no caption."""
    top = inner.y0 + max(plan.floor + 6, 0.5 * inner.height)
    bottom = inner.y1 - 6
    if bottom - top < 24 or rng.random() > 0.5:
        return {}
    drawn = {}
    for i, name in enumerate(rng.sample(sorted(THINGS), rng.choice((1, 1, 2, 3)))):
        x, y = rng.uniform(inner.x0 + 20, inner.x1 - 20), rng.uniform(top + 20, bottom)
        with canvas.owner(FIRST_SMALL + i):
            draw_prop(canvas, name, x, y, rng.uniform(17, 34), rng)
        drawn[FIRST_SMALL + i] = name
    return drawn
