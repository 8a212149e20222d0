"""Models behind an API that speaks OpenAI's chat completions: OpenAI, Gemini, and any server."""

import asyncio
import re
from collections.abc import Container, Mapping
from urllib.parse import urlsplit

from closeup.geometry import Grid, View
from closeup.message import Reply, Request, Usage
from closeup.models import declared, keys, prices, wire
from closeup.models.batch import Desk
from closeup.models.encoder import Encoder
from closeup.models.http import Endpoint, RefusedError
from closeup.models.keys import Key
from closeup.models.model import Given
from closeup.models.throttle import Bucket, Gate, Sleep
from closeup.pictures import Encoded
from closeup.records import CloseupError, shorten

_REASONS = re.compile(r"o\d|gpt-[5-9](?!.*chat)")
"""OpenAI's reasoning models, which refuse a temperature."""
_SIGNS = re.compile(r"(models/)?gemini-[3-9]")
"""Gemini from 3 on signs its calls and refuses one without; this is the sign that it offers for
calls whose own is lost, as ours is in the text."""
_SIGNED = {"extra_content": {"google": {"thought_signature": "skip_thought_signature_validator"}}}
PIXELS_A_TOKEN = 750
CHARACTERS_A_TOKEN = 4
"""Rough, and settled by the provider's own count."""
DOUBT = 8
"""Losses beyond the finds after which image ids are no longer relied on."""


class Api:
    """A model that is asked over HTTP. Its `close` is to be awaited."""

    def __init__(
        self,
        name: str,
        model: str,
        url: str,
        given: Given,
        dialect: wire.Dialect,
        key: Key | None,
        looked: str,
    ) -> None:
        options = given.options
        self.name = name
        self.grid: Grid
        self.grid, self.resolution = declared.chosen(model, options)
        self.endpoint = url
        self.gate = Gate(options.connections)
        self._model = model
        self._dialect = dialect
        self._price = prices.Price(*options.price) if options.price else prices.price(name)
        self._encoder = Encoder(given.pictures)
        self._tokens = Bucket(options.tokens_per_minute)
        self._endpoint = Endpoint(
            f"{url}/chat/completions",
            key,
            looked,
            gate=self.gate,
            requests=Bucket(options.requests_per_minute),
            tokens=self._tokens,
            timeout=options.timeout,
        )
        self.counts = self._endpoint.counts
        """Tries that came to nothing, by kind; `image id` is an image that a server had lost."""
        self._known: set[str] | None = set() if options.image_ids else None
        """Hashes of the images that the server has."""
        self._finds = 0
        self._outputs = Usage(output=256)
        self._replies = 1

    async def reply(self, request: Request) -> Reply:
        """The next turn; see `Model.reply`."""
        images = await self._images(request)
        known = self._known
        if known is None:
            return await self._ask(request, images, None)
        sent = {image.sha256 for image in images.values()}
        if not sent & known or self.counts["image id"] > self._finds + DOUBT:
            reply = await self._ask(request, images, ())
        else:
            try:
                # vLLM says 400 or, where the loss shows late, 500: neither is worth a second try.
                reply = await self._ask(request, images, known, final=(500,))
                self._finds += 1
            except RefusedError:
                self.counts["image id"] += 1
                known -= sent
                reply = await self._ask(request, images, ())
        known |= sent
        return reply

    def desk(self, sleep: Sleep = asyncio.sleep) -> Desk:
        """Where batches are handed in; CloseupError where this API takes none."""
        if not self._dialect.files:
            raise CloseupError(
                f"{self.name}: no batches: this API's OpenAI-compatible endpoint takes no files"
            )
        return Desk(self.endpoint, self._endpoint, self._body, sleep)

    def cost(self, usage: Usage) -> float | None:
        """Dollars; None where the price is not known."""
        return prices.cost(usage, self.name, self._price)

    async def close(self) -> None:
        self._encoder.close()
        await self._endpoint.close()

    async def _images(self, request: Request) -> dict[View, Encoded]:
        views = [part for told in request.messages for part in told.parts if isinstance(part, View)]
        return await self._encoder.encoded(views)

    async def _body(self, request: Request) -> list[bytes]:
        """What is sent for a request in a batch, where no image is known."""
        images = await self._images(request)
        return wire.body(request, self._model, self._dialect, images)

    async def _ask(
        self,
        request: Request,
        images: Mapping[View, Encoded],
        known: Container[str] | None,
        final: tuple[int, ...] = (),
    ) -> Reply:
        body = wire.body(request, self._model, self._dialect, images, known)
        tokens = self._estimate(request) if self._tokens.bounded else 0.0
        reply, seconds = await self._endpoint.post(body, wire.reply, tokens=tokens, final=final)
        usage = reply.usage
        if usage.input:
            self._tokens.give(tokens - usage.input - usage.output)
            self._outputs += usage
            self._replies += 1
        return reply.model_copy(update={"seconds": seconds})

    def _estimate(self, request: Request) -> float:
        """Tokens that a request will cost, its reply as long as the others were."""
        tokens = self._outputs.output / self._replies
        for part in (part for message in request.messages for part in message.parts):
            if isinstance(part, View):
                tokens += part.size[0] * part.size[1] / PIXELS_A_TOKEN
            else:
                tokens += len(part) / CHARACTERS_A_TOKEN
        return tokens


def openai(name: str, given: Given) -> Api:
    """`openai:NAME`; the key is in OPENAI_API_KEY."""
    reasons = _REASONS.match(name) is not None
    dialect = wire.Dialect("max_completion_tokens", not reasons, True, "high", one_call=not reasons)
    return _hosted("openai", name, "https://api.openai.com/v1", "OPENAI_API_KEY", given, dialect)


def gemini(name: str, given: Given) -> Api:
    """`gemini:NAME`; the key is in GEMINI_API_KEY. This API knows no seed."""
    dialect = wire.Dialect(
        seeds=False, files=False, call_extra=_SIGNED if _SIGNS.match(name) else {}
    )
    url = "https://generativelanguage.googleapis.com/v1beta/openai"
    return _hosted("gemini", name, url, "GEMINI_API_KEY", given, dialect)


def server(url: str, given: Given) -> Api:
    """`http://HOST:PORT/v1#NAME`; a key only where CLOSEUP_API_KEY or a file holds one, for a key
    of OpenAI's is no business of another server.

    The model is called NAME alone: on another port it is the same, and its replies are paid for.
    """
    place, _, name = url.partition("#")
    place = base(given.options.base_url or place)
    if not name:
        raise CloseupError(f"model {place}: need the model's name after #, as in {place}#name")
    key = keys.find("CLOSEUP_API_KEY", given.options.key_file)
    return Api(name, name, place, given, wire.Dialect(), key, "CLOSEUP_API_KEY or --key-file")


def _hosted(
    kind: str, name: str, url: str, variable: str, given: Given, dialect: wire.Dialect
) -> Api:
    key = keys.find(variable, given.options.key_file)
    if key is None:
        raise CloseupError(f"model {kind}:{name}: no API key: set {variable} or give --key-file")
    url = base(given.options.base_url or url)
    return Api(f"{kind}:{name}", name, url, given, dialect, key, f"{variable} or --key-file")


def base(url: str) -> str:
    """The URL of an API without its last slash. CloseupError where it is none, or holds what could
    be a secret, which would end up in runs and errors."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise CloseupError("the model's URL: not a URL") from None
    place = f"the model's URL, at {shorten(host)}"
    if "@" in parts.netloc:
        raise CloseupError(f"{place}: holds a user or a password: give the key in --key-file")
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise CloseupError(f"{place}: need http(s)://HOST/… without ? and #")
    return url.rstrip("/")
