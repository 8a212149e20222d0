"""The viewer as a server: what it shows of benches, runs and pages, and whom it answers."""

import io
import json
import signal
import subprocess
import sys

import native
import pytest
import reports
from PIL import Image
from viewers import (
    everything,
    running,  # noqa: F401
    viewing,
)

from closeup.bench import sha256
from closeup.question import Rejection
from closeup.records import CloseupError, write_jsonl
from closeup.view.opened import open_all

REASONS = ("equal depth", "equal depth", "too small")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = everything(tmp_path_factory.mktemp("view"))
    rejected = [
        Rejection(id=f"depth/page0000/{i}", task="depth", page="page0000", reason=reason)
        for i, reason in enumerate(REASONS)
    ]
    write_jsonl(folder / "bench" / "rejected.jsonl", rejected)
    return folder


def first():
    return reports.questions()[0]


def test_what_is_open_is_told_with_its_counts(viewer, folder):
    text = viewer.get("/").text
    for told in ("<b>12</b> questions", "<b>2</b> not asked", "<b>2</b> pages", "<b>8</b> panels"):
        assert told in text
    assert "zoomer" in text
    assert "11, 1 without a reply" not in text
    assert "12, 1 without a reply" in text
    assert "episodes of A, B" in text
    assert str(folder / "corrections.jsonl") in text


@pytest.mark.parametrize(
    ("names", "rule"),
    [
        (["pages", "pages"], "named twice"),
        (["nothing"], "no such file or folder"),
        (["empty"], "no .json or .jsonl file in it"),
        (["a/run.sqlite"], "need a folder"),
    ],
)
def test_what_cannot_be_opened_is_one_line(folder, names, rule):
    (folder / "empty").mkdir(exist_ok=True)
    with pytest.raises(CloseupError, match=rule) as error:
        open_all([folder / name for name in names])
    assert "\n" not in str(error.value)


def test_pages_are_shown_small_and_whole(viewer, folder):
    text = viewer.get("/pages", in_=1).text
    assert "made/0/0" in text
    assert "4 panels, 7 characters, 4 balloons" in text
    small = viewer.get("/image", in_=1, id="made/0/0", small=1)
    assert Image.open(io.BytesIO(small.data)).width <= 300
    whole = viewer.get("/image", in_=1, id="made/0/0")
    assert whole.headers["content-type"] == "image/png"
    assert whole.data == (folder / "pages/images/0-0.png").read_bytes()


def test_a_format_that_browsers_do_not_know_is_sent_as_png(tmp_path):
    native.write(tmp_path / "pages", issues=1, pages=1)
    image = tmp_path / "pages/images/0-0.png"
    Image.open(image).save(image, "TIFF")
    with viewing(tmp_path / "pages", corrections=tmp_path / "c.jsonl") as viewer:
        told = viewer.get("/image", in_=0, id="made/0/0")
    assert told.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(told.data)).format == "PNG"


def test_a_page_tells_its_neighbours_and_its_questions(viewer):
    text = viewer.get("/page", in_=0, id="page0001").text
    assert 'rel="prev" href="/page?in=0&amp;id=page0000"' in text
    assert 'rel="next" href="/page?in=0&amp;id=page0002"' in text
    assert "4 questions about it" in text


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({}, 12),
        ({"task": "action_recognition"}, 12),
        ({"page": "page0001"}, 4),
        ({"split": "train"}, 0),
        ({"tag": "nothing"}, 0),
        ({"text": "RUNS page0002"}, 4),
        ({"text": "what is this CHARACTER doing"}, 12),
        ({"text": "evidence_area"}, 0),  # a field's name is no word of a question
        ({"text": "nothing like it"}, 0),
    ],
)
def test_questions_are_filtered(viewer, wanted, count):
    text = viewer.get("/questions", in_=0, **wanted).text
    assert f"{count} question" in text
    assert text.count('<span class="what">') == count


@pytest.mark.parametrize(
    ("more", "status"),
    [(reports.questions(1)[0].to_json().encode() + b"\n", 200), (b"\n", 400)],
    ids=["an id that stands twice", "a blank line"],
)
def test_a_search_in_a_bench_that_others_wrote_is_no_internal_error(tmp_path, more, status):
    bench = reports.bench_of(tmp_path / "bench", reports.questions(4)).path
    file, manifest = bench / "questions.jsonl", bench / "manifest.json"
    before = sha256(file)
    with file.open("ab") as lines:
        lines.write(more)
    manifest.write_text(manifest.read_text().replace(before, sha256(file)))
    with viewing(bench, corrections=tmp_path / "c.jsonl") as viewer:
        told = viewer.get("/questions", in_=0, text="runs")
    assert told.status == status
    assert ("4 questions" if status == 200 else "questions.jsonl:5: ") in told.text


def test_a_question_is_told_with_evidence_options_and_its_words(viewer):
    text = viewer.get("/questions", in_=0, id=first().id).text
    told = json.loads(text.partition('id="told">')[2].partition("</script>")[0])
    assert told["card"]["options"] == ["runs", "sits"]
    assert told["card"]["gold"] == first().answer
    assert told["card"]["evidence"][0]["page"] == "page0000"
    assert "What is this character doing?" in told["asked"]
    assert told["pages"]["page0000"]["image"] == "/image?in=0&id=page0000"


def test_rejected_questions_are_counted_and_filtered_by_reason(viewer):
    text = viewer.get("/rejected", in_=0).text
    assert "3 candidates" in text
    assert 'reason=equal+depth&amp;task=depth">2</a>' in text
    some = viewer.get("/rejected", in_=0, reason="too small").text
    assert "1 candidate" in some
    assert "depth/page0000/2" in some
    assert "depth/page0000/1" not in some


def closeup(*arguments):
    return [sys.executable, "-m", "closeup.cli", "view", *map(str, arguments)]


def begun(command, folder=None):
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=folder, stdout=pipe, stderr=pipe)


def test_the_command_says_where_it_listens_and_ends_without_a_word(folder, tmp_path):
    command = closeup(folder / "pages", "--corrections", tmp_path / "c.jsonl")
    with begun(command) as process:
        assert process.stdout is not None
        said = process.stdout.readline().decode()
        assert said.startswith("viewing on http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=60)
    assert (process.returncode, rest, errors) == (0, b"", b"")


def test_a_comic_is_read_where_no_corrections_can_be_kept(tmp_path):
    (tmp_path / "corrections.jsonl").mkdir()
    with begun(closeup(), tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"viewing on ")
        process.terminate()
        assert process.wait(timeout=60) == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere"], "no such file or folder"),
        (["--port", "99999"], "port 99999: need 0 to 65535"),
        (["--corrections", "no/such/folder.jsonl"], "no folder no/such"),
        (["--corrections", "."], "need the name of a file"),
        (["--host", "no.such.host.invalid"], "cannot be had"),
        (["--model", "no-such-model"], "no-such-model"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(tmp_path, arguments, told):
    done = subprocess.run(closeup(*arguments), cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("closeup: ")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
