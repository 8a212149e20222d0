"""Requests that are out in batches, kept in the run: what is out is paid for."""

import json
from collections.abc import Sequence

from closeup.store import Store


class Outbox:
    """The files that were handed in, the batch of each, and the keys of the requests in it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def send(self, file: str, keys: Sequence[str]) -> None:
        """Requests went out in a file. All or none survive a crash."""
        query = "INSERT INTO sent SELECT value, ?, NULL FROM json_each(?)"
        self._store.write(query, (file, json.dumps(keys)))
        self._store.flush()

    def keys(self, file: str | None = None) -> list[str]:
        """Keys of the requests that are out, or of those in one file."""
        query = "SELECT key FROM sent WHERE ? IN (file, '') ORDER BY key"
        return [key for (key,) in self._store.rows(query, (file or "",))]

    def files(self) -> list[tuple[str, str | None]]:
        """The files that are out, each with its batch, or None where none is known to be begun."""
        query = "SELECT DISTINCT file, batch FROM sent ORDER BY file"
        return [(file, batch) for file, batch in self._store.rows(query, ())]

    def begun(self, file: str, batch: str) -> None:
        """A batch stands for a file."""
        self._store.write("UPDATE sent SET batch = ? WHERE file = ?", (batch, file))
        self._store.flush()

    def returned(self, file: str) -> None:
        """A file's batch is over, and what it brought is kept."""
        self._store.write("DELETE FROM sent WHERE file = ?", (file,))
        self._store.flush()
