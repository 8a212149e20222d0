"""Markdown and HTML: the same words, and nothing hostile in them."""

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt
from pages import page_data
from PIL import Image
from test_script import figure, line, parse

from closeup import script
from closeup.script.markup import STYLE
from closeup.script.pictures import shrink

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "[click](javascript:alert(1)) ![x](http://evil.example/x.png)",
    "# heading",
    "1. item",
    "- item",
    "---",
    "> quote",
    "**bold** __bold__ _em_ `code` ~~gone~~ $x$",
    "&lt;b&gt; &amp; &#60;",
    "back\\slash \\* \\",
    "]]> <!-- --> <![CDATA[",
    "</style></title></main>",
    "<https://evil.example>",
)


def made(**changes: Any) -> script.Script:
    return script.of(parse(page_data() | changes))


def hostile(text: str) -> script.Script:
    """A script with a text in every place that takes one."""
    return made(
        series=text,
        issue=f"{text} 2",
        license=text,
        attribution=text,
        inferred=[text],
        characters=[
            figure(name=text, note=text, actions=[text]),
            figure(id="c2", panel="p2", box=[430, 200, 530, 500], identity=text),
        ],
        balloons=[
            line(text=f"{text} end", kind=kind, speaker="c1", id=f"b{kind}", box=[20, 20, 90, 90])
            for kind in ("speech", "thought", "caption", "sfx", "sign", None)
        ],
        descriptions=[{"panel": "p1", "text": text, "author": "a", "facts": [text, f"{text} cat"]}],
    )


def body(text: str) -> ElementTree.Element:
    """The parsed document, which is well-formed XML as well."""
    return ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>"))


def shown(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def test_a_page_reads_as_plain_text():
    raw = page_data()
    raw |= {
        "panels": raw["panels"][:1],
        "characters": [
            figure(name="Ann", actions=["running", "looking"], depth=0),
            figure(id="c2", box=[200, 200, 300, 500], depth=1, note="cut by the border"),
        ],
        "balloons": [
            line(speaker="c1", kind="speech"),
            line(id="b2", kind="thought", speaker="c2"),
            line(id="b3", kind="speech", speaker="off-panel"),
            line(id="b4", kind="speech"),
            line(id="b5", kind="caption"),
            line(id="b6", kind="sfx", text="BOOM"),
            line(id="b7", kind="sign"),
            line(id="b8", text=None, kind="speech", speaker="c1"),
            line(id="b9", panel=None),
        ],
        "descriptions": [{"panel": "p1", "text": "A hall", "facts": ["A lamp burns"]}],
        "inferred": ["balloons.speaker", "balloons.order"],
    }
    text = script.markdown(script.of(parse(raw)))
    assert (
        text[text.index("## Page 1") :]
        == """\
## Page 1

Guessed by a program: who speaks and the order of the lines.

### Panel 1

A hall.

More: A lamp burns.

Characters:

- Ann: in front; running and looking.
- Unknown figure: behind. Cut by the border.

Ann (guessed): Hm

Unknown figure, thinking (guessed): Hm

Off-panel voice (guessed): Hm

Unknown speaker: Hm

Caption: Hm

Sound: BOOM

Sign: Hm

Ann (guessed): (nobody has typed out the words)

### Outside the panels

Lettering: Hm
"""
    )


def test_what_is_not_known_is_said_once():
    text = script.markdown(made(characters=None, balloons=[], descriptions=None))
    assert text.count("Who is in the panels is unknown.") == 1
    assert text.count("Panels without a description: 4 of 4.") == 1
    assert text.count("Nothing is known of this panel.") == 4
    nobody = script.markdown(made(characters=[], balloons=[], descriptions=None))
    assert nobody.count("No character is labelled here.") == 4
    unordered = script.markdown(made(reading_direction=None))
    assert "The order of the panels is unknown" in unordered


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_it_is_in_markdown_and_makes_no_markup(text: str):
    told = script.markdown(hostile(text))
    tokens = MarkdownIt("commonmark").enable("strikethrough").enable("table").parse(told)
    blocks = {token.type for token in tokens}
    inner = {child.type for token in tokens for child in token.children or ()}
    assert not blocks & {"html_block", "fence", "code_block", "ordered_list_open", "hr"}
    assert not blocks & {"blockquote_open", "table_open"}
    assert inner <= {"text", "text_special", "softbreak"}
    contents = ["".join(c.content for c in t.children or ()) for t in tokens]
    assert sum(content == f"{text}, {text} 2" for content in contents) == 1
    assert f"Caption, {text}: {text} end" in contents


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_it_is_in_html_and_adds_no_element(text: str):
    plain, wicked = body(script.html(hostile("calm"))), body(script.html(hostile(text)))
    assert [e.tag for e in wicked.iter()] == [e.tag for e in plain.iter()]
    assert [sorted(e.attrib) for e in wicked.iter()] == [sorted(e.attrib) for e in plain.iter()]
    assert f"Caption, {text}: {text} end" in shown(wicked)


def test_html_allows_its_own_style_and_nothing_that_runs_or_loads():
    text = script.html(made(), {"book/1": shrink(Image.new("RGB", (80, 120)), 10_000)})
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert text.count("<style>") == 1
    assert STYLE in text
    assert "<script" not in text
    assert re.findall(r'(?:src|href)="(?!data:image/jpeg;base64,|#page-)[^"]*"', text) == []


def test_a_picture_has_an_alternative_text_and_leads_to_what_tells_it():
    told = made()
    document = body(script.html(told, {"book/1": b"jpeg"}))
    (image,) = document.iter("img")
    assert image.get("alt") == "Page 1: 4 panels with Bob, Dan, Cleo and Ann."
    details = {e.get("id"): e for e in document.iter()}[image.get("aria-details")]
    assert "Panel 4" in shown(details)
    assert not list(body(script.html(told)).iter("img"))


def test_headings_go_down_step_by_step_and_every_link_leads_to_one():
    pages = [parse(page_data(i)) for i in (1, 2)]
    document = body(script.html(script.of(*pages)))
    levels = [int(e.tag[1]) for e in document.iter() if re.fullmatch("h[1-6]", e.tag)]
    assert levels == [1, 2, *[2, 3, 3, 3, 3] * 2]
    ids = [e.get("id") for e in document.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    assert [e.get("href") for e in document.iter("a")] == ["#page-1", "#page-2"]
    assert {"page-1", "page-2"} <= set(ids)


def test_lines_are_in_the_comics_language_and_everything_else_in_english():
    document = body(script.html(made(language="ja", balloons=[line(text="あ", kind="speech")])))
    assert document.get("lang") == "en"
    (span,) = [e for e in document.iter("span") if e.get("lang")]
    assert (span.get("lang"), span.text) == ("ja", "あ")
    unknown = body(script.html(made(language=None)))
    assert not [e for e in unknown.iter("span") if e.get("lang")]
