import io
import subprocess
import sys

import pytest
from PIL import Image, ImageDraw, ImageFont

from closeup.geometry import Box, Grid, View
from closeup.images import Resolution
from closeup.pictures import Pictures
from closeup.synthetic.lettering import FACES
from closeup.tools.read_text import MOST_PIXELS, MOST_TEXT, NEEDS, Line, ReadText, blocks
from closeup.tools.tool import Scene


def page(draw=lambda canvas: None) -> Pictures:
    file = io.BytesIO()
    image = Image.new("RGB", (1000, 2000), "white")
    draw(ImageDraw.Draw(image))
    image.save(file, "PNG")
    return Pictures(lambda page: file.getvalue())


BLANK = page()
PAGE = View("p", Box(0, 0, 1000, 2000), (500, 1000))


class Scribe:
    """Reads what it was told to, and keeps what it was shown."""

    def __init__(self, *lines: Line) -> None:
        self.lines = lines
        self.shown: Image.Image | None = None

    def __call__(self, image: Image.Image) -> tuple[Line, ...]:
        self.shown = image
        return self.lines


def read(scribe, numbers=(0, 0, 500, 1000), grid: Grid = "pixel", views=(PAGE,), at=BLANK) -> str:
    scene = Scene(views, grid, Resolution(), at.pixels)
    call = {"bbox_2d": list(numbers), "image": len(views)}
    seen = ReadText(scribe).call(call, scene)
    assert seen.asked is not None
    assert seen.view is None
    (text,) = seen.parts
    assert isinstance(text, str)
    return text


def line(text: str, x: float, y: float, width: float = 100) -> Line:
    return Line(Box(x, y, x + width, y + 20), text)


def test_a_text_has_its_box_in_the_grid_of_the_image_that_was_asked_of():
    hello = line("Hello", 100, 40)
    told = read(Scribe(hello), [100, 200, 200, 300])  # pixels 200 to 400, drawn twice as large
    assert told.splitlines()[1:] == ["[125, 210, 150, 215] Hello"]
    told = read(Scribe(hello), [100, 200, 200, 400], "rel1000_yx")
    assert told.splitlines()[1:] == ["[110, 250, 115, 300] Hello"]
    panel = View("p", Box(200, 400, 400, 600), (400, 400))
    told = read(Scribe(hello), [0, 0, 400, 400], views=(PAGE, panel))
    assert told.startswith("Text found, from the top left, with its boxes in image 2:")
    assert told.splitlines()[1:] == ["[100, 40, 200, 60] Hello"]


def test_a_small_region_is_read_twice_as_large_and_a_large_one_within_bounds():
    scribe = Scribe()
    read(scribe, [100, 200, 200, 300])
    assert scribe.shown is not None
    assert scribe.shown.size == (400, 400)
    read(scribe)
    assert scribe.shown.width * scribe.shown.height == pytest.approx(MOST_PIXELS, rel=0.01)


def test_where_there_is_no_text_this_is_said():
    assert read(Scribe()) == "No text was found there."


def test_lines_of_a_balloon_are_joined_and_balloons_are_not():
    told = blocks(
        [
            line("by now!", 60, 45),
            line("He should", 50, 0),
            line("be here", 55, 22),
            line("Really?", 400, 10),
            line("Yes.", 50, 300),
            line("BOOM", 50, 66)._replace(box=Box(50, 66, 250, 166)),
        ]
    )
    assert [block.text for block in told] == [
        "He should be here by now!",
        "BOOM",
        "Really?",
        "Yes.",
    ]
    assert told[0].box == Box(50, 0, 160, 65)


def test_pieces_of_one_row_are_read_from_the_left():
    told = blocks([line("world", 170, 1), line("Hello", 60, 3), line("again", 100, 24)])
    assert [block.text for block in told] == ["Hello world again"]


def test_a_page_full_of_letters_is_cut_and_says_so():
    told = read(Scribe(*(line("x" * 90, 0, 60 * i) for i in range(100))))
    assert len(told) < MOST_TEXT + 200
    assert told.endswith("more; look at a smaller region")


def test_without_the_extra_the_choice_of_the_tool_is_refused_with_the_remedy():
    code = (
        "import sys; sys.modules['rapidocr'] = sys.modules['onnxruntime'] = None\n"
        "from closeup.tools import find; find(['read_text'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "CloseupError: tool 'read_text'" in done.stderr
    assert "pip install 'closeup[ocr]'" in done.stderr.splitlines()[-1]


def test_lettering_is_read():
    for module in NEEDS:
        pytest.importorskip(module, reason=f"the extra 'ocr' is not installed: no {module}")

    def letter(canvas: ImageDraw.ImageDraw) -> None:
        font = ImageFont.truetype(str(FACES["delius"]), 26)
        canvas.text((300, 300), "Where did\nthe cat go?", "black", font)

    told = read(None, [100, 100, 400, 300], at=page(letter))
    assert "Where did the cat go?" in told
