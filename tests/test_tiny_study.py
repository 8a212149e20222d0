"""The study of closeup-tiny as it stands in the repository: file, recipes, results and documents
say the same."""

import re
from pathlib import Path

import pytest

from closeup.models import shipped
from closeup.study import made, report
from closeup.study.run import Run, runs
from closeup.study.study import Study
from closeup.training.launch import Launch
from closeup.training.recipe_rules import ALONE, LAUNCHED

ROOT = Path(__file__).parent.parent
FIGURE = r"([+-]?\d+\.\d) +[(|] *([+-]?[\d.]+)(?: to |–)([+-]?[\d.]+)"
"""A mean and its interval."""
STUDY = Study.load(ROOT / "recipes/tiny/study.toml")


@pytest.fixture(scope="module", autouse=True)
def committed(tmp_path_factory: pytest.TempPathFactory):
    """A working folder with what is in the repository, and without what may have been built."""
    folder = tmp_path_factory.mktemp("committed")
    (folder / "recipes").symlink_to(ROOT / "recipes")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield


@pytest.mark.parametrize("run", runs(STUDY), ids=str)
def test_every_training_of_it_keeps_to_the_rules_of_recipes(run: Run):
    for stage in run.stages:
        recipe = stage.recipe()
        for rule in ALONE:
            rule(recipe)
        for fits in LAUNCHED:
            fits(recipe, Launch())


def test_every_run_has_its_result_and_it_is_of_what_is_there_now():
    every = runs(STUDY)
    assert [str(run) for run in every if run.result() is None] == []
    assert [(str(run), what) for run in every if (what := made.outdated(run))] == []


@pytest.mark.parametrize("name", shipped.NAMES)
def test_what_comes_with_the_package_is_what_was_measured(name: str):
    (run,) = (run for run in runs(STUDY) if run.arm.name == name)
    result = run.result()
    assert result is not None
    assert result.model == made.weights(name)


def test_its_document_holds_the_tables_of_its_results():
    written = (ROOT / "docs/study.md").read_text()
    told = written.partition("<!-- study tiny -->")[2].partition("<!-- end of study tiny -->")[0]
    assert told.strip() == report.report(STUDY).strip(), "closeup study … --table"


@pytest.mark.parametrize("name", ["README.md", "docs/closeup_tiny.md"])
def test_means_with_intervals_in_other_documents_stand_in_its_tables(name: str):
    known = {figure for line in rows("docs/study.md") for figure in figures(line)}
    told = [figure for line in rows(name) for figure in figures(line)]
    assert len(told) >= 12
    assert [figure for figure in told if figure not in known] == []


@pytest.mark.parametrize(("name", "column"), [("closeup-tiny-start", 2), ("closeup-tiny", 3)])
def test_the_card_tells_where_the_shipped_models_look(name: str, column: int):
    (run,) = (run for run in runs(STUDY) if run.arm.name == name)
    result = run.result()
    assert result is not None
    told = {
        cells[1].strip(" `"): cells[column].strip()
        for line in rows("docs/closeup_tiny.md")
        if len(cells := line.split("|")) == 5
    }
    for task, row in result.looked.items():
        values = (row.call_rate * (value or 0) for value in (1, row.covered, row.iou))
        called, covered, iou = (100 * value for value in values)
        assert told[task] == f"{called:.0f}, {covered:.1f}, {iou:.1f}", task


def rows(name: str) -> list[str]:
    """The lines of tables."""
    return [line for line in (ROOT / name).read_text().splitlines() if line.startswith("|")]


def figures(line: str) -> list[tuple[str, ...]]:
    """The means with intervals of a line."""
    return [tuple(found) for found in re.findall(FIGURE, line.replace("−", "-"))]
