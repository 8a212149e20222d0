"""What a script says of annotated pages, as records."""

import json
from typing import Any

from pages import page_data

from closeup import script
from closeup.page import Page
from closeup.script.cast import LABELS


def parse(raw: dict[str, Any]) -> Page:
    return Page.parse(json.dumps(raw), "test")


def told(**changes: Any) -> script.Script:
    return script.of(parse(page_data() | changes))


def figure(**changes: Any) -> dict[str, Any]:
    return {"id": "c1", "panel": "p1", "box": [30, 200, 130, 500]} | changes


def line(**changes: Any) -> dict[str, Any]:
    return {"id": "b1", "panel": "p1", "box": [20, 20, 190, 120], "text": "Hm"} | changes


def first_panel(**changes: Any) -> script.ScriptPanel:
    return told(**changes).pages[0].panels[0]


def test_panels_and_lines_stand_in_reading_order_each_line_with_its_speaker():
    page = told().pages[0]
    assert [panel.id for panel in page.panels] == ["p1", "p2", "p3", "p4"]
    assert [panel.number for panel in page.panels] == [1, 2, 3, 4]
    assert [(said.speaker, said.text) for said in page.panels[1].lines] == [
        ("Cleo", "Word 1 and 2, then more?"),
        ("Ann", "Word 1 and 3, then more?"),
    ]


def test_a_script_comes_back_from_its_json():
    made = told()
    assert script.Script.parse(made.to_json(), "test") == made


def test_the_nearest_figure_comes_first_and_equal_planes_go_untold():
    near = figure(id="c2", name="Bob", depth=0, box=[250, 200, 350, 500])
    far = figure(name="Ann", depth=2)
    between = figure(id="c3", name="Cy", depth=1, box=[140, 200, 240, 500])
    panel = first_panel(characters=[far, near, between], balloons=[])
    assert panel.figures is not None
    assert [(f.name, f.plane) for f in panel.figures] == [
        ("Bob", "front"),
        ("Cy", "middle"),
        ("Ann", "back"),
    ]
    alike = [far | {"depth": 0}, near]
    flat = first_panel(characters=alike, balloons=[])
    assert [f.plane for f in flat.figures or ()] == [None, None]


def test_unknown_figures_are_counted_from_the_left_of_each_panel_and_stay_out_of_the_cast():
    right = figure(box=[250, 200, 350, 500])
    left = figure(id="c2", box=[30, 200, 130, 500])
    elsewhere = figure(id="c3", panel="p2", box=[430, 200, 530, 500])
    balloons = [line(speaker="c1"), line(id="b2", panel="p2", box=[420, 20, 500, 90], speaker="c1")]
    made = told(characters=[right, left, elsewhere], balloons=balloons)
    first, second, *_ = made.pages[0].panels
    assert [f.name for f in first.figures or ()] == ["Unknown figure 1", "Unknown figure 2"]
    assert [f.name for f in second.figures or ()] == ["Unknown figure"]
    assert first.lines[0].speaker == "Unknown figure 2"
    assert second.lines[0].speaker == "Unknown figure 2, panel 1"
    assert made.cast == ()


def test_an_identity_without_a_name_is_called_the_same_on_every_page():
    cast = [figure(identity="0x7f"), figure(id="c2", panel="p2", box=[430, 200, 530, 500])]
    cast[1]["identity"] = "0x80"
    pages = [page_data(i) | {"characters": cast[: 3 - i], "balloons": []} for i in (1, 2)]
    made = script.of(*map(parse, pages))
    names = [f.name for page in made.pages for panel in page.panels for f in panel.figures or ()]
    assert names == ["Character 1", "Character 2", "Character 1"]
    assert [(p.name, p.identity, p.panels) for p in made.cast] == [
        ("Character 1", "0x7f", 2),
        ("Character 2", "0x80", 1),
    ]


def test_two_people_of_one_name_are_told_apart_whatever_the_others_are_called():
    cast = [
        figure(id=f"c{i}", name=name, identity=str(i), box=[30 + 40 * i, 200, 60 + 40 * i, 500])
        for i, name in enumerate(["Guard", "guard", "Guard 1", "Character 1", "Caption"])
    ]
    cast.append(figure(id="c9", identity="9", box=[250, 200, 300, 500]))
    names = [p.name for p in told(characters=cast, balloons=[]).cast]
    assert names[:4] == ["Guard 2", "guard 3", "Guard 1", "Character 1"]
    assert names[4:] == ["Caption (a character)", "Character 2"]
    assert len({name.casefold() for name in names}) == len(names)
    assert not {name.casefold() for name in names} & set(LABELS)


def test_the_same_identity_in_two_series_is_two_people():
    pages = [page_data(i) | {"series": f"s{i}", "id": f"s{i}/1"} for i in (1, 2)]
    made = script.of(*map(parse, pages))
    assert sum(person.identity == "Ann" for person in made.cast) == 2


def test_what_a_labeller_notes_at_every_figure_of_a_person_is_said_once():
    cast = [
        figure(name="Ann", note="a tall fox"),
        figure(id="c2", panel="p2", name="Ann", box=[430, 200, 530, 500], note="a tall fox"),
        figure(id="c3", panel="p2", name="Bob", box=[550, 200, 650, 500], note="half hidden"),
    ]
    made = told(characters=cast, balloons=[])
    assert [(p.name, p.looks) for p in made.cast] == [("Ann", "a tall fox"), ("Bob", "")]
    notes = [f.note for panel in made.pages[0].panels for f in panel.figures or ()]
    assert notes == ["", "", "half hidden"]


def test_actions_are_said_in_words():
    panel = first_panel(
        characters=[figure(actions=["Casting spell", "holding"])], balloons=[], descriptions=[]
    )
    assert panel.figures is not None
    assert panel.figures[0].actions == ("casting a spell", "holding")


def test_what_a_balloon_says_anyway_leaves_the_description_and_its_facts():
    said = [line(text="COME ON. GO!"), line(id="b2", box=[20, 130, 190, 160], text="No")]
    description = {
        "panel": "p1",
        "text": 'It is dark. The fox says "Come on. Go!". A dog, who says no, sits.',
        "facts": [
            "The fox says Come on, go",
            "It is dark",
            "No face is visible",
            "The dog says 'No'",
        ],
    }
    panel = first_panel(balloons=said, characters=[], descriptions=[description])
    assert [s.text for s in panel.scenes] == ["It is dark. A dog, who says no, sits."]
    assert panel.details == ("No face is visible",)


def test_a_description_with_a_lone_quotation_mark_is_kept_whole():
    text = 'He is 5\' 6" tall. "Hm", he says.'
    panel = first_panel(balloons=[line()], descriptions=[{"panel": "p1", "text": text}])
    assert [s.text for s in panel.scenes] == [text]


def test_a_description_says_who_wrote_it_where_that_is_known():
    description = {"panel": "p1", "text": "A lamp.", "author": "gpt-9"}
    assert first_panel(descriptions=[description]).scenes[0].source == "described by gpt-9"
    nobody = [description | {"author": None}]
    assert first_panel(descriptions=nobody).scenes[0].source == ""
    made = first_panel(descriptions=nobody, inferred=["descriptions"])
    assert made.scenes[0].source == "described by a program"


def test_what_a_program_filled_in_is_marked_where_it_stands_and_told_of_the_page():
    inferred = ["width", "panels.order", "balloons.speaker", "characters.actions", "panels.box"]
    page = told(inferred=inferred).pages[0]
    assert page.guessed == (
        "the order of the panels",
        "who speaks",
        "what the characters do",
        "where the panels are",
    )
    assert page.panels[0].lines[0].guessed == ("speaker",)
    assert page.panels[0].figures is not None
    assert page.panels[0].figures[0].guessed == ("actions",)
    certain = told().pages[0]
    assert (certain.guessed, certain.panels[0].lines[0].guessed) == ((), ())


def test_a_guessed_identity_makes_every_line_of_that_speaker_a_guess():
    page = told(inferred=["characters.identity"]).pages[0]
    assert page.panels[0].lines[0].guessed == ("speaker",)
    assert page.panels[0].figures is not None
    assert page.panels[0].figures[0].guessed == ("name",)


def test_what_lies_in_no_panel_is_told_last_and_a_page_without_panels_is_one_part():
    outside = line(panel=None, kind="caption")
    panels = told(balloons=[outside], characters=[]).pages[0].panels
    assert [panel.number for panel in panels] == [1, 2, 3, 4, None]
    assert panels[-1].lines[0].kind == "caption"
    (only,) = told(panels=None, balloons=[outside], characters=[], descriptions=[]).pages[0].panels
    assert (only.number, len(only.lines)) == (None, 1)


def test_unknown_is_not_nobody():
    assert first_panel(characters=None, balloons=[]).figures is None
    assert first_panel(characters=[], balloons=[]).figures == ()


def test_pages_are_called_by_their_number_and_by_their_comic_where_there_are_several():
    one = [parse(page_data(i) | {"number": n}) for i, n in ((1, None), (2, 7))]
    assert [page.heading for page in script.of(*one).pages] == ["Page 1", "Page 7"]
    two = [parse(page_data(i) | {"issue": str(i)}) for i in (1, 2)]
    made = script.of(*two)
    assert [page.heading for page in made.pages] == ["book, 1, page 1", "book, 2, page 1"]
    assert (script.of(*one).title, made.title) == ("book, 1", "book")


def test_text_that_cannot_be_said_is_left_out():
    hostile = "a\u0007b\u202e \u200d\u5b57\n c\ufffe\ud7ff"
    panel = first_panel(balloons=[line(text=hostile)], characters=[])
    assert panel.lines[0].text == "ab \u200d\u5b57 c"
    assert told(language='en" onload="x').pages[0].language is None
    assert told(language="zh_Hant").pages[0].language == "zh-Hant"
