"""Doing the runs of a study: in order, so many at once, again after a kill, anew after a change."""

import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

import pytest
import studies

from closeup.cli import main
from closeup.records import CloseupError
from closeup.store import Store
from closeup.study import made as made_of
from closeup.study import report, work
from closeup.study.made import made
from closeup.study.measure import measure_by_name
from closeup.study.plan import plan
from closeup.study.result import Result
from closeup.study.run import runs
from closeup.study.study import Study

ARMS = """
[[arms]]
name = "chance"
model = "random"
[[arms]]
name = "best"
model = "oracle"
"""
CHAIN = """
[[arms]]
name = "A"
model = "weights"
recipes = ["sft.toml"]
[[arms]]
name = "B"
after = "A"
recipes = ["sft.toml"]
[[arms]]
name = "C"
model = "weights"
recipes = ["sft.toml"]
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with benches and a recipe."""
    studies.bench(tmp_path / "train", "train")
    studies.bench(tmp_path / "test", "test")
    (tmp_path / "sft.toml").write_text(studies.SFT)
    return tmp_path


class Done:
    """A command that has done its work by the time it is started: a measurement is the real one,
    of a scripted model in place of what a training would have made."""

    def __init__(self, command: work.Command, code: int = 0) -> None:
        self._code = code
        if command[2] == "closeup.study" and not code:
            measure_by_name(*command[3:])

    def poll(self) -> int | None:
        return self._code

    def terminate(self) -> None: ...

    def wait(self) -> int:
        return self._code


def do(file: Path, force: bool = False, code: int = 0) -> tuple[list[str], list[str]]:
    """Carry a study out; what was said, and the names of what was started."""
    said: list[str] = []
    started: list[str] = []

    def start(command: work.Command, log: IO[bytes], env: object, held: int) -> Done:
        started.append(" ".join(command[4:]))
        return Done(command, code)

    planned = plan(Study.load(file), force=force)
    said += planned.notes
    work.carry_out(planned.pending, file, force=force, say=said.append, start=start)
    return said, started


def test_a_finished_run_is_not_done_again(home: Path):
    file = studies.write(home, ARMS)
    _, started = do(file)
    assert started == ["chance 0", "best 0"]
    result = Result.read(home / "results/best/0.json")
    assert result.tasks["depth_comparison"].scores == "11111111"
    assert result.tasks["depth_comparison"].score == 1.0
    assert do(file) == ([], [])


def test_results_are_the_same_bytes_when_they_are_made_again(home: Path):
    file = studies.write(home, ARMS)
    do(file)
    kept = (home / "results/chance/0.json").read_bytes()
    (home / "results/chance/0.json").unlink()
    do(file)
    assert (home / "results/chance/0.json").read_bytes() == kept


def test_a_change_of_what_a_result_was_made_from_is_told_and_force_does_it_again(home: Path):
    file = studies.write(home, ARMS)
    do(file)
    file.write_text(file.read_text().replace("max_tokens = 8", "max_tokens = 9"))
    said, started = do(file)
    assert not started
    assert said[0] == "chance, seed 0: asked: not what its result was made from: --force"
    _, started = do(file, force=True)
    assert started == ["chance 0", "best 0"]
    assert do(file) == ([], [])


def test_a_report_tells_which_results_are_of_something_else_than_what_is_there_now(home: Path):
    file = studies.write(home, ARMS)
    do(file)
    assert "Made from something else" not in report.report(Study.load(file))
    file.write_text(file.read_text().replace("max_tokens = 8", "max_tokens = 9"))
    told = report.report(Study.load(file))
    assert told.endswith("there now:** chance, seed 0 (asked); best, seed 0 (asked).\n")


def test_a_recipe_that_cannot_be_read_any_more_does_not_keep_the_tables(home: Path):
    _, file = trained(home)
    asked = studies.questions({"depth_comparison": [("page0000", "issue000", 4)]})
    run = runs(Study.load(file))[0]
    asked.write(home / "results")
    studies.result("A", 0, asked, {"depth_comparison": [1.0] * 4}).write(run.file)
    (home / "sft.toml").write_text(studies.SFT + "[nonsense]\n")
    told = report.report(Study.load(file))
    assert "there now:** A, seed 0 (a recipe that cannot be read)." in told


def test_pages_are_shown_as_large_as_the_study_says_and_the_result_says_so(home: Path):
    file = studies.write(home, ARMS, pixels="10_000")
    do(file)
    with Store.open(home / "work/best/0/measured") as store:
        sizes = [view.size for episode in store.episodes() for view in episode.views]
    assert sizes
    assert all(width * height <= 10_000 for width, height in sizes)
    assert Result.read(home / "results/best/0.json").made["asked"] == "10000 pixels, 8 tokens"


def test_a_bench_that_is_not_here_is_taken_for_what_it_was(home: Path):
    file = studies.write(home, ARMS)
    do(file)
    (home / "test").rename(home / "elsewhere")
    assert do(file) == ([], [])


def trained(home: Path, recipe: str = studies.SFT) -> tuple[dict[str, str | None], Path]:
    """What run A would be made from with a recipe, and the study's file."""
    (home / "sft.toml").write_text(recipe)
    file = studies.write(home, CHAIN)
    return made(runs(Study.load(file))[0]), file


def test_a_recipe_is_another_by_what_it_teaches_and_not_by_how_it_is_kept(home: Path):
    was, _ = trained(home)
    same, _ = trained(home, studies.SFT.replace("[train]", "[train]\nkeep = 5"))
    assert same == was
    other, _ = trained(home, studies.SFT.replace("1e-3", "2e-3"))
    assert {name for name in was if was[name] != other[name]} == {"recipe 1"}


def test_each_run_comes_after_the_one_it_starts_from(home: Path):
    file = studies.write(home, CHAIN)
    going: list[str] = []
    most = 0

    class Slow(Done):
        """Stands for a training: writes the model after a while."""

        def __init__(self, command: work.Command) -> None:
            self.command, self.looks = command, 0
            if command[2] != "closeup.study":
                out = Path(command[command.index("--out") + 1])
                going.append(out.parent.parent.name)

        def poll(self) -> int | None:
            nonlocal most
            most = max(most, len(going))
            self.looks += 1
            if self.looks < 3:
                return None
            if self.command[2] == "closeup.study":
                return 1  # there is nothing to measure
            out = Path(self.command[self.command.index("--out") + 1])
            (out / "final").mkdir(parents=True)
            going.remove(out.parent.parent.name)
            return 0

    started: list[str] = []

    def start(command: work.Command, log: IO[bytes], env: dict[str, str], held: int) -> Slow:
        assert env["OMP_NUM_THREADS"] == "1"
        started.append(" ".join(command[4:6]))
        return Slow(command)

    said: list[str] = []
    planned = plan(Study.load(file))
    failed = work.carry_out(planned.pending, file, workers=2, say=said.append, start=start)
    assert most == 2
    assert failed == 3
    assert "B, seed 0: not done: A, seed 0 failed" in said
    assert {line.partition(":")[0] for line in said if "training sft" in line} == {
        "A, seed 0",
        "C, seed 0",
    }


def test_an_arm_alone_brings_the_seeds_it_starts_from_and_no_others(home: Path):
    chain = CHAIN.replace('after = "A"', 'after = "A"\nseeds = [1]')
    study = Study.load(studies.write(home, chain, seeds="[0, 1]"))
    assert [str(run) for run in plan(study, only=["B"]).pending] == ["A, seed 1", "B, seed 1"]
    assert len(plan(study).pending) == 5


def test_interrupted_it_ends_its_processes_and_lets_others_go_on(home: Path):
    file = studies.write(home, ARMS)
    ended: list[str] = []

    class Going(Done):
        """Runs until it is ended; then somebody presses Ctrl-C."""

        def __init__(self) -> None: ...

        def poll(self) -> int | None:
            raise KeyboardInterrupt

        def terminate(self) -> None:
            ended.append("ended")

        def wait(self) -> int:
            ended.append("waited")
            return 130

    def start(*_: object) -> Going:
        return Going()

    with pytest.raises(KeyboardInterrupt):
        work.carry_out(plan(Study.load(file)).pending, file, say=lambda _: None, start=start)
    assert ended == ["ended", "waited"]
    assert do(file)[1] == ["chance 0", "best 0"]


def test_what_fails_says_its_last_words_and_goes_on_the_next_time(home: Path):
    file = studies.write(home, ARMS)
    said, _ = do(file, code=2)
    assert said[1].startswith("chance, seed 0: failed: $ -m closeup.study")
    assert said[1].endswith(f"(exit code 2; all in {home / 'work/chance/0/log.txt'})")
    _, started = do(file)
    assert started == ["chance 0", "best 0"]


def test_a_run_begun_with_another_recipe_is_not_gone_on_with(home: Path):
    _, file = trained(home)
    do(file, code=1)
    trained(home, studies.SFT.replace("1e-3", "2e-3"))
    said, started = do(file)
    assert not started
    assert said[0].endswith("begun with another recipe 1: --force begins anew")
    (home / "work/A/0/1_sft").mkdir()
    said, started = do(file, force=True, code=1)
    assert started
    assert not (home / "work/A/0/1_sft").exists()


@pytest.fixture
def finished(home: Path) -> tuple[Path, Path, Path]:
    """A study of which run A is trained and half measured: its file, the model, and the answers."""
    _, file = trained(home)
    do(file, code=1)
    model, measured = home / "work/A/0/1_sft/final", home / "work/A/0/measured"
    model.mkdir(parents=True)
    measured.mkdir()
    return file, model, measured


@pytest.mark.parametrize("what", ["asked", "limit", "test"])
def test_where_only_the_test_is_another_a_finished_model_is_measured_and_not_trained(
    home: Path, finished: tuple[Path, Path, Path], what: str
):
    file, model, measured = finished
    other = {
        "asked": ("max_tokens = 8", "max_tokens = 9"),
        "limit": ("max_tokens = 8", "max_tokens = 8\nlimit = 3"),
        "test": ('/test"', '/other"'),
    }
    studies.bench(home / "other", "test", count=4)
    file.write_text(file.read_text().replace(*other[what]))
    said, _ = do(file)
    told = f"begun with another {what}: --force keeps its training and measures anew"
    assert said[0].endswith(told)
    assert measured.exists()
    _, started = do(file, force=True, code=1)
    assert started[0] == "A 0"
    assert model.exists()
    assert not measured.exists()


def test_where_test_and_recipe_are_others_it_is_trained_anew(
    home: Path, finished: tuple[Path, Path, Path]
):
    file, model, _ = finished
    trained(home, studies.SFT.replace("1e-3", "2e-3"))
    file.write_text(file.read_text().replace("max_tokens = 8", "max_tokens = 9"))
    do(file, force=True, code=1)
    assert not model.exists()


def test_a_model_that_is_measured_again_is_still_known_by_what_it_was_trained_on(
    home: Path, finished: tuple[Path, Path, Path]
):
    file, model, _ = finished
    (home / "train").rename(home / "away")
    file.write_text(file.read_text().replace("max_tokens = 8", "max_tokens = 9"))
    do(file, force=True, code=1)
    assert made_of.remembered(runs(Study.load(file))[0])["train"]
    (home / "away").rename(home / "train")
    _, started = do(file, code=1)
    assert started[0] == "A 0"
    assert model.exists()


def test_a_stage_that_is_trained_again_takes_the_later_ones_with_it(home: Path):
    _, file = trained(home)
    file.write_text(file.read_text().replace('["sft.toml"]', '["sft.toml", "sft.toml"]', 1))
    last = home / "work/A/0/2_sft/final"
    last.mkdir(parents=True)
    _, started = do(file, code=1)
    assert "1_sft" in started[0]
    assert not last.exists()


def test_a_lost_model_is_only_trained_again_by_force(home: Path):
    _, file = trained(home)
    asked = studies.questions({"depth_comparison": [("page0000", "issue000", 4)]})
    first = runs(Study.load(file))[0]
    studies.result("A", 0, asked, {"depth_comparison": [1.0] * 4}).model_copy(
        update={"made": made(first)}
    ).write(first.file)
    with pytest.raises(CloseupError, match="B, seed 0: starts from A, seed 0, and the model"):
        plan(Study.load(file))
    assert [str(run) for run in plan(Study.load(file), only=["C"]).pending] == ["C, seed 0"]
    assert str(first) in [str(run) for run in plan(Study.load(file), force=True).pending]


def test_what_starts_from_a_run_that_is_done_again_is_done_again_too(home: Path):
    _, file = trained(home)
    asked = studies.questions({"depth_comparison": [("page0000", "issue000", 4)]})
    first, second = (run for run in runs(Study.load(file)) if run.arm.name != "C")
    for run, changed in ((first, {"recipe 1": "another"}), (second, {})):
        own = studies.result(run.arm.name, 0, asked, {"depth_comparison": [1.0] * 4})
        own.model_copy(update={"made": made(run) | changed}).write(run.file)
    planned = plan(Study.load(file), only=["B"])
    assert not planned.pending
    assert planned.notes == ["A, seed 0: recipe 1: not what its result was made from: --force"]
    again = plan(Study.load(file), only=["B"], force=True).pending
    assert [str(run) for run in again] == ["A, seed 0", "B, seed 0"]


def test_a_lost_model_that_is_trained_again_takes_all_that_started_from_it_with_it(home: Path):
    chain = CHAIN + '[[arms]]\nname = "D"\nafter = "A"\nrecipes = ["sft.toml"]\n'
    study = Study.load(studies.write(home, chain))
    asked = studies.questions({"depth_comparison": [("page0000", "issue000", 4)]})
    for run in runs(study):
        if run.arm.name in "AB":
            own = studies.result(run.arm.name, 0, asked, {"depth_comparison": [1.0] * 4})
            own.model_copy(update={"made": made(run)}).write(run.file)
    with pytest.raises(CloseupError, match="D, seed 0: starts from A, seed 0, and the model"):
        plan(study, only=["B", "D"])
    again = plan(study, only=["B", "D"], force=True).pending
    assert [str(run) for run in again] == ["A, seed 0", "B, seed 0", "D, seed 0"]


def test_what_a_reward_is_reckoned_from_is_told_by_its_content(home: Path):
    paid = studies.GRPO.replace("region_iou", "tool_benefit").replace(
        "[rewards.weights]", f'[rewards]\nwithout_tools = "{home}/plain"\n[rewards.weights]'
    )
    (home / "paid.toml").write_text(paid)
    file = studies.write(home, CHAIN.replace("sft.toml", "paid.toml"))
    first = runs(Study.load(file))[0]
    assert made(first)["without tools 1"] is None
    found: list[str | None] = []
    for model in ("random", "oracle", "oracle"):
        shutil.rmtree(home / "plain", ignore_errors=True)
        main(
            ["run", f"{home}/train", "--split", "train", "--model", model, "--out", f"{home}/plain"]
        )
        found.append(made(first)["without tools 1"])
    assert found[0] != found[1] == found[2]


SLOW = '''
import asyncio
from closeup.models.scripted import Oracle

class Slow(Oracle):
    """Answers in its own time."""

    async def reply(self, request):
        await asyncio.sleep(2)
        return await super().reply(request)
'''


def test_a_killed_study_is_taken_up_and_does_not_meet_what_outlived_it(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (home / "slow.py").write_text(SLOW)
    monkeypatch.setenv("PYTHONPATH", str(home))
    file = studies.write(home, ARMS.replace('"oracle"', '"slow:Slow"'))
    flags = ["study", str(file), "--only", "best"]
    command = [sys.executable, "-m", "closeup.cli", *flags]
    first = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while not (home / "work/best/0/measured/run.sqlite").exists():
        assert first.poll() is None
        time.sleep(0.05)
    first.send_signal(signal.SIGKILL)
    first.wait()
    with suppress(SystemExit):  # its measurement may still be going on
        main(flags)
        pytest.fail("the measurement was to outlive the study")
    assert "best/0: another process is at work here" in capsys.readouterr().err
    while not (home / "results/best/0.json").exists():
        time.sleep(0.1)
    main(flags)
    told = capsys.readouterr()
    assert "runs to do: 0" in told.err
    assert "| best" in told.out


def test_a_killed_measurement_goes_on(home: Path):
    file = studies.write(home, ARMS)
    do(file)
    (home / "results/best/0.json").unlink()
    before = (home / "work/best/0/measured/run.sqlite").stat().st_ino
    _, started = do(file)
    assert started == ["best 0"]
    assert (home / "work/best/0/measured/run.sqlite").stat().st_ino == before
