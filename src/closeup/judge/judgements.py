"""What judges said, kept in the run beside the episodes."""

from collections.abc import Iterator

from closeup.records import Record
from closeup.store import Store


class Judgements:
    """The judgements of a run. That of an episode that is replaced goes with it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def has(self, question: str, epoch: int, judge: str, prompt: str) -> bool:
        """Whether this judge, asked in this very way, has judged the episode that stands here."""
        query = "SELECT prompt FROM judged WHERE question = ? AND epoch = ? AND judge = ?"
        return self._store.row(query, (question, epoch, judge)) == (prompt,)

    def put(self, question: str, epoch: int, judge: str, prompt: str, judgement: Record) -> None:
        """Keep what a judge said of an episode, in place of what it said before."""
        row = (question, epoch, judge, prompt, judgement.to_json())
        self._store.write("INSERT OR REPLACE INTO judged VALUES (?, ?, ?, ?, ?)", row)

    def all(self) -> Iterator[tuple[str, int, str]]:
        """Question, epoch and judgement, as JSON, of every episode that was judged."""
        return self._store.rows(
            "SELECT question, epoch, judgement FROM judged JOIN asked USING (question, epoch) "
            "WHERE episode NOT NULL ORDER BY question, epoch, judge",
            (),
        )
