"""One's own comic as it is read in a real browser."""

import base64
import zipfile

import comics
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
from comics import LOOK, PAGE, Speaker, Waiter, packed

BOOK = packed({f"page{n}.png": comics.encoded(comics.picture(n)) for n in (1, 2, 3)})
DROP = """([name, type, data]) => {
  const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name, {type}));
  const how = {bubbles: true, cancelable: true};
  for (const kind of ["dragover", "drop"])
    document.body.dispatchEvent(new DragEvent(kind, {...how, dataTransfer: carried}));
}"""
PASTE = DROP.replace('["dragover", "drop"]', '["paste"]').replace(
    "DragEvent(kind, {...how, dataTransfer", "ClipboardEvent(kind, {...how, clipboardData"
)


class Hostile(Speaker):
    """Says what would run if anybody read it as markup."""

    texts = (
        f"<think>{reports.ALL}</think>{reports.ALL}"
        + comics.CALL % f'[0, 0, 500, 500], "{reports.HOSTILE[0]}": 1',
        LOOK,
        f"<think>{reports.ALL}</think><answer>{reports.ALL}</answer>",
    )


MODELS = (
    "comics:Speaker",
    "comics:Waiter",
    "comics:Mute",
    "test_comic_browser:Hostile",
    "http://far.example/v1#big",
)


@pytest.fixture(scope="module")
def url():
    with comics.viewing(MODELS, comics.scribe) as url:
        yield f"{url}comic"


@pytest.fixture
def seen(browser, url):
    with opened(browser, url) as seen:
        yield seen
        assert seen.dialogs == []
        for asked in seen.requests:
            assert asked.startswith((url.removesuffix("comic"), "data:", "blob:"))


@pytest.fixture
def page(seen):
    return seen.page


def choose(page, data=PAGE, name="comic.png", wait=True):
    """Open a file as by the button, and wait until it is looked through."""
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    page.locator("#files").set_input_files([file])
    if wait:
        page.locator("#progress:not(.busy):has-text('panel')").wait_for()
        page.locator("#picture svg image").wait_for()


def panels(page):
    """The numbers of the panels on the picture, from the top left on."""
    found = page.locator("#picture .box.panel").evaluate_all(
        "boxes => boxes.map((box) => {"
        "  const line = box.querySelector('.line');"
        "  return [Number(line.getAttribute('y')) > 250, Number(line.getAttribute('x')) > 150,"
        "          box.querySelector('text').textContent]})"
    )
    return [number for _, _, number in sorted(found)]


def ask(page, model="comics:Speaker", question="Who is it?"):
    page.locator("#question").fill(question)
    page.locator(f"[name=model][value='{model}']").check()
    page.locator("#ask button.main").click()


def test_at_first_it_tells_what_to_do_and_where_a_comic_goes(seen):
    assert "Drop a comic here" in (seen.page.locator("#drop").text_content() or "")
    assert "never written to a disk" in (seen.page.locator("#first").text_content() or "")
    assert seen.page.locator("#reading").is_hidden()
    assert seen.errors == []


def test_a_page_that_is_chosen_shows_its_panels_in_their_order(page):
    choose(page)
    assert panels(page) == ["1", "2", "3", "4"]
    assert page.locator("#progress").text_content() == "1 page, 4 panels."
    assert page.locator("#drop.slim").count() == 1
    # A picture that was not decoded would be no picture.
    width = page.evaluate(
        "async () => { const one = new Image();"
        "one.src = document.querySelector('#picture image').getAttribute('href');"
        "await one.decode(); return one.naturalWidth }"
    )
    assert width == comics.SIZE[0]


@pytest.mark.parametrize("script", [DROP, PASTE], ids=["dropped", "pasted"])
def test_a_comic_may_be_dropped_anywhere_or_pasted(page, script):
    told = base64.b64encode(PAGE).decode()
    page.evaluate(script, ["page.png", "image/png", told])
    page.locator("#picture svg image").wait_for()
    assert page.locator("#title").text_content() == "page"


def test_the_panels_are_numbered_anew_at_once_when_the_direction_turns(page):
    choose(page)
    page.locator("[name=direction][value=rtl]").check()
    page.locator("#found li:nth-child(2) q").wait_for()
    assert panels(page) == ["2", "1", "4", "3"]
    page.keyboard.press("Escape")  # out of the field, where keys are its own
    page.keyboard.press("d")
    page.locator("#found li:nth-child(1) q").wait_for()
    assert panels(page) == ["1", "2", "3", "4"]


def test_text_is_told_panel_by_panel_and_drawn_when_it_is_wanted(page):
    choose(page)
    page.locator("#found q").nth(1).wait_for()
    lines = [line.text_content() for line in page.locator("#found li").all()]
    assert lines == ["Panel 1 Here I am", "Panel 2 ", "Panel 3 ", "Panel 4 And there"]
    page.locator("#show-texts").check()
    assert page.locator("#picture .box.balloon").count() == 2
    page.locator("#show-panels").uncheck()
    assert page.locator("#picture .box.panel").count() == 0


def test_the_pages_of_a_book_are_walked_through_and_named_by_the_address(page):
    choose(page, BOOK, "book.cbz")
    assert page.locator("#strip a").count() == 3
    page.locator("#next").click()
    page.locator("#leaf-title:has-text('Page 2 of 3')").wait_for()
    assert page.evaluate("location.hash").endswith("/2")
    page.locator("#title").evaluate("node => node.focus()")
    page.keyboard.press("j")
    page.locator("#leaf-title:has-text('Page 3 of 3')").wait_for()
    assert page.locator("#next").is_disabled()
    page.reload()
    page.locator("#leaf-title:has-text('Page 3 of 3')").wait_for()
    page.go_back()
    page.locator("#leaf-title:has-text('Page 2 of 3')").wait_for()
    assert page.locator("#strip a[aria-current]").text_content() == "2"


def test_one_watches_a_model_look_box_by_box_until_it_answers(page):
    choose(page)
    ask(page, "comics:Waiter")
    page.locator("#live:has-text('looks at the page')").wait_for()
    assert page.locator("#picture .box.zoom").count() == 0
    assert page.locator("#stop").is_visible()
    Waiter.may.release()
    page.locator("#picture .box.zoom").wait_for()
    line = page.locator("#picture .box.zoom .line")
    corners = [line.get_attribute(name) for name in ("x", "y", "width", "height")]
    assert corners == ["100", "150", "100", "150"]
    assert page.locator("#talk .crop svg").get_attribute("viewBox") == "100 150 100 150"
    assert "Look 1: zoom in" in (page.locator("#live").text_content() or "")
    assert page.locator(".talk .answer").count() == 0
    Waiter.may.release()
    page.locator(".talk .final:has-text('A cat')").wait_for()
    assert page.locator("#stop").is_hidden()
    assert page.locator(".talk .thought").count() == 2
    assert "tool_call" not in (page.locator("#talk").text_content() or "")


def test_a_model_is_stopped_and_the_next_question_is_asked(page):
    choose(page)
    ask(page, "comics:Waiter")
    page.locator("#live:has-text('looks at the page')").wait_for()
    page.locator("#stop").click()
    page.locator(".talk .warning:has-text('You stopped it')").wait_for()
    Waiter.given_up.acquire(timeout=60)
    ask(page, question="And now?")
    page.locator(".talk .final").wait_for()
    assert page.locator("#earlier li").text_content() == "Who is it? page 1, comics:Waiter"
    page.locator("#earlier summary").click()
    page.locator("#earlier li button").click()
    assert page.locator(".asked-of b").text_content() == "Who is it?"


def test_a_model_is_stopped_when_another_comic_is_opened(page):
    choose(page)
    ask(page, "comics:Waiter")
    page.locator("#live:has-text('looks at the page')").wait_for()
    page.locator("#files").set_input_files(
        [{"name": "other.png", "mimeType": "image/png", "buffer": PAGE}]
    )
    page.locator("#title:has-text('other')").wait_for()
    assert Waiter.given_up.acquire(timeout=60)
    assert page.locator("#stop").is_hidden()
    assert page.locator("#live").text_content() == ""
    assert page.locator("#live.busy, #ask.busy").count() == 0
    ask(page)
    page.locator(".talk .final").wait_for()


def test_a_provider_that_fails_is_told_of(page):
    choose(page)
    ask(page, "comics:Mute")
    page.locator(".talk .warning:has-text('HTTP 503')").wait_for()
    assert page.locator("#live").text_content() == "No answer."


def test_a_panel_is_asked_about_with_the_keyboard_alone(page):
    choose(page)
    page.locator("#found button").nth(2).focus()
    assert page.locator("#picture .box.panel.lit text").text_content() == "3"
    page.keyboard.press("Enter")
    assert page.locator("#about").input_value() == "2"
    page.keyboard.type("Who is that?")
    page.keyboard.press("Control+Enter")
    page.locator(".talk .final").wait_for()
    assert "about the region [" in (page.locator("#talk .asked").text_content() or "")


def test_names_and_replies_that_are_markup_are_words(seen):
    page = seen.page
    name = f"{reports.HOSTILE[0]}.png"
    book = packed({name: PAGE, f"2{name}": PAGE[:60], "zz{{ 7*7 }}.png": PAGE})
    choose(page, book, f"{reports.HOSTILE[0]} <b>x.cbz")
    assert "<b>x" in (page.locator("#title").text_content() or "")
    assert "onerror=pwned()" in (page.locator("#bad li").first.text_content() or "")
    page.locator("#show-texts").check()
    ask(page, "test_comic_browser:Hostile", reports.ALL)
    page.locator(".talk .final").wait_for()
    said = page.locator("#talk").text_content() or ""
    for attack in reports.HOSTILE[:3]:
        assert attack in said
    assert page.locator("#talk img, #title b, #talk iframe, #talk script").count() == 0
    assert seen.errors == []


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='pwned()'/>", "not a readable image"),
        (packed({"../1.png": PAGE}), "need a relative name"),
        (packed({"1.png": b"GIF8"}), "not a readable image"),
        (b"Rar!\x1a\x07", "pack it again"),
    ],
)
def test_what_is_no_comic_is_told_of_in_a_line_and_another_may_follow(page, data, why):
    choose(page, data, "<i>bad</i>.cbz", wait=False)
    page.locator(f"#problem:has-text('{why}')").wait_for()
    choose(page)
    assert page.locator("#problem").is_hidden()


def test_kept_pages_come_as_an_archive_and_a_closed_comic_is_gone(page):
    choose(page, BOOK, "book.cbz")
    page.locator("#keep").wait_for()
    with page.expect_download() as download:
        page.locator("#keep").click()
    assert download.value.suggested_filename == "book.zip"
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.namelist()[-1] == "pages.jsonl"
    page.locator("#close").click()
    page.locator("#progress:has-text('no longer held')").wait_for()
    assert page.locator("#reading").is_hidden()
    assert page.evaluate("document.activeElement.id") == "choose"


def test_a_comic_that_is_no_longer_held_is_told_of(browser, url):
    with opened(browser, f"{url}#gone/1") as seen:
        seen.page.locator("#problem:has-text('no longer held')").wait_for()
        assert seen.page.locator("#first").is_visible()


def used(page):
    """Open a book and ask about it."""
    choose(page, BOOK, "book.cbz")
    ask(page)
    page.locator(".talk .final").wait_for()


@needs_axe
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_it_can_be_used_by_everybody(browser, url, size, dark):
    with opened(browser, url, size, dark=dark) as seen:
        assert violations(seen.page) == []
        used(seen.page)
        assert violations(seen.page) == []
        assert seen.errors == []


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_it_fits_the_screen(browser, url, size):
    fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    with opened(browser, url, size) as seen:
        assert seen.page.evaluate(fits)
        used(seen.page)
        assert seen.page.evaluate(fits)
