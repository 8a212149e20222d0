"""Parquet files in pieces, so that neither a folder of pages nor its reader needs much memory."""

from pathlib import Path
from types import TracebackType
from typing import Any, Self

GROUP_ROWS, GROUP_BYTES = 1_000, 32 * 1024 * 1024
"""Most of a row group: what a reader loads at once."""
FILE_BYTES = 400 * 1024 * 1024
"""About how large a file may grow before the next one is begun."""


class Pieces:
    """Writes `NAME-00000.parquet`, `NAME-00001.parquet` … into a folder."""

    def __init__(self, folder: Path, name: str, schema: Any) -> None:
        self._folder = folder
        self._name = name
        self._schema = schema
        self._rows: list[dict[str, Any]] = []
        self._held = self._written = self._number = 0
        self._writer: Any = None

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None and (self._rows or not self._number):
            self._flush()
        self._close()

    def put(self, row: dict[str, Any], weight: int) -> None:
        """Write a row of about `weight` bytes."""
        self._rows.append(row)
        self._held += weight
        if len(self._rows) >= GROUP_ROWS or self._held >= GROUP_BYTES:
            self._flush()

    def _flush(self) -> None:
        import pyarrow
        import pyarrow.parquet

        if self._writer is None:
            file = self._folder / f"{self._name}-{self._number:05}.parquet"
            self._writer = pyarrow.parquet.ParquetWriter(file, self._schema, compression="zstd")
            self._number += 1
        self._writer.write_table(pyarrow.Table.from_pylist(self._rows, schema=self._schema))
        self._written += self._held
        self._rows, self._held = [], 0
        if self._written >= FILE_BYTES:
            self._close()

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer, self._written = None, 0
