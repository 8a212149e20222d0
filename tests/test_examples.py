"""The examples run as they stand."""

import importlib
import runpy
import sys
from pathlib import Path

import native
import pytest

from closeup import rewards
from closeup.bench import Bench
from closeup.build import build
from closeup.build.datasets import synthetic
from closeup.cli import main

ROOT = Path(__file__).parent.parent


def test_a_bench_is_built_and_run_from_python(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["1_build.py", str(tmp_path)])
    runpy.run_path(str(ROOT / "examples/1_build.py"), run_name="__main__")
    assert "depth_comparison" in capsys.readouterr().out
    assert sum(Bench.open(tmp_path / "bench").manifest.pages.values()) == 8


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """A bench of two synthetic pages."""
    folder = tmp_path_factory.mktemp("examples") / "bench"
    build(synthetic(2, 1_000_000), folder, tasks=("depth_comparison", "character_counting"))
    return folder


def test_one_question_is_asked_and_what_was_said_is_printed(small, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["2_ask.py", str(small)])
    runpy.run_path(str(ROOT / "examples/2_ask.py"), run_name="__main__")
    said = capsys.readouterr().out
    assert "[system] You look closely" in said
    assert "score 1.0" in said


def test_a_zooming_model_leaves_its_crops(small, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["3_zoom.py", str(small), str(tmp_path)])
    runpy.run_path(str(ROOT / "examples/3_zoom.py"), run_name="__main__")
    said = capsys.readouterr().out
    assert said.count("zoom_in [") == len(list(tmp_path.glob("*.png"))) == 10
    assert "of the evidence" in said


def test_a_reward_of_ones_own_pays_by_its_name(small, monkeypatch, capsys):
    monkeypatch.syspath_prepend(str(ROOT))
    importlib.invalidate_caches()
    reward = rewards.make({"answer": 1.0, "examples.5_new_reward:Thrift": 0.2})
    assert reward.weights == {"answer": 1.0, "thrift": 0.2}
    monkeypatch.setattr(sys, "argv", ["5_new_reward.py", str(small)])
    runpy.run_path(str(ROOT / "examples/5_new_reward.py"), run_name="__main__")
    *_, guessed, honest = capsys.readouterr().out.splitlines()
    assert guessed.split()[:3] == ["look_then_guess", *honest.split()[1:3]]
    assert float(honest.split()[-1]) > float(guessed.split()[-1])


def test_a_task_of_ones_own_goes_the_whole_way(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    monkeypatch.syspath_prepend(str(ROOT))
    importlib.invalidate_caches()
    source = native.write(tmp_path / "pages")
    task = "examples.4_new_task:SpeakerIdentification"
    build = ["build", "--reader", "closeup_json", "--from", str(source), "--workers", "1"]
    main([*build, "--tasks", task, "--out", str(tmp_path / "bench")])
    count = Bench.open(tmp_path / "bench").manifest.tasks["speaker_identification"]
    assert count.source == task
    assert count.kept > 0
    run = ["run", str(tmp_path / "bench"), "--model", "oracle", "--out", str(tmp_path / "run")]
    with pytest.raises(SystemExit):
        main([*run, "--quiet"])
    assert "is code of its own: name it yourself" in capsys.readouterr().err
    main([*run, "--quiet", "--tasks", task])
    main(["report", str(tmp_path / "run"), "--json"])
    assert '"score": 1.0' in capsys.readouterr().out
    main(["audit", str(tmp_path / "bench")])


def test_a_task_that_is_none_is_one_clear_line(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["build", "--reader", "synthetic", "--pages", "4", "--tasks", "os:sep", "--out", "x"])
    assert "is no closeup.tasks.Task" in capsys.readouterr().err
