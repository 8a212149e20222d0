"""A recipe: one training run as a TOML file, strict, with a default for all that may be left out.

`regime` and the tables that are there make the paper's four regimes:

SFT-S  regime = "sft"                                  the model learns the solutions
SFT-R  regime = "sft", data.trajectories = "RUN"       it learns episodes that scored
RL     regime = "grpo"                                 it samples, and is paid for right answers
RARL   regime = "grpo", look.tools = ["zoom_in"]       … and for looking at the right region

The paper's constants are not public; every default here is ours.
"""

import json
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from closeup.geometry import Grid
from closeup.records import CloseupError, Record, read_bytes, shorten

Share = Field(ge=0)


class Data(Record):
    """What is learned from."""

    bench: str = Field(min_length=1)
    """A bench folder. Only its training split is ever used."""
    trajectories: str | None = None
    """A run folder of `closeup teach`: its episodes that scored 1 are learned, instead of bare
    solutions. SFT only."""
    tasks: dict[str, float] = Field(default_factory=dict)
    """Shares of the tasks; all that can be learned, equally often, where none is named."""
    without_styles: tuple[str, ...] = ()
    """Styles of synthetic pages that are kept for the test."""
    limit: int | None = Field(default=None, ge=1)
    """Only the first so many questions of each task."""


class Look(Record):
    """How questions are asked; the same settings are flags of `closeup run`."""

    grid: Grid | None = None
    """How the model writes boxes; left out, as its checkpoint or its family has it."""
    pixels: int | None = Field(default=None, ge=1)
    """Page budget in pixels; left out, as its checkpoint has it, or 1,000,000."""
    tools: tuple[str, ...] = ()
    calls: int = Field(default=3, ge=1)
    """Most tool calls an episode."""
    crop_pixels: int | None = Field(default=None, ge=1)
    """Most pixels of one crop; left out, as its checkpoint has it, or 600,000."""
    crop_least: int | None = Field(default=None, ge=1)
    """A smaller crop is enlarged to so many; left out, as its checkpoint has it, or 100,000."""
    oracle_crop: bool = False
    """Show what the question is about from the start."""
    max_tokens: int = Field(default=512, ge=1)
    """Most tokens of one reply."""


class Lora(Record):
    """Train low-rank adapters and not the weights themselves."""

    rank: int = Field(default=64, ge=1)
    alpha: float = Field(default=128.0, gt=0)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    vision: bool = False
    """Adapt the vision tower too. vLLM serves no adapters of one."""


class Train(Record):
    """The optimiser, and how often what it made is kept."""

    steps: int = Field(ge=1)
    batch: int = Field(default=32, ge=1)
    """Samples an optimiser step, over all processes: examples in SFT, episodes in GRPO."""
    micro_batch: int = Field(default=8, ge=1)
    """Samples that one process works on at once."""
    learning_rate: float = Field(gt=0)
    warmup: float = Field(default=0.03, ge=0, lt=1)
    """Share of the steps in which the learning rate rises."""
    schedule: Literal["constant", "linear", "cosine"] = "constant"
    weight_decay: float = Field(default=0.0, ge=0)
    clip: float = Field(default=1.0, gt=0)
    """Largest norm of the gradient."""
    freeze: tuple[Literal["vision", "embeddings"], ...] = ()
    """What stays as it is."""
    dtype: Literal["float32", "bfloat16", "mixed"] = "float32"
    """How weights are kept and computed with; mixed: kept in float32, multiplied in bfloat16."""
    gradient_checkpointing: bool = False
    loaders: int = Field(default=0, ge=0)
    """Processes that draw the next images beside each that trains. SFT only."""
    checkpoint_minutes: float = Field(default=10.0, gt=0)
    """A checkpoint is due so long after the last, with the next row of the metrics."""
    keep: int = Field(default=2, ge=1)
    """Checkpoints that are kept besides the last."""
    log_steps: int = Field(default=1, ge=1)


class Rollouts(Record):
    """How episodes are sampled and weighed. GRPO only."""

    group: int = Field(default=8, ge=2)
    """Episodes a question."""
    temperature: float = Field(default=1.0, gt=0)
    top_p: float = Field(default=1.0, gt=0, le=1)
    completion_tokens: int = Field(ge=1)
    """Most tokens after the question: the model's own and its crops', in all turns."""
    loss: Literal["grpo", "dapo", "dr_grpo", "bnpo"] = "dapo"
    epsilon: float = Field(default=0.2, gt=0)
    epsilon_high: float = Field(default=0.28, gt=0)
    beta: float = Field(default=0.0, ge=0)
    """Weight of the KL divergence from the model it starts from."""
    scale: Literal["group", "batch", "none"] = "group"
    """What an advantage is divided by: the spread within its group, within the batch, nothing."""
    share_prefix: bool = True
    """Feed a group's page once and append crops; `false`: TRL's own generation."""
    vllm: Literal["colocate", "server"] | None = None
    """Sample with vLLM, in this process or from a server; needs GPUs."""
    vllm_url: str | None = None


class Rewards(Record):
    """What an episode is paid: weights by term, see `closeup.rewards`."""

    weights: dict[str, float] = Field(default={"answer": 1.0, "format": 1.0}, min_length=1)
    gate: bool = True
    """Pay for looking only where the answer is right."""
    without_tools: str | None = None
    """A run without tools over the same questions, several epochs: for `tool_benefit`."""
    scorer: str | None = None
    """A frozen model that judges crops: for `crop_sufficiency`."""


class Alarm(Record):
    """When a run has collapsed. Each is watched over the last `window` steps."""

    window: int = Field(default=20, ge=1)
    calls: float = Field(default=0.1, ge=0)
    """Fewer calls an episode than this, where tools are offered and were called more before."""
    length: float = Field(default=3.0, gt=1)
    """Alarm where replies are so many times longer, or shorter, than in the first window."""
    spread: float = Field(default=0.95, gt=0, le=1)
    """A larger share of groups without any spread of reward than this: nothing left to learn."""
    stop: bool = False
    """End the run, and keep its last checkpoint, instead of only saying so."""


class Recipe(Record):
    """One training run."""

    regime: Literal["sft", "grpo"]
    model: str = Field(min_length=1)
    """What it starts from: a folder, a name on the hub, or closeup-tiny-start."""
    seed: int = Field(default=0, ge=0)
    data: Data
    look: Look = Look()
    train: Train
    lora: Lora | None = None
    rollouts: Rollouts | None = None
    rewards: Rewards | None = None
    alarm: Alarm = Alarm()
    report_to: tuple[str, ...] = ()
    """Trackers of the trainer's own: trackio, wandb, tensorboard."""

    @classmethod
    def load(cls, path: Path, **changes: Any) -> "Recipe":
        """Read a recipe; `changes` replace fields by their dotted name, where they are not None,
        in their order.

        Raises CloseupError with the file, the field, the value and the rule.
        """
        try:
            raw = tomllib.loads(read_bytes(path).decode("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
            raise CloseupError(f"{path}: not readable as TOML: {error}") from None
        for name, value in changes.items():
            if value is not None:
                _put(raw, name.split("."), value, path)
        try:
            text = json.dumps(raw)
        except (TypeError, ValueError, RecursionError) as error:
            raise CloseupError(f"{path}: {error}") from None
        return cls.parse(text, str(path))


def _put(raw: dict[str, Any], names: list[str], value: Any, path: Path) -> None:
    for name in names[:-1]:
        raw = raw.setdefault(name, {})
        if not isinstance(raw, dict):
            raise CloseupError(f"{path}: {name}: need a table")
    raw[names[-1]] = value


def change(said: str) -> tuple[str, Any]:
    """A field of a recipe by its dotted name, and what stands in its place: NAME=VALUE, the value
    as JSON, or text where it is none. CloseupError for anything else."""
    name, equals, text = said.partition("=")
    if not equals or not all(name.split(".")):
        raise CloseupError(f"--set {shorten(said)}: need NAME=VALUE, such as train.steps=300")
    try:
        return name, json.loads(text)
    except (ValueError, RecursionError):
        return name, text
