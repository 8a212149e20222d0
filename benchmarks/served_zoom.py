"""Zoom episodes against a real server of a tiny random Qwen2.5-VL, and against the same in process.

    python benchmarks/served_zoom.py --python SERVER/bin/python      `make vllm` does this
    python benchmarks/served_zoom.py --url URL#NAME --folder FOLDER  a server that runs already

The first starts `transformers serve` in the environment of that interpreter; for the second,
`--make FOLDER` writes the model that the server is to serve, such as vLLM:

    vllm serve FOLDER --served-model-name tiny --dtype float32 --max-model-len 4096

A random model calls no tool by itself, so `closeup run` shows that its episodes end and are
scored, and then a zoom is put into its mouth: the crop goes to the server and comes back as a
count of prompt tokens, which must be that of the same conversation in process.
"""

import argparse
import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import tiny  # noqa: E402  # pyright: ignore[reportMissingImports]

from closeup import tools  # noqa: E402
from closeup.ask import Setting, ask, opened  # noqa: E402
from closeup.bench import Bench  # noqa: E402
from closeup.message import Reply, Request, Sampling  # noqa: E402
from closeup.models import Given, Model, ModelOptions, find  # noqa: E402
from closeup.pictures import Pictures  # noqa: E402
from closeup.tasks import task_of  # noqa: E402

PIXELS = 200_000
QUESTIONS = 12
STEP = 28
CALL = '<tool_call>{"name": "zoom_in", "arguments": {"bbox_2d": [10, 20, 210, 230]}}</tool_call>'
FLAGS = ("--grid", "pixel", "--multiple", str(STEP), "--pixels", str(PIXELS), "--max-tokens", "24")


def closeup(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "closeup.cli", *arguments], check=True)


@contextlib.contextmanager
def server(python: str, folder: Path) -> Iterator[str]:
    """`transformers serve` of a folder; its address and the model's name, as closeup takes them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    launcher = str(ROOT / "benchmarks" / "transformers_server.py")
    command = [
        python,
        "-P",
        launcher,
        "serve",
        folder.name,
        "--device",
        "cpu",
        "--dtype",
        "float32",
    ]
    offline = os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    log = folder.parent / "server.log"
    start = time.monotonic()
    with log.open("w") as out:
        running = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)],
            cwd=folder.parent,
            env=offline,
            stdout=out,
            stderr=out,
        )
    try:
        for _ in range(240):
            if running.poll() is not None:
                sys.exit(f"the server ended:\n{log.read_text()[-2000:]}")
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1).close()
                break
            time.sleep(0.5)
        print(f"server up in {time.monotonic() - start:.1f} s")
        yield f"http://127.0.0.1:{port}/v1#{folder.name}"
    finally:
        running.terminate()
        running.wait(30)


async def zoomed(bench: Bench, model: Model, pictures: Pictures) -> list[tuple[int, int, float]]:
    """Prompt tokens of the first and the second turn, and seconds, of each zoom episode."""
    setting = Setting(tools=tools.find(["zoom_in"]), sampling=Sampling(max_tokens=24))
    counted = []
    for question in list(bench.questions())[:QUESTIONS]:
        said: list[Reply] = []

        async def answer(request: Request, said: list[Reply] = said) -> Reply:
            reply = await model.reply(request)
            text = "<answer>A</answer>" if said else CALL
            said.append(reply)
            return reply.model_copy(update={"text": text})

        task = task_of(bench, question.task)
        begun = opened(question, model, task, setting, pictures)
        episode = await ask(begun, model, setting, pictures, answer=answer)
        assert episode.stop == "answered", episode.stop
        crop = episode.views[-1]
        assert episode.calls[0].view == len(episode.views) - 1, episode.calls
        first, second = (reply.usage.input for reply in said)
        assert second - first > crop.size[0] * crop.size[1] // STEP**2, (first, second, crop)
        counted.append((first, second, sum(reply.seconds for reply in said)))
    if close := getattr(model, "close", None):
        await close()
    return counted


def compare(bench: Bench, url: str, folder: Path) -> int:
    """Print the zoom episodes of both; 1 where their prompts differ in length."""
    pictures = Pictures.at(bench.image_path)
    options = ModelOptions(grid="pixel", pixels=PIXELS, multiple=STEP)
    runs = {}
    for name in (url, f"hf:{folder}"):
        model = find(name, Given(pictures, bench, options=options))
        runs[name] = asyncio.run(zoomed(bench, model, pictures))
        seconds = sum(took for _, _, took in runs[name]) / len(runs[name])
        tokens = [(first, second) for first, second, _ in runs[name]]
        print(f"{name}: {len(tokens)} zoom episodes, {seconds:.2f} s each, prompt tokens {tokens}")
    served, local = ([row[:2] for row in run] for run in runs.values())
    print("prompts are of the same length" if served == local else "prompts differ in length")
    return int(served != local)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--python")
    parser.add_argument("--url")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--make", type=Path)
    given = parser.parse_args()
    if given.make:
        tiny.qwen25(given.make)
        return 0
    with contextlib.ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder, url = given.folder, given.url
        if given.python:
            folder = tiny.qwen25(home / "tiny")
            url = stack.enter_context(server(os.path.abspath(given.python), folder))
        if not (folder and url):
            parser.error("need --python, or --url and --folder")
        made, run = home / "bench", home / "run"
        closeup("build", "--reader", "synthetic", "--pages", "4", "--seed", "1", "--out", str(made))
        ask_all = ("run", str(made), "--model", url, "--tools", "zoom_in", *FLAGS)
        closeup(*ask_all, "--limit", str(QUESTIONS), "--out", str(run))
        return compare(Bench.open(made), url, folder)


if __name__ == "__main__":
    sys.exit(main())
