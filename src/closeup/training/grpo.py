"""Reinforcement learning with TRL's GRPOTrainer: RL, and with tools region-aware RL.

Episodes are held by `environment`, in the tokens of `template`; they are paid by `rewards`, kept by
`sampled` and counted by `logbook`. A run is taken up again from its last whole checkpoint, and
goes on as though it had never stopped.
"""

import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from accelerate import PartialState
from accelerate.utils import gather_object
from datasets import Dataset
from trl.trainer.grpo_config import GRPOConfig
from trl.trainer.grpo_trainer import GRPOTrainer

from closeup import rewards
from closeup.models import Given, shipped
from closeup.models.hf.checkpoint import ends
from closeup.models.hf.choose import never_said
from closeup.models.hf.scorer import LogProb
from closeup.records import CloseupError
from closeup.tasks import task_of
from closeup.training import data, keeping
from closeup.training import learner as learning
from closeup.training.environment import UNENDED, Environment, Stage, ended, row_of
from closeup.training.logbook import Logbook
from closeup.training.prefix_sharing import PrefixSharingGRPOTrainer
from closeup.training.recipe import Recipe, Rewards
from closeup.training.recipe_rules import whole_groups
from closeup.training.resuming import Resuming
from closeup.training.run_folder import RunFolder
from closeup.training.sampled import Sampled, Take
from closeup.training.telemetry import Rollout
from closeup.training.template import talking

os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")  # environments are what it warns of


class _Talks(Resuming):
    """What both trainers do our way."""

    logbook: Logbook
    _tokenizer: Any

    def create_model_card(self, *_: Any, **__: Any) -> None:
        """A checkpoint needs none."""

    def _generate(self, prompts: list[Any]) -> Any:
        stock: Any = super()
        with self.logbook.timed("sampling"):
            return stock._generate(prompts)

    def _get_tool_suffix_ids(self, tool_messages: list[dict[str, Any]]) -> list[int]:
        """The tokens of what a model is told. A reply that lacks its end is given it first, as the
        chat template gives it in an evaluation."""
        stock: Any = super()
        ids = stock._get_tool_suffix_ids(tool_messages)
        unended = UNENDED in tool_messages[0]["content"][0]
        return [self._tokenizer.eos_token_id, *ids] if unended else ids

    def _generate_and_score_completions(self, inputs: list[Any]) -> dict[str, Any]:
        stock: Any = super()
        made = stock._generate_and_score_completions(inputs)
        if "pixel_values" not in made:  # TRL drops them without a word
            raise RuntimeError("image tokens do not match the images: none were fed")
        return made


class Plain(_Talks, GRPOTrainer):
    """Samples as TRL does."""


class Sharing(_Talks, PrefixSharingGRPOTrainer):
    """Feeds the page of a group once."""


def run(recipe: Recipe, out: Path) -> None:
    """Train, or go on where a run of this recipe stopped; see `run_folder` for what is written."""
    if recipe.rollouts is None:
        raise CloseupError('rollouts: regime = "grpo": need the table')
    args = config(recipe, out)
    folder, done = keeping.begin(out, recipe)
    with folder, warnings.catch_warnings():
        # TRL calls things in transformers by old names, and is told so at every step.
        warnings.filterwarnings("ignore", "`[a-z_]*gradient_checkpointing", FutureWarning)
        if done is not None:
            training = Training(recipe, args, folder, done)
            try:
                training.run()
            finally:
                training.close()


class Training:
    """A run under way."""

    def __init__(self, recipe: Recipe, args: GRPOConfig, folder: RunFolder, done: int) -> None:
        self.recipe, self.folder, self.done = recipe, folder, done
        self.learner = learning.load(recipe)
        bench = data.opened(recipe.data)
        asked = data.questions(recipe)
        pictures = data.pictures(bench)
        self.reward = _reward(recipe, Given(pictures, bench))
        for question in {question.id: question for question in asked}.values():
            self.reward.check(question)
        names = sorted({question.task for question in asked})
        tasks = {name: task_of(bench, name) for name in names}
        self.stage = Stage(asked, tasks, self.learner, pictures)
        self.logbook = Logbook(folder, recipe)
        self.trainer = self._trainer(args)
        main = PartialState().is_main_process
        self.sampled = Sampled.begin(folder.path, recipe, bench, self.stage, done) if main else None

    def run(self) -> None:
        """Train to the end, and write the model; a run that its alarm ended has no end."""
        last = str(self.folder.checkpoint(self.done)) if self.done else None
        self.trainer.train(resume_from_checkpoint=last)
        if self.logbook.stopped is None:
            keeping.finish(self.trainer, self.folder, self.learner)

    def close(self) -> None:
        """Leave the files whole."""
        if self.sampled:
            self.sampled.close()

    def _trainer(self, args: GRPOConfig) -> Any:
        recipe, learner = self.recipe, self.learner
        rollouts = recipe.rollouts
        assert rollouts is not None
        sharing = rollouts.share_prefix and rollouts.vllm is None
        if not sharing:
            args.generation_kwargs = _generation(recipe, learner)
        prompt = [
            {"role": "system", "content": self.stage.system()},
            {"role": "user", "content": ""},
        ]
        rows = range(len(self.stage.questions))
        trainer = (Sharing if sharing else Plain)(
            model=learner.model,
            reward_funcs=self.pay,
            args=args,
            train_dataset=Dataset.from_dict({"prompt": [prompt] * len(rows), "row": list(rows)}),
            processing_class=talking(
                learner.processor, ends(learner.model), bool(learner.setting.tools)
            ),
            environment_factory=lambda: Environment(self.stage),  # pyright: ignore
            peft_config=keeping.adapters(recipe.lora),
            callbacks=[keeping.Keeping(self.folder, recipe, learner)],
        )
        if isinstance(trainer, Sharing):
            trainer.reply_tokens = recipe.look.max_tokens
        trainer.logbook = self.logbook
        self.logbook.attach(trainer)
        return trainer

    def pay(
        self,
        completions: Sequence[Any],
        environments: Sequence[Environment],
        trainer_state: Any,
        **_: Any,
    ) -> list[float | None]:
        """The rewards of a step's episodes, in TRL's order, once they are kept."""
        with self.logbook.timed("scoring"):
            takes = [
                self._take(environment, said)
                for environment, said in zip(environments, completions, strict=True)
            ]
        self.logbook.took([take.rollout for take in takes])
        every = gather_object(takes)
        if self.sampled:
            self.sampled.keep(trainer_state.global_step + 1, every)
        return [take.rollout.parts.total for take in takes]

    def _take(self, environment: Environment, said: Sequence[Any]) -> Take:
        row, episode = row_of(environment), ended(environment, said)
        question = self.stage.questions[row]
        parts = self.reward.of(question, episode)
        return Take(row, Rollout(question, episode, parts, episode.usage.output))


def config(recipe: Recipe, out: Path) -> GRPOConfig:
    """The recipe in TRL's words. A step samples once, and learns from all of it once."""
    rollouts = recipe.rollouts
    assert rollouts is not None
    whole_groups(recipe)
    return GRPOConfig(
        **keeping.schedule(recipe, out),
        num_generations=rollouts.group,
        max_completion_length=rollouts.completion_tokens,
        temperature=rollouts.temperature,
        top_p=rollouts.top_p,
        top_k=0,
        loss_type=rollouts.loss,
        epsilon=rollouts.epsilon,
        epsilon_high=rollouts.epsilon_high,
        beta=rollouts.beta,
        scale_rewards=rollouts.scale,
        use_vllm=rollouts.vllm is not None,
        vllm_mode=rollouts.vllm or "colocate",
        vllm_server_base_url=rollouts.vllm_url,
        shuffle_dataset=False,  # the questions come in the order of the recipe
    )


def _generation(recipe: Recipe, learner: learning.Learner) -> dict[str, Any]:
    """What TRL's own generation, or vLLM, is told besides: where a reply ends at the latest, and
    never to say a token that stands for pixels."""
    assert recipe.rollouts is not None
    most = min(recipe.look.max_tokens, recipe.rollouts.completion_tokens)
    silent = never_said(learner.model.config, learner.processor)
    if recipe.rollouts.vllm is None:
        return {"max_new_tokens": most, "suppress_tokens": silent}
    words = learner.processor.tokenizer.convert_ids_to_tokens(silent)
    return {"max_tokens": most, "bad_words": words}


def _reward(recipe: Recipe, given: Given) -> rewards.Reward:
    paid, tools = recipe.rewards or Rewards(), bool(recipe.look.tools)
    return rewards.make(
        paid.weights,
        gate=paid.gate,
        tools=tools,
        without_tools=Path(paid.without_tools) if paid.without_tools else None,
        scorer=LogProb(shipped.place(paid.scorer), given) if paid.scorer else None,
    )
