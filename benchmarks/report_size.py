"""How large a report of 10,000 episodes is, and how soon a browser shows its first picture.

    python benchmarks/report_size.py [PAGES] [EPOCHS]

A scripted model zooms on synthetic pages, once for each question; its episodes stand there as often
as there are epochs. Printed are the bytes of the file and what they are of, the time to write it,
and, in Debian's Chromium without a window, the time from opening the file to its first page on the
screen, from there until the whole file is read, to a filtered list and to a search through all that
was said: seconds by the clock, and those that the page itself computed, which other work on the
machine does not change. Needs Playwright and /usr/bin/chromium.
"""

import io
import re
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console

from closeup import models, tools
from closeup.ask import Setting
from closeup.bench import Bench
from closeup.build.build import build
from closeup.build.datasets import open_dataset
from closeup.evaluate import run
from closeup.models import Given
from closeup.report.html import write
from closeup.store import Store
from closeup.tasks import TASKS

TIMES = 3
PICTURE = """async () => {
  const image = document.querySelector('closeup-episode closeup-picture image');
  if (!image) return false;
  await image.decode?.();
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return true;
}"""

CHANGED = """(before) => {
  const now = document.querySelector('closeup-episodes [role=status]').textContent;
  return now === before ? null : now;
}"""


def main() -> None:
    words = sys.argv[1:]
    pages, epochs = int(words[0]) if words else 40, int(words[1]) if len(words) > 1 else 7
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        dataset = open_dataset("synthetic", None, pages, 1_000_000, None, False)
        build(dataset, folder / "bench", tasks=tuple(TASKS))
        bench = Bench.open(folder / "bench")
        model = models.find("zoomer", Given.of(bench))
        setting = Setting(tools=tools.find(["zoom_in"]))
        quiet = Console(file=io.StringIO())
        run(bench, model, folder / "once", setting=setting, console=quiet)
        repeat(bench, folder / "once", folder / "run", epochs)
        out = folder / "report.html"
        begun = time.monotonic()
        told = write([folder / "run"], out, episodes=1_000_000)
        print(f"written in {time.monotonic() - begun:.1f} s: {told}")
        found = re.findall(rb"data:image/webp;base64,[A-Za-z0-9+/=]+", out.read_bytes())
        images = sum(map(len, found))
        print(f"{out.stat().st_size / 1e6:.1f} MB, of which {images / 1e6:.1f} MB are pages")
        measure(out.as_uri())


def repeat(bench: Bench, once: Path, out: Path, epochs: int) -> None:
    """Write a run in which each episode of another stands so many times."""
    with Store.open(once) as store, Store.create(out, store.info) as copies:
        for episode in store.episodes():
            question = bench.question(episode.question)
            for epoch in range(epochs):
                copies.put(question, episode.model_copy(update={"epoch": epoch}))


def measure(url: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        rows = [once(browser, url) for _ in range(TIMES)]
        browser.close()
    print(f"{'':28}{'clock, s':>10}{'computed, s':>13}   (medians of {TIMES})")
    for name in rows[0]:
        clock, computed = (median(row[name][i] for row in rows) for i in (0, 1))
        print(f"{name:28}{clock:>10.2f}{computed:>13.2f}")


def once(browser: Browser, url: str) -> dict[str, tuple[float, float]]:
    page = browser.new_page(viewport={"width": 1600, "height": 1000})
    page.set_default_timeout(240_000)
    watch = _Watch(page)
    page.goto(url, wait_until="commit")
    page.wait_for_selector("closeup-episode closeup-picture")
    page.evaluate(PICTURE)
    found = {"first picture": watch.lap()}
    page.wait_for_load_state("load")
    found["and the whole file"] = watch.lap()
    shown = page.locator("closeup-episodes [role=status]").text_content()
    print(shown, file=sys.stderr)
    page.locator("select[name=score]").select_option("wrong")
    shown = page.wait_for_function(CHANGED, arg=shown).json_value()
    found["filtered"] = watch.lap()
    page.locator("input[name=text]").fill("I have seen enough character")
    page.wait_for_function(CHANGED, arg=shown)
    found["searched"] = watch.lap()
    page.close()
    return found


class _Watch:
    """Seconds by the clock, and those in which the page had its processor, since the last lap."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})
        self._last = self._now()

    def lap(self) -> tuple[float, float]:
        now, before = self._now(), self._last
        self._last = now
        return now[0] - before[0], now[1] - before[1]

    def _now(self) -> tuple[float, float]:
        metrics = self._session.send("Performance.getMetrics")["metrics"]
        spent = next(one["value"] for one in metrics if one["name"] == "TaskDuration")
        return time.monotonic(), spent


if __name__ == "__main__":
    main()
