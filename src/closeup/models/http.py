"""One endpoint over HTTP: what passes is tried again, what does not is said in one line."""

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import count
from typing import Any, NamedTuple, TypeVar

import aiohttp
from yarl import URL

from closeup.models.keys import Key
from closeup.models.model import ModelError
from closeup.models.pieces import Pieces
from closeup.models.throttle import Bucket, Clock, Gate, Sleep
from closeup.models.wire import MalformedError, complaint
from closeup.records import CloseupError, one_line

TRIES = 10
"""With the waits between them, some two minutes of a server that does not answer."""
FIRST_TRIES = 4
"""Where nothing was ever answered and nothing says that waiting helps: nobody is there, or someone
else than was meant, such as a page to log in at. A few seconds."""
FAILURES = 20
"""Requests that failed for good, without any that did not, after which no more are sent."""
FIRST_WAIT = 0.5
LONGEST_WAIT = 60.0
"""Seconds that are waited at most after the first failure, and after any."""
PATIENCE = 900.0
"""Seconds; who is told to wait for longer gives up."""
MAX_RESPONSE = 16 * 1024 * 1024
PASSING = frozenset({408, 409, 425, 429})
"""Beside 5xx, the statuses after which the same request may succeed."""
CROWDED = frozenset({429, 503, 529})
"""Where the server is asked too much; so it is with any 5xx that says how long to wait."""
HOPELESS = frozenset({401, 402})
WRONG = frozenset({403, 404, 405})
"""A wrong key, model or URL, unless others were answered there: then it is about this request, as
from a gateway that forbids what is in it."""
_HOPELESS = re.compile(rb"insufficient_quota|model_not_found|API_KEY_INVALID|API key not valid")
"""What providers say beside other statuses when no request will ever succeed."""
_DELAY = re.compile(rb'"retryDelay":\s*"(\d{1,6}(?:\.\d{1,9})?)s"')
"""Where Gemini says how long to wait."""

T = TypeVar("T")
Take = Callable[[aiohttp.ClientResponse], Awaitable[bytes]]
"""Receives the body of a response; what it puts elsewhere it does not return."""


class RefusedError(ModelError):
    """This request is wrong, in the provider's eyes; another may not be."""


class Failed(NamedTuple):
    """A try that came to nothing, and may come to something the next time."""

    kind: str
    """429, 5xx, timeout, connection or malformed; or another status."""
    said: str
    wait: float | None = None
    """Seconds that the server asks to wait."""
    crowded: bool = False
    """Whether it is asked too much."""


class Endpoint:
    """A URL to POST to, and others beside it. One session, opened by the first request in the
    running loop."""

    def __init__(
        self,
        url: str,
        key: Key | None = None,
        looked: str = "",
        *,
        gate: Gate | None = None,
        requests: Bucket | None = None,
        tokens: Bucket | None = None,
        timeout: float = 600.0,
        clock: Clock = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.url = url
        self.counts: Counter[str] = Counter()
        """Tries that came to nothing, by kind."""
        self._url = URL(url)
        self._key = key
        self._looked = looked
        self._gate = gate or Gate()
        self._requests = requests or Bucket(None)
        self._tokens = tokens or Bucket(None)
        self._timeout = timeout
        self._clock = clock
        self._sleep = sleep
        self._dice = random.Random("closeup/http")
        self._session: aiohttp.ClientSession | None = None
        self._heard = False
        """Whether anything ever came from there, be it an error."""
        self._answered = False
        """Whether a request ever succeeded."""
        self._failures = 0
        """Requests of which all tries failed, while none had succeeded."""

    async def post(
        self,
        body: Sequence[bytes],
        read: Callable[[bytes], T],
        *,
        url: str | None = None,
        tokens: float = 0,
        final: Collection[int] = (),
        tries: int = TRIES,
    ) -> tuple[T, float]:
        """POST JSON, to the endpoint's own URL where no other is named; see `exchange`."""
        return await self.exchange(
            "POST",
            url or self.url,
            read,
            lambda: Pieces(body),
            tokens=tokens,
            final=final,
            tries=tries,
        )

    async def exchange(
        self,
        method: str,
        url: str,
        read: Callable[[bytes], T],
        data: Callable[[], object] = lambda: None,
        *,
        take: Take | None = None,
        tokens: float = 0,
        final: Collection[int] = (),
        tries: int = TRIES,
    ) -> tuple[T, float]:
        """What `read` makes of the response, and the seconds that all tries together took.

        `read` raises MalformedError for what is no response. `data` makes the body anew for each
        try. `tokens` is what the request is thought to cost. A status in `final` is not tried
        again. Raises RefusedError where the server does not want this request, ModelError where all
        tries failed, and CloseupError where no other request would do better.
        """
        spent = 0.0
        for number in count(1):
            await self._requests.take(1)
            await self._tokens.take(tokens)
            start = self._clock()
            outcome = await self._try(method, url, read, data, take or bounded, final)
            spent += self._clock() - start
            if not isinstance(outcome, Failed):
                self._gate.clean()
                return outcome, spent
            self.counts[outcome.kind] += 1
            if outcome.crowded:
                self._gate.slowed(outcome.wait)
            elif outcome.kind != "malformed":
                self._gate.strained()
            if (outcome.wait or 0) > PATIENCE:
                raise self._lost(f"{url}: {outcome.said}: asks to wait {outcome.wait:.0f} s")
            if number >= min(tries, self._most_tries(outcome)):
                tried = f"{number} {'try' if number == 1 else 'tries'}"
                raise self._lost(f"{url}: {outcome.said} ({tried})")
            await self._sleep(self._wait(number, outcome.wait))
        raise AssertionError

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _try(
        self,
        method: str,
        url: str,
        read: Callable[[bytes], T],
        data: Callable[[], object],
        take: Take,
        final: Collection[int],
    ) -> T | Failed:
        """One try. What went wrong is returned, so that no error carries another that holds the
        request's headers."""
        try:
            session = self._session or self._open()
            place = self._url if url == self.url else URL(url)
            async with session.request(method, place, data=data(), allow_redirects=False) as got:
                self._heard = True
                told = await (take if got.status == 200 else bounded)(got)
            if got.status == 200:
                answer = read(told)
                self._answered = True
                return answer
        except TimeoutError:
            return Failed("timeout", f"no answer in {self._timeout:g} s")
        except (aiohttp.ClientError, OSError) as error:
            return Failed("connection", self.clean(str(error) or type(error).__name__))
        except MalformedError as error:
            return Failed("malformed", self.clean(f"malformed response: {error}"))
        return self._judged(url, got.status, got.headers, told, final)

    def _judged(
        self, url: str, status: int, headers: Mapping[str, str], data: bytes, final: Collection[int]
    ) -> Failed:
        """What a response that is no success means for this request, and for all others."""
        said = f"{status}: {self.clean(complaint(data))}"
        hopeless = status in HOPELESS or (status in WRONG and not self._answered)
        if hopeless or _HOPELESS.search(data[:20_000]):
            raise CloseupError(f"{url}: {said}{self._whose_key()}")
        if 300 <= status < 400:
            found = re.match(r"https?://([^/\s?#@]+)", headers.get("Location", ""))
            place = self.clean(found[1] if found else "another place")
            raise CloseupError(f"{url}: {status}: leads to {place}: name that as the URL")
        if status in PASSING or (status >= 500 and status not in final):
            kind = "5xx" if status >= 500 else str(status)
            wait = retry_after(headers.get("Retry-After", ""), data)
            crowded = status in CROWDED or (status >= 500 and wait is not None)
            return Failed(kind, said, wait, crowded)
        raise RefusedError(f"{url}: {said}")

    def _most_tries(self, failed: Failed) -> int:
        """How often a request is worth trying that failed so the last time."""
        if self._answered or (self._heard and failed.kind != "malformed"):
            return TRIES
        return FIRST_TRIES

    def _lost(self, problem: str) -> Exception:
        """What to raise for a request that failed for good: whether any other may do better."""
        if self._answered:
            return ModelError(problem)
        self._failures += 1
        if not self._heard:
            return CloseupError(problem)
        if self._failures >= FAILURES:
            return CloseupError(f"{problem}; {self._failures} requests failed and none succeeded")
        return ModelError(problem)

    def _open(self) -> aiohttp.ClientSession:
        headers = {"Accept-Encoding": "identity"}
        self._session = aiohttp.ClientSession(
            # Idle sockets go before uvicorn closes them, after five seconds.
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=4.0),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=headers | (self._key.headers if self._key else {}),
            timeout=aiohttp.ClientTimeout(total=self._timeout, sock_connect=30.0),
        )
        return self._session

    def _wait(self, number: int, told: float | None) -> float:
        """Full jitter over a doubling range, beyond what the server asked for."""
        return (told or 0) + self._dice.uniform(0, min(FIRST_WAIT * 2**number, LONGEST_WAIT))

    def _whose_key(self) -> str:
        if self._key:
            return f" (the key is from {self._key.source})"
        return f" (no key was sent; it is looked for in {self._looked})" if self._looked else ""

    def clean(self, said: str) -> str:
        """What a server said, on one line and without the key."""
        return one_line(self._key.redacted(said) if self._key else said, 300)


async def bounded(response: aiohttp.ClientResponse) -> bytes:
    """A body that fits in memory. MalformedError where it does not."""
    chunks: list[bytes] = []
    room = MAX_RESPONSE
    async for chunk in response.content.iter_any():
        room -= len(chunk)
        if room < 0:
            response.close()
            raise MalformedError(f"over {MAX_RESPONSE} bytes")
        chunks.append(chunk)
    return b"".join(chunks)


def retry_after(header: str, data: bytes = b"", now: datetime | None = None) -> float | None:
    """Seconds that a server asks to wait, in its header as a number or a date, or in its body."""
    header = header.strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", header):
        return float(header)
    try:
        then: Any = parsedate_to_datetime(header) if header else None
    except ValueError:
        then = None
    if then is not None:
        then = then if then.tzinfo else then.replace(tzinfo=UTC)
        return max((then - (now or datetime.now(UTC))).total_seconds(), 0.0)
    found = _DELAY.search(data[:20_000])
    return float(found[1]) if found else None
