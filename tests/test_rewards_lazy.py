"""What policies earn that do not look: the loopholes, in figures, on a synthetic bench."""

from collections import defaultdict
from pathlib import Path

import pytest

from closeup import rewards
from closeup.bench import Bench
from closeup.build import build
from closeup.build.datasets import synthetic
from closeup.looking import hidden
from closeup.question import Question
from closeup.rewards import Means, Reward, lazy
from closeup.rewards.crop_sufficiency import CropSufficiency
from closeup.rewards.tool_benefit import ToolBenefit
from closeup.tasks import TASKS
from closeup.training.recipe import Recipe

PER_TASK = 8
BLIND = [name for name in lazy.LAZY if name != "look_then_guess"]
LOOKING = ("region_iou", "region_f", "tool_benefit", "crop_sufficiency")
"""Terms that are to pay nobody who did not look."""
Table = dict[str, dict[str, float]]
RECIPES = sorted((Path(__file__).parent.parent / "recipes").rglob("*.toml"))


@pytest.fixture(scope="module")
def questions(tmp_path_factory) -> list[Question]:
    """A few of each task, of six synthetic pages."""
    folder: Path = tmp_path_factory.mktemp("lazy") / "bench"
    names = [name for name, task in TASKS.items() if task.answer_format != "text"]
    build(synthetic(6, 1_000_000), folder, tasks=names)
    by_task: dict[str, list[Question]] = defaultdict(list)
    for question in Bench.open(folder).questions():
        by_task[question.task].append(question)
    assert set(by_task) == set(names)
    return [q for task in names for q in by_task[task][:: len(by_task[task]) // PER_TASK or 1]]


def reward(questions: list[Question], *, gate: bool = True) -> Reward:
    """Every term; those of paper mode are paid, and the others are watched."""
    made = {
        "tool_benefit": ToolBenefit({q.id: q.chance or 0.0 for q in questions}),
        "crop_sufficiency": CropSufficiency(lazy.Reader()),
    }
    terms = [made.get(name) or term.make(Means()) for name, term in rewards.TERMS.items()]
    return Reward([(term, rewards.PAPER.get(term.name, 0.0)) for term in terms], gate=gate)


@pytest.fixture(scope="module")
def table(questions) -> Table:
    paid = reward(questions)
    return {
        name: lazy.earned(paid, questions, TASKS, policy) for name, policy in lazy.POLICIES.items()
    }


@pytest.mark.parametrize("policy", BLIND)
def test_terms_about_looking_pay_nobody_who_did_not_look(table, policy):
    for term in LOOKING:
        assert table[policy][term] <= 0.1, term


def paid_by_recipes() -> list[tuple[tuple[tuple[str, float], ...], bool]]:
    """What the recipes that pay looking pay: weights, and whether they are gated."""
    found = [Recipe.load(path) for path in RECIPES if "tiny" not in path.parts]
    looking = [recipe.rewards for recipe in found if recipe.look.tools and recipe.rewards]
    return sorted({(tuple(paid.weights.items()), paid.gate) for paid in looking})


@pytest.mark.parametrize(("weights", "gate"), paid_by_recipes())
def test_every_recipe_pays_an_honest_zoom_most(questions, weights, gate):
    paid = rewards.make(dict(weights), gate=gate)
    totals = {
        name: lazy.earned(paid, questions, TASKS, policy)["total"]
        for name, policy in lazy.POLICIES.items()
    }
    honest = totals.pop("honest")
    assert honest > max(totals.values()) + 0.1


@pytest.mark.parametrize("policy", lazy.LAZY)
def test_an_honest_zoom_is_paid_more_than_any_lazy_one(table, policy):
    assert table["honest"]["total"] > table[policy]["total"] + 1


def test_an_honest_zoom_is_paid_more_even_where_all_answers_are_right(questions, table):
    paid = reward(questions)
    for name in BLIND:
        knows = lazy.POLICIES[name]._replace(sees=True)
        earned = lazy.earned(paid, questions, TASKS, knows)
        assert earned["region_iou"] <= 0.15, name
        assert earned["region_f"] <= 0.1, name
        assert table["honest"]["total"] > earned["total"] + 0.3, name


def test_who_looks_and_then_guesses_is_paid_its_chance_of_being_right(questions, table):
    chance = {q.id: q.chance or 0.0 for q in questions}
    most = max(chance[q.id] for q in questions if hidden(q))
    for term in ("region_iou", "region_f", "crop_sufficiency"):
        assert 0 < table["look_then_guess"][term] <= most * table["honest"][term]
    assert table["look_then_guess"]["tool_benefit"] == pytest.approx(0)
    ungated = lazy.earned(
        reward(questions, gate=False), questions, TASKS, lazy.POLICIES["look_then_guess"]
    )
    assert ungated["region_iou"] == pytest.approx(table["honest"]["region_iou"])


def test_answer_and_format_pay_everyone_who_keeps_to_the_form(questions, table):
    chance = sum(q.chance or 0.0 for q in questions) / len(questions)
    for name in lazy.LAZY:
        assert table[name]["answer"] == pytest.approx(chance)
        assert table[name]["format"] == 1.0


def test_count_pays_any_zoom_its_chance_of_being_right(questions, table):
    applies = [(q.chance or 0.0) * hidden(q) for q in questions]
    for name in lazy.LAZY:
        paid = 0.0 if name == "no_zoom" else sum(applies) / len(questions)
        assert table[name]["tool_count"] == pytest.approx(paid), name


def test_redundancy_docks_the_whole_page_and_what_is_repeated(table):
    assert table["no_zoom"]["redundancy"] == 0.0
    assert table["whole_page"]["redundancy"] == -1.0
    assert table["repeated"]["redundancy"] == pytest.approx(-2 / 3, abs=0.01)
    assert table["scattered"]["redundancy"] > -0.1


def test_without_tools_on_offer_a_lazy_zoom_earns_what_no_zoom_earns(questions):
    paid = rewards.make(rewards.PAPER, tools=False)
    for question in questions[:5]:
        zoom, none = (
            paid.of(question, lazy.play(question, TASKS[question.task], policy, right=True))
            for policy in (lazy.POLICIES["whole_page"], lazy.POLICIES["no_zoom"])
        )
        assert zoom == none


def test_a_policy_zooms_alike_for_the_same_question(questions):
    policy = lazy.POLICIES["scattered"]
    question = questions[0]
    task = TASKS[question.task]
    first = lazy.play(question, task, policy, right=True)
    assert first == lazy.play(question, task, policy, right=True)
    assert first.score.value == 1.0
    missed = lazy.play(question, task, policy, right=False)
    assert missed.score.value == 0.0
    assert missed.calls == first.calls
    assert len(first.calls) == lazy.BUDGET.calls


def test_every_mistake_is_an_answer_and_a_wrong_one(questions):
    for question in questions:
        task = TASKS[question.task]
        made = lazy.play(question, task, lazy.POLICIES["no_zoom"], right=False)
        assert made.score.value == 0.0
        assert made.score.answer is not None
