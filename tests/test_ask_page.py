import asyncio
import io
import json
from pathlib import Path

import pytest
from PIL import Image
from rich.console import Console

from closeup.ask import Setting, converse
from closeup.ask_page import ask_page, open_page, opening
from closeup.cli import main
from closeup.conversation import Conversation
from closeup.geometry import Box, Grid
from closeup.images import SUFFIXES, Resolution, draw
from closeup.message import Reply, Request, Usage
from closeup.models import Given, ModelError
from closeup.records import CloseupError
from closeup.report.trajectory import Trajectory, shown
from closeup.tools import find
from closeup.tools.read_text import Line, ReadText

CALL = '<tool_call>{"name": "%s", "arguments": {"bbox_2d": %s}}</tool_call>'
LOOK = "<think>Too small.</think>\nI look." + CALL % ("zoom_in", "[250, 250, 500, 500]")
WRONG = CALL % ("zoom_in", "[9, 9, 1, 1]")
READ = CALL % ("read_text", "[0, 0, 1000, 1000]")
ANSWER = "<think>Now I see.</think>It is clear: <answer>A cat</answer>"


class Speaker:
    """Says one thing after the other, and knows when it is let go."""

    name = "speaker"
    grid: Grid = "rel1000"
    resolution = Resolution(pixels=20_000)

    def __init__(self, *texts: str) -> None:
        self.texts = texts
        self.closed = False

    async def reply(self, request: Request) -> Reply:
        turn = sum(message.role == "assistant" for message in request.messages)
        usage = Usage(input=1000, output=100)
        return Reply(text=self.texts[turn], usage=usage, seconds=0.5, served_by="speaker-2026")

    async def close(self) -> None:
        self.closed = True


def looker(given: Given) -> Speaker:
    """For the command line: `test_ask_page:looker`."""
    assert given.bench is None
    return Speaker(LOOK, ANSWER)


class Mute(Speaker):
    async def reply(self, request: Request) -> Reply:
        raise ModelError("speaker: HTTP 503 (5 tries)")


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.png"
    image = Image.linear_gradient("L").resize((400, 200)).convert("RGB")
    image.save(path)
    return path


TOOLS = {**find(["zoom_in"]), "read_text": ReadText(lambda _: [Line(Box(8, 8, 40, 20), "Hi")])}


def told(page: Path, model: Speaker, **setting) -> Trajectory:
    pictures, whole = open_page(page)
    asked = ask_page(whole, "Who?", model, Setting(tools=TOOLS, **setting), pictures)
    return Trajectory.of(asyncio.run(asked), "Who?", model.name, model.grid)


def printed(trajectory: Trajectory) -> str:
    out = io.StringIO()
    Console(file=out, width=1000).print(shown(trajectory))
    return out.getvalue()


def test_a_page_of_ones_own_is_asked_about_and_zoomed_into(page):
    model = Speaker(LOOK, ANSWER)
    trajectory = told(page, model)
    assert trajectory.answer == "A cat"
    assert trajectory.stop == "answered"
    assert [view.box for view in trajectory.views] == [Box(0, 0, 400, 200), Box(100, 50, 200, 100)]
    assert trajectory.views[0].size == (200, 100)
    assert trajectory.usage == Usage(input=2000, output=200)
    assert model.closed


def test_who_watches_is_told_of_every_turn_as_it_comes(page):
    pictures, whole = open_page(page)
    model, setting = Speaker(LOOK, WRONG, ANSWER), Setting(tools=TOOLS)
    seen = []

    async def watch(talk: Conversation) -> None:
        seen.append((len(talk.turns), len(talk.calls), len(talk.views), talk.stop))

    messages = opening(whole, "Who?", model, setting)
    asyncio.run(converse(messages, model, setting, pictures, watch=watch))
    assert seen == [(2, 1, 2, None), (4, 2, 2, None), (5, 2, 2, "answered")]


def test_the_model_is_let_go_when_it_fails(page):
    model = Mute()
    with pytest.raises(ModelError):
        told(page, model)
    assert model.closed


def test_the_trajectory_is_told_in_pixels_of_the_page(page):
    text = printed(told(page, Speaker(LOOK, WRONG, READ, ANSWER)))
    assert [line.strip() for line in text.splitlines()] == [
        f"{page}  400x200, as image 1 of 200x100",
        "Who?",
        "",
        "Too small.",
        "I look.",
        "zoom_in [100, 50, 200, 100] of the page: 100x50, as image 2 of 447x224",
        "",
        'zoom_in {"bbox_2d": [9, 9, 1, 1]}',
        "bbox_2d: [9, 9, 1, 1]: holds nothing: need [x0, y0, x1, y1] in thousandths of the image's "
        "width and height, x0 < x1 and y0 < y1",
        "",
        "read_text [0, 0, 400, 200] of the page",
        "Text found, from the top left, with its boxes in image 1:",
        "[10, 20, 50, 50] Hi",
        "You may call no more tools. Give your final answer now, inside <answer>…</answer>.",
        "",
        "Now I see.",
        "It is clear:",
        "",
        "answer  A cat",
        "4 turns, 3 calls, 4,000 tokens in, 400 out, 2.0 s, speaker-2026",
    ]


def test_what_a_model_writes_cannot_steer_the_terminal_or_flood_it(page):
    text = printed(told(page, Speaker("\x1b[2J[bold]\x07" + "x" * 100_000)))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "[bold]" in text
    assert "more characters" in text
    assert len(text) < 10_000


def test_a_call_where_the_answer_should_be_is_no_answer(page):
    trajectory = told(page, Speaker(LOOK, LOOK, LOOK, LOOK))
    assert trajectory.answer is None
    assert "no answer: out of budget" in printed(trajectory)


def test_a_trajectory_is_json_that_can_be_read_again(page):
    trajectory = told(page, Speaker(LOOK, ANSWER))
    assert Trajectory.parse(trajectory.to_json(), "told") == trajectory


@pytest.mark.parametrize("kind", SUFFIXES)
def test_every_format_that_is_read_may_be_asked_about(kind, tmp_path):
    path = tmp_path / "page"
    Image.new("RGB", (30, 20)).save(path, kind)
    assert open_page(path)[1].box == Box(0, 0, 30, 20)


def test_a_file_that_is_no_image_is_one_line(tmp_path):
    path = tmp_path / "page.png"
    for data in (b"", b"GIF89a\x01", b"<svg/>", b"\x89PNG\r\n\x1a\n" + b"\0" * 99):
        path.write_bytes(data)
        with pytest.raises(CloseupError) as caught:
            open_page(path)
        assert "\n" not in str(caught.value)


def run(*args: object) -> None:
    main(["ask", *map(str, args)])


def test_the_command_prints_and_saves_what_the_model_was_shown(page, tmp_path, capsys):
    crops = tmp_path / "crops"
    model = ("--model", "test_ask_page:looker", "--tools", "zoom_in")
    run(page, "Who?", *model, "--crops", crops)
    assert "answer  A cat" in capsys.readouterr().out
    assert sorted(file.name for file in crops.iterdir()) == ["1_page.png", "2_zoom_in.png"]
    run(page, "Who?", *model, "--json")
    view = Trajectory.parse(capsys.readouterr().out, "printed").views[1]
    with Image.open(page) as image, Image.open(crops / "2_zoom_in.png") as saved:
        assert draw(image.convert("RGB"), view).tobytes() == saved.tobytes()


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        (("--model", "oracle"), "model 'oracle'"),
        (("--model", "test_ask_page:looker", "--tools", "look"), "tool 'look': need one of"),
        (("--model", "test_ask_page:looker", "--oracle-crop"), "--oracle-crop: only a bench"),
        (("--model", "test_ask_page:looker", "--crops", "."), "need a missing or an empty folder"),
    ],
)
def test_a_users_mistake_is_one_line(args, problem, page, capsys, monkeypatch):
    monkeypatch.chdir(page.parent)
    with pytest.raises(SystemExit) as stopped:
        run(page, "Who?", *args)
    assert stopped.value.code == 2
    error = capsys.readouterr().err
    assert problem in error
    assert error.count("\n") == 1


def mute(given: Given) -> Speaker:
    return Mute()


def test_a_provider_that_fails_is_one_line(page, capsys):
    with pytest.raises(SystemExit) as stopped:
        run(page, "Who?", "--model", "test_ask_page:mute")
    assert stopped.value.code == 1
    assert capsys.readouterr().err == "closeup: speaker: HTTP 503 (5 tries)\n"


def test_replies_of_a_file_answer_by_the_pages_name(page, tmp_path, capsys):
    said = tmp_path / "said.jsonl"
    said.write_text(json.dumps({"question": str(page), "reply": "<answer>A cat</answer>"}))
    run(page, "Who?", "--model", f"replay:{said}")
    assert "answer  A cat" in capsys.readouterr().out
