"""Files and batches as OpenAI has them: half the price for what may take a day.

Not to be taken for `batches`, in which a model of this process works on several requests at once.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import BinaryIO, NamedTuple

import aiohttp
import orjson

from closeup.message import Reply, Request
from closeup.models import wire
from closeup.models.http import Endpoint
from closeup.models.throttle import Sleep
from closeup.models.wire import MalformedError

MOST_BYTES = 200_000_000
MOST_REQUESTS = 50_000
"""What a file of requests may hold."""
MAX_OUTPUT = 2**32
"""Bytes; a file of replies that is longer is none."""
PRICE = 0.5
"""Of what the same tokens cost at once."""
_ASKED = "/v1/chat/completions"
_OVER = frozenset({"completed", "failed", "expired", "cancelled"})
_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,199}", re.A)
"""What may become a part of a URL."""


class State(NamedTuple):
    """How far a batch is."""

    over: bool
    done: int
    """Requests that were answered, so far."""
    failed: int
    files: tuple[str, ...]
    """Files of what came of its requests: replies and errors."""
    said: str
    """What became of the whole, for requests of which no file tells. One line."""


class Outcome(NamedTuple):
    """What came of one request."""

    key: str
    reply: Reply | None
    problem: str
    """Why there is no reply. One line."""


class Desk:
    """Where files of requests are handed in, and their replies fetched.

    What fails raises as `Endpoint.exchange` does.
    """

    def __init__(
        self,
        url: str,
        endpoint: Endpoint,
        body: Callable[[Request], Awaitable[list[bytes]]],
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.sleep = sleep
        self._url = url
        self._endpoint = endpoint
        self._body = body

    async def line(self, key: str, request: Request) -> list[bytes]:
        """A request as a line of a file, in pieces."""
        head = orjson.dumps({"custom_id": key, "method": "POST", "url": _ASKED})
        return [head[:-1], b',"body":', *await self._body(request), b"}\n"]

    async def upload(self, path: Path) -> str:
        """Hand in a file of such lines, straight from disk; its id."""

        def form() -> aiohttp.FormData:
            data = aiohttp.FormData({"purpose": "batch"})
            data.add_field("file", path.open("rb"), filename="requests.jsonl")
            return data

        url = f"{self._url}/files"
        return (await self._endpoint.exchange("POST", url, _created, form))[0]

    async def start(self, file: str) -> str:
        """Have a file's requests answered; the batch's id.

        One that is there for the file already is taken, for who began it may not have heard; and
        no try is made again, for every batch is paid for.
        """

        def begun(data: bytes) -> str | None:
            for one in wire.field(wire.loaded(data), "data", list) or []:
                if wire.field(one, "input_file_id", str) == file:
                    return _id(one)
            return None

        url = f"{self._url}/batches"
        found, _ = await self._endpoint.exchange("GET", f"{url}?limit=100", begun)
        if found is not None:
            return found
        wanted = {"input_file_id": file, "endpoint": _ASKED, "completion_window": "24h"}
        body = [orjson.dumps(wanted)]
        return (await self._endpoint.post(body, _created, url=url, tries=1))[0]

    async def state(self, batch: str) -> State:
        """How far a batch is."""
        state, _ = await self._endpoint.exchange("GET", f"{self._url}/batches/{batch}", _state)
        return state._replace(said=self._endpoint.clean(state.said))

    async def fetch(self, file: str, into: BinaryIO) -> None:
        """Write a file of outcomes, a line each, in place of what `into` holds."""

        async def take(got: aiohttp.ClientResponse) -> bytes:
            into.seek(0)
            into.truncate()
            async for chunk in got.content.iter_any():
                into.write(chunk)
                if into.tell() > MAX_OUTPUT:
                    raise MalformedError(f"over {MAX_OUTPUT} bytes")
            return b""

        url = f"{self._url}/files/{file}/content"
        await self._endpoint.exchange("GET", url, bytes, take=take)
        into.seek(0)

    def outcome(self, data: bytes) -> Outcome:
        """What a line says. Raises MalformedError where nobody knows of which request."""
        line = wire.loaded(data)
        key = wire.field(line, "custom_id", str)
        if key is None:
            raise MalformedError('no "custom_id"')
        response = wire.field(line, "response", dict)
        status = wire.field(response, "status_code", int)
        error = wire.field(line, "error", dict)
        try:
            body = wire.dumped(wire.field(response, "body", dict))
            if status == 200 and error is None:
                return Outcome(key, wire.reply(body), "")
            problem = f"{status or 'no answer'}: "
            problem += wire.complaint(wire.dumped(error) if error else body)
        except MalformedError as malformed:
            problem = f"malformed reply: {malformed}"
        return Outcome(key, None, self._endpoint.clean(problem))


def _created(data: bytes) -> str:
    return _id(wire.loaded(data))


def _state(data: bytes) -> State:
    batch = wire.loaded(data)
    status = wire.field(batch, "status", str)
    if status is None:
        raise MalformedError('a batch without "status"')
    counts = wire.field(batch, "request_counts", dict)
    errors = wire.field(wire.field(batch, "errors", dict), "data", list) or [None]
    why = wire.field(errors[0], "message", str)
    names = [name for name in ("output_file_id", "error_file_id") if wire.field(batch, name, str)]
    return State(
        status in _OVER,
        wire.count(counts, "completed"),
        wire.count(counts, "failed"),
        tuple(_id(batch, name) for name in names),
        f"batch {status}: {why}" if why else f"no answer in the batch, which is {status}",
    )


def _id(thing: object, name: str = "id") -> str:
    value = wire.field(thing, name, str)
    if value is None or not _ID.fullmatch(value):
        raise MalformedError(f'no "{name}" that can be one')
    return value
