"""A small dataset in the native format: pages of four panels, made by hand and varied by number."""

import json
from pathlib import Path
from typing import Any

from PIL import Image

WIDTH, HEIGHT = 1000, 1400
CAST = ("Ann", "Bo", "Cy", "Di", "Ed", "Fay")
ACTIONS = ("running", "sitting", "reading", "jumping", "eating", "climbing")


def page(issue: int, number: int) -> dict[str, Any]:
    """One page with everything known."""
    panels, characters, balloons, descriptions = [], [], [], []
    for i in range(4):
        x, y = 20 + 490 * (i % 2), 20 + 690 * (i // 2)
        panels.append({"id": f"p{i}", "box": [x, y, x + 470, y + 670]})
        turn = issue * 7 + number * 3 + i
        for j in range(1 + turn % 3):
            left = x + 10 + 150 * j
            top = y + 250 + 40 * ((turn + j) % 4)
            name = CAST[(turn + j) % len(CAST)]
            characters.append(
                {
                    "id": f"c{i}{j}",
                    "panel": f"p{i}",
                    "name": name,
                    "box": [left, top, left + 90 + 10 * ((turn * j) % 4), y + 600 - 15 * j],
                    "actions": [ACTIONS[(turn + 2 * j) % len(ACTIONS)]],
                    "depth": (turn + j) % 3,
                    "truncated": False,
                }
            )
        balloons.append(
            {
                "id": f"b{i}",
                "panel": f"p{i}",
                "box": [x + 10, y + 10, x + 300, y + 120],
                "text": f"Line {number}.{i} of issue {issue}, {'ha ' * (turn % 4)}said so.",
                "kind": "speech",
                "speaker": f"c{i}0",
            }
        )
        thing = ("a lamp", "an old boat", "two ladders", "the red door")[i]
        who = CAST[turn % len(CAST)]
        descriptions.append(
            {
                "panel": f"p{i}",
                "text": f"{who} looks at {thing} in scene {turn}.",
                "facts": [f"{who} is there", f"{thing} stands behind"],
            }
        )
    return {
        "format": "closeup-page/1",
        "id": f"made/{issue}/{number}",
        "image": f"images/{issue}-{number}.png",
        "width": WIDTH,
        "height": HEIGHT,
        "series": "Made",
        "issue": str(issue),
        "number": number,
        "reading_direction": "ltr",
        "panels": panels,
        "characters": characters,
        "balloons": balloons,
        "descriptions": descriptions,
    }


def write(folder: Path, issues: int = 4, pages: int = 2) -> Path:
    """A folder of pages with their images; returns the folder."""
    (folder / "images").mkdir(parents=True)
    for issue in range(issues):
        for number in range(pages):
            raw = page(issue, number)
            (folder / f"{issue}-{number}.json").write_text(json.dumps(raw))
            image = Image.new("RGB", (WIDTH, HEIGHT), (40 * issue, 60 * number, 99))
            image.save(folder / raw["image"])
    return folder
