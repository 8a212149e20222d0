"""The tints of a backdrop: paler than figures, under the light of the hour, black and white too."""

import random

from closeup.synthetic.canvas import Tint, tint

Rgb = tuple[int, int, int]

GAIN = {"morning": 1.0, "afternoon": 1.0, "evening": 0.95, "night": 0.86}


class Hues:
    """What a place's colours become at some hour; each place has a slight cast of its own."""

    def __init__(self, time: str, rng: random.Random) -> None:
        warm = rng.uniform(-10, 10)
        self._shift = (warm, 0.0, -warm)
        self._gain = GAIN[time]
        self.dark = time == "night"
        self.line = self.stroke((150, 142, 146))

    def __call__(self, rgb: Rgb) -> Tint:
        r, g, b = (v * self._gain + s for v, s in zip(rgb, self._shift, strict=True))
        return pale((_byte(r), _byte(g), _byte(b * (1.06 if self.dark else 1))))

    def stroke(self, rgb: Rgb) -> Tint:
        """For thin lines: their colour, or ink where there is none."""
        return Tint(self(rgb).rgb, 0)


def pale(rgb: Rgb) -> Tint:
    """A tint whose tone is much lighter than its colour, so that inked figures stand out."""
    luminance = tint(rgb).tone
    return tint(rgb, round(255 - (255 - luminance) * 0.62) if luminance < 172 else 255)


def darker(rgb: Rgb, by: float) -> Rgb:
    """A colour darkened by a share of itself."""
    r, g, b = rgb
    return (_byte(r * (1 - by)), _byte(g * (1 - by)), _byte(b * (1 - by)))


def lighter(rgb: Rgb) -> Rgb:
    """A colour half-way to white."""
    r, g, b = rgb
    return (_byte(r * 0.5 + 127), _byte(g * 0.5 + 127), _byte(b * 0.5 + 127))


def _byte(value: float) -> int:
    return min(255, max(1, round(value)))
