"""What a reader without eyes would answer: one prediction for each single cue.

`predictions` looks at nothing but what the prompt tells: boxes of regions, texts of options, number
and size of the images. Not at the evidence, the answer, or where on its page a cropped panel lies.
A cue that does not decide predicts nothing: of regions and options where two tie for the most, of
an order where all tie.

The other two look at the answer, and are for whoever builds or audits a bench: `contrast` compares
the right region with the wrong one, and `sighted_cues` knows by the answer which box of the
evidence is whose. The latter are for orders only: geometry that is plain to see on the page, and
that no prompt gives away.
"""

import math
from collections.abc import Callable, Mapping, Sequence

from closeup.geometry import Box
from closeup.question import Question

Answer = str | int | tuple[str, ...]

CONSTANT = "constant "
"""How the names of cues begin that answer the same whatever is asked."""
COUNTS = range(13)
"""The numbers that are tried as constants."""
SHORT = 3
"""Words: options that are no longer can recur, and a reader may know how often each is right."""
_SHAPES = ((-0.7, "slender"), (-0.35, "tall"), (0.0, "upright"), (math.inf, "wide"))
"""Names of a region's shape, each with the log(width/height) that it stays below."""
_SIZES = ((0.005, "small"), (0.02, "middling"), (math.inf, "large"))
"""Names of a region's size, each with the share of the view that it stays below."""

INHERENT: dict[str, tuple[str, ...]] = {
    # A page is read by its geometry: to find the balloons and sort them is the task.
    "dialogue_reordering": ("top to bottom", "rows left to right", "rows right to left"),
    # The page is never shown, only its panels: no reader of the question has these positions.
    "panel_reordering": ("top to bottom", "rows left to right", "rows right to left"),
}
"""Of `sighted_cues`, those that belong to the task itself: reported, never held against it."""


def is_constant(cue: str) -> bool:
    """Whether a cue answers the same whatever is asked; placing the answers evens these out."""
    return cue.startswith(CONSTANT)


def kinds(box: Box, view: Box) -> tuple[str, str]:
    """The shape of a box, and its size within a view, each as one of a few words."""
    shape = next(name for below, name in _SHAPES if _aspect(box) < below)
    size = next(name for below, name in _SIZES if box.area / view.area < below)
    return shape, size


def predictions(question: Question) -> dict[str, Answer]:
    """What each cue would answer, by its name. Only cues that decide are there."""
    match question.answer_format:
        case "text":
            return {}
        case "integer":
            return {f"{CONSTANT}{number}": number for number in COUNTS}
        case "choice":
            found: dict[str, Answer] = {f"{CONSTANT}{name}": name for name in question.labels}
            found |= _option_cues(question) if question.options else _region_cues(question)
            return found
        case "order":
            found = {
                f"{CONSTANT}as listed": question.labels,
                f"{CONSTANT}reversed": question.labels[::-1],
            }
            found |= _text_orders(question) if question.options else _crop_orders(question)
            return found


def contrast(question: Question) -> tuple[float, ...]:
    """Of a choice between two regions: by how much the right one is larger (log of the ratio of
    areas) and stands lower (feet, in heights of the view). Empty for any other question.
    """
    if question.options or len(question.labels) != 2:
        return ()
    a, b = (question.refs[name] for name in question.labels)
    if a.view != b.view:
        return ()
    right, wrong = (a.box, b.box) if question.answer == question.labels[0] else (b.box, a.box)
    height = question.views[a.view].box.height
    return (math.log(right.area / wrong.area), (right.y1 - wrong.y1) / height)


def sighted_cues(question: Question) -> dict[str, tuple[str, ...]]:
    """The orders that the places of the evidence on its page give; for orders only.

    The evidence of an order stands in the order of its answer, so that the i-th box is the i-th
    letter's.
    """
    if question.answer_format != "order" or not isinstance(question.answer, tuple):
        return {}
    boxes = {
        letter: mark.box for letter, mark in zip(question.answer, question.evidence, strict=True)
    }
    rows = _rows(boxes)
    found = {
        "top to bottom": tuple(sorted(boxes, key=lambda name: boxes[name].y0)),
        "left to right": tuple(sorted(boxes, key=lambda name: boxes[name].x0)),
        "right to left": tuple(sorted(boxes, key=lambda name: -boxes[name].x1)),
        "rows left to right": tuple(sorted(boxes, key=lambda n: (rows[n], boxes[n].x0))),
        "rows right to left": tuple(sorted(boxes, key=lambda n: (rows[n], -boxes[n].x1))),
    }
    return found


def _rows(boxes: Mapping[str, Box]) -> dict[str, int]:
    """The row of each box: a box starts a new row where its middle lies below the row's foot."""
    rows: dict[str, int] = {}
    row, foot = -1, -math.inf
    for name in sorted(boxes, key=lambda name: boxes[name].center[1]):
        if boxes[name].center[1] >= foot:
            row, foot = row + 1, boxes[name].y1
        rows[name] = row
    return rows


def _most(values: Mapping[str, float]) -> str | None:
    """The name of the highest value, or None where two share it."""
    best = max(values.values())
    names = [name for name, value in values.items() if value == best]
    return names[0] if len(names) == 1 else None


def _both(values: Mapping[str, float], most: str, least: str) -> dict[str, Answer]:
    """The predictions of a measure and of its inverse."""
    inverse = {name: -value for name, value in values.items()}
    found = {most: _most(values), least: _most(inverse)}
    return {cue: name for cue, name in found.items() if name is not None}


def _region_cues(question: Question) -> dict[str, Answer]:
    marks = {name: question.refs[name] for name in question.labels}
    boxes = {name: mark.box for name, mark in marks.items()}

    def measure(of: Callable[[Box], float]) -> dict[str, float]:
        return {name: of(box) for name, box in boxes.items()}

    found = _both(measure(lambda b: b.area), "largest", "smallest")
    found |= _both(measure(lambda b: b.height), "tallest", "shortest")
    found |= _both(measure(lambda b: b.y1), "lowest foot", "highest foot")
    found |= _both(measure(lambda b: b.y0), "lowest head", "highest head")
    found |= _both(measure(lambda b: b.center[0]), "rightmost", "leftmost")
    found |= _both(measure(lambda b: b.center[1]), "bottommost", "topmost")
    found |= _both(measure(_aspect), "widest shape", "narrowest shape")
    reference = question.refs.get("reference")
    if reference is None:
        return found
    box = reference.box
    size = measure(lambda b: -abs(math.log(b.area / box.area)))
    shape = measure(lambda b: -abs(_aspect(b) - _aspect(box)))
    found |= _both(size, "most similar size", "least similar size")
    found |= _both(shape, "most similar shape", "least similar shape")
    if all(mark.view == reference.view for mark in marks.values()):
        away = measure(lambda b: math.dist(b.center, box.center))
        found |= _both(away, "farthest from the reference", "nearest to the reference")
    return found


def _aspect(box: Box) -> float:
    return math.log(box.width / box.height)


def _option_cues(question: Question) -> dict[str, Answer]:
    options = dict(zip(question.labels, question.options, strict=True))
    words = {name: set(text.casefold().split()) for name, text in options.items()}
    shared = {
        name: sum(
            len(mine & other) / len(mine | other) for key, other in words.items() if key != name
        )
        for name, mine in words.items()
    }
    rank = {text: i for i, text in enumerate(sorted(options.values(), key=_alphabet))}
    found = _both({n: len(t) for n, t in options.items()}, "longest text", "shortest text")
    found |= _both(
        {n: rank[t] for n, t in options.items()}, "last in the alphabet", "first in the alphabet"
    )
    found |= _both(
        {n: round(value, 9) for n, value in shared.items()},
        "most words in common",
        "fewest words in common",
    )
    if all(len(text.split()) <= SHORT for text in options.values()):
        kinds = ["", *(f", {kind}" for kind in _named_region(question))]
        found |= {f"says {text}{kind}": name for name, text in options.items() for kind in kinds}
    return found


def _alphabet(text: str) -> tuple[str, str]:
    return text.casefold(), text


def _named_region(question: Question) -> tuple[str, ...]:
    """Shape and size of the one region that a question is about, in words; of several, nothing.

    It is the same for all options, but not with each of them: who lies is wide.
    """
    if len(question.refs) != 1:
        return ()
    (mark,) = question.refs.values()
    box, view = mark.box, question.views[mark.view].box
    shape, size = kinds(box, view)
    return shape, size


def _text_orders(question: Question) -> dict[str, Answer]:
    options = dict(zip(question.labels, question.options, strict=True))
    alphabet = tuple(sorted(options, key=lambda name: _alphabet(options[name])))
    measures: Sequence[tuple[str, str, Callable[[str], float]]] = (
        ("short to long", "long to short", len),
        ("questions first", "questions last", lambda text: "?" not in text),
        ("exclamations first", "exclamations last", lambda text: "!" not in text),
        ("continued first", "continued last", lambda text: not text.startswith(("...", "…"))),
    )
    found: dict[str, Answer] = {"alphabet": alphabet, "alphabet reversed": alphabet[::-1]}
    for up, down, key in measures:
        values = {name: key(text) for name, text in options.items()}
        if len(set(values.values())) > 1:
            # Ties go by the alphabet and not by letter: lettering anew changes no cue's worth.
            found[up] = tuple(sorted(alphabet, key=lambda name: values[name]))
            found[down] = tuple(sorted(alphabet, key=lambda name: -values[name]))
    return found


def _crop_orders(question: Question) -> dict[str, Answer]:
    sizes = {name: question.refs[name].box for name in question.labels}

    measures: Sequence[tuple[str, Callable[[Box], float]]] = (
        ("area", lambda b: b.area),
        ("width", lambda b: b.width),
        ("height", lambda b: b.height),
        ("shape", _aspect),
    )
    found: dict[str, Answer] = {}
    for name, key in measures:
        values = {letter: key(box) for letter, box in sizes.items()}
        if len(set(values.values())) == len(values):
            up = tuple(sorted(values, key=lambda letter: values[letter]))
            found[f"by {name}, up"] = up
            found[f"by {name}, down"] = up[::-1]
    return found
