"""The 48 hand-labelled pages of Pepper&Carrot, from annotations to scores."""

from pathlib import Path

import pytest

from closeup.bench import Bench
from closeup.build import build
from closeup.build.datasets import annotated
from closeup.evaluate import run
from closeup.models import Given, find
from closeup.report.summary import summary
from closeup.store import Store
from closeup.tasks import TASKS
from closeup.tasks.actions import ACTIONS

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def bench(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    out = tmp_path_factory.mktemp("real") / "bench"
    source = real_data / "pepper_and_carrot/labelled"
    build(annotated("closeup_json", source, 0), out, tasks=tuple(TASKS))
    return Bench.open(out)


def test_every_task_asks_something_of_real_pages(bench: Bench):
    assert sum(bench.manifest.pages.values()) == 48
    assert min(count.kept for count in bench.manifest.tasks.values()) >= 40


def test_the_oracle_is_right_everywhere(bench: Bench, tmp_path: Path):
    run(bench, find("oracle", Given.of(bench)), tmp_path / "run")
    with Store.open(tmp_path / "run") as store:
        rows = summary(store)
    assert {name: row.score for name, row in rows.items()} == dict.fromkeys(TASKS, 1.0)
    assert sum(row.unscored for row in rows.values()) == 0


def test_no_option_is_a_second_true_action(bench: Bench):
    """Several actions can be true at once; none of them may be offered as a wrong one."""
    pages = {page.id: page for page in bench.pages()}
    for question in bench.questions():
        if question.task != "action_recognition":
            continue
        box = question.refs["character"].box
        characters = pages[question.pages[0]].characters or ()
        true = next(c.actions for c in characters if c.box == box) or ()
        gold = question.options[question.labels.index(str(question.answer))]
        assert not (set(question.options) - {gold}) & {ACTIONS.get(a, a) for a in true}
