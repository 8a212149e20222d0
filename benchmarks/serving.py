"""`closeup serve` in a process of its own."""

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


@contextmanager
def server(model: str, *options: str) -> Iterator[str]:
    """The URL of a server on a free port."""
    command = [sys.executable, "-m", "closeup.cli", "serve", "--model", model, "--port", "0"]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None
        try:
            yield found[0]
        finally:
            process.terminate()


def stats(url: str) -> dict[str, Any]:
    """What the server has counted."""
    with urllib.request.urlopen(url.removesuffix("/v1") + "/stats", timeout=30) as reply:
        return json.load(reply)


def closeup(*words: object) -> Sequence[str]:
    """The command line of a closeup verb."""
    return [sys.executable, "-m", "closeup.cli", *map(str, words)]
