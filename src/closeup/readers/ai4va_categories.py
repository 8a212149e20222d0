"""What the categories of an AI4VA file stand for: a table, and a user's file that overrules it."""

import posixpath
from typing import Any, Literal, get_args

from closeup.readers.assemble import join
from closeup.readers.coco import Category
from closeup.readers.json_input import items, load
from closeup.records import shorten
from closeup.sources import Source, SourceError

What = Literal["panel", "character", "face", "balloon", "text", "ignore"]
OVERRIDE = "categories.json"
CATEGORIES: dict[str, What] = {
    "frame": "panel",
    "panel": "panel",
    "comic panel": "panel",
    "character": "character",
    "person": "character",
    "human": "character",
    "face": "face",
    "balloon": "balloon",
    "bubble": "balloon",
    "comic bubble": "balloon",
    "speech balloon": "balloon",
    "speech bubble": "balloon",
    "text": "text",
    "caption": "text",
    "background": "ignore",
}
"""What a category is, by its name in lower case."""


def categories(source: Source, name: str, document: Any) -> dict[int, What]:
    """What each category id of the file stands for."""
    place = source.place(name)
    table: dict[str, What] = dict(CATEGORIES)
    override = join(posixpath.dirname(name), OVERRIDE)
    if source.exists(override):
        given = load(source, override)
        if not isinstance(given, dict):
            raise SourceError(source.place(override), "need an object of category names")
        for category, what in given.items():
            if what not in get_args(What):
                choices = ", ".join(get_args(What))
                message = f"{category}: {shorten(what)}: need one of {choices}"
                raise SourceError(source.place(override), message)
            table[category.lower()] = what
    result: dict[int, What] = {}
    unknown: list[str] = []
    for i, value in enumerate(items(document, "categories", place)):
        category = Category.take(value, place, f"categories.{i}")
        if category.id in result:
            raise SourceError(place, f"categories.{i}.id: {category.id}: this id stands twice")
        what = table.get(category.name.lower())
        if what is None:
            unknown.append(category.name)
        result[category.id] = what or "ignore"
    if unknown:
        raise SourceError(
            place,
            f"categories: {shorten(unknown, 200)}: not in the table of "
            f"closeup.readers.ai4va_categories; say in {OVERRIDE} beside it what each is: "
            f"{', '.join(get_args(What))}",
        )
    return result
