"""How long a run takes: an estimate from operations and bytes, under stated assumptions.

P weights. Training a token takes 2P operations forwards and 4P backwards; 2P less where the weights
are frozen under adapters, 2P more with checkpointing, which runs forwards twice; 2P more for each
model that scores the episodes besides, vLLM's or the KL term's. Sampling reads all weights and the
episodes' keys and values once for each token that the episodes of a process write side by side, and
a prompt takes 2P operations a token, and so does what a frozen scorer reads. The vision tower's
operations a token are counted likewise.
"""

from typing import NamedTuple

from closeup.training.launch import Launch
from closeup.training.memory import PATCHES
from closeup.training.recipe import Recipe
from closeup.training.shape import Shape


class Device(NamedTuple):
    """What a GPU could do at best, by its maker's data sheet, without sparsity."""

    name: str
    operations: float
    """A second, dense, in bfloat16."""
    bytes: float
    """Read from its memory a second."""


DEVICES = (
    Device("A100 80 GB", 312e12, 2.0e12),
    Device("H100 80 GB", 989e12, 3.35e12),
    Device("RTX 4090 24 GB", 165e12, 1.0e12),
)
BUSY = 0.35
"""Share of the operations that training and prompts reach; ours."""
READ = 0.6
"""Share of the bytes that sampling reaches; ours."""
CALM = 0.03
"""Seconds that a token of the in-process sampler takes at least, whatever the GPU; ours."""


class Pace(NamedTuple):
    """Seconds of one step."""

    device: str
    sampling: float
    training: float

    def hours(self, steps: int) -> float:
        return steps * (self.sampling + self.training) / 3600


class Load(NamedTuple):
    """Tokens of one step, over all processes."""

    prompts: int
    """That are fed before anything is sampled; a shared page counts once a group."""
    images: int
    """Of the prompts and crops: those that the vision tower makes."""
    written: int
    """By the model."""
    trained: int
    """That a forward and a backward pass go over, prompts included."""
    longest: int
    """That one episode writes: those of a batch are written side by side."""
    judged: int = 0
    """That a frozen scorer reads: each crop and one drawn by chance, with the question's text."""
    judged_images: int = 0
    """Of these, the crops."""


def pace(
    recipe: Recipe,
    shape: Shape,
    launch: Launch,
    load: Load,
    device: Device,
    scorer: Shape | None = None,
) -> Pace:
    """The estimate for one kind of GPU, one a process."""
    n, text, rollouts = launch.processes, shape.text_parameters, recipe.rollouts
    if not shape.tied:  # the first matrix is looked up, not multiplied
        text -= shape.text.vocab_size * shape.text.hidden_size
    tower = PATCHES * shape.vision_parameters
    forward = 2 * (load.trained * text + load.images * tower)
    passes = 3.0 if recipe.lora is None else 2.0
    passes += recipe.train.gradient_checkpointing
    if rollouts:
        passes += (rollouts.vllm is not None) + (rollouts.beta > 0)
    training = forward * passes / (n * device.operations * BUSY)
    if rollouts is None:
        return Pace(device.name, 0.0, training)
    read = load.prompts * text + load.images * tower
    if scorer:
        read += load.judged * scorer.text_parameters
        read += load.judged_images * PATCHES * scorer.vision_parameters
    fed = 2 * read / (n * device.operations * BUSY)
    weights = 2 * text
    t = shape.text
    a_token = 4 * t.num_key_value_heads * t.head * t.num_hidden_layers
    held = a_token * load.trained / n / 2  # half full on average
    token = (weights + held) / (device.bytes * READ)
    if rollouts.vllm is None:
        token = max(token, CALM)
    return Pace(device.name, fed + token * load.longest, training)


def own(load: Load, sampled: float, trained: float) -> Pace:
    """At speeds of one's own, in tokens a second over all processes, without a scorer's time."""
    return Pace("as given", load.written / sampled if load.written else 0.0, load.trained / trained)
