"""The report as it is seen, in a real browser: one file, which every test opens for itself."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import reports
from browser import (
    PATIENCE,
    PHONE,
    WIDE,
    chromium,  # noqa: F401
    needs_axe,
    opened,
    violations,
)

from closeup.report.html import write
from closeup.store import Store

ROWS = "closeup-list li"


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    asked = reports.questions()
    (folder / "core.txt").write_text("".join(f"{question.id}\n" for question in asked[:3]))
    runs = reports.pair(folder)
    write(runs, folder / "report.html", hard_core=folder / "core.txt")
    return (folder / "report.html").as_uri()


@pytest.fixture(scope="module")
def described(tmp_path_factory):
    folder = tmp_path_factory.mktemp("described")
    write([reports.described(folder)], folder / "report.html")
    return (folder / "report.html").as_uri()


@pytest.fixture
def seen(report, browser):
    with opened(browser, report) as seen:
        seen.page.wait_for_selector("closeup-episode closeup-picture image")
        yield seen


@pytest.fixture
def page(seen):
    return seen.page


def told(page, count):
    """Wait until so many episodes are listed."""
    page.wait_for_function(
        "n => document.querySelector('[role=status]').textContent.startsWith(`${n} of 24`)",
        arg=count,
    )


def heading(page):
    return page.locator("closeup-episode h3").text_content() or ""


def test_it_opens_by_itself_and_asks_nothing_of_anybody(seen, report):
    assert [url for url in seen.requests if not url.startswith("data:")] == [report]
    assert seen.errors == []
    assert seen.dialogs == []


@needs_axe
def test_axe_finds_nothing_serious_in_it_nor_in_the_help_on_keys(page):
    assert violations(page) == []
    page.keyboard.press("?")
    assert page.locator("dialog").is_visible()
    assert violations(page) == []


def test_an_episode_shows_evidence_zooms_crops_words_and_the_answer(page):
    first = reports.questions()[0]
    episode = page.locator("closeup-episode")
    assert first.id in heading(page)
    pictures = episode.locator(".pictures closeup-picture svg")
    assert pictures.get_attribute("viewBox") == "0 0 1000 1000"
    boxes = pictures.locator(".box")
    kinds = [box.get_attribute("class") for box in boxes.all()]
    assert kinds == ["box evidence", "box ref", "box zoom"]
    zoom = boxes.nth(2).locator(".line")
    corners = [zoom.get_attribute(name) for name in ("x", "y", "width", "height")]
    assert corners == ["100", "100", "200", "300"]
    assert boxes.nth(2).locator("text").text_content() == "1"
    assert episode.locator(".crop svg").get_attribute("viewBox") == "100 100 200 300"
    assert episode.locator(".balloon").last.text_content() == "<answer>A </answer>"
    assert "I look at page0000." in (episode.locator(".thought").first.text_content() or "")
    assert "no image 9" in (episode.locator(".conversation").text_content() or "")
    assert "What is this character doing?" in (episode.locator(".asked").text_content() or "")
    assert episode.locator(".options .gold.given").count() == 1
    # A picture that was not decoded would be no picture.
    assert (
        page.evaluate(
            "async () => { const one = new Image();"
            "one.src = document.querySelector('.pictures image').getAttribute('href');"
            "await one.decode(); return one.naturalWidth }"
        )
        == 1000
    )


FILTERS = (
    ({"run": "0"}, 12),
    ({"score": "right"}, 6 + 5),
    ({"score": "wrong"}, 6 + 6),
    ({"score": "unscored"}, 1),
    ({"unparsed": True}, 1),
    ({"hard": True}, 6),
    ({"look": "used"}, 12),
    ({"look": "failed", "score": "right"}, 6),
    ({"look": "unused"}, 12),
    # A is right on 1, 3 and 5 where B is wrong, and wrong on 6, 8 and 10 where B is right.
    ({"run": "0", "against": "1"}, 6),
    ({"text": "RUNS sits nothing-like-it"}, 0),
    ({"text": "Once more"}, 12),
    ({"text": "page0001/00005"}, 2),
    ({"text": "provider slept"}, 1),
)


def test_filters_leave_the_episodes_that_pass_until_they_are_cleared(page):
    for filters, count in FILTERS:
        for name, value in filters.items():
            field = page.locator(f"closeup-filters [name={name}]")
            if value is True:
                field.check()
            elif name == "text":
                field.fill(value)
            else:
                field.select_option(value)
        told(page, count)
        assert page.locator(ROWS).count() == min(count, 24)
        page.locator("closeup-filters button").click()
        told(page, 24)


def test_the_list_is_sorted_as_it_is_told_to_be(page):
    page.locator("[name=order]").select_option("most calls")
    page.wait_for_function(
        "() => document.querySelectorAll('closeup-list .what b')[1].textContent == 'A'"
    )
    page.locator("[name=order]").select_option("lowest score")
    page.wait_for_function(
        "() => document.querySelector('closeup-list .verdict').classList.contains('wrong')"
    )


def test_keys_walk_search_and_tell_of_themselves(page):
    page.keyboard.press("j")
    page.wait_for_function("() => location.hash.startsWith('#B/')")
    page.wait_for_selector("closeup-episode .where:has-text('plain')")
    page.keyboard.press("k")
    page.wait_for_function("() => location.hash.startsWith('#A/')")
    page.keyboard.press("/")
    page.keyboard.type("jk")
    assert page.locator("[name=text]").input_value() == "jk"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.locator("dialog").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("dialog").is_visible()


def test_a_description_is_shown_with_what_each_judge_said_of_each_fact(described, browser):
    with opened(browser, described) as seen:
        table = seen.page.locator("closeup-episode .judged table")
        table.wait_for()
        said = [row.locator("td").all_inner_texts() for row in table.locator("tr").all()]
        assert said == [
            [],
            ["told", "told"],
            ["told", "contradicted"],
            ["told", "told, then absent"],
            ["100 %", "50 %"],
            ["0 %", "33.3 %"],
        ]
        facts = table.locator("tbody th").all_inner_texts()
        assert facts[:2] == ["a dog runs", "it rains"]
        assert reports.HOSTILE[0] in facts[2]
        seen.page.keyboard.press("j")
        problem = seen.page.locator("closeup-episode .judged .note")
        problem.wait_for()
        assert "could not be read: no verdicts" in problem.inner_text()
        assert [url for url in seen.requests if not url.startswith("data:")] == [described]
        assert seen.errors == []
        assert seen.dialogs == []


@needs_axe
def test_axe_finds_nothing_serious_in_what_judges_said(described, browser):
    with opened(browser, described, PHONE) as seen:
        seen.page.wait_for_selector("closeup-episode .judged table")
        assert violations(seen.page) == []


def test_a_link_opens_its_episode(report, browser):
    question = reports.questions()[7]
    with opened(browser, f"{report}#B/{question.id}/0") as seen:
        page = seen.page
        page.wait_for_selector(f"closeup-episode h3:has-text('{question.id}')")
        assert "plain" in (page.locator("closeup-episode .where").text_content() or "")
        assert page.locator("closeup-list [aria-current]").count() == 1
        page.locator(".others a").first.click()
        page.wait_for_selector("closeup-episode .where:has-text('zoomer')")
        page.go_back()
        page.wait_for_selector("closeup-episode .where:has-text('plain')")


def test_what_had_no_reply_says_so(page, report):
    page.goto(f"{report}#B/{reports.questions()[0].id}/0")
    page.wait_for_selector("closeup-episode .missing")
    assert "no episode: the provider slept" in page.locator(".answer").text_content()


@pytest.mark.parametrize("which", ["report", "described", "attacked"])
def test_it_fits_a_phone(which, request, browser):
    with opened(browser, request.getfixturevalue(which), PHONE) as seen:
        seen.page.wait_for_selector("closeup-episode closeup-picture image")
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        assert seen.errors == []


@needs_axe
@pytest.mark.parametrize(("size", "dark"), [(PHONE, False), (WIDE, True)])
def test_axe_finds_nothing_serious_on_a_phone_or_in_the_dark(report, browser, size, dark):
    with opened(browser, report, size, dark=dark) as seen:
        seen.page.wait_for_selector("closeup-episode closeup-picture image")
        assert violations(seen.page) == []


def test_ten_thousand_lines_are_a_few_in_the_document(tmp_path, browser):
    asked = reports.questions(4)
    bench = reports.bench_of(tmp_path / "bench", asked)
    episodes = [reports.plain(q, "A", epoch) for q in asked for epoch in range(500)]
    run = reports.write_run(tmp_path / "run", bench, episodes, epochs=500)
    write([run], tmp_path / "report.html")
    with opened(browser, (tmp_path / "report.html").as_uri()) as seen:
        page = seen.page
        page.wait_for_selector(ROWS)
        assert page.locator(ROWS).count() < 60
        assert page.locator(ROWS).first.get_attribute("aria-setsize") == "2000"
        page.locator("closeup-list").evaluate("list => { list.scrollTop = list.scrollHeight }")
        page.wait_for_selector("closeup-list li[aria-posinset='2000']")
        page.goto(f"{page.url.partition('#')[0]}#A/{asked[2].id}/250")
        page.wait_for_selector("closeup-episode h3:has-text('epoch 250')")
        assert page.locator("closeup-list [aria-current]").count() == 1


@pytest.fixture
def slow(tmp_path):
    """A report over HTTP that stops before its second hundred of episodes until it is let go on:
    its address, the event that does that, and the questions."""
    asked = reports.questions(4)
    bench = reports.bench_of(tmp_path / "bench", asked)
    episodes = [reports.plain(q, "A", epoch) for q in asked for epoch in range(50)]
    write([reports.write_run(tmp_path / "run", bench, episodes, epochs=50)], tmp_path / "r.html")
    beginning, mark, rest = (tmp_path / "r.html").read_bytes().partition(b'id="chunk-1"')
    on = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(beginning + mark + rest[:99])
            on.wait(PATIENCE / 1000)
            self.wfile.write(rest[99:])

        def log_message(self, format, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/r.html", on, asked
    on.set()
    server.shutdown()
    server.server_close()


def test_the_first_picture_is_there_before_the_rest_of_the_file(slow, browser):
    url, go_on, asked = slow
    with opened(browser, url, until="commit") as seen:
        page = seen.page
        page.wait_for_selector("closeup-episode closeup-picture image")
        assert asked[0].id in heading(page)
        assert page.evaluate("document.readyState") == "loading"
        page.evaluate(f"location.hash = '#A/{asked[3].id}/49'")
        page.locator("[name=text]").fill("I look at")
        assert asked[0].id in heading(page)
        go_on.set()
        page.wait_for_selector("closeup-episode h3:has-text('epoch 49')")
        page.wait_for_function(
            "() => document.querySelector('[role=status]').textContent.startsWith('0 of 200')"
        )
        assert seen.errors == []


def test_pages_that_are_linked_are_seen_from_the_disk(tmp_path, browser):
    runs = reports.pair(tmp_path / "an odd place #1 %20")
    (tmp_path / "out").mkdir()
    out = tmp_path / "out" / "report.html"
    write(runs, out, images="link")
    with opened(browser, out.as_uri()) as seen:
        seen.page.wait_for_selector("closeup-episode closeup-picture image")
        assert (
            seen.page.evaluate(
                "async () => { const one = new Image();"
                "one.src = document.querySelector('.pictures image').getAttribute('href');"
                "await one.decode(); return one.naturalWidth }"
            )
            == 1000
        )
        assert [url for url in seen.requests if url.endswith(".png")]
        assert seen.errors == []


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("attacked")
    write(reports.hostile_pair(folder), folder / "report.html")
    return (folder / "report.html").as_uri()


def test_hostile_text_is_shown_and_does_nothing(attacked, browser):
    with opened(browser, attacked) as seen:
        page = seen.page
        page.wait_for_selector("closeup-episode closeup-picture image")
        for _ in range(8):
            assert reports.HOSTILE[0] in page.locator("main").inner_text()
            page.keyboard.press("j")
            page.wait_for_timeout(30)
        page.locator("[name=text]").fill(reports.ALL)
        page.wait_for_timeout(200)
        assert page.locator("main img, main iframe, main script, main a[href^=java]").count() == 0
        assert page.locator("script:not([type])").count() == page.evaluate(
            "[...document.scripts].filter((one) => !one.type).length"
        )
        assert seen.dialogs == []
        assert seen.errors == []
        assert [url for url in seen.requests if not url.startswith("data:")] == [attacked]
        assert "49" not in page.locator("#runs").inner_text().split()
        assert page.evaluate("({}).polluted") is None


@needs_axe
def test_axe_finds_nothing_serious_in_hostile_text(attacked, browser):
    with opened(browser, attacked) as seen:
        seen.page.wait_for_selector("closeup-episode closeup-picture image")
        assert violations(seen.page) == []


ATTACKS = {
    "script-src": (
        "const s = document.createElement('script'); s.textContent = 'window.pwned = 1';"
        "document.body.append(s)",
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.pwned=1\">')",
    ),
    "style-src": ("document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">x')",),
    "img-src": ("new Image().src = 'http://evil.example/x.png'",),
    "frame-src": (
        "document.body.insertAdjacentHTML('beforeend', '<iframe src=\"data:text/html,x\">')",
    ),
    "connect-src": ("fetch('http://evil.example/').catch(() => 0)",),
}


def test_the_policy_holds_even_where_something_got_in(report, browser):
    with opened(browser, report) as seen:
        page = seen.page
        page.evaluate(
            "window.refused = [];"
            "addEventListener('securitypolicyviolation', (e) => refused.push(e.violatedDirective))"
        )
        for directive, attacks in ATTACKS.items():
            for attack in attacks:
                page.evaluate("refused.length = 0")
                page.evaluate(attack)
                page.wait_for_function(
                    "name => refused.some((one) => one.startsWith(name))", arg=directive
                )
        assert page.evaluate("window.pwned") is None


def test_a_broken_address_opens_the_first_episode_and_no_error(report, browser):
    with opened(browser, f"{report}#%E0%A4%A/<script>/x") as seen:
        seen.page.wait_for_selector("closeup-episode closeup-picture image")
        assert reports.questions()[0].id in heading(seen.page)
        assert seen.errors == []


def test_the_cards_in_the_file_are_those_of_the_store(tmp_path):
    runs = reports.pair(tmp_path)
    write(runs, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text()
    chunk = json.loads(text.partition('id="chunk-0">')[2].partition("</script>")[0])
    with Store.open(runs[0]) as store:
        said = [turn.text for turn in next(store.episodes()).turns]
    shown = [turn.get("thought", "") + turn["text"] for turn in chunk["episodes"][0]["turns"]]
    assert shown == said
