import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import native
import pytest

from closeup.cli import main


def closeup(*args: object) -> int:
    """The exit code of a command."""
    try:
        main([str(arg) for arg in args])
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return native.write(tmp_path_factory.mktemp("cli") / "pages")


@pytest.fixture(scope="module")
def bench(source: Path) -> Path:
    out = source.parent / "bench"
    assert closeup("build", "--reader", "closeup_json", "--from", source, "--out", out) == 0
    return out


def test_the_whole_way_from_annotations_to_a_report(
    bench: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    for model in ("oracle", "random"):
        assert closeup("run", bench, "--model", model, "--out", tmp_path / model, "--quiet") == 0
    capsys.readouterr()
    assert closeup("report", tmp_path / "oracle", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert {"n", "unscored", "score", "chance", "corrected", "low", "high"} <= set(
        rows["depth_comparison"]
    )
    assert {row["score"] for row in rows.values()} == {1.0}
    assert closeup("report", tmp_path / "oracle", tmp_path / "random") == 0
    assert "oracle" in capsys.readouterr().out


def test_an_audit_writes_what_it_found(bench: Path, tmp_path: Path):
    files = ("--json", tmp_path / "audit.json", "--hard-core", tmp_path / "core.txt")
    assert closeup("audit", bench, *files) == 0
    assert json.loads((tmp_path / "audit.json").read_text())["predictors"]
    assert (tmp_path / "core.txt").exists()


def test_check_counts_and_fails_where_a_page_is_bad(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert closeup("check", "--reader", "closeup_json", "--from", source) == 0
    assert "8" in capsys.readouterr().out
    (tmp_path / "bad.json").write_text("{")
    assert closeup("check", "--reader", "closeup_json", "--from", tmp_path) == 2
    assert "bad.json" in capsys.readouterr().err


def climbing(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "climb.cbz", "w") as archive:
        archive.writestr("../../outside.json", "{}")
    return folder / "climb.cbz"


def linked(folder: Path) -> Path:
    (folder / "secret.json").write_text(json.dumps(native.page(0, 0)))
    (folder / "data").mkdir()
    (folder / "data/a.json").symlink_to(folder / "secret.json")
    return folder / "data"


def empty(folder: Path) -> Path:
    (folder / "empty").mkdir()
    return folder / "empty"


def plain_file(folder: Path) -> Path:
    (folder / "notes.txt").write_text("hello")
    return folder / "notes.txt"


def missing(folder: Path) -> Path:
    return folder / "nowhere"


@pytest.mark.parametrize("make", [climbing, linked, empty, plain_file, missing])
def test_a_hostile_source_is_one_line_and_exit_code_2_and_writes_nothing(
    make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    source = make(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    out = tmp_path / "bench"
    assert closeup("build", "--reader", "closeup_json", "--from", source, "--out", out) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("closeup: ")
    assert captured.err.count("\n") == 1
    assert [path for path in sorted(tmp_path.rglob("*")) if out not in (path, *path.parents)] == [
        path for path in before if out not in (path, *path.parents)
    ]


@pytest.mark.parametrize(
    "args",
    [
        ("build", "--reader", "nobody", "--from", ".", "--out", "x"),
        ("build", "--reader", "os:getcwd", "--from", ".", "--out", "x"),
        ("build", "--reader", "synthetic", "--out", "x"),
        ("build", "--reader", "synthetic", "--pages", "0", "--out", "x"),
        ("build", "--reader", "synthetic", "--pages", "9", "--seed", "999995", "--out", "x"),
        (
            "build",
            "--reader",
            "synthetic",
            "--pages",
            "99999999999",
            "--seed",
            "1000000",
            "--out",
            "x",
        ),
        ("build", "--reader", "synthetic", "--pages", "4", "--seed", "-1", "--out", "x"),
        ("build", "--reader", "synthetic", "--pages", "4", "--workers", "0", "--out", "x"),
        ("build", "--reader", "synthetic", "--pages", "4", "--tasks", "chess", "--out", "x"),
        ("build", "--reader", "acbf", "--out", "x"),
        ("build", "--reader", "acbf", "--pages", "4", "--from", ".", "--out", "x"),
        ("run", "nowhere", "--model", "oracle", "--out", "x"),
        ("report", "nowhere"),
        ("report",),
        ("audit", "nowhere"),
        ("check", "--reader", "acbf", "--from", "nowhere"),
        ("dance",),
        ("build", "--readr", "acbf"),
    ],
)
def test_a_users_mistake_is_exit_code_2_and_no_traceback(
    args: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.chdir(tmp_path)
    assert closeup(*args) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_flag_said_twice_is_refused_for_the_last_alone_would_count(capsys):
    assert closeup("train", "recipe.toml", "--set", "model=a", "--set", "seed=1") == 2
    told = capsys.readouterr().err
    assert told == "closeup: --set: said 2 times: say it once, with all its values\n"


def test_a_run_of_another_model_is_not_mixed_in(
    bench: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert closeup("run", bench, "--model", "oracle", "--out", tmp_path / "r", "--quiet") == 0
    assert closeup("run", bench, "--model", "random", "--out", tmp_path / "r", "--quiet") == 2
    assert "oracle" in capsys.readouterr().err


def test_an_edited_bench_is_refused(bench: Path, tmp_path: Path, capsys):
    copy = tmp_path / "bench"
    copy.mkdir()
    for name in ("manifest.json", "pages.jsonl", "questions.jsonl"):
        (copy / name).write_bytes((bench / name).read_bytes())
    with (copy / "questions.jsonl").open("a") as lines:
        lines.write("{}\n")
    assert closeup("run", copy, "--model", "oracle", "--out", tmp_path / "run") == 2
    assert "questions.jsonl: changed since the bench was built" in capsys.readouterr().err


def test_the_installed_command_answers(tmp_path: Path):
    command = Path(sys.executable).with_name("closeup")
    done = subprocess.run(
        [command, "report", tmp_path], capture_output=True, text=True, env=os.environ, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith("closeup: ")


def test_names_that_look_like_markup_are_only_names(
    bench: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    odd = tmp_path / "m[/b]" / "[red]q"
    odd.parent.mkdir(parents=True)
    shutil.copytree(bench, odd)
    assert closeup("run", odd, "--model", "oracle", "--out", tmp_path / "[/x]") == 0
    replay = ("--model", f"replay:{tmp_path / '[/x]'}")
    assert closeup("run", odd, *replay, "--out", tmp_path / "r", "--limit", 3) == 0
    assert closeup("report", tmp_path / "[/x]", tmp_path / "r") == 0
    assert closeup("audit", odd) == 0


@pytest.mark.parametrize("target", ["nowhere/audit.json", ".", "x" * 300])
def test_an_audit_says_at_once_where_it_cannot_write(
    bench: Path, tmp_path: Path, target: str, capsys: pytest.CaptureFixture[str]
):
    assert closeup("audit", bench, "--json", tmp_path / target) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "args",
    [
        ("build", "--reader", "acbf", "--from", "x" * 300, "--out", "y"),
        ("build", "--reader", "os:system", "--from", ".", "--out", "y"),
        ("build", "--reader", "synthetic", "--pages", "4", "--out", "y" * 300),
        ("run", "x" * 300, "--model", "oracle", "--out", "y"),
        ("report", "x" * 300),
        ("audit", "x" * 300),
    ],
)
def test_what_the_file_system_refuses_is_one_line(
    args: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.json").write_text("{}")
    assert closeup(*args) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_bench_that_names_code_does_not_run_it(bench: Path, tmp_path: Path, monkeypatch, capsys):
    copy = tmp_path / "bench"
    shutil.copytree(bench, copy)
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["tasks"]["depth_comparison"]["source"] = "evil_module:Task"
    (copy / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "evil_module.py").write_text(f"open({str(tmp_path / 'owned')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    assert closeup("run", copy, "--model", "oracle", "--out", tmp_path / "run") == 2
    assert "is code of its own" in capsys.readouterr().err
    assert not (tmp_path / "owned").exists()
