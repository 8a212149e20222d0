"""How fast questions go to a server, against the least that HTTP costs and against inspect_ai.

    python benchmarks/throughput.py [QUESTIONS] [LATENCY]      (2000, 0.5 s; 10 questions a page)
    python benchmarks/throughput.py memory [QUESTIONS]         (50000, no latency)

One server (`closeup serve --model constant`) answers all clients, each in a process of its own,
with 256 connections; pages have 1 megapixel and go out in their own bytes. Printed: requests
a second from the first to the last, and CPU milliseconds a request of the client's process.

    bare      aiohttp in a loop: bodies joined from bytes made beforehand, replies thrown away
    closeup   the runner, all answers stored and scored
    adaptive  the same, finding out by itself how many requests to keep in flight
    inspect   inspect_ai's eval with its OpenAI provider; tuned: no live log, no images in the log
"""

import asyncio
import base64
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import plain_bench
from serving import server

CONNECTIONS = 256
PER_PAGE = 10


def bare(url: str, folder: Path, questions: int, _: Path) -> None:
    """The limit: nothing but HTTP."""
    import aiohttp

    bench = plain_bench.Bench.open(folder)
    told = list(bench.questions())[:questions]
    pages = {q.pages[0]: bench.image_path(q.pages[0]).read_bytes() for q in told}
    urls = {page: b"data:image/jpeg;base64," + base64.b64encode(b) for page, b in pages.items()}

    async def ask() -> None:
        todo = iter(told)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

            async def work() -> None:
                for question in todo:
                    body = b"".join(
                        (
                            b'{"model":"constant","messages":[{"role":"user","content":[{"type":'
                            b'"image_url","image_url":{"url":"',
                            urls[question.pages[0]],
                            b'"}},{"type":"text","text":"How many characters? ',
                            question.id.encode(),
                            b'"}]}]}',
                        )
                    )
                    headers = {"Content-Type": "application/json"}
                    place = f"{url}/chat/completions"
                    async with session.post(place, data=body, headers=headers) as reply:
                        json.loads(await reply.read())["choices"][0]["message"]["content"]

            await asyncio.gather(*(work() for _ in range(CONNECTIONS)))

    _measured(lambda: asyncio.run(ask()), questions)


def closeup(url: str, folder: Path, questions: int, out: Path, adaptive: bool = False) -> None:
    """What `closeup run` does."""
    import io

    from rich.console import Console

    from closeup.evaluate import run
    from closeup.models import Given, find

    bench = plain_bench.Bench.open(folder)
    given = Given.of(bench, pixels=0, connections=None if adaptive else CONNECTIONS)
    model = find(f"{url}#constant", given)

    def ask() -> None:
        tally = run(
            bench,
            model,
            out,
            pictures=given.pictures,
            limit=questions,
            console=Console(file=io.StringIO()),
        )
        assert tally.asked == questions
        assert not tally.failed

    _measured(ask, questions)


def inspect(url: str, folder: Path, questions: int, out: Path, tuned: bool = False) -> None:
    """What inspect_ai does with the same questions."""
    from inspect_ai import Task, eval
    from inspect_ai.dataset import Sample
    from inspect_ai.model import ChatMessageUser, ContentImage, ContentText, get_model
    from inspect_ai.scorer import match

    bench = plain_bench.Bench.open(folder)
    samples = [
        Sample(
            id=question.id,
            input=[
                ChatMessageUser(
                    content=[
                        ContentImage(image=str(bench.image_path(question.pages[0]))),
                        ContentText(text=f"How many characters? {question.id}"),
                    ]
                )
            ],
            target=str(question.answer),
        )
        for question in list(bench.questions())[:questions]
    ]
    model = get_model("openai/constant", base_url=url, api_key="none", responses_api=False)
    options: dict[str, Any] = {"log_images": False, "log_realtime": False} if tuned else {}

    def ask() -> None:
        (log,) = eval(
            Task(dataset=samples, scorer=match()),
            model=model,
            max_connections=CONNECTIONS,
            max_samples=CONNECTIONS,
            log_dir=str(out),
            display="none",
            **options,
        )
        assert log.status == "success", log.error

    _measured(ask, questions)


def _measured(ask: Callable[[], None], count: int) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF)
    start = time.perf_counter()
    ask()
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    figures = {
        "rate": count / seconds,
        "cpu": 1000 * cpu / count,
        "memory": after.ru_maxrss / 1024,
        "before": before.ru_maxrss / 1024,
    }
    print(json.dumps(figures))


CLIENTS: dict[str, Callable[[str, Path, int, Path], None]] = {
    "bare": bare,
    "closeup": closeup,
    "adaptive": lambda *told: closeup(*told, adaptive=True),
    "inspect": inspect,
    "inspect, tuned": lambda *told: inspect(*told, tuned=True),
}


def client(name: str, url: str, folder: Path, questions: int, out: Path) -> dict[str, float]:
    """One client's figures, from a process of its own."""
    command = [sys.executable, __file__, "client", name, url, str(folder), str(questions), str(out)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr.strip()[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def compare(questions: int, latency: float) -> None:
    """Every client against one server."""
    with (
        tempfile.TemporaryDirectory() as room,
        server("constant", "--latency", str(latency)) as url,
    ):
        bench = plain_bench.write(Path(room, "bench"), questions // PER_PAGE, PER_PAGE)
        size = sum(file.stat().st_size for file in (bench.path / "images").iterdir())
        images = min(questions // PER_PAGE, plain_bench.IMAGES)
        print(f"{questions} questions, {PER_PAGE} a page, {CONNECTIONS} connections, "
              f"{latency} s latency, pages of {size / images / 1000:.0f} KB")  # fmt: skip
        print(f"{'':16}{'requests/s':>12}{'of bare':>9}{'CPU ms':>8}{'MB':>7}")
        limit = None
        for name in CLIENTS:
            # inspect_ai is slower by far: it is given fewer questions, enough for a rate.
            count = questions if "inspect" not in name else max(questions // 4, PER_PAGE)
            found = client(name, url, bench.path, count, Path(room, name.replace(", ", "-")))
            limit = limit or found["rate"]
            print(f"{name:16}{found['rate']:12.1f}{found['rate'] / limit:9.2f}"
                  f"{found['cpu']:8.2f}{found['memory']:7.0f}", flush=True)  # fmt: skip


def memory(questions: int) -> None:
    """The peak of a long run, beside that of a tenth of it."""
    with tempfile.TemporaryDirectory() as room, server("constant") as url:
        bench = plain_bench.write(Path(room, "bench"), questions // PER_PAGE, PER_PAGE)
        for count in (questions // 10, questions):
            found = client("closeup", url, bench.path, count, Path(room, str(count)))
            print(f"{count} questions: {found['rate']:.0f} requests/s, "
                  f"peak {found['memory']:.0f} MB", flush=True)  # fmt: skip


def main(words: list[str]) -> None:
    if words[:1] == ["client"]:
        name, url, folder, questions, out = words[1:]
        CLIENTS[name](url, Path(folder), int(questions), Path(out))
    elif words[:1] == ["memory"]:
        memory(int(words[1]) if words[1:] else 50_000)
    else:
        compare(int(words[0]) if words else 2_000, float(words[1]) if words[1:] else 0.5)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main(sys.argv[1:])
