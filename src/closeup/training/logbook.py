"""The trainer's logbook: what it and our episodes tell of a step, in one row under stable names.

The row goes into `metrics.jsonl`, as one line to stderr, and to whatever trackers the trainer
reports to. TRL counts rewards, calls and lengths as well, from texts and token ids; where we know
them from the episodes its counts are left out.
"""

import os
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import torch
from accelerate import PartialState
from accelerate.utils import broadcast_object_list, gather_object
from transformers import PrinterCallback, ProgressCallback, TrainerCallback

from closeup.training import curves
from closeup.training.alarm import Collapse, Watch
from closeup.training.recipe import Recipe
from closeup.training.run_folder import RunFolder
from closeup.training.telemetry import Rollout, summary

NAMES = {
    "mean_token_accuracy": "token_accuracy",
    "clip_ratio/low_mean": "clip/low",
    "clip_ratio/high_mean": "clip/high",
    "clip_ratio/region_mean": "clip/region",
    "completions/clipped_ratio": "length/cut",
}
"""What we call what the trainers have another name for."""
OURS = (
    *("completions/", "tools/", "rewards/", "clip_ratio/"),
    *("reward", "reward_std", "frac_reward_zero_std", "step_time", "num_tokens", "total_flos"),
)
"""What the trainers say and we say better: by name, or by all that begins with it up to a slash."""
Activity = Literal["sampling", "scoring"]
GIB = 1024**3


class Logbook(TrainerCallback):
    """Writes the metrics of a run, watches for collapse, draws the curves and asks for checkpoints.

    `attach` it to the trainer: among its ordinary callbacks it would come after the trackers.
    """

    def __init__(self, folder: RunFolder, recipe: Recipe) -> None:
        self.stopped: Collapse | None = None
        """Why the run was ended early, where the recipe's alarm may do so."""
        self._folder = folder
        self._recipe = recipe
        self._watch = Watch(recipe.alarm)
        self._batches: list[Sequence[Rollout]] = []
        self._seconds: dict[str, float] = defaultdict(float)
        self._clock = self._saved = time.monotonic()
        self._logged = 0
        """The last step that was logged."""
        self._counted = 0.0
        """The trainer's count of tokens then."""
        self._tokens = 0.0
        """Tokens of the whole run, those before it was taken up included."""

    def attach(self, trainer: Any) -> None:
        """Have the trainer call this first, and print nothing of its own."""
        trainer.remove_callback(PrinterCallback)
        trainer.remove_callback(ProgressCallback)
        trainer.callback_handler.callbacks.insert(0, self)

    def took(self, rollouts: Sequence[Rollout]) -> None:
        """Take the episodes that this process has sampled and scored at once, in TRL's order: a
        group's one after another, a group that several processes share in the order of those."""
        self._batches.append(tuple(rollouts))

    @contextmanager
    def timed(self, activity: Activity) -> Iterator[None]:
        """Count the time of what is done inside; what is not counted is taken for optimising."""
        start = time.monotonic()
        try:
            yield
        finally:
            self._seconds[activity] += time.monotonic() - start

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        rows = self._folder.metrics(until=state.global_step)
        for row in rows:
            self._watch.see(row)
        self._tokens = (rows[-1].get("tokens") or 0.0) if rows else 0.0
        self._counted = float(state.num_input_tokens_seen)
        self._logged = state.global_step
        self._clock = self._saved = time.monotonic()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        now = time.monotonic()
        self._seconds["step"] += now - self._clock
        self._clock = now
        late = now - self._saved >= 60 * self._recipe.train.checkpoint_minutes
        late &= state.global_step % self._recipe.train.log_steps == 0  # no row lies astride it
        if PartialState().num_processes > 1:
            late = broadcast_object_list([late])[0]  # by one clock, or some would save alone
        if late or state.global_step >= state.max_steps:
            control.should_save = control.should_log = True

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        if "loss" not in logs:  # the trainer's last words, of the whole training
            return
        row = {"step": state.global_step, **_renamed(logs)}
        row |= self._measured(state.global_step, logs)
        new = self._watch.see(row)
        row |= {f"alarm/{collapse.rule}": 1.0 for collapse in new}
        logs.clear()
        logs.update({name: value for name, value in row.items() if name != "step"})
        if state.is_world_process_zero:
            self._folder.append(row)
            print(line(row, state.max_steps), *new, sep="\n", file=sys.stderr, flush=True)
        if new and self._recipe.alarm.stop:
            self.stopped = new[0]
            control.should_save = control.should_training_stop = True

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if state.is_world_process_zero:
            curves.draw(self._folder.path, self._folder.metrics())
        self._clock = self._saved = time.monotonic()

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if state.is_world_process_zero:
            curves.draw(self._folder.path, self._folder.metrics())

    def _measured(self, step: int, logs: Mapping[str, Any]) -> dict[str, float]:
        """What we know of the steps since the last row; begins to count anew."""
        steps = max(step - self._logged, 1)
        shares = gather_object([self._batches])  # of the processes
        rollouts = [r for batch in zip(*shares, strict=True) for own in batch for r in own]
        spent, found = dict(self._seconds), dict[str, float]()
        seconds = spent.pop("step", 0.0)
        if rollouts and self._recipe.rollouts:
            found |= summary(rollouts, self._recipe.rollouts.group)
        if (counted := logs.get("num_tokens")) is not None:
            self._tokens += counted - self._counted
            found["tokens"] = self._tokens
        if seconds:
            samples = len(rollouts) or steps * self._recipe.train.batch
            found["speed/samples"] = samples / seconds
            if counted is not None:
                found["speed/tokens"] = (counted - self._counted) / seconds
            if spent.get("sampling"):
                written = sum(rollout.tokens for rollout in rollouts)
                found["speed/written"] = written / spent["sampling"]
            found["seconds/step"] = seconds / steps
            if spent:
                spent["optimising"] = max(seconds - sum(spent.values()), 0.0)
            found |= {f"seconds/{name}": value / steps for name, value in spent.items()}
        found |= _memory()
        self._counted = counted if counted is not None else self._counted
        self._logged = step
        self._batches.clear()
        self._seconds.clear()
        return found


def _renamed(logs: Mapping[str, Any]) -> dict[str, float]:
    """The trainer's own measures under stable names, without those that we have ourselves."""
    return {
        NAMES.get(name, name): float(value)
        for name, value in logs.items()
        if isinstance(value, int | float)
        and (name in NAMES or not (name in OURS or f"{name.partition('/')[0]}/" in OURS))
    }


def _memory() -> dict[str, float]:
    """GiB: of this process now, or at most where that cannot be had; of this process on its GPU at
    most."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        used = int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    else:
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes where there is no /proc
    found = {"memory/process": used / GIB}
    if torch.cuda.is_available():
        found["memory/gpu"] = torch.cuda.max_memory_allocated() / GIB
    return found


_LINE = {
    "loss": ("loss", "{:.4f}"),
    "token_accuracy": ("tokens right", "{:.1%}"),
    "reward/total": ("reward", "{:.3f}"),
    "reward_std/total": ("±", "{:.3f}"),
    "accuracy/all": ("accuracy", "{:.2f}"),
    "look/calls": ("calls", "{:.2f}"),
    "look/coverage": ("coverage", "{:.2f}"),
    "reward/even_groups": ("even groups", "{:.0%}"),
    "length/mean": ("length", "{:.0f}"),
    "seconds/step": ("seconds", "{:.1f}"),
}


def line(row: Mapping[str, float | None], steps: int) -> str:
    """A row as it is told while the run goes on."""
    known = [
        f"{told} {form.format(value)}"
        for name, (told, form) in _LINE.items()
        if (value := row.get(name)) is not None
    ]
    return "  ".join([f"step {row['step']:.0f}/{steps}", *known])
