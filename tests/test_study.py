"""A study from its file to its tables: tiny models, the real trainers, a step or two each."""

from pathlib import Path

import pupils
import pytest
import studies

from closeup.cli import main
from closeup.models.told import Told
from closeup.question import Question
from closeup.study import report, work
from closeup.study.measure import measure_by_name
from closeup.study.plan import plan
from closeup.study.questions import chosen, told
from closeup.study.result import Result
from closeup.study.study import Study

ARMS = """
[[arms]]
name = "base"
model = "{model}"
[[arms]]
name = "SFT"
recipes = ["sft.toml"]
model = "{model}"
[[arms]]
name = "RARL"
recipes = ["rarl.toml"]
after = "SFT"
tools = ["zoom_in"]
[[compare]]
a = "RARL"
b = "SFT"
"""


class Here:
    """A command that runs in this process, where torch is loaded already."""

    def __init__(self, command: work.Command, *_: object) -> None:
        self._code = 0
        try:
            if command[2] == "closeup.study":
                measure_by_name(*command[3:])
            else:
                main(command[3:])
        except SystemExit as stop:
            self._code = int(stop.code or 0)

    def poll(self) -> int | None:
        return self._code

    def terminate(self) -> None: ...

    def wait(self) -> int:
        return self._code


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of three arms, trained and measured."""
    folder = tmp_path_factory.mktemp("study")
    studies.bench(folder / "train", "train", 4)
    studies.bench(folder / "test", "test", 8)
    (folder / "sft.toml").write_text(studies.SFT)
    (folder / "rarl.toml").write_text(studies.GRPO)
    model = pupils.bare("qwen25")
    Told(grid="pixel", pixels=3136, crop_pixels=3136, crop_least=3136).write(model)
    file = studies.write(folder, ARMS.format(model=model))
    said: list[str] = []
    failed = work.carry_out(plan(Study.load(file)).pending, file, say=said.append, start=Here)
    assert not failed, said
    return folder


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")
def test_each_arm_leaves_one_small_file_with_all_that_tables_need(home: Path):
    results = {arm: Result.read(home / f"results/{arm}/0.json") for arm in ("base", "SFT", "RARL")}
    assert all(file.stat().st_size < 30_000 for file in home.glob("results/**/*.json"))
    assert results["base"].stages == ()
    (stage,) = results["SFT"].stages
    assert (stage.regime, stage.steps, stage.samples) == ("sft", 2, 4)
    assert stage.curve["samples"] == (2.0, 4.0)
    assert stage.seconds > 0
    assert results["RARL"].made["start"] == results["SFT"].model
    assert results["RARL"].stages[0].curve["reward/total"]
    assert len({result.questions for result in results.values()}) == 1
    assert len(results["RARL"].tasks["depth_comparison"].values()) == 8
    assert not list(home.glob("work/*/*/*/checkpoints"))


def test_the_tables_need_the_results_alone_and_go_between_two_marks(
    home: Path, capsys: pytest.CaptureFixture[str]
):
    for gone in ("work", "test", "train"):
        (home / gone).rename(home / f"{gone}-gone")
    try:
        main(["study", str(home / "study.toml"), "--table"])
    finally:
        for gone in ("work", "test", "train"):
            (home / f"{gone}-gone").rename(home / gone)
    shown = capsys.readouterr().out
    file = home / "docs/study.md"
    assert shown.strip() in file.read_text()
    file.write_text(file.read_text().replace("# Study: small", "# My words"))
    study = Study.load(home / "study.toml")
    report.write(study, report.report(study))
    assert file.read_text().startswith("# My words\n\n<!-- study small -->")
    assert file.read_text().count("### Accuracy") == 1
    for link in (line for line in shown.splitlines() if line.startswith("![")):
        assert (file.parent / link.partition("(")[2].rstrip(")")).is_file()
    assert "![Right answers while it is trained](images/study/accuracy.svg)" in shown


def test_a_report_without_the_marks_is_left_alone(home: Path, tmp_path: Path):
    study = Study.load(home / "study.toml")
    other = tmp_path / "mine.md"
    other.write_text("mine\n")
    moved = study.model_copy(update={"report": str(other)})
    with pytest.raises(Exception, match="need the lines <!-- study small -->"):
        report.write(moved, report.report(study))
    assert other.read_text() == "mine\n"


def test_test_questions_are_whole_pages_the_same_for_every_limit(tmp_path: Path):
    bench = studies.bench(tmp_path / "bench", "test", 40)
    few, more = (chosen(bench, limit)["depth_comparison"] for limit in (10, 23))
    assert len(few) == 8
    assert len(more) == 20
    assert more[:8] == few
    assert few != list(bench.questions())[:8]
    assert len(chosen(bench, 1)["depth_comparison"]) == 4  # a page is never cut
    with pytest.raises(Exception, match="has no test questions"):
        chosen(studies.bench(tmp_path / "train", "train"), None)


def test_styles_are_known_of_synthetic_issues(tmp_path: Path):
    bench = studies.bench(tmp_path / "bench", "test", 8)
    own = [
        Question.model_validate(dict(q) | {"issue": f"synthetic/{250_000 + n // 4:07}"})
        for n, q in enumerate(bench.questions())
    ]
    found = told(bench, None, {"depth_comparison": own})
    assert list(found.styles) == ["synthetic/0250000", "synthetic/0250001"]
    assert found.tasks["depth_comparison"].chance == 0.5
    assert [count for *_, count in found.tasks["depth_comparison"].clusters] == [4, 4]
