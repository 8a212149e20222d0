"""How much memory a training step takes on one GPU: an estimate from shapes, in bytes.

P weights, of which Q are trained; T tokens in a sample, B samples at once; b bytes a number.

weights      P·b, and for adapters Q·4 (peft keeps them in float32); ÷ processes with ZeRO 3
gradients    Q·b, of adapters Q·4; ÷ processes from ZeRO 2 on
optimiser    AdamW's two moments, 2·Q·b, of adapters 2·Q·4; with DeepSpeed in bfloat16 12·Q, for it
             keeps weights and moments in float32; ÷ processes from ZeRO 1 on
reference    P·b, only where the KL term is weighed and there are no adapters to take off
scorer       S·2 for the S weights of rewards.scorer, frozen in bfloat16, whole on each GPU
activations  B·T·(numbers kept a layer)·layers·b, with checkpointing one number in `hidden` for
             each layer and all numbers of a single one; the vision tower likewise where it is
             trained, else one block of it
logits       B·(tokens scored)·vocabulary·(b + 8): as computed, in float32, and their gradient
cache        2·(key heads)·head·layers·b for each token of the episodes sampled at once; a shared
             page counts once a question
other        what CUDA and its libraries take, and what lies unused between tensors: ours
"""

from closeup.records import Record
from closeup.training.launch import Launch
from closeup.training.recipe import Recipe
from closeup.training.shape import Shape

FLOAT32 = 4
OTHER = 1_500_000_000
VLLM_SHARE = 0.3
"""Of the GPU's memory, TRL's own setting: what vLLM takes in the trainer's process."""
PATCHES = 4
"""Patches of the vision tower a token; both families merge two by two."""


class Memory(Record):
    """Bytes on one GPU, estimated."""

    weights: int
    gradients: int
    optimiser: int
    reference: int
    scorer: int
    activations: int
    logits: int
    cache: int
    other: int
    training: int
    """While weights are updated: all but the cache."""
    sampling: int
    """While episodes are sampled: what stays, and the cache."""


def trained(recipe: Recipe, shape: Shape) -> int:
    """How many weights the optimiser changes."""
    if recipe.lora:
        return shape.adapted(recipe.lora.rank, recipe.lora.vision)
    count = shape.parameters
    if "vision" in recipe.train.freeze:
        count = shape.text_parameters
    if "embeddings" in recipe.train.freeze:
        count -= shape.text.vocab_size * shape.text.hidden_size
    return count


def memory(
    recipe: Recipe,
    shape: Shape,
    launch: Launch,
    *,
    prompt: int,
    images: int,
    completion: int,
    scorer: Shape | None = None,
) -> Memory:
    """The estimate for samples of `prompt` tokens, of which `images` are of images, and
    `completion` further ones, judged by a `scorer` where there is one."""
    own = 2 if recipe.train.dtype == "bfloat16" else FLOAT32
    count, learned = shape.parameters, trained(recipe, shape)
    each = FLOAT32 if recipe.lora else own
    moments = 12 if launch.zero and own == 2 else 2 * each
    n = launch.processes
    extra = learned * FLOAT32 if recipe.lora else 0
    rollouts = recipe.rollouts
    kept = bool(rollouts and rollouts.beta > 0 and not recipe.lora)
    samples = min(recipe.train.micro_batch, max(1, recipe.train.batch // n))
    scored = completion if rollouts else prompt + completion
    stays = {
        "weights": (count * own + extra) // (n if launch.zero == 3 else 1),
        "optimiser": learned * moments // (n if launch.zero >= 1 else 1),
        "reference": count * own // (n if launch.zero == 3 else 1) if kept else 0,
        "scorer": 2 * scorer.parameters if scorer else 0,
        "other": OTHER,
    }
    learns = {
        "gradients": learned * each // (n if launch.zero >= 2 else 1),
        "activations": samples * own * _kept(recipe, shape, prompt + completion, images),
        "logits": samples * scored * shape.text.vocab_size * (own + 8),
    }
    cache = _cache(recipe, shape, n, prompt, completion, own)
    always = sum(stays.values())
    return Memory(
        **stays,
        **learns,
        cache=cache,
        training=always + sum(learns.values()),
        sampling=always + cache,
    )


def _kept(recipe: Recipe, shape: Shape, tokens: int, images: int) -> int:
    """Numbers that a sample's forward pass leaves for its backward pass."""
    t, v = shape.text, shape.vision
    heads = (t.num_attention_heads + t.num_key_value_heads) * t.head
    layer = 5 * t.hidden_size + 2 * heads + 4 * t.intermediate_size
    block = 5 * v.hidden_size + 4 * v.hidden_size + 4 * v.intermediate_size
    trains = "vision" not in recipe.train.freeze if recipe.lora is None else recipe.lora.vision
    if recipe.train.gradient_checkpointing:
        words = tokens * (t.num_hidden_layers * t.hidden_size + layer)
        patches = v.depth * v.hidden_size + block if trains else block
    else:
        words = tokens * t.num_hidden_layers * layer
        patches = v.depth * block if trains else block
    return words + PATCHES * images * patches


def _cache(
    recipe: Recipe, shape: Shape, processes: int, prompt: int, completion: int, own: int
) -> int:
    """Bytes of keys and values while one process samples its share of a step's episodes."""
    rollouts = recipe.rollouts
    if rollouts is None or rollouts.vllm:
        return 0
    t = shape.text
    a_token = 2 * t.num_key_value_heads * t.head * t.num_hidden_layers * own
    episodes = -(-recipe.train.batch // processes)
    openings = -(-episodes // rollouts.group) if rollouts.share_prefix else episodes
    return a_token * (openings * prompt + episodes * completion)
