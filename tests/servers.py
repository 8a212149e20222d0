"""A chat-completions server on 127.0.0.1 that does what a test tells it to, faults included."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Step = Callable[[web.Request], Awaitable[web.StreamResponse]]
"""What the server does with one request, whose body was read."""


def completion(text: str | None = "<answer>B</answer>", **message: Any) -> dict[str, Any]:
    """A response as OpenAI writes it."""
    return {
        "id": "chatcmpl-1",
        "model": "tiny-2026-01-01",
        "system_fingerprint": "fp_1",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": text, **message},
            }
        ],
        "usage": {
            "prompt_tokens": 1200,
            "completion_tokens": 20,
            "total_tokens": 1220,
            "prompt_tokens_details": {"cached_tokens": 1024},
        },
    }


def says(body: object, status: int = 200, **headers: str) -> Step:
    """Answers with this body: JSON, or bytes as they are. A `_` in a header's name is a `-`."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def step(_: web.Request) -> web.StreamResponse:
        return web.Response(
            status=status, body=data, content_type="application/json", headers=named
        )

    return step


def fails(status: int, said: str = "no", **headers: str) -> Step:
    """Answers with an error in OpenAI's shape."""
    return says({"error": {"message": said, "type": "test", "code": None}}, status, **headers)


def hangs() -> Step:
    """Takes the request and never answers."""

    async def step(_: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    return step


def hangs_up() -> Step:
    """Closes the connection without a word."""

    async def step(request: web.Request) -> web.StreamResponse:
        assert request.transport
        request.transport.abort()
        return web.Response()

    return step


def stops_halfway() -> Step:
    """Sends the first half of a response, then closes the connection."""

    async def step(request: web.Request) -> web.StreamResponse:
        data = json.dumps(completion()).encode()
        response = web.StreamResponse(headers={"Content-Length": str(len(data))})
        await response.prepare(request)
        await response.write(data[: len(data) // 2])
        assert request.transport
        request.transport.close()
        return response

    return step


@dataclass
class Chat:
    """A running server and what it was sent."""

    url: str
    steps: list[Step]
    answer: Step
    """What it does when the steps are used up."""
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def asked(self) -> list[Any]:
        """The bodies as JSON."""
        return [json.loads(body) for body in self.bodies]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.bodies.append(await request.read())
        self.headers.append(dict(request.headers))
        step = self.steps.pop(0) if self.steps else self.answer
        return await step(request)


@asynccontextmanager
async def serving(*steps: Step, answer: Step | None = None) -> AsyncIterator[Chat]:
    """A server that takes these steps, one a request, and then always `answer`s."""
    app = web.Application(client_max_size=64 * 1024 * 1024)
    chat = Chat("", list(steps), answer or says(completion()))
    app.router.add_post("/v1/chat/completions", chat.handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    chat.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield chat
    finally:
        await runner.cleanup()
