"""A page from its seed: the image, and exact ground truth for every field of the page format.

Four page seeds make an issue, which shares its style, cast, lettering and story. Everything that a
page needs from its issue is derived anew from the issue's number, so that any page can be drawn
alone, in any process, and is the same byte for byte.
"""

import io
import random
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from closeup.geometry import Box
from closeup.page import FORMAT, OFF_PANEL, Balloon, Character, Page, Panel
from closeup.synthetic.cast import Person, cast
from closeup.synthetic.describe import actions, describe
from closeup.synthetic.layout import Frame, Layout, lay_out
from closeup.synthetic.lettering import Hand
from closeup.synthetic.panel import PanelArt, Space, Studio, draw_panel
from closeup.synthetic.story import CAST, Beat, Story, tell
from closeup.synthetic.styles import STYLES, Style
from closeup.synthetic.texts import Text, draw_texts

PAGES_PER_ISSUE = 4
TEST_SEEDS_FROM = 1_000_000
"""Page seeds below are for training, the others for tests."""
SERIES = "synthetic"
ATTRIBUTION = "Drawn by closeup's synthetic artist"
SUFFIX = ".jpg"


@dataclass(frozen=True)
class Issue:
    """What the pages of an issue share."""

    key: str
    style: Style
    people: tuple[Person, ...]
    layouts: tuple[Layout, ...]
    story: Story
    studio: Studio


@lru_cache(maxsize=8)
def issue_of(number: int) -> Issue:
    """The issue of this number."""
    key = f"{number:07d}"
    rng = _dice(key)
    style = _style(number, rng)
    people = tuple(cast(rng, CAST))
    face = rng.choice(("delius", "delius", "kalam"))
    hand = Hand(face, rng.random() < 0.75, rng.choice((15, 16, 17, 18, 20)), rng.random() < 0.35)
    rtl = style.direction == "rtl"
    layouts = tuple(
        lay_out(random.Random(f"closeup/layout/{key}/{page}"), rtl)
        for page in range(PAGES_PER_ISSUE)
    )
    room = [[_room(frame.box, hand.cap) for frame in layout.frames] for layout in layouts]
    story = tell(rng, [person.name for person in people], room)
    return Issue(key, style, people, layouts, story, Studio(style, people, hand, key))


def style_of(number: int) -> Style:
    """The style of the issue of this number, without the rest of it."""
    return _style(number, _dice(f"{number:07d}"))


def _dice(key: str) -> random.Random:
    return random.Random(f"closeup/issue/{key}")


def _style(number: int, rng: random.Random) -> Style:
    names = sorted(STYLES)
    return STYLES[names[number % len(names)]] if rng.random() < 0.9 else STYLES[rng.choice(names)]


def draw_page(seed: int) -> tuple[Page, Image.Image]:
    """The page of a seed and its RGB image; the same in every process.

    Raises ValueError for a negative seed.
    """
    if seed < 0:
        raise ValueError(f"page seed {seed}: need 0 or more")
    number, index = divmod(seed, PAGES_PER_ISSUE)
    issue = issue_of(number)
    layout, beats = issue.layouts[index], issue.story.pages[index]
    name = f"{SERIES}/{issue.key}/{index + 1}"
    raw = issue.style.blank(layout.width, layout.height)
    arts: list[PanelArt] = []
    broken: set[int | None] = set()
    for i, (frame, beat) in enumerate(zip(layout.frames, beats, strict=True)):
        holes = [_within(inset.box, frame.box) for inset in layout.insets_over(i)]
        plain = frame.host is None and frame.polygon is None and not frame.bleeds
        overhang = min(22.0, layout.gutter * 0.8) if plain else 0.0
        space = Space(frame, tuple(holes), overhang, layout.rtl)
        beat = beat.without(broken)
        art = draw_panel(issue.studio, space, beat, f"{name}/{i}")
        arts.append(art)
        broken |= {line.exchange for line in beat.missing(text.line for text in art.texts)} - {None}
        _set_in(raw, frame, art.pixels, issue.style)
    printed = issue.style.finish(raw, random.Random(f"{name}/press"))
    image = Image.fromarray(np.ascontiguousarray(printed))
    placed = [
        (text, frame.box.x0, frame.box.y0)
        for frame, art in zip(layout.frames, arts, strict=True)
        for text in art.texts
    ]
    draw_texts(image, placed, issue.style, f"{name}/letters")
    return _page(name, issue, index, layout, beats, arts), image


def encode(image: Image.Image) -> bytes:
    """The bytes of a page's image file, the same for the same pixels."""
    out = io.BytesIO()
    channels = image.split()
    grey = all(channels[0].tobytes() == other.tobytes() for other in channels[1:])
    (channels[0] if grey else image).save(out, "JPEG", quality=92, subsampling=0)
    return out.getvalue()


def _room(box: Box, cap: int) -> int:
    """How many balloons fit a panel with something left to see."""
    if min(box.width, box.height) < 250:
        return 1
    return max(1, min(4, int(box.area * 0.36 / (9.5 * cap * 6 * cap))))


def _within(box: Box, host: Box) -> Box:
    """An inset's box with its margin, in its host's pixels."""
    moved = box.shifted(-host.x0, -host.y0)
    return Box(moved.x0 - MARGIN, moved.y0 - MARGIN, moved.x1 + MARGIN, moved.y1 + MARGIN)


MARGIN = 9
"""Pixels of bare paper around an inset."""


def _set_in(raw: NDArray[np.uint8], frame: Frame, pixels: NDArray[np.uint8], style: Style) -> None:
    """Lay a panel onto the raw page, with its border."""
    x0, y0, x1, y1 = (int(v) for v in frame.box.corners)
    edge = max(2, round(style.pen * 1.5))
    ink = np.array((28, 22, 30) if style.colour else (0, 255, 255), dtype=np.uint8)
    if frame.host is not None:
        _clear(raw, frame, style)
    if frame.polygon:
        mask = _mask(frame)
        part = raw[y0:y1, x0:x1].astype(np.uint16)
        mixed = (part * (255 - mask) + pixels.astype(np.uint16) * mask + 127) // 255
        raw[y0:y1, x0:x1] = mixed.astype(np.uint8)
        return
    raw[y0:y1, x0:x1] = pixels
    height, width = raw.shape[:2]
    if y0 > 0:
        raw[y0 : y0 + edge, x0:x1] = ink
    if y1 < height:
        raw[y1 - edge : y1, x0:x1] = ink
    if x0 > 0:
        raw[y0:y1, x0 : x0 + edge] = ink
    if x1 < width:
        raw[y0:y1, x1 - edge : x1] = ink


def _mask(frame: Frame) -> NDArray[np.uint16]:
    """How much of each pixel of a frame's box lies in its polygon, 0 … 255, as (H, W, 1)."""
    assert frame.polygon
    width, height = int(frame.box.width), int(frame.box.height)
    mask = Image.new("L", (width * 2, height * 2))
    edge = [(2 * (x - frame.box.x0) - 0.5, 2 * (y - frame.box.y0) - 0.5) for x, y in frame.polygon]
    ImageDraw.Draw(mask).polygon(edge, fill=255)
    return np.asarray(mask.reduce(2), dtype=np.uint16)[..., None]


def _clear(raw: NDArray[np.uint8], frame: Frame, style: Style) -> None:
    """Bare paper around an inset."""
    height, width = raw.shape[:2]
    (cx, cy), m = frame.box.center, MARGIN
    if frame.polygon:
        grown = 1 + 2 * m / min(frame.box.width, frame.box.height)
        edge = [(cx + (x - cx) * grown, cy + (y - cy) * grown) for x, y in frame.polygon]
    else:
        x0, y0, x1, y1 = frame.box.corners
        edge = [
            (x0 - m, y0 - m),
            (x1 + m - 1, y0 - m),
            (x1 + m - 1, y1 + m - 1),
            (x0 - m, y1 + m - 1),
        ]
    mask = Image.new("1", (width, height))
    ImageDraw.Draw(mask).polygon(edge, fill=1)
    raw[np.asarray(mask)] = style.gutter


def _page(
    name: str,
    issue: Issue,
    index: int,
    layout: Layout,
    beats: tuple[Beat, ...],
    arts: list[PanelArt],
) -> Page:
    panels, characters, balloons, descriptions = [], [], [], []
    for i, (frame, beat, art) in enumerate(zip(layout.frames, beats, arts, strict=True)):
        panel, (dx, dy) = f"p{i + 1}", (frame.box.x0, frame.box.y0)
        panels.append(Panel(id=panel, box=frame.box, polygon=frame.polygon))
        ids: dict[int, str] = {}
        ranks = sorted({figure.plane for figure in art.seen})
        for figure in sorted(art.seen, key=lambda figure: figure.view.box.x0):
            ids[figure.who] = f"c{len(characters) + 1}"
            person = issue.people[figure.who]
            characters.append(
                Character(
                    id=ids[figure.who],
                    panel=panel,
                    name=person.name,
                    identity=f"{issue.key}/{person.name}",
                    box=_rounded(figure.view.box.shifted(dx, dy)),
                    face=_rounded(figure.view.face.shifted(dx, dy)) if figure.view.face else None,
                    actions=actions(figure),
                    keypoints=tuple(
                        (round(x + dx, 1), round(y + dy, 1), v) if v else (0.0, 0.0, 0)
                        for x, y, v in figure.view.keypoints
                    ),
                    depth=ranks.index(figure.plane),
                    truncated=figure.view.truncated,
                    note=person.looks,
                )
            )
        for text in art.texts:
            balloons.append(_balloon(f"b{len(balloons) + 1}", panel, text, dx, dy, ids))
        descriptions.append(describe(art, beat, issue.people, panel))
    return Page(
        format=FORMAT,
        id=name,
        image=name.replace("/", "-") + SUFFIX,
        width=layout.width,
        height=layout.height,
        series=SERIES,
        issue=issue.key,
        number=index + 1,
        language="en",
        reading_direction="rtl" if layout.rtl else "ltr",
        license="CC0-1.0",
        attribution=ATTRIBUTION,
        panels=tuple(panels),
        characters=tuple(characters),
        balloons=tuple(balloons),
        descriptions=tuple(descriptions),
    )


def _balloon(
    name: str, panel: str, text: Text, dx: float, dy: float, ids: dict[int, str]
) -> Balloon:
    speaker = None
    if text.line.kind in ("speech", "thought") and text.line.speaker is not None:
        speaker = OFF_PANEL if text.off_panel else ids.get(text.line.speaker, OFF_PANEL)
    return Balloon(
        id=name,
        panel=panel,
        box=_rounded(text.box.shifted(dx, dy)),
        text=text.words,
        kind=text.line.kind,
        speaker=speaker,
        text_height=float(text.cap),
    )


def _rounded(box: Box) -> Box:
    return Box(*(round(v, 1) for v in box.corners))
