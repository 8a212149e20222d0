"""What a run keeps: checkpoints to go on from, and the finished model. For both trainers."""

import atexit
import shutil
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch
from accelerate import PartialState
from peft import LoraConfig
from transformers import TrainerCallback

from closeup.records import CloseupError
from closeup.training.alarm import collapses
from closeup.training.launch import Launch
from closeup.training.learner import Learner
from closeup.training.recipe import Lora, Recipe
from closeup.training.recipe_rules import whole_batches
from closeup.training.run_folder import CHECKPOINTS, RunFolder

LANGUAGE = r".*language_model.*\.(q|k|v|o|gate|up|down)_proj"
VISION = r".*visual\.blocks.*\.(qkv|proj|(gate|up|down)_proj|linear_fc[12])"
"""Layers that adapters go on."""


class Keeping(TrainerCallback):
    """Gives each checkpoint its place in the run's folder, once all processes have written it."""

    def __init__(self, folder: RunFolder, recipe: Recipe, learner: Learner) -> None:
        self._folder, self._recipe, self._learner = folder, recipe, learner

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Name and mark what was saved just now."""
        PartialState().wait_for_everyone()
        if state.is_world_process_zero:
            place = self._folder.checkpoint(state.global_step)
            saved = Path(args.output_dir) / f"checkpoint-{state.global_step}"
            self._learner.save(saved)
            shutil.rmtree(place, ignore_errors=True)
            saved.rename(place)
            self._folder.mark(state.global_step, self._recipe.train.keep)
        PartialState().wait_for_everyone()


def begin(out: Path, recipe: Recipe) -> tuple[RunFolder, int | None]:
    """The run's folder, and the step to go on from; None where the run is finished.

    Raises CloseupError for a run that its alarm has ended, and would end again.
    """
    # A process that ends while a thread of its own still listens to the others is aborted.
    atexit.register(PartialState().destroy_process_group)
    main = PartialState().is_main_process
    _not_ended(RunFolder(out), recipe)
    folder = RunFolder.begin(out, recipe) if main else RunFolder(out)
    PartialState().wait_for_everyone()
    done = folder.last() or 0
    if folder.bare or (done >= recipe.train.steps and folder.final.exists()):
        return folder, None
    if main:
        folder.withdraw()  # what was finished has fewer steps than the recipe has now
        for torn in (out / CHECKPOINTS).glob("checkpoint-*"):
            shutil.rmtree(torn)
    return folder, done


def _not_ended(folder: RunFolder, recipe: Recipe) -> None:
    """CloseupError for a run that its alarm has ended: the same alarm would let it go on, for a
    collapse is said only as it begins."""
    done = folder.last()
    if done is None or not (recipe.alarm.stop and folder.recipe.alarm.stop):
        return
    for collapse in collapses(folder.metrics(until=done), recipe.alarm):
        if collapse.step == done:
            place = f"{folder.path}: ended by its alarm"
            raise CloseupError(f"{place}: {collapse}: need another [alarm], or another folder")


def schedule(recipe: Recipe, out: Path) -> dict[str, Any]:
    """The recipe's optimiser, and where it keeps what it made, in transformers' words.

    Raises CloseupError for a batch that the processes cannot share, and for one process that sees
    several GPUs: the trainer would give each a micro-batch, and learn from larger batches.
    """
    train, launch = recipe.train, Launch.now()
    if launch.processes == 1 and (gpus := torch.cuda.device_count()) > 1:
        raise CloseupError(
            f"one process for {gpus} GPUs: start one for each with accelerate launch, or show it "
            "one alone, by CUDA_VISIBLE_DEVICES"
        )
    whole_batches(recipe, launch)
    constant = train.schedule == "constant"
    return {
        "output_dir": str(out / CHECKPOINTS),
        "max_steps": train.steps,
        "per_device_train_batch_size": train.micro_batch,
        "gradient_accumulation_steps": train.batch // (train.micro_batch * launch.processes),
        "learning_rate": train.learning_rate,
        "lr_scheduler_type": "constant_with_warmup" if constant else train.schedule,
        "warmup_steps": round(train.warmup * train.steps),
        "weight_decay": train.weight_decay,
        "max_grad_norm": train.clip,
        "bf16": train.dtype != "float32",
        "use_cpu": not torch.cuda.is_available(),
        "activation_checkpointing": train.gradient_checkpointing,
        "logging_steps": train.log_steps,
        "logging_nan_inf_filter": False,  # the alarm is to see what is not finite
        "save_strategy": "no",  # the logbook asks for it, by the clock
        "seed": recipe.seed,
        "report_to": list(recipe.report_to) or "none",
        "disable_tqdm": True,
        "remove_unused_columns": False,
    }


def adapters(lora: Lora | None) -> LoraConfig | None:
    """The recipe's adapters in peft's words."""
    if lora is None:
        return None
    return LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,  # pyright: ignore[reportArgumentType]
        lora_dropout=lora.dropout,
        target_modules=f"{LANGUAGE}|{VISION}" if lora.vision else LANGUAGE,
        task_type="CAUSAL_LM",
    )


def finish(trainer: Any, folder: RunFolder, learner: Learner) -> None:
    """Write the finished model, adapters merged in. Every process takes part: each may hold a
    share of the weights."""
    model = trainer.accelerator.unwrap_model(trainer.model)
    main = trainer.args.should_save
    with folder.finishing() if main else nullcontext(folder.partial) as place:
        PartialState().wait_for_everyone()
        if not hasattr(model, "merge_and_unload"):
            trainer.save_model(str(place))
        elif main:
            model.merge_and_unload().save_pretrained(place)
        if main:
            learner.save(place)
        PartialState().wait_for_everyone()
