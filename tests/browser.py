"""A real browser for tests of what is seen: Debian's Chromium without a window, by Playwright.

Nothing is fetched here. Where Chromium, Playwright or axe is missing the tests that need it skip,
and say what provides it; `make browser` does where it can:

    apt-get install chromium; pip install playwright      (no `playwright install`)
    npm pack axe-core, unpacked; CLOSEUP_AXE names axe.min.js, or it lies in .venv/axe/package/

What `wait_for_function` waits for is written as a function: our policies refuse to evaluate text.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parent.parent
CHROMIUM = os.environ.get("CLOSEUP_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
AXE = Path(os.environ.get("CLOSEUP_AXE") or ROOT / ".venv/axe/package/axe.min.js")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
PHONE, WIDE = (390, 844), (1600, 1000)
PATIENCE = 30_000
"""Milliseconds for anything to happen: a machine may have more to do."""
NO_AXE = "" if AXE.is_file() else f"no axe-core at {AXE}: make browser, see tests/browser.py"
needs_axe = pytest.mark.skipif(bool(NO_AXE), reason=NO_AXE)
"""Marks a test that asks for violations and for nothing else: without axe it does not begin, and
all the rest is still tested."""


@dataclass
class Seen:
    """A page of the browser, and what went on in it that should not."""

    page: "Page"
    requests: list[str] = field(default_factory=list)
    """Addresses that it asked for."""
    errors: list[str] = field(default_factory=list)
    """What scripts raised, and what the console was told was wrong, the policy's refusals too."""
    dialogs: list[str] = field(default_factory=list)


@pytest.fixture(name="browser", scope="module")
def chromium() -> Iterator["Browser"]:
    """A browser for the tests of one file. While it is open no test may run an event loop: make
    what is looked at before."""
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="no playwright: pip install playwright"
    )
    if not Path(CHROMIUM).exists():
        pytest.skip("no chromium: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS])
        yield browser
        browser.close()


@contextmanager
def opened(
    browser: "Browser",
    url: str,
    size: tuple[int, int] = WIDE,
    *,
    dark: bool = False,
    until: Literal["commit", "load"] = "load",
) -> Iterator[Seen]:
    """A page of its own, with all that it asks for and all that goes wrong written down; waits
    until it is there, or until it begins to come."""
    width, height = size
    scheme = "dark" if dark else "light"
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    seen = Seen(page)
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("console", lambda said: seen.errors.append(said.text) if said.type == "error" else None)
    page.on("dialog", lambda dialog: (seen.dialogs.append(dialog.message), dialog.dismiss())[1])
    try:
        page.goto(url, wait_until=until)
        yield seen
    finally:
        context.close()


def violations(page: "Page") -> list[dict[str, Any]]:
    """What axe-core finds serious or critical in the page as it stands; to be asked for by tests
    that are marked `needs_axe`."""
    if NO_AXE:
        pytest.skip(NO_AXE)
    # Not as a script element: the page's own policy refuses those of others.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        {
            "rule": one["id"],
            "impact": one["impact"],
            "where": [node["target"] for node in one["nodes"]][:5],
            "why": one["nodes"][0]["failureSummary"],
        }
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
