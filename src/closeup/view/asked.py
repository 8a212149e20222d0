"""The questions of a bench as an index: what filters need of all of them, and where each stands."""

from typing import NamedTuple

import orjson

from closeup.bench import Bench
from closeup.records import CloseupError
from closeup.show.cards import said
from closeup.show.opening import Opening


class Asked(NamedTuple):
    """A question in the index."""

    id: str
    task: str
    split: str
    pages: tuple[str, ...]
    """All that it shows."""
    gold: str
    """The right answer as text; empty where it is facts."""
    tags: tuple[str, ...]


def asked(bench: Bench) -> dict[str, Asked]:
    """The questions of a bench by id, in the file's order.

    Raises CloseupError where a line is no question; that the rest of it is well is not looked at.
    """
    file = bench.path / "questions.jsonl"
    found = {}
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                raw = orjson.loads(line)
                answer = raw["answer"]
                gold = tuple(answer) if isinstance(answer, list) else answer
                found[raw["id"]] = Asked(
                    id=raw["id"],
                    task=raw["task"],
                    split=raw["split"],
                    pages=tuple(dict.fromkeys(view["page"] for view in raw["views"])),
                    gold="" if raw["answer_format"] == "text" else said(gold),
                    tags=tuple(raw["tags"]),
                )
            except (orjson.JSONDecodeError, LookupError, TypeError) as error:
                raise CloseupError(f"{file}:{number}: not a question: {error}") from None
    return found


def words(bench: Bench, opening: Opening) -> dict[str, str]:
    """What a search looks through, by question: its id, how it was asked, its options and its gold,
    in small letters.

    Raises CloseupError where a line is no question.
    """
    return {
        question.id: "\n".join(
            [question.id, opening.asked(question), *question.options, said(question.answer)]
        ).lower()
        for question in bench.questions()
    }
