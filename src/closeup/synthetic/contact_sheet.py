"""A contact sheet of synthetic pages, for the documentation.

python -m closeup.synthetic.contact_sheet --out docs/images/contact_sheet.jpg
"""

from pathlib import Path

import tyro
from PIL import Image

from closeup.synthetic.artist import PAGES_PER_ISSUE, draw_page, issue_of
from closeup.synthetic.styles import STYLES

MOST_BYTES = 600_000


def contact_sheet(seeds: list[int], columns: int, height: int) -> Image.Image:
    """Pages of these seeds, row by row, each `height` pixels high, on grey."""
    gap = height // 30
    pages = []
    for seed in seeds:
        _, image = draw_page(seed)
        size = (round(image.width * height / image.height), height)
        pages.append(image.resize(size, Image.Resampling.LANCZOS))
    cell = max(page.width for page in pages)
    rows = -(-len(pages) // columns)
    sheet = Image.new(
        "RGB", (columns * (cell + gap) + gap, rows * (height + gap) + gap), (120, 122, 126)
    )
    for i, page in enumerate(pages):
        x = gap + (i % columns) * (cell + gap) + (cell - page.width) // 2
        sheet.paste(page, (x, gap + (i // columns) * (height + gap)))
    return sheet


def pick(first: int, count: int) -> list[int]:
    """Page seeds from `first` on that show every style in turn, with five panels or more."""
    seeds: list[int] = []
    shown: dict[str, int] = dict.fromkeys(STYLES, 0)
    number = first // PAGES_PER_ISSUE
    while len(seeds) < count:
        issue = issue_of(number)
        page = max(
            range(PAGES_PER_ISSUE), key=lambda i: len(issue.layouts[i].frames) in range(5, 9)
        )
        if shown[issue.style.name] == min(shown.values()):
            seeds.append(number * PAGES_PER_ISSUE + page)
            shown[issue.style.name] += 1
        number += 1
    return seeds


def main(
    out: Path, first_seed: int = 0, pages: int = 8, columns: int = 4, height: int = 640
) -> None:
    """Write a contact sheet.

    Args:
        out: The JPEG to write.
        first_seed: Pages are taken from this seed on.
        pages: How many pages to show.
        columns: Pages in a row.
        height: Pixels to a page's height.
    """
    sheet = contact_sheet(pick(first_seed, pages), columns, height)
    out.parent.mkdir(parents=True, exist_ok=True)
    for quality in range(88, 30, -6):
        sheet.save(out, "JPEG", quality=quality)
        if out.stat().st_size <= MOST_BYTES:
            return


if __name__ == "__main__":
    tyro.cli(main)
