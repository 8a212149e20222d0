"""Is anything lost, paid for twice or left unscored when things go wrong?

    python benchmarks/robustness.py kill [QUESTIONS] [KILLS]      (1500, 20)
    python benchmarks/robustness.py faults [QUESTIONS]            (1000)

kill    `closeup run` with zooming is killed (SIGKILL) at random moments against a slow server,
        then run to its end. Of the replies that the server had sent a second before a kill, all
        must be stored; calls made twice must be at most those in flight or not yet flushed at the
        kills; and the scores must be those of a run that was never stopped.
faults  10 % of the requests end in 429, 5 % in 500, 2 % hang, 1 % hold malformed JSON. Every
        question must end scored.

Exits with 1 where one of these does not hold.
"""

import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import deque
from pathlib import Path

import plain_bench
from serving import closeup, server, stats

LOOK = 0.05
"""Seconds between two looks at the server."""


def command(bench: Path, url: str, name: str, out: Path, *options: object) -> list[str]:
    flags = ("--model", f"{url}#{name}", "--out", out, "--quiet", *options)
    return [*closeup("run", bench, *flags)]


def table(run: Path) -> str:
    done = subprocess.run(closeup("report", run, "--json"), capture_output=True, check=True)
    return done.stdout.decode()


def stored(run: Path) -> int:
    """Replies in a run that was killed."""
    if not (run / "run.sqlite").exists():
        return 0
    with sqlite3.connect(run / "run.sqlite") as connection:
        found = connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'calls'")
        if not found.fetchone()[0]:
            return 0
        count = connection.execute("SELECT count(*) FROM calls").fetchone()[0]
    connection.close()
    return count


def kill(questions: int, kills: int) -> bool:
    rng = random.Random("kill")
    options = ("--tools", "zoom_in", "--connections", 32)
    with tempfile.TemporaryDirectory() as room:
        bench = plain_bench.write(Path(room, "bench"), questions // 10).path
        whole, broken = Path(room, "whole"), Path(room, "broken")
        with server("zoomer", "--latency", "0.2") as url:
            subprocess.run(command(bench, url, "zoomer", whole, *options), check=True)
            print(f"{questions} questions, never stopped: {stats(url)['answered']} calls")
        lost = allowed = killed = 0
        with server("zoomer", "--latency", "0.2") as url:
            while killed < kills:
                begun, had = stats(url)["answered"], stored(broken)
                process = subprocess.Popen(command(bench, url, "zoomer", broken, *options))
                while stats(url)["answered"] == begun and process.poll() is None:
                    time.sleep(LOOK)
                end = time.monotonic() + rng.uniform(0.2, 2.5)
                seen: deque[tuple[float, int]] = deque()
                while time.monotonic() < end:
                    seen.append((time.monotonic(), stats(url)["answered"]))
                    time.sleep(LOOK)
                if process.poll() is not None:
                    print("the run ended before it was killed: give it more questions")
                    break
                before = stats(url)
                process.kill()
                died = time.monotonic()
                process.wait()
                killed += 1
                kept = stored(broken)
                due = max((count for at, count in seen if at <= died - 1.0), default=begun)
                lost += max(had + due - begun - kept, 0)
                allowed += had + before["answered"] - begun - kept + before["in_flight"]
                while stats(url)["in_flight"]:
                    time.sleep(LOOK)
            subprocess.run(command(bench, url, "zoomer", broken, *options), check=True)
            end_of_it = stats(url)
        repeats = end_of_it["repeats"]
        same = table(whole) == table(broken)
    print(f"{killed} kills: {lost} replies lost that were a second old")
    print(f"{repeats} calls made twice; {allowed} were in flight or not yet flushed")
    print(f"the scores are {'the same' if same else 'NOT the same'} as of the run never stopped")
    return killed == kills and not lost and repeats <= allowed and same


def faults(questions: int) -> bool:
    spec = "429:0.1:0.2,500:0.05,hang:0.02,malformed:0.01"
    with tempfile.TemporaryDirectory() as room:
        bench = plain_bench.write(Path(room, "bench"), questions // 10).path
        out = Path(room, "run")
        with server("zoomer", "--latency", "0.05", "--faults", spec) as url:
            options = ("--tools", "zoom_in", "--timeout", 3, "--connections", 32)
            start = time.monotonic()
            subprocess.run(command(bench, url, "zoomer", out, *options), check=False)
            seconds = time.monotonic() - start
            counted = stats(url)
        (row,) = json.loads(table(out)).values()
    print(f"{counted['requests']} requests in {seconds:.0f} s, faults: {counted['faults']}")
    print(f"{row['n']} questions, {row['unscored']} unscored")
    return row["n"] == questions and not row["unscored"]


def main(words: list[str]) -> int:
    checks = {"kill": (kill, [1500, 20]), "faults": (faults, [1000])}
    check, numbers = checks[words[0]]
    given = [*map(int, words[1:]), *numbers[len(words) - 1 :]]
    return int(not check(*given))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
