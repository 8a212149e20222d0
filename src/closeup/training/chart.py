"""A line chart as SVG: small, the same bytes for the same numbers, for light pages and dark ones.

One run is drawn as faint points with a running mean; several as the mean of their running means
with a band from the lowest to the highest. The axis of values always holds 0. Rare values far off
neither set its scale nor bend a line; how many points it leaves out is said below.
"""

import hashlib
from collections.abc import Iterator, Sequence
from html import escape
from math import ceil, floor, log10

from closeup.training.chart_lines import Line, Series, line_of, thinned, usual_range
from closeup.training.chart_style import LIGHT, style

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, BOTTOM = 62, 22, 44
DASHES = ("", "8 3", "2 3")
DOTTED = 4
"""Points are drawn of so many series at most; those of more are a fog."""
LETTER = 6.6
"""Pixels that a letter of the legend takes, about."""


def chart(series: Sequence[Series], title: str, *, unit: str = "", x: str = "step") -> str:
    """Draw some series over a common axis; `unit` says what the values are, `x` what they are over.

    Points that are not finite are left out.
    """
    lines = [line_of(own, len(series) <= DOTTED) for own in series]
    frame = _Frame(lines, top=66 + 18 * _legend_rows(series))
    key = hashlib.sha256(repr((title, unit, x, series)).encode("utf-8", "replace")).hexdigest()[:8]
    body = [
        *_axes(frame, x),
        *_legend(series),
        f'<g clip-path="url(#{key}-plot)">',
        *(part for number, own in enumerate(lines) for part in _drawn(own, number, frame)),
        "</g>",
        *_notes(series, lines, frame),
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="closeup-chart" role="img" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'aria-labelledby="{key}-title {key}-told">'
    )
    plot = (
        f'<rect x="{LEFT - 4}" y="{frame.top - 4}" width="{WIDTH - LEFT - RIGHT + 8}" '
        f'height="{HEIGHT - BOTTOM - frame.top + 8}"/>'
    )
    return "\n".join(
        [
            head,
            f'<title id="{key}-title">{_text(title)}</title>',
            f'<desc id="{key}-told">{_text(_told(series, lines, unit, x))}</desc>',
            f"<style>{style()}</style>",
            f'<clipPath id="{key}-plot">{plot}</clipPath>',
            f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}" rx="6"/>',
            f'<text class="title" x="20" y="30">{_text(title)}</text>',
            f'<text class="faint" x="20" y="48">{_text(unit)}</text>',
            *body,
            "</svg>\n",
        ]
    )


class _Frame:
    """The plot's place in the picture, and the scales of both axes."""

    def __init__(self, lines: Sequence[Line], top: int) -> None:
        self.top = top
        xs = [x for line in lines for x, _ in line.middle] or [0.0]
        self.x0, self.x1 = min(0.0, min(xs)), max(0.0, max(xs))
        if len(set(xs)) == 1:
            self.x1 += max(abs(xs[0]), 1.0)  # a single point stands in the middle
        ys = [0.0]
        for line in lines:
            ys += usual_range(y for _, y in line.raw) if line.raw else ()
            ys += [y for _, y in line.middle]
            ys += [y for _, low, high in line.band for y in (low, high)]
        low, high = min(ys), max(ys)
        high = high if high > low else low + 1
        self.step = _nice((high - low) / 4.5)
        self.y0 = floor(low / self.step + 1e-9) * self.step
        self.y1 = ceil(high / self.step - 1e-9) * self.step

    def at(self, x: float, y: float) -> str:
        return f"{self.left(x)} {self.down(y)}"

    def left(self, x: float) -> str:
        return _number(LEFT + (x - self.x0) / (self.x1 - self.x0) * (WIDTH - LEFT - RIGHT))

    def down(self, y: float) -> str:
        share = (y - self.y0) / (self.y1 - self.y0)
        return _number(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - self.top))

    def outside(self, line: Line) -> int:
        """How many points of a line lie beyond the axis."""
        slack = (self.y1 - self.y0) * 1e-9
        return sum(not self.y0 - slack <= y <= self.y1 + slack for _, y in line.raw)


def _axes(frame: _Frame, x: str) -> Iterator[str]:
    left, right, bottom = LEFT - 8, WIDTH - RIGHT, HEIGHT - BOTTOM
    for y in _ticks(frame.y0, frame.y1, frame.step):
        down = frame.down(y)
        kind = "zero" if abs(y) < frame.step / 2 else "grid"
        yield f'<path class="{kind}" d="M{LEFT} {down}H{right}"/>'
        label = _said(y, frame.step)
        yield f'<text class="tick" x="{left}" y="{down}" dy="4" text-anchor="end">{label}</text>'
    step = _nice((frame.x1 - frame.x0) / 7)
    step = max(step, 1.0) if frame.x1 - frame.x0 >= 1 else step
    for value in _ticks(frame.x0, frame.x1, step):
        at, label = frame.left(value), _said(value, step)
        yield f'<path class="zero" d="M{at} {bottom}v4"/>'
        yield f'<text class="tick" x="{at}" y="{bottom + 18}" text-anchor="middle">{label}</text>'
    yield f'<text class="faint" x="{right}" y="{HEIGHT - 10}" text-anchor="end">{_text(x)}</text>'


def _drawn(line: Line, number: int, frame: _Frame) -> Iterator[str]:
    colour = number % len(LIGHT)
    if line.band:
        there = "L".join(frame.at(x, high) for x, _, high in line.band)
        back = "L".join(frame.at(x, low) for x, low, _ in reversed(line.band))
        yield f'<path class="band f{colour}" d="M{there}L{back}Z"/>'
    if line.raw and len(line.raw) > 1:
        dots = "".join(f"M{frame.at(x, y)}h0" for x, y in thinned(line.raw))
        yield f'<path class="raw s{colour}" d="{dots}"/>'
    if len(line.middle) == 1:
        yield f'<path class="only s{colour}" d="M{frame.at(*line.middle[0])}h0"/>'
    elif line.middle:
        path = "L".join(frame.at(x, y) for x, y in line.middle)
        yield f'<path class="line s{colour}"{_dashed(number)} d="M{path}"/>'


def _dashed(number: int) -> str:
    dashes = DASHES[number // 4 % len(DASHES)]
    return f' stroke-dasharray="{dashes}"' if dashes else ""


def _places(series: Sequence[Series]) -> Iterator[tuple[float, int]]:
    """Where the names of the legend stand: pixels from the left, and in which row."""
    left, row = 20.0, 0
    for own in series:
        width = 28 + LETTER * len(_name(own)) + 18
        if left + width > WIDTH - RIGHT and left > 20:
            left, row = 20.0, row + 1
        yield left, row
        left += width


def _legend_rows(series: Sequence[Series]) -> int:
    return max((row for _, row in _places(series)), default=0) + 1


def _legend(series: Sequence[Series]) -> Iterator[str]:
    for number, (own, (left, row)) in enumerate(zip(series, _places(series), strict=True)):
        x, y = _number(left), 68 + 18 * row
        colour = number % len(LIGHT)
        yield f'<path class="line s{colour}"{_dashed(number)} d="M{x} {y - 4}h20"/>'
        yield f'<text class="name" x="{_number(left + 28)}" y="{y}">{_text(_name(own))}</text>'


def _notes(series: Sequence[Series], lines: Sequence[Line], frame: _Frame) -> Iterator[str]:
    notes = []
    if not any(line.middle for line in lines):
        notes.append("nothing was measured")
    if any(line.raw for line in lines):
        notes.append("points: as measured, line: running mean")
    elif any(line.middle and not line.band for line in lines):
        notes.append("line: running mean")
    if counts := sorted({len(s.runs) for s, line in zip(series, lines, strict=True) if line.band}):
        many = " or ".join(map(str, counts))
        notes.append(f"line: mean of {many} runs, band: lowest to highest")
    if outside := sum(frame.outside(line) for line in lines):
        notes.append(f"{outside} {'point lies' if outside == 1 else 'points lie'} beyond the axis")
    yield f'<text class="faint" x="20" y="{HEIGHT - 10}">{"; ".join(notes)}</text>'


def _told(series: Sequence[Series], lines: Sequence[Line], unit: str, x: str) -> str:
    """The chart in words."""
    told = [f"{unit}." if unit else ""]
    for own, line in zip(series, lines, strict=True):
        if line.middle:
            (x0, y0), (x1, y1) = line.middle[0], line.middle[-1]
            told.append(f"{_name(own)}: {y0:.3g} at {x} {x0:,.0f}, {y1:.3g} at {x} {x1:,.0f}.")
        else:
            told.append(f"{_name(own)}: nothing.")
    return " ".join(filter(None, told))


def _nice(step: float) -> float:
    """The next larger of 1, 2, 2.5 and 5 times a power of ten."""
    power = 10.0 ** floor(log10(step))
    return next(power * n for n in (1, 2, 2.5, 5, 10) if power * n >= step * (1 - 1e-9))


def _ticks(low: float, high: float, step: float) -> Iterator[float]:
    for number in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1):
        yield number * step


def _said(value: float, step: float) -> str:
    """A number of an axis, with as many decimals as its steps need."""
    if step < 1e-4 or step >= 1e6:
        return f"{value:.6g}".replace("-", "−")
    decimals = next((n for n in range(9) if abs(step * 10**n - round(step * 10**n)) < 1e-6), 9)
    return f"{value:,.{decimals}f}".replace("-", "−") if value else "0"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _name(series: Series) -> str:
    return series.name if len(series.name) <= 40 else series.name[:39] + "…"


def _text(text: str) -> str:
    """Text as it may stand in XML, which has no control characters and no half characters."""
    return escape("".join(c if c.isprintable() else "�" for c in text), quote=True)
