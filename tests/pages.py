"""A comic page made by hand, as data that a test may change, and the questions of an issue."""

import json
from typing import Any

from closeup.page import Page
from closeup.question import Question, Rejection
from closeup.tasks import TASKS, Issue

PEOPLE = ("Ann", "Bob", "Cleo", "Dan")
DEEDS = ("running", "reading", "sleeping", "waving")
WIDTH, HEIGHT = 800, 1200


def page_data(number: int = 1) -> dict[str, Any]:
    """Four panels in two rows, two people in each, a balloon for everyone."""
    panels, characters, balloons, descriptions = [], [], [], []
    for i in range(4):
        x, y = 400 * (i % 2), 600 * (i // 2)
        panel = f"p{i + 1}"
        panels.append({"id": panel, "box": [x + 10, y + 10, x + 390, y + 590]})
        for j in range(2):
            k = 2 * i + j
            box = [x + 30 + 180 * j, y + 200, x + 180 + 180 * j, y + 500 + 20 * j + k]
            name = PEOPLE[(i + 2 * j + number) % 4]
            characters.append(
                {
                    "id": f"c{k}",
                    "panel": panel,
                    "name": name,
                    "box": box,
                    "actions": [DEEDS[k % 4], "looking"],
                    "depth": j,
                }
            )
            balloons.append(
                {
                    "id": f"b{k}",
                    "panel": panel,
                    "box": [x + 20 + 180 * j, y + 20, x + 190 + 180 * j, y + 120],
                    "text": f"Word {number} and {k}, then more?",
                    "kind": "speech",
                    "speaker": f"c{k}",
                }
            )
        thing = ("kettle boils", "tree burns", "wheel turns", "door slams")[i]
        place = ("in a kitchen", "under stars", "beside water", "at night")[i]
        descriptions.append(
            {
                "panel": panel,
                "text": f"The {thing} {place} on day {number}.",
                "facts": [f"A {thing}", f"Ann sits {place}", "Two people are there"],
            }
        )
    return {
        "format": "closeup-page/1",
        "id": f"book/{number}",
        "image": "x.png",
        "width": WIDTH,
        "height": HEIGHT,
        "series": "book",
        "issue": "1",
        "reading_direction": "ltr",
        "panels": panels,
        "characters": characters,
        "balloons": balloons,
        "descriptions": descriptions,
    }


def issue(*pages: dict[str, Any], seed: int = 0) -> Issue:
    parsed = tuple(Page.parse(json.dumps(page), "test") for page in pages)
    return Issue("book/1", "test", parsed, seed)


def ask(task: str, *pages: dict[str, Any], seed: int = 0) -> tuple[list[Question], list[Rejection]]:
    made = list(TASKS[task].questions(issue(*pages, seed=seed)))
    return (
        [item for item in made if isinstance(item, Question)],
        [item for item in made if isinstance(item, Rejection)],
    )
