"""Supervised fine-tuning with TRL's SFTTrainer: SFT-S on solutions, SFT-R on trajectories.

Examples are made as they are needed, in the recipe's order, so a run needs no copy of its data and
a resumed one goes on with the next.
"""

import os
from pathlib import Path
from typing import Any

from datasets import Dataset
from torch.utils.data import Sampler, SequentialSampler
from trl import SFTConfig, SFTTrainer

from closeup.bench import Bench
from closeup.pictures import Pictures
from closeup.training import learner
from closeup.training.encode import Encoder, Example
from closeup.training.lessons import Lessons
from closeup.training.recipe import Recipe


class InOrder(SFTTrainer):
    """The trainer, with the examples in the order they come in."""

    def _get_train_sampler(self, train_dataset: Any = None) -> Sampler[int]:
        return SequentialSampler(train_dataset or self.train_dataset)  # pyright: ignore


def run(recipe: Recipe, out: Path, *callbacks: Any) -> None:
    """Train, or go on where a run of this recipe stopped."""
    pupil = learner.load(recipe)
    bench = Bench.open(Path(recipe.data.bench))
    encoder = Encoder(pupil.processor, Pictures.at(bench.image_path))
    lessons = Lessons(recipe, bench, pupil)

    def batch(rows: list[dict[str, int]]) -> dict[str, Any]:
        examples: list[Example] = [encoder.example(lessons[row["place"]]) for row in rows]
        return dict(encoder.batch(examples))

    train = recipe.train
    trainer = InOrder(
        model=pupil.model,
        args=SFTConfig(
            output_dir=str(out / "checkpoints"),
            max_steps=train.steps,
            per_device_train_batch_size=train.micro_batch,
            gradient_accumulation_steps=train.batch // train.micro_batch,
            learning_rate=train.learning_rate,
            lr_scheduler_type=train.schedule if train.schedule != "constant" else "constant_with_warmup",
            warmup_steps=round(train.warmup * train.steps),
            weight_decay=train.weight_decay,
            max_grad_norm=train.clip,
            gradient_checkpointing=train.gradient_checkpointing,
            bf16=train.dtype == "bfloat16",
            logging_steps=train.log_steps,
            save_strategy="no",
            report_to=list(recipe.report_to),
            seed=recipe.seed,
            max_length=None,
            dataset_kwargs={"skip_prepare_dataset": True},
            remove_unused_columns=False,
            disable_tqdm=True,
            adam_beta2=0.99,
            dataloader_num_workers=int(os.environ.get("CLOSEUP_LOADERS", "0")),
        ),
        train_dataset=Dataset.from_dict({"place": range(len(lessons))}),
        data_collator=batch,
        processing_class=pupil.processor,
        callbacks=list(callbacks),
    )
    trainer.train()
    trainer.model.save_pretrained(out / "final")
    pupil.save(out / "final")
