import json
import shutil
from pathlib import Path

import pytest
from test_cli import bench, closeup, source  # noqa: F401

from closeup.judge.scripted import Lexical, Literal
from closeup.models import Given
from closeup.pictures import Pictures
from closeup.serve.server import serving_in_thread

SCRIPTED = (
    "--judge",
    "closeup.judge.scripted:Lexical",
    "--judge",
    "closeup.judge.scripted:Literal",
)


@pytest.fixture
def run(bench: Path, tmp_path: Path) -> Path:  # noqa: F811
    said = tmp_path / "said.jsonl"
    lines = [json.loads(line) for line in (bench / "questions.jsonl").read_text().splitlines()]
    with said.open("w") as out:
        for number, line in enumerate(lines):
            if line["task"] == "panel_understanding":
                facts = line["answer"][: number % 3]
                reply = f"<answer>{'. '.join(facts) or 'A field.'} In it a lamp stands.</answer>"
                out.write(json.dumps({"question": line["id"], "reply": reply}) + "\n")
    args = ("--tasks", "panel_understanding", "--out", tmp_path / "run", "--quiet")
    assert closeup("run", bench, "--model", f"replay:{said}", *args) == 0
    return tmp_path / "run"


def test_judging_offline_prints_a_table_or_json(run: Path, capsys: pytest.CaptureFixture[str]):
    assert closeup("judge", run, *SCRIPTED) == 0
    shown = capsys.readouterr()
    assert "lexical" in shown.out
    assert "Krippendorff" in shown.out
    assert closeup("judge", run, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found["judges"]) == ["lexical", "literal"]
    assert -1 < found["alpha"] < 1
    assert found["correlation"] > 0.5


def test_judges_over_http_find_what_they_find_in_process(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    shutil.copytree(run, tmp_path / "other")
    assert closeup("judge", run, *SCRIPTED, "--json") == 0
    direct = json.loads(capsys.readouterr().out)
    nothing = Given(Pictures(lambda page: b""))
    with (
        serving_in_thread(Lexical(nothing)) as one,
        serving_in_thread(Literal(nothing), faults="429:0.1:0.01") as two,
    ):
        judges = ("--judge", f"{one.url}#lexical", "--judge", f"{two.url}#literal")
        assert closeup("judge", tmp_path / "other", *judges, "--json") == 0
        served = json.loads(capsys.readouterr().out)
        asked = one.stats.requests
        assert closeup("judge", tmp_path / "other", *judges) == 0
        assert one.stats.requests == asked
    for name in ("lexical", "literal"):
        assert served["judges"][name].pop("served_by")
        del direct["judges"][name]["served_by"]
    assert served == direct


def test_mistakes_are_one_line(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    for args, told in (
        ((run, "--judge", "openai:gpt-4o"), "judge 'openai:gpt-4o': no date"),
        ((run, "--judge", "gone"), "model 'gone': need one of"),
        ((run, *SCRIPTED, "--bench", tmp_path), "not a bench"),
        ((run, *SCRIPTED, "--max-tokens", "0"), "max_tokens: 0:"),
        ((run, *SCRIPTED, "--limit", "0"), "limit 0: need at least 1"),
        ((tmp_path, *SCRIPTED), "not a run"),
    ):
        assert closeup("judge", *args) == 2
        error = capsys.readouterr().err
        assert told in error
        assert error.count("\n") == 1
