"""Questions and episodes as they are seen in a real browser, and every page by axe."""

import pytest
import reports
from browser import (
    PHONE,
    WIDE,
    chromium,  # noqa: F401
    needs_axe,
    opened,
    violations,
)
from viewers import (
    at,
    places,  # noqa: F401
    quiet,
    running,  # noqa: F401
    viewing,
)

from closeup.store import Store

BIG = 10_000

PAGE = "/page?in=1&id=made/0/0"


def test_questions_are_walked_through_with_their_evidence(viewer, browser):
    first = reports.questions()[0]
    with opened(browser, at(viewer, "/questions?in=0")) as seen:
        page = seen.page
        page.wait_for_selector("closeup-question closeup-picture image")
        assert page.locator("closeup-question h2").inner_text() == first.id
        kinds = [one.get_attribute("class") for one in page.locator(".box").all()]
        assert kinds == ["box evidence", "box ref"]
        assert page.locator(".options .gold").inner_text().endswith("runs")
        page.keyboard.press("j")
        page.wait_for_url("**00001")
        page.keyboard.press("k")
        page.wait_for_url("**00000")
        page.locator("[name=text]").fill("page0002")
        page.keyboard.press("Enter")
        page.wait_for_url("**text=page0002*")
        assert page.locator("[role=status]").inner_text().startswith("4 questions")
        page.get_by_text("annotations of page0002").click()
        page.wait_for_selector("closeup-sheet image")
        quiet(seen, viewer)


def test_episodes_of_two_runs_are_filtered_searched_and_opened(viewer, browser):
    with opened(browser, at(viewer, "/episodes")) as seen:
        page = seen.page
        page.wait_for_selector("closeup-episode closeup-picture image")
        status = page.locator("closeup-episodes .said-count")
        assert status.inner_text() == "24 of 24 episodes"
        boxes = [one.get_attribute("class") for one in page.locator(".pictures .box").all()]
        assert boxes == ["box evidence", "box ref", "box zoom"]
        assert "What is this character doing?" in page.locator(".asked").inner_text()
        page.locator("[name=against]").select_option("1")
        page.locator(".said-count", has_text="6 of").wait_for()
        page.locator("closeup-filters button").click()
        page.locator("[name=text]").fill("provider slept")
        page.locator(".said-count", has_text="1 of").wait_for()
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        page.wait_for_selector("closeup-episode .missing")
        assert "#B/" in page.url
        page.reload()
        page.wait_for_selector("closeup-episode .missing")
        quiet(seen, viewer)


def test_an_episode_that_is_gone_says_so_and_the_others_stay(viewer, browser):
    with opened(browser, at(viewer, "/episodes?run=0")) as seen:
        page = seen.page
        page.wait_for_selector("closeup-episode closeup-picture image")
        page.route("**/api/episode?*", lambda route: route.abort())
        page.keyboard.press("j")
        page.locator(".said-count", has_text="cannot be read").wait_for()
        page.unroute("**/api/episode?*")
        page.keyboard.press("j")
        page.wait_for_selector("closeup-episode h3:has-text('00002')")


LOOKED = ("/", "/pages?in=1", PAGE, "/questions?in=0", "/rejected?in=0", "/episodes", "/run?run=0")


@needs_axe
@pytest.mark.parametrize("path", [*LOOKED, "/corrections", "/nowhere"])
@pytest.mark.parametrize(("size", "dark"), [(WIDE, False), (PHONE, True)])
def test_axe_finds_nothing_serious_and_nothing_sticks_out(viewer, browser, path, size, dark):
    with opened(browser, at(viewer, path), size, dark=dark) as seen:
        page = seen.page
        if path == "/episodes":
            page.wait_for_selector("closeup-episode closeup-picture image")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A run of ten thousand episodes."""
    folder = tmp_path_factory.mktemp("many")
    asked = reports.questions(BIG)
    bench = reports.write_bench(folder / "bench", asked)
    told = reports.zoomed(asked[0], "A")
    run = reports.write_run(folder / "run", bench, [], model="zoomer", tools=("zoom_in",))
    with Store.create(run, Store.open(run).info) as store:
        for question in asked:
            store.put(question, told.model_copy(update={"question": question.id}))
    with viewing(run, corrections=folder / "c.jsonl") as viewer:
        yield viewer


def test_ten_thousand_episodes_are_listed_and_only_what_is_seen_is_sent(many, browser):
    with opened(browser, at(many, "/episodes")) as seen:
        page = seen.page
        page.wait_for_selector("closeup-episode closeup-picture image")
        assert page.locator(".said-count").inner_text() == "10,000 of 10,000 episodes"
        assert page.locator("closeup-list li").count() < 60
        cards = [url for url in seen.requests if "/api/episode?" in url]
        assert len(cards) == 1
        page.locator("[name=text]").fill("page2499/09999")
        page.locator(".said-count", has_text="1 of").wait_for()
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        page.wait_for_selector("closeup-episode h3:has-text('09999')")
        assert seen.errors == []
