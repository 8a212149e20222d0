"""Pages and their annotations in a real browser: seen, walked through, and marked."""

import io
import json

import native
import numpy as np
import pytest
import reports
from browser import (
    chromium,  # noqa: F401
    opened,
)
from PIL import ExifTags, Image
from viewers import (
    at,
    places,  # noqa: F401
    quiet,
    running,  # noqa: F401
    viewing,
)

PAGE = "/page?in=1&id=made/0/0"


def fields(page):
    """What is told of the item that is seen."""
    rows = page.locator(".chosen .fields > div")
    return dict(
        zip(rows.locator("dt").all_inner_texts(), rows.locator("dd").all_inner_texts(), strict=True)
    )


def heading(page):
    return page.locator(".chosen h2").inner_text()


def test_a_page_shows_every_item_where_it_is(viewer, browser):
    with opened(browser, at(viewer, PAGE)) as seen:
        page = seen.page
        boxes = page.locator("closeup-sheet .box")
        assert boxes.count() == 4 + 7 + 4
        box = page.locator("closeup-sheet [data-item='panels/p1'] .line")
        corners = [box.get_attribute(name) for name in ("x", "y", "width", "height")]
        assert corners == ["510", "20", "470", "670"]
        assert page.locator("[data-item='panels/p1'] text").text_content() == "2"
        assert page.locator("[data-item='balloons/b0'] .speaks").count() == 1
        assert page.locator("[data-item='balloons/b1'] .speaks").count() == 0
        # A picture that was not decoded would be no picture.
        assert (
            page.evaluate(
                "async () => { const one = new Image();"
                "one.src = document.querySelector('closeup-sheet image').getAttribute('href');"
                "await one.decode(); return one.naturalWidth }"
            )
            == native.WIDTH
        )
        quiet(seen, viewer)


def test_a_page_whose_image_cannot_be_read_says_so_and_shows_its_items(tmp_path, browser):
    pages = native.write(tmp_path / "pages", issues=1, pages=1)
    (pages / "images/0-0.png").write_bytes(b"<svg onload=pwned()>")
    with (
        viewing(pages, corrections=tmp_path / "c.jsonl") as viewer,
        opened(browser, at(viewer, "/page?in=0&id=made/0/0")) as seen,
    ):
        seen.page.locator("closeup-sheet .absent", has_text="cannot be read").wait_for()
        assert seen.page.locator("closeup-sheet .box").count() == 4 + 7 + 4
        assert seen.dialogs == []


def test_a_photograph_is_shown_as_its_boxes_and_models_see_it_whatever_the_camera_noted(
    tmp_path, browser
):
    pages = native.write(tmp_path / "pages", issues=1, pages=1)
    image = Image.new("RGB", (native.WIDTH, native.HEIGHT), "blue")
    image.paste("red", (0, 0, native.WIDTH, native.HEIGHT // 2))
    noted = Image.Exif()
    noted[ExifTags.Base.Orientation] = 3  # upside down
    image.save(pages / "images/0-0.png", exif=noted)
    with (
        viewing(pages, corrections=tmp_path / "c.jsonl") as viewer,
        opened(browser, at(viewer, "/page?in=0&id=made/0/0")) as seen,
    ):
        drawn = seen.page.locator("closeup-sheet image")
        drawn.wait_for()
        drawn.evaluate(
            "async (one) => { const image = new Image();"
            "image.src = one.getAttribute('href'); await image.decode(); }"
        )
        shot = np.asarray(Image.open(io.BytesIO(drawn.screenshot())).convert("RGB"))
        red, _, blue = np.median(shot[: len(shot) // 3], axis=(0, 1))
        assert red > 200 > 60 > blue
        red, _, blue = np.median(shot[-len(shot) // 3 :], axis=(0, 1))
        assert blue > 200 > 60 > red


def test_layers_are_shown_and_hidden_and_stay_so_on_the_next_page(viewer, browser):
    with opened(browser, at(viewer, PAGE)) as seen:
        page = seen.page
        captions = page.locator("closeup-sheet .of-captions")
        assert captions.count() == 1
        characters = page.locator("closeup-sheet .of-characters").first
        assert characters.is_visible()
        page.get_by_label("Characters (7)").uncheck()
        assert not characters.is_visible()
        assert page.locator("closeup-sheet .of-panels").first.is_visible()
        page.get_by_role("link", name="next page").click()
        page.wait_for_url("**id=made%2F0%2F1")
        assert not page.locator("closeup-sheet .of-characters").first.is_visible()
        page.get_by_label("Characters").check()
        assert page.locator("closeup-sheet .of-characters").first.is_visible()


def test_what_is_pointed_at_is_told_and_what_is_clicked_stays(viewer, browser):
    with opened(browser, at(viewer, PAGE)) as seen:
        page = seen.page
        assert heading(page) == "The page"
        assert fields(page)["number"] == "0"
        page.locator("[data-item='balloons/b0'] .line").hover()
        assert heading(page) == "Speech 1"
        assert "Line 0.0 of issue 0" in fields(page)["text"]
        page.locator("[data-item='panels/p3'] .line").click(position={"x": 5, "y": 200})
        page.locator("h1").hover()
        assert heading(page) == "Panel 4"
        assert fields(page)["order"].startswith("4")
        assert page.get_by_text("found by a program").count() == 1
        assert page.url.endswith("#panels%2Fp3")
        page.reload()
        page.wait_for_selector("closeup-sheet .meant")
        assert heading(page) == "Panel 4"


def test_keys_walk_through_the_items_in_reading_order(viewer, browser):
    with opened(browser, at(viewer, PAGE)) as seen:
        page = seen.page
        page.locator(".entry[aria-current]").focus()
        walked = []
        for _ in range(4):
            page.keyboard.press("ArrowDown")
            walked.append(heading(page))
            assert page.locator(".entry[aria-current]:focus b").inner_text() == walked[-1]
        assert walked[0] == "Panel 1"
        assert walked[1].startswith("Character ")
        page.keyboard.press("k")
        assert heading(page) == walked[2]
        page.keyboard.press("End")
        assert heading(page) == "Speech 4"
        # One stop for the tab key, however many items there are.
        assert page.locator(".entry[tabindex='0']").count() == 1
        page.keyboard.press("?")
        assert page.locator("dialog").is_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("n")
        page.wait_for_url("**id=made%2F0%2F1*")


def test_mistakes_are_marked_kept_listed_and_taken_back(viewer, folder, browser):
    file = folder / "corrections.jsonl"
    file.unlink(missing_ok=True)
    with opened(browser, at(viewer, PAGE + "#characters/c10")) as seen:
        page = seen.page
        page.keyboard.press("m")
        page.locator("closeup-marking [name=field]").select_option("name")
        page.locator("closeup-marking [name=should]").fill("Zoe <b>")
        page.locator("closeup-marking [name=note]").fill(reports.HOSTILE[0])
        page.keyboard.press("Enter")
        page.locator(".marks li").wait_for()
        assert "should be Zoe <b>" in page.locator(".marks").inner_text()
        assert page.locator("[data-item='characters/c10'].corrected").count() == 1
        kept = json.loads(file.read_text())
        assert (kept["item"], kept["field"], kept["should"]) == (
            "characters/c10",
            "name",
            "Zoe <b>",
        )
        page.reload()
        page.locator(".marks li").wait_for()
        page.get_by_role("link", name="Corrections").click()
        table = page.locator("table.corrections")
        assert reports.HOSTILE[0] in table.inner_text()
        table.get_by_role("link").click()
        page.locator(".marks li").wait_for()
        assert heading(page).startswith("Character ")
        page.get_by_role("button", name="Take back").click()
        page.locator(".marks").wait_for(state="detached")
        assert file.read_text() == ""
        quiet(seen, viewer)


def test_a_box_that_should_be_there_is_drawn_on_the_page(viewer, folder, browser):
    (folder / "corrections.jsonl").unlink(missing_ok=True)
    with opened(browser, at(viewer, PAGE + "#panels/p0")) as seen:
        page = seen.page
        page.keyboard.press("m")
        should = page.locator("closeup-marking [name=should]")
        page.get_by_role("button", name="Draw a box").click()
        page.keyboard.press("Escape")
        page.wait_for_selector("closeup-sheet:not(.drawing)")
        assert should.input_value() == ""
        page.get_by_role("button", name="Draw a box").click()
        place = page.locator("closeup-sheet svg .ground").bounding_box()
        assert place is not None
        # From the lower right to the upper left, over other items.
        scale = place["width"] / native.WIDTH
        page.mouse.move(place["x"] + 480 * scale, place["y"] + 640 * scale)
        page.mouse.down()
        page.mouse.move(place["x"] + 100 * scale, place["y"] + 200 * scale, steps=3)
        page.mouse.up()
        page.wait_for_selector("closeup-sheet:not(.drawing)")
        corners = [int(value) for value in should.input_value().split(", ")]
        assert corners == pytest.approx([100, 200, 480, 640], abs=2)
        assert heading(page) == "Panel 1"
        page.keyboard.press("Enter")
        page.locator(".marks li").wait_for()
        kept = json.loads((folder / "corrections.jsonl").read_text())
        assert kept["should"] == ", ".join(map(str, corners))
        quiet(seen, viewer)


def test_what_is_being_written_stays_when_another_tab_marks_something(viewer, folder, browser):
    (folder / "corrections.jsonl").unlink(missing_ok=True)
    with opened(browser, at(viewer, PAGE + "#panels/p0")) as seen:
        page = seen.page
        page.keyboard.press("m")
        page.locator("closeup-marking [name=note]").fill("half a sen")
        mark = {"shelf": 1, "page": "made/0/0", "item": "panels/p0", "kind": "doubtful"}
        viewer.post("/api/corrections", mark)
        page.evaluate("window.dispatchEvent(new Event('focus'))")
        page.locator(".marks li").wait_for()
        assert page.locator("closeup-marking [name=note]").input_value() == "half a sen"
        page.locator("[data-item='panels/p3'] .line").hover(position={"x": 5, "y": 200})
        assert page.locator("closeup-marking [name=note]").input_value() == "half a sen"
        page.keyboard.press("Enter")
        page.locator(".marks li").nth(1).wait_for()


def test_a_mark_that_cannot_be_kept_says_so(viewer, browser):
    with opened(browser, at(viewer, PAGE)) as seen:
        page = seen.page
        page.route("**/api/corrections", lambda route: route.abort())
        page.keyboard.press("m")
        page.keyboard.press("Tab")
        page.get_by_role("button", name="Mark", exact=True).click()
        page.locator("closeup-marking [role=status]", has_text="Not done").wait_for()
