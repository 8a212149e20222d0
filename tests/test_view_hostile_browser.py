"""What the viewer does to hostile text, and to other sites, in a real browser: nothing."""

import json

import native
import pytest
import reports
from browser import (
    chromium,  # noqa: F401
    opened,
)
from viewers import (
    at,
    places,  # noqa: F401
    running,  # noqa: F401
    viewing,
)

from closeup.question import Rejection
from closeup.records import write_jsonl


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("attacked")
    runs = reports.hostile_pair(folder)
    pages = native.write(folder / "<b>pages", issues=1, pages=1)
    raw = json.loads((pages / "0-0.json").read_text())
    raw |= {"id": reports.HOSTILE[0], "series": reports.ALL, "attribution": reports.ALL}
    raw["characters"][0] |= {"name": reports.ALL, "note": reports.ALL, "actions": [reports.ALL]}
    raw["balloons"][0]["text"] = reports.ALL
    raw["descriptions"][0]["text"] = reports.ALL
    (pages / "0-0.json").write_text(json.dumps(raw))
    rejected = [
        Rejection(id=text, task=text, page=text, reason=reports.ALL) for text in reports.HOSTILE
    ]
    write_jsonl(folder / "bench <b>" / "rejected.jsonl", rejected)
    with viewing(pages, *runs, corrections=folder / "<i>.jsonl") as viewer:
        mark = {"shelf": 0, "page": reports.HOSTILE[0], "kind": "wrong", "note": reports.ALL}
        assert viewer.post("/api/corrections", mark).status == 200
        yield viewer


ATTACKED = (
    "/",
    "/pages?in=0",
    "/pages?in=1",
    "/page?in=0&id=%3Cimg%20src=x%20onerror=pwned()%3E#characters%2Fc00",
    "/page?in=0&id=%3Cimg%20src=x%20onerror=pwned()%3E#%E0%A4%A/<script>",
    "/questions?in=1",
    "/rejected?in=1",
    "/episodes",
    "/run?run=0",
    "/corrections",
)


@pytest.mark.parametrize("path", [*ATTACKED, "/<script>alert(1)</script>"])
def test_hostile_text_is_shown_and_does_nothing(attacked, browser, path):
    with opened(browser, at(attacked, path)) as seen:
        page = seen.page
        if path.startswith("/episodes"):
            page.wait_for_selector("closeup-episode closeup-picture image")
        if path in ATTACKED:
            assert "<" in page.locator("body").inner_text()
        assert page.evaluate(
            "[...document.images].every((one) => new URL(one.src).origin === location.origin)"
        )
        assert page.locator("main iframe, main a[href^=java], [onerror], [onload]").count() == 0
        wrong = [one for one in seen.errors if "404" not in one]
        assert (wrong, seen.dialogs) == ([], [])
        assert [u for u in seen.requests if not u.startswith((attacked.url, "data:"))] == []


def test_the_policy_holds_even_where_something_got_in(viewer, browser):
    with opened(browser, at(viewer, "/")) as seen:
        page = seen.page
        page.evaluate(
            "window.refused = [];"
            "addEventListener('securitypolicyviolation', (e) => refused.push(e.violatedDirective))"
        )
        for directive, attack in {
            "script-src": "const s = document.createElement('script');"
            "s.textContent = 'window.pwned = 1'; document.body.append(s)",
            "style-src": "document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">')",
            "img-src": "new Image().src = 'http://evil.example/x.png'",
            "connect-src": "fetch('http://evil.example/').catch(() => 0)",
            "form-action": "const f = document.createElement('form');"
            "f.action = 'http://evil.example/'; document.body.append(f); f.submit()",
        }.items():
            page.evaluate("refused.length = 0")
            page.evaluate(attack)
            page.wait_for_function(
                "name => refused.some((one) => one.startsWith(name))", arg=directive
            )
        assert page.evaluate("window.pwned") is None


def test_another_site_can_neither_frame_nor_write(viewer, folder, browser, tmp_path):
    evil = tmp_path / "evil.html"
    evil.write_text(
        f"<iframe src='{viewer.url}'></iframe><form method=post enctype=text/plain "
        f'action=\'{viewer.url}api/corrections\'><input name=\'{{"shelf":1,"page":"made/0/0",'
        '"kind":"wrong","note":"\' value=\'"}\'></form>'
    )
    (folder / "corrections.jsonl").unlink(missing_ok=True)
    with opened(browser, evil.as_uri()) as seen:
        frame = seen.page.frames[1]
        for _ in range(200):  # the browser puts its own page there, in its own time
            if frame.url == "chrome-error://chromewebdata/":
                break
            seen.page.wait_for_timeout(50)
        assert frame.url == "chrome-error://chromewebdata/"
        with seen.page.expect_navigation():
            seen.page.evaluate("document.forms[0].submit()")
        told = seen.page.locator("body").inner_text()
        assert "only the viewer's own pages may write" in told
    assert not (folder / "corrections.jsonl").exists()
