"""Supervised fine-tuning with TRL's SFTTrainer: SFT-S on solutions, SFT-R on trajectories.

Examples are made as they are needed, in the recipe's order, so a run needs no copy of its data and
a resumed one goes on with the next.
"""

from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from torch.utils.data import Sampler, SequentialSampler
from trl.trainer.sft_config import SFTConfig
from trl.trainer.sft_trainer import SFTTrainer

from closeup.training import data, keeping
from closeup.training import learner as learning
from closeup.training.encode import Encoder
from closeup.training.lessons import Lessons
from closeup.training.logbook import Logbook
from closeup.training.recipe import Recipe
from closeup.training.resuming import Resuming
from closeup.training.run_folder import RunFolder


class InOrder(Resuming, SFTTrainer):
    """The trainer, with the examples in the order they come in."""

    def create_model_card(self, *_: Any, **__: Any) -> None:
        """A checkpoint needs none."""

    def _get_train_sampler(self, train_dataset: Any = None) -> Sampler[int]:
        lessons: Any = train_dataset or self.train_dataset
        return SequentialSampler(lessons)


def run(recipe: Recipe, out: Path) -> None:
    """Train, or go on where a run of this recipe stopped; see `run_folder` for what is written."""
    args = config(recipe, out)
    folder, done = keeping.begin(out, recipe)
    with folder:
        if done is None:
            return
        learner = learning.load(recipe)
        logbook = Logbook(folder, recipe)
        trainer = _trainer(recipe, args, folder, learner)
        logbook.attach(trainer)
        trainer.train(resume_from_checkpoint=str(folder.checkpoint(done)) if done else None)
        if logbook.stopped is None:
            keeping.finish(trainer, folder, learner)


def _trainer(
    recipe: Recipe, args: SFTConfig, folder: RunFolder, learner: learning.Learner
) -> InOrder:
    bench = data.opened(recipe.data)
    encoder = Encoder(learner.processor, data.pictures(bench))
    lessons = Lessons(recipe, bench, learner)

    def batch(rows: list[dict[str, int]]) -> dict[str, Any]:
        return dict(encoder.batch([encoder.example(lessons[row["place"]]) for row in rows]))

    return InOrder(
        model=learner.model,
        args=args,
        train_dataset=Dataset.from_dict({"place": range(len(lessons))}),
        data_collator=batch,
        processing_class=learner.processor,
        peft_config=keeping.adapters(recipe.lora),
        callbacks=[keeping.Keeping(folder, recipe, learner)],
    )


def config(recipe: Recipe, out: Path) -> SFTConfig:
    """The recipe in TRL's words."""
    return SFTConfig(
        **keeping.schedule(recipe, out),
        max_length=None,  # images cannot be cut
        dataset_kwargs={"skip_prepare_dataset": True},
        dataloader_num_workers=recipe.train.loaders,
        dataloader_pin_memory=torch.cuda.is_available(),
    )
