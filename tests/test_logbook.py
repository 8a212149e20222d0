"""The logbook in the real trainers, with a tiny model that sees no images."""

import json
from typing import Any

import pytest
import tiny
from benches import choice
from datasets import Dataset
from runs import episode
from transformers import LlamaConfig, LlamaForCausalLM, TrainerCallback
from trl.trainer.grpo_config import GRPOConfig
from trl.trainer.grpo_trainer import GRPOTrainer
from trl.trainer.sft_config import SFTConfig
from trl.trainer.sft_trainer import SFTTrainer

from closeup import rewards
from closeup.geometry import Box
from closeup.training.logbook import Logbook, line
from closeup.training.recipe import Recipe
from closeup.training.run_folder import RunFolder
from closeup.training.telemetry import Rollout

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*gradient_checkpointing:FutureWarning"  # TRL calls transformers by an old name
)
GROUP = 2


class Tracker(TrainerCallback):
    """What a tracker such as TensorBoard's is told."""

    def __init__(self):
        self.told: list[dict[str, float]] = []

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        self.told.append(dict(logs))


def recipe(regime, steps, minutes=100.0, every=1, **alarm):
    train = {"steps": steps, "batch": 4, "learning_rate": 1e-2, "log_steps": every}
    train["checkpoint_minutes"] = minutes
    raw = {
        "regime": regime,
        "model": "tiny",
        "data": {"bench": "bench"},
        "train": train,
        "alarm": alarm,
    }
    if regime == "grpo":
        raw["rollouts"] = {"group": GROUP, "completion_tokens": 4}
    return Recipe.parse(json.dumps(raw), "test")


def model(words):
    config = LlamaConfig(
        vocab_size=len(words),
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=1,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
    )
    return LlamaForCausalLM(config)


def common(path, steps, every=1):
    return {
        "output_dir": str(path / "checkpoints"),
        "max_steps": steps,
        "per_device_train_batch_size": 4,
        "logging_steps": every,
        "logging_nan_inf_filter": False,
        "save_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
        "use_cpu": True,
        "bf16": False,
        "activation_checkpointing": False,
        "dataloader_pin_memory": False,
    }


def supervised(path, steps, after=0, minutes=100.0, every=1):
    """Train for so many steps, from a checkpoint where one is named."""
    words = tiny.tokenizer()
    tracker = Tracker()
    plan = recipe("sft", steps, minutes, every)
    with RunFolder.begin(path, plan) as folder:
        trainer = SFTTrainer(
            model=model(words),
            args=SFTConfig(**common(path, steps, every), max_length=None),
            train_dataset=Dataset.from_dict({"text": ["[0, 100, 200, 1000]"] * 32}),
            processing_class=words,
            callbacks=[tracker],
        )
        Logbook(folder, plan).attach(trainer)
        last = str(folder.checkpoint(after)) if after else None
        trainer.train(resume_from_checkpoint=last)
    return folder, tracker


def placed(folder, step):
    """Give a checkpoint its place, as the trainers' modules do."""
    (folder.path / f"checkpoints/checkpoint-{step}").rename(folder.checkpoint(step))
    folder.mark(step, keep=1)


def rollouts(values):
    """Episodes of one question that are worth these."""
    question = choice(0, [Box(0, 0, 50, 50), Box(60, 60, 90, 90)], "A")
    reward = rewards.make({"answer": 1.0})
    made = [episode(question, value) for value in values]
    return [Rollout(question, one, reward.of(question, one), 10) for one in made]


def reinforced(path, pays, **alarm):
    """Train on rewards that are given by the step, counting from 1."""
    words = tiny.tokenizer()
    words.chat_template = tiny.TEMPLATE
    plan = recipe("grpo", 4, **alarm)
    with RunFolder.begin(path, plan) as folder:
        logbook = Logbook(folder, plan)

        def pay(completions, trainer_state, **_):
            with logbook.timed("scoring"):
                values = pays(trainer_state.global_step + 1)
                logbook.took(rollouts(values))
            return values

        trainer = GRPOTrainer(
            model=model(words),
            reward_funcs=pay,
            args=GRPOConfig(
                **common(path, 4), num_generations=GROUP, max_completion_length=4, beta=0.0
            ),
            train_dataset=Dataset.from_dict({"prompt": ["a page"] * 16}),
            processing_class=words,
            callbacks=[tracker := Tracker()],
        )
        logbook.attach(trainer)
        trainer.train()
    return folder, tracker, logbook


@pytest.fixture(scope="module")
def taught(tmp_path_factory):
    path = tmp_path_factory.mktemp("sft")
    folder, tracker = supervised(path, 2)
    placed(folder, 2)
    return folder, tracker


@pytest.fixture(scope="module")
def paid(tmp_path_factory):
    return reinforced(tmp_path_factory.mktemp("grpo"), lambda step: [1.0, 0.0, 1.0, 1.0])


def test_a_supervised_step_has_its_loss_and_its_pace_under_stable_names(taught):
    first, second = taught[0].metrics()
    assert (first["step"], second["step"]) == (1, 2)
    for name in ("loss", "grad_norm", "learning_rate", "entropy", "token_accuracy", "tokens"):
        assert name in first
    for name in ("speed/samples", "speed/tokens", "seconds/step", "memory/process"):
        assert first[name] > 0
    assert second["tokens"] == 2 * first["tokens"]
    assert not {"num_tokens", "mean_token_accuracy", "reward/total", "look/calls"} & set(first)


def test_trackers_are_told_what_the_metrics_say(taught, paid):
    for folder, tracker, *_ in (taught, paid):
        rows = [{k: v for k, v in row.items() if k != "step"} for row in folder.metrics()]
        assert tracker.told[: len(rows)] == rows


def test_a_checkpoint_is_asked_for_at_the_end_and_curves_are_drawn(taught):
    assert taught[0].last() == 2
    assert "loss.svg" in [path.name for path in (taught[0].path / "curves").iterdir()]


def test_checkpoints_are_asked_for_by_the_clock(tmp_path):
    supervised(tmp_path, 2, minutes=1e-9)
    names = sorted(path.name for path in (tmp_path / "checkpoints").glob("checkpoint-*"))
    assert names == ["checkpoint-1", "checkpoint-2"]


def test_a_run_that_is_taken_up_goes_on_counting(taught):
    path = taught[0].path
    before = (path / "metrics.jsonl").read_text()
    folder, _ = supervised(path, 3, after=2)
    assert (path / "metrics.jsonl").read_text().startswith(before)
    rows = folder.metrics()
    assert [row["step"] for row in rows] == [1, 2, 3]
    assert [row["tokens"] for row in rows] == [40, 80, 120]


def test_where_rows_are_of_several_steps_no_row_lies_astride_a_checkpoint(tmp_path):
    folder, _ = supervised(tmp_path, 4, minutes=1e-9, every=3)
    assert [row["step"] for row in folder.metrics()] == [3, 4]
    assert [row["tokens"] for row in folder.metrics()] == [120, 160]
    names = sorted(path.name for path in (tmp_path / "checkpoints").glob("checkpoint-*"))
    assert names == ["checkpoint-3", "checkpoint-4"]


def test_a_paid_step_tells_of_its_episodes_and_nothing_twice(paid):
    row = paid[0].metrics()[0]
    assert row["reward/answer"] == row["accuracy/all"] == 0.75
    assert row["reward/even_groups"] == 0.5
    assert row["length/mean"] == 10.0
    assert {"loss", "entropy", "clip/low", "length/cut", "seconds/scoring"} <= set(row)
    assert row["seconds/scoring"] + row["seconds/optimising"] == pytest.approx(row["seconds/step"])
    stock = ("completions/", "rewards/", "tools/", "clip_ratio/", "frac_reward", "step_time")
    assert not [name for name in row if name.startswith(stock) or name in ("reward", "reward_std")]


def test_every_row_is_of_its_own_step(paid):
    rows = paid[0].metrics()
    assert [row["step"] for row in rows] == [1, 2, 3, 4]
    assert [row["reward/total"] for row in rows] == [0.75] * 4
    assert paid[2].stopped is None


def test_a_collapse_is_said_once_and_ends_the_run_where_it_may(tmp_path, capsys):
    def pays(step):
        return [1.0, 0.0, 1.0, 0.0] if step == 1 else [1.0] * 4

    folder, tracker, logbook = reinforced(tmp_path, pays, window=1, stop=True)
    assert [row["step"] for row in folder.metrics()] == [1, 2]
    assert folder.metrics()[-1]["alarm/spread"] == tracker.told[1]["alarm/spread"] == 1.0
    assert logbook.stopped
    assert logbook.stopped.rule == "spread"
    said = capsys.readouterr().err
    assert said.count("collapse at step 2: spread: 100% of the groups") == 1
    assert (tmp_path / "checkpoints/checkpoint-2").is_dir()


def test_a_step_is_told_in_one_line():
    row = {"step": 3, "loss": 0.01234, "reward/total": 1.5, "look/calls": None}
    assert line(row, 400) == "step 3/400  loss 0.0123  reward 1.500"
