"""A body in pieces: a page's bytes go to the socket as they lie in memory."""

from collections.abc import Sequence

from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import Payload

LARGE = 16 * 1024
"""Bytes from which a piece is a write of its own."""
SLICE = 64 * 1024
"""Bytes of a write: what a socket does not take at once is copied, and a page a connection adds
up."""


class Pieces(Payload):
    """A body in pieces, sent one after the other and joined nowhere."""

    _autoclose = True

    def __init__(self, pieces: Sequence[bytes]) -> None:
        super().__init__(pieces, content_type="application/json")
        self._size = sum(map(len, pieces))

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return b"".join(self._value).decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        await self.write_with_length(writer, None)

    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        small: list[bytes] = []
        for piece in self._value:
            if len(piece) < LARGE:
                small.append(piece)
                continue
            await writer.write(b"".join(small))
            small = []
            for start in range(0, len(piece), SLICE):
                await writer.write(memoryview(piece)[start : start + SLICE])
        await writer.write(b"".join(small))
