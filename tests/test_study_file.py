"""A study's file: what it may say, and what is refused in one line."""

from pathlib import Path

import pytest
import studies

from closeup.records import CloseupError
from closeup.study.made import made
from closeup.study.plan import plan
from closeup.study.run import Run, runs
from closeup.study.study import Study
from closeup.study.work import train

TWO = """
[[arms]]
name = "base"
model = "random"
[[arms]]
name = "SFT"
recipes = ["sft.toml"]
model = "weights"
[[arms]]
name = "RL"
recipes = ["one.toml", "two.toml"]
after = "SFT"
seeds = [1]
exploratory = true
[[compare]]
a = "RL"
b = "base"
"""


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study.load(studies.write(tmp_path, TWO, seeds="[0, 1]"))


def test_recipes_lie_beside_the_study_and_follow_each_other(study: Study, tmp_path: Path):
    run = Run(study, study.arm("RL"), 1)
    first, second = run.stages
    assert first.file == tmp_path / "one.toml"
    assert first.model == str(tmp_path / "work/SFT/1/1_sft/final")
    assert second.model == str(first.final)
    assert run.model == str(tmp_path / "work/RL/1/2_two/final")


def test_one_seed_of_all_arms_comes_first_and_the_exploratory_last(study: Study):
    assert [str(run) for run in runs(study)] == [
        "base, seed 0",
        "SFT, seed 0",
        "SFT, seed 1",
        "RL, seed 1",
    ]


def test_an_arm_without_training_is_measured_once_and_goes_with_every_seed(study: Study):
    assert study.seeds_of(study.arm("base")) == (0,)
    assert study.shared_seeds(study.arm("RL"), study.arm("base")) == (1,)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('model = "random"', 'modle = "random"', "Extra inputs are not permitted"),
        ('model = "random"\n', "", "arm 'base': need model or after, and not both"),
        ('name = "SFT"', 'name = "base"', "arm 'base': there are two"),
        ('name = "SFT"', 'name = "../SFT"', "String should match pattern"),
        ('after = "SFT"', 'after = "SFR"', "arm 'RL': after 'SFR': need an arm above it"),
        ('after = "SFT"', 'after = "RL"', "arm 'RL': after 'RL': need an arm above it"),
        ("seeds = [1]", "seeds = [2]", "arm 'RL': after 'SFT', which has no seed 2"),
        ("seeds = [1]", "seeds = [1, 1]", "seeds [1, 1]: need different ones"),
        ('a = "RL"', 'a = "RARL"', "compare: 'RARL': no such arm"),
        ('model = "weights"', 'model = "oracle"', "model 'oracle': cannot be trained"),
        ('model = "random"', 'model = "random"\ntrajectories = "t"', "trajectories without a"),
        ('model = "random"', 'model = "random"\nchanges = {x = 1}', "changes without a recipe"),
        ('model = "weights"', 'model = "weights"\nchanges = {seed = 1}', "'seed': the study says"),
        (
            '\n[[arms]]\nname = "base"',
            '[means]\nboth=["a", "a"]\n[[arms]]\nname = "base"',
            "means.both",
        ),
        (
            '\n[[arms]]\nname = "base"',
            '[means]\nmean=["a", "b"]\n[[arms]]\nname = "base"',
            "means.mean: need another name",
        ),
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, old: str, new: str, line: str):
    assert old in TWO
    path = studies.write(tmp_path, TWO.replace(old, new), seeds="[0, 1]")
    with pytest.raises(CloseupError) as error:
        Study.load(path)
    assert line in str(error.value)
    assert "\n" not in str(error.value)


def test_a_recipe_that_shows_an_unseen_style_is_refused(tmp_path: Path):
    arms = TWO.partition('[[arms]]\nname = "RL"')[0]
    study = Study.load(studies.write(tmp_path, arms, unseen_styles='["wash"]'))
    (tmp_path / "sft.toml").write_text(studies.SFT)
    with pytest.raises(CloseupError, match=r"sft.toml: data.without_styles: need 'wash' in it"):
        plan(study)


def test_trajectories_stand_in_for_those_of_sft_recipes_alone(tmp_path: Path):
    arms = TWO.replace('after = "SFT"', 'after = "SFT"\ntrajectories = "taught"')
    study = Study.load(studies.write(tmp_path, arms, seeds="[0, 1]"))
    (tmp_path / "one.toml").write_text(studies.SFT)
    (tmp_path / "two.toml").write_text(studies.GRPO)
    first, second = Run(study, study.arm("RL"), 1).stages
    assert first.recipe().data.trajectories == "taught"
    assert second.recipe().data.trajectories is None
    assert (second.recipe().seed, second.recipe().data.bench) == (1, str(tmp_path / "train"))


def test_what_an_arm_changes_stands_in_its_recipes_and_tells_them_apart(tmp_path: Path):
    (tmp_path / "sft.toml").write_text(studies.SFT)
    plain = studies.write(tmp_path, TWO, seeds="[0, 1]")
    was = runs(Study.load(plain))[1]
    changed = TWO.replace('model = "weights"', 'model = "weights"\nchanges = { "train.steps" = 5 }')
    run = runs(Study.load(studies.write(tmp_path, changed, seeds="[0, 1]")))[1]
    assert run.stages[0].recipe().train.steps == 5
    assert was.stages[0].recipe().train.steps == 2
    assert made(run)["recipe 1"] != made(was)["recipe 1"]
    command = train(run.stages[0])
    assert "train.steps=5" in command[command.index("--set") :]
