"""What the episodes of a training run were paid: a table `paid` beside those of its store.

Apart from the trainers, so that a report can read it where there is no torch.
"""

import orjson
from pydantic import ValidationError

from closeup.records import CloseupError, Record, explain
from closeup.rewards.reward import Parts
from closeup.store import Store

TABLE = """
CREATE TABLE IF NOT EXISTS paid (
    question TEXT NOT NULL, epoch INTEGER NOT NULL, step INTEGER NOT NULL,
    total REAL NOT NULL, terms TEXT NOT NULL, PRIMARY KEY (question, epoch)
) WITHOUT ROWID
"""
_SELECT = "SELECT question, epoch, step, total, terms FROM paid"


class Paid(Record):
    """What one episode was paid."""

    question: str
    epoch: int
    step: int
    """The step of the training that it was sampled for."""
    total: float
    terms: dict[str, float | None]
    """By their names; None: the term does not apply."""


def put(store: Store, question: str, epoch: int, step: int, parts: Parts) -> None:
    """Keep what an episode was paid, in place of what stood there."""
    terms = {name: None if value is None else float(value) for name, value in parts.terms.items()}
    row = (question, epoch, step, float(parts.total), orjson.dumps(terms).decode())
    store.write("INSERT OR REPLACE INTO paid VALUES (?, ?, ?, ?, ?)", row)


def paid(store: Store) -> list[Paid]:
    """What every sampled episode was paid, by question and epoch; nothing in an evaluation.

    Raises CloseupError where something else stands there.
    """
    if not _kept(store):
        return []
    rows = list(store.rows(f"{_SELECT} ORDER BY question, epoch", ()))  # to the end: parsing raises
    return [_paid(store, row) for row in rows]


def of(store: Store, question: str, epoch: int) -> Paid | None:
    """What one episode was paid; None where that is not known.

    Raises CloseupError where something else stands there.
    """
    if not _kept(store):
        return None
    row = store.row(f"{_SELECT} WHERE question = ? AND epoch = ?", (question, epoch))
    return _paid(store, row) if row else None


def _kept(store: Store) -> bool:
    return store.row("SELECT 1 FROM sqlite_schema WHERE name = 'paid'", ()) is not None


def _paid(store: Store, row: tuple) -> Paid:
    place = f"{store.folder}: paid for {row[0]}"
    *known, text = row
    try:
        terms = orjson.loads(text)
        return Paid(**dict(zip(Paid.model_fields, (*known, terms), strict=True)))
    except ValidationError as error:
        raise CloseupError(f"{place}: {explain(error)}") from None
    except ValueError as error:
        raise CloseupError(f"{place}: not readable as JSON: {error}") from None
